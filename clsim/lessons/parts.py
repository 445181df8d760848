"""What a lesson is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clsim.policy.policy import Policy
from clsim.scenario.scenario import Scenario

GOOD, ACCEPTABLE, POOR = "good", "acceptable", "poor"


@dataclass(frozen=True)
class Condition:
    """``MAP < 65 mmHg``: a signal of a result, ``<`` or ``>``, and a value in its internal unit."""

    signal: str
    compare: str
    value: float
    text: str

    def holds(self, value: float) -> bool:
        """Whether it is so for a value in the internal unit."""
        return value < self.value if self.compare == "<" else value > self.value


@dataclass(frozen=True)
class Option:
    """An answer.

    Parameters
    ----------
    id, label : str
    orders : tuple of mapping
        As a page would say them, ``{"do": "fluid", "name": "saline_0.9", "volume_mL": 500.0, "over_min": 30.0}``.
    verdict : {"good", "acceptable", "poor"} or None
        None: it is not judged.
    said, cite : str
        Feedback, and where it comes from.
    """

    id: str
    label: str
    orders: tuple[Mapping[str, Any], ...]
    verdict: str | None
    said: str
    cite: str


@dataclass(frozen=True)
class Prompt:
    """A decision.

    Parameters
    ----------
    id : str
    at_min : float or None
        When it is asked; None if ``when`` decides.
    when : Condition or None
    after_min, by_min : float
        With a condition: asked not before, and at the latest; both are ``at_min`` without one.
    question, why_now : str
    options : tuple of Option
    unless : mapping of str to str
        Not asked if that earlier prompt was answered by the option of that id.
    """

    id: str
    at_min: float | None
    when: Condition | None
    after_min: float
    by_min: float
    question: str
    why_now: str
    options: tuple[Option, ...]
    unless: Mapping[str, str] = field(default_factory=dict)

    @property
    def usual(self) -> int:
        """The option that is expected: the first good one, else the first."""
        good = [i for i, each in enumerate(self.options) if each.verdict == GOOD]
        return good[0] if good else 0


@dataclass(frozen=True)
class Question:
    """What is asked in the debrief, the answer for the instructor, and the signals to look at."""

    ask: str
    answer: str
    cite: str
    shows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moment:
    """Minutes from the start, or from when a prompt is asked."""

    minutes: float
    prompt: str = ""


@dataclass(frozen=True)
class Claim:
    """A sentence about the run that can fail.

    Parameters
    ----------
    says, signal, aspect : str
    at : Moment
    since : Moment or None
        Start of the stretch, for every aspect but ``at``.
    path : tuple of int
        An option for each prompt.
    than : tuple of int or None
        Path that is compared with; None: nothing is compared.
    than_at : Moment
    than_since : Moment or None
        None: the value at ``than_at``.
    level : float or None
        Value that is compared with in place of a path or time.
    over : tuple of int or None
        Path from which both are taken as differences.
    by : float or None
        Least difference, in the internal unit; negative: it is less by that at least.
    within : float or None
        In place of a direction: the largest difference.
    """

    says: str
    signal: str
    aspect: str
    at: Moment
    since: Moment | None
    path: tuple[int, ...]
    than: tuple[int, ...] | None
    than_at: Moment
    than_since: Moment | None
    level: float | None
    over: tuple[int, ...] | None
    by: float | None
    within: float | None


@dataclass(frozen=True)
class Lesson:
    """A lesson file, read.

    Parameters
    ----------
    name : str
        Stem of the file.
    title, summary, level : str
    minutes : int
        How long it takes, debrief included.
    objectives : tuple of str
    prebrief : str
    scenario : Scenario
        Without a policy its own fluids and drugs run as they are written, and orders by hand come on top.
    policy : Policy or None
    patient : int or None
    seed : int
    begin_min, end_min : float
        The part of the course that is played.
    prompts : tuple of Prompt
        In the order in which they are asked.
    debrief : tuple of Question
    reveal : tuple of str
        Signals of the hidden body that the debrief shows.
    claims : tuple of Claim
    sources : mapping of str to str
    text : str
        The file.
    """

    name: str
    title: str
    summary: str
    level: str
    minutes: int
    objectives: tuple[str, ...]
    prebrief: str
    scenario: Scenario
    policy: Policy | None
    patient: int | None
    seed: int
    begin_min: float
    end_min: float
    prompts: tuple[Prompt, ...]
    debrief: tuple[Question, ...]
    reveal: tuple[str, ...]
    claims: tuple[Claim, ...]
    sources: Mapping[str, str]
    text: str = field(repr=False)

    def asks(self, prompt: Prompt, answers: Mapping[str, int]) -> bool:
        """Whether a prompt is asked after these answers: option by prompt, as far as there are any."""
        ids = {each.id: each.options[answers[each.id]].id for each in self.prompts if each.id in answers}
        return not any(ids.get(name) == option for name, option in prompt.unless.items())

    @property
    def usual(self) -> tuple[int, ...]:
        """The expected option of every prompt."""
        return tuple(each.usual for each in self.prompts)
