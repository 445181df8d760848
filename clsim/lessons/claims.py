"""What the texts of a lesson say of the run, computed: every sentence stands or falls by a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clsim import units
from clsim.lessons.course import Course, Courses
from clsim.lessons.lesson import SIGNALS
from clsim.lessons.parts import Claim, Moment
from clsim.substances import molar_mass


@dataclass(frozen=True)
class Found:
    """A claim and what the model shows.

    Parameters
    ----------
    claim : Claim
    value, other : float or None
        In the internal unit: the signal as claimed, and what it is compared with, if anything; None where the
        patient was dead by then, or a prompt was not asked that the time counts from.
    holds : bool
    """

    claim: Claim
    value: float | None
    other: float | None
    holds: bool

    @property
    def words(self) -> str:
        """The numbers for people: ``71 mmHg, against 64 mmHg``."""
        if self.value is None:
            return "cannot be read: the patient was dead by then, or the prompt is not asked on that way"
        first = shown(self.claim.signal, self.value)
        return f"{first}, against {shown(self.claim.signal, self.other)}" if self.other is not None else first


def look_at(courses: Courses) -> list[Found]:
    """Every claim of a lesson, computed."""
    return [_look(claim, courses) for claim in courses.lesson.claims]


def _look(claim: Claim, courses: Courses) -> Found:
    def seen(path: tuple[int, ...], at: Moment, since: Moment | None) -> float | None:
        found = [reading(courses.along(each), claim, at, since) for each in (path, claim.over) if each is not None]
        return None if None in found else found[0] if len(found) == 1 else found[0] - found[1]  # type: ignore[operator]

    value = seen(claim.path, claim.at, claim.since)
    other = claim.level if claim.than is None else seen(claim.than, claim.than_at, claim.than_since)
    if value is None or (claim.than is not None and other is None):
        return Found(claim, value, other, False)
    gap = value - (other or 0.0)
    if claim.by is None:
        assert claim.within is not None
        return Found(claim, value, other, abs(gap) <= claim.within)
    return Found(claim, value, other, gap >= claim.by if claim.by >= 0.0 else gap <= claim.by)


def reading(course: Course, claim: Claim, at: Moment, since: Moment | None) -> float | None:
    """What a claim reads from a course, in the internal unit; None if it lies after a death."""
    end = _minute(course, at)
    if not 0.0 <= end <= course.end:
        return None
    series = course.result[claim.signal]
    if since is None:
        return float(series.at(end))
    begin = _minute(course, since)
    if claim.aspect == "change":
        return float(series.at(end)) - float(series.at(begin))
    inside = (series.time >= begin) & (series.time <= end)
    values = np.asarray(series.values)[inside]
    if claim.aspect == "mean":
        return float(values.mean())
    return float(values.min() if claim.aspect == "lowest" else values.max())


def _minute(course: Course, moment: Moment) -> float:
    if not moment.prompt:
        return moment.minutes
    asked = [each.minute for each in course.asked if each.prompt.id == moment.prompt]
    return asked[0] + moment.minutes if asked else np.inf


def shown(signal: str, value: float | None) -> str:
    """A value of a signal in the unit for people, in three figures."""
    if value is None:
        return "-"
    variable = SIGNALS[signal]
    number = float(units.convert(value, variable.unit, variable.shown, molar_mass(signal)))
    unit = "" if variable.shown == "1" else f" {variable.shown}"
    return f"{number:.3g}{unit}" if abs(number) < 1000.0 else f"{number:,.0f}{unit}"
