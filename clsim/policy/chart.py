"""What is looked at and when: groups of observations, errors of devices, targets."""

from __future__ import annotations

import math
from dataclasses import dataclass

from clsim.errors import BadInput, nearest
from clsim.policy.rules import sourced, ticks
from clsim.policy.signals import AIMS, EVENT, GROUPS, KNOWN, MEASURED, SIGNALS, Signal
from clsim.scenario.section import Section


@dataclass(frozen=True)
class Group:
    """When one of `signals.GROUPS` is looked at, in ticks.

    ``before`` holds how long before every planned dose it is looked at besides.
    """

    every: int
    first: int
    before: tuple[int, ...]
    delay: int
    missed: float


@dataclass(frozen=True)
class Device:
    """Error (``sd`` and ``cv``) and rounding of a reading, in the signal's unit."""

    sd: float
    cv: float
    step: float


@dataclass(frozen=True)
class Aim:
    """A target for readings on admission below ``below``.

    ``value`` and ``fall`` (below the reading on admission) may be not-a-number; of both, the lower
    or the higher counts.
    """

    below: float
    value: float
    fall: float
    lower: bool
    per: int = 0


def observed(section: Section) -> dict[str, Group]:
    """``[observe]``: the groups that are looked at."""
    found = {}
    for name in GROUPS:
        if name not in section:
            continue
        table = section.within(name)
        sourced(table)
        if "every" not in table:
            table.refuse('needs "every"', allowed='such as "2 h"')
        every = ticks(table, "every", least=1)
        first = ticks(table, "first") if "first" in table else 0
        if first >= every:
            table.refuse("must be below the interval", "first", given=repr(table.data["first"]),
                         allowed=f"below {table.data['every']}")
        before = tuple(ticks(table, "before_dose", i) for i in range(len(table.data.get("before_dose", []))))
        delay = ticks(table, "delay") if "delay" in table else 0
        if name == "urine" and (before or delay):
            table.without("has no meaning for totals, which are read at the ends of their intervals",
                          "before_dose", "delay")
        if delay >= every:
            table.refuse("must be below the interval", "delay", given=repr(table.data["delay"]))
        found[name] = Group(every, first, before, delay, float(table.data.get("missed", 0.0)))
    return found


def devices(section: Section) -> dict[str, Device]:
    """``[device.<signal>]``."""
    found = {}
    for name in section.data:
        signal, table = measured(section, name), section.within(name)
        sourced(table)
        sd, step = (_amount(table, key, signal) if key in table else 0.0 for key in ("sd", "round"))
        found[name] = Device(sd, float(table.data.get("cv", 0.0)), step)
    return found


def aims(section: Section) -> dict[str, tuple[Aim, ...]]:
    """``[targets.<signal>]``: steps by the reading on admission, the last for all others."""
    found = {}
    for name in section.data:
        signal, table = measured(section, name), section.within(name)
        sourced(table)
        lower = table.data.get("whichever", "lower") == "lower"
        if "by_baseline" in table:
            table.without('contradicts "by_baseline"', "value", "fall")
            found[name] = tuple(_steps(table, signal, lower))
            continue
        if "value" not in table and "fall" not in table:
            table.refuse("is incomplete", allowed="value, fall or by_baseline")
        value, per = _level(table, signal, "value") if "value" in table else (math.nan, 0)
        fall = _amount(table, "fall", signal) if "fall" in table else math.nan
        found[name] = (Aim(math.inf, value, fall, lower, per),)
    return found


def _steps(table: Section, signal: Signal, lower: bool) -> list[Aim]:
    steps: list[Aim] = []
    for i, step in enumerate(table.data["by_baseline"]):
        below = _level(table, signal, "by_baseline", i, "below")[0] if "below" in step else math.inf
        if steps and not below > steps[-1].below:
            table.refuse("needs limits that increase, and none in its last step", "by_baseline", i)
        if "value" not in step:
            table.refuse('needs "value"', "by_baseline", i)
        steps.append(Aim(below, _level(table, signal, "by_baseline", i, "value")[0], math.nan, lower))
    if not steps or steps[-1].below < math.inf:
        table.refuse("needs a last step without a limit", "by_baseline")
    return steps


def measured(section: Section, name: str) -> Signal:
    """A signal that is measured or a total."""
    signal = SIGNALS.get(name)
    if signal is None or signal.kind in (EVENT, KNOWN):
        known = [each for each, found in SIGNALS.items() if found.kind not in (EVENT, KNOWN)]
        section.refuse("is not a signal that is measured", name, given=name, allowed=", ".join(known),
                       nearest=nearest(name, known))
    if signal.kind != MEASURED and section.path == ("device",):
        section.refuse("is a total, which has no device", name)
    return signal


def _level(table: Section, signal: Signal, *keys: str | int) -> tuple[float, int]:
    """A value of the signal, within its sensible range (a target, within reason), or per kg."""
    low, high = signal.low, signal.high
    if keys[-1] != "below" and signal.name in AIMS:
        low, high, _ = AIMS[signal.name]
    try:
        return table.quantity(*keys, unit=signal.unit, low=low, high=high, substance=signal.substance), 0
    except BadInput as error:
        try:
            return table.quantity(*keys, unit=f"{signal.unit}/kg", low=0.0, substance=signal.substance), 1
        except BadInput:
            raise error from None


def _amount(table: Section, key: str, signal: Signal) -> float:
    """A difference of two values of the signal; of temperatures, one without the zero of a scale."""
    unit = "K" if signal.unit == "degC" else signal.unit
    most = AIMS[signal.name][2] if key == "fall" and signal.name in AIMS else math.inf
    return table.quantity(key, unit=unit, low=0.0, high=most, substance=signal.substance)
