"""A block of patients through lanes: each with a time, a step and a next edge of his own.

W patients are computed side by side.  A patient who comes to the end of the course, or to the end
of his life, hands his lane to the next of the block.  Nothing that one lane does is seen by
another, so a patient's numbers are the same alone, in any crowd, and in any order.

A course is cut at edges.  Between two of them the inputs are constant; where they change, a step
of no length brings slopes and flows up to date.  At edges that are observed, the patient is
inspected (`clsim.engine.inspection`) and somebody may decide what he is given from now on: the
``consult`` of whoever makes the loop, or whoever calls it, to whom it then returns.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clsim.engine.advance import ROUNDING
from clsim.engine.block import (
    DOSES,
    ENDS_LIFE,
    LEAVE,
    NO_DOSES,
    NO_LOOK,
    OVER,
    PAUSED,
    STOPS_DOSING,
    WAITS,
)
from clsim.engine.embedded import SHRINK, Pair, make_attempt, work_record
from clsim.engine.inspection import fault, meet, note, tally
from clsim.engine.outcome import Outcome
from clsim.jit import borrower, driver, kernel
from clsim.lanes import lanes, where, widen

NOT_FINITE = int(Outcome.NOT_FINITE)
NEGATIVE_STATE = int(Outcome.NEGATIVE_STATE)
ROOT_NOT_FOUND = int(Outcome.ROOT_NOT_FOUND)
STEP_TOO_SMALL = int(Outcome.STEP_TOO_SMALL)
FLOW_NOT_FINITE = int(Outcome.FLOW_NOT_FINITE)

MOST_ATTEMPTS = 300_000  # steps tried for one patient; a course of three weeks takes five thousand
LEAST_STEP = 1e-6  # min; where a shorter one is asked for, none will do
LINE = 8  # doubles in a line of the cache
STEADY, FRESH, SILENT, RESUMED = range(4)  # inputs as before; changed, to be seen; changed, seen; after a pause


@kernel
def room(count):
    """Zeros that begin where a cache line begins: a register of lanes is then read from one line, not two."""
    wider = np.zeros(count + LINE)
    begin = (-wider.ctypes.data // wider.itemsize) % LINE
    return wider[begin : begin + count]


@borrower
def give(course, span, measures, dosing, supply, u, lane, width):
    """The inputs of a span, by the patient's measures, and what was decided, into his lane; whether any is new."""
    fresh = False
    for j in range(course.inputs.shape[1]):
        rate = supply[j]
        for k in range(measures.size):
            rate += course.inputs[span, j, k] * measures[k]
        if dosing:
            for k in range(measures.size):
                rate += course.doses[span, j, k] * measures[k]
        fresh = fresh or rate != u[j * width + lane]
        u[j * width + lane] = rate
    return fresh


@kernel
def nobody(rules, i, tick, flow, state, lane, width, latest, supply):
    """A consult that leaves everything as it is.

    Parameters
    ----------
    rules : anything
        What the consult knows and remembers.
    i, tick : int
        Which patient of the block, and which look.
    flow, state : float64 (columns * width,)
        What can be seen of him, in a lane of some width.
    lane, width : int
    latest : float64 (v,)
        When each event befell him last, min, -inf for never.
    supply : float64 (n_inputs,)
        Is changed: what he is given from now on besides the course.

    Returns
    -------
    int
        LEAVE: as before, `supply` too.  NO_DOSES, DOSES: `supply` may be new, and planned doses are skipped or given.
    """
    return LEAVE


