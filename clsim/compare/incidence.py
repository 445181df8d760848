"""Cumulative incidence: the share of patients whom an event has befallen by a time, with death competing.

Every patient is followed to the horizon or to his death; nobody is lost.  So the estimate of Aalen
and Johansen is a plain proportion, and the area under it, the mean time lost to the event
(from it to the horizon), is a plain mean, which pairs like any other number.
Whoever failed numerically is left out and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clsim.compare.arm import Arm, matched
from clsim.compare.endpoints import LESS, MORE, NEITHER, NUMBER, unsolved
from clsim.compare.forms import Rows, evaluate
from clsim.compare.paired import Difference, difference, wilson
from clsim.errors import BadInput

Numbers = NDArray[np.float64]
DEATH, DEATH_AT, FOLLOWED = "event_death", "event_death_at", "ended_at"


class Happening(NamedTuple):
    """Something with a time: ``column`` holds hours from the start, not-a-number for never."""

    name: str
    label: str
    column: str
    better: str


HAPPENINGS = (
    Happening("first_held", "first dose held", "first_held_at", NEITHER),
    Happening("stopped", "first dose lost to a stop", "first_stopped_at", LESS),
    Happening("intubation", "intubation", "event_intubation_at", LESS),
    Happening("arrhythmia", "supraventricular arrhythmia", "event_supraventricular_arrhythmia_at", LESS),
    Happening("sepsis", "sepsis", "event_sepsis_at", LESS),
    Happening("death", "death", DEATH_AT, LESS),
    Happening("ready", "fit for discharge", "ready_at", MORE),
    Happening("recovered", "recovered", "recovered_at", MORE),
)


@dataclass(frozen=True)
class Curve:
    """Cumulative incidence of one event in one arm.

    Parameters
    ----------
    arm, title, name, label : str
    hours : float64 (k,)
        The grid, rising.
    share, low, high : float64 (k,)
        0 to 1, with the pointwise 95 % interval of Wilson.
    died_before : float64 (k,)
        Share of those who died before the event could come: the competing event.
    n, unknown : int
        Patients; those who failed numerically.
    """

    arm: str
    title: str
    name: str
    label: str
    hours: Numbers
    share: Numbers
    low: Numbers
    high: Numbers
    died_before: Numbers
    n: int
    unknown: int


def times(happening: Happening, rows: Rows, horizon: float) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
    """When the event came, when death came before it, and who is known.

    Parameters
    ----------
    happening : Happening
    rows : mapping of str to array (n,)
        With the column of the event, `DEATH_AT` and, if it is there, `FOLLOWED`, all in hours.
    horizon : float
        Hours to which all are looked at.

    Returns
    -------
    tuple
        Hours of the event, hours of death without it (infinite for never), and who did not fail
        numerically; (n,) each.

    Raises
    ------
    BadInput
        If a column is missing, or somebody alive was not followed to the horizon.
    """
    at = np.nan_to_num(evaluate(happening.column, rows), nan=np.inf)
    died = np.nan_to_num(evaluate(DEATH_AT, rows), nan=np.inf)
    known = ~unsolved(rows)
    if FOLLOWED in rows:
        followed = np.where(np.isinf(died) & known, evaluate(FOLLOWED, rows), np.inf)
        if followed.size and followed.min() < horizon - 1e-6:
            raise BadInput("the horizon lies beyond the end of the run", given=f"{horizon:g} h",
                           allowed=f"up to {followed.min():g} h", key="horizon")  # fmt: skip
    if happening.column != DEATH_AT:
        at = np.where(at > died, np.inf, at)
    return at, np.where(at <= died, np.inf, died), known


def incidence(happening: Happening, arm: Arm, hours: Numbers) -> Curve:
    """Cumulative incidence on a grid of hours.

    Raises
    ------
    BadInput
        If a column is missing, or the grid reaches beyond the run.
    """
    grid = np.asarray(hours, np.float64)
    at, died, known = times(happening, arm.rows, float(grid[-1]))
    n = int(known.sum())
    counts = np.searchsorted(np.sort(at[known]), grid, side="right")
    deaths = np.searchsorted(np.sort(died[known]), grid, side="right")
    bounds = {int(count): wilson(int(count), n) for count in np.unique(counts)}
    low, high = np.array([bounds[int(count)] for count in counts]).T
    return Curve(arm.name, arm.title, happening.name, happening.label, grid, counts / max(n, 1), low, high,
                 deaths / max(n, 1), n, int((~known).sum()))


def time_lost(happening: Happening, rows: Rows, horizon: float) -> Numbers:
    """Hours between the event and the horizon for each patient, 0 where it never came.

    Their mean is the area under the cumulative incidence up to the horizon; not-a-number for
    whoever failed numerically.  Of a good event (fit for discharge) they are hours gained.
    """
    at, _, known = times(happening, rows, horizon)
    return np.where(known, np.maximum(horizon - at, 0.0), np.nan)


def curves(arms: Sequence[Arm], happening: Happening, hours: Numbers) -> list[Curve]:
    """Cumulative incidence of one event in each arm."""
    return [incidence(happening, arm, hours) for arm in arms]


def lost(arms: Sequence[Arm], reference: str, happening: Happening, horizon: float) -> dict[str, Difference]:
    """Paired difference of the mean time lost to an event up to the horizon [h], by the name of each arm.

    Raises
    ------
    BadInput
        If the arms cannot be paired, a column is missing, or the horizon lies beyond the run.
    """
    base = matched(arms, reference)
    theirs = time_lost(happening, base.rows, horizon)
    return {
        arm.name: difference(time_lost(happening, arm.rows, horizon), theirs, NUMBER, same=arm.same(base))
        for arm in arms
    }
