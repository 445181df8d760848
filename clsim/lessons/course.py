"""A lesson computed: for every way through its prompts, the course that the model makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from clsim.lessons.parts import Lesson, Prompt
from clsim.managed.fork import fork
from clsim.result import Result
from clsim.scenario.settings import INPUT
from clsim.simulate import run

OVER = 15.0  # min in which a single dose of a drug runs in
CLOSE = 1e-9


@dataclass(frozen=True)
class Asked:
    """A prompt as it was asked: when, and which option was taken."""

    prompt: Prompt
    minute: float
    option: int


@dataclass(frozen=True)
class Course:
    """One way through a lesson.

    Parameters
    ----------
    path : tuple of int
        The option of every prompt.
    asked : tuple of Asked
        Fewer than there are prompts if the patient died before.
    result : Result
    """

    path: tuple[int, ...]
    asked: tuple[Asked, ...]
    result: Result

    @property
    def end(self) -> float:
        """The last minute that was computed: before the end of the lesson if the patient died."""
        return float(self.result.time[-1])


@dataclass
class Hands:
    """What has been ordered by hand so far, as a fork takes it."""

    planned: Mapping[int, float]
    alone: bool = True  # no policy has drips of its own
    fluid: list[dict[str, Any]] = field(default_factory=list)
    drug: list[dict[str, Any]] = field(default_factory=list)
    rates: dict[str, dict[str, str]] = field(default_factory=dict)
    hold: set[int] = field(default_factory=set)
    give: set[int] = field(default_factory=set)

    def follow(self, order: Mapping[str, Any], minute: float) -> None:
        """One order of an option, given at this minute."""
        at, name = f"{minute!r} min", order.get("name", "")
        if order["do"] == "fluid":
            self.fluid.append({"give": name, "volume": f"{order['volume_mL']!r} mL",
                               "over": f"{order['over_min']!r} min", "at": at})
        elif order["do"] == "drug":
            unit = INPUT[name].unit.removesuffix("/min")
            self.drug.append({"give": name, "dose": f"{order['amount']!r} {unit}", "over": f"{OVER!r} min", "at": at})
        elif order["do"] == "drip":
            if order["rate"] or name in self.rates or not self.alone:  # else nothing runs that could be turned off
                self.rates.setdefault(name, {})[at] = f"{order['rate']!r} {INPUT[name].unit}"
        elif order["do"] == "oxygen":  # what is set later takes the place of what was set before
            self.drug.append({"give": "oxygen", "rate": f"{order['rate']!r} {INPUT['oxygen'].unit}", "from": at})
        else:
            self.dose(order["order"], minute)

    def dose(self, word: str, minute: float) -> None:
        """Hold, give, stop or resume; a dose that is due at this very minute can still be held."""
        left = [number for number, start in self.planned.items() if start >= minute - CLOSE]
        wanted = {"hold": left[:1], "give": left[:1], "stop": left, "resume": left}[word]
        self.hold = self.hold | {*wanted} if word in ("hold", "stop") else self.hold - {*wanted}
        self.give = self.give | {*wanted} if word == "give" else self.give - {*wanted}

    def wishes(self) -> dict[str, Any]:
        """Arguments of `clsim.managed.fork.fork`; empty if nothing was ordered."""
        drips = [{"give": name, "rates": rates} for name, rates in self.rates.items()]
        found = {"hold": sorted(self.hold), "give": sorted(self.give), "fluid": self.fluid, "drug": self.drug + drips}
        return {key: value for key, value in found.items() if value}


class Courses:
    """All courses of a lesson, each computed once: options that order the same lead to the same course."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        scenario = lesson.scenario.but(run={"horizon": f"{lesson.end_min!r} min"})
        orders = sorted((*scenario.doses, *scenario.held), key=lambda each: each.start)
        self.planned = {each.number: each.start for each in orders}
        self.base = (run(scenario) if lesson.policy is None else
                     run(scenario, policy=lesson.policy, patient=lesson.patient, seed=lesson.seed))
        self.known: dict[str, Result] = {"": self.base}

    def __iter__(self) -> Iterator[Course]:
        return map(self.along, self.paths())

    def paths(self) -> Iterator[tuple[int, ...]]:
        """Every way through the prompts; a prompt that is not asked has its expected option."""
        for path in product(*(range(len(each.options)) for each in self.lesson.prompts)):
            answers = {each.id: option for each, option in zip(self.lesson.prompts, path, strict=True)}
            if all(self.lesson.asks(each, answers) or answers[each.id] == each.usual for each in self.lesson.prompts):
                yield path

    def along(self, path: tuple[int, ...]) -> Course:
        """The course of one way, or of the beginning of one (fewer options than prompts)."""
        hands, result, first = Hands(self.planned, self.lesson.policy is None), self.base, None
        asked: list[Asked] = []
        for prompt, option in zip(self.lesson.prompts, path, strict=False):
            if not self.lesson.asks(prompt, {each.prompt.id: each.option for each in asked}):
                continue
            minute = when(prompt, result)
            if minute is None:
                break
            asked.append(Asked(prompt, minute, option))
            for order in prompt.options[option].orders:
                first = minute if first is None else first
                hands.follow(order, minute)
            wishes = hands.wishes()
            key = repr((first, wishes)) if wishes else ""
            if key not in self.known:
                assert first is not None
                self.known[key] = fork(self.base, first, **wishes)
            result = self.known[key]
        return Course(path, tuple(asked), result)


def when(prompt: Prompt, result: Result) -> float | None:
    """When a prompt is asked in a run; None if the patient died before."""
    time = result.time
    if prompt.when is None:
        minute = prompt.after_min
    else:
        values = np.asarray(result[prompt.when.signal].values)
        looked = np.flatnonzero((time >= prompt.after_min) & (time <= prompt.by_min) & (time % 15.0 == 0.0))
        met = [k for k in looked if prompt.when.holds(float(values[k]))]
        minute = float(time[met[0]]) if met else prompt.by_min
    return minute if minute <= time[-1] else None
