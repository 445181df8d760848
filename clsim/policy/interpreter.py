"""A policy at work on a block of patients, in numpy: the reference for every other interpreter.

One look follows the steps of ``docs/policy_language.md`` in their order.  Nothing here reads the
body: only what is on the chart (`clsim.policy.monitor`), what was ordered, and the calendar.
"""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.draws import uniforms
from clsim.policy import monitor
from clsim.policy.clauses import compared, lasted, sides
from clsim.policy.memory import (
    GIVEN,
    NOT_GIVEN,
    SKIPPED,
    SOON,
    Calendar,
    Keys,
    Memory,
    Orders,
    as_numbers,
    blank,
    chart,
    make_keys,
    no_orders,
)
from clsim.policy.memory import LONG_AGO as NEVER
from clsim.policy.orders import DRIP, EPISODE, PORTION, STEADY
from clsim.policy.policy import Policy
from clsim.policy.rules import HOLD, RETREATMENT, STOP
from clsim.policy.signals import DRIPS, PRESSORS, TICK
from clsim.policy.table import KNOWN_NAMES, NO, PLACE, Table

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
TREATMENT, COURSE, CYCLE = 3, 2, 1  # what is stopped
DAY = 1440.0
NEARLY_OFF = 0.5  # of the smaller of first rate and step down: a drip below is turned off


@dataclass(frozen=True)
class Decider:
    """A policy bound to some patients and a calendar.

    Parameters
    ----------
    policy : Policy
    calendar : Calendar
    keys : Keys
    numbers : uint64 (n,)
    weight : float64 (n,)
        On admission, kg.
    """

    policy: Policy
    calendar: Calendar
    keys: Keys
    numbers: NDArray[np.uint64]
    weight: Numbers

    @cached_property
    def rows(self) -> Any:
        """The structured arrays of the table as lists of named tuples, which Python reads faster."""
        lists = {}
        for name, each in self.policy.table._asdict().items():
            if isinstance(each, np.ndarray) and each.dtype.names:
                kind: Any = namedtuple(name, each.dtype.names)  # type: ignore[misc]
                lists[name] = [kind(*row) for row in each.tolist()]
        return SimpleNamespace(**lists)

    def memory(self) -> Memory:
        """Nothing seen, nothing ordered."""
        return blank(self.policy.table, self.numbers.size, int(self.calendar.slot.sum()))

    def look(self, t: float, truth: Numbers, struck: Numbers, memory: Memory) -> NDArray[Any]:
        """What is on the chart at minute t; see `monitor.look`."""
        monitor.look(self.policy.table, self.keys, self.calendar, round(t / TICK), self.numbers, self.weight, truth,
                     struck, memory)
        return chart(memory, self.policy.columns)

    def decide(self, t: float, seen: NDArray[Any], memory: Memory) -> Orders:
        """What is ordered at minute t.

        Parameters
        ----------
        t : float
            Minutes from the start, a multiple of a quarter of an hour.
        seen : structured array (n,)
            The chart, as `look` gives it.
        memory : Memory
            Is changed.
        """
        if seen.shape != self.numbers.shape:
            raise ValueError(f"seen has shape {seen.shape}, not {self.numbers.shape}")
        return Round(self, round(t / TICK), memory).orders


def decider(policy: Policy, calendar: Calendar, seed: int, numbers: Any, weight: Any) -> Decider:
    """Bind a policy to patients."""
    keys = make_keys(seed, policy.columns, policy.deciding)
    return Decider(policy, calendar, keys, as_numbers(numbers), np.ascontiguousarray(weight, np.float64))


