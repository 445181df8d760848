"""What a scenario gives to patients of any size: rates per patient, per kg and per m2.

A scenario is written for one body, and its rates are that body's.  Here it is built for three
bodies, and each rate is told apart by how it grows: not at all, with weight, or with surface.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clsim import units
from clsim.engine.block import NO_LOOK, Course, make_course
from clsim.engine.timeline import Event, Timeline, make_timeline
from clsim.errors import BadInput
from clsim.scenario.scenario import Scenario, surface_area
from clsim.scenario.settings import INPUT, PARAMETER

MEASURES = ("1", "kg", "m2")  # what inputs are given per
LEFT_TO_POLICIES = ("fluid", "drug")  # kinds of orders that a policy gives in place of the scenario
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


def sized_course(scenario: Scenario, times: ArrayLike, *, managed: bool = False) -> Course:
    """What a scenario gives to patients of any size, as the engine wants it.

    Parameters
    ----------
    scenario : Scenario
    times : float64 (k,)
        Minutes; when patients are looked at.
    managed : bool
        Somebody decides at each look but the last: only planned doses, with the fluid they come in, blood loss and
        what the ward sets are the scenario's, and doses that it holds are due like all others.

    Raises
    ------
    BadInput
        As `by_size`; if somebody is to decide at times that are not those of the looks.
    """
    if managed and scenario.held:
        scenario = scenario.but(course={"hold": []})
    sized = [each for each in by_size(scenario) if not (managed and each[0].of in LEFT_TO_POLICIES)]
    usual = np.array([each.default for each in INPUT.values()])

    def inputs(doses: bool) -> NDArray[np.float64]:
        return np.stack([line(doses, measure).inputs for measure in range(len(MEASURES))], axis=2)

    def line(doses: bool, measure: int) -> Timeline:
        events = [event if mine == measure and (event.of == "dose") == doses else replace(event, rate=0.0)
                  for event, mine in sized]
        return make_timeline(events, list(INPUT), np.zeros_like(usual) if doses or measure else usual, times)

    first = line(False, 0)
    looks = np.flatnonzero(first.rows >= 0)
    tick = np.full(first.edges.size, NO_LOOK)
    if managed:
        tick[looks[:-1]] = np.arange(looks.size - 1)
    return make_course(first.edges, inputs(False), inputs(True), first.rows >= 0, tick)


def slots(scenario: Scenario, tick: float) -> list[tuple[int, int, int]]:
    """Tick, cycle and course of each planned dose, given or held.

    Raises
    ------
    BadInput
        If a dose is planned between two ticks.
    """
    found = []
    for order in sorted((*scenario.doses, *scenario.held), key=lambda each: each.start):
        if abs(order.start / tick - round(order.start / tick)) > SAME:
            raise BadInput(
                "is planned between two looks", given=units.show(order.start, "min", "h"), key="course",
                allowed=f"under a policy, doses at multiples of {units.show(tick, 'min', 'min')}")
        found.append((round(order.start / tick), order.cycle, order.course))
    return found


def _grown(body: dict[str, float], name: str) -> dict[str, float]:
    """A body with one measure larger, or smaller where larger is not allowed."""
    larger = body[name] * LARGER
    return {**body, name: larger if larger <= PARAMETER[name].bounds[1] else body[name] / LARGER}
