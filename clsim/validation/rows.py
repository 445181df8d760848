"""The table of validation: one row per published number, and how it is graded.

How the bands were set (``low`` to ``high`` is *good*):

- where a pass band was set before the model existed, that band;
- where a range was published, the range; where a mean with a standard deviation, mean +- SD;
- where only one number was published, that number +- 10 %.

A band was never widened after the model had been run.  Grades:

``good``
    inside the band;
``decent``
    outside, but with the published sign and within a factor of two of the published
    number or of the nearer edge of the band;
``bad``
    anything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

GOOD, DECENT, BAD = "good", "decent", "bad"
HEALTHY, UNTOUCHED, UNTOUCHED_SECOND, INTERLEUKIN2 = "healthy", "untouched", "untouched, second set", "interleukin-2"
KEYS = ("id", "quantity", "published", "low", "high", "value", "unit", "grade", "source")
FACTOR = 2.0


@dataclass(frozen=True)
class Row:
    """One published number and what the model makes of it.

    Parameters
    ----------
    id : str
        Number of the experiment and a letter for the quantity.
    experiment : str
        What is done to the body.
    quantity : str
        What is read off.
    published : float
        The published number, or the middle of the published range, in ``unit``.
    low, high : float
        The pass band.
    value : float
        The model's number.
    unit, source : str
    layer : str
        "healthy"; "untouched", or "untouched, second set", where nothing was set or written with the number in view; or
        "interleukin-2" where the constants were hand-set to the same data.
    """

    id: str
    experiment: str
    quantity: str
    published: float
    low: float
    high: float
    value: float
    unit: str
    source: str
    layer: str = HEALTHY

    @property
    def grade(self) -> str:
        """good, decent or bad."""
        return grade(self.value, self.published, self.low, self.high)

    def record(self) -> dict[str, str | float]:
        """The row as plain values, keys `KEYS`."""
        return {key: getattr(self, key) for key in KEYS}


def near(value: float, target: float) -> bool:
    """Same sign, and within a factor of two."""
    return value * target > 0.0 and 1.0 / FACTOR <= value / target <= FACTOR


def grade(value: float, published: float, low: float, high: float) -> str:
    """The grade of a value; see the head of this file."""
    if not isfinite(value):
        return BAD
    if low <= value <= high:
        return GOOD
    edge = low if value < low else high
    if published * value >= 0.0 and (near(value, published) or near(value, edge)):
        return DECENT
    return BAD


def around(published: float, share: float = 0.10) -> tuple[float, float, float]:
    """Published number with a band of a share of it on both sides."""
    half = abs(published) * share
    return published, published - half, published + half


def plus_minus(published: float, half: float) -> tuple[float, float, float]:
    """Published number with a band of ``half`` on both sides."""
    return published, published - half, published + half


def between(low: float, high: float) -> tuple[float, float, float]:
    """A published range, and its middle as the published number."""
    return 0.5 * (low + high), low, high


def counts(rows: Iterable[Row], layer: str = HEALTHY) -> dict[str, int]:
    """How many rows of a layer have each grade."""
    found = {GOOD: 0, DECENT: 0, BAD: 0}
    for row in rows:
        if row.layer == layer:
            found[row.grade] += 1
    return found


def number(value: float) -> str:
    """Three figures, without a stray exponent."""
    if value == 0.0:
        return "0"
    return f"{value:.3g}" if 1e-3 <= abs(value) < 1e4 else f"{value:.1e}"
