"""What is suspicious in a policy that can be read: rules that cannot hold, contradict each other or never end.

A comparison is an interval of one quantity (signal, aspect, window and what it is relative to).  Rules
are lists of alternatives of such intervals, so that two of them can be laid over each other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clsim.errors import BadInput, Place
from clsim.policy.language import MOST, Alternative, Clause, Rule, negated
from clsim.policy.orders import DRIP, PORTION, USUAL_WEIGHT
from clsim.policy.policy import Policy, load_policy
from clsim.policy.rules import HOLD, Row
from clsim.policy.signals import DRIPS, EVENT, FLOW_TOTAL, GAIN, SIGNALS, TICK, TOTAL

ENDS = {  # hard ends that a quantity cannot go beyond; time of day does not reach its own
    "spo2": (1.0, False), "dyspnoea": (1.0, False), "confusion": (1.0, False), "clock": (1440.0, True)}
CITED = re.compile(r"\b[A-Z][A-Za-z]+(?:19|20)\d{2}\b|\w\.(?:org|com|gov)\b|^assumed: .{3,}", re.S)

MOST_GAIN = 3.0  # of the reading on admission
MOST_AT_ONCE = 3.0  # L, of one portion
LEAST_AT_ONCE = 0.01  # L, of one bolus
LEAST_RATE = {  # of a first rate that does anything: mcg/kg/min, oxygen L/min
    "phenylephrine": 0.02, "norepinephrine": 0.005, "dopamine": 0.3, "oxygen": 0.2}


@dataclass(frozen=True)
class Finding:
    """Something to look at: ``wrong`` cannot be meant, otherwise it is a remark."""

    wrong: bool
    name: str
    said: str
    place: Place | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.name}: {self.said}"


_ENDLESS = (math.inf, False)
Quantity = tuple[str, int, float, str, int]


@dataclass(frozen=True)
class Interval:
    """Values of a quantity; an end that is ``open`` does not belong to it."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    def both(self, other: Interval) -> Interval:
        """What belongs to both."""
        low, open_low = max((self.low, self.open_low), (other.low, other.open_low))
        high, closed = min((self.high, not self.open_high), (other.high, not other.open_high))
        return Interval(low, high, open_low, not closed)

    @property
    def empty(self) -> bool:
        """Whether nothing belongs to it."""
        return self.low > self.high or (self.low == self.high and (self.open_low or self.open_high))


def lint(policy: Policy) -> list[Finding]:
    """All findings, those that are wrong first."""
    rows = {row.name: row for row in policy.rows}
    found = [*_rules(policy, rows), *_observed(policy, rows), *_counts(policy, rows), *_holds(policy, rows),
             *_drips(policy, rows), *_sources(policy)]
    return sorted(found, key=lambda each: not each.wrong)


def _named(policy: Policy) -> Iterator[tuple[str, str, Rule]]:
    """Every rule with the name of its entry and its key."""
    for each in (*policy.watches, *policy.criteria, *policy.supports, *policy.verdicts):
        yield each.name, "when", each.rule  # type: ignore[attr-defined]
    for support in policy.supports:
        if support.kind == DRIP:
            yield support.name, "raise", support.rises
            yield support.name, "wean", support.weans
    for verdict in policy.verdicts:
        if verdict.resume is not None:
            yield _resume_of(policy, verdict.name), "when", verdict.resume


def _resume_of(policy: Policy, hold: str) -> str:
    return next(row.name for row in policy.rows if row.kind == "resume" and row.data.get("of") == hold)


def _finding(rows: dict[str, Row], wrong: bool, name: str, said: str) -> Finding:
    return Finding(wrong, name, said, rows[name].place)


# --------------------------------------------------------------------------------- what can hold


def _rules(policy: Policy, rows: dict[str, Row]) -> Iterator[Finding]:
    for name, key, rule in _named(policy):
        possible = [each for each in rule if not contradicts(each)]
        if rule and not possible:
            yield _finding(rows, True, name, f'"{key}" can never hold')
        elif len(possible) < len(rule):
            yield _finding(rows, True, name, f'an alternative of "{key}" can never hold')
        elif rule and () not in rule and all(map(contradicts, opposite(rule))):
            yield _finding(rows, False, name, f'"{key}" holds whatever is read')
        ranges = [_bounds(clause) for each in rule for clause, _ in each]
        if rule and any(outside for outside in ranges):
            yield _finding(rows, True, name, f'"{key}" compares {", ".join(filter(None, ranges))}')


