"""A comparison as figures and as a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from clsim import plots
from clsim.compare import pareto, pictures
from clsim.compare.endpoints import Endpoint
from clsim.compare.incidence import DEATH_AT, HAPPENINGS, Happening, curves
from clsim.compare.page import Picture, Study, report
from clsim.compare.run import Comparison
from clsim.compare.subgroups import Row, forest, known
from clsim.compare.win import HIERARCHY, Level
from clsim.policy.policy import Policy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GRID = 200  # points of a curve
LONGEST_STEM = 80  # characters of the name of a file
FRONT = ("doses_given", "hours_MAP_below_65")


class Wanted(NamedTuple):
    """What is shown of a comparison.

    outcomes : names, empty for those that tables print.
    subgroups, of : names of subgroups (None: all that the cohort has), and the outcome that is looked at in them.
    incidence : names of happenings.
    front : two outcomes, or nothing.
    hierarchy : levels of the win ratio.
    quantile : of numbers, instead of their mean.
    """

    outcomes: tuple[str, ...] = ()
    subgroups: tuple[str, ...] | None = None
    of: str = "doses_given"
    incidence: tuple[str, ...] = ("stopped", "death", "ready")
    front: tuple[str, str] | tuple[()] = FRONT
    hierarchy: tuple[Level, ...] = HIERARCHY
    quantile: float | None = None


def happenings(names: Sequence[str]) -> list[Happening]:
    """Happenings by name."""
    return [next(each for each in HAPPENINGS if each.name == name) for name in names]


def forests(found: Comparison, wanted: Wanted) -> list[Row]:
    """The paired difference in each subgroup, for each policy."""
    (endpoint,) = found.endpoints((wanted.of,))
    groups = [each for each in known(found.base.rows)
              if wanted.subgroups is None or each.name in wanted.subgroups]
    return [row for arm in found.others for row in forest(arm, found.base, endpoint, groups)]


def figures(found: Comparison, records: Sequence[dict[str, Any]], wanted: Wanted) -> dict[str, tuple[Figure, str]]:
    """By file name, each figure with its caption."""
    made: dict[str, tuple[Figure, str]] = {}
    base = found.reference
    if found.others:
        made["differences"] = (pictures.differences(records), f"Paired differences to {base}, with 95 % intervals.")
    if found.nested is not None and found.others:
        spread = [{**each, "ci_low": each["low"], "ci_high": each["high"], "statistic": "mean"}
                  for each in members_of(found, records)]
        made["members"] = (pictures.differences(spread, said="mean and 95 % of members"), "Differences over the "
                           f"members of {found.nested.ensemble.name}: mean, and where 95 % of the members lie.")
    if wanted.front and len(found.arms) > 1:
        where, points = pareto.plane(found.records(wanted.front), *wanted.front)
        made["front"] = (pictures.pareto(where, points), f"{where.y_label} against {where.x_label}: the mean of each "
                         "policy; the broken line joins those that none beats in both.")
    if found.others and (wanted.subgroups is None or wanted.subgroups):
        rows = forests(found, wanted)
        (endpoint,) = found.endpoints((wanted.of,))
        for arm in found.others:
            mine = [row for row in rows if row.policy == arm.name]
            made[f"subgroups_{arm.name}"] = (pictures.forest(mine, endpoint.label),
                                             f"{endpoint.label}: {arm.name} less {base} in subgroups.")
    hours = np.linspace(0.0, found.plans[0].scenario.horizon / 60.0, GRID)
    for each in happenings(wanted.incidence):
        drawn = curves(found.arms, each, hours)
        competes = each.column != DEATH_AT
        caption = f"Cumulative incidence: {each.label}, with 95 % bands"
        caption += "; thin: the share that died before." if competes else "."
        made[f"incidence_{each.name}"] = (pictures.incidence(drawn, died=competes), caption)
    return made


def members_of(found: Comparison, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same outcomes over the members of an ensemble; nothing without one."""
    return found.nested.records([each["outcome"] for each in records]) if found.nested else []


def write_figures(made: dict[str, tuple[Figure, str]], folder: Path) -> None:
    """Each as PNG and SVG, ready to print."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():  # of a comparison that was here before
        if old.suffix in (".png", ".svg", ".pdf"):
            old.unlink()
    for stem, (figure, _) in zip(stems(list(made)), made.values(), strict=True):
        plots.save(figure, folder, stem)


def stems(names: Sequence[str]) -> list[str]:
    """A file name for each figure that every system takes, no two alike."""
    found: list[str] = []
    for name in names:
        stem = re.sub(r"[^\w.-]+", "_", name).strip("_")[:LONGEST_STEM]
        found.append(stem if stem not in found else f"{stem}_{len(found)}")
    return found


def page(found: Comparison, records: Sequence[dict[str, Any]], made: dict[str, tuple[Figure, str]], wanted: Wanted,
         title: str, question: str, command: str) -> str:
    """The whole comparison as one HTML page."""
    first = found.plans[0]
    endpoints: tuple[Endpoint, ...] = found.endpoints(wanted.outcomes)
    cohort = {
        "scenario": f"{first.scenario.name}: {first.scenario.title}", "cohort": first.cohort.name,
        "drawn": f"{first.total:,}", "treated under each policy": f"{found.treated:,}",
        "could not be settled at rest": f"{found.unsettled:,}", "failed numerically in some arm": f"{found.failed:,}",
    }
    sources = {arm.name: str(plan.policy.about.get("source", "")) if isinstance(plan.policy, Policy) else ""
               for arm, plan in zip(found.arms, found.plans, strict=True)}
    groups = forests(found, wanted) if found.others and (wanted.subgroups is None or wanted.subgroups) else []
    return report(Study(
        title=title, question=question, arms=[(arm.name, arm.title, sources[arm.name]) for arm in found.arms],
        reference=found.reference, cohort=cohort, records=records, endpoints=endpoints, facts=found.facts(),
        command=command, hierarchy=wanted.hierarchy, wins=found.wins(wanted.hierarchy), subgroups=groups,
        pictures=[Picture(pictures.svg(figure), caption) for figure, caption in made.values()],
        warnings=found.warnings(), members=members_of(found, records)))
