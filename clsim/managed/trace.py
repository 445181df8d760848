"""What was decided and why, as data: entries, their grounds, and the comparisons that these rest on.

Values stand in the units that people read; times are minutes from the start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from clsim import units
from clsim.policy.signals import ASPECTS, EVENT, KNOWN, SIGNALS
from clsim.policy.why import Comparison, Reason
from clsim.substances import molar_mass

POLICY, HAND, BODY = "policy", "hand", "body"  # by whom, or by what
NEVER = math.nan
SPOKEN = {
    "sbp": "SBP", "dbp": "DBP", "map": "MAP", "spo2": "SpO2", "ph": "pH", "hr": "heart rate", "stool": "stool",
    "relative": "relative criteria met", "absolute": "absolute criteria met", "doses_left": "planned doses left",
    "dose_ago": "time since the last dose", "fluid": "fluid by the line", "oxygen_needed": "oxygen needed",
    "dyspnoea": "shortness of breath", "confusion": "confusion",
}


@dataclass(frozen=True)
class Compared:
    """What was seen beside what it was compared with.

    Parameters
    ----------
    signal, label : str
        Column of the chart, and words for it.
    value, limit : float
        In ``unit``; not a number: never read, infinite: never happened.
    unit : str
        That people read; empty for counts.
    time : float
        Of the reading, min; not a number: never.
    compare : str
        ``<``, ``>=`` ...
    holds : bool
    reference : str
        ``target``, ``target + 10 mmHg``, ``baseline ...`` where the limit is the patient's own.
    lasting : float
        Minutes for which it must be so.
    over : float
        Minutes over which a total was taken; 0 for what is no total.
    """

    signal: str
    label: str
    value: float
    unit: str
    time: float
    compare: str
    limit: float
    holds: bool
    reference: str = ""
    lasting: float = 0.0
    over: float = 0.0

    def __str__(self) -> str:
        kind = SIGNALS[self.signal].kind if self.signal in SIGNALS else -1
        if kind == EVENT:
            return self._event()
        verb = "" if self.holds else "not "
        reference = f" ({self.reference.replace('baseline', 'on admission')})" if self.reference else ""
        limit = f"{verb}{self.compare} {quantity(self.limit, self.unit)}{reference}"
        lasting = f" for {duration(self.lasting)}" if self.lasting else ""
        if math.isnan(self.value):
            return f"{self.label} never read, so {limit}{lasting}"
        seen = quantity(self.value, self.unit) if math.isfinite(self.value) else "never"
        total = f" in {duration(self.over)}" if self.over else ""
        until = " until " if self.over else " at "
        read = "" if kind == KNOWN or math.isnan(self.time) else f"{until}{clock(self.time)}"
        return f"{self.label} {seen}{total}{read}{'' if self.holds else ','} {limit}{lasting}"

    def _event(self) -> str:
        if math.isinf(self.value) or math.isnan(self.value):
            return f"no {self.label} so far"
        within = f", {'' if self.holds else 'not '}within {duration(self.limit * 60.0)}" if math.isfinite(
            self.limit) else ""
        return f"{self.label} at {clock(self.time - self.value * 60.0)}{within}"


@dataclass(frozen=True)
class Ground:
    """Why: an entry of the policy, how it came to bear, what was compared, and where it is written.

    Parameters
    ----------
    name, label : str
    how : str
        In words, if it is not just that the rule holds.
    comparisons : tuple of Compared
    criteria : tuple of Ground
        Relative or absolute criteria that were counted.
    source, rule_source : str
        Of the entry, and of the rule or threshold where it has one of its own.
    verified : bool
        Whether the source was seen.
    """

    name: str
    label: str = ""
    how: str = ""
    comparisons: tuple[Compared, ...] = ()
    criteria: tuple[Ground, ...] = ()
    source: str = ""
    rule_source: str = ""
    verified: bool = True

    @property
    def citation(self) -> str:
        """Source, the rule's own source, and whether it was seen."""
        parts = [self.source, f"rule: {self.rule_source}" if self.rule_source else "",
                 "" if self.verified else "source not seen"]
        return "; ".join(filter(None, parts))

    def lines(self) -> list[str]:
        """As people read it, a line each, criteria further in."""
        head = f"{self.name}: {self.label}" if self.label else self.name
        found = [head + (f" [{self.citation}]" if self.citation else "")]
        said = "; ".join(spoken(self.comparisons))
        if self.how or said:
            found.append("  " + ": ".join(filter(None, (self.how, said))))
        return found + [f"  {line}" for each in self.criteria for line in each.lines()]