def _bounds(clause: Clause) -> str:
    """What is wrong with the size of a change, of a shift from a reference, or of a threshold per kg, in words."""
    signal = SIGNALS[clause.signal]
    if signal.kind == EVENT:
        return ""
    size = abs(clause.value) * USUAL_WEIGHT**clause.per
    if clause.aspect == GAIN:
        most = MOST_GAIN
    else:
        most = signal.high - signal.low if clause.aspect or clause.reference else signal.high
    return f"with what {signal.label} cannot be ({clause.text})" if size > most * (1.0 + 1e-9) else ""


def intervals(clause: Clause, wanted: bool) -> list[Interval]:
    """Values at which a comparison is as wanted; a duration is ignored where it must not have lasted."""
    if not wanted and clause.lasting:
        return [Interval()]
    value, compare = clause.value, clause.compare
    inside = {
        "<": [Interval(high=value, open_high=True)], "<=": [Interval(high=value)],
        ">": [Interval(low=value, open_low=True)], ">=": [Interval(low=value)],
        "=": [Interval(value, value)],
        "!=": [Interval(high=value, open_high=True), Interval(low=value, open_low=True)],
    }
    opposite = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
    return inside[compare if wanted else opposite[compare]]


def contradicts(alternative: Alternative) -> bool:
    """Whether its comparisons leave no value to one of the quantities."""
    possible: dict[Quantity, list[Interval]] = {}
    for clause, wanted in alternative:
        key = (clause.signal, clause.aspect, clause.window, clause.reference, clause.per)
        low = 0.0 if SIGNALS[clause.signal].low >= 0.0 and not clause.aspect and not clause.reference else -math.inf
        high, open_high = ENDS.get(clause.signal, _ENDLESS) if not clause.aspect and not clause.reference else _ENDLESS
        here = possible.get(key, [Interval(low=low, high=high, open_high=open_high)])
        possible[key] = [each.both(other) for each in here for other in intervals(clause, wanted)]
        possible[key] = [each for each in possible[key] if not each.empty]
        if not possible[key]:
            return True
    return False


def together(first: Rule, second: Rule) -> bool:
    """Whether two rules that speak of the same quantities can hold at once."""
    return any(not contradicts(a + b) for a in first for b in second)


def opposite(rule: Rule) -> Rule:
    """When a rule does not hold; always, if that is too much to lay out."""
    return negated(rule) if math.prod(map(len, rule)) <= MOST else ((),)


def _observed(policy: Policy, rows: dict[str, Row]) -> Iterator[Finding]:
    """Rules about what nobody looks at, or looks at in other intervals."""
    drips = {name for each in policy.supports if each.kind == DRIP for name in each.supply}
    for name, key, rule in _named(policy):
        for clause in {clause for each in rule for clause, wanted in each if wanted}:
            signal = SIGNALS[clause.signal]
            if signal.group and signal.group not in policy.groups:
                yield _finding(rows, True, name, f'"{key}" asks for {clause.signal}, which is never observed '
                               f"([observe.{signal.group}] is missing)")
            elif signal.kind in (TOTAL, FLOW_TOTAL) and clause.window:
                every = policy.groups[signal.group].every * TICK
                if clause.window % every:
                    yield _finding(rows, True, name, f'"{key}" asks for totals of {clause.window / 60:g} h, '
                                   f"but they are read every {every / 60:g} h")
            drip = clause.signal.removesuffix("_peak")
            if drip in DRIPS and drip not in drips and clause.compare in (">", ">="):
                yield _finding(rows, False, name, f'"{key}" asks for {drip}, which the policy never gives')


def _counts(policy: Policy, rows: dict[str, Row]) -> Iterator[Finding]:
    """Counts that cannot be reached."""
    there = {"relative": sum(not each.absolute for each in policy.criteria),
             "absolute": sum(each.absolute for each in policy.criteria)}
    for name, key, rule in _named(policy):
        for clause in {clause for each in rule for clause, wanted in each if wanted}:
            most = there.get(clause.signal)
            if most is not None and clause.compare in (">", ">=") and clause.value + (clause.compare == ">") > most:
                yield _finding(rows, True, name, f'"{key}" can never hold: there are {most} {clause.signal} criteria')


