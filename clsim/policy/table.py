"""A policy as numbers: structured arrays that an interpreter reads, without a name or a text.

What the numbers mean, and in which order they are looked at, stands in ``docs/policy_language.md``;
`clsim.policy.interpreter` is the reference.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clsim.model.hazards import EVENTS
from clsim.model.layout import FLOWS, INPUTS, STATES, columns
from clsim.model.symptoms import SYMPTOMS
from clsim.policy.chart import Aim, Device, Group
from clsim.policy.language import COMPARE, REFERENCES, Clause, Rule
from clsim.policy.orders import Support
from clsim.policy.rules import Criterion, Verdict, Watch
from clsim.policy.signals import (
    COUNTED,
    DRIPS,
    EVENT,
    FLOW_TOTAL,
    GROUPS,
    KNOWN,
    MEASURED,
    SIGNALS,
    TICK,
    TOTAL,
    Signal,
)

SLACK = 1e-9  # of the highest sensible value: what a rounded reading may miss a threshold by
NO = -1  # no such row


def record(fields: list[tuple[str, str]]) -> np.dtype[Any]:
    """The type of a row, whose fields are read by name in compiled code and in plain Python."""
    return np.dtype((np.record, fields))


GROUP = record([("every", "i4"), ("first", "i4"), ("delay", "i4"), ("missed", "f8")])
COLUMN = record([("kind", "i1"), ("group", "i1"), ("source", "i4"), ("window", "i4"), ("sd", "f8"), ("cv", "f8"),
                   ("step", "f8")])
AIM = record([("below", "f8"), ("value", "f8"), ("fall", "f8"), ("lower", "i1"), ("per", "i1")])
TARGET = record([("column", "i2"), ("first", "i2"), ("last", "i2")])
CLAUSE = record([("column", "i2"), ("aspect", "i1"), ("compare", "i1"), ("reference", "i1"), ("target", "i2"),
                   ("per", "i1"), ("lasting", "i4"), ("value", "f8"), ("slack", "f8")])
LITERAL = record([("clause", "i2"), ("wanted", "i1")])
SPAN = record([("first", "i4"), ("last", "i4")])
WATCH = record([("rule", "i2"), ("every", "i4")])
CRITERION = record([("rule", "i2"), ("absolute", "i1")])
SUPPORT = record([("kind", "i1"), ("rule", "i2"), ("after", "i2"), ("drip", "i1"), ("per", "i1"), ("over", "i4"),
                    ("again", "i4"), ("most", "i4"), ("block", "i4"), ("start", "f8"), ("step", "f8"),
                    ("ceiling", "f8"), ("down", "f8"), ("rises", "i2"), ("weans", "i2"), ("down_again", "i4")])
VERDICT = record([("kind", "i1"), ("rule", "i2"), ("any_time", "i1"), ("resume", "i2"), ("ends", "i1"),
                    ("after", "i2")])


class Table(NamedTuple):
    """Everything that decides, as arrays.

    groups : GROUP (4,), of `signals.GROUPS`; ``every`` 0: never looked at.
    before : int32 (b, 2), group and ticks before a planned dose at which it is looked at besides.
    columns : COLUMN (c,), the chart: `SIGNALS` in their order, then totals over other windows.
    targets, aims : TARGET (t,), AIM; a target is the first of its aims whose ``below`` exceeds the baseline.
    clauses : CLAUSE (k,); the first ``plain`` of them do not count criteria.
    literals, alternatives, rules : LITERAL, SPAN, SPAN; a rule is a span of alternatives, each a span of literals.
    watches, criteria, supports, verdicts : WATCH, CRITERION, SUPPORT, VERDICT.
    supply : float64 (s, n_inputs), of a running portion, or of a drip of rate 1.
    plain, reaction : int; adherence : float.
    """

    groups: NDArray[Any]
    before: NDArray[np.int32]
    columns: NDArray[Any]
    targets: NDArray[Any]
    aims: NDArray[Any]
    clauses: NDArray[Any]
    literals: NDArray[Any]
    alternatives: NDArray[Any]
    rules: NDArray[Any]
    watches: NDArray[Any]
    criteria: NDArray[Any]
    supports: NDArray[Any]
    verdicts: NDArray[Any]
    supply: NDArray[np.float64]
    plain: int
    reaction: int
    adherence: float


def digest(table: Table) -> str:
    """Hash of all its numbers, 64 hexadecimal digits."""
    parts = hashlib.sha256()
    for name, each in zip(Table._fields, table, strict=True):
        array = np.ascontiguousarray(each)
        parts.update(f"{name}{array.dtype.descr}{array.shape}".encode() + array.tobytes())
    return parts.hexdigest()


OUTPUTS = (*columns(FLOWS), *columns(STATES))  # what truth is given in: flows, then states
HAZARDS = (*EVENTS, *SYMPTOMS)
KNOWN_NAMES = tuple(name for name, each in SIGNALS.items() if each.kind == KNOWN)
PLACE = {name: i for i, name in enumerate(SIGNALS)}


def chart_names(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Names of the columns of the chart: every signal, then totals over other windows as ``urine_480``."""
    return (*SIGNALS, *(f"{name}_{window:g}" for name, window in _windows(rules)))


