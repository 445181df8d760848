"""Sobol' indices: which share of the variance of an outcome is due to which parameter.

Knobs are turned independently, each evenly over its range on a logarithmic scale.  The first-order index is
the share that a knob takes by itself, the total index its share with all that it does together with others.
Estimators are those of Saltelli2010, table 2 (b) and (f), as `scipy.stats.sobol_indices` has them.  Points are
Sobol' points, scrambled and addressed as those of cohorts are (`clsim.cohort.points`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.cohort.points import points
from clsim.errors import BadInput
from clsim.progress import Tell, silent
from clsim.sensitivity.ranges import Range, settings
from clsim.sensitivity.resampling import RESAMPLES, Interval, generator, intervals, means, overall, patients_again
from clsim.sensitivity.trial import Trial

Numbers = NDArray[np.float64]
FEWEST = 8  # base points
ROUNDING = 1e-12  # of an outcome: what varies less does not vary


@dataclass(frozen=True)
class Sobol:
    """Indices of an outcome.

    Parameters
    ----------
    spans : tuple of Range
    first, total : tuple of Interval
        For each of them; not-a-number where the outcome is the same in all runs.
    mean, sd : float
        Of the outcome over the design.
    base, runs, patients, unknown, failed : int
        Base points, runs, treated patients, values that are not known, and courses that could not be computed.
    """

    spans: tuple[Range, ...]
    first: tuple[Interval, ...]
    total: tuple[Interval, ...]
    mean: float
    sd: float
    base: int
    runs: int
    patients: int
    unknown: int
    failed: int

    @property
    def order(self) -> list[int]:
        """Places of the knobs, those with most first."""
        return sorted(range(len(self.spans)), key=lambda k: (np.isnan(self.total[k].value), -self.total[k].value))

    def records(self) -> list[dict[str, Any]]:
        """A record for each knob, ready for JSON, those with most first."""
        return [{**self.spans[k].record(), **told("first", self.first[k]), **told("total", self.total[k])}
                for k in self.order]


def told(name: str, index: Interval) -> dict[str, float | None]:
    """An index and its interval under three keys; None where there is none."""
    keys = (name, f"{name}_low", f"{name}_high")
    return {key: None if np.isnan(each) else each for key, each in zip(keys, index, strict=True)}


def design(names: Sequence[str], base: int, seed: int) -> Numbers:
    """Points of the unit cube, (k + 2, base, k): A, B, and A with the column of each knob taken from B.

    Raises
    ------
    BadInput
        If ``base`` is no power of two, or below `FEWEST`.
    """
    if base < FEWEST or base & (base - 1):
        raise BadInput("is no power of two" if base >= FEWEST else "is too few", given=str(base), key="points",
                       allowed=f"{FEWEST}, 16, 32, 64 ...")  # fmt: skip
    k, numbers = len(names), np.arange(base, dtype=np.int64)
    a, b = (np.stack([points("sobol", seed, f"sensitivity/{side}/{name}", first + i, 2 * k, numbers, base)
                      for i, name in enumerate(names)], axis=1) for side, first in (("a", 0), ("b", k)))
    mixed = np.tile(a, (k, 1, 1))
    for i in range(k):
        mixed[i, :, i] = b[:, i]
    return np.concatenate([a[None], b[None], mixed])


def indices(found: Numbers) -> tuple[Numbers, Numbers]:
    """First-order and total indices.

    Parameters
    ----------
    found : float64 (k + 2, ..., base)
        The outcome at the points of `design`.

    Returns
    -------
    tuple of float64 (k, ...)
        Not-a-number where the outcome does not vary.
    """
    both = np.concatenate([found[0], found[1]], axis=-1)
    centred = found - both.mean(axis=-1)[..., None]  # takes the mean out of the product below, which it would blur
    variance = both.var(axis=-1)
    a, b, mixed = centred[0], centred[1], centred[2:]
    with np.errstate(invalid="ignore", divide="ignore"):
        first = np.mean(b * (mixed - a), axis=-1) / variance
        total = 0.5 * np.mean((a - mixed) ** 2, axis=-1) / variance
    none = ~(variance > (ROUNDING * np.abs(both).max(axis=-1)) ** 2)
    return np.where(none, np.nan, first), np.where(none, np.nan, total)


def sobol(trial: Trial, spans: Sequence[Range], base: int = 64, threads: int | None = None, tell: Tell = silent,
          resamples: int = RESAMPLES) -> Sobol:
    """Sobol' indices of the mean of an outcome over patients, the same patients in all runs.

    Parameters
    ----------
    trial : Trial
    spans : sequence of Range
    base : int
        Base points, a power of two; (k + 2) times as many runs of all patients.
    threads : int, optional
    tell : callable
    resamples : int

    Raises
    ------
    BadInput
        If ``base`` is not fit, or nobody is treated.
    """
    seed = next(iter(trial.plans.values())).seed
    cube = design([each.knob.name for each in spans], base, seed)
    sides, k = cube.shape[0], len(spans)
    found, failed = trial.measured(settings(spans, cube.reshape(-1, k)), threads, tell)
    middle = overall(found).reshape(sides, base)
    first, total = indices(middle)
    draws = generator(seed)
    counts = patients_again(found.shape[1], draws, resamples)
    rows = draws.integers(0, base, (resamples, base))
    drawn = means(found, counts).reshape(sides, base, resamples)
    again = indices(np.take_along_axis(drawn, rows.T[None], axis=1).swapaxes(1, 2))
    return Sobol(tuple(spans), tuple(intervals(first, again[0])), tuple(intervals(total, again[1])),
                 float(middle[:2].mean()), float(middle[:2].std()), base, len(found), found.shape[1],
                 int(np.isnan(found).sum()), failed)
