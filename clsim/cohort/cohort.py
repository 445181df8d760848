"""A cohort file, read: who varies how, who is eligible, and who could not exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clsim.cohort import reading
from clsim.cohort.criteria import Criterion, criterion
from clsim.cohort.latent import FRAILTY, Row, culprit, mixing
from clsim.cohort.schema import check
from clsim.cohort.varied import Varied
from clsim.errors import nearest
from clsim.scenario import gallery, toml_text
from clsim.scenario.section import Section
from clsim.scenario.toml_text import Document


@dataclass(frozen=True)
class Cohort:
    """Who is drawn.

    Parameters
    ----------
    name : str
        Stem of the file.
    about : mapping
        ``title``, ``question`` and ``source``.
    method : {"sobol", "latin-hypercube", "random"}
    varied : dict of str to Varied
        In the order of the file.
    mixing : dict of str to row
        For each correlated name, which independent scores make up its own (`clsim.cohort.latent`).
    eligibility, plausibility : tuple of Criterion
    text : str
        TOML of the whole file, without its comments.
    """

    name: str
    about: Mapping[str, str]
    method: str
    varied: Mapping[str, Varied]
    mixing: Mapping[str, Row]
    eligibility: tuple[Criterion, ...]
    plausibility: tuple[Criterion, ...]
    text: str = field(repr=False)

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Of eligibility, then of plausibility."""
        return (*self.eligibility, *self.plausibility)

    @property
    def title(self) -> str:
        """One line."""
        return self.about.get("title", "") or self.name

    def notes(self, fixed: Mapping[str, object]) -> tuple[str, ...]:
        """What a reader should know of values that a scenario sets and this cohort varies."""
        return tuple(
            f"{name} varies in the cohort {self.name}; the scenario's value is not used"
            for name in fixed
            if name in self.varied
        )


def folder() -> Path:
    """Where the shipped cohorts lie."""
    return gallery.folder() / "cohorts"


def cohorts() -> list[str]:
    """Names of the shipped cohorts."""
    return sorted(file.stem for file in folder().glob("*.toml"))


def find(source: str | Path) -> Path:
    """The file of a shipped name or of a path (which ends in .toml or names a folder).

    Raises
    ------
    BadInput
        For a name that is not shipped.
    """
    return gallery.shipped(source, "cohort", folder(), cohorts())


def load_cohort(source: str | Path | Cohort) -> Cohort:
    """Read a cohort.

    Parameters
    ----------
    source : str, Path or Cohort
        Name of a shipped cohort, or path of a TOML file.

    Raises
    ------
    BadInput
        For anything that cannot be meant.
    """
    if isinstance(source, Cohort):
        return source
    file = find(source)
    return _build(toml_text.read(file), file.stem)


def loads_cohort(text: str, name: str = "cohort") -> Cohort:
    """A cohort from TOML text."""
    return _build(toml_text.parse(text, name), name)


def _build(document: Document, name: str) -> Cohort:
    check(document)
    top = Section(document, ())
    tables = document.data["vary"]
    names = list(tables)
    varied: dict[str, Varied] = {}
    for i, each in enumerate(names):
        below = dict.fromkeys(names[i + 1 :])
        varied[each] = reading.varied(top.within("vary", each), each, varied, below)
    seen: set[str] = set()
    criteria = {
        kind: tuple(_criterion(top.within(kind, i), varied, seen) for i in range(len(document.data.get(kind, []))))
        for kind in ("eligibility", "plausibility")
    }
    return Cohort(
        name=name,
        about=dict(document.data.get("about", {})),
        method=document.data.get("sampling", {}).get("method", "sobol"),
        varied=varied,
        mixing=_mixing(top, varied),
        eligibility=criteria["eligibility"],
        plausibility=criteria["plausibility"],
        text=toml_text.write(document.data),
    )


def _criterion(section: Section, varied: Mapping[str, Varied], seen: set[str]) -> Criterion:
    found = criterion(section, varied)
    if found.name in seen:
        section.refuse("is the name of two criteria", "criterion", given=repr(found.name))
    seen.add(found.name)
    return found


def _mixing(top: Section, varied: Mapping[str, Varied]) -> dict[str, Row]:
    """The rows of the copula; refuses correlations that contradict each other, naming the pair."""
    declared: dict[tuple[str, str], float] = {}
    for i, entry in enumerate(top.data.get("correlation", [])):
        section = top.within("correlation", i)
        first, second = entry["between"]
        for k, name in enumerate((first, second)):
            if name not in varied:
                section.refuse(
                    "is the latent factor: give its loading as frailty = ... where the name varies"
                    if name == FRAILTY else "does not vary in this cohort",
                    *("between", k), given=repr(name), allowed=", ".join(varied), nearest=nearest(name, varied),
                )
        if first == second or (first, second) in declared or (second, first) in declared:
            section.refuse("is the same name twice" if first == second else "has a correlation above", "between",
                           given=f"{first}, {second}")
        declared[first, second] = entry["r"]
    loadings = {name: each.frailty for name, each in varied.items() if each.frailty}
    rows, impossible = mixing(varied, loadings, declared)
    if impossible:
        pair, possible = culprit(varied, loadings, declared, impossible)
        top.within("correlation", [*declared].index(pair)).refuse(
            f"{pair[0]} and {pair[1]} cannot be correlated like this beside their other correlations and frailty",
            "r", given=f"{declared[pair]:g}",
            allowed=f"{possible[0]:g} to {possible[1]:g}" if possible else "weaker correlations of both",
        )
    return rows
