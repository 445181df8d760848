"""A study file: question, cohort, arms, outcomes and analysis, fixed before anything is computed.

The file is executed as written; whatever determines the numbers stands in it or in the files it
names, so that the same file gives the same page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from clsim.cohort import Cohort, load_cohort
from clsim.compare.endpoints import CYCLE, ENDPOINTS, NEITHER, NUMBER
from clsim.compare.incidence import HAPPENINGS
from clsim.compare.run import AS_WRITTEN, Comparison, compare
from clsim.compare.subgroups import SUBGROUPS
from clsim.compare.win import HIERARCHY, Level, level
from clsim.crowd.treatment import planned
from clsim.errors import BadInput, nearest
from clsim.policy.lint import sound, sound_policy
from clsim.policy.policy import Policy, find
from clsim.progress import Tell, silent
from clsim.scenario import gallery, toml_text
from clsim.scenario.scenario import Scenario, load
from clsim.scenario.schema import validated
from clsim.scenario.section import Section
from clsim.scenario.toml_text import Document

Name = Annotated[str, Field(min_length=1)]
MOST = 10_000_000  # patients
SUBGROUP_OUTCOME = "doses_given"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class About(_Strict):
    """What the study asks."""

    title: Name = Field(description="one line")
    question: Name = Field(description="what is to be found out, and of whom")
    source: str = Field("", description="where the question comes from")


class People(_Strict):
    """Who is drawn, and what everybody is planned to get."""

    cohort: Name = Field("hd-il2-candidates", description="a shipped cohort, or a file beside the study")
    n: int = Field(description="patients drawn", ge=1, le=MOST)
    seed: int = Field(description="of all that is drawn", ge=0, lt=2**63)
    all: bool = Field(False, description="treat those who are not eligible too")
    scenario: Name = Field(description="a shipped scenario, or a file beside the study: planned doses and ward")
    set: dict[str, dict[str, Any]] = Field({}, description="tables of the scenario with other values")


class Arm(_Strict):
    """One policy."""

    name: str = Field("", description="for tables; default: the policy's")
    policy: Name = Field(description='a shipped policy, a file beside the study, or "as-written"')
    reference: bool = Field(False, description="the others are compared with this one; default: the first")
    change: dict[str, str | float | int] = Field({}, description='other thresholds: {"targets.sbp.value" = "85 mmHg"}')


class Analysis(_Strict):
    """What is looked at."""

    outcomes: list[str] = Field([], description="of `clsim compare --outcome`; default: the main ones")
    quantile: float | None = Field(None, description="compare numbers by it, 0.5 the median", gt=0.0, lt=1.0)
    subgroups: list[str] = Field([], description="in which the outcome below is looked at")
    subgroup_outcome: str = Field(SUBGROUP_OUTCOME, description="an outcome")
    incidence: list[str] = Field([], description="events whose cumulative incidence is drawn")
    front: list[str] = Field([], description="two outcomes: what is gained, and what it costs")


class Rank(_Strict):
    """A level of the win ratio, what matters most first."""

    outcome: Name
    margin: float = Field(0.0, description="a smaller difference is a tie", ge=0.0)
    why: Name = Field(description="why it stands here")


class StudyFile(_Strict):
    """A comparison of policies, planned before it is run."""

    study: About
    cohort: People
    arm: list[Arm] = Field(min_length=1)
    analysis: Analysis = Analysis()
    level: list[Rank] = []


@dataclass(frozen=True)
class Study:
    """A study file, read.

    Parameters
    ----------
    name : str
        Stem of the file.
    about : mapping
        ``title``, ``question`` and ``source``.
    scenario, cohort
    policies : tuple
        In the order of the file, under the names of their arms; None for the scenario itself.
    reference : str
    n, seed : int
    everyone : bool
    analysis : Analysis
    hierarchy : tuple of Level
    text : str
        The file.
    """

    name: str
    about: Mapping[str, str]
    scenario: Scenario
    cohort: Cohort
    policies: tuple[Policy | str, ...]
    reference: str
    n: int
    seed: int
    everyone: bool
    analysis: Analysis
    hierarchy: tuple[Level, ...]
    text: str = field(repr=False)

    def run(self, threads: int | None = None, tell: Tell = silent) -> Comparison:
        """Treat everybody under every policy."""
        return compare(self.scenario, self.policies, self.n, self.cohort, reference=self.reference, seed=self.seed,
                       everyone=self.everyone, threads=threads, tell=tell)


def studies() -> list[str]:
    """Names of the shipped studies."""
    return sorted(file.stem for file in folder().glob("*.toml"))


def folder() -> Path:
    """Where the shipped studies lie."""
    return gallery.folder() / "studies"


def load_study(source: str | Path) -> Study:
    """Read a study.

    Parameters
    ----------
    source : str or Path
        Name of a shipped study, or path of a TOML file.

    Raises
    ------
    BadInput
        For anything that cannot be meant.
    """
    path = gallery.shipped(source, "study", folder(), studies())
    return _build(toml_text.read(path), path)


def _build(document: Document, path: Path) -> Study:
    read = validated(StudyFile, document)
    top = Section(document, ())
    people = top.within("cohort")
    arms = [_arm(top.within("arm", i), each, path.parent) for i, each in enumerate(read.arm)]
    names = [AS_WRITTEN if isinstance(each, str) else each.name for each in arms]
    for i, name in enumerate(names):
        if name in names[:i]:
            top.within("arm", i).refuse("is the name of two arms", given=repr(name), allowed="name = ...")
    chosen = [name for name, each in zip(names, read.arm, strict=True) if each.reference]
    if len(chosen) > 1:
        top.refuse("two arms are the reference", "arm", given=", ".join(chosen), allowed="one")
    scenario = _at(people, "scenario", lambda: load(_beside(read.cohort.scenario, path.parent), **read.cohort.set))
    _analysis(top.within("analysis"), read.analysis, len({(each.course, each.cycle) for each in planned(scenario)}))
    return Study(
        name=path.stem,
        about={"title": read.study.title, "question": read.study.question, "source": read.study.source},
        scenario=scenario,
        cohort=_at(people, "cohort", lambda: load_cohort(_beside(read.cohort.cohort, path.parent))),
        policies=tuple(arms),
        reference=chosen[0] if chosen else names[0],
        n=read.cohort.n, seed=read.cohort.seed, everyone=read.cohort.all, analysis=read.analysis,
        hierarchy=tuple(_rank(top.within("level", i), each) for i, each in enumerate(read.level)) or HIERARCHY,
        text=toml_text.write(document.data),
    )


def _beside(name: str, home: Path) -> str | Path:
    """A file beside the study if one is named, else the name."""
    return home / name if name.endswith(".toml") else name


def _at(section: Section, key: str, read: Any) -> Any:
    """What is read; an error that knows no place of its own is blamed on the key."""
    try:
        return read()
    except BadInput as error:
        at = section.error("", key)
        raise error.at(at.key, at.place) from None


def _arm(section: Section, arm: Arm, home: Path) -> Policy | str:
    if arm.policy == AS_WRITTEN:
        if arm.change or arm.name:
            section.refuse("the scenario itself has no name and no thresholds here", given=AS_WRITTEN,
                           allowed="a policy")
        return AS_WRITTEN
    policy: Policy = _at(section, "policy", lambda: sound_policy(find(arm.policy, home)))
    if arm.change:
        try:
            policy = policy.but(**arm.change)
            sound(policy)
        except BadInput as error:  # its line is of the whole policy, which nobody wrote
            error.place = section.document.place((*section.path, "change"))
            raise
    return replace(policy, name=arm.name or policy.name)


def _rank(section: Section, rank: Rank) -> Level:
    _known(section, "outcome", rank.outcome, [each.name for each in ENDPOINTS])
    found = level(rank.outcome, rank.margin, rank.why)
    if found.endpoint.better == NEITHER:
        section.refuse("says not which way is better", "outcome", given=rank.outcome)
    return found


def _analysis(section: Section, analysis: Analysis, cycles: int) -> None:
    outcomes = [*(each.name for each in ENDPOINTS), *(f"{CYCLE}{k + 1}" for k in range(cycles))]
    groups, events = [each.name for each in SUBGROUPS], [each.name for each in HAPPENINGS]
    checked: tuple[tuple[str, Sequence[str], list[str]], ...] = (
        ("outcomes", analysis.outcomes, outcomes), ("subgroups", analysis.subgroups, groups),
        ("incidence", analysis.incidence, events), ("front", analysis.front, outcomes))
    for key, names, known in checked:
        for i, name in enumerate(names):
            _known(section, key, name, known, i)
    _known(section, "subgroup_outcome", analysis.subgroup_outcome, outcomes)
    if len(analysis.front) not in (0, 2):
        section.refuse("has two outcomes or none", "front", given=", ".join(analysis.front))
    for i, name in enumerate(analysis.front):
        if any(each.name == name and each.better == NEITHER for each in ENDPOINTS):
            section.refuse("says not which way is better", "front", i, given=name)
    if analysis.quantile is not None and analysis.outcomes:
        kinds = {each.name: each.kind for each in ENDPOINTS}
        if not any(kinds.get(name, NUMBER) == NUMBER for name in analysis.outcomes):
            section.refuse("has no meaning: all outcomes are shares", "quantile")


def _known(section: Section, key: str, name: str, known: list[str], *place: int) -> None:
    if name not in known:
        section.refuse("is not known", key, *place, given=name, allowed=", ".join(known), nearest=nearest(name, known))