def make_relay(
    rhs: Callable[..., None],
    outlook: Callable[..., None],
    records: tuple[np.dtype, np.dtype, np.dtype, np.dtype],
    pair: Pair,
    width: int,
    consult: Callable[..., int] = nobody,
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
    consult : kernel
        Decides at a look; see `nobody`.

    Returns
    -------
    driver (numbers, params, measures, course, accuracy, watch, found, desk, rules, until)
        numbers : uint64 (n,), addresses of the patients' draws
        params : float64 (n, n_parameters)
        measures : float64 (n, k), what the inputs are multiplied by
        course, accuracy, watch, found, desk : see ``clsim.engine.block``; the last two are filled in
        rules : what `consult` is given
        until : int, every patient pauses at the look of this tick, before anybody decides
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

    @borrower
    def move(w):
        """Whose trial was accepted stands there now, with the slope that was the last."""
        there = w.accept > 0.0
        for j in range(n):
            w.y[j] = where(there, w.trial[j], w.y[j])
            w.slopes[j] = where(there, w.slopes[last + j], w.slopes[j])

    @borrower
    def first_negative(bench, lane, floor):
        for j in range(n):
            if bench[trial_at + j * W + lane] < floor[j]:
                return j
        return -1

    @borrower
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

    @borrower
    def load(i, params, desk, bench, parameters, inputs, lane):
        """A patient into a lane; the slope that stood there may be anything, even no number."""
        for j in range(n_p):
            parameters[j * W + lane] = params[i, j]
        for j in range(n):
            bench[y_at + j * W + lane] = desk.state[i, j]
            bench[slopes_at + j * W + lane] = 0.0
        for j in range(n_u):
            inputs[j * W + lane] = desk.inputs[i, j]

    @borrower
    def unpack(values, lane, row):
        """One patient's numbers out of a lane."""
        for j in range(row.size):
            row[j] = values[j * W + lane]

    @borrower
    def leave(i, lane, trial, flow, inputs, found, desk):
        """A patient out of his lane until he is called again."""
        desk.place[i] = PAUSED
        unpack(trial, lane, desk.state[i])
        unpack(flow, lane, desk.flow[i])
        unpack(inputs, lane, desk.inputs[i])
        found.ended_at[i] = desk.time[i]

    # pair, width and consult are closed over: they stand in the key of what is kept
    @driver(rhs, outlook, consult, X, P, U, F, bench, np.dtype([(pair.name, "f8", (W,))]))
    def relay(numbers, params, measures, course, accuracy, watch, found, desk, rules, until):
        bench, parameters, inputs = room(size), room(n_p * W), room(n_u * W)
        trial, flow = bench[trial_at : trial_at + n * W], bench[flow_at : flow_at + n_f * W]
        w, x, dx = lanes(bench.view(Bw)[0]), lanes(trial.view(Xw)[0]), lanes(
            bench[slope_at : slope_at + n * W].view(Xw)[0])
        f, p, u = lanes(flow.view(Fw)[0]), lanes(parameters.view(Pw)[0]), lanes(inputs.view(Uw)[0])
        edge, time, step, seen = desk.edge, desk.time, desk.step, desk.seen
        who, given = np.full(W, -1), np.zeros(W, np.int64)
        arrives, looks = np.zeros(W, np.bool_), np.zeros(W, np.bool_)
        waiting, busy, spans = 0, 0, course.edges.size - 1
        for lane in range(W):  # a lane that never has a patient of its own repeats the first
            load(0, params, desk, bench, parameters, inputs, lane)
            give(course, edge[0], measures[0], desk.dosing[0], desk.supply[0], inputs, lane, W)
        while waiting < numbers.size or busy > 0:
            for lane in range(W):
                while who[lane] < 0 and waiting < numbers.size:
                    i = waiting
                    waiting += 1
                    if desk.place[i] == OVER:
                        continue
                    load(i, params, desk, bench, parameters, inputs, lane)
                    fresh = give(course, edge[i], measures[i], desk.dosing[i], desk.supply[i], inputs, lane, W)
                    if desk.place[i] == WAITS:
                        step[i], given[lane] = accuracy.begin, FRESH
                    else:
                        given[lane] = RESUMED
                        if fresh:
                            given[lane] = SILENT
                    who[lane] = i
                    busy += 1
                bench[h_at + lane] = 0.0
                if who[lane] >= 0 and given[lane] == STEADY:
                    i = who[lane]
                    left = course.edges[edge[i] + 1] - time[i]
                    pieces = max(1.0, np.ceil(left / step[i] - ROUNDING))
                    bench[h_at + lane] = left / pieces
                    arrives[lane] = pieces == 1.0
            attempt(w, x, p, u, f, dx, accuracy.scale, accuracy.floor)

            look = False
            for lane in range(W):
                bench[accept_at + lane], looks[lane] = 0.0, False
                i = who[lane]
                if i < 0:
                    continue
                if given[lane] != RESUMED:
                    found.attempts[i, 0] += 1
                error, below = bench[error_at + lane], bench[below_at + lane]
                if found.attempts[i, 0] > MOST_ATTEMPTS:
                    j = worst(bench, lane, accuracy.scale)
                    fault(found.report[i], STEP_TOO_SMALL, time[i], j, bench[trial_at + j * W + lane])
                    found.ended_at[i], desk.place[i] = time[i], OVER
                    who[lane] = -1
                    busy -= 1
                    continue
                h, factor = bench[h_at + lane], bench[factor_at + lane]
                if error <= 1.0 and below <= 0.0:
                    bench[accept_at + lane] = 1.0
                    if given[lane] != STEADY:
                        looks[lane] = given[lane] == FRESH and course.observed[edge[i]]
                        given[lane] = STEADY
                    else:
                        step[i] = min(accuracy.longest, h * factor)
                        time[i] += h
                        if arrives[lane]:
                            edge[i] += 1
                            time[i] = course.edges[edge[i]]
                            tally(i, time[i], time[i] - course.edges[edge[i] - 1], inputs, lane, W, watch, found)
                            if edge[i] < spans and course.changes[edge[i]]:
                                give(course, edge[i], measures[i], desk.dosing[i], desk.supply[i], inputs, lane, W)
                                given[lane], step[i] = FRESH, min(step[i], accuracy.begin)
                            else:
                                looks[lane] = course.observed[edge[i]]
                    look = look or looks[lane]
                else:
                    found.attempts[i, 1] += 1
                    step[i] = h * (min(factor, 0.5) if factor > 0.0 else SHRINK)
                    if not step[i] >= LEAST_STEP:
                        j = first_negative(bench, lane, accuracy.floor)
                        code = NOT_FINITE if not np.isfinite(error) else STEP_TOO_SMALL if j < 0 else NEGATIVE_STATE
                        j = j if code == NEGATIVE_STATE else worst(bench, lane, accuracy.scale)
                        fault(found.report[i], code, time[i], j, bench[trial_at + j * W + lane])
                        found.ended_at[i], desk.place[i] = time[i], OVER
                        who[lane] = -1
                        busy -= 1
            move(w)
            if not look:
                continue

            outlook(x, p, u, f)
            for lane in range(W):
                if not looks[lane]:
                    continue
                i = who[lane]
                now, at = time[i], edge[i]
                lapse = now - seen[i] if seen[i] >= 0.0 else -1.0
                seen[i] = now
                over = at == spans
                bad = note(i, now, lapse, at, flow, trial, lane, W, watch, found)
                for v in range(watch.hazards.size):
                    if bad < 0 and not np.isfinite(flow[watch.hazards[v] * W + lane]):
                        bad = watch.hazards[v]
                if bad >= 0:
                    code, column = (FLOW_NOT_FINITE, bad) if bad < n_f else (NOT_FINITE, bad - n_f)
                    fault(found.report[i], code, now, column, np.nan)
                    found.ended_at[i], desk.place[i], who[lane] = now, OVER, -1
                    busy -= 1
                    continue
                kept = found.keep[i]
                if kept >= 0 and watch.kept_row[at] >= 0:
                    unpack(trial, lane, found.states[kept, watch.kept_row[at]])
                    unpack(flow, lane, found.flows[kept, watch.kept_row[at]])
                effect = meet(i, numbers[i], now, lapse, flow, lane, W, desk, watch, found)
                for k in range(accuracy.residuals.size):
                    left_over = flow[accuracy.residuals[k] * W + lane]
                    if effect != ENDS_LIFE and not abs(left_over) <= accuracy.ceiling[k]:
                        fault(found.report[i], ROOT_NOT_FOUND, now, accuracy.residuals[k], left_over)
                        over = True
                if over or effect == ENDS_LIFE:
                    found.ended_at[i], desk.place[i] = now, OVER
                    unpack(trial, lane, found.state[i])
                    who[lane] = -1
                    busy -= 1
                    continue
                decided = LEAVE
                if effect == STOPS_DOSING:
                    decided, desk.dosing[i] = NO_DOSES, False
                if course.tick[at] == until:
                    leave(i, lane, trial, flow, inputs, found, desk)
                    who[lane] = -1
                    busy -= 1
                    continue
                if course.tick[at] != NO_LOOK:
                    decided = consult(rules, i, course.tick[at], flow, trial, lane, W, found.latest[i], desk.supply[i])
                    if decided != LEAVE:
                        desk.dosing[i] = decided == DOSES
                if decided != LEAVE and give(
                        course, at, measures[i], desk.dosing[i], desk.supply[i], inputs, lane, W):
                    given[lane] = SILENT

    return relay  # type: ignore[no-any-return]
