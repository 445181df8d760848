"""The demonstration that plays itself: steps of messages, as a person would send them from the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clsim.bedside.messages import FASTEST
from clsim.errors import BadInput
from clsim.lessons.lesson import DEMO, folder
from clsim.lessons.schema import DemoFile
from clsim.policy.policy import load_policy
from clsim.scenario import toml_text
from clsim.scenario.scenario import load
from clsim.scenario.schema import validated
from clsim.scenario.section import Section

SECONDS = 60.0  # in a minute
HURRY = 4.0  # a demonstration may run faster than a person can ask for
REFUSED = ("demo", "take_over", "load", "save", "lesson", "answer")  # what a demonstration cannot do to itself


@dataclass(frozen=True)
class Step:
    """One step.

    Parameters
    ----------
    said : str
    seconds : float
        On the wall.
    do : tuple of mapping
        Messages, as `clsim.bedside.messages` reads them, at its beginning.
    to_min : float or None
        Model time at its end; None: the clock stands.
    show : str or None
        What the page brings to the front.
    """

    said: str
    seconds: float
    do: tuple[Mapping[str, Any], ...]
    to_min: float | None
    show: str | None


@dataclass(frozen=True)
class Demo:
    """A demonstration: whom it shows, and its steps."""

    title: str
    scenario: str
    policy: str
    patient: int | None
    seed: int
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return sum(each.seconds for each in self.steps)


def load_demo(source: Path | None = None) -> Demo:
    """Read a demonstration, the shipped one if none is given.

    Raises
    ------
    BadInput
        For anything that cannot be meant: times that go back, or faster than a page can.
    """
    path = source or folder() / f"{DEMO}.toml"
    document = toml_text.read(path)
    read = validated(DemoFile, document)
    top = Section(document, ())
    play = top.within("demo")
    for key, reading in (("scenario", load), ("policy", load_policy)):
        try:
            found = reading(getattr(read.demo, key))
        except BadInput as error:
            at = play.error("", key)
            raise error.at(at.key, at.place) from None
        if key == "scenario":
            horizon = found.horizon  # type: ignore[union-attr]
    now, steps = 0.0, []
    for i, each in enumerate(read.step):
        section = top.within("step", i)
        for k, message in enumerate(each.do):
            if message.do in REFUSED:
                section.refuse("cannot be done by a demonstration", "do", k, given=message.do)
        to = section.time("to") if "to" in section else None
        if to is not None:
            fastest = now + each.seconds * HURRY * FASTEST / SECONDS
            if not now < to <= min(fastest, horizon):
                section.refuse("cannot be reached in this step", "to", given=each.to,
                               allowed=f"after {now / 60.0:g} h, to {min(fastest, horizon) / 60.0:g} h")
            now = to
        steps.append(Step(each.said, each.seconds, tuple(x.model_dump(exclude_none=True) for x in each.do), to,
                          each.show))
    return Demo(read.demo.title, read.demo.scenario, read.demo.policy, read.demo.patient, read.demo.seed, tuple(steps))
