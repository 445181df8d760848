"""What is noted of a patient on his way: extremes, times, amounts, events.

An event happens when its hazard, integrated over time, passes a threshold drawn from the unit
exponential distribution at an address of its own (seed, event, patient, how-manieth).
"""

from __future__ import annotations

import numpy as np

from clsim.draws import uniform
from clsim.engine.block import ENDS_LIFE, NOTHING, STOPS_DOSING
from clsim.jit import borrower, kernel
from clsim.vmath import log

MOST_AT_ONCE = 100  # times that one event can be counted between two looks


@kernel
def threshold(key, number, count):
    """Integrated hazard at which an event happens the next time, beyond the last."""
    return -log(uniform(key, number, np.uint64(count)))


@borrower
def fault(report, code, time, column, value):
    """What went wrong with a patient."""
    report.code, report.time, report.column, report.value = code, time, column, value


@borrower
def tally(i, now, span, inputs, lane, width, watch, found):
    """What patient i was given between two edges, and for how long."""
    count = inputs.size // width
    for j in range(count):
        rate = inputs[j * width + lane]
        found.amount[i, j] += rate * span
        if rate > 0.0:
            found.running[i, j] += span
            found.running_until[i, j] = now
    for g in range(watch.together.shape[0]):
        any_runs = False
        for j in range(count):
            any_runs = any_runs or (watch.together[g, j] and inputs[j * width + lane] > 0.0)
        if any_runs:
            found.running[i, count + g] += span
            found.running_until[i, count + g] = now


@borrower
def note(i, time, lapse, edge, flow, state, lane, width, watch, found):
    """Extremes, limits and bands of patient i at this look; the signal that is not a number, or -1."""
    flows = flow.size // width
    for k in range(watch.signals.size):
        c = watch.signals[k]
        value = flow[c * width + lane] if c < flows else state[(c - flows) * width + lane]
        if not np.isfinite(value):
            return c
        if not found.lowest[i, k] <= value:
            found.lowest[i, k], found.lowest_at[i, k] = value, time
        if not found.highest[i, k] >= value:
            found.highest[i, k], found.highest_at[i, k] = value, time
        if lapse < 0.0:
            found.first[i, k] = value
        found.last[i, k] = value
    for k in range(watch.limited.size):
        c = watch.limited[k]
        value = flow[c * width + lane] if c < flows else state[(c - flows) * width + lane]
        if value > watch.limit[k] if watch.above[k] else value < watch.limit[k]:
            found.beyond[i, k] += max(lapse, 0.0)
            found.beyond_at[i, k] = time
            found.stretch[i, k] += max(lapse, 0.0)
            found.longest[i, k] = max(found.longest[i, k], found.stretch[i, k])
        else:
            found.stretch[i, k] = 0.0
    row = watch.band_row[edge]
    if row >= 0:
        last = found.bins.shape[2] - 1
        for k in range(watch.banded.size):
            c = watch.banded[k]
            value = flow[c * width + lane] if c < flows else state[(c - flows) * width + lane]
            place = np.floor((value - watch.low[k]) / watch.width[k]) + 1.0
            found.bins[k, row, int(min(max(place, 0.0), float(last)))] += 1
    return -1


@borrower
def meet(i, number, time, lapse, flow, lane, width, desk, watch, found):
    """Add up the hazards of patient i and draw what happens; the gravest effect of what did."""
    gravest = 0
    for v in range(watch.hazards.size):
        hazard = flow[watch.hazards[v] * width + lane]
        if lapse < 0.0:
            desk.due[i, v] = threshold(watch.keys[v], number, 0)
        else:
            found.risk[i, v] += 0.5 * (desk.before[i, v] + hazard) * lapse
        desk.before[i, v] = hazard
        for _ in range(MOST_AT_ONCE):
            if not found.risk[i, v] >= desk.due[i, v]:
                break
            found.happened[i, v] += 1
            found.latest[i, v] = time
            if found.happened[i, v] == 1:
                found.when[i, v] = time
            desk.due[i, v] += threshold(watch.keys[v], number, found.happened[i, v])
            effect = watch.effects[v]
            if effect == STOPS_DOSING and found.stopped_by[i] == NOTHING:
                found.stopped_by[i], found.stopped_at[i] = v, time
                gravest = max(gravest, STOPS_DOSING)
            elif effect == ENDS_LIFE and found.ended_by[i] == NOTHING:
                found.ended_by[i] = v
                gravest = ENDS_LIFE
            if effect == ENDS_LIFE:
                break
    return gravest
