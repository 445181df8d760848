"""What separates two kinds of members: one knob at a time, with intervals, and what chance alone would do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clsim.sensitivity.resampling import RESAMPLES, Interval, generator, intervals

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
CHANCE = 0.05  # above it, chance alone may have separated the members


class Separation(NamedTuple):
    """How a knob separates the members in which one policy is ahead from those in which the other is.

    Parameters
    ----------
    knob : str
    area : Interval
        Probability that the knob is higher where the first policy is ahead; over members drawn again.
        Not-a-number where nothing flips.
    correlation : Interval
        Of the ranks of the knob and of how far the first policy is ahead (Spearman).
    cut : float
        The value that splits the members best.
    above, below : float
        Weight of the first policy being ahead among members above the cut, and among the others.
    """

    knob: str
    area: Interval
    correlation: Interval
    cut: float
    above: float
    below: float


def separations(names: Sequence[str], knobs: Numbers, gain: Numbers, weights: Numbers, seed: int,
                resamples: int = RESAMPLES) -> tuple[tuple[Separation, ...], float]:
    """How each knob separates, and how often the best of them would do as well by chance.

    Those that separate best stand first; if that is chance, or nothing flips, those of the strongest correlation.

    Parameters
    ----------
    names : sequence of str
    knobs : float64 (m, k)
    gain : float64 (m,)
        How far the first policy is ahead in each member.
    weights : float64 (m,)
    seed : int
        Of members drawn again, and of the labels shuffled for ``chance``.
    resamples : int
    """
    ahead, behind = gain > 0.0, gain < 0.0
    flipping = bool(ahead.any() and behind.any())
    m = len(gain)
    draws = generator(seed)
    again = draws.multinomial(m, np.full(m, 1.0 / m), resamples) * weights
    shuffled = np.argsort(draws.random((resamples, m)), axis=1)
    found, by_chance = [], np.zeros(resamples)
    for name, x in zip(names, knobs.T, strict=True):
        own, once = weights[None], areas(x, again * ahead, again * behind)
        area, = intervals(areas(x, own * ahead, own * behind), once[None])
        correlation, = intervals(correlations(x, gain, own), correlations(x, gain, again)[None])
        shuffled_areas = areas(x, weights * ahead[shuffled], weights * behind[shuffled])
        by_chance = np.fmax(by_chance, np.abs(shuffled_areas - 0.5))
        found.append(Separation(name, area, correlation, *cut_of(x, ahead, behind, weights)))
    chance = float(np.mean(by_chance >= max(map(apart, found)))) if flipping else np.nan
    found.sort(key=apart if chance <= CHANCE else strength, reverse=True)
    return tuple(found), chance


def apart(one: Separation) -> float:
    """How far the area is from no separation."""
    return abs(one.area.value - 0.5)


def strength(one: Separation) -> float:
    """Size of the rank correlation, 0 where there is none."""
    return 0.0 if np.isnan(one.correlation.value) else abs(one.correlation.value)


def areas(x: Numbers, first: Numbers, second: Numbers) -> Numbers:
    """Probability that x of a member of the first kind is higher than of one of the second, ties counted half.

    Parameters
    ----------
    x : float64 (m,)
    first, second : float64 (r, m)
        Weight of each member among the first and the second kind.

    Returns
    -------
    float64 (r,)
        Not-a-number where one kind is empty.
    """
    order = np.argsort(x, kind="stable")
    ranked = x[order]
    sums = np.concatenate([np.zeros((len(second), 1)), np.cumsum(second[:, order], axis=1)], axis=1)
    lower, upper = np.searchsorted(ranked, ranked, side="left"), np.searchsorted(ranked, ranked, side="right")
    of = first.sum(axis=1) * second.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.sum(first[:, order] * 0.5 * (sums[:, lower] + sums[:, upper]), axis=1) / of
    return np.where(of > 0.0, found, np.nan)


def ranks(x: Numbers) -> Numbers:
    """Ranks of values, ties with their mean rank."""
    ranked = np.sort(x)
    return np.asarray(0.5 * (np.searchsorted(ranked, x, side="left") + np.searchsorted(ranked, x, side="right")),
                      np.float64)


def correlations(x: Numbers, y: Numbers, weights: Numbers) -> Numbers:
    """Weighted correlation of the ranks of x and y, (m,), for each of r rows of weights (r, m)."""
    of = weights.sum(axis=1, keepdims=True)
    a, b = ranks(x), ranks(y)
    a, b = a - weights @ a[:, None] / of, b - weights @ b[:, None] / of
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.sum(weights * a * b, axis=1) / np.sqrt(np.sum(weights * a * a, axis=1)
                                                          * np.sum(weights * b * b, axis=1))
    return np.asarray(found)


def cut_of(x: Numbers, ahead: Flags, behind: Flags, weights: Numbers) -> tuple[float, float, float]:
    """The value of x that splits both kinds best (Youden's index), and the share of the first above and below it."""
    if not (ahead.any() and behind.any()) or np.all(x == x[0]):
        return np.nan, np.nan, np.nan
    values = np.unique(x)
    cuts = 0.5 * (values[1:] + values[:-1])
    above = x[None] > cuts[:, None]
    first, second = weights * ahead, weights * behind
    best = int(np.argmax(np.abs(above @ first / first.sum() - above @ second / second.sum())))
    high = above[best]
    return float(cuts[best]), share_of(first[high], second[high]), share_of(first[~high], second[~high])


def share_of(first: Numbers, second: Numbers) -> float:
    """Weight of the first kind among both."""
    both = float(first.sum() + second.sum())
    return float(first.sum()) / both if both > 0.0 else np.nan
