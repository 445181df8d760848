"""One patient stepped through model time, look by look, with orders by hand at any minute.

What a bed computes is `clsim.managed.course.run_managed` with its hand's orders as forks, bit for bit: the same
compiled loop, the same policy, the same draws.  It differs in that it can stop, take an order, and go on.  An order
takes effect at its minute: the bed goes back to the last look before it, and computes that quarter of an hour anew.

Between two looks numbers are shown on a grid.  They come from the fixed-step solver, which starts anew from each look,
and are for the eye alone: nothing is decided by them, and nothing adds up.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clsim.bedside import signals
from clsim.crowd import summaries
from clsim.crowd.plan import accuracy, relay
from clsim.crowd.seen import ENDED
from clsim.engine import block as engine
from clsim.engine.outcome import REPORT
from clsim.errors import NumericalFailure
from clsim.managed.bedside import Bedside, Stage
from clsim.managed.course import Admission, ForkedPlan, check, flowing
from clsim.managed.hand import Fork, Hand, joined, read_fork
from clsim.managed.result import ManagedResult
from clsim.model.layout import CEILING, FLOOR, FLOWS, INPUTS, STATES, columns
from clsim.policy.compiled import no_rules
from clsim.policy.memory import Memory, rows_of
from clsim.policy.signals import TICK
from clsim.scenario.by_size import measures
from clsim.simulate import engine as stepper

Numbers = NDArray[np.float64]
ALONE = np.zeros(1, np.int64)
GRID = 0.5  # min between two numbers that are shown
SAMPLE = 5.0  # min between two samples of a trend
STEP = 1.0  # min, longest step of what is shown
RECENT = 3  # looks to which the bed can go back without computing others
MOST = 160  # looks that are kept besides; of more, every other is forgotten
SHARED = ("states", "flows", "bins", "keep")  # filled row by row, so they need not be copied
ROW = {name: i for i, name in enumerate(columns(FLOWS))}


def copied(desk: engine.Desk) -> engine.Desk:
    """The same numbers in other arrays."""
    return desk._replace(**{name: getattr(desk, name).copy() for name in desk._fields})


class Kept(NamedTuple):
    """A bed as it stood at a look, before anything was decided there."""

    tick: int
    desk: engine.Desk
    found: engine.Found
    memories: list[Memory]
    left: list[list[int]]
    counts: tuple[int, ...]
    struck: Numbers
    latched: dict[str, Any]


class Span(NamedTuple):
    """What is shown between two looks: times [min], numbers of the page, and inputs that hold from each time on."""

    time: Numbers
    rows: Numbers
    inputs: Numbers


class Bed:
    """A patient, who decides for him, and what a hand orders.

    Parameters
    ----------
    who : Admission
    forks : sequence of Fork
        Orders by hand, in order of time.

    Raises
    ------
    BadInput
        For orders that cannot be meant.
    """

    def __init__(self, who: Admission, forks: Sequence[Fork] = ()) -> None:
        self.who = who
        self.given = measures(who.weight, who.height)
        self.read: dict[str, Hand] = {}
        self.forks: tuple[Fork, ...] = ()
        self._admit(tuple(forks))

    # ---------------------------------------------------------------------------------- what is

    @property
    def reached(self) -> float:
        """The minute up to which numbers are known: that of the look at which the bed stands."""
        return float(self.desk.time[0])

    @property
    def over(self) -> bool:
        """Whether there is nothing more to come: the end of the run, of life, or of what can be computed."""
        return bool(self.desk.place[0] == engine.OVER)

    @property
    def end(self) -> float:
        """The minute at which it is over, infinite before."""
        return float(self.found.ended_at[0]) if self.over else np.inf

    @property
    def dead(self) -> str | None:
        """Why there is nothing more to come before the end of the run, in words."""
        if not self.over:
            return None
        if int(self.found.ended_by[0]) >= 0:
            cause = ENDED[int(self.found.ended_by[0])]
            return "died" if cause == "death" else f"died: {cause}"
        try:
            check(self.found, self.plan, self.who.number)
        except NumericalFailure as error:
            return f"cannot be computed further: {error}"
        return None

    @property
    def memory(self) -> Memory:
        """What is remembered by who decides now."""
        return self.stage.memory

    @property
    def stage(self) -> Stage:
        """Who decides now."""
        return [each for each in self.bedside.stages if each.first < max(self.tick, 1)][-1]

    def at(self, minute: float) -> tuple[Numbers, Numbers]:
        """Numbers of the page (k,) and inputs (n_inputs,) at a minute within the last span."""
        time, rows, inputs = self.span
        i = int(np.searchsorted(time, minute, side="right")) - 1
        i = min(max(i, 0), len(time) - 1)
        if i + 1 == len(time) or minute <= time[i]:
            return rows[i], inputs[i]
        share = (minute - time[i]) / (time[i + 1] - time[i])
        return rows[i] + share * (rows[i + 1] - rows[i]), inputs[i]

    def told(self, minute: float) -> ManagedResult | None:
        """All that is known up to a minute, as a run leaves it; nothing before the first decision."""
        if not self.tick:
            return None
        found = self.found._replace(ended_at=np.minimum(self.found.ended_at, self.reached))
        result = self.who.told(self.forks, self.bedside, self.plan, found, self.inputs)
        object.__setattr__(result, "trace", tuple(each for each in result.trace if each.time <= minute))
        return result

    # ----------------------------------------------------------------------------------- going on

    def reach(self, minute: float) -> None:
        """Go on until the numbers of a minute are known; a look at that very minute is not decided."""
        while self.reached < minute and not self.over:
            self._on()

    def ordered(self, forks: Sequence[Fork], since: float, minute: float) -> None:
        """Other orders by hand from a minute on; the bed then stands where it is asked to.

        Raises
        ------
        BadInput
            For orders that cannot be meant; nothing is changed then.
        """
        made = tuple(forks)
        policies = [[(each.at, each.policy.digest) for each in some if each.policy] for some in (made, self.forks)]
        self._hand(made)  # what cannot be meant is refused before anything is changed
        if policies[0] != policies[1]:
            self._admit(made)
        else:
            self._back(since, made)
        self.reach(minute)

    def back(self, minute: float) -> None:
        """Go back to a minute."""
        if minute < self.reached:
            self._back(minute, self.forks)
        self.reach(minute)

    # ------------------------------------------------------------------------------------- within

    def _hand(self, forks: Sequence[Fork]) -> Hand:
        """What is ordered; orders that were read are not read again."""
        hands = [self.who.first]
        for fork in forks:
            key = json.dumps(fork.data(), sort_keys=True)
            if key not in self.read:
                self.read[key] = read_fork(self.who.scenario, fork, self.who.weight, self.who.height)
            hands.append(self.read[key])
        return joined(hands)

    def _admit(self, forks: tuple[Fork, ...]) -> None:
        """To the beginning, with these orders."""
        hand = self._hand(forks)
        plan = self.who.plan(hand)
        self.bedside: Bedside = self.who.bedside(plan, hand, forks)
        self._plan(forks, plan)
        self.found = engine.blank(1, self.watch, summaries.BINS, ALONE, (len(columns(STATES)), len(columns(FLOWS))))
        self.desk = engine.make_desk(self.who.people.states, self.plan.course, self.watch, len(columns(FLOWS)), False)
        self.inputs = np.full((self.plan.times.size, len(columns(INPUTS))), np.nan)
        self.kept: dict[int, Kept] = {}
        self.every = 1
        self.trend: dict[int, tuple[Numbers, Numbers]] = {}
        self.bowel: dict[int, float] = {}  # L, lost in the quarter of an hour from a look on
        self.tick = 0
        self._arrive()
        self.span = Span(np.zeros(1), signals.shown(self.truth()), self.desk.inputs.copy())

    def _plan(self, forks: tuple[Fork, ...], plan: ForkedPlan) -> None:
        self.forks, self.plan = forks, plan
        watch = plan.watch
        self.watch = watch._replace(band_row=np.full_like(watch.band_row, -1))

    def _back(self, minute: float, forks: tuple[Fork, ...]) -> None:
        """To the last look before a minute, from where on other orders may count."""
        ticks = [tick for tick in self.kept if tick * TICK < minute]
        if not ticks:
            self._admit(forks)
            return
        there = self.kept[max(ticks)]
        if forks != self.forks:
            hand = self._hand(forks)
            self._plan(forks, self.who.plan(hand))
            self.bedside.hand, self.bedside.course = hand, self.plan.course
            self.bedside.ward = self.plan.course.inputs[:, :, 0].copy()
        shared = {name: getattr(self.found, name) for name in SHARED}
        self.desk = copied(there.desk)
        self.found = engine.Found(**{
            name: shared[name] if name in SHARED else getattr(there.found, name).copy() for name in self.found._fields})
        for stage, memory, left in zip(self.bedside.stages, there.memories, there.left, strict=True):
            stage.memory, stage.left = rows_of(memory, ALONE), [*left]
        notes = self.bedside.notes
        for told, count in zip(self._lists(), there.counts, strict=True):
            del told[count:]
        notes.struck, notes.latched = there.struck.copy(), dict(there.latched)
        self.tick = there.tick
        self.kept = {tick: each for tick, each in self.kept.items() if tick <= self.tick}
        self.trend = {tick: each for tick, each in self.trend.items() if tick < self.tick}
        self.bowel = {tick: each for tick, each in self.bowel.items() if tick < self.tick}
        self.span = Span(np.array([self.reached]), signals.shown(self.truth()), self.desk.inputs.copy())

    def _lists(self) -> tuple[list[Any], ...]:
        """What is told of the patient, a list each that only grows."""
        notes = self.bedside.notes
        return notes.entries, notes.times, notes.chart, notes.met, notes.running, notes.stopped

    def _keep(self) -> None:
        """Remember how the bed stands."""
        notes = self.bedside.notes
        found = self.found._replace(**{
            name: getattr(self.found, name).copy() for name in self.found._fields if name not in SHARED})
        self.kept[self.tick] = Kept(
            self.tick, copied(self.desk), found,
            [rows_of(stage.memory, ALONE) for stage in self.bedside.stages],
            [[*stage.left] for stage in self.bedside.stages], tuple(map(len, self._lists())), notes.struck.copy(),
            dict(notes.latched))
        old = self.tick - RECENT
        if old in self.kept and old % self.every:
            del self.kept[old]
        if len(self.kept) > MOST:
            self.every *= 2
            for tick in [each for each in self.kept if each % self.every and each <= old]:
                del self.kept[tick]

    def truth(self) -> Numbers:
        """Flows and states where the bed stands."""
        return np.concatenate([self.desk.flow, self.desk.state], axis=1)

    def _arrive(self) -> None:
        """Run the loop to the look of `tick`, or to the end."""
        last = self.tick >= self.bedside.stages[0].bound.calendar.slot.size
        relay()(np.array([self.who.number], np.uint64), self.who.people.parameters, self.given, self.plan.course,
                accuracy(), self.watch, self.found, self.desk, no_rules(), engine.NEVER_PAUSE if last else self.tick)
        if not self.over:
            self._keep()

    def _on(self) -> None:
        """Decide at this look, show what comes of it, and go to the next."""
        tick, stage = self.tick, self.bedside.stages[0]
        stage.bound.look(tick * TICK, self.truth(), self.found.latest, stage.memory)
        orders = self.bedside.decide(stage.bound, tick, stage.memory, self.desk, self.found)
        self.desk.supply[:], self.desk.dosing[:] = orders.inputs, orders.dosing
        self.inputs[tick] = flowing(self.plan.course, self.desk, self.given[0])
        begin = self._preview()
        self.tick += 1
        self._arrive()
        self._show(*begin)

    def _preview(self) -> tuple[Numbers, Numbers, Numbers]:
        """From this look to the next by the fixed-step solver: times, truth, and inputs."""
        course, first = self.plan.course, int(self.desk.edge[0])
        begin = self.reached
        end = float(course.edges[first + 1 :][course.observed[first + 1 :]][0])
        inside = course.edges[(course.edges > begin) & (course.edges < end)]
        time = np.unique(np.concatenate([np.arange(begin, end, GRID), inside, [end]]))
        spans = np.searchsorted(course.edges, time[:-1], side="right") - 1
        inputs = self.desk.supply + course.inputs[spans] @ self.given[0]
        if self.desk.dosing[0]:
            inputs = inputs + course.doses[spans] @ self.given[0]
        states, flows = (np.full((time.size, len(columns(kind))), np.nan) for kind in (STATES, FLOWS))
        report = np.zeros(1, REPORT)
        stepper()(self.desk.state[0].copy(), self.who.people.parameters[0], np.ascontiguousarray(inputs), time,
                  np.arange(time.size), STEP, FLOOR, CEILING, states, flows, report)
        return time, np.concatenate([flows, states], axis=1), np.concatenate([inputs, inputs[-1:]])

    def _show(self, time: Numbers, truth: Numbers, inputs: Numbers) -> None:
        """What is shown of the quarter of an hour that was computed; where the fixed steps fail, they are left out."""
        good = np.isfinite(truth).all(axis=1)
        rows = signals.shown(truth)
        if not good.all():
            rows[~good] = rows[good][-1] if good.any() else signals.shown(self.truth())[0]
        self.span = Span(time, rows, inputs)
        on = np.isclose((time - time[0]) % SAMPLE, 0.0)
        on[-1] = False
        self.trend[self.tick - 1] = (time[on], rows[on])
        loss = np.where(good, truth[:, ROW["bowel_loss"]], 0.0)
        self.bowel[self.tick - 1] = float(np.sum(0.5 * (loss[1:] + loss[:-1]) * np.diff(time)))
