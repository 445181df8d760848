"""The clock of a session: one bed or two, how far they are, and what the page has to be told.

It knows no network and no wall clock: whoever carries it says how many seconds have passed, and sends what then stands
in `out`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from clsim.bedside import view
from clsim.bedside.alarms import LIMITS, Limit
from clsim.bedside.bed import GRID
from clsim.bedside.by_hand import planned
from clsim.bedside.demonstration import Playing
from clsim.bedside.learning import Learning
from clsim.bedside.side import Action, Case, Side
from clsim.bedside.typical import Job
from clsim.policy.signals import TICK
from clsim.scenario.scenario import Scenario

CHUNK = 120.0  # model minutes between two frames of a step
LATE = 0.2  # s; more than that between two ticks is not made up for
MOST_LINES = 5_000  # of alarms and remarks


@dataclass(frozen=True)
class Branch:
    """Something that was left by going back."""

    id: int
    begin: float
    end: float
    said: str
    sides: tuple[tuple[Case, tuple[Action, ...]], ...]


class Room(ABC):
    """One patient, or the same one twice, on one clock.

    Parameters
    ----------
    name : str
        By which a lost page finds it again.
    first : Case
        Whom it holds to begin with.

    Raises
    ------
    BadInput
        If the patient cannot be.
    """

    def __init__(self, name: str, first: Case) -> None:
        self.name = name
        self.out: list[dict[str, Any]] = []
        self.speed, self.silent_for = 60.0, 0.0
        self.limits: tuple[Limit, ...] = LIMITS
        self.pause_on_alarm, self.reveal = True, False
        self.job: Job | None = None
        self.shared: tuple[float, str] = (-1.0, "")  # how far the page knows a comparison to be
        self.demo: Playing | None = None
        self.begin([Side(first)])

    def begin(self, sides: list[Side], minute: float = 0.0, learning: Learning | None = None) -> None:
        """Other patients, and nothing left of what was before."""
        for side in sides:
            side.bed.reach(minute)
        self.stop_typical()
        self.sides = sides
        self.t, self.running, self.behind = minute, False, False
        self.goal, self.until_alarm, self.reveal = 0.0, False, False
        self.noted: list[dict[str, Any]] = []  # alarms and remarks
        self.branches: list[Branch] = []
        self.learning = learning
        self.ring_at(self.limits)
        self.show_all()

    @property
    def scenario(self) -> Scenario:
        """What everybody is given."""
        return self.sides[0].case.scenario

    @property
    def end(self) -> float:
        """The minute after which nothing happens."""
        return min(self.scenario.horizon, max(side.bed.end for side in self.sides))

    @property
    def hurried(self) -> bool:
        """Whether it is stepping: the next tick need not wait."""
        return self.goal > self.t

    def ring_at(self, limits: tuple[Limit, ...]) -> None:
        """Alarms at these limits."""
        self.limits = limits
        for side in self.sides:
            side.alarms.change({each.signal: each for each in limits})

    # -------------------------------------------------------------------------------------- clock

    def tick(self, seconds: float) -> None:
        """So many seconds have passed on the wall."""
        self.silent_for = max(0.0, self.silent_for - seconds)
        self.behind = seconds > LATE and self.running
        seconds = min(seconds, LATE)
        if self.hurried:
            self.advance(min(self.goal, self.t + CHUNK), self.until_alarm)
        elif self.demo:
            self.play(seconds)
        elif self.running:
            self.advance(self.t + seconds * self.speed / 60.0, self.pause_on_alarm)
        if self.job:
            self._share(self.job)
        self.tell()
        lines = sorted((each for each in self.out if each["is"] == "log"), key=lambda each: float(each["t"]))
        self.out = [*(each for each in self.out if each["is"] != "log"), *lines, self.frame()]

    def advance(self, target: float, alarms_stop: bool) -> None:
        """On to a minute, or to what stops the clock before."""
        going = True
        while going and self.t < min(target, self.end):
            edge = min(target, (math.floor(self.t / TICK + 1e-9) + 1) * TICK, self.scenario.horizon)
            for side in self.sides:
                side.bed.reach(edge)
            going = self._watch(edge, alarms_stop) and not self._stopped()
        if self.t >= min(self.goal, self.end) or not going:
            self.goal = 0.0
        if self.t >= self.end or not going:
            self.running = False

    def _watch(self, edge: float, alarms_stop: bool) -> bool:
        """On to an edge, or to the first alarm that stops the clock; whether it goes on."""
        while self.t < edge:
            self.t = min(edge, (math.floor(self.t / GRID + 1e-9) + 1) * GRID)
            begun = False
            for i, side in enumerate(self.sides):
                if self.t < side.bed.end:
                    for words in side.alarms.take(self.t, side.bed.at(self.t)[0]):
                        begun = True
                        self.note(view.line(i, self.t, "alarm", words))
            if begun and alarms_stop:
                return False
        return True

    def _stopped(self) -> bool:
        """Whether somebody died now, or a lesson wants something."""
        found = False
        for i, side in enumerate(self.sides):
            if side.bed.dead and self.t >= side.bed.end and not side.buried:
                side.buried = found = True
                self.note(view.line(i, side.bed.end, "event", side.bed.dead))
        return self.taught() or found

    @abstractmethod
    def play(self, seconds: float) -> None:
        """The demonstration goes on."""

    @abstractmethod
    def taught(self) -> bool:
        """Whether a lesson wants something at this minute."""

    # ---------------------------------------------------------------------------- what the page hears

    def frame(self) -> dict[str, Any]:
        """All that is shown now."""
        return {
            "is": "frame", "t": round(self.t, 4), "speed": self.speed, "running": self.running or self.hurried,
            "behind": self.behind, "beds": [
                view.frame(side.bed, self.t, self.reveal, side.alarms.data(self.silent_for > 0.0))
                for side in self.sides]}

    def scene(self) -> dict[str, Any]:
        """What a page has to know before the first frame."""
        learning = self.learning
        return {
            "is": "scene", "session": self.name, "scenario": self.scenario.name,
            "title": learning.lesson.title if learning else self.scenario.title,
            "policies": [side.policy for side in self.sides], "patient": view.patient(self.sides[0].bed),
            "seed": self.sides[0].case.seed, "t": round(self.t, 4), "horizon_min": self.scenario.horizon,
            "doses": [{"number": each.number, "at_min": each.start} for each in planned(self.scenario)],
            "alarms": [each.data() for each in self.limits], "pause_on_alarm": self.pause_on_alarm,
            "reveal": self.reveal, "lesson": learning.lesson.name if learning else None,
            "prebrief": learning.lesson.prebrief if learning else None}

    @property
    def log(self) -> list[dict[str, Any]]:
        """Everything that was ordered, decided and told up to now."""
        lines = [line for i, side in enumerate(self.sides) for line in (
            *view.orders(i, side.actions, self.scenario), *view.lines(i, side.entries(0, self.t)))]
        return sorted([*self.noted, *lines], key=lambda each: float(each["t"]))

    def show_all(self) -> None:
        """The page begins anew."""
        self.out.append(self.scene())
        for side in self.sides:
            side.sampled, side.hour, side.told = -1.0, 0, len(side.entries(0, self.t))
        self.tell(reset=True)
        self.out += self.log
        if self.branches:
            self.out.append({"is": "branches", "rows": [
                {"id": each.id, "from_min": each.begin, "to_min": each.end, "said": each.said}
                for each in self.branches]})
        if self.learning:
            self.out += self.learning.asked()

    def come_back(self) -> None:
        """Everything, for a page that lost its line."""
        self.out.clear()
        self.show_all()
        self.out.append(self.frame())

    def note(self, line: dict[str, Any]) -> None:
        """An alarm or a remark."""
        self.noted.append(line)
        del self.noted[:-MOST_LINES]
        self.out.append(line)

    def tell(self, reset: bool = False) -> None:
        """Whatever the page does not have yet."""
        for i, side in enumerate(self.sides):
            times, rows = view.trend(side.bed, side.sampled, self.t, self.reveal)
            if times or reset:
                side.sampled = times[-1] if times else side.sampled
                self.out.append({"is": "trend", "bed": i, "t": times, "rows": rows, "reset": reset})
            hours = view.hours(side.bed, side.hour + 1, self.t)
            if hours or reset:
                side.hour += len(hours)
                self.out.append({"is": "flow", "bed": i, "rows": hours, "reset": reset})
            new = side.entries(side.told, self.t)
            side.told += len(new)
            self.out += view.lines(i, new)

    def _share(self, job: Job) -> None:
        done, message = job.done, job.message()
        if done:
            self.job = None
        if (message["share"], message["said"]) != self.shared or done:
            self.shared = (message["share"], message["said"])
            self.out.append(message)

    def stop_typical(self) -> None:
        """No comparison any more."""
        if self.job:
            self.job.stop()
