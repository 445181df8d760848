"""A page for tests: it says what a page would say, and holds what it hears to its messages."""

from __future__ import annotations

import json

from clsim.bedside import messages
from clsim.bedside.answers import ANSWERS


class Page:
    """What a page would say and hear."""

    def __init__(self, session):
        self.session, self.heard = session, []
        self.drain()

    def drain(self):
        """Take what was sent, held to its message."""
        out, self.session.out = self.session.out, []
        for each in out:
            ANSWERS.validate_json(json.dumps(each, allow_nan=False))
        self.heard += out
        return out

    def say(self, do, **more):
        """Say something, and hear the answer."""
        self.session.handle(messages.read(json.dumps({"do": do, **more})))
        return self.drain()

    def wait(self, seconds, every=0.05):
        """Seconds pass."""
        for _ in range(round(seconds / every)):
            self.session.tick(every)
        return self.drain()

    def step(self, to, **more):
        """As far as it goes."""
        self.say("step", **({"to": to} if isinstance(to, str) else {"to_min": to}))
        while self.session.hurried:
            self.session.tick(0.01)
        return self.drain()

    def last(self, kind):
        """The last message of a kind."""
        return [each for each in self.heard if each["is"] == kind][-1]

    @property
    def t(self):
        """The minute on the screen."""
        return self.last("frame")["t"]

    def numbers(self, bed=0):
        """Of the last frame."""
        return self.last("frame")["beds"][bed]["numbers"]
