"""A cohort in words: the rows of its page in the reference."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from clsim.cohort.cohort import Cohort
from clsim.cohort.criteria import Criterion

Row = tuple[str, ...]

VARIED = ("name", "meaning", "distribution", "limits", "shifted by", "frailty", "source")
CORRELATED = ("between", "r", "source")
JUDGED = ("criterion", "meaning", "rule", "source")


def varied(cohort: Cohort) -> list[Row]:
    """A row for each name, as the file has it."""
    data = tomllib.loads(cohort.text)["vary"]
    return [
        (
            f"`{name}`" + (f" ({each['entry']})" if "entry" in each else ""),
            cohort.varied[name].label,
            _distribution(each) + (", times the reference adult's" if each.get("relative") else ""),
            _limits(each),
            "; ".join(_shift(shift) for shift in each.get("depends", [])),
            f"{each['frailty']:g}" if "frailty" in each else "",
            each["source"],
        )
        for name, each in data.items()
    ]


def correlated(cohort: Cohort) -> list[Row]:
    """A row for each declared correlation."""
    found = tomllib.loads(cohort.text).get("correlation", [])
    return [(" and ".join(f"`{name}`" for name in each["between"]), f"{each['r']:g}", each["source"]) for each in found]


def judged(criteria: Iterable[Criterion]) -> list[Row]:
    """A row for each criterion."""
    return [
        (f"`{each.name}`", each.label, " or ".join(f"`{rule.text}`" for rule in each.rules), each.source)
        for each in criteria
    ]


def _distribution(each: Mapping[str, Any]) -> str:
    kind = each["distribution"]
    if kind == "bernoulli":
        return f"{each['share']:.1%}"
    if kind == "categorical":
        return ", ".join(f"{word} {share:.1%}" for word, share in each["shares"].items())
    keys = [key for key in ("mean", "sd", "median", "cv", "mode") if key in each]
    return " ".join([kind, ", ".join(f"{key} {each[key]}" for key in keys)]).strip()


def _limits(each: Mapping[str, Any]) -> str:
    ends = [str(each[key]) if key in each else "any" for key in ("low", "high")]
    return "" if ends == ["any", "any"] else " to ".join(ends)


def _shift(shift: Mapping[str, Any]) -> str:
    on = f"`{shift['on']}`"
    if "power" in shift:
        return f"({on} / {shift['from']})^{shift['power']:g}"
    change = [f"times {shift['factor']:g}"] if "factor" in shift else []
    change += [f"plus {shift['add']}"] if "add" in shift else []
    steps = f"for each {shift.get('per')} of {on} above {shift.get('from')}"
    where = f"where {on} is {shift['is']}" if "is" in shift else steps
    return f"{' and '.join(change)} {where}"
