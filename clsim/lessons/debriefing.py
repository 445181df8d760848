"""What the debrief of a lesson says, at the bedside and in an exported file alike: answers, questions, and sums.

The sums of the way that was taken stand beside those of the way that the lesson expects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clsim.bedside.signals import numbers
from clsim.lessons.lesson import SIGNALS
from clsim.lessons.parts import GOOD, Lesson, Prompt
from clsim.policy.signals import DRIPS, TICK
from clsim.result import Result
from clsim.scenario.settings import INPUT

LOW_PRESSURE = 65.0  # mmHg, as in the tables of a cohort
EXPECTED, FIRST = "expected way", "first answers"


@dataclass(frozen=True)
class Sum:
    """What the part of a course that was played came to in one respect; one that need not be is told if it is not 0."""

    label: str
    unit: str
    value: float
    always: bool = True


def came_to(lesson: Lesson, result: Result) -> list[Sum]:
    """The sums of a course, from the beginning of the lesson on, by its numbers at whole quarters of an hour.

    A bed is known at its looks and a file more finely: read alike, both come to the same.

    Parameters
    ----------
    lesson : Lesson
    result : Result
        Up to the end of the lesson, or as far as it has gone.
    """
    played = (result.time >= lesson.begin_min) & (result.time % TICK == 0.0)
    shown = {name: values[played] for name, values in numbers(result).items()}
    given = result["fluid_given"].values[played]
    drips = [(name, result[name].values[played]) for name in DRIPS]
    return [
        Sum("doses given, of the whole course", "", float(sum(each.start < result.time[-1] for each in result.doses))),
        Sum(f"time with mean pressure below {LOW_PRESSURE:g} mmHg", "h",
            minutes_below(result.time[played], shown["MAP"], LOW_PRESSURE) / 60.0),
        Sum("lowest mean pressure", "mmHg", float(shown["MAP"].min())),
        Sum("lowest oxygen saturation", "%", float(shown["SaO2"].min())),
        Sum("fluid by the line", "L", float(given[-1] - given[0])),
        Sum("weight gained", "kg", float(shown["weight_kg"][-1] - shown["weight_kg"][0])),
        Sum("albumin at the end", "g/L", float(shown["albumin"][-1])),
        Sum("leak at the end (at rest 0)", "", float(shown["leak"][-1])),
        Sum("most lung water", "mL", float(shown["EVLW"].max())),
        *(Sum(f"{name}, highest rate", INPUT[name].unit, float(rates.max()), False) for name, rates in drips),
    ]


def minutes_below(time: Any, values: Any, level: float) -> float:
    """How long something was below a level, along straight lines between its values."""
    under = np.maximum(level - values, 0.0)
    above = np.maximum(values - level, 0.0)
    most, least = np.maximum(under[1:], under[:-1]), np.maximum(above[1:], above[:-1])
    share = np.divide(most, most + least, out=np.zeros_like(most), where=most > 0.0)
    return float(np.sum(share * np.diff(time)))


def beside(*ways: Sequence[Sum]) -> list[dict[str, Any]]:
    """Rows for the page: the same sums of several ways."""
    return [{"label": row[0].label, "unit": row[0].unit, "values": [each.value for each in row]}
            for row in zip(*ways, strict=True) if row[0].always or any(each.value for each in row)]


def other_way(lesson: Lesson) -> str:
    """What the way of `Lesson.usual` is called: where nothing is judged, nothing is expected."""
    judged = any(option.verdict for prompt in lesson.prompts for option in prompt.options)
    return EXPECTED if judged else FIRST


def feedback(prompt: Prompt, option: int) -> dict[str, Any]:
    """What is said of an answer, and which one was expected."""
    chosen, usual = prompt.options[option], prompt.options[prompt.usual]
    return {"is": "feedback", "prompt": prompt.id, "option": option, "said": chosen.said, "verdict": chosen.verdict,
            "right": None if chosen.verdict is None else chosen.verdict == GOOD, "cite": chosen.cite or None,
            "expected": usual.label if usual.verdict == GOOD else None}


def questions(lesson: Lesson) -> list[dict[str, Any]]:
    """What is talked about, with answers, and the labels of the signals to look at."""
    return [{"ask": each.ask, "answer": each.answer, "cite": each.cite,
             "shows": [SIGNALS[name].label for name in each.shows]} for each in lesson.debrief]
