"""A lesson inside a session: what is asked when, what was answered, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from clsim.bedside import messages
from clsim.bedside.side import Case
from clsim.errors import BadInput, nearest
from clsim.lessons.debriefing import Sum, beside, came_to, feedback, other_way, questions
from clsim.lessons.lesson import lessons, load_lesson
from clsim.lessons.parts import Lesson, Prompt
from clsim.policy.signals import TICK
from clsim.policy.table import OUTPUTS

if TYPE_CHECKING:
    from clsim.bedside.session import Session
    from clsim.result import Result

SHIPPED = cache(load_lesson)
PLACE = {name: i for i, name in enumerate(OUTPUTS)}


@dataclass
class Given:
    """An answer."""

    minute: float
    prompt: Prompt
    option: int


@dataclass
class Learning:
    """A lesson under way.

    Parameters
    ----------
    lesson : Lesson
    prompt : Prompt or None
        What waits for an answer.
    given : list of Given
    passed : dict of str to float
        Prompts that earlier answers made idle, and when.
    over : bool
        Its end was told.
    expected : sequence of Sum, optional
        What the expected answers come to.
    """

    lesson: Lesson
    prompt: Prompt | None = None
    given: list[Given] = field(default_factory=list)
    passed: dict[str, float] = field(default_factory=dict)
    over: bool = False
    expected: Sequence[Sum] | None = None

    @classmethod
    def of(cls, name: str) -> Learning:
        """A lesson that ships with the program."""
        known = lessons()
        if name not in known:
            raise BadInput("is not a shipped lesson", given=name, allowed=", ".join(known),
                           nearest=nearest(name, known), key="lesson")
        return cls(SHIPPED(name))

    @property
    def case(self) -> Case:
        """Who lies in the bed."""
        return Case(self.lesson.scenario, self.lesson.policy, self.lesson.seed, self.lesson.patient, True)

    @property
    def next(self) -> Prompt | None:
        """What is asked next."""
        done = {each.prompt.id for each in self.given} | {*self.passed}
        return next((each for each in self.lesson.prompts if each.id not in done), None)

    def look(self, session: Session) -> bool:
        """Ask what is due at this minute, or end; whether the clock is to stand."""
        if self.over:
            return False
        if session.t >= self.lesson.end_min:
            self.over = True
            session.out.append(session.debrief())
            return True
        answers = {each.prompt.id: each.option for each in self.given}
        while (prompt := self.next) is not None and session.t >= prompt.after_min:
            if self.lesson.asks(prompt, answers):
                if not self._due(prompt, session):
                    return False
                self.prompt = prompt
                session.out += self.asked()
                return True
            self.passed[prompt.id] = session.t
        return False

    def _due(self, prompt: Prompt, session: Session) -> bool:
        """Whether it is time: conditions are looked at every quarter of an hour."""
        if prompt.when is None or session.t >= prompt.by_min:
            return True
        if session.t % TICK:
            return False
        truth = session.sides[0].bed.truth()
        return prompt.when.holds(float(truth[0, PLACE[prompt.when.signal]]))

    def asked(self) -> list[dict[str, Any]]:
        """The question that waits."""
        if self.prompt is None:
            return []
        return [{"is": "prompt", "id": self.prompt.id, "question": self.prompt.question,
                 "options": [each.label for each in self.prompt.options], "why_now": self.prompt.why_now}]

    def answer(self, session: Session, name: str, option: int) -> None:
        """Take an answer and do what it orders."""
        prompt = self.prompt
        if prompt is None or prompt.id != name:
            raise BadInput("is not what is asked", given=name, allowed=prompt.id if prompt else "nothing is asked now",
                           key="answer")
        if option >= len(prompt.options):
            raise BadInput("is no option", given=str(option), allowed=f"0 to {len(prompt.options) - 1}", key="answer")
        chosen = prompt.options[option]
        orders = [messages.INCOMING.validate_python({key: value for key, value in each.items() if value is not None})
                  for each in chosen.orders]
        for order in orders:
            session.order(session.sides[0], order)
        self.prompt = None
        self.given.append(Given(session.t, prompt, option))
        session.out.append(feedback(prompt, option))
        if self.look(session):
            session.running = False

    def back(self, minute: float) -> None:
        """Answers that were given later are open again."""
        self.given = [each for each in self.given if each.minute < minute]
        self.passed = {name: at for name, at in self.passed.items() if at < minute}
        self.prompt, self.over = None, False

    def told(self, results: Sequence[Result]) -> dict[str, Any]:
        """For the debrief: what the beds came to, and at the end what the expected answers come to."""
        ways = [came_to(self.lesson, each) for each in results]
        other = [self.expected] if self.over and self.expected else []
        return {"answers": [feedback(each.prompt, each.option) for each in self.given],
                "questions": questions(self.lesson), "beside": other_way(self.lesson) if other else None,
                "totals": beside(*ways, *other) if ways else []}
