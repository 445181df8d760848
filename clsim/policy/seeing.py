"""The chart of one patient inside the compiled loop: what `clsim.policy.monitor` does for many.

Same steps, same order, same bits (tested).
"""

from __future__ import annotations

import numpy as np

from clsim.draws import deviate, uniform
from clsim.jit import borrower
from clsim.policy.signals import EVENT, FLOW_TOTAL, GROUPS, MEASURED, TICK, TOTAL
from clsim.policy.table import NO

VITALS, N_GROUPS = GROUPS.index("vitals"), len(GROUPS)


@borrower
def write(place, value, at):
    """A reading on the chart."""
    place.before = place.value
    place.value, place.at, place.fresh = value, at, True
    if np.isnan(place.baseline):
        place.baseline = value
    if value > place.highest or np.isnan(place.highest):
        place.highest = value


@borrower
def truth(source, flow, state, lane, width):
    """What the body shows, were it seen without error."""
    flows = flow.size // width
    return flow[source * width + lane] if source < flows else state[(source - flows) * width + lane]


@borrower
def see(table, calendar, keys, m, i, number, weight, tick, flow, state, lane, width, latest):
    """`monitor.look` for one patient."""
    for c in range(table.columns.size):
        m.chart[i, c].fresh = False
    for g in range(N_GROUPS):
        group, mine = table.groups[g], m.group[i, g]
        if group.every == 0:
            continue
        due = tick == 0 or calendar.due[tick, g]
        watch = m.patient[i].watch
        if g == VITALS and watch > 0 and tick - mine.looked >= watch:
            due = True
        if due and group.missed > 0.0 and tick > 0:
            due = uniform(keys.missed[g], number, np.uint64(tick)) >= group.missed
        if due:
            mine.looked = tick
        delay = group.delay if tick > 0 else 0
        back = mine.sampled != NO and tick - mine.sampled >= delay
        taken = due and (back or mine.sampled == NO)
        if not back and not taken:
            continue
        for c in range(table.columns.size):
            column, place = table.columns[c], m.chart[i, c]
            if column.kind != MEASURED or column.group != g:
                continue
            reading, at = place.waiting, mine.sampled
            if back:
                write(place, reading, at)
            if not taken:
                continue
            reading = truth(column.source, flow, state, lane, width)
            if column.sd > 0.0 or column.cv > 0.0:
                reading += deviate(keys.noise[c], number, np.uint64(tick)) * (column.sd + column.cv * abs(reading))
            if column.step > 0.0:
                reading = np.floor(reading / column.step + 0.5) * column.step
            if delay == 0:
                write(place, reading, np.int64(tick))
            else:
                place.waiting = reading
        mine.sampled = tick if taken and delay > 0 else NO
    for c in range(table.columns.size):
        column, place = table.columns[c], m.chart[i, c]
        if column.kind == EVENT:
            place.value = tick * TICK - latest[column.source]
            place.at, place.fresh = tick, True
        elif (column.kind == TOTAL or column.kind == FLOW_TOTAL) and column.window > 0:
            total(calendar, place, column, table.groups[column.group].first, m.group[i, column.group].looked == tick,
                  tick, truth(column.source, flow, state, lane, width))
    if tick == 0:
        aim(table, m, i, weight)


@borrower
def total(calendar, place, column, first, looked, tick, value):
    """What flowed since the last boundary of a window, as a mean rate; read if somebody looked."""
    if column.kind == TOTAL:
        place.total = value
    elif tick > 0:
        place.total += value * TICK
    if tick == 0:
        place.mark, place.marked = place.total, 0
    elif calendar.due[tick, column.group] and (tick - first) % column.window == 0:
        if looked:
            write(place, (place.total - place.mark) / ((tick - place.marked) * TICK), np.int64(tick))
        place.mark, place.marked = place.total, tick


@borrower
def aim(table, m, i, weight):
    """Targets by the readings on admission."""
    for t in range(table.targets.size):
        target = table.targets[t]
        baseline = m.chart[i, target.column].baseline
        for a in range(target.first, target.last):
            each = table.aims[a]
            if baseline < each.below or each.below == np.inf:
                value = each.value * weight if each.per == 1 else each.value
                fallen = baseline - each.fall
                if np.isnan(value):
                    value = fallen
                elif not np.isnan(fallen):
                    value = min(value, fallen) if each.lower else max(value, fallen)
                m.target[i, t] = value
                break
