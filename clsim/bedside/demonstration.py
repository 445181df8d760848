"""The demonstration that plays itself in a session, and can be taken over at any moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clsim.bedside import messages
from clsim.errors import BadInput
from clsim.lessons.demo import Demo, Step, load_demo

if TYPE_CHECKING:
    from clsim.bedside.session import Session


class Playing:
    """How far a demonstration is."""

    def __init__(self, demo: Demo | None = None) -> None:
        self.demo = demo or load_demo()
        self.number, self.left = 0, 0.0

    @property
    def step(self) -> Step:
        """What is shown now."""
        return self.demo.steps[self.number - 1]

    def start(self, session: Session) -> None:
        """Open the patient, and show the first step."""
        demo = self.demo
        session.do_open(messages.Open(do="open", scenario=demo.scenario, policy=demo.policy or None,
                                      patient=demo.patient, seed=demo.seed))
        session.demo, session.running = self, True
        self._next(session)

    def tick(self, session: Session, seconds: float) -> None:
        """So many seconds have passed; steps that the clock still has to take are not hurried."""
        if not session.running:
            return
        step = self.step
        if step.to_min is not None and session.t < step.to_min:
            pace = (step.to_min - session.t) / max(self.left, seconds)
            before = session.t
            session.advance(min(step.to_min, before + pace * seconds), alarms_stop=False)
            session.running = True
        self.left -= seconds
        if self.left <= 0.0:
            self._next(session)

    def _next(self, session: Session) -> None:
        if self.number == len(self.demo.steps):
            self.end(session)
            return
        self.number += 1
        self.left = self.step.seconds
        session.out.append({"is": "demo", "step": self.number, "of": len(self.demo.steps), "said": self.step.said,
                            "show": self.step.show})
        session.demo = None  # what it does itself does not end it
        for each in self.step.do:
            try:
                session.respond(messages.INCOMING.validate_python(dict(each)))
            except BadInput as error:
                session.out.append({"is": "error", "for": str(each["do"]), "said": str(error)})
        session.demo, session.running = self, True

    def end(self, session: Session) -> None:
        """Over, or taken over."""
        session.demo, session.running = None, False
        session.out.append({"is": "demo", "step": 0, "of": len(self.demo.steps), "said": "yours now", "show": None})
