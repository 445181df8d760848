"""Who decides at the bedside of one patient: a policy, one after another, and a hand that overrules them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from clsim.engine.block import Desk, Found
from clsim.managed.decisions import Look, Notes
from clsim.managed.hand import NO_HAND, Hand
from clsim.model.layout import INPUTS, columns
from clsim.policy.interpreter import Decider, Mask, Numbers, Round, decider
from clsim.policy.memory import GIVEN, LONG_AGO, Calendar, Memory, Orders, make_calendar, rows_of
from clsim.policy.orders import DRIP, PORTION, STEADY
from clsim.policy.policy import Policy
from clsim.policy.rules import HOLD, STOP
from clsim.policy.signals import DRIPS, PRESSORS, TICK
from clsim.policy.table import NO

NAMES = columns(INPUTS)
ALL = np.zeros(1, np.int64)  # the one row of the block
MIRRORED = ("cycle", "course", "doses", "held", "held_in_a_row", "last_dose", "dosing", "peak")


class HandRound(Round):
    """A look at which a hand may overrule the policy; without a hand, the same as `Round`."""

    def __init__(self, bound: Decider, tick: int, memory: Memory, hand: Hand = NO_HAND) -> None:
        self.hand = hand
        self.set = {name: rate for name in DRIPS if (rate := hand.rate(name, tick * TICK)) is not None}
        self.asked: dict[int, bool] = {}
        self.would_stop: dict[int, bool] = {}
        self.said = NO
        rows = bound.rows.supports
        self.own = {DRIPS[each.drip]: s for s, each in reversed([*enumerate(rows)])
                    if each.kind == DRIP and each.drip != NO}
        super().__init__(bound, tick, memory)

    def agents(self) -> Numbers:
        """Running rates, those among them that were set by hand and that the policy has no drip for."""
        rates = super().agents()
        for name, rate in self.set.items():
            if name not in self.own:
                rates[:, DRIPS.index(name)] += rate / self.weight if name in PRESSORS else rate
        return rates

    def know(self) -> None:
        super().know()
        self.known = self.agents()

    def followed(self, row: int) -> Mask:
        """Noted, so that what was not followed can be told."""
        found = super().followed(row)
        self.asked[row] = bool(found[0])
        return found

    def judge(self) -> None:
        """The policy's verdict, then what a hand makes of it."""
        m, before = self.m, rows_of(self.m, ALL)
        for v, each in enumerate(self.rows.verdicts):
            if each.kind == STOP and (self.slot or each.any_time):
                self.would_stop[v] = bool((self.rule(each.rule) & self.used_up(each.after))[0])
        super().judge()
        number = int(self.calendar.number[self.tick])
        wish = self.hand.wishes.get(number) if self.calendar.slot[: self.tick + 1].any() else None
        if self.slot:
            self.said = int(m.state[0, number])
            if wish is not None and (wish == GIVEN) != (self.said == GIVEN):
                self.overrule(number, wish, before)
        if wish == GIVEN:  # runs until it ends, stopped or not
            m.dosing[:] = self.orders.dosing[:] = True

    def overrule(self, number: int, wish: int, before: Memory) -> None:
        """Count the dose as the hand has it; what the policy made of it is undone."""
        m, given = self.m, wish == GIVEN
        m.state[0, number], m.reason[0, number] = wish, NO
        m.dosing[0] = self.orders.dosing[0] = given
        m.doses[0], m.held[0] = before.doses[0] + given, before.held[0] + (not given)
        m.held_in_a_row[0] = 0 if given else before.held_in_a_row[0] + 1
        m.last_dose[0] = self.tick if given else before.last_dose[0]

    def order(self, s: int) -> None:
        """A drip that was set by hand runs at that rate, and the policy knows it."""
        each = self.rows.supports[s]
        if each.kind != DRIP or each.drip == NO or DRIPS[each.drip] not in self.set:
            super().order(s)
            return
        name, m = DRIPS[each.drip], self.m
        rate = (self.set[name] if self.own[name] == s else 0.0) / (self.weight[0] if each.per == 1 else 1.0)
        if m.rate[0, s] != rate or m.running[0, s] != rate:
            m.rate[0, s], m.running[0, s], m.changed[0, s], m.takes[0, s] = rate, rate, self.tick, self.tick

    def supply(self) -> None:
        super().supply()
        for name, rate in self.set.items():
            if name not in self.own:
                self.orders.inputs[:, NAMES.index(name)] += rate


class Watching(Round):
    """A look of a policy that does not decide yet: it sees, counts and remembers, and orders nothing."""

    def __init__(self, bound: Decider, tick: int, memory: Memory, rates: Numbers) -> None:
        self.rates = rates
        super().__init__(bound, tick, memory)

    def agents(self) -> Numbers:
        return self.rates

    def judge(self) -> None:
        """Holds are kept in mind: one that is not lifted forbids once the policy decides."""
        for v, each in enumerate(self.rows.verdicts):
            if each.kind == HOLD and (self.slot or each.any_time):
                self.hold(v, each, self.rule(each.rule))
        if self.slot:
            self.m.slot_rate[:] = self.rates
            self.m.peak[:] = self.rates[:, 0]

    def order(self, s: int) -> None:
        return

    def supply(self) -> None:
        return