@dataclass(frozen=True)
class Entry:
    """One thing that was done, held, stopped, changed, or that happened.

    Parameters
    ----------
    time : float
        When it was decided, min.
    kind : str
        ``dose given``, ``dose held``, ``dose not given``, ``stop``, ``stop lifted``, ``portion``, ``drip begun``,
        ``drip raised``, ``drip lowered``, ``drip ended``, ``not followed``, ``watch``, ``policy``, ``order`` (by
        hand), ``event`` or ``death``.
    what : str
        In words.
    name, table : str
        Entry of the policy and its table (fluid, hold ...); empty for what has none.
    by : {"policy", "hand", "body"}
    dose : int
        Number of the planned dose, from 1; 0 for all else.
    before, after : float
        Rates of a drip in ``unit``; not a number for all else.
    amount : float
        Of a portion, in ``unit``.
    unit : str
    begins, ends : float
        When it takes effect, and when a portion has run in, min; not a number where it is not known.
    grounds : tuple of Ground
    """

    time: float
    kind: str
    what: str
    name: str = ""
    table: str = ""
    by: str = POLICY
    dose: int = 0
    before: float = NEVER
    after: float = NEVER
    amount: float = NEVER
    unit: str = ""
    begins: float = NEVER
    ends: float = NEVER
    grounds: tuple[Ground, ...] = ()

    def lines(self) -> list[str]:
        """As people read it: what was done, then why."""
        return [self.what, *(f"    {line}" for each in self.grounds for line in each.lines())]

    def __str__(self) -> str:
        return "\n".join([f"{clock(self.time)}  {self.what}", *self.lines()[1:]])


# ---------------------------------------------------------------------------------------- words


def spoken(comparisons: Sequence[Compared]) -> list[str]:
    """Each in words; two that hold one value between two limits as one."""
    said: list[str] = []
    last: Compared | None = None
    for each in comparisons:
        if (last and last.holds and each.holds and (last.compare, each.compare) == (">=", "<=") and (
                last.signal, last.time, last.lasting) == (each.signal, each.time, each.lasting)):
            said[-1] = str(last).replace(f">= {quantity(last.limit, last.unit)}",
                                         f"between {last.limit:.4g} and {quantity(each.limit, each.unit)}")
            last = None
            continue
        said.append(str(each))
        last = each
    return said


def clock(minutes: float) -> str:
    """Minutes from the start as hours and minutes: ``"36:15 h"``."""
    whole = round(minutes)
    return f"{whole // 60}:{whole % 60:02d} h"


def duration(minutes: float) -> str:
    """A length of time: minutes up to two hours, then hours, then days."""
    return units.show(minutes, "min", "min" if minutes < 120.0 else "h" if minutes < 4320.0 else "d")


def quantity(value: float, unit: str) -> str:
    """A value as it stands, four digits."""
    return units.show(value, unit or "1")


# ------------------------------------------------------------------------------------ from rules


def compared(seen: Comparison) -> Compared:
    """A comparison of `clsim.policy.why` in units for people; totals over a window as amounts."""
    signal = SIGNALS[seen.of]
    mass, unit, show = molar_mass(signal.substance), seen.unit, seen.show
    factor = 1.0
    if seen.window:
        factor, unit, show = seen.window, unit.removesuffix("/min"), "mL"
    if signal.kind == EVENT:
        show = "h"

    def shown(x: float) -> float:
        return float(units.convert(x * factor, unit, show, mass)) if math.isfinite(
            x) else NEVER if math.isnan(x) else x

    ending = next(words for aspect, words in ASPECTS.values() if aspect == seen.aspect)
    label = SPOKEN.get(seen.of, signal.label) + (f", {ending}:" if ending else "")
    return Compared(
        seen.signal if signal.kind != EVENT else seen.of, label, shown(seen.value), "" if show == "1" else show,
        seen.at if seen.at >= 0.0 else NEVER, seen.compare, shown(seen.limit), seen.wanted, seen.reference,
        seen.lasting, seen.window)


def ground(reason: Reason, how: str = "", part: str = "when") -> Ground:
    """Why an entry acted, as data."""
    row = reason.row
    return Ground(
        row.name, row.label, how, tuple(map(compared, reason.comparisons)),
        tuple(ground(each) for each in reason.criteria), row.source, row.sources.get(part, ""), row.verified)


# ----------------------------------------------------------------------------------------- JSON


def to_data(entry: Entry) -> dict[str, Any]:
    """An entry as JSON can hold it; what is not a finite number becomes a word or null."""
    found: dict[str, Any] = _plain(asdict(entry))
    return found


def from_data(data: dict[str, Any]) -> Entry:
    """The way back."""
    return Entry(**_read(Entry, data) | {"grounds": tuple(map(_ground, data["grounds"]))})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "never"
    return value


def _read(kind: type, data: dict[str, Any]) -> dict[str, Any]:
    numbers = {each.name for each in fields(kind) if each.type == "float"}
    words: dict[Any, float] = {None: NEVER, "never": math.inf}
    return {name: words.get(value, value) if name in numbers else value for name, value in data.items()}


def _ground(data: dict[str, Any]) -> Ground:
    return Ground(**data | {
        "comparisons": tuple(Compared(**_read(Compared, each)) for each in data["comparisons"]),
        "criteria": tuple(map(_ground, data["criteria"]))})
