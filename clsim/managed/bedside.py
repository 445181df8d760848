"""Who decides at the bedside of one patient: a policy, one after another, and a hand that overrules them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from clsim.engine.block import Course, Desk, Found
from clsim.managed.decisions import Look, Notes
from clsim.managed.hand import CLOSE, NO_HAND, Hand
from clsim.model.layout import INPUTS, columns
from clsim.policy.interpreter import Decider, Mask, Numbers, Round, decider
from clsim.policy.memory import GIVEN, Calendar, Memory, Orders, make_calendar, rows_of
from clsim.policy.orders import DRIP, PORTION, STEADY
from clsim.policy.policy import Policy
from clsim.policy.rules import STOP
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
        now = tick * TICK
        self.turned = {name: rate for name in self.own if (rate := hand.rate(name, now - CLOSE)) is not None
                       and rate != hand.rate(name, now - TICK)}
        super().__init__(bound, tick, memory)

    def agents(self) -> Numbers:
        """Running rates, with what was set by hand since the last look, or has no drip of the policy."""
        rates = super().agents()
        for name, rate in self.turned.items():
            rates[:, DRIPS.index(name)] = rate / self.weight if name in PRESSORS else rate
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
    """A look of a policy that does not decide yet: it sees, counts, and remembers its holds and stops.

    Orders of the policy that does decide count as its own where both have one of that name.
    """

    def __init__(self, bound: Decider, tick: int, memory: Memory, there: HandRound) -> None:
        self.there = there
        names = [each.name for each in there.bound.policy.supports]
        self.theirs = [names.index(each.name) if each.name in names else NO for each in bound.policy.supports]
        super().__init__(bound, tick, memory)

    def agents(self) -> Numbers:
        return self.there.known

    def used_up(self, s: int) -> Mask:
        if s == NO or self.theirs[s] != NO:
            return self.there.used_up(NO if s == NO else self.theirs[s])
        return np.zeros(self.n, np.bool_)

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
    left: list[int] = field(default_factory=list)  # portions that were begun, and that nobody else goes on with


@dataclass
class Bedside:
    """Everything that is decided for one patient, look by look.

    Parameters
    ----------
    stages : list of Stage
        The first is the one that `clsim.crowd.plan.follow` looks with.
    hand : Hand
    course : Course
        Is changed where a drip is set by hand between two looks.
    notes : Notes
        What is told of it.
    """

    stages: list[Stage]
    hand: Hand
    course: Course
    notes: Notes = field(default_factory=Notes)
    ward: Numbers = field(init=False, repr=False)  # what the course gives without the hand

    def __post_init__(self) -> None:
        self.ward = self.course.inputs[:, :, 0].copy()

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
            Watching(stage.bound, tick, stage.memory, done)
            mirror(now.memory, stage.memory)
        self.notes.take(Look(now.bound, tick, before, now.memory, done), found.latest[0])
        self.turn(done, int(desk.edge[0]))
        return done.orders

    def turn(self, done: HandRound, edge: int) -> None:
        """Drips that are set before the next look: the course gives what is missing of the rate, or takes it back.

        A drip of the policy that is left to it again runs on until it has looked.
        """
        until = int(np.searchsorted(self.course.edges, (done.tick + 1) * TICK - CLOSE))
        for name in {each.input for each in self.hand.drips}:
            j = NAMES.index(name)
            rate = ordered = float(done.orders.inputs[0, j])
            left = None if name in done.own else ordered - done.set.get(name, 0.0)
            for span in range(edge + 1, min(until, len(self.ward))):
                wanted = self.hand.rate(name, float(self.course.edges[span]))
                rate = wanted if wanted is not None else rate if left is None else left
                self.course.inputs[span, j, 0] = self.ward[span, j] + (rate - ordered)

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
    mine.state[:], mine.reason[:] = there.state, NO


def hand_over(old: Stage, new: Stage, tick: int) -> list[str]:
    """The new policy goes on from what the old one ordered; names of the drips that end.

    Drips that both have run on at their rate.  Boluses and doses that were begun run in, and count as the new
    policy's own if it gives the same thing.
    """
    m, its = old.memory, new.memory
    weight = float(new.bound.weight[0])
    taken: set[int] = set()
    ended = []
    for s, each in enumerate(old.bound.rows.supports):
        twin = next((t for t in range(len(new.bound.rows.supports)) if t not in taken and same(old, s, new, t)), None)
        if twin is None:
            if each.kind == PORTION:
                old.left.append(s)
            elif m.rate[0, s]:
                ended.append(old.bound.policy.supports[s].name)
            continue
        taken.add(twin)
        other = new.bound.rows.supports[twin]
        for name in ("changed", "portions", "block", "way"):
            getattr(its, name)[0, twin] = getattr(m, name)[0, s]
        if each.kind != PORTION:
            factor = 1.0 if each.per == other.per else weight if each.per == 1 else 1.0 / weight
            its.rate[0, twin], its.running[0, twin] = m.rate[0, s] * factor, m.running[0, s] * factor
            its.takes[0, twin] = m.takes[0, s]
        elif each.over == other.over and each.per == other.per and np.array_equal(
                old.bound.policy.table.supply[s], new.bound.policy.table.supply[twin]):
            its.takes[0, twin] = m.takes[0, s]
        else:
            old.left.append(s)
    return ended


def same(old: Stage, s: int, new: Stage, t: int) -> bool:
    """Whether two orders of two policies are the same: a drug titrated, a fluid steady, or something in portions.

    Portions may differ in size; where there are several of one thing (such as potassium by its level), names count.
    """
    mine, other = old.bound.rows.supports[s], new.bound.rows.supports[t]
    if mine.kind != other.kind:
        return False
    if mine.kind == DRIP:
        return bool(other.drip == mine.drip)
    supply, its = old.bound.policy.table.supply, new.bound.policy.table.supply
    if mine.kind == STEADY:
        return bool(np.array_equal(supply[s], its[t]))
    if old.bound.policy.supports[s].name == new.bound.policy.supports[t].name:
        return True
    alike = [k for k, each in enumerate(new.bound.rows.supports)
             if each.kind == PORTION and np.array_equal(supply[s] > 0.0, its[k] > 0.0)]
    return alike == [t]


def finish(stage: Stage, tick: int, orders: Orders) -> None:
    """Boluses and doses that a policy began before it handed over run in."""
    m, weight = stage.memory, stage.bound.weight[0]
    for s in stage.left:
        each = stage.bound.rows.supports[s]
        if m.takes[0, s] <= tick < m.takes[0, s] + each.over:
            orders.inputs[0] += stage.bound.policy.table.supply[s] * (weight if each.per == 1 else 1.0)