@dataclass
class Stage:
    """A policy at the bedside, and the tick from which on it decides."""

    first: int
    bound: Decider
    memory: Memory


@dataclass
class Bedside:
    """Everything that is decided for one patient, look by look.

    Parameters
    ----------
    stages : list of Stage
        The first is the one that `clsim.crowd.plan.follow` looks with.
    hand : Hand
    notes : Notes
        What is told of it.
    """

    stages: list[Stage]
    hand: Hand
    notes: Notes = field(default_factory=Notes)

    def decide(self, bound: Decider, tick: int, memory: Memory, desk: Desk, found: Found) -> Orders:
        """See `clsim.crowd.steering.Decide`."""
        self.stages[0].memory = memory
        present = max(i for i, stage in enumerate(self.stages) if stage.first <= tick)
        now = self.stages[present]
        truth = np.concatenate([desk.flow, desk.state], axis=1)
        for stage in self.stages[max(present, 1) :]:
            stage.bound.look(tick * TICK, truth, found.latest, stage.memory)
        handed = present > 0 and now.first == tick
        if handed:
            self.notes.hand_over(tick, self.stages[present - 1], now, hand_over(self.stages[present - 1], now, tick))
        before = rows_of(now.memory, ALL)
        done = HandRound(now.bound, tick, now.memory, self.hand)
        for stage in self.stages[:present]:
            finish(stage, tick, done.orders)
        for stage in self.stages[present + 1 :]:
            Watching(stage.bound, tick, stage.memory, done.known)
            mirror(now.memory, stage.memory)
        self.notes.take(Look(now.bound, tick, before, now.memory, done), found.latest[0])
        return done.orders

    @property
    def last(self) -> Stage:
        """Who decided last."""
        return self.stages[-1]


def make_stages(
    policies: Sequence[tuple[int, Policy]], calendars: Sequence[Calendar], seed: int, number: int, weight: float
) -> list[Stage]:
    """The policies one after another, bound to the patient; the first memory is that of `follow`."""
    stages = []
    for (first, policy), calendar in zip(policies, calendars, strict=True):
        bound = decider(policy, calendar, seed, np.array([number], np.uint64), np.array([weight]))
        stages.append(Stage(first, bound, bound.memory()))
    return stages


def calendar_of(policy: Policy, slots: list[tuple[int, int, int]], ticks: int) -> Calendar:
    """When what is due under a policy."""
    return make_calendar(policy.table, slots, ticks)


def mirror(there: Memory, mine: Memory) -> None:
    """What became of the doses is known to everybody; verdicts have other numbers in another policy."""
    for name in MIRRORED:
        getattr(mine, name)[:] = getattr(there, name)
    mine.state[:] = there.state


def hand_over(old: Stage, new: Stage, tick: int) -> list[str]:
    """Drips that the new policy has too run on at their rate; names of those that end.

    Two drips are the same if they are titrated and bring the same drug, or are steady and bring the same fluid.
    """
    m, its = old.memory, new.memory
    weight = float(new.bound.weight[0])
    taken: set[int] = set()
    ended = []
    for s, each in enumerate(old.bound.rows.supports):
        if each.kind == PORTION or m.rate[0, s] == 0.0:
            continue
        twin = next((t for t, other in enumerate(new.bound.rows.supports) if t not in taken and same(
            old, s, new, t)), None)
        if twin is None:
            ended.append(old.bound.policy.supports[s].name)
            continue
        taken.add(twin)
        other = new.bound.rows.supports[twin]
        factor = (weight if each.per == 1 else 1.0) / (weight if other.per == 1 else 1.0)
        its.rate[0, twin] = m.rate[0, s] * factor
        its.running[0, twin] = m.running[0, s] * factor
        its.changed[0, twin], its.takes[0, twin] = max(m.changed[0, s], LONG_AGO), m.takes[0, s]
    return ended


def same(old: Stage, s: int, new: Stage, t: int) -> bool:
    """Whether two drips of two policies are the same thing."""
    mine, other = old.bound.rows.supports[s], new.bound.rows.supports[t]
    if mine.kind == DRIP:
        return bool(other.kind == DRIP and other.drip == mine.drip)
    return bool(other.kind == STEADY and np.array_equal(
        old.bound.policy.table.supply[s], new.bound.policy.table.supply[t]))


def finish(stage: Stage, tick: int, orders: Orders) -> None:
    """Boluses and doses that a policy began before it handed over run in."""
    m, weight = stage.memory, stage.bound.weight[0]
    for s, each in enumerate(stage.bound.rows.supports):
        if each.kind == PORTION and m.takes[0, s] <= tick < m.takes[0, s] + each.over:
            orders.inputs[0] += stage.bound.policy.table.supply[s] * (weight if each.per == 1 else 1.0)
