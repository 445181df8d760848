"""From the entries of a policy file to what they mean: units, times and names are checked here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clsim.errors import BadInput, Place, nearest
from clsim.policy import language
from clsim.policy.signals import TICK
from clsim.scenario.section import Section

HOLD, STOP, RETREATMENT = range(3)
ENDS = ("", "cycle", "course", "treatment")
CLOSE = 1e-9


@dataclass(frozen=True)
class Row:
    """An entry as people read it.

    Parameters
    ----------
    kind, name : str
        Table of the file, and its own name.
    label, when : str
        In words, and the rule as written (empty where the model cannot know).
    source : str
    sources : mapping
        Of single keys.
    verified : bool
        Whether the source was seen.
    unmodelled, note : str
    data : mapping
        All that was written.
    place : Place or None
    """

    kind: str
    name: str
    label: str
    when: str
    source: str
    sources: Mapping[str, str]
    verified: bool
    unmodelled: str
    note: str
    data: Mapping[str, Any] = field(repr=False)
    place: Place | None = field(compare=False, default=None)


@dataclass(frozen=True)
class Watch:
    """Looks at the vital signs every ``every`` ticks while ``rule`` holds."""

    name: str
    rule: language.Rule
    every: int


@dataclass(frozen=True)
class Criterion:
    """Counts as relative or absolute while ``rule`` holds."""

    name: str
    rule: language.Rule
    absolute: bool


@dataclass(frozen=True)
class Verdict:
    """Decides about doses.

    Parameters
    ----------
    kind : int
        HOLD, STOP or RETREATMENT.
    name : str
    rule : Rule
    any_time : bool
        Looked at whenever the patient is, not only when a dose is due.
    resume : Rule or None
        Of a hold: what must hold before doses go on; None: that the rule no longer holds.
    ends : int
        Of a stop: 1 the cycle, 2 the course, 3 treatment.  Of a retreatment rule: looked at before
        each further cycle, the first of a further course too (1), or before each further course (2).
    after : str
        Only once this order is used up.
    """

    kind: int
    name: str
    rule: language.Rule
    any_time: bool = False
    resume: language.Rule | None = None
    ends: int = 0
    after: str = ""


# ---------------------------------------------------------------------------------- what all have


def row(section: Section) -> Row:
    """The entry for people; refuses one that has no source, no rule, or sources of what is not there."""
    data = section.data
    sourced(section)
    if not data.get("unmodelled") and "when" not in data:
        section.refuse('needs "when", or "unmodelled" with the reason why the model cannot know', "name",
                       given=data["name"])
    if data.get("unmodelled"):
        section.without('contradicts "unmodelled"', "when")
        if not data.get("label"):
            section.refuse('needs a "label", since it has no rule', "unmodelled")
    return Row(
        str(section.path[0]), data["name"], data.get("label", ""), data.get("when", ""), data["source"],
        dict(data.get("sources", {})), data.get("verified", True), data.get("unmodelled", ""), data.get("note", ""),
        dict(data), section.document.place(section.path))


def sourced(section: Section) -> None:
    """Refuse a table without a source, or with a source of a key that is not there."""
    data = section.data
    if not str(data.get("source", "")).strip():
        section.refuse("has no source", *(["name"] if "name" in data else []), given=str(data.get("name", "")),
                       allowed='source = "a citation", or "assumed: reason"')
    for key in data.get("sources", {}):
        if key not in data:
            section.refuse("is the source of a key that is not there", "sources", key, given=key,
                           nearest=nearest(key, data), allowed=", ".join(each for each in data if each != "source"))


def rule(section: Section, key: str = "when") -> language.Rule:
    """The rule at a key."""
    try:
        return language.parse(section.data[key])
    except BadInput as error:
        at = section.error("", key)
        raise error.at(at.key, at.place) from None


def has_targets(section: Section, targets: Mapping[str, Any]) -> None:
    """Refuse a rule about a target that is not set."""
    for key in ("when", "raise", "wean"):
        for each in rule(section, key) if key in section else ():
            for clause, _ in each:
                if clause.reference == "target" and clause.signal not in targets:
                    section.refuse(f"{clause.signal} has no target", key, given=repr(section.data[key]),
                                   allowed=f"[targets.{clause.signal}], beside: " + (", ".join(targets) or "none"))


def ticks(section: Section, *keys: str | int, least: int = 0) -> int:
    """A time as a number of looks, each a quarter of an hour."""
    minutes = section.quantity(*keys, unit="min", low=least * TICK)
    if abs(minutes / TICK - round(minutes / TICK)) > CLOSE:
        raw: Any = section.data
        for each in keys:
            raw = raw[each]
        section.refuse("must be whole quarters of an hour", *keys, given=repr(raw), allowed="15 min, 30 min, 2 h ...")
    return round(minutes / TICK)


def needed(section: Section, *keys: str) -> None:
    """Refuse an entry that lacks one of the keys."""
    for key in keys:
        if key not in section.data or section.data[key] == "":
            section.refuse(f'needs "{key}"', "name", given=section.data.get("name", ""))


# -------------------------------------------------------------------------------------- verdicts


def watch(section: Section) -> Watch:
    """One ``[[watch]]``."""
    needed(section, "every")
    return Watch(section.data["name"], rule(section), ticks(section, "every", least=1))


def criterion(section: Section) -> Criterion:
    """One ``[[criterion]]``."""
    needed(section, "level")
    found = rule(section)
    if language.counts(found):
        section.refuse("a criterion cannot count criteria", "when", given=repr(section.data["when"]))
    return Criterion(section.data["name"], found, section.data["level"] == "absolute")


def dosing_limit(section: Section) -> Verdict:
    """``dosing_up_to`` of a pressor: interleukin-2 is held while it runs faster."""
    agent, most = section.data["agent"], section.data["dosing_up_to"]
    try:
        found = language.parse(f"{agent} > {most}")
    except BadInput as error:
        at = section.error("", "dosing_up_to")
        raise error.at(at.key, at.place) from None
    return Verdict(HOLD, section.data["name"], found)


def hold(section: Section) -> Verdict:
    """One ``[[hold]]``, without its resume rule."""
    return Verdict(HOLD, section.data["name"], rule(section), section.data.get("at", "dosing") == "any time")


def stop(section: Section) -> Verdict:
    """One ``[[stop]]``."""
    data = section.data
    return Verdict(STOP, data["name"], rule(section), data.get("at", "dosing") == "any time",
                   ends=ENDS.index(data.get("ends", "cycle")), after=data.get("after", ""))


def retreatment(section: Section) -> Verdict:
    """One ``[[retreatment]]``."""
    return Verdict(RETREATMENT, section.data["name"], rule(section),
                   ends=ENDS.index(section.data.get("before", "course")))