class Round:
    """One look at all patients."""

    def __init__(self, bound: Decider, tick: int, memory: Memory) -> None:
        self.table: Table = bound.policy.table
        self.rows = bound.rows
        self.bound, self.tick, self.m = bound, tick, memory
        self.calendar, self.weight = bound.calendar, bound.weight
        self.n = bound.numbers.size
        self.slot = bool(self.calendar.slot[tick])
        self.orders = no_orders(self.n, self.table.supply.shape[1], self.table.supports.size)
        self.renewed = self.new_cycle()  # 1
        self.take_effect()  # 2
        self.know()  # 3
        self.compare(0, self.table.plain)  # 4
        self.count()  # 5
        self.compare(self.table.plain, self.table.clauses.size)
        for number in range(self.table.rules.size):
            self.m.holds[:, number] = self.held(number)
        self.reset_counts()  # 6
        self.judge()  # 7
        for s in range(self.table.supports.size):  # 8
            self.order(s)
        self.look_closer()  # 9
        self.take_effect()
        self.supply()  # 10

    # ------------------------------------------------------------------------------ what is known

    def new_cycle(self) -> NDArray[np.int64]:
        """At the first planned dose of a cycle, counts begin anew: 0 not, 1 a further cycle, 2 a further course."""
        m = self.m
        renewed = np.zeros(self.n, np.int64)
        if not self.slot:
            return renewed
        cycle, course = self.calendar.cycle[self.tick], self.calendar.course[self.tick]
        changed = (m.cycle != cycle) | (m.course != course)
        renewed[changed & (m.cycle != NO)] = CYCLE
        renewed[changed & (m.cycle != NO) & (m.course != course)] = COURSE
        m.stopped[(renewed > 0) & (m.stopped <= renewed)] = 0
        for counted in (m.doses, m.held, m.held_in_a_row, m.peak):
            counted[changed] = 0
        m.cycle[:], m.course[:] = cycle, course
        return renewed

    def take_effect(self) -> None:
        """Drips run at the rate that was decided, once the reaction time is over."""
        there = self.m.takes <= self.tick
        drips = self.table.supports["kind"] != PORTION
        self.m.running[there & drips] = self.m.rate[there & drips]

    def agents(self) -> Numbers:
        """Running rates of `DRIPS` [mcg/kg/min, oxygen L/min], (n, 4)."""
        rates = np.zeros((self.n, len(DRIPS)))
        for s, each in enumerate(self.rows.supports):
            if each.kind == DRIP and each.drip != NO:
                per_kg = each.per == 1 or DRIPS[each.drip] not in PRESSORS
                rates[:, each.drip] += self.m.running[:, s] if per_kg else self.m.running[:, s] / self.weight
        return rates

    def know(self) -> None:
        """What those who decide know without looking at the patient."""
        m, rates = self.m, self.agents()
        m.peak[:] = np.maximum(m.peak, rates[:, 0])
        left = np.where(m.stopped > 0, 0, self.calendar.left[self.tick])
        found = {
            **{name: rates[:, i] for i, name in enumerate(DRIPS)},
            "phenylephrine_peak": m.peak, "pressor": (rates[:, : len(PRESSORS)] > 0.0).sum(axis=1),
            "relative": np.zeros(self.n), "absolute": np.zeros(self.n), "doses": m.doses, "doses_left": left,
            "held": m.held, "held_in_a_row": m.held_in_a_row,
            "dose_ago": np.where(m.last_dose >= 0, (self.tick - m.last_dose) * TICK, np.inf),
            "clock": np.full(self.n, self.tick * TICK % DAY),
        }
        for name in KNOWN_NAMES:
            self.write(name, found[name])
        for i, name in enumerate(DRIPS):
            m.before[:, PLACE[name]] = m.slot_rate[:, i]

    def write(self, name: str, values: Any) -> None:
        c = PLACE[name]
        self.m.value[:, c], self.m.at[:, c], self.m.fresh[:, c] = values, self.tick, True

    # ----------------------------------------------------------------------------------- the rules

    def compare(self, first: int, last: int) -> None:
        """Clauses first to last: whether each holds; what was never read does not."""
        m = self.m
        for k in range(first, last):
            clause = self.rows.clauses[k]
            c = clause.column
            value, limit = sides(clause, m, self.weight)
            holds = compared(clause, value, limit)
            if clause.lasting > 0:
                fresh, at = m.fresh[:, c], m.at[:, c]
                begins = fresh & holds & (m.since[:, k] == NEVER)
                m.since[begins, k] = at[begins] - self.table.columns["window"][c]
                m.since[fresh & ~holds, k] = NEVER
                holds = lasted(clause, k, m)
            self.m.truth[:, k] = holds

    def rule(self, number: int) -> Mask:
        """Whether a rule holds now."""
        return self.m.holds[:, number].copy()

    def held(self, number: int) -> Mask:
        """Whether a rule holds by its clauses: one of its alternatives, all of whose clauses are as wanted."""
        span, found = self.rows.rules[number], np.zeros(self.n, np.bool_)
        for each in self.rows.alternatives[span.first : span.last]:
            every = np.ones(self.n, np.bool_)
            for clause, wanted in self.rows.literals[each.first : each.last]:
                every &= self.m.truth[:, clause] == bool(wanted)
            found |= every
        return found

    def count(self) -> None:
        """Relative and absolute criteria met."""
        met = np.zeros((2, self.n))
        for each in self.rows.criteria:
            met[each.absolute] += self.held(each.rule)
        self.write("relative", met[0])
        self.write("absolute", met[1])

    def followed(self, row: int) -> Mask:
        """Whether a decision is carried out; supports come first, then verdicts."""
        if self.table.adherence >= 1.0:
            return np.ones(self.n, np.bool_)
        asked: Mask = uniforms(self.bound.keys.followed[row], self.bound.numbers, self.tick) < self.table.adherence
        return asked

    def used_up(self, s: int) -> Mask:
        """Whether an order can do no more, and has had its time to work."""
        if s == NO:
            return np.ones(self.n, np.bool_)
        each, m = self.rows.supports[s], self.m
        done: Mask = m.portions[:, s] >= each.most if each.kind == PORTION else m.rate[:, s] >= each.ceiling
        rested: Mask = self.tick - m.changed[:, s] >= each.again
        return done & rested

    def reset_counts(self) -> None:
        """Portions are counted anew in each block of time, or once the rule no longer holds."""
        for s, each in enumerate(self.rows.supports):
            if each.block == EPISODE:
                self.m.portions[~self.rule(each.rule), s] = 0
            elif each.block > 0:
                block = self.tick // each.block
                self.m.portions[self.m.block[:, s] != block, s] = 0
                self.m.block[:, s] = block

    # ------------------------------------------------------------------------------------ verdicts

    def judge(self) -> None:
        """Whether the dose that is due is given."""
        m, table = self.m, self.table
        blocked, first_block = np.zeros(self.n, np.bool_), np.full(self.n, NO)
        for v, each in enumerate(self.rows.verdicts):
            if not (self.slot or each.any_time):
                continue
            holds = self.rule(each.rule)
            if each.kind == HOLD:
                held = self.hold(v, each, holds)
                if self.slot:
                    held &= self.followed(table.supports.size + v)
                    first_block[held & ~blocked] = v
                    blocked |= held
                continue
            if each.kind == RETREATMENT:
                holds &= self.renewed >= each.ends
                level = np.where(self.renewed == CYCLE, COURSE, TREATMENT)
            else:
                assert each.kind == STOP
                holds &= self.used_up(each.after) & self.followed(table.supports.size + v)
                level = np.full(self.n, each.ends)
            graver = holds & (m.stopped < level)
            m.stopped[graver], m.stopped_by[graver], m.stopped_at[graver] = level[graver], v, self.tick
        if self.slot:
            self.dose(blocked, first_block)
        m.dosing[m.stopped > 0] = False
        self.orders.dosing[:] = m.dosing

    def hold(self, v: int, each: Any, holds: Mask) -> Mask:
        """Whether a hold forbids the dose: its rule holds, or held and was not lifted."""
        latched = self.m.latched[:, v]
        if not self.slot:
            latched |= holds
            return holds
        kept = latched if each.resume == NO else latched & ~self.rule(each.resume)
        forbids: Mask = holds | kept
        self.m.latched[:, v] = holds if each.resume == NO and each.any_time else forbids & (each.resume != NO)
        return forbids

    def dose(self, blocked: Mask, first_block: NDArray[np.int64]) -> None:
        """Give or skip; a skipped dose is not made up."""
        m = self.m
        going = m.stopped == 0
        given, held = going & ~blocked, going & blocked
        self.orders.give[:] = given
        self.orders.reason[:] = np.where(going, first_block, m.stopped_by)
        number = self.calendar.number[self.tick]
        m.state[:, number] = np.where(going, np.where(blocked, SKIPPED, GIVEN), NOT_GIVEN)
        m.reason[:, number] = self.orders.reason
        m.dosing[:] = given
        m.doses[given] += 1
        m.last_dose[given] = self.tick
        m.held[held] += 1
        m.held_in_a_row[held] += 1
        m.held_in_a_row[given] = 0
        m.slot_rate[:] = self.agents()
        m.peak[:] = m.slot_rate[:, 0]

    # -------------------------------------------------------------------------------------- orders

    def order(self, s: int) -> None:
        """One order: whether it is given, begun, raised, lowered or ended now."""
        each, m, k = self.rows.supports[s], self.m, self.tick
        waited = k - m.changed[:, s]
        wanted = self.rule(each.rule) & self.used_up(each.after)
        rate = m.rate[:, s]
        if each.kind == PORTION:
            acts = wanted & (waited >= each.again)
            if each.most:
                acts &= m.portions[:, s] < each.most
            new = rate
        elif each.kind == STEADY:
            new = np.where(wanted, each.start, 0.0)
            acts = (new != rate) & (waited >= each.again)
        else:
            off = rate == 0.0
            begins = off & wanted & (waited >= each.again)
            rises = ~off & self.rule(each.rises) & (rate < each.ceiling) & (waited >= each.again)
            falls = ~off & ~rises & self.rule(each.weans) & (waited >= each.down_again)
            lower = rate - each.down
            lower = np.where(lower < NEARLY_OFF * min(each.start, each.down), 0.0, lower)
            new = np.where(begins, each.start, rate)
            new = np.where(rises, np.minimum(rate + each.step, each.ceiling), new)
            new = np.where(falls, lower, new)
            acts = begins | rises | falls
        done = acts & self.followed(s)
        self.orders.acted[:, s] = np.where(done, np.where(new < rate, -1, 1), 0)
        m.changed[acts, s] = k
        m.takes[done, s] = k + self.table.reaction
        m.rate[done, s] = new[done]
        if each.kind == PORTION:
            m.portions[done, s] += 1
        else:
            way = self.orders.acted[:, s]
            m.turns[done & (m.way[:, s] == -way) & (waited <= SOON), s] += 1
            m.way[done, s] = way[done]

    def look_closer(self) -> None:
        """How often the vital signs are to be looked at besides."""
        asked = np.zeros(self.n, np.int64)
        for each in self.rows.watches:
            sooner = self.rule(each.rule) & ((asked == 0) | (each.every < asked))
            asked[sooner] = each.every
        self.m.watch[:] = asked

    def supply(self) -> None:
        """What flows into the patient until the next look."""
        m = self.m
        for s, each in enumerate(self.rows.supports):
            running = m.running[:, s]
            if each.kind == PORTION:
                running = ((m.takes[:, s] <= self.tick) & (self.tick < m.takes[:, s] + each.over)).astype(np.float64)
            m.flowing[:, s] = running
            if each.per == 1:
                running = running * self.weight
            self.orders.inputs[:] += running[:, None] * self.table.supply[s]
