"""A block of patients through lanes: each with a time, a step and a next edge of his own.

W patients are computed side by side.  A patient who comes to the end of the course, or to the end
of his life, hands his lane to the next of the block.  Nothing that one lane does is seen by
another, so a patient's numbers are the same alone, in any crowd, and in any order.

A course is cut at edges.  Between two of them the inputs are constant; where they change, a step
of no length brings slopes and flows up to date.  At edges that are observed, the state is
inspected, extremes and times beyond limits are noted, and events are drawn: an event happens when
its hazard, integrated over time, passes a threshold drawn from the unit exponential distribution
at an address of its own (seed, event, patient, how-manieth).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clsim.draws import uniform
from clsim.engine.advance import ROUNDING
from clsim.engine.block import ENDS_LIFE, NOTHING, STOPS_DOSING
from clsim.engine.embedded import SHRINK, Pair, make_attempt, work_record
from clsim.engine.outcome import Outcome
from clsim.jit import driver, kernel
from clsim.lanes import lanes, where, widen
from clsim.vmath import log

NOT_FINITE = int(Outcome.NOT_FINITE)
NEGATIVE_STATE = int(Outcome.NEGATIVE_STATE)
ROOT_NOT_FOUND = int(Outcome.ROOT_NOT_FOUND)
STEP_TOO_SMALL = int(Outcome.STEP_TOO_SMALL)
FLOW_NOT_FINITE = int(Outcome.FLOW_NOT_FINITE)

LEAST_STEP = 1e-6  # min; where a shorter one is asked for, none will do
MOST_AT_ONCE = 100  # times that one event can be counted between two looks
STEADY, FRESH, SILENT = 0, 1, 2  # inputs as before; changed, to be looked at; changed, seen already


@kernel
def threshold(key, number, count):
    """Integrated hazard at which an event happens the next time, beyond the last."""
    return -log(uniform(key, number, np.uint64(count)))


@kernel
def give(course, span, measures, stopped, u, lane, width):
    """The inputs of a span, by the patient's measures, into his lane."""
    for j in range(course.inputs.shape[1]):
        rate = 0.0
        if not (stopped and course.dosing[j]):
            for k in range(measures.size):
                rate += course.inputs[span, j, k] * measures[k]
        u[j * width + lane] = rate


@kernel
def fault(report, code, time, column, value):
    """What went wrong with a patient."""
    report.code, report.time, report.column, report.value = code, time, column, value


@kernel
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
        if lapse > 0.0 and (value > watch.limit[k] if watch.above[k] else value < watch.limit[k]):
            found.beyond[i, k] += lapse
    row = watch.band_row[edge]
    if row >= 0:
        last = found.bins.shape[2] - 1
        for k in range(watch.banded.size):
            c = watch.banded[k]
            value = flow[c * width + lane] if c < flows else state[(c - flows) * width + lane]
            place = np.floor((value - watch.low[k]) / watch.width[k]) + 1.0
            found.bins[k, row, int(min(max(place, 0.0), float(last)))] += 1
    return -1


@kernel
def meet(i, number, time, lapse, flow, lane, width, before, due, watch, found):
    """Add up the hazards of patient i and draw what happens; the gravest effect of what did."""
    gravest = 0
    for v in range(watch.hazards.size):
        hazard = flow[watch.hazards[v] * width + lane]
        if lapse < 0.0:
            due[v, lane] = threshold(watch.keys[v], number, 0)
        else:
            found.risk[i, v] += 0.5 * (before[v, lane] + hazard) * lapse
        before[v, lane] = hazard
        for _ in range(MOST_AT_ONCE):
            if not found.risk[i, v] >= due[v, lane]:
                break
            found.happened[i, v] += 1
            if found.happened[i, v] == 1:
                found.when[i, v] = time
            due[v, lane] += threshold(watch.keys[v], number, found.happened[i, v])
            effect = watch.effects[v]
            if effect == STOPS_DOSING and found.stopped_by[i] == NOTHING:
                found.stopped_by[i], found.stopped_at[i] = v, time
                gravest = max(gravest, STOPS_DOSING)
            elif effect == ENDS_LIFE and found.ended_by[i] == NOTHING:
                found.ended_by[i] = v
                gravest = ENDS_LIFE
    return gravest


