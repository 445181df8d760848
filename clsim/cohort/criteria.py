"""Who is eligible, and who could not exist: rules as data, read once and never evaluated as code.

A rule compares one quantity with one value, ``creatinine_rest <= 1.5 mg/dL``.  The quantity is a
name of the cohort, a derived covariate, a parameter of the model, or a state or flow of the body
at rest.  A criterion holds if its rule holds, or with ``any`` if one of its rules does.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from clsim import units
from clsim.cohort.derived import DERIVED, Derived
from clsim.cohort.varied import Known, Varied
from clsim.errors import BadInput, nearest
from clsim.model.layout import FLOWS, PARAMETERS, STATES
from clsim.scenario.schema import spell
from clsim.scenario.section import Section
from clsim.scenario.settings import SEX
from clsim.spec import Flow, Parameter, State
from clsim.substances import is_ion, molar_mass

Mask = NDArray[np.bool_]

COMPARE: dict[str, Callable[..., Mask]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq, "!=": operator.ne,
}
RULE = re.compile(r"\s*(\w+)\s*(<=|>=|!=|<|>|=)\s*(\S.*?)\s*")
QUANTITIES: tuple[Parameter | State | Flow, ...] = (*PARAMETERS, *STATES, *FLOWS)
MEASURED = {each.name: each for each in QUANTITIES if not each.per}  # what the model knows, single numbers only


@dataclass(frozen=True)
class Rule:
    """``name compare value``, in the unit of the name.

    ``show`` is its unit for people, ``words`` the categories by their codes.
    """

    name: str
    compare: str
    value: float
    text: str
    unit: str
    show: str
    words: Mapping[float, str] = field(default_factory=dict)

    def holds(self, known: Known) -> Mask:
        """For each patient, (n,); what is not a number never holds."""
        held: Mask = COMPARE[self.compare](known(self.name), self.value)
        return held


@dataclass(frozen=True)
class Criterion:
    """What a patient must fulfil.

    Parameters
    ----------
    name, label, source : str
        For tables, in words, and where it stands.
    rules : tuple of Rule
        One is enough.
    """

    name: str
    label: str
    source: str
    rules: tuple[Rule, ...]

    def fails(self, known: Known) -> Mask:
        """Who does not fulfil it, (n,)."""
        failed = ~self.rules[0].holds(known)
        for rule in self.rules[1:]:
            failed &= ~rule.holds(known)
        return failed

    def spoken(self, values: Mapping[str, float]) -> str:
        """Why the patient with these values fails: the label and what was found."""
        found = []
        for rule in self.rules:
            value = values[rule.name]
            given = rule.words.get(value) or units.show(
                value, rule.unit, rule.show, molar_mass=molar_mass(rule.name))
            wanted = rule.text.strip().removeprefix(rule.name).strip().removeprefix("= ")
            found.append(f"{rule.name} is {given}, not {wanted}")
        return f"{self.label}: {'; '.join(found)}"


def criterion(section: Section, varied: Mapping[str, Varied]) -> Criterion:
    """One ``[[eligibility]]`` or ``[[plausibility]]``."""
    data = section.data
    section.one_of("rule", "any")
    texts = {("rule",): data["rule"]} if "rule" in data else {("any", i): text for i, text in enumerate(data["any"])}
    if not texts:
        section.refuse("needs a rule", "any")
    rules = tuple(_rule(section, keys, text, varied) for keys, text in texts.items())
    return Criterion(data["criterion"], data["label"], data["source"], rules)


def _rule(section: Section, keys: tuple[str | int, ...], text: str, varied: Mapping[str, Varied]) -> Rule:
    match = RULE.fullmatch(text)
    if match is None:
        section.refuse("is not a comparison", *keys, given=repr(text),
                       allowed=f'a name, one of {" ".join(COMPARE)}, and a value: "FEV1 > 2 L"')
    name, compare, value = match.groups()
    known: dict[str, Parameter | State | Flow | Derived | Varied] = {**MEASURED, **DERIVED, **varied}
    if name not in known:
        section.refuse("is not known of a patient at rest", *keys, given=name, nearest=nearest(name, known),
                       allowed="a name of this file, a derived covariate, a parameter, state or flow")
    quantity, found = known[name], varied.get(name)
    shown = MEASURED.get(name) or DERIVED.get(name)
    show = (shown.show if shown is not None else "") or quantity.unit
    words = {word: code for word, code, _ in found.categories} if found is not None else {}
    words = words or (SEX if name == "sex" else {})
    number = _value(section, keys, name, value, words, quantity.unit)
    return Rule(name, compare, number, text, quantity.unit, show, {code: word for word, code in words.items()})


def _value(
    section: Section, keys: tuple[str | int, ...], name: str, text: str, words: Mapping[str, float], unit: str
) -> float:
    """The right side: a category by its word, or a number in the unit of the name."""
    if text in words:
        return words[text]
    if words and not text[0].isdigit():
        section.refuse(f"is not a category of {name}", *keys, given=text, allowed=", ".join(words),
                       nearest=nearest(text, words))
    try:
        return units.parse(text, unit, monovalent=is_ion(name), molar_mass=molar_mass(name))
    except BadInput as error:
        path = (*section.path, *keys)
        raise error.at(spell(path), section.document.place(path)) from None
