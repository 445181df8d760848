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
NO_LOOK = -1  # an edge at which nobody decides
LEAVE, NO_DOSES, DOSES = -1, 0, 1  # what a decision does to the planned doses: as before, none, given
WAITS, PAUSED, OVER = 0, 1, 2  # where a patient is
NEVER_PAUSE = 2**62


class Course(NamedTuple):
    """What happens to every patient of the block.

    edges : float64 (m + 1,), min.
    inputs, doses : float64 (m, n_inputs, k), between one edge and the next, per unit of each of the
        patient's k measures (1, body weight, surface ...): what everybody gets, and what is given
        on top of it with planned doses, until these are stopped or held.
    changes : bool (m,), spans whose inputs or doses are not those of the span before; the first always.
    observed : bool (m + 1,), edges at which the patient is looked at; first and last always.
    tick : int64 (m + 1,), number of the look at which somebody decides, or NO_LOOK.
    """

    edges: NDArray[np.float64]
    inputs: NDArray[np.float64]
    doses: NDArray[np.float64]
    changes: NDArray[np.bool_]
    observed: NDArray[np.bool_]
    tick: NDArray[np.int64]


def make_course(
    edges: NDArray[np.float64], inputs: NDArray[np.float64], doses: NDArray[np.float64],
    observed: NDArray[np.bool_], tick: NDArray[np.int64] | None = None,
) -> Course:
    """A course whose changes are found from its inputs; nobody decides if ticks are not given."""
    changes = np.ones(len(inputs), np.bool_)
    changes[1:] = ((inputs[1:] != inputs[:-1]) | (doses[1:] != doses[:-1])).any(axis=(1, 2))
    return Course(edges, inputs, doses, changes, observed, np.full(edges.size, NO_LOOK) if tick is None else tick)


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
    together : bool (g, n_inputs), groups of inputs of which the time is counted that any runs.
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
    together: NDArray[np.bool_]
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
    beyond, beyond_at : float64 (n, r), time beyond each limit, and when it was seen there last
        (-inf: never), min; stretch, longest : float64 (n, r), time beyond it without a break now, and at most.
    amount : float64 (n, n_inputs), each input integrated over time.
    running, running_until : float64 (n, n_inputs + g), time during which an input, or any of a group, was
        above 0, and the end of that (-inf: never), min.
    risk : float64 (n, v), integrated hazard; happened : int64 (n, v), times; when, latest : float64 (n, v),
        first time, min, not-a-number for never, and latest time, -inf for never.
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
    beyond_at: NDArray[np.float64]
    stretch: NDArray[np.float64]
    longest: NDArray[np.float64]
    amount: NDArray[np.float64]
    running: NDArray[np.float64]
    running_until: NDArray[np.float64]
    risk: NDArray[np.float64]
    happened: NDArray[np.int64]
    when: NDArray[np.float64]
    latest: NDArray[np.float64]
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

    n, e, v, r = patients, watch.signals.size, watch.hazards.size, watch.limited.size
    groups, inputs = watch.together.shape
    kept, times = int(keep.max(initial=-1)) + 1, int(watch.kept_row.max(initial=-1)) + 1
    bands = int(watch.band_row.max(initial=-1)) + 1
    return Found(
        first=empty(n, e), last=empty(n, e), lowest=empty(n, e), highest=empty(n, e),
        lowest_at=empty(n, e), highest_at=empty(n, e), beyond=np.zeros((n, r)),
        beyond_at=np.full((n, r), -np.inf), stretch=np.zeros((n, r)), longest=np.zeros((n, r)),
        amount=np.zeros((n, inputs)), running=np.zeros((n, inputs + groups)),
        running_until=np.full((n, inputs + groups), -np.inf),
        risk=np.zeros((n, v)), happened=np.zeros((n, v), np.int64), when=empty(n, v),
        latest=np.full((n, v), -np.inf),
        report=np.zeros(n, REPORT), stopped_by=np.full(n, NOTHING), ended_by=np.full(n, NOTHING),
        stopped_at=np.full(n, np.inf), ended_at=empty(n), state=empty(n, columns[0]),
        bins=np.zeros((watch.banded.size, bands, bins + 2), np.int64), keep=keep,
        states=empty(kept, times, columns[0]), flows=empty(kept, times, columns[1]),
        attempts=np.zeros((n, 2), np.int64))


class Desk(NamedTuple):
    """Where each patient is, a row for each of the block: all that a later call needs to go on.

    place : int64 (n,), WAITS, PAUSED or OVER; edge : int64 (n,), the one he stands at.
    time, step : float64 (n,), min; seen : float64 (n,), the last look, -1 before the first.
    dosing : bool (n,), planned doses are given.
    inputs, supply : float64 (n, n_inputs), what runs in all, and what of it was decided at the last look.
    state, flow : float64 (n, columns), at the last pause, first at rest.
    before, due : float64 (n, v), hazards at the last look and thresholds of the next occurrence.
    """

    place: NDArray[np.int64]
    edge: NDArray[np.int64]
    time: NDArray[np.float64]
    step: NDArray[np.float64]
    seen: NDArray[np.float64]
    dosing: NDArray[np.bool_]
    inputs: NDArray[np.float64]
    supply: NDArray[np.float64]
    state: NDArray[np.float64]
    flow: NDArray[np.float64]
    before: NDArray[np.float64]
    due: NDArray[np.float64]


def make_desk(states: NDArray[np.float64], course: Course, watch: Watch, flows: int, dosing: bool = True) -> Desk:
    """Everybody at rest before the first edge.

    Parameters
    ----------
    states : float64 (n, n_states)
    course, watch
    flows : int
        Number of flow columns.
    dosing : bool
        Planned doses are given unless something stops them; false where each is decided.
    """
    n, inputs, v = len(states), course.inputs.shape[1], watch.hazards.size
    return Desk(
        place=np.full(n, WAITS), edge=np.zeros(n, np.int64), time=np.full(n, course.edges[0]), step=np.zeros(n),
        seen=np.full(n, -1.0), dosing=np.full(n, dosing), inputs=np.zeros((n, inputs)), supply=np.zeros((n, inputs)),
        state=states.copy(), flow=np.full((n, flows), np.nan), before=np.zeros((n, v)), due=np.zeros((n, v)))
