"""Paired differences: the same patients under two policies, and how sure the difference is.

Arms share patients and randomness, so a patient is his own control and only his
difference counts.  Intervals are 95 % and tell the Monte Carlo error, which more patients
shrink; none of them knows of the error of the model.  Whoever has no known value in one of
the arms is left out of the pair and counted.  Hours and amounts of a patient who dies end
with his death: they are read beside the deaths.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from clsim.compare.arm import Arm, matched
from clsim.compare.endpoints import SHARE, Endpoint, values
from clsim.crowd.report import share
from clsim.errors import BadInput

Numbers = NDArray[np.float64]
TAIL = 0.975  # both tails of a 95 % interval
RESAMPLES = 2000
ROOM = 2_000_000  # numbers drawn at once
MEDIAN = 0.5


class Estimate(NamedTuple):
    """A mean of one arm: ``mean`` and its 95 % interval, standard error, patients, those not known."""

    mean: float
    ci_low: float
    ci_high: float
    mc_error: float
    n: int
    unknown: int


class Difference(NamedTuple):
    """A policy less the reference, over the ``n`` patients known in both; ``unknown`` are not."""

    policy_mean: float
    reference_mean: float
    difference: float
    ci_low: float
    ci_high: float
    mc_error: float
    n: int
    unknown: int


def standard_error(found: Numbers) -> float:
    """Standard error of a mean; not-a-number for fewer than two."""
    return float(np.std(found, ddof=1) / np.sqrt(len(found))) if len(found) > 1 else np.nan


def t_interval(found: Numbers) -> tuple[float, float]:
    """95 % interval of a mean by Student's t; not-a-number for fewer than two."""
    if len(found) < 2:
        return np.nan, np.nan
    half = float(stdtrit(len(found) - 1, TAIL)) * standard_error(found)
    return float(np.mean(found)) - half, float(np.mean(found)) + half


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a share, 0 to 1."""
    found = share(hits, of)
    return (found["low"] / 100.0, found["high"] / 100.0) if of else (np.nan, np.nan)


def newcombe(both: int, only_policy: int, only_reference: int, neither: int) -> tuple[float, float]:
    """95 % interval of the difference between two shares of the same patients.

    Parameters
    ----------
    both, only_policy, only_reference, neither : int
        Patients whom it befell under both, one or none.

    Returns
    -------
    tuple of float
        Ends of the interval of share (policy) - share (reference).

    Notes
    -----
    Newcombe1998, method 10: Wilson intervals of both shares, joined with the correlation phi, which
    is corrected for continuity.  It is no point where no pair differs: what has not been seen in
    n patients may still happen.
    """
    n = both + only_policy + only_reference + neither
    if n == 0:
        return np.nan, np.nan
    hits, other = both + only_policy, both + only_reference
    (low_1, high_1), (low_2, high_2) = wilson(hits, n), wilson(other, n)
    p_1, p_2 = hits / n, other / n
    spread = float(hits) * (n - hits) * other * (n - other)
    excess = float(both) * neither - float(only_policy) * only_reference
    if excess > 0.0:
        excess = max(excess - n / 2.0, 0.0)
    phi = excess / np.sqrt(spread) if spread > 0.0 else 0.0

    def joined(a: float, b: float) -> float:
        return float(np.sqrt(max(a * a - 2.0 * phi * a * b + b * b, 0.0)))

    found = (both + only_policy - other) / n
    return found - joined(p_1 - low_1, high_2 - p_2), found + joined(high_1 - p_1, p_2 - low_2)


def estimate(found: Numbers, kind: str) -> Estimate:
    """Mean of one arm with its interval: Student's t of a number, Wilson's of a share.

    Parameters
    ----------
    found : float64 (n,)
        Not-a-number where not known; 0 and 1 for a share.
    kind : str
        "number" or "share".
    """
    known = np.asarray(found, np.float64)
    known = known[~np.isnan(known)]
    low, high = wilson(_count(known), len(known)) if kind == SHARE else t_interval(known)
    mean = float(np.mean(known)) if len(known) else np.nan
    return Estimate(mean, low, high, standard_error(known), len(known), len(found) - len(known))


def difference(policy: Numbers, reference: Numbers, kind: str, same: bool = False) -> Difference:
    """Mean paired difference, policy less reference.

    Parameters
    ----------
    policy, reference : float64 (n,)
        Of the same patients in the same order; not-a-number where not known.
    kind : str
        "number": interval of Student's t over the differences; "share": that of `newcombe`.
    same : bool
        Both are one policy.  Then there is nothing to estimate, and the interval is (0, 0) -
        unless a patient differs, which is an error that must not be hidden.

    Returns
    -------
    Difference
        ``mc_error`` is the standard error of the mean difference; means and interval are
        not-a-number where too few patients are known.

    Raises
    ------
    BadInput
        If the arms hold different numbers of patients.
    """
    a, b = np.asarray(policy, np.float64), np.asarray(reference, np.float64)
    if a.shape != b.shape:
        raise BadInput("arms cannot be paired: they hold different numbers of patients", given=f"{len(a)}, {len(b)}")
    known = ~(np.isnan(a) | np.isnan(b))
    n, unknown = int(known.sum()), int((~known).sum())
    a, b = a[known], b[known]
    if n == 0:
        return Difference(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, 0, unknown)
    gap = a - b
    if same and not gap.any():
        low, high = 0.0, 0.0
    elif kind == SHARE:
        both = _count(a * b)
        low, high = newcombe(both, _count(a) - both, _count(b) - both, n - _count(a) - _count(b) + both)
    else:
        low, high = t_interval(gap)
    return Difference(float(a.mean()), float(b.mean()), float(gap.mean()), low, high, standard_error(gap), n, unknown)


def bootstrap(policy: Numbers, reference: Numbers, quantile: float = MEDIAN, seed: int = 0,
              resamples: int = RESAMPLES) -> Difference:
    """Difference between two quantiles (medians), for what is skewed, by resampling patients.

    Parameters
    ----------
    policy, reference : float64 (n,)
        Of the same patients in the same order; not-a-number where not known.
    quantile : float
        Between 0 and 1.
    seed : int
        Addresses the draws; a patient is drawn with both of his values.
    resamples : int

    Returns
    -------
    Difference
        The quantiles stand where the means would; percentile interval; ``mc_error`` is the standard
        deviation over the resamples.
    """
    return _bootstrap(policy, reference, quantile, seed, resamples)[0]


def _bootstrap(policy: Numbers, reference: Numbers, quantile: float, seed: int, resamples: int = RESAMPLES
               ) -> tuple[Difference, Estimate]:
    """The difference, and the quantile of the policy among the same patients in the same resamples."""
    pairs = np.stack([np.asarray(policy, np.float64), np.asarray(reference, np.float64)])
    known = ~np.isnan(pairs).any(axis=0)
    pairs, unknown = pairs[:, known], int((~known).sum())
    n, none = pairs.shape[1], np.nan
    if n < 2:
        return (Difference(none, none, none, none, none, none, n, unknown),
                Estimate(none, none, none, none, n, unknown))
    draws = np.random.Generator(np.random.Philox(key=seed))
    found = np.empty((2, resamples))
    at_once = max(1, ROOM // n)
    for first in range(0, resamples, at_once):
        some = slice(first, min(first + at_once, resamples))
        drawn = draws.integers(0, n, (some.stop - first, n))
        for k in range(2):
            found[k, some] = np.quantile(pairs[k][drawn], quantile, axis=1)
    a, b = (float(each) for each in np.quantile(pairs, quantile, axis=1))
    return (Difference(a, b, a - b, *_spread(found[0] - found[1]), n, unknown),
            Estimate(a, *_spread(found[0]), n, unknown))


def _spread(found: Numbers) -> tuple[float, float, float]:
    """95 % percentile interval over resamples, and their standard deviation."""
    low, high = np.quantile(found, (1.0 - TAIL, TAIL))
    return float(low), float(high), float(np.std(found, ddof=1))


def _count(found: Numbers) -> int:
    return int(np.count_nonzero(found > 0.0))


def records(arms: Sequence[Arm], reference: str, endpoints: Sequence[Endpoint], quantile: float | None = None,
            seed: int = 0) -> list[dict[str, Any]]:
    """A record for each outcome and arm, ready for JSON.

    Parameters
    ----------
    arms : sequence of Arm
    reference : str
        Name of the arm that the others are compared with; it gets records too, whose difference is 0.
    endpoints : sequence of Endpoint
    quantile, seed : float and int, optional
        Compare numbers (not shares) by this quantile, 0.5 for the median, with the intervals of `bootstrap`.

    Returns
    -------
    list of dict
        ``outcome, policy, reference, mean, difference, ci_low, ci_high, mc_error, n``, and
        ``statistic`` (what stands as mean: "mean", "median", "quantile 0.9"), ``label``, ``unit``, ``kind``,
        ``better``, ``unknown``, ``reference_mean``, ``mean_low``, ``mean_high``, ``mean_mc_error``.  All in the
        unit of the outcome (shares in per cent, their differences in percentage points); both means and the
        difference are over the ``n`` patients known under both; None where there are too few.

    Raises
    ------
    BadInput
        If there is no such arm, the arms cannot be paired, or a column is missing.
    """
    base = matched(arms, reference)
    found = []
    for endpoint in endpoints:
        theirs = values(endpoint, base.rows)
        for arm in arms:
            ours = theirs if arm is base else values(endpoint, arm.rows)
            if quantile is None or endpoint.kind == SHARE:
                statistic = "mean"
                pair = difference(ours, theirs, endpoint.kind, same=arm.same(base))
                own = estimate(np.where(np.isnan(theirs), np.nan, ours), endpoint.kind)
            else:
                statistic = "median" if quantile == MEDIAN else f"quantile {quantile:g}"
                pair, own = _bootstrap(ours, theirs, quantile, seed)
            found.append({
                "outcome": endpoint.name, "policy": arm.name, "reference": base.name,
                "mean": shown(own.mean, endpoint), "difference": shown(pair.difference, endpoint),
                "ci_low": shown(pair.ci_low, endpoint), "ci_high": shown(pair.ci_high, endpoint),
                "mc_error": shown(pair.mc_error, endpoint), "n": pair.n, "statistic": statistic,
                "label": endpoint.label if statistic == "mean" else f"{endpoint.label}, {statistic}",
                "unit": endpoint.unit, "kind": endpoint.kind, "better": endpoint.better,
                "unknown": pair.unknown, "same_policy": arm is not base and arm.same(base),
                "reference_mean": shown(pair.reference_mean, endpoint),
                "mean_low": shown(own.ci_low, endpoint),
                "mean_high": shown(own.ci_high, endpoint), "mean_mc_error": shown(own.mc_error, endpoint),
            })  # fmt: skip
    return found


def shown(value: float, endpoint: Endpoint) -> float | None:
    """A value in the unit of the outcome, None where there is none: JSON knows no not-a-number."""
    return None if np.isnan(value) else float(value) * endpoint.scale
