"""Alarms of a bed: limits that can be changed, priorities, latching, silence and acknowledgement.

An alarm begins when a number leaves its limits and ends when it is back; then it is latched: it stays on the screen
until somebody acknowledges it, so that nothing is missed at a thousandfold speed.  Limits are a teaching default, not a
recommendation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.bedside.signals import NAMES, PLACE, SHOWN
from clsim.errors import BadInput, nearest

HIGH, MEDIUM, LOW = "high", "medium", "low"
BACK = 0.02  # of a limit, by which a number must be inside before the alarm ends
USUAL = "usual adult monitor default: Infirmary Integrated 2.8, Alarm.cs"


@dataclass(frozen=True)
class Limit:
    """Limits of a number in its unit on the page; None: none."""

    signal: str
    low: float | None
    high: float | None
    priority: str
    source: str

    def data(self) -> dict[str, Any]:
        """For a message."""
        return {"signal": self.signal, "low": self.low, "high": self.high, "priority": self.priority,
                "source": self.source}


LIMITS: tuple[Limit, ...] = (
    Limit("MAP", 65.0, 120.0, HIGH, USUAL),
    Limit("SBP", 80.0, 160.0, HIGH, f"{USUAL}, 90 there; 80 is a target under interleukin-2, Dutcher2014"),
    Limit("SaO2", 92.0, None, HIGH, USUAL),
    Limit("HR", 50.0, 130.0, MEDIUM, USUAL),
    Limit("respiratory_rate", 8.0, 24.0, MEDIUM, USUAL),
    Limit("CVP", None, 12.0, LOW, f"{USUAL}, without its low limit of 0: assumed, it says little by itself"),
    Limit("temperature", 35.0, 40.0, LOW, "assumed: fever is expected; hypothermia and high fever are told"),
    Limit("DBP", None, 100.0, LOW, f"{USUAL}, without its low limit of 45: assumed, MAP tells the same"),
)


@dataclass
class Ringing:
    """An alarm that has begun."""

    limit: Limit
    side: str
    begun: float
    active: bool = True
    known: bool = False  # acknowledged


@dataclass
class Alarms:
    """The alarms of one bed.

    Parameters
    ----------
    limits : mapping of str to Limit
    """

    limits: dict[str, Limit] = field(default_factory=lambda: {each.signal: each for each in LIMITS})
    ringing: dict[str, Ringing] = field(default_factory=dict)

    def take(self, minute: float, row: NDArray[np.float64]) -> list[str]:
        """Alarms that begin at a minute, in words; others end or go on."""
        begun = []
        for name, limit in self.limits.items():
            value = float(row[PLACE[name]])
            there = self.ringing.get(name)
            side = _side(limit, value, there.side if there and there.active else "")
            if side and not (there and there.active):
                latched = there is not None and there.side == side and not there.known
                self.ringing[name] = Ringing(limit, side, minute)
                if not latched:
                    begun.append(said(limit, side))
            elif not side and there and there.active:
                if there.known:
                    del self.ringing[name]
                else:
                    there.active = False
        return begun

    def acknowledge(self) -> bool:
        """Somebody has seen them: what is over goes, what goes on is known; whether there was anything."""
        any_there = any(not each.known for each in self.ringing.values())
        self.ringing = {name: each for name, each in self.ringing.items() if each.active}
        for each in self.ringing.values():
            each.known = True
        return any_there

    def clear(self) -> None:
        """Nothing rings: the page begins anew."""
        self.ringing = {}

    def change(self, limits: Mapping[str, Limit]) -> None:
        """Other limits; alarms that they do not ring for are gone."""
        self.limits = dict(limits)
        self.ringing = {name: each for name, each in self.ringing.items() if limits[name] == each.limit}

    def data(self, silenced: bool) -> list[dict[str, Any]]:
        """For a frame, the gravest first."""
        order = {HIGH: 0, MEDIUM: 1, LOW: 2}
        found = sorted(self.ringing.values(), key=lambda each: (order[each.limit.priority], not each.active))
        return [{"signal": each.limit.signal, "level": each.limit.priority, "said": said(each.limit, each.side),
                 "latched": not each.active, "silenced": silenced or each.known} for each in found]


def _side(limit: Limit, value: float, ringing: str) -> str:
    """Beyond which limit a value is; one that rings is over when the value is well inside."""
    if not np.isfinite(value):
        return ""
    inside = {side: BACK * abs(bound) if ringing == side and bound else 0.0
              for side, bound in (("low", limit.low), ("high", limit.high))}
    if limit.low is not None and value < limit.low + inside["low"]:
        return "low"
    if limit.high is not None and value > limit.high - inside["high"]:
        return "high"
    return ""


def said(limit: Limit, side: str) -> str:
    """An alarm in words, with its sign, so that colour is not needed."""
    shown = SHOWN[PLACE[limit.signal]]
    bound = limit.low if side == "low" else limit.high
    short = limit.signal.isupper() or limit.signal == "SaO2"  # others are their label with lines for gaps
    name = f"{limit.signal} {side}: {shown.label}" if short else f"{shown.label} {side}:"
    return f"{name} {'<' if side == 'low' else '>'} {bound:g} {shown.unit}".rstrip().replace("degC", "°C")


def changed(limits: Sequence[Limit], signal: str, low: float | None, high: float | None) -> tuple[Limit, ...]:
    """Limits with those of one signal changed.

    Raises
    ------
    BadInput
        For a number that has no limits, or a low one above the high one.
    """
    known = [each.signal for each in limits]
    if signal not in known:
        raise BadInput("has no alarm", given=signal, allowed=", ".join(known),
                       nearest=nearest(signal, [*known, *NAMES]), key="limit")
    if low is not None and high is not None and not low < high:
        raise BadInput("has its low limit above the high one", given=f"{low:g} and {high:g}", key="limit")
    return tuple(replace(each, low=low, high=high) if each.signal == signal else each for each in limits)
