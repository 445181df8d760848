"""What is remembered of a block of patients between two looks, and when which look is due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clsim.draws import stream_keys
from clsim.policy.signals import DRIPS, GROUPS
from clsim.policy.table import NO, Table, record

LONG_AGO = -(10**6)  # ticks
SOON = 4  # ticks; a drip that is turned the other way within them swings
SWINGS = 6  # of one patient; from then on a policy is said to oscillate
SKIPPED, GIVEN, NOT_GIVEN = 0, 1, 2  # a planned dose: held, given, no longer asked


class Calendar(NamedTuple):
    """What is due at each tick k, 0 to m - 1.

    slot : bool (m,), a dose is planned; number : int64 (m,), the how-manieth, from 0.
    cycle, course : int64 (m,), to which a planned dose belongs, from 0.
    left : int64 (m,), planned doses of the present cycle from this tick on.
    due : bool (m, 4), what of `signals.GROUPS` is looked at.
    """

    slot: NDArray[np.bool_]
    number: NDArray[np.int64]
    cycle: NDArray[np.int64]
    course: NDArray[np.int64]
    left: NDArray[np.int64]
    due: NDArray[np.bool_]


def make_calendar(table: Table, slots: Sequence[tuple[int, int, int]], ticks: int) -> Calendar:
    """The calendar of a course.

    Parameters
    ----------
    table : Table
    slots : sequence of (tick, cycle, course)
        Planned doses in order of time.
    ticks : int
        Length of the calendar.
    """
    slot, cycle, course = np.zeros(ticks, np.bool_), np.zeros(ticks, np.int64), np.zeros(ticks, np.int64)
    left = np.zeros(ticks, np.int64)
    for i, (tick, its_cycle, its_course) in enumerate(slots):
        until = slots[i + 1][0] if i + 1 < len(slots) else ticks
        slot[tick], cycle[tick:until], course[tick:until] = True, its_cycle, its_course
        begin = 0 if i == 0 else slots[i - 1][0] + 1 if slots[i - 1][1:] == (its_cycle, its_course) else tick
        left[begin : tick + 1] = sum(1 for other in slots[i:] if other[1:] == (its_cycle, its_course))
    due = np.zeros((ticks, len(GROUPS)), np.bool_)
    for g, group in enumerate(table.groups):
        if group["every"]:
            due[group["first"] :: group["every"], g] = True
            due[0, g] = True
    for g, before in table.before:
        for tick, _, _ in slots:
            if tick >= before:
                due[tick - before, g] = True
    return Calendar(slot, np.maximum(np.cumsum(slot) - 1, 0), cycle, course, left, due)


class Keys(NamedTuple):
    """Streams of the random elements: noise of each column, missed looks of each group, orders followed.

    ``followed`` holds those of the supports, then of the verdicts.
    """

    noise: NDArray[np.uint64]
    missed: NDArray[np.uint64]
    followed: NDArray[np.uint64]


def make_keys(seed: int, columns: Sequence[str], entries: Sequence[str]) -> Keys:
    """Keys by the names of columns of the chart and of entries: other policies do not move them."""
    return Keys(
        stream_keys(seed, tuple(f"monitor/noise/{name}" for name in columns)),
        stream_keys(seed, tuple(f"monitor/missed/{name}" for name in GROUPS)),
        stream_keys(seed, tuple(f"policy/followed/{name}" for name in entries)))


CHART = record([(name, "f8") for name in ("value", "before", "baseline", "highest", "waiting", "mark", "total")]
               + [("at", "i8"), ("marked", "i8"), ("fresh", "?")])
GROUP = record([("sampled", "i8"), ("looked", "i8")])
CLAUSE = record([("since", "i8"), ("truth", "?")])
ORDER = record([("rate", "f8"), ("running", "f8"), ("flowing", "f8")]
               + [(name, "i8") for name in ("changed", "takes", "portions", "block", "way", "turns")])
SLOT = record([("state", "i8"), ("reason", "i8")])
PATIENT = record([(name, "i8") for name in (
    "watch", "stopped", "stopped_by", "stopped_at", "cycle", "course", "doses", "held", "held_in_a_row", "last_dose")]
                 + [("peak", "f8"), ("dosing", "?")])


class Memory(NamedTuple):
    """One row for each of n patients; ticks are whole, ``NO`` or (where they are subtracted) ``LONG_AGO`` for never.

    chart : CHART (n, c)
        ``value`` as read last (not-a-number: never read), ``at`` the tick of that reading, ``fresh`` whether it
        arrived at this tick; the reading ``before``, the first (``baseline``) and the ``highest``; ``waiting`` in the
        laboratory; totals at the last boundary (``mark``, at the tick ``marked``) and now (``total``).
    group : GROUP (n, 4)
        When a sample was taken that is still in the laboratory, and when the group was last looked at.
    clause : CLAUSE (n, k)
        From which reading (of a total: from the start of its window) on it has held, and whether it holds.
    holds : bool (n, r), which rules hold.
    target : float64 (n, t)
    order : ORDER (n, s)
        ``rate`` decided and ``running`` of a drip; ``flowing``, how much of the supply flows; tick of the last
        decision (``changed``) and at which it ``takes`` effect; ``portions`` in this ``block`` or episode; which
        ``way`` a drip was turned last, and how often (``turns``) it was turned back within `SOON`.
    latched : bool (n, v), holds that have not been lifted.
    slot_rate : float64 (n, 4), `signals.DRIPS` at the last planned dose.
    slot : SLOT (n, d)
        Of each planned dose `GIVEN`, `SKIPPED` or `NOT_GIVEN` after a stop, NO before its time, and the verdict by
        which it was not given.
    patient : PATIENT (n,)
        ``watch``, ticks between looks at the vital signs that a watch asks for, 0 for none; what was ``stopped``, by
        which verdict, when; ``cycle`` and ``course``; ``doses`` given, ``held``, and held one after another in this
        cycle; tick of the ``last_dose``; ``peak`` of phenylephrine since the last planned dose; ``dosing``: the last
        planned dose was given and runs until it ends.

    Every field of these records is also a property, ``memory.value`` (n, c).
    """

    chart: Any
    group: Any
    clause: Any
    holds: NDArray[np.bool_]
    target: NDArray[np.float64]
    order: Any
    latched: NDArray[np.bool_]
    slot_rate: NDArray[np.float64]
    slot: Any
    patient: Any

    def __getattr__(self, name: str) -> NDArray[Any]:
        """A field of one of the records."""
        if name not in HOME:
            raise AttributeError(name)
        return np.asarray(getattr(self, HOME[name])[name])


HOME = {name: home for home, kind in (("chart", CHART), ("group", GROUP), ("clause", CLAUSE), ("order", ORDER),
                                      ("slot", SLOT), ("patient", PATIENT)) for name in kind.names or ()}


def blank(table: Table, patients: int, slots: int = 0) -> Memory:
    """Nothing seen, nothing ordered; so many doses are planned."""
    n = patients

    def rows(kind: np.dtype[Any], *shape: int, **first: float) -> Any:
        made = np.zeros((n, *shape), kind)
        for name in kind.names or ():
            made[name] = first.get(name, NO if kind[name].kind == "i" else np.nan if kind is CHART else 0.0)
        return made

    return Memory(
        chart=rows(CHART, table.columns.size, total=0.0, fresh=False),
        group=rows(GROUP, len(GROUPS), looked=LONG_AGO),
        clause=rows(CLAUSE, table.clauses.size, since=LONG_AGO),
        holds=np.zeros((n, table.rules.size), np.bool_),
        target=np.full((n, table.targets.size), np.nan),
        order=rows(ORDER, table.supports.size, changed=LONG_AGO, takes=LONG_AGO, portions=0, way=0, turns=0),
        latched=np.zeros((n, table.verdicts.size), np.bool_),
        slot_rate=np.zeros((n, len(DRIPS))),
        slot=rows(SLOT, slots),
        patient=rows(PATIENT, watch=0, stopped=0, doses=0, held=0, held_in_a_row=0, last_dose=LONG_AGO))


def rows_of(memory: Memory, rows: NDArray[np.int64]) -> Memory:
    """What is remembered of some of the patients, copied."""
    chosen: Any = [each[rows].copy() for each in memory]
    return Memory(*chosen)


class Orders(NamedTuple):
    """What is decided for n patients at one look.

    give : int8 (n,), 1 the dose that is due is given, 0 it is skipped, -1 none is due.
    dosing : bool (n,), what was given runs on until it ends; false once dosing is stopped.
    inputs : float64 (n, n_inputs), what runs from now until the next look, in the units of the inputs.
    reason : int64 (n,), verdict by which a dose is skipped (of several, the first), NO otherwise.
    acted : int8 (n, s), 1 begun or raised, -1 lowered or ended, 0 as before.
    """

    give: NDArray[np.int8]
    dosing: NDArray[np.bool_]
    inputs: NDArray[np.float64]
    reason: NDArray[np.int64]
    acted: NDArray[np.int8]


def no_orders(patients: int, inputs: int, supports: int) -> Orders:
    """Nothing is given."""
    return Orders(np.full(patients, -1, np.int8), np.zeros(patients, np.bool_), np.zeros((patients, inputs)),
                  np.full(patients, NO, np.int64), np.zeros((patients, supports), np.int8))


def chart(memory: Memory, names: Sequence[str]) -> NDArray[Any]:
    """What stands on the chart, copied, as a structured array (n,), a field for each column: what ``seen`` is."""
    return np.ascontiguousarray(memory.value).view(np.dtype([(name, "f8") for name in names]))[:, 0]


def as_numbers(numbers: ArrayLike) -> NDArray[np.uint64]:
    """Patient numbers as addresses of draws."""
    return np.ascontiguousarray(numbers, np.uint64)
