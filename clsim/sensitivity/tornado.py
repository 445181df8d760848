"""A tornado: one patient, and what becomes of him when one parameter at a time is low or high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clsim.compare.altered import Setting
from clsim.progress import Tell, silent
from clsim.sensitivity.ranges import Range
from clsim.sensitivity.trial import Trial


@dataclass(frozen=True)
class Bar:
    """The outcome with a knob at its low and at its high end; not-a-number where it is not known."""

    span: Range
    low: float
    high: float

    def width(self, base: float) -> float:
        """How far apart the lowest and the highest of low, high and base are; 0 where nothing is known."""
        known = [each for each in (self.low, self.high, base) if not np.isnan(each)]
        return max(known) - min(known) if known else 0.0


@dataclass(frozen=True)
class Tornado:
    """Bars of one patient, the widest first.

    base : float
        The outcome of the body as it is.
    failed : int
        Courses that could not be computed.
    """

    base: float
    bars: tuple[Bar, ...]
    failed: int

    def records(self) -> list[dict[str, Any]]:
        """A record for each knob, ready for JSON."""
        return [{**bar.span.record(), "base": known(self.base), "at_low": known(bar.low), "at_high": known(bar.high),
                 "width": bar.width(self.base)} for bar in self.bars]


def known(value: float) -> float | None:
    """A number for JSON, None where it is not known."""
    return None if np.isnan(value) else value


def tornado(trial: Trial, spans: Sequence[Range], threads: int | None = None, tell: Tell = silent) -> Tornado:
    """The one patient of a trial as he is, and with each knob at either end.

    Raises
    ------
    BadInput
        If he is not treated.
    """
    ends: list[Setting] = [{each.knob.name: end} for each in spans for end in (each.low, each.high)]
    found, failed = trial.measured([{}, *ends], threads, tell)
    base, *values = (float(each) for each in found[:, 0])
    bars = [Bar(span, *pair) for span, pair in zip(spans, zip(values[::2], values[1::2], strict=True), strict=True)]
    return Tornado(base, tuple(sorted(bars, key=lambda bar: -bar.width(base))), failed)
