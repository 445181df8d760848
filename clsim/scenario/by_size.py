"""What a scenario gives to patients of any size: rates per patient, per kg and per m2.

A scenario is written for one body, and its rates are that body's.  Here it is built for three
bodies, and each rate is told apart by how it grows: not at all, with weight, or with surface.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clsim.engine.timeline import Event, Timeline, make_timeline
from clsim.errors import BadInput
from clsim.scenario.scenario import Scenario, surface_area
from clsim.scenario.settings import INPUT, PARAMETER

MEASURES = ("1", "kg", "m2")  # what inputs are given per
LARGER = 1.1  # by which weight, or height alone, is changed to see how a rate grows
SAME = 1e-9  # relative; two rates that are written alike


def measures(weight: ArrayLike, height: ArrayLike) -> NDArray[np.float64]:
    """What each patient's inputs are multiplied by, (n, 3): 1, weight [kg] and surface [m2]."""
    mass, length = np.atleast_1d(np.asarray(weight, np.float64)), np.atleast_1d(np.asarray(height, np.float64))
    return np.stack([np.ones_like(mass), mass, np.sqrt(length * mass / 36.0)], axis=1)


def by_size(scenario: Scenario) -> tuple[tuple[Event, int], ...]:
    """Every event with its rate for one unit of a measure, and which of `MEASURES` that is.

    Raises
    ------
    BadInput
        If a rate grows in another way, or a time depends on the size of the patient.
    """
    body = {name: float(np.asarray(scenario.values.get(name, PARAMETER[name].default)))
            for name in ("weight", "height")}
    sizes = [body, _grown(body, "weight"), _grown(body, "height")]
    built = [scenario.but(patient={name: f"{value!r} {PARAMETER[name].unit}" for name, value in each.items()}).events
             for each in sizes]
    weights = np.array([each["weight"] for each in sizes])
    areas = np.array([surface_area(each["weight"], each["height"]) for each in sizes])
    sized = []
    for events in zip(*built, strict=True):
        first = events[0]
        if any((each.input, each.start, each.stop) != (first.input, first.start, first.stop) for each in events):
            raise BadInput(
                f"{INPUT[first.input].label}: how long it lasts depends on the size of the patient",
                allowed="a duration (over) for what is given per kg or per m2", key="run")
        rates = np.array([each.rate for each in events])
        for measure, amount in enumerate((np.ones(3), weights, areas)):
            per = rates / amount
            if np.all(np.abs(per - per[0]) <= SAME * abs(per[0])):
                sized.append((replace(first, rate=float(per[0])), measure))
                break
        else:
            raise BadInput(f"{INPUT[first.input].label} grows neither with weight nor with surface", key="run")
    return tuple(sized)


def sized_timeline(scenario: Scenario, times: ArrayLike) -> tuple[Timeline, NDArray[np.float64]]:
    """The edges of a scenario, and the inputs between them for one unit of each measure.

    Parameters
    ----------
    scenario : Scenario
    times : float64 (k,)
        Minutes; when patients are looked at.

    Returns
    -------
    Timeline
        Its inputs are those of nobody's body: use the second.
    inputs : float64 (m, n_inputs, 3)
    """
    sized = by_size(scenario)
    usual = np.array([each.default for each in INPUT.values()])
    lines = [
        make_timeline(
            [event if mine == measure else replace(event, rate=0.0) for event, mine in sized],
            list(INPUT), usual if measure == 0 else np.zeros_like(usual), times)
        for measure in range(len(MEASURES))
    ]
    return lines[0], np.stack([line.inputs for line in lines], axis=2)


def _grown(body: dict[str, float], name: str) -> dict[str, float]:
    """A body with one measure larger, or smaller where larger is not allowed."""
    larger = body[name] * LARGER
    return {**body, name: larger if larger <= PARAMETER[name].bounds[1] else body[name] / LARGER}
