"""A policy at work inside the compiled loop: one patient at one look.

The same steps in the same order as `clsim.policy.interpreter`, which is the reference; both give the
same bits (tested).  What cannot have changed since the last look is not
worked out again: a clause is compared when its column is fresh.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clsim.draws import uniform
from clsim.engine.block import DOSES, LEAVE, NO_DOSES
from clsim.jit import borrower
from clsim.policy.clauses import BASELINE
from clsim.policy.interpreter import COURSE, CYCLE, DAY, NEARLY_OFF, TREATMENT, Decider
from clsim.policy.memory import (
    GIVEN,
    NOT_GIVEN,
    SKIPPED,
    SOON,
    Calendar,
    Keys,
    Memory,
    blank,
    make_calendar,
    make_keys,
)
from clsim.policy.memory import LONG_AGO as NEVER
from clsim.policy.orders import DRIP, EPISODE, PORTION, STEADY
from clsim.policy.rules import HOLD, RETREATMENT
from clsim.policy.seeing import see
from clsim.policy.signals import DRIPS, DROP, FALL, GAIN, PRESSORS, RISE, TICK
from clsim.policy.table import KNOWN_NAMES, NO, NOTHING_DECIDES, PLACE, Table

N_DRIPS, N_PRESSORS = len(DRIPS), len(PRESSORS)
(PHENYLEPHRINE, NOREPINEPHRINE, DOPAMINE, OXYGEN, PEAK, PRESSOR, RELATIVE, ABSOLUTE, DOSES_GIVEN, DOSES_LEFT, HELD,
 HELD_IN_A_ROW, DOSE_AGO, CLOCK) = (PLACE[name] for name in KNOWN_NAMES)
FIRST_KNOWN, LAST_KNOWN = PHENYLEPHRINE, CLOCK


class Rules(NamedTuple):
    """What the loop is given: a policy bound to the patients of a block."""

    table: Table
    calendar: Calendar
    keys: Keys
    memory: Memory
    numbers: NDArray[np.uint64]
    weight: NDArray[np.float64]


def rules_of(bound: Decider, memory: Memory) -> Rules:
    """Rules for the patients of a decider, and their memory, which the loop changes."""
    return Rules(bound.policy.table, bound.calendar, bound.keys, memory, bound.numbers, bound.weight)


def no_rules() -> Rules:
    """For a course at which nobody decides."""
    table = NOTHING_DECIDES
    return Rules(table, make_calendar(table, (), 1), make_keys(0, (), ()), blank(table, 0), np.zeros(0, np.uint64),
                 np.zeros(0))


@borrower
def consult(rules, i, tick, flow, state, lane, width, latest, supply):
    """Look at patient i and decide what he is given until the next look; see `clsim.engine.relay.nobody`."""
    see(rules.table, rules.calendar, rules.keys, rules.memory, i, rules.numbers[i], rules.weight[i], tick, flow, state,
        lane, width, latest)
    return decide(rules.table, rules.calendar, rules.keys, rules.memory, i, rules.numbers[i], rules.weight[i], tick,
                  supply)


@borrower
def decide(table, calendar, keys, m, i, number, weight, tick, supply):
    """`interpreter.Decider.decide` for one patient."""
    slot, me = calendar.slot[tick], m.patient[i]
    renewed = 0
    if slot:  # 1
        cycle, course = calendar.cycle[tick], calendar.course[tick]
        if me.cycle != cycle or me.course != course:
            if me.cycle != NO:
                renewed = CYCLE if me.course == course else COURSE
                if me.stopped <= renewed:
                    me.stopped = 0
            me.doses, me.held, me.held_in_a_row, me.peak = 0, 0, 0, 0.0
        me.cycle, me.course = cycle, course
    was = me.dosing
    take_effect(table.supports, m.order, i, tick)  # 2
    learn(table.supports, calendar, m.chart, m.order, m.slot_rate, me, i, weight, tick)  # 3
    for stage in range(2):  # clauses, then those that count criteria
        compare(table, m.chart, m.clause, m.target, i, weight, stage)  # 4
        rules_hold(table, m.clause, m.holds, i)
        if stage == 0:  # 5
            relative, absolute = 0.0, 0.0
            for k in range(table.criteria.size):
                if m.holds[i, table.criteria[k].rule]:
                    if table.criteria[k].absolute:
                        absolute += 1.0
                    else:
                        relative += 1.0
            m.chart[i, RELATIVE].value, m.chart[i, ABSOLUTE].value = relative, absolute
        if table.plain == table.clauses.size:
            break
    for s in range(table.supports.size):  # 6
        block, mine = table.supports[s].block, m.order[i, s]
        if block == EPISODE:
            if not m.holds[i, table.supports[s].rule]:
                mine.portions = 0
        elif block > 0 and mine.block != tick // block:
            mine.portions, mine.block = 0, tick // block
    judge(table, calendar, keys, m, me, i, number, weight, tick, slot, renewed)  # 7
    for s in range(table.supports.size):  # 8
        order(table, keys, m.order, m.holds, i, s, number, tick)
    soonest = 0  # 9
    for k in range(table.watches.size):
        each = table.watches[k]
        if (soonest == 0 or each.every < soonest) and m.holds[i, each.rule]:
            soonest = each.every
    me.watch = soonest
    take_effect(table.supports, m.order, i, tick)
    fresh = flows_in(table.supports, table.supply, m.order, i, weight, tick, supply)  # 10
    if not fresh and not slot and me.dosing == was:
        return LEAVE
    return DOSES if me.dosing else NO_DOSES


@borrower
def take_effect(supports, orders, i, tick):
    """Drips run at the rate that was decided, once the reaction time is over."""
    for s in range(supports.size):
        if supports[s].kind != PORTION and orders[i, s].takes <= tick:
            orders[i, s].running = orders[i, s].rate


@borrower
def agent(supports, orders, i, drip, weight):
    """Running rate of one of `DRIPS` [mcg/kg/min, oxygen L/min]."""
    rate = 0.0
    for s in range(supports.size):
        each = supports[s]
        if each.kind == DRIP and each.drip == drip:
            rate += orders[i, s].running if each.per == 1 or drip >= N_PRESSORS else orders[i, s].running / weight
    return rate


@borrower
def learn(supports, calendar, chart, orders, slot_rate, me, i, weight, tick):
    """What those who decide know without looking at the patient."""
    running = 0.0
    for drip in range(N_DRIPS):
        rate = agent(supports, orders, i, drip, weight)
        chart[i, PHENYLEPHRINE + drip].value = rate
        chart[i, PHENYLEPHRINE + drip].before = slot_rate[i, drip]
        if drip < N_PRESSORS and rate > 0.0:
            running += 1.0
    me.peak = max(me.peak, chart[i, PHENYLEPHRINE].value)
    chart[i, PEAK].value = me.peak
    chart[i, PRESSOR].value = running
    chart[i, RELATIVE].value = 0.0
    chart[i, ABSOLUTE].value = 0.0
    chart[i, DOSES_GIVEN].value = me.doses
    chart[i, DOSES_LEFT].value = 0.0 if me.stopped > 0 else calendar.left[tick]
    chart[i, HELD].value = me.held
    chart[i, HELD_IN_A_ROW].value = me.held_in_a_row
    chart[i, DOSE_AGO].value = (tick - me.last_dose) * TICK if me.last_dose >= 0 else np.inf
    chart[i, CLOCK].value = tick * TICK % DAY
    for c in range(FIRST_KNOWN, LAST_KNOWN + 1):
        chart[i, c].at, chart[i, c].fresh = tick, True


@borrower
def compare(table, chart, clauses, targets, i, weight, stage):
    """The clauses of a stage: whether each holds; what was never read does not."""
    first = table.plain if stage == 1 else 0
    last = table.clauses.size if stage == 1 else table.plain
    for k in range(first, last):
        clause, mine = table.clauses[k], clauses[i, k]
        place = chart[i, clause.column]
        if not place.fresh:
            continue
        value, limit = place.value, clause.value
        if clause.aspect == FALL:
            value = place.baseline - value
        elif clause.aspect == GAIN:
            value = value / place.baseline - 1.0
        elif clause.aspect == RISE:
            value = value - place.before
        elif clause.aspect == DROP:
            value = place.highest - value
        if clause.per == 1:
            limit = limit * weight
        elif clause.per == -1:
            limit = limit / weight
        if clause.target != NO:
            limit = limit + targets[i, clause.target]
        elif clause.reference == BASELINE:
            limit = limit + place.baseline
        slack, way = clause.slack, clause.compare
        if way == 0:
            holds = value < limit - slack
        elif way == 1:
            holds = value <= limit + slack
        elif way == 2:
            holds = value > limit + slack
        elif way == 3:
            holds = value >= limit - slack
        elif way == 4:
            holds = abs(value - limit) <= slack
        else:
            holds = abs(value - limit) > slack
        if clause.lasting > 0:
            if not holds:
                mine.since = NEVER
            elif mine.since == NEVER:
                mine.since = place.at - table.columns[clause.column].window
            holds = holds and place.at - mine.since >= clause.lasting
        mine.truth = holds


@borrower
def rules_hold(table, clauses, holds, i):
    """Which rules hold: one of the alternatives, all of whose clauses are as wanted."""
    for r in range(table.rules.size):
        held = False
        for a in range(table.rules[r].first, table.rules[r].last):
            every = True
            for k in range(table.alternatives[a].first, table.alternatives[a].last):
                if clauses[i, table.literals[k].clause].truth != (table.literals[k].wanted != 0):
                    every = False
                    break
            if every:
                held = True
                break
        holds[i, r] = held


@borrower
def followed(adherence, key, number, tick):
    """Whether a decision is carried out."""
    return adherence >= 1.0 or uniform(key, number, np.uint64(tick)) < adherence


@borrower
def used_up(supports, orders, i, s, tick):
    """Whether an order can do no more, and has had its time to work."""
    if s == NO:
        return True
    each, mine = supports[s], orders[i, s]
    done = mine.portions >= each.most if each.kind == PORTION else mine.rate >= each.ceiling
    return done and tick - mine.changed >= each.again


@borrower
def judge(table, calendar, keys, m, me, i, number, weight, tick, slot, renewed):
    """Whether the dose that is due is given."""
    blocked, first_block, offset = False, NO, table.supports.size
    for v in range(table.verdicts.size):
        each = table.verdicts[v]
        if not (slot or each.any_time):
            continue
        holds = m.holds[i, each.rule]
        if each.kind == HOLD:
            if not slot:
                m.latched[i, v] = m.latched[i, v] or holds
                continue
            kept = m.latched[i, v]
            if kept and each.resume != NO and m.holds[i, each.resume]:
                kept = False
            forbids = holds or kept
            m.latched[i, v] = holds if each.resume == NO and each.any_time else forbids and each.resume != NO
            if forbids and followed(table.adherence, keys.followed[offset + v], number, tick):
                if not blocked:
                    first_block = v
                blocked = True
            continue
        level = each.ends
        if each.kind == RETREATMENT:
            holds = holds and renewed >= each.ends
            level = COURSE if renewed == CYCLE else TREATMENT
        else:
            holds = (holds and used_up(table.supports, m.order, i, each.after, tick)
                     and followed(table.adherence, keys.followed[offset + v], number, tick))
        if holds and me.stopped < level:
            me.stopped, me.stopped_by, me.stopped_at = level, v, tick
    if slot:
        going, mine = me.stopped == 0, m.slot[i, calendar.number[tick]]
        mine.state = NOT_GIVEN if not going else SKIPPED if blocked else GIVEN
        mine.reason = first_block if going else me.stopped_by
        me.dosing = going and not blocked
        if me.dosing:
            me.doses += 1
            me.last_dose, me.held_in_a_row = tick, 0
        elif going:
            me.held += 1
            me.held_in_a_row += 1
        for drip in range(N_DRIPS):
            m.slot_rate[i, drip] = agent(table.supports, m.order, i, drip, weight)
        me.peak = m.slot_rate[i, 0]
    elif me.stopped > 0:
        me.dosing = False


@borrower
def order(table, keys, orders, holds, i, s, number, tick):
    """One order: whether it is given, begun, raised, lowered or ended now."""
    each, mine = table.supports[s], orders[i, s]
    waited, rate = tick - mine.changed, mine.rate
    rested = waited >= each.again
    wanted = rested and holds[i, each.rule] and used_up(table.supports, orders, i, each.after, tick)
    new, acts = rate, False
    if each.kind == PORTION:
        acts = wanted and (each.most == 0 or mine.portions < each.most)
    elif each.kind == STEADY:
        if rested:
            new = each.start if wanted else 0.0
            acts = new != rate
    elif rate == 0.0:
        if wanted:
            new, acts = each.start, True
    elif rested and rate < each.ceiling and holds[i, each.rises]:
        new, acts = min(rate + each.step, each.ceiling), True
    elif waited >= each.down_again and holds[i, each.weans]:
        lower = rate - each.down
        new, acts = 0.0 if lower < NEARLY_OFF * min(each.start, each.down) else lower, True
    if not acts:
        return
    mine.changed = tick
    if not followed(table.adherence, keys.followed[s], number, tick):
        return
    mine.takes, mine.rate = tick + table.reaction, new
    if each.kind == PORTION:
        mine.portions += 1
    else:
        way = -1 if new < rate else 1
        if mine.way == -way and waited <= SOON:
            mine.turns += 1
        mine.way = way


@borrower
def flows_in(supports, supplies, orders, i, weight, tick, supply):
    """What flows into the patient until the next look; whether it is something new."""
    fresh = False
    for s in range(supports.size):
        each, mine = supports[s], orders[i, s]
        running = mine.running
        if each.kind == PORTION:
            running = 1.0 if mine.takes <= tick < mine.takes + each.over else 0.0
        fresh = fresh or running != mine.flowing
        mine.flowing = running
    if fresh:
        for j in range(supply.size):
            supply[j] = 0.0
        for s in range(supports.size):
            running = orders[i, s].flowing
            if running == 0.0:
                continue
            if supports[s].per == 1:
                running = running * weight
            for j in range(supply.size):
                supply[j] += running * supplies[s, j]
    return fresh
