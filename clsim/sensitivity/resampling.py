"""How sure an index is: what it is made of, drawn again.

An index is made of runs and, in each, of patients; both are samples.  Points of the design and patients are
drawn again together, so that an interval holds both errors.  Patients are the same in all runs and are drawn
with all of theirs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clsim.errors import BadInput

Numbers = NDArray[np.float64]
Draws = np.random.Generator
RESAMPLES = 1000
INTERVAL = (0.025, 0.975)


class Interval(NamedTuple):
    """An index with its 95 % percentile interval; not-a-number where there is none."""

    value: float
    low: float
    high: float


def generator(seed: int) -> Draws:
    """The draws of a seed."""
    return np.random.Generator(np.random.Philox(key=seed))


def means(found: Numbers, counts: Numbers | None = None) -> Numbers:
    """Means over patients of whom the value is known.

    Parameters
    ----------
    found : float64 (runs, n)
        Not-a-number where not known.
    counts : float64 (n, r), optional
        How often each patient was drawn, in each of r resamples; once if not given.

    Returns
    -------
    float64 (runs, r), (runs, 1) without counts
        Not-a-number where it is known of nobody.
    """
    known = ~np.isnan(found)
    often = np.ones((found.shape[1], 1)) if counts is None else counts
    of = known.astype(np.float64) @ often
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, found, 0.0) @ often / of)


def overall(found: Numbers) -> Numbers:
    """Means over all patients, (runs,).

    Raises
    ------
    BadInput
        If the outcome is known of nobody in some run.
    """
    middle = means(found)[:, 0]
    if np.isnan(middle).any():
        raise BadInput("is known of nobody in some run", given=f"{found.shape[1]} patients", key="outcome",
                       allowed="more patients, or another outcome")  # fmt: skip
    return middle


def patients_again(n: int, draws: Draws, resamples: int = RESAMPLES) -> Numbers:
    """How often each of n patients is drawn in each resample, (n, resamples)."""
    return draws.multinomial(n, np.full(n, 1.0 / n), resamples).T.astype(np.float64)


def intervals(values: Numbers, again: Numbers) -> list[Interval]:
    """Indices with their intervals.

    Parameters
    ----------
    values : float64 (k,)
    again : float64 (k, resamples)
        Not-a-number where a resample has no index; the others count.
    """
    found = []
    for value, drawn in zip(values, again, strict=True):
        known = drawn[~np.isnan(drawn)]
        low, high = np.quantile(known, INTERVAL) if known.size else (np.nan, np.nan)
        found.append(Interval(float(value), float(low), float(high)))
    return found