def _holds(policy: Policy, rows: dict[str, Row]) -> Iterator[Finding]:
    """Holds that contradict what resumes them."""
    for each in policy.verdicts:
        if each.kind == HOLD and each.resume is not None and together(each.rule, each.resume):
            yield _finding(rows, True, _resume_of(policy, each.name),
                           f"can hold at the same time as {each.name}, which it lifts")


        if each.kind == HOLD and each.resume and _once(each.rule, True) & _once(each.resume, False):
            yield _finding(rows, True, _resume_of(policy, each.name),
                           f"can never lift {each.name}: what has happened once has happened for good "
                           '(within a time: "sepsis in 24 h")')


def _once(rule: Rule, wanted: bool) -> set[str]:
    """Events without a time that every alternative wants to have (not) happened."""
    each = [{clause.signal for clause, asked in alternative if asked is wanted
             and SIGNALS[clause.signal].kind == EVENT and math.isinf(clause.value)} for alternative in rule]
    return set.intersection(*each) if each else set()


def _drips(policy: Policy, rows: dict[str, Row]) -> Iterator[Finding]:
    """Drips that are raised and lowered at once, or never lowered; orders without an end."""
    for each in policy.supports:
        if each.kind == DRIP and not each.weans:
            yield _finding(rows, False, each.name, 'is never lowered: it has no "wean"')
        for key, rule in (("when", each.rule), ("raise", each.rises)) if each.kind == DRIP else ():
            if each.weans and together(rule, each.weans):
                wrong = _shared(rule) == _shared(each.weans)
                yield _finding(rows, wrong, each.name, f'"{key}" and "wean" can hold at the same time')
                break
        if each.kind == DRIP and each.weans and not together(opposite(each.rises), opposite(each.weans)):
            yield _finding(rows, False, each.name, 'leaves no room between "raise" (or "when") and "wean": '
                           "any reading turns it one way or the other")
        agent = next((name for name in each.supply if name in DRIPS), "")
        rate = each.ceiling if each.per or agent == "oxygen" else each.ceiling / USUAL_WEIGHT
        if agent and rate > SIGNALS[agent].high:
            yield _finding(rows, True, each.name, f"runs up to {rate:g} {SIGNALS[agent].unit} of {agent}: is the unit "
                           f"meant? ({SIGNALS[agent].high:g} at most)")
        first = each.start if each.per or agent == "oxygen" else each.start / USUAL_WEIGHT
        if each.kind == DRIP and first < LEAST_RATE.get(agent, 0.0):
            yield _finding(rows, True, each.name, f"begins with {first:.2g} {SIGNALS[agent].unit} of {agent}: is the "
                           f"unit meant? (at least {LEAST_RATE[agent]:g} does something)")
        volume = each.supply.get("water_in", 0.0) * each.over * TICK * (USUAL_WEIGHT if each.per else 1.0)
        if volume > MOST_AT_ONCE:
            yield _finding(rows, True, each.name, f"gives {volume:g} L at once: is the unit meant?")
        if each.kind == PORTION and rows[each.name].kind == "fluid" and volume < LEAST_AT_ONCE:
            yield _finding(rows, True, each.name, f"gives {volume * 1000.0:g} mL at once: is the unit meant?")
        if each.kind == PORTION and "water_in" in each.supply and not each.most:
            yield _finding(rows, False, each.name, 'is given as often as its rule holds: it has no "at_most"')


def _shared(rule: Rule) -> set[str]:
    return {clause.signal for each in rule for clause, _ in each}


def _sources(policy: Policy) -> Iterator[Finding]:
    """Sources that name nothing."""
    for row in policy.rows:
        for key, source in (("source", row.source), *row.sources.items()):
            bare = source.removeprefix("unverified: ")
            if not CITED.search(bare):
                yield Finding(True, row.name, f'the source of "{key}" names no publication and is not '
                              f'"assumed: reason": {source!r}', row.place)


def sound(policy: Policy) -> list[Finding]:
    """What is to be looked at; what cannot be meant is refused.

    Raises
    ------
    BadInput
        For the first finding that is wrong.
    """
    found = lint(policy)
    for each in found:
        if each.wrong:
            raise BadInput(f"{each.name}: {each.said}", place=each.place)
    return found


def sound_policy(source: str | Path | Policy) -> Policy:
    """A policy that can be meant: read, and refused if a finding is wrong.

    Raises
    ------
    BadInput
    """
    policy = load_policy(source)
    sound(policy)
    return policy


def spoken(findings: Iterable[Finding]) -> str:
    """One line for each."""
    return "\n".join(f"{'wrong' if each.wrong else 'note'}: {each}" for each in findings)