def make_relay(
    rhs: Callable[..., None],
    outlook: Callable[..., None],
    records: tuple[np.dtype, np.dtype, np.dtype, np.dtype],
    pair: Pair,
    width: int,
) -> Callable[..., None]:
    """The compiled loop for one model, one pair and one width.

    Parameters
    ----------
    rhs, outlook : kernels (x, p, u, f, dx) and (x, p, u, f)
        The model, and what it adds to the flows when somebody looks.
    records : X, P, U, F
        Record types of one patient.
    pair : Pair
    width : int
        Patients side by side; 1 for records of single numbers.

    Returns
    -------
    driver (numbers, params, states, measures, course, accuracy, watch, found)
        numbers : uint64 (n,), addresses of the patients' draws
        params, states : float64 (n, n_parameters) and (n, n_states), at the first edge
        measures : float64 (n, k), what the inputs are multiplied by
        course, accuracy, watch, found : see ``clsim.engine.block``; ``found`` is filled in
    """
    X, P, U, F = records
    n, n_p, n_u, n_f = (kind.itemsize // 8 for kind in records)
    W = width
    bench = work_record(n, n_f, pair)
    place = {name: bench.fields[name][1] // 8 * W for name in bench.names}  # type: ignore[index,union-attr]
    h_at, error_at, factor_at, below_at = (place[name] for name in ("h", "error", "factor", "below"))
    accept_at, y_at, trial_at, slope_at, flow_at, slopes_at = (
        place[name] for name in ("accept", "y", "trial", "slope", "flow", "slopes"))
    weights = pair.error
    size, last = bench.itemsize // 8 * W, (pair.slopes - 1) * n
    Xw, Pw, Uw, Fw, Bw = (widen(kind, W) if W > 1 else kind for kind in (X, P, U, F, bench))
    attempt = make_attempt(rhs, n, pair)

    @kernel
    def move(w):
        """Whose trial was accepted stands there now, with the slope that was the last."""
        there = w.accept > 0.0
        for j in range(n):
            w.y[j] = where(there, w.trial[j], w.y[j])
            w.slopes[j] = where(there, w.slopes[last + j], w.slopes[j])

    @kernel
    def first_negative(bench, lane, floor):
        for j in range(n):
            if bench[trial_at + j * W + lane] < floor[j]:
                return j
        return -1

    @kernel
    def worst(bench, lane, scale):
        """The state whose error is the largest part of the whole."""
        found, most = 0, -1.0
        for j in range(n):
            miss = 0.0
            for m in range(last // n + 1):
                miss += weights[m] * bench[slopes_at + (m * n + j) * W + lane]
            if not np.isfinite(miss):
                return j
            if abs(miss / scale[j]) > most:
                found, most = j, abs(miss / scale[j])
        return found

    @kernel
    def load(i, params, states, course, measures, bench, parameters, inputs, lane):
        for j in range(n_p):
            parameters[j * W + lane] = params[i, j]
        for j in range(n):
            bench[y_at + j * W + lane] = states[i, j]
        give(course, 0, measures[i], False, inputs, lane, W)

    # pair and width are closed over: they stand in the key of what is kept
    @driver(rhs, outlook, X, P, U, F, bench, np.dtype([(pair.name, "f8", (W,))]))
    def relay(numbers, params, states, measures, course, accuracy, watch, found):
        bench, parameters, inputs = np.zeros(size), np.zeros(n_p * W), np.zeros(n_u * W)
        trial, flow = bench[trial_at : trial_at + n * W], bench[flow_at : flow_at + n_f * W]
        w, x, dx = lanes(bench.view(Bw)[0]), lanes(trial.view(Xw)[0]), lanes(
            bench[slope_at : slope_at + n * W].view(Xw)[0])
        f, p, u = lanes(flow.view(Fw)[0]), lanes(parameters.view(Pw)[0]), lanes(inputs.view(Uw)[0])
        who, edge, given = np.full(W, -1), np.zeros(W, np.int64), np.zeros(W, np.int64)
        time, step, seen = np.zeros(W), np.zeros(W), np.zeros(W)
        arrives, looks = np.zeros(W, np.bool_), np.zeros(W, np.bool_)
        before, due = np.zeros((watch.hazards.size, W)), np.zeros((watch.hazards.size, W))
        waiting, busy, spans = 0, 0, course.edges.size - 1
        for lane in range(W):  # a lane that never has a patient of its own repeats the first
            load(0, params, states, course, measures, bench, parameters, inputs, lane)
        while waiting < numbers.size or busy > 0:
            for lane in range(W):
                if who[lane] < 0 and waiting < numbers.size:
                    load(waiting, params, states, course, measures, bench, parameters, inputs, lane)
                    who[lane], edge[lane], time[lane] = waiting, 0, course.edges[0]
                    step[lane], seen[lane], given[lane] = accuracy.begin, -1.0, FRESH
                    waiting += 1
                    busy += 1
                bench[h_at + lane] = 0.0
                if who[lane] >= 0 and given[lane] == STEADY:
                    left = course.edges[edge[lane] + 1] - time[lane]
                    pieces = max(1.0, np.ceil(left / step[lane] - ROUNDING))
                    bench[h_at + lane] = left / pieces
                    arrives[lane] = pieces == 1.0
            attempt(w, x, p, u, f, dx, accuracy.scale, accuracy.floor)

            look = False
            for lane in range(W):
                bench[accept_at + lane], looks[lane] = 0.0, False
                i = who[lane]
                if i < 0:
                    continue
                found.attempts[i, 0] += 1
                error, below = bench[error_at + lane], bench[below_at + lane]
                h, factor = bench[h_at + lane], bench[factor_at + lane]
                if error <= 1.0 and below <= 0.0:
                    bench[accept_at + lane] = 1.0
                    if given[lane] != STEADY:
                        looks[lane] = given[lane] == FRESH and course.observed[edge[lane]]
                        given[lane] = STEADY
                    else:
                        step[lane] = min(accuracy.longest, h * factor)
                        time[lane] += h
                        if arrives[lane]:
                            edge[lane] += 1
                            time[lane] = course.edges[edge[lane]]
                            if edge[lane] < spans and course.changes[edge[lane]]:
                                stopped = found.stopped_by[i] != NOTHING
                                give(course, edge[lane], measures[i], stopped, inputs, lane, W)
                                given[lane], step[lane] = FRESH, min(step[lane], accuracy.begin)
                            else:
                                looks[lane] = course.observed[edge[lane]]
                    look = look or looks[lane]
                else:
                    found.attempts[i, 1] += 1
                    step[lane] = h * (min(factor, 0.5) if factor > 0.0 else SHRINK)
                    if not step[lane] >= LEAST_STEP:
                        j = first_negative(bench, lane, accuracy.floor)
                        code = NOT_FINITE if not np.isfinite(error) else STEP_TOO_SMALL if j < 0 else NEGATIVE_STATE
                        j = j if code == NEGATIVE_STATE else worst(bench, lane, accuracy.scale)
                        fault(found.report[i], code, time[lane], j, bench[trial_at + j * W + lane])
                        found.ended_at[i] = time[lane]
                        who[lane] = -1
                        busy -= 1
            move(w)
            if not look:
                continue

            outlook(x, p, u, f)
            for lane in range(W):
                if not looks[lane]:
                    continue
                i, now, lapse = who[lane], time[lane], time[lane] - seen[lane]
                if seen[lane] < 0.0:
                    lapse = -1.0
                seen[lane] = now
                over = edge[lane] == spans
                bad = note(i, now, lapse, edge[lane], flow, trial, lane, W, watch, found)
                for v in range(watch.hazards.size):
                    if bad < 0 and not np.isfinite(flow[watch.hazards[v] * W + lane]):
                        bad = watch.hazards[v]
                if bad >= 0:
                    code, column = (FLOW_NOT_FINITE, bad) if bad < n_f else (NOT_FINITE, bad - n_f)
                    fault(found.report[i], code, now, column, np.nan)
                    found.ended_at[i], who[lane] = now, -1
                    busy -= 1
                    continue
                kept = found.keep[i]
                if kept >= 0 and watch.kept_row[edge[lane]] >= 0:
                    row = watch.kept_row[edge[lane]]
                    found.states[kept, row] = trial[lane::W]
                    found.flows[kept, row] = flow[lane::W]
                effect = meet(i, numbers[i], now, lapse, flow, lane, W, before, due, watch, found)
                for k in range(accuracy.residuals.size):
                    left_over = flow[accuracy.residuals[k] * W + lane]
                    if effect != ENDS_LIFE and not abs(left_over) <= accuracy.ceiling[k]:
                        fault(found.report[i], ROOT_NOT_FOUND, now, accuracy.residuals[k], left_over)
                        over = True
                if effect == STOPS_DOSING and not over:
                    give(course, edge[lane], measures[i], True, inputs, lane, W)
                    given[lane], step[lane] = SILENT, min(step[lane], accuracy.begin)
                if over or effect == ENDS_LIFE:
                    found.ended_at[i], found.state[i] = now, trial[lane::W]
                    who[lane] = -1
                    busy -= 1

    return relay  # type: ignore[no-any-return]
