"""What the bedside sees of the body: readings at their times, with their errors, delays and gaps.

Only here does a policy come near the truth.  Every random element is addressed by patient and
tick, so that two policies which look at the same time read the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.draws import deviates, uniforms
from clsim.policy.memory import Calendar, Keys, Memory
from clsim.policy.signals import EVENT, FLOW_TOTAL, GROUPS, MEASURED, TICK, TOTAL
from clsim.policy.table import NO, Table

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
VITALS = GROUPS.index("vitals")


def look(
    table: Table, keys: Keys, calendar: Calendar, tick: int, numbers: NDArray[np.uint64], weight: Numbers,
    truth: Numbers, struck: Numbers, memory: Memory,
) -> None:
    """Fill the chart of a block of patients at a tick.

    Parameters
    ----------
    table, keys, calendar
    tick : int
    numbers : uint64 (n,)
        Addresses of the patients' draws.
    weight : float64 (n,)
        On admission, kg.
    truth : float64 (n, n_outputs)
        Flows and states (`table.OUTPUTS`) at this time.
    struck : float64 (n, v)
        Minute of the latest of each event and symptom (`table.HAZARDS`), -inf for never.
    memory : Memory
        Is changed.
    """
    memory.fresh[:] = False
    for g, group in enumerate(table.groups):
        if not group["every"]:
            continue
        due = np.full(numbers.size, tick == 0 or calendar.due[tick, g])
        if g == VITALS:
            due |= (memory.watch > 0) & (tick - memory.looked[:, g] >= memory.watch)
        if group["missed"] > 0.0 and tick > 0:
            due &= uniforms(keys.missed[g], numbers, tick) >= group["missed"]
        memory.looked[due, g] = tick
        _samples(table, keys, tick, numbers, truth, memory, g, due)
    _totals(table, calendar, tick, truth, memory)
    for c in np.flatnonzero(table.columns["kind"] == EVENT):
        memory.value[:, c] = tick * TICK - struck[:, table.columns["source"][c]]
        memory.at[:, c], memory.fresh[:, c] = tick, True
    if tick == 0:
        set_targets(table, weight, memory)


def _samples(
    table: Table, keys: Keys, tick: int, numbers: NDArray[np.uint64], truth: Numbers, memory: Memory, g: int, due: Mask
) -> None:
    """Readings of a group: at once, or sent to the laboratory, which holds one sample at a time."""
    delay = table.groups["delay"][g] if tick > 0 else 0
    columns = np.flatnonzero((table.columns["kind"] == MEASURED) & (table.columns["group"] == g))
    back = (memory.sampled[:, g] != NO) & (tick - memory.sampled[:, g] >= delay)
    for c in columns:
        _note(memory, c, back, memory.waiting[:, c], memory.sampled[:, g])
    memory.sampled[back, g] = NO
    taken = due & (memory.sampled[:, g] == NO)
    if not taken.any():
        return
    for c in columns:
        reading = _reading(table.columns[c], keys.noise[c], tick, numbers, truth)
        if delay == 0:
            _note(memory, c, taken, reading, np.full(numbers.size, tick))
        else:
            memory.waiting[taken, c] = reading[taken]
    if delay > 0:
        memory.sampled[taken, g] = tick


def _reading(column: Any, key: np.uint64, tick: int, numbers: NDArray[np.uint64], truth: Numbers) -> Numbers:
    """The truth with the error and the rounding of the device."""
    value: Numbers = truth[:, column["source"]].copy()
    if column["sd"] > 0.0 or column["cv"] > 0.0:
        value += deviates(key, numbers, tick) * (column["sd"] + column["cv"] * np.abs(value))
    if column["step"] > 0.0:
        value = np.floor(value / column["step"] + 0.5) * column["step"]
    return value


def _note(memory: Memory, c: Any, who: Mask, reading: Numbers, at: NDArray[np.int64]) -> None:
    """Write a reading on the chart."""
    memory.before[who, c] = memory.value[who, c]
    memory.value[who, c], memory.at[who, c], memory.fresh[who, c] = reading[who], at[who], True
    first = who & np.isnan(memory.baseline[:, c])
    memory.baseline[first, c] = reading[first]
    memory.highest[who, c] = np.fmax(memory.highest[who, c], reading[who])


def _totals(table: Table, calendar: Calendar, tick: int, truth: Numbers, memory: Memory) -> None:
    """What flowed since the last boundary of each window, as a mean rate; read if somebody looked."""
    for c, column in enumerate(table.columns):
        if column["kind"] not in (TOTAL, FLOW_TOTAL) or not column["window"]:
            continue
        g, value = column["group"], truth[:, column["source"]]
        if column["kind"] == TOTAL:
            memory.total[:, c] = value
        elif tick > 0:
            memory.total[:, c] += value * TICK
        if tick == 0:
            memory.mark[:, c], memory.marked[:, c] = memory.total[:, c], 0
        elif calendar.due[tick, g] and (tick - table.groups["first"][g]) % column["window"] == 0:
            reading = (memory.total[:, c] - memory.mark[:, c]) / ((tick - memory.marked[:, c]) * TICK)
            _note(memory, c, memory.looked[:, g] == tick, reading, np.full(reading.size, tick))
            memory.mark[:, c], memory.marked[:, c] = memory.total[:, c], tick


def set_targets(table: Table, weight: Numbers, memory: Memory) -> None:
    """Targets by the readings on admission."""
    for t, target in enumerate(table.targets):
        baseline = memory.baseline[:, target["column"]]
        open_ = np.ones(baseline.size, np.bool_)
        for aim in table.aims[target["first"] : target["last"]]:
            mine = open_ & ((baseline < aim["below"]) | (aim["below"] == np.inf))
            value = np.where(aim["per"] == 1, aim["value"] * weight, aim["value"])
            fallen = baseline - aim["fall"]
            both = np.fmin(value, fallen) if aim["lower"] else np.fmax(value, fallen)
            memory.target[mine, t] = both[mine]
            open_ &= ~mine
