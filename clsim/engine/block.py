"""What goes into a block of patients, and what comes out.

Array shapes are in the order patient, time, quantity; ``n`` patients, ``m`` spans between edges.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clsim.engine.outcome import REPORT

GOES_ON, STOPS_DOSING, ENDS_LIFE = 0, 1, 2  # what an event does to the course
NOTHING = -1  # no event

class Course(NamedTuple):
    """What happens to every patient of the block.

    edges : float64 (m + 1,), min.
    inputs : float64 (m, n_inputs, k), between one edge and the next, per unit of each of the
        patient's k measures (1, body weight, surface ...).
    dosing : bool (n_inputs,), inputs that end with the course.
    observed : bool (m + 1,), edges at which the patient is looked at; first and last always.
    changes : bool (m,), spans whose inputs are not those of the span before; the first always.
    """

    edges: NDArray[np.float64]
    inputs: NDArray[np.float64]
    changes: NDArray[np.bool_]
    dosing: NDArray[np.bool_]
    observed: NDArray[np.bool_]


class Accuracy(NamedTuple):
    """How well time is stepped.

    scale : float64 (n_states,), tolerated error of a step in each state.
    floor : float64 (n_states,), lowest value of each state; -inf where any will do.
    residuals, ceiling : int64, float64 (c,), flows that must be nearly zero, and how nearly.
    begin, longest : float, step after a change of inputs, and the longest [min].
    """

    scale: NDArray[np.float64]
    floor: NDArray[np.float64]
    residuals: NDArray[np.int64]
    ceiling: NDArray[np.float64]
    begin: float
    longest: float


class Watch(NamedTuple):
    """What is noted of each patient; a signal is a column of the flows, then of the states.

    signals : int64 (e,), of which first, last, lowest and highest values are kept.
    limited, limit, above : int64, float64, bool (r,), time is counted beyond a limit.
    hazards, effects, keys : int64, int64, uint64 (v,), flow column of each event's hazard, what
        the event does, and the key of its stream.
    banded, low, width : int64, float64, float64 (b,), signals counted into bins of a width.
    band_row : int64 (m + 1,), row of the histograms for each edge, -1 for none.
    kept_row : int64 (m + 1,), row of the kept trajectories for each edge, -1 for none.
    """

    signals: NDArray[np.int64]
    limited: NDArray[np.int64]
    limit: NDArray[np.float64]
    above: NDArray[np.bool_]
    hazards: NDArray[np.int64]
    effects: NDArray[np.int64]
    keys: NDArray[np.uint64]
    banded: NDArray[np.int64]
    low: NDArray[np.float64]
    width: NDArray[np.float64]
    band_row: NDArray[np.int64]
    kept_row: NDArray[np.int64]


class Found(NamedTuple):
    """What is filled in, a row for each patient of the block.

    first, last, lowest, highest : float64 (n, e); lowest_at, highest_at : float64 (n, e), min.
    beyond : float64 (n, r), time beyond each limit, min.
    risk : float64 (n, v), integrated hazard; happened : int64 (n, v), times; when : float64 (n, v), first
        time, min, not-a-number for never.
    report : REPORT (n,).
    stopped_by, ended_by : int64 (n,), event that stopped dosing and that ended life, or NOTHING;
    stopped_at, ended_at : float64 (n,), when dosing was stopped (inf: never), last observation.
    state : float64 (n, n_states), at the end.
    bins : int64 (b, times, bins + 2), counts, the outermost for values out of range.
    keep : int64 (n,), place among the kept or -1; states, flows : float64 (kept, times, columns).
    attempts : int64 (n, 2), steps tried and steps refused.
    """

    first: NDArray[np.float64]
    last: NDArray[np.float64]
    lowest: NDArray[np.float64]
    highest: NDArray[np.float64]
    lowest_at: NDArray[np.float64]
    highest_at: NDArray[np.float64]
    beyond: NDArray[np.float64]
    risk: NDArray[np.float64]
    happened: NDArray[np.int64]
    when: NDArray[np.float64]
    report: Any
    stopped_by: NDArray[np.int64]
    ended_by: NDArray[np.int64]
    stopped_at: NDArray[np.float64]
    ended_at: NDArray[np.float64]
    state: NDArray[np.float64]
    bins: NDArray[np.int64]
    keep: NDArray[np.int64]
    states: NDArray[np.float64]
    flows: NDArray[np.float64]
    attempts: NDArray[np.int64]


def blank(patients: int, watch: Watch, bins: int, keep: NDArray[np.int64], columns: tuple[int, int]) -> Found:
    """Room for what will be found.

    Parameters
    ----------
    patients : int
    watch : Watch
        What is noted.
    bins : int
        Of each histogram, without the two for what lies outside.
    keep : int64 (patients,)
        Place of each patient among the kept trajectories, -1 for none.
    columns : (int, int)
        Numbers of states and of flows.
    """

    def empty(*shape: int) -> NDArray[np.float64]:
        return np.full(shape, np.nan)

    n, e, v = patients, watch.signals.size, watch.hazards.size
    kept, times = int(keep.max(initial=-1)) + 1, int(watch.kept_row.max(initial=-1)) + 1
    bands = int(watch.band_row.max(initial=-1)) + 1
    return Found(
        first=empty(n, e), last=empty(n, e), lowest=empty(n, e), highest=empty(n, e),
        lowest_at=empty(n, e), highest_at=empty(n, e), beyond=np.zeros((n, watch.limited.size)),
        risk=np.zeros((n, v)), happened=np.zeros((n, v), np.int64), when=empty(n, v),
        report=np.zeros(n, REPORT), stopped_by=np.full(n, NOTHING), ended_by=np.full(n, NOTHING),
        stopped_at=np.full(n, np.inf), ended_at=empty(n), state=empty(n, columns[0]),
        bins=np.zeros((watch.banded.size, bands, bins + 2), np.int64), keep=keep,
        states=empty(kept, times, columns[0]), flows=empty(kept, times, columns[1]),
        attempts=np.zeros((n, 2), np.int64))
