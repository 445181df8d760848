"""One thing that differs between patients: its distribution, its limits, and what shifts it.

A draw is ``quantile(u) * factor + add`` with u in (0, 1), where factor and add come from
``depends``.  Limits of normal and lognormal draws, and the bounds of the parameter, hold for the
shifted value: u is first mapped into the part of (0, 1) that lies between them, so that nobody is
drawn outside and nobody is moved to a limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clsim.cohort.normal import exponentials, logarithms, powers, quantiles, shares
from clsim.cohort.points import BELOW_ONE

Numbers = NDArray[np.float64]
Known = Callable[[str], Numbers]  # what was drawn above, or is the same in everybody, by name

LEAST = 2.0**-53
LIMITED = ("normal", "lognormal")  # unbounded without limits
CHOSEN = ("bernoulli", "categorical")


@dataclass(frozen=True)
class Shift:
    """How a draw depends on another value: one entry of ``depends`` in internal units.

    ``power``: times (on / start)^power.  ``per`` (not 0): times factor, and add more, for each
    ``per`` above ``start``.  Otherwise: times factor, and add more, where ``on`` is ``category``.
    """

    on: str
    start: float = 0.0
    power: float = 0.0
    per: float = 0.0
    category: float = 0.0
    factor: float = 1.0
    add: float = 0.0

    def of(self, known: Known) -> tuple[Numbers, Numbers]:
        """Factor and addend of each patient, (n,) each."""
        value = known(self.on)
        if self.power:
            return powers(value / self.start, self.power), np.zeros(value.size)
        if self.per:
            steps = (value - self.start) / self.per
            return powers(np.full(value.size, self.factor), steps), self.add * steps
        chosen = value == self.category
        return np.where(chosen, self.factor, 1.0), np.where(chosen, self.add, 0.0)


@dataclass(frozen=True)
class Varied:
    """One stream of the cohort, in internal units.

    Parameters
    ----------
    name, label, unit, source : str
        A parameter of the model, or a covariate with a label and unit of its own.
    kind : str
        One of `clsim.cohort.schema.Kind`.
    numbers : tuple of float
        normal: mean, sd; lognormal: median, sd of the logarithm; triangular: mode; beta: its two
        exponents; others: none.
    low, high : float
        Limits; of uniform, triangular and beta draws, the range before any shift.
    categories : tuple of (word, code, share)
        For bernoulli and categorical.
    parameter : bool
        Whether the model has a parameter of this name.
    relative : bool
        The draw is a factor on the reference adult's value, scaled to size.
    entry : int
        Of a parameter with several entries, which one the factor is for; -1 for all.
    frailty : float
        Correlation with the latent frailty.
    depends : tuple of Shift
    """

    name: str
    label: str
    unit: str
    source: str
    kind: str
    numbers: tuple[float, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    categories: tuple[tuple[str, float, float], ...] = ()
    parameter: bool = True
    relative: bool = False
    entry: int = -1
    frailty: float = 0.0
    depends: tuple[Shift, ...] = ()

    def draw(self, u: Numbers, known: Known, least: Numbers | float, most: Numbers | float) -> Numbers:
        """The values at u in (0, 1), (n,); not-a-number where the limits leave nothing to draw.

        ``least`` and ``most`` are what the model can take of each patient.
        """
        if self.kind in CHOSEN:
            return self.choose(u)
        factor, add = np.ones(u.size), np.zeros(u.size)
        for shift in self.depends:
            times, more = shift.of(known)
            factor, add = factor * times, add + more
        if self.kind not in LIMITED:
            return self.quantile(u) * factor + add
        low, high = np.maximum(self.low, least), np.minimum(self.high, most)
        below = self.share((low - add) / factor)
        room = self.share((high - add) / factor) - below
        value = self.quantile(np.clip(below + room * u, LEAST, BELOW_ONE)) * factor + add
        value = np.clip(value, low, high)  # takes back the rounding of the line above
        return np.where(room > 0.0, value, np.nan)

    def choose(self, u: Numbers) -> Numbers:
        """Codes of the categories in which u falls."""
        edges, total = [], 0.0
        for _, _, share in self.categories[:-1]:
            total += share
            edges.append(total)
        codes = np.array([code for _, code, _ in self.categories])
        return codes[np.searchsorted(edges, u, side="right")]

    def quantile(self, u: Numbers) -> Numbers:
        """The value below which a share u of the unshifted distribution lies."""
        if self.kind == "normal":
            mean, sd = self.numbers
            return mean + sd * quantiles(u)
        if self.kind == "lognormal":
            median, sigma = self.numbers
            return median * exponentials(sigma * quantiles(u))
        width = self.high - self.low
        if self.kind == "uniform":
            return self.low + width * u
        if self.kind == "beta":
            from scipy.special import betaincinv  # a slow import, for this kind only

            return self.low + width * np.asarray(betaincinv(*self.numbers, u))
        rise = (self.numbers[0] - self.low) / width
        up = self.low + np.sqrt(width * width * rise * u)
        down = self.high - np.sqrt(width * width * (1.0 - rise) * (1.0 - u))
        return np.where(u < rise, up, down)

    def share(self, x: Numbers) -> Numbers:
        """The share of the unshifted distribution below x; normal and lognormal only."""
        first, second = self.numbers
        if self.kind == "normal":
            return shares((x - first) / second)
        positive = np.clip(x / first, 1e-300, 1e300)
        return shares(np.where(x > 0.0, logarithms(positive) / second, -math.inf))

    def code(self, word: str) -> float | None:
        """The code of a category, by its word."""
        return next((code for name, code, _ in self.categories if name == word), None)


def log_sd(cv: float) -> float:
    """Standard deviation of the logarithm of a lognormal draw with this coefficient of variation."""
    return math.sqrt(logarithms(np.array([1.0 + cv * cv]))[0])


def beta_exponents(mean: float, sd: float, low: float, high: float) -> tuple[float, float] | None:
    """Exponents of the beta distribution on a range with this mean and spread; None if there is none."""
    m, s = (mean - low) / (high - low), sd / (high - low)
    if not 0.0 < m < 1.0 or not 0.0 < s * s < m * (1.0 - m):
        return None
    total = m * (1.0 - m) / (s * s) - 1.0
    return m * total, (1.0 - m) * total
