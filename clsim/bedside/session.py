"""A session: a room, and everything that a page may ask of it.

`handle` may take a while; `handle` and `tick` are called by one thread at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from clsim.bedside import messages, saving, view
from clsim.bedside.alarms import changed
from clsim.bedside.by_hand import minute_of_order, planned
from clsim.bedside.demonstration import Playing
from clsim.bedside.learning import Learning
from clsim.bedside.room import Branch, Room
from clsim.bedside.side import BY_HAND, CONTRAST, Action, Handover, Side, case, policy_of
from clsim.bedside.typical import Job, alone, outcomes
from clsim.compare.endpoints import SHARE
from clsim.errors import BadInput
from clsim.lessons.debriefing import Sum, came_to
from clsim.managed import explain
from clsim.policy.policy import load_policy

DAY = 1440.0
ROUNDS = 480.0  # min of the day: assumed, once the blood of 06:00 is back
MOST_BRANCHES = 20


class Session(Room):
    """See the module."""

    def handle(self, said: Any) -> None:
        """One message of the page.

        Raises
        ------
        BadInput, NumericalFailure
            If it cannot be done; nothing is changed then.
        """
        self.respond(said)
        if not any(each["is"] == "frame" for each in self.out):
            self.out.append(self.frame())

    def respond(self, said: Any) -> None:
        """Do what a message asks for."""
        self._handlers()[said.do](said)

    def _handlers(self) -> dict[str, Callable[[Any], None]]:
        orders = dict.fromkeys(("fluid", "drip", "drug", "oxygen", "dose"), self._order)
        return {**orders, **{name.removeprefix("do_"): getattr(self, name) for name in dir(self)
                             if name.startswith("do_")}}

    def side(self, number: int) -> Side:
        """A bed by its number."""
        if number >= len(self.sides):
            raise BadInput("is not there", given=f"bed {number}", allowed="0, or a twin first", key="bed")
        return self.sides[number]

    def do_open(self, said: messages.Open) -> None:
        made = case(said.scenario, said.policy, said.seed, said.patient, said.everyone)
        self.demo = None
        self.begin([Side(made)])

    def do_twin(self, said: messages.Twin) -> None:
        first = self.sides[0]
        policies = [policy_of(name) for name in said.policies]
        afresh = said.from_start or self.t == 0.0 or first.case.policy is None
        if not afresh and policies[0] and policies[0].name == first.policy:
            sides = [first, self._under(first, policies[1], afresh)]
        else:
            sides = [self._under(first, policy, afresh) for policy in policies]
        for side in sides:
            side.bed.reach(self.t)
        self.sides = sides
        self.ring_at(self.limits)
        if first.case.policy is None and not said.from_start and self.t > 0.0:
            self.note(view.line(0, self.t, "event", "both policies decide from the start: nobody had decided before"))
        self.show_all()

    def _under(self, first: Side, policy: Any, afresh: bool) -> Side:
        """The patient of a bed under another policy, with what was ordered by hand."""
        if policy and policy.name == first.policy and not afresh:
            return Side(first.case, first.actions)
        if afresh:
            actions = tuple(each for each in first.actions if not isinstance(each.said, Handover))
            return Side(first.case.under(policy), actions)
        handover = Handover(policy or load_policy(BY_HAND))
        return Side(first.case, (*first.actions, Action(minute_of_order(self.t), handover)))

    def do_single(self, said: messages.Plain) -> None:
        if len(self.sides) < 2:
            raise BadInput("is what it is already", key="single")
        self.sides = self.sides[:1]
        self.show_all()

    def do_go(self, said: messages.Plain) -> None:
        if self.learning and self.learning.prompt:
            raise BadInput("waits for an answer", given=self.learning.prompt.id, key="go")
        if self.t >= self.end:
            raise BadInput("is at its end", allowed="rewind, or open another", key="go")
        self.running = not self.taught()

    def do_pause(self, said: messages.Plain) -> None:
        self.running, self.goal = False, 0.0

    def do_speed(self, said: messages.Speed) -> None:
        self.speed = said.times

    def do_step(self, said: messages.Step) -> None:
        if self.learning and self.learning.prompt:
            raise BadInput("waits for an answer", given=self.learning.prompt.id, key="step")
        goal = said.to_min if said.to_min is not None else self._minute_of(str(said.to))
        if goal <= self.t or self.t >= self.end:
            raise BadInput("does not lie ahead", given=said.to or f"{goal:g} min", key="step")
        self.running = False
        self.goal, self.until_alarm = min(goal, self.scenario.horizon), said.to == "alarm"

    def _minute_of(self, what: str) -> float:
        if what == "dose":
            ahead = [each.start for each in planned(self.scenario) if each.start > self.t]
            return min(ahead, default=self.scenario.horizon)
        if what == "hour":
            return (math.floor(self.t / 60.0 + 1e-9) + 1) * 60.0
        if what == "rounds":
                return (math.floor((self.t - ROUNDS) / DAY + 1e-9) + 1) * DAY + ROUNDS
        return self.scenario.horizon

    def do_rewind(self, said: messages.Rewind) -> None:
        if said.to_min >= self.t:
            raise BadInput("does not lie behind", given=f"{said.to_min:g} min", allowed=f"before {self.t:g} min",
                           key="rewind")
        self._leave(said.to_min)
        for side in self.sides:
            side.back(said.to_min)
        self._at(said.to_min)

    def _leave(self, minute: float) -> None:
        """Keep what is left as a branch."""
        done = [each for side in self.sides for each in side.actions if each.at >= minute]
        many = "no order" if not done else "1 order" if len(done) == 1 else f"{len(done)} orders"
        words = f"{many} from {minute / 60.0:.1f} h on"
        number = self.branches[-1].id + 1 if self.branches else 1
        self.branches.append(Branch(number, round(minute, 2), round(self.t, 4), words,
                                    tuple((side.case, side.actions) for side in self.sides)))
        del self.branches[:-MOST_BRANCHES]

    def _at(self, minute: float) -> None:
        """The clock stands at another minute than before."""
        self.t, self.running, self.goal = minute, False, 0.0
        if self.demo:
            self.demo.end(self)
        self.noted = [each for each in self.noted if each["t"] <= minute]
        if self.learning:
            self.learning.back(minute)
        self.show_all()

    def do_branch(self, said: messages.Branch) -> None:
        found = next((each for each in self.branches if each.id == said.id), None)
        if found is None:
            raise BadInput("is no branch", given=str(said.id), key="branch",
                           allowed=", ".join(str(each.id) for each in self.branches) or "none: nothing was left yet")
        sides = [Side(its, actions) for its, actions in found.sides]
        for side in sides:
            side.bed.reach(found.end)
        self._leave(found.begin)
        self.branches = [each for each in self.branches if each.id != said.id]
        self.sides = sides
        self.ring_at(self.limits)
        self._at(found.end)

    # ------------------------------------------------------------------------------------- orders

    def _order(self, said: Any) -> None:
        side = self.side(said.bed)
        if self.learning and self.learning.prompt:
            raise BadInput("waits for an answer", given=self.learning.prompt.id, key=said.do)
        self.order(side, said)

    def order(self, side: Side, said: Any) -> None:
        """Something ordered by hand, now."""
        if side.bed.over and self.t >= side.bed.end:
            raise BadInput("comes too late", given=side.bed.dead or "the end of the run", key=said.do)
        action = Action(minute_of_order(self.t), said)
        side.do(action, self.t)
        self.out.append(view.orders(self.sides.index(side), side.actions, self.scenario)[-1])

    # ------------------------------------------------------------------------------------- alarms

    def do_limit(self, said: messages.Limit) -> None:
        self.ring_at(changed(self.limits, said.signal, said.low, said.high))
        self.out.append(self._limits())

    def _limits(self) -> dict[str, Any]:
        return {"is": "limits", "rows": [each.data() for each in self.limits], "pause_on_alarm": self.pause_on_alarm}

    def do_silence(self, said: messages.Silence) -> None:
        self.silent_for = said.minutes * 60.0

    def do_acknowledge(self, said: messages.Plain) -> None:
        for side in self.sides:
            side.alarms.acknowledge()

    def do_pause_on_alarm(self, said: messages.Switch) -> None:
        self.pause_on_alarm = said.on
        self.out.append(self._limits())

    def do_reveal(self, said: messages.Switch) -> None:
        self.reveal = said.on
        for i, side in enumerate(self.sides):
            times, rows = view.trend(side.bed, -1.0, self.t, self.reveal)
            self.out.append({"is": "trend", "bed": i, "t": times, "rows": rows, "reset": True})

    # ---------------------------------------------------------------------------------- questions

    def do_why(self, said: messages.Why) -> None:
        side = self.side(said.bed)
        if said.at_min is not None and said.at_min > self.t:
            raise BadInput("has not come yet", given=f"{said.at_min:g} min", allowed=f"up to {self.t:g} min", key="why")
        result = side.bed.told(self.t)
        if result is None:
            raise BadInput("nothing has been decided yet", allowed="go on a little", key="why")
        self.out.append({"is": "why", "bed": said.bed, "data": explain.data(result, said.at_min),
                         "text": explain.text(result, said.at_min)})

    def do_typical(self, said: messages.Typical) -> None:
        if self.job and not self.job.done:
            raise BadInput("one is under way", allowed="stop_typical", key="typical")
        first = self.sides[0]
        policies = [side.deciding for side in self.sides]
        if len(policies) == 1:
            policies.append(policy_of(next(each for each in CONTRAST if each != first.policy)))
        scenario = first.case.scenario
        name = scenario.name if saving.shipped(scenario) else f"{scenario.name}.toml"
        beds = tuple((side.case, side.actions) for side in self.sides)
        self.job = Job(beds, (policies[0], policies[1]), said.n, name)
        self.out.append(self.job.message())

    def do_stop_typical(self, said: messages.Plain) -> None:
        self.stop_typical()

    def do_save(self, said: messages.Plain) -> None:
        stem = f"bedside-{self.scenario.name}-{self.t / 60.0:.0f}h"
        self.out.append({
            "is": "saved", "toml": saving.written(self.sides, self.t, self.limits, self.pause_on_alarm,
                                                   self.learning),
            "name": f"{stem}.toml", "command": saving.command(self.sides[0], stem)})

    def do_load(self, said: messages.Load) -> None:
        found = saving.read(said.toml)
        sides = [Side(its, actions) for its, actions in zip(found.cases, found.actions, strict=True)]
        self.limits, self.pause_on_alarm, self.demo = found.limits, found.pause_on_alarm, None
        if found.learning:
            found.learning.expected = expected(found.learning.lesson.name)
        self.begin(sides, found.minute, found.learning)
        self.taught()

    # ------------------------------------------------------------------------------------ teaching

    def play(self, seconds: float) -> None:
        if self.demo:
            self.demo.tick(self, seconds)

    def taught(self) -> bool:
        return bool(self.learning and self.learning.look(self))

    def do_lesson(self, said: messages.Learn) -> None:
        learning = Learning.of(said.name)
        learning.expected = expected(said.name)
        self.demo = None
        self.begin([Side(learning.case)], learning.lesson.begin_min, learning)

    def do_answer(self, said: messages.Answer) -> None:
        if self.learning is None:
            raise BadInput("is for a lesson", key="answer")
        self.learning.answer(self, said.prompt, said.option)

    def do_debrief(self, said: messages.Plain) -> None:
        self.out.append(self.debrief())

    def debrief(self) -> dict[str, Any]:
        """What happened, and what it came to."""
        results = [each for side in self.sides if (each := side.bed.told(self.t))]
        if self.learning:
            found = self.learning.told(results)
        else:
            ends = [outcomes(each) for each in results]
            totals = [{"label": endpoint.label, "unit": "" if endpoint.kind == SHARE else endpoint.unit, "values": [
                alone(endpoint, each[name][1]) if name in each else None for each in ends]}
                for name, (endpoint, _) in (ends[0] if ends else {}).items()]
            found = {"answers": [], "questions": [], "beside": None, "totals": totals}
        return {"is": "debrief", "timeline": self.log, **found}

    def do_demo(self, said: messages.Plain) -> None:
        self.demo = Playing()
        self.demo.start(self)

    def do_take_over(self, said: messages.Plain) -> None:
        if self.demo is None:
            raise BadInput("nothing is being played", key="take_over")
        self.demo.end(self)


@cache
def expected(name: str) -> list[Sum]:
    """What the expected answers of a shipped lesson come to, at a bed like any other."""
    learning = Learning.of(name)
    session = Session("expected", learning.case)
    session.begin(session.sides, learning.lesson.begin_min, learning)
    while not learning.over:
        session.advance(learning.lesson.end_min, alarms_stop=False)
        if learning.prompt:
            learning.answer(session, learning.prompt.id, learning.prompt.usual)
    result = session.sides[0].bed.told(session.t)
    assert result is not None  # a lesson is longer than a quarter of an hour
    return came_to(learning.lesson, result)
