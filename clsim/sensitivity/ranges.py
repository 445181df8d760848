"""Which uncertain parameters are turned, and how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.compare.altered import Setting
from clsim.compare.nested import INTERVAL, quantile
from clsim.errors import BadInput, nearest
from clsim.evidence.ensemble import Ensemble
from clsim.evidence.knobs import Knob

Numbers = NDArray[np.float64]
ALLOWED = '"NAME", or "NAME=0.8 to 1.2"'


@dataclass(frozen=True)
class Range:
    """A knob and the two ends, above 0, between which it is turned: it multiplies, so even steps are logarithmic."""

    knob: Knob
    low: float
    high: float

    def at(self, share: float) -> float:
        """The value at a share of the way from the low end to the high one."""
        return float(self.low * (self.high / self.low) ** share)

    def record(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"knob": self.knob.name, "label": self.knob.label, "kind": self.knob.kind, "low": self.low,
                "high": self.high}


def ranges(ensemble: Ensemble, words: Sequence[str] = (), declared: bool = False) -> tuple[Range, ...]:
    """Knobs of an ensemble with their ranges.

    Parameters
    ----------
    ensemble : Ensemble
    words : sequence of str
        ``"NAME"`` or ``"NAME=0.8 to 1.2"``; all knobs if there are none.
    declared : bool
        The whole declared range of a knob in place of where 95 % of the members lie.

    Raises
    ------
    BadInput
        If there is no such knob, a range cannot be meant, or a knob does not vary.
    """
    known = {knob.name: k for k, knob in enumerate(ensemble.knobs)}
    asked = [_asked(each) for each in words] if words else [(name, None) for name in known]
    found: list[Range] = []
    for name, ends in asked:
        if name not in known:
            raise BadInput(f"is not a knob of the ensemble {ensemble.name}", given=name, nearest=nearest(name, known),
                           allowed=", ".join(known), key="knob")  # fmt: skip
        if any(each.knob.name == name for each in found):
            raise BadInput("is named twice", given=name, key="knob")
        found.append(_range(ensemble, known[name], ends, declared))
    return tuple(found)


def _range(ensemble: Ensemble, k: int, ends: tuple[float, float] | None, declared: bool) -> Range:
    knob = ensemble.knobs[k]
    if ends is not None:
        low, high = ends
        if not (0.0 < low < high and knob.low <= low and high <= knob.high):
            raise BadInput("is no range of this knob", given=f"{low:g} to {high:g}", key=f"knob {knob.name}",
                           allowed=f"two rising numbers within {knob.low:g} to {knob.high:g}")  # fmt: skip
    elif declared:
        low, high = knob.low, knob.high
    else:
        low, high = (quantile(ensemble.values[:, k], ensemble.weights, each) for each in INTERVAL)
        if not low < high:
            raise BadInput(f"is {low:g} in all members of {ensemble.name} that count", key=f"knob {knob.name}",
                           allowed="a range of its own, or the declared ones")  # fmt: skip
    return Range(knob, low, high)


def _asked(text: str) -> tuple[str, tuple[float, float] | None]:
    name, sign, span = text.partition("=")
    if not sign:
        return name.strip(), None
    low, to, high = span.partition(" to ")
    try:
        if not to:
            raise ValueError
        return name.strip(), (float(low), float(high))
    except ValueError:
        raise BadInput("is no range of a knob", given=repr(text), allowed=ALLOWED, key="knob") from None


def settings(spans: Sequence[Range], points: Numbers) -> list[Setting]:
    """Points of the unit cube, (m, k), as settings of the knobs."""
    return [{each.knob.name: each.at(float(share)) for each, share in zip(spans, point, strict=True)}
            for point in points]
