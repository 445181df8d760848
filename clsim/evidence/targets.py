"""A file of targets: published numbers, and how each was come by.

An ``[arm.NAME]`` is a study that can be simulated: who was treated with what under which rules.  A
``[[target]]`` is one number of it: what was measured, when, which statistic, the published value and
the tolerance.  The file is checked line by line before anything is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from clsim.cohort import load_cohort
from clsim.cohort.cohort import Cohort
from clsim.compare.arms import changed
from clsim.crowd.outcomes import entries
from clsim.errors import BadInput, nearest
from clsim.evidence.kinetics import KINETICS
from clsim.evidence.knobs import FACTOR, SPREAD, Knob, parameter
from clsim.evidence.reading import FORMS, PICKS, Reading, find_signal, reading_unit
from clsim.policy.lint import sound_policy
from clsim.policy.policy import Policy
from clsim.scenario import gallery, toml_text
from clsim.scenario.scenario import Scenario, load
from clsim.scenario.schema import validated
from clsim.scenario.section import Section
from clsim.scenario.toml_text import Document

Name = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AboutTargets(_Strict):
    """What the numbers are for."""

    title: Name = Field(description="one line")
    source: Name = Field(description="where the numbers were collected")


class ArmFile(_Strict):
    """A study as it was run."""

    title: Name = Field(description="one line: who, what, when")
    scenario: Name = Field(description="a shipped scenario: planned doses and ward")
    policy: str = Field("", description="the rules in force; none: as the scenario is written")
    change: dict[str, Any] = Field({}, description="other thresholds of the policy")
    cohort: Name = Field("hd-il2-candidates", description="a shipped cohort: who was treated")
    set: dict[str, Any] = Field({}, description="tables of the scenario with other values")
    source: Name = Field(description="where it is known from, and what is assumed")


class TargetFile(_Strict):
    """A published number."""

    id: Name = Field(description="such as T01; letters after it are parts of one target")
    what: Name = Field(description="the quantity, in words")
    arm: str = Field("", description="the study it is simulated in")
    kinetics: str = Field("", description="or: a number of the kinetics of a single dose")
    signal: str = Field("", description="what was measured: a state or an output of the model")
    column: str = Field("", description="or: a column of the table of a cohort")
    at: str = Field("", description="when")
    between: list[str] = Field([], description="or: from when to when", max_length=2)
    pick: Literal["mean", "highest", "lowest", "time of highest", "time of lowest", "least per day", "most per day"] = (
        Field("mean", description="what is taken of a stretch of time"))
    form: Literal["value", "change", "ratio"] = Field("value", description="by itself, or against before treatment")
    statistic: Literal["mean", "median", "share", "expected share"] = Field(description="over the patients")
    above: str | float | None = Field(None, description="share: of patients above this")
    below: str | float | None = Field(None, description="share: of patients below this")
    value: float = Field(description="the published number")
    low: float = Field(description="lower end of the tolerance")
    high: float = Field(description="upper end of the tolerance")
    unit: Name = Field(description="of all three; 1 for ratios and shares")
    n: int = Field(0, description="patients, or courses", ge=0)
    spread: str = Field("", description="as published")
    source: Name = Field(description="citation")
    sure: Literal["READ", "READ-2nd", "DERIVED", "MEMORY"] = Field(description="how sure; MEMORY never drives a fit")
    note: str = Field("", description="what was assumed to make it comparable")


class KnobFile(_Strict):
    """A parameter of the layer that interleukin-2 acts through, which a fit may turn."""

    name: Name = Field(description='a parameter, an entry of one, or with " spread" after it the spread of it')
    low: float = Field(description="least factor on what is shipped", gt=0.0)
    high: float = Field(description="largest factor")
    why: Name = Field(description="what it should decide")


class TargetsFile(_Strict):
    """Published numbers and the studies they come from."""

    about: AboutTargets
    arm: dict[str, ArmFile]
    target: list[TargetFile] = Field(min_length=1)
    knob: list[KnobFile] = []


@dataclass(frozen=True)
class Arm:
    """A study that can be simulated."""

    name: str
    title: str
    scenario: Scenario
    policy: Policy | None
    cohort: Cohort
    source: str


@dataclass(frozen=True)
class Target:
    """A published number.

    Parameters
    ----------
    id, what : str
    arm : str
        Name of an arm; empty for kinetics.
    reading : Reading
        What is measured of each patient, and the statistic over patients.
    value, low, high : float
        Published number and tolerance, in ``unit``.
    unit, spread, source, sure, note : str
    n : int
    """

    id: str
    what: str
    arm: str
    reading: Reading
    value: float
    low: float
    high: float
    unit: str
    spread: str
    source: str
    sure: str
    note: str
    n: int

    @property
    def whole(self) -> str:
        """The target that this is a part of: T30 of T30b."""
        return self.id.rstrip("abcdefgh")

    @property
    def drives(self) -> bool:
        """Whether a fit may use it."""
        return self.sure != "MEMORY"

    def off(self, value: float) -> float:
        """How far a value lies from the tolerance: 0 inside, 1 at twice its half-width beyond the middle.

        In units of the half-width on that side of the published number.
        """
        if value < self.low:
            return (self.low - value) / max(self.value - self.low, 1e-12)
        if value > self.high:
            return (value - self.high) / max(self.high - self.value, 1e-12)
        return 0.0 if value == value else float("inf")


@dataclass(frozen=True)
class Targets:
    """A file of targets, read."""

    name: str
    title: str
    arms: Mapping[str, Arm]
    targets: tuple[Target, ...]
    knobs: tuple[Knob, ...]
    text: str = field(repr=False)


def load_targets(source: str | Path = "hd-il2") -> Targets:
    """Read targets.

    Parameters
    ----------
    source : str or Path
        Name of a shipped file, or path of a TOML file.

    Raises
    ------
    BadInput
        For anything that cannot be meant: an unknown observable, a unit that it does not have, a row that
        contradicts itself.
    """
    names = sorted(file.stem for file in folder().glob("*.toml"))
    path = gallery.shipped(source, "file of targets", folder(), names)
    return _build(toml_text.read(path), path.stem)


def folder() -> Path:
    """Where the shipped targets lie."""
    return gallery.folder() / "targets"


def _build(document: Document, name: str) -> Targets:
    read = validated(TargetsFile, document)
    top = Section(document, ())
    arms = {key: _arm(top.within("arm", key), key, each) for key, each in read.arm.items()}
    targets: list[Target] = []
    for i, row in enumerate(read.target):
        section = top.within("target", i)
        if row.id in (each.id for each in targets):
            section.refuse("is the id of two targets", "id", given=row.id)
        targets.append(_target(section, row, arms))
    used = {each.arm for each in targets}
    for key in arms:
        if key not in used:
            top.within("arm", key).refuse("no target is measured in it", allowed="an arm that a target names")
    knobs = tuple(_knob(top.within("knob", i), each) for i, each in enumerate(read.knob))
    fixed = {key: value for key, value in document.data.items() if key != "knob"}  # knobs move no point
    return Targets(name, read.about.title, arms, tuple(targets), knobs, toml_text.write(fixed))


def _knob(section: Section, row: KnobFile) -> Knob:
    try:
        parameter(row.name)
    except BadInput as error:
        raise section.error(error.problem, "name", given=row.name, nearest=error.nearest) from None
    if not row.low < 1.0 < row.high:
        section.refuse("what is shipped, 1, must lie inside the range", "low", given=f"{row.low:g} to {row.high:g}")
    return Knob(row.name, SPREAD if row.name.endswith(SPREAD) else FACTOR, row.why, row.low, row.high)


def _arm(section: Section, name: str, row: ArmFile) -> Arm:
    def at(key: str, of: Any, *given: Any, **more: Any) -> Any:
        try:
            return of(*given, **more)
        except BadInput as error:
            raise section.error(str(error), key) from None

    policy = at("policy", sound_policy, row.policy) if row.policy else None
    if row.change and policy is None:
        section.refuse("changes a policy that is not there", "change", allowed="policy = ...")
    if row.change:
        policy = at("change", changed, policy, row.change, name, f"{row.policy} as {name}")
    return Arm(name, row.title, at("scenario", load, row.scenario, **row.set), policy,
               at("cohort", load_cohort, row.cohort), row.source)


def _target(section: Section, row: TargetFile, arms: Mapping[str, Arm]) -> Target:
    kind = section.one_of("signal", "column", "kinetics")
    if kind == "kinetics":
        section.without("has no meaning for kinetics", "arm", "at", "between", "above", "below")
        if row.kinetics not in KINETICS:
            section.refuse("is no number of the kinetics", "kinetics", given=row.kinetics,
                           nearest=nearest(row.kinetics, KINETICS), allowed=", ".join(KINETICS))
        own = KINETICS[row.kinetics]
        reading, arm = Reading("kinetics", row.kinetics, own=own, unit=row.unit), ""
    else:
        if row.arm not in arms:
            section.refuse("is no arm of this file", "arm", given=repr(row.arm), nearest=nearest(row.arm, arms),
                           allowed=", ".join(arms))
        reading, arm = _reading(section, row, kind, arms[row.arm]), row.arm
    _agrees(section, row, reading)
    return Target(row.id, row.what, arm, reading, row.value, row.low, row.high, row.unit, row.spread, row.source,
                  row.sure, row.note, row.n)


def _reading(section: Section, row: TargetFile, kind: str, arm: Arm) -> Reading:
    assert row.pick in PICKS and row.form in FORMS
    times: tuple[float, ...] = ()
    if kind == "column":
        section.without("has no meaning for a column", "at", "between", "pick", "form")
        known = {column.name: column for column, _ in entries(arm.cohort, arm.scenario, arm.policy)}
        if row.column not in known:
            section.refuse("is no column of the table of patients", "column", given=row.column,
                           nearest=nearest(row.column, known), allowed="clsim cohort --json names them")
        name = row.column
        own = known[row.column].unit or "1"
    else:
        name = find_signal(section, row.signal)
        when = section.one_of("at", "between")
        times = ((section.time("at"),) if when == "at"
                 else tuple(section.time("between", i) for i in range(len(row.between))))
        if (len(times) == 2 and not times[0] < times[1]) or (when == "between" and len(times) != 2):
            section.refuse("needs a beginning and a later end", "between", given=str(row.between))
        if times[-1] > arm.scenario.horizon:
            section.refuse(f'lies beyond the end of arm "{arm.name}"', when, given=str(section.data[when]))
        if when == "at" and row.pick != "mean":
            section.refuse("needs a stretch of time", "pick", given=row.pick, allowed="between = [..., ...]")
        own = reading_unit(name, row.pick, row.form)
    if row.statistic == "expected share" and not name.endswith("_risk"):
        section.refuse("is taken of an integrated hazard", "statistic", given=row.column or row.signal,
                       allowed="a column that ends in _risk")
    bounds = [key for key in ("above", "below") if key in section]
    if (row.statistic == "share") != (len(bounds) == 1):
        section.refuse("a share needs one of above and below, other statistics none", *bounds[:1],
                       given=", ".join(bounds) or "none")
    limits = {key: _limit(section, key, own, name) for key in bounds}
    return Reading(kind, name, times, row.pick, row.form, row.statistic, limits.get("above"), limits.get("below"),
                   own, row.unit)


def _limit(section: Section, key: str, own: str, name: str) -> float:
    raw = section.data[key]
    if isinstance(raw, int | float) and not isinstance(raw, bool) and own == "1":
        return float(raw)
    return section.quantity(key, unit=own, substance=name)


def _agrees(section: Section, row: TargetFile, reading: Reading) -> None:
    """The unit is one that the quantity has, and the numbers do not contradict each other."""
    share = row.statistic in ("share", "expected share")
    if share and row.unit not in ("1", "%"):
        section.refuse("a share has unit 1 or %", "unit", given=row.unit)
    try:
        reading.factor(1.0, row.unit)
    except BadInput as error:
        raise section.error(error.problem, "unit", given=row.unit, allowed=reading.own or "1") from None
    if not row.low <= row.value <= row.high or not row.low < row.high:
        section.refuse("the published number lies outside its own tolerance", "value",
                       given=f"{row.low:g} <= {row.value:g} <= {row.high:g}")
    if share and not 0.0 <= row.low <= row.high <= (100.0 if row.unit == "%" else 1.0):
        section.refuse("a share lies between none and all", "high", given=f"{row.low:g} to {row.high:g}")
