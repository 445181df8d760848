"""Expected trends as data: sentences that a clinician can read, each with runs and a comparison.

The files of ``scenarios/trends`` are read in the order of their names; a run is named once in all of them
and may be used from any.  What is expected was written with its least size before it was
measured; a row that the model misses stays, with ``known_miss`` and the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from clsim import units
from clsim.errors import BadInput, Place, nearest
from clsim.result import Variable, declared
from clsim.scenario import gallery, toml_text
from clsim.scenario.scenario import Scenario, load
from clsim.scenario.schema import validated
from clsim.scenario.section import Section
from clsim.spec import CITATION
from clsim.substances import molar_mass

Name = Annotated[str, Field(min_length=1)]
Read = Literal["value", "lowest", "highest", "mean", "time of lowest", "time of highest"]
OF_COHORTS = ("mean",)  # what may be read of the patients of a cohort
WORDS = ("physiology: ", "definition: ", "published: ")  # how a source without a citation key begins
RISING, ALIKE = "rising", "alike"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False)


class About(_Strict):
    """What the rows of a file have in common."""

    title: Name = Field(description="heading of the rows")


class RunEntry(_Strict):
    """One course that rows compare."""

    name: Name = Field(description="as rows call it")
    scenario: str = Field("", description="a shipped scenario")
    like: str = Field("", description="a run to begin with, in place of a scenario")
    set: dict[str, Any] = Field({}, description="tables of the scenario with other values")
    patients: int = Field(0, description="so many of the default cohort are drawn; 0: the scenario's own", ge=0)
    policy: str = Field("", description="decides in the cohort; default: as the scenario is written")


class Side(_Strict):
    """One number: a run, and what is read off it."""

    run: str = Field("", description="whose number it is")
    minus: str = Field("", description="the same number of this run is taken away")
    of: str = Field("", description="a state, flow or input; of a cohort, a column of its table")
    part: str = Field("", description='of a quantity with several parts; "all" adds them up')
    read: Read = Field("value", description="value at a time, or lowest, highest, mean of a window, or the time of one")
    at: str = Field("", description="time of a value")
    since: str = Field("", description="the value at this time is taken away")
    begin: str = Field("", alias="from", description="start of the window; default: that of the run")
    until: str = Field("", description="end of the window; default: that of the run")
    value: str = Field("", description="a number, in place of a run")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        """The name of a run stands for the run."""
        return {"run": given} if isinstance(given, str) else given


class TrendEntry(Side):
    """One expectation; what is said of its sides holds for each that does not say otherwise."""

    id: Name = Field(description="for tables")
    says: Name = Field(description="the expectation, as a sentence")
    rising: list[Side] = Field([], description="numbers, each larger than the one before")
    alike: list[Side] = Field([], description="numbers that are the same")
    by: str = Field("", description="least rise from each to the next")
    by_share: float | None = Field(None, description="the same, as a share of the smaller number", gt=0.0)
    within: str = Field("", description="largest difference of numbers that are alike")
    within_share: float | None = Field(None, description="the same, as a share of the largest", ge=0.0)
    unit: str = Field("", description="of the numbers; default: that for people")
    source: Name = Field(description='a citation, or "physiology: ", "definition: " or "published: " and what')
    known_miss: str = Field("", description="why the model does not do it")


class TrendsFile(_Strict):
    """Expected trends of one topic."""

    about: About
    run: list[RunEntry] = []
    trend: list[TrendEntry] = []


@dataclass(frozen=True)
class Run:
    """A course, ready to be computed.

    Parameters
    ----------
    name : str
    scenario : Scenario
    patients : int
        0 for the scenario's own patient.
    policy : str or None
    """

    name: str
    scenario: Scenario = field(repr=False)
    patients: int = 0
    policy: str | None = None


@dataclass(frozen=True)
class Reading:
    """One number of a trend; times in min, `value` in the unit of the trend.

    Parameters
    ----------
    run, minus : str
        Names of runs; empty where there is none.
    of, part, read : str
    begin, end : float
        The window; both are the time of a value.
    since : float or None
    value : float or None
        A number that is no run's.
    """

    run: str = ""
    minus: str = ""
    of: str = ""
    part: str = ""
    read: str = "value"
    begin: float = 0.0
    end: float = inf
    since: float | None = None
    value: float | None = None


@dataclass(frozen=True)
class Trend:
    """One expectation.

    Parameters
    ----------
    id, topic, says, source, known_miss : str
    kind : str
        `RISING` or `ALIKE`.
    readings : tuple of Reading
    least : float
        Least rise, or largest difference of what is alike, in `unit` or as a share.
    is_share : bool
        Of the smaller number of a rise, of the largest of those alike.
    unit : str
    place : Place or None
        Where it is written.
    """

    id: str
    topic: str
    says: str
    source: str
    known_miss: str
    kind: str
    readings: tuple[Reading, ...]
    least: float
    is_share: bool
    unit: str
    place: Place | None = None


@dataclass(frozen=True)
class Table:
    """All runs by name, and all trends in the order of the files."""

    runs: Mapping[str, Run]
    trends: tuple[Trend, ...]


def folder() -> Path:
    """Where the shipped trends lie."""
    return gallery.folder() / "trends"


def load_table(home: Path | None = None) -> Table:
    """Read all files of a folder, the shipped one if none is named.

    Raises
    ------
    BadInput
        For anything that cannot be meant, with file and line.
    """
    files = [toml_text.read(file) for file in sorted((home or folder()).glob("*.toml"))]
    if not files:
        raise BadInput("holds no trends", given=str(home), allowed="a folder with .toml files")
    read = [(validated(TrendsFile, document), Section(document, ())) for document in files]
    entries: dict[str, tuple[Section, RunEntry]] = {}
    for page, top in read:
        for i, run in enumerate(page.run):
            if run.name in entries:
                top.within("run", i).refuse("is the name of two runs", "name", given=run.name)
            entries[run.name] = top.within("run", i), run
    runs: dict[str, Run] = {}
    for name in entries:
        _run(name, entries, runs, (name,))
    trends: dict[str, Trend] = {}
    for page, top in read:
        for i, row in enumerate(page.trend):
            section = top.within("trend", i)
            if row.id in trends:
                section.refuse("is the id of two trends", "id", given=row.id)
            trends[row.id] = _Reader(section, row, runs).trend(page.about.title)
    return Table(runs, tuple(trends.values()))


def _run(
    name: str, entries: Mapping[str, tuple[Section, RunEntry]], runs: dict[str, Run], above: tuple[str, ...],
) -> Run:
    """A run, and in `runs` all that it begins with."""
    if name in runs:
        return runs[name]
    section, entry = entries[name]
    if bool(entry.scenario) == bool(entry.like):
        section.refuse("begins with a scenario or with another run", allowed="one of scenario, like")
    if entry.like in above:
        section.refuse("begins with itself", "like", given=" -> ".join((*above, entry.like)))
    if entry.like and entry.like not in entries:
        section.refuse("is no run", "like", given=entry.like, nearest=nearest(entry.like, entries))
    below = _run(entry.like, entries, runs, (*above, entry.like)) if entry.like else None
    patients = entry.patients or (below.patients if below else 0)
    if entry.policy and not patients:
        section.refuse("decides for the patients of a cohort", "policy", allowed="patients = 64 beside it")
    try:
        scenario = load(below.scenario if below else entry.scenario, **entry.set)
    except BadInput as error:
        place = section.document.place((*section.path, "set" if entry.set else "scenario"))
        problem = f"{error.key}: {error.problem}" if error.key else error.problem
        raise BadInput(problem, given=error.given, allowed=error.allowed, nearest=error.nearest,
                       key=f"run {entry.name}", place=place) from None
    runs[name] = Run(name, scenario, patients, entry.policy or (below.policy if below else None))
    return runs[name]


class _Reader:
    """One row of a file, resolved."""

    variables: Mapping[str, Variable] = {variable.name: variable for variable in declared()}

    def __init__(self, section: Section, row: TrendEntry, runs: Mapping[str, Run]) -> None:
        self.section, self.row, self.runs = section, row, runs

    def trend(self, topic: str) -> Trend:
        row = self.row
        kind = self.section.one_of(RISING, ALIKE)
        limit = self.section.one_of(*(("by", "by_share") if kind == RISING else ("within", "within_share")))
        sides: list[Side] = getattr(row, kind)
        if len(sides) < 2:
            self.section.refuse("compares nothing", kind, allowed="two numbers or more")
        if not (CITATION.search(row.source) or row.source.startswith(WORDS)):
            self.section.refuse("says not where the expectation is from", "source", given=row.source,
                                allowed='a citation such as Lee1989, or "physiology: " and the reason')
        whole = [self.inherited(kind, i, side) for i, side in enumerate(sides)]
        found = {self.unit_of(side) for side in whole if not side["value"]}
        if not found:
            self.section.refuse("reads no run", kind)
        if len(found) > 1:
            self.section.refuse("compares quantities of different units", kind, given=", ".join(sorted(found)))
        unit = found.pop()
        is_share = limit.endswith("_share")
        least = getattr(row, limit) if is_share else self.section.quantity(limit, unit=unit, low=0.0)
        if kind == RISING and not least > 0.0:
            self.section.refuse("is no least size", limit, given=str(getattr(row, limit)), allowed="more than nothing")
        return Trend(row.id, topic, row.says, row.source, row.known_miss, kind,
                     tuple(self.reading(kind, i, side, unit) for i, side in enumerate(whole)),
                     least, is_share, unit, self.section.document.place(self.section.path))

    def inherited(self, kind: str, i: int, side: Side) -> dict[str, str]:
        """A side with what the row says of all of them."""
        own = side.model_dump(exclude_unset=True)
        if "value" in own:
            if len(own) > 1:
                self.section.refuse("a number is nobody's reading", kind, i, given=", ".join(own))
            return Side().model_dump() | own
        row = self.row.model_dump(include=set(Side.model_fields), exclude_unset=True)
        if "at" in own:
            row = {key: value for key, value in row.items() if key not in ("begin", "until", "read")}
        if {"begin", "until"} & set(own):
            row.pop("at", None)
        whole = Side().model_dump() | row | own
        if whole["run"] not in self.runs:
            self.section.refuse("is no run", kind, i, given=whole["run"], nearest=nearest(whole["run"], self.runs),
                                allowed="the name of a [[run]]")
        if whole["minus"] and whole["minus"] not in self.runs:
            self.section.refuse("is no run", kind, i, given=whole["minus"], nearest=nearest(whole["minus"], self.runs))
        odd = [key for key in ("part", "at", "since", "begin", "until") if whole[key]]
        if self.runs[whole["run"]].patients and (odd or whole["read"] not in OF_COHORTS):
            self.section.refuse("a row of a cohort has no times: only the mean of a column is read", kind, i,
                                given=", ".join(odd) or whole["read"], allowed='read = "mean"')
        return whole

    def unit_of(self, side: Mapping[str, str]) -> str:
        """The unit in which a side is read."""
        if side["read"].startswith("time"):
            return "h"
        if self.runs[side["run"]].patients:
            return self.row.unit or "1"
        variable = self.variable(side["of"])
        if self.row.unit:
            try:
                units.convert(1.0, variable.unit, self.row.unit, molar_mass(variable.name))
            except BadInput as error:
                raise error.at("[[trend]] unit", self.section.document.place((*self.section.path, "unit"))) from None
        return self.row.unit or variable.shown

    def variable(self, name: str) -> Variable:
        if name not in self.variables:
            self.section.refuse("is not a variable of the model", "of", given=name,
                                nearest=nearest(name, self.variables), allowed="states, flows and inputs")
        return self.variables[name]

    def reading(self, kind: str, i: int, side: Mapping[str, str], unit: str) -> Reading:
        if side["value"]:
            return Reading(value=self.parsed(side["value"], unit, kind, i))
        run, read = self.runs[side["run"]], side["read"]
        if run.patients:
            return Reading(side["run"], side["minus"], side["of"], read=read)
        variable, part = self.variable(side["of"]), side["part"]
        if bool(variable.per) != bool(part) or (part and part not in (*variable.per, "all")):
            self.section.refuse("has other parts", kind, i, given=part or "none",
                                allowed=", ".join((*variable.per, "all")) if variable.per else "no part")
        if (read == "value") != bool(side["at"]):
            self.section.refuse('a value needs "at", all else has a window', kind, i,
                                given=f"{read}, at {side['at']!r}")
        begin, end = (self.minute(side[key], kind, i) if side[key] else usual
                      for key, usual in (("begin", 0.0), ("until", run.scenario.horizon)))
        if side["at"]:
            begin = end = self.minute(side["at"], kind, i)
        last = min(self.runs[each].scenario.horizon for each in (side["run"], side["minus"]) if each)
        if not 0.0 <= begin <= end <= last:
            self.section.refuse("lies outside the run", kind, i, given=f"{begin / 60:g} to {end / 60:g} h",
                                allowed=f"up to {last / 60:g} h")
        since = self.minute(side["since"], kind, i) if side["since"] else None
        return Reading(side["run"], side["minus"], side["of"], part, read, begin, end, since)

    def minute(self, text: str, kind: str, i: int) -> float:
        return self.parsed(text, "min", kind, i)

    def parsed(self, text: str, unit: str, kind: str, i: int) -> float:
        try:
            return units.parse(text, unit)
        except BadInput as error:
            here = self.section.error("", kind, i)
            raise error.at(here.key, here.place) from None
