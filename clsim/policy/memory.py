"""What is remembered of a block of patients between two looks, and when which look is due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clsim.draws import stream_keys
from clsim.policy.signals import DRIPS, GROUPS
from clsim.policy.table import NO, Table

LONG_AGO = -(10**6)  # ticks


class Calendar(NamedTuple):
    """What is due at each tick k, 0 to m - 1.

    slot : bool (m,), a dose is planned.
    cycle, course : int64 (m,), to which a planned dose belongs, from 0.
    left : int64 (m,), planned doses of the present cycle from this tick on.
    due : bool (m, 4), what of `signals.GROUPS` is looked at.
    """

    slot: NDArray[np.bool_]
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
    return Calendar(slot, cycle, course, left, due)


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


class Memory(NamedTuple):
    """One row for each of n patients; ticks are int64, ``NO`` or (where they are subtracted) ``LONG_AGO`` for never.

    value : float64 (n, c), the chart; not-a-number: never read.
    at, fresh : int64, bool (n, c), tick of that reading, and whether it arrived at this tick.
    before, baseline, highest : float64 (n, c), the reading before, the first and the highest.
    waiting : float64 (n, c), samples in the laboratory; sampled : int64 (n, 4), when they were taken.
    looked : int64 (n, 4), when each group was last looked at.
    watch : int64 (n,), ticks between looks at the vital signs that a watch asks for, 0 for none.
    mark, total : float64 (n, c), totals at the last boundary and now; marked : int64 (n, c).
    target : float64 (n, t).
    since : int64 (n, k), from which reading (of a total: from the start of its window) on a clause has held.
    changed, takes, portions, block : int64 (n, s), of orders: last decision, tick at which it takes effect,
        portions in this block or episode, number of the block.
    rate, running : float64 (n, s), of drips: decided, and running now.
    slot_rate : float64 (n, 4), `signals.DRIPS` at the last planned dose; peak : float64 (n,), phenylephrine since.
    latched : bool (n, v), holds that have not been lifted.
    stopped, stopped_by, cycle, course, doses, held, held_in_a_row, last_dose : int64 (n,).
    """

    value: NDArray[np.float64]
    at: NDArray[np.int64]
    fresh: NDArray[np.bool_]
    before: NDArray[np.float64]
    baseline: NDArray[np.float64]
    highest: NDArray[np.float64]
    waiting: NDArray[np.float64]
    sampled: NDArray[np.int64]
    looked: NDArray[np.int64]
    watch: NDArray[np.int64]
    mark: NDArray[np.float64]
    total: NDArray[np.float64]
    marked: NDArray[np.int64]
    target: NDArray[np.float64]
    since: NDArray[np.int64]
    changed: NDArray[np.int64]
    takes: NDArray[np.int64]
    portions: NDArray[np.int64]
    block: NDArray[np.int64]
    rate: NDArray[np.float64]
    running: NDArray[np.float64]
    slot_rate: NDArray[np.float64]
    peak: NDArray[np.float64]
    latched: NDArray[np.bool_]
    stopped: NDArray[np.int64]
    stopped_by: NDArray[np.int64]
    cycle: NDArray[np.int64]
    course: NDArray[np.int64]
    doses: NDArray[np.int64]
    held: NDArray[np.int64]
    held_in_a_row: NDArray[np.int64]
    last_dose: NDArray[np.int64]


def blank(table: Table, patients: int) -> Memory:
    """Nothing seen, nothing ordered."""
    n, c, s = patients, table.columns.size, table.supports.size

    def ticks(*shape: int, value: int = NO) -> NDArray[np.int64]:
        return np.full((n, *shape), value, np.int64)

    def numbers(*shape: int, value: float = np.nan) -> NDArray[np.float64]:
        return np.full((n, *shape), value)

    return Memory(
        value=numbers(c), at=ticks(c), fresh=np.zeros((n, c), np.bool_), before=numbers(c), baseline=numbers(c),
        highest=numbers(c), waiting=numbers(c), sampled=ticks(len(GROUPS)), looked=ticks(len(GROUPS), value=LONG_AGO),
        watch=ticks(value=0), mark=numbers(c), total=numbers(c, value=0.0), marked=ticks(c),
        target=numbers(table.targets.size), since=ticks(table.clauses.size, value=LONG_AGO),
        changed=ticks(s, value=LONG_AGO), takes=ticks(s, value=LONG_AGO),
        portions=ticks(s, value=0), block=ticks(s), rate=numbers(s, value=0.0), running=numbers(s, value=0.0),
        slot_rate=numbers(len(DRIPS), value=0.0), peak=numbers(value=0.0),
        latched=np.zeros((n, table.verdicts.size), np.bool_), stopped=ticks(value=0), stopped_by=ticks(), cycle=ticks(),
        course=ticks(), doses=ticks(value=0), held=ticks(value=0), held_in_a_row=ticks(value=0),
        last_dose=ticks(value=LONG_AGO))


class Orders(NamedTuple):
    """What is decided for n patients at one look.

    give : int8 (n,), 1 the dose that is due is given, 0 it is skipped, -1 none is due.
    inputs : float64 (n, n_inputs), what runs from now until the next look, in the units of the inputs.
    reason : int64 (n,), verdict by which a dose is skipped (of several, the first), NO otherwise.
    acted : int8 (n, s), 1 begun or raised, -1 lowered or ended, 0 as before.
    """

    give: NDArray[np.int8]
    inputs: NDArray[np.float64]
    reason: NDArray[np.int64]
    acted: NDArray[np.int8]


def no_orders(patients: int, inputs: int, supports: int) -> Orders:
    """Nothing is given."""
    return Orders(np.full(patients, -1, np.int8), np.zeros((patients, inputs)), np.full(patients, NO, np.int64),
                  np.zeros((patients, supports), np.int8))


def chart(memory: Memory, names: Sequence[str]) -> NDArray[Any]:
    """The chart as a structured array (n,), a field for each column: what ``seen`` is."""
    return np.ascontiguousarray(memory.value).view(np.dtype([(name, "f8") for name in names]))[:, 0]


def as_numbers(numbers: ArrayLike) -> NDArray[np.uint64]:
    """Patient numbers as addresses of draws."""
    return np.ascontiguousarray(numbers, np.uint64)