def _windows(rules: Iterable[Rule]) -> list[tuple[str, float]]:
    """Totals over a window of their own, in the order of their names."""
    return sorted({(clause.signal, clause.window) for rule in rules for each in rule for clause, _ in each
                   if clause.window})


def every_rule(
    watches: Sequence[Watch], criteria: Sequence[Criterion], supports: Sequence[Support], verdicts: Sequence[Verdict]
) -> list[Rule]:
    """All rules of a policy."""
    deciding: tuple[Watch | Criterion | Support | Verdict, ...] = (*watches, *criteria, *supports, *verdicts)
    found = [each.rule for each in deciding]
    found += [each.resume for each in verdicts if each.resume is not None]
    return found + [rule for each in supports for rule in (each.rises, each.weans)]


class _Collector:
    """Gathers clauses and rules, each once."""

    def __init__(self, rules: Sequence[Rule], places: Mapping[tuple[str, float], int], targets: Sequence[str]) -> None:
        self.places, self.targets = places, targets
        bare = dict.fromkeys(_bare(clause) for rule in rules for each in rule for clause, _ in each)
        counting = [each for each in bare if each.signal in COUNTED[:2]]
        self.clauses = [*(each for each in bare if each not in counting), *counting]
        self.plain = len(bare) - len(counting)
        self.number = {each: i for i, each in enumerate(self.clauses)}
        self.literals: list[tuple[int, int]] = []
        self.alternatives: list[tuple[int, int]] = []
        self.rules: list[tuple[int, int]] = []
        self.known: dict[tuple[Any, ...], int] = {}

    def rule(self, rule: Rule) -> int:
        """The number of a rule."""
        bare = tuple(tuple((self.number[_bare(clause)], int(wanted)) for clause, wanted in each) for each in rule)
        if bare not in self.known:
            begin = len(self.alternatives)
            for each in bare:
                first = len(self.literals)
                self.literals += each
                self.alternatives.append((first, len(self.literals)))
            self.known[bare] = len(self.rules)
            self.rules.append((begin, len(self.alternatives)))
        return self.known[bare]

    def row(self, clause: Clause) -> tuple[Any, ...]:
        """A clause as numbers."""
        signal = SIGNALS[clause.signal]
        target = self.targets.index(clause.signal) if clause.reference == "target" else NO
        scale = 1.0 if signal.kind == EVENT else signal.high
        return (self.places[clause.signal, clause.window], clause.aspect, COMPARE.index(clause.compare),
                REFERENCES.index(clause.reference), target, clause.per, math.ceil(clause.lasting / TICK - SLACK),
                clause.value, SLACK * scale)


def _bare(clause: Clause) -> Clause:
    return replace(clause, text="")


