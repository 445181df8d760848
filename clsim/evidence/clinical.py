"""``clsim validate clinical``: every target, what one population makes of it, and how far it is off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clsim.evidence.fit import Problem, measure_all, met, value_of
from clsim.evidence.targets import Target, Targets
from clsim.printing import columns_of_text
from clsim.progress import Tell, silent
from clsim.validation.rows import BAD, DECENT, GOOD, Row, number

PATIENTS, SEED = 256, 2014  # others than those of the fit
RESAMPLED = 400
TWICE = 1.0  # half-widths beyond the tolerance


@dataclass(frozen=True)
class ClinicalRow(Row):
    """A target; ``spread_low`` and ``spread_high`` hold 95 % of resamples of the patients."""

    spread_low: float = float("nan")
    spread_high: float = float("nan")
    off: float = 0.0
    sure: str = ""

    @property
    def grade(self) -> str:
        """good inside the tolerance, decent within twice of it, bad beyond."""
        return GOOD if self.off <= 0.0 else DECENT if self.off <= TWICE else BAD

    def record(self) -> dict[str, str | float]:
        """The row as plain values."""
        return super().record() | {
            "spread_low": self.spread_low, "spread_high": self.spread_high, "off": self.off, "sure": self.sure}


@dataclass(frozen=True)
class Clinical:
    """The table.

    Parameters
    ----------
    rows : tuple of ClinicalRow
        In the order of the file.
    met, targets : int
        Whole targets (parts together, timing facts not counted) inside their tolerance, and how many there are.
    beyond : tuple of str
        Whole targets off by more than twice their tolerance.
    """

    rows: tuple[ClinicalRow, ...]
    met: int
    targets: int
    beyond: tuple[str, ...]


def clinical(targets: Targets, patients: int = PATIENTS, seed: int = SEED, knobs: Mapping[str, float] | None = None,
             threads: int | None = None, tell: Tell = silent) -> Clinical:
    """Simulate every study and compare.

    Parameters
    ----------
    targets : Targets
    patients, seed : int
        Eligible patients of each arm, and the seed of all that is drawn.
    knobs : mapping, optional
        As `clsim.evidence.knobs.applied`; as shipped if not given.
    threads : int, optional
    tell : callable
    """
    tell("drawing patients", 0.0)
    problem = Problem(targets, patients, seed, threads=threads)
    groups = problem.groups
    tell("simulating the studies", 0.3)
    measured = {each.group.arm.name: each for each in measure_all(groups, knobs or {}, threads)}
    values = {each.id: value_of(each, measured, problem.kinetics) for each in targets.targets}
    rows = []
    for each in targets.targets:
        low, high = (float("nan"),) * 2
        if each.arm:
            low, high = resampled(each, measured[each.arm].each(each.reading), seed)
        rows.append(ClinicalRow(
            each.id, targets.arms[each.arm].title if each.arm else "a single dose", each.what, each.value, each.low,
            each.high, values[each.id], each.unit, each.source, "interleukin-2", low, high, each.off(values[each.id]),
            each.sure))
    whole = {name: off for name, off in met(targets, values) if name.startswith("T")}
    return Clinical(tuple(rows), sum(off <= 0.0 for off in whole.values()), len(whole),
                    tuple(name for name, off in whole.items() if off > TWICE))


def resampled(target: Target, each: NDArray[np.float64], seed: int) -> tuple[float, float]:
    """Where 95 % of the statistic lie when patients are drawn again from those there are."""
    generator = np.random.default_rng(seed)
    picks = generator.integers(0, each.size, (RESAMPLED, each.size))
    found = np.array([target.reading.over(each[pick]) for pick in picks])
    known = found[np.isfinite(found)]
    return (float(np.quantile(known, 0.025)), float(np.quantile(known, 0.975))) if known.size else (float("nan"),) * 2


HEADINGS = ("id", "what", "published", "tolerance", "ours", "95 % of resamples", "unit", "grade", "source")


def cells(row: ClinicalRow) -> tuple[str, ...]:
    """One row as text, in the order of `HEADINGS`."""
    spread = f"{number(row.spread_low)} to {number(row.spread_high)}" if row.spread_low == row.spread_low else ""
    return (row.id, row.quantity, number(row.published), f"{number(row.low)} to {number(row.high)}",
            number(row.value), spread, row.unit, row.grade, row.source)


def table(found: Clinical) -> str:
    """Columns of plain text, what is missed first, and how many are met."""
    rows = sorted(found.rows, key=lambda row: -row.off)
    return f"{columns_of_text([HEADINGS, *map(cells, rows)])}\n{said(found)}"


def said(found: Clinical) -> str:
    """How many targets are met, and which are far off."""
    far = f"off by more than twice the tolerance: {', '.join(found.beyond)}" if found.beyond else (
        "none is off by more than twice its tolerance")
    return f"{found.met} of {found.targets} targets are inside their tolerance; {far}"