def make_table(
    groups: Mapping[str, Group], devices: Mapping[str, Device], targets: Mapping[str, tuple[Aim, ...]], reaction: int,
    adherence: float, watches: Sequence[Watch], criteria: Sequence[Criterion], supports: Sequence[Support],
    verdicts: Sequence[Verdict],
) -> Table:
    """The numbers of a policy; see `Table`."""
    rules = every_rule(watches, criteria, supports, verdicts)
    windows = _windows(rules)
    places: dict[tuple[str, float], int] = {(name, 0.0): i for name, i in PLACE.items()}
    places |= {key: len(SIGNALS) + i for i, key in enumerate(windows)}
    collect = _Collector(rules, places, list(targets))
    order = {each.name: i for i, each in enumerate(supports)}
    inputs = columns(INPUTS)
    supply = np.zeros((len(supports), len(inputs)))
    for i, each in enumerate(supports):
        for name, amount in each.supply.items():
            supply[i, inputs.index(name)] = amount
    aims = [aim for steps in targets.values() for aim in steps]
    ends = np.cumsum([0, *(len(steps) for steps in targets.values())])
    missing = Group(0, 0, (), 0, 0.0)
    looked = [groups.get(name, missing) for name in GROUPS]
    return Table(
        groups=_rows(GROUP, [(g.every, g.first, g.delay, g.missed) for g in looked]),
        before=np.array([(i, b) for i, g in enumerate(looked) for b in g.before], np.int32).reshape(-1, 2),
        columns=_rows(COLUMN, [*(_column(each, 0.0, groups, devices) for each in SIGNALS.values()),
                               *(_column(SIGNALS[name], window, groups, devices) for name, window in windows)]),
        targets=_rows(TARGET, [(PLACE[name], ends[i], ends[i + 1]) for i, name in enumerate(targets)]),
        aims=_rows(AIM, [(a.below, a.value, a.fall, a.lower, a.per) for a in aims]),
        watches=_rows(WATCH, [(collect.rule(each.rule), each.every) for each in watches]),
        criteria=_rows(CRITERION, [(collect.rule(each.rule), each.absolute) for each in criteria]),
        supports=_rows(SUPPORT, [_support(each, order, collect) for each in supports]),
        verdicts=_rows(VERDICT, [
            (each.kind, collect.rule(each.rule), each.any_time,
             NO if each.resume is None else collect.rule(each.resume), each.ends, order.get(each.after, NO))
            for each in verdicts]),
        clauses=_rows(CLAUSE, [collect.row(each) for each in collect.clauses]),
        literals=_rows(LITERAL, collect.literals),
        alternatives=_rows(SPAN, collect.alternatives),
        rules=_rows(SPAN, collect.rules),
        supply=supply, plain=collect.plain, reaction=reaction, adherence=adherence)


def _rows(kind: np.dtype[Any], rows: Sequence[tuple[Any, ...]]) -> NDArray[Any]:
    return np.array(rows, kind) if rows else np.zeros(0, kind)


def _column(
    signal: Signal, window: float, groups: Mapping[str, Group], devices: Mapping[str, Device]
) -> tuple[Any, ...]:
    group = GROUPS.index(signal.group) if signal.group else NO
    if signal.kind == KNOWN:
        return KNOWN, NO, KNOWN_NAMES.index(signal.name), 0, 0.0, 0.0, 0.0
    if signal.kind == EVENT:
        return EVENT, NO, [each.name for each in HAZARDS].index(signal.source), 0, 0.0, 0.0, 0.0
    device = devices.get(signal.name, Device(0.0, 0.0, 0.0))
    ticks = 0
    if signal.kind in (TOTAL, FLOW_TOTAL):
        ticks = round(window / TICK) if window else groups[signal.group].every if signal.group in groups else 0
    else:
        assert signal.kind == MEASURED
    return signal.kind, group, OUTPUTS.index(signal.source), ticks, device.sd, device.cv, device.step


def _support(each: Support, order: Mapping[str, int], collect: _Collector) -> tuple[Any, ...]:
    drip = next((i for i, name in enumerate(DRIPS) if name in each.supply), NO)
    return (each.kind, collect.rule(each.rule), order.get(each.after, NO), drip, each.per, each.over, each.again,
            each.most, each.block, each.start, each.step, each.ceiling, each.down, collect.rule(each.rises),
            collect.rule(each.weans), each.down_again)


NOTHING_DECIDES = make_table({}, {}, {}, 0, 1.0, (), (), (), ())  # of a course in which nobody decides
