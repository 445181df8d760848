"""The rule language: ``sbp < target for 30 min``, read once by hand into comparisons.

    rule     = any {"or" any};  any = each {"and" each};  each = "not" each | "(" rule ")" | clause
    clause   = "always" | ("at least" NUMBER | "any" | "no") COUNTED | ["no"] EVENT ["in" TIME]
             | SIGNAL compare value ["per" TIME] ["for" TIME] | SIGNAL NUMBER "to" NUMBER UNIT ["per" TIME] ["for" TIME]
    value    = NUMBER UNIT | ("target" | "baseline") [("+" | "-") NUMBER UNIT]

The text is never evaluated as code.  What it means stands in ``docs/policy_language.md``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import product

from clsim import units
from clsim.errors import BadInput, nearest
from clsim.policy import signals
from clsim.policy.signals import COUNTED, EVENT, FLOW_TOTAL, GAIN, MEASURED, TICK, TOTAL, VALUE, Signal
from clsim.substances import is_ion, molar_mass

COMPARE = ("<", "<=", ">", ">=", "=", "!=")
KEYWORDS = ("and", "or", "not", "no", "for", "per", "in", "to", "at", "least", "any", "always", "target", "baseline")
REFERENCES = ("", "target", "baseline")
TOKEN = re.compile(r"\s*(?:(?P<sign><=|>=|!=|==|=|<|>)|(?P<round>[()])|(?P<word>[A-Za-z_][A-Za-z_0-9]*)"
                   r"|(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(?P<other>\S))")
MOST = 200  # alternatives of one rule


@dataclass(frozen=True)
class Clause:
    """One comparison.

    Parameters
    ----------
    signal, aspect : str, int
        What is compared, and which number of it (`signals.ASPECTS`).
    compare : str
        One of `COMPARE`.
    value : float
        In the signal's internal unit; added to the reference if there is one.
    reference : str
        ``target`` or ``baseline`` of the signal; empty for a plain number.
    per : int
        1: value is for each kg of the patient; -1: value is divided by his weight.
    window : float
        Minutes over which a total is taken; 0 for the interval at which it is observed.
    lasting : float
        Minutes for which it must have been so, from one reading to another.
    text : str
        As it was written.
    """

    signal: str
    aspect: int
    compare: str
    value: float
    reference: str = ""
    per: int = 0
    window: float = 0.0
    lasting: float = 0.0
    text: str = ""


Literal = tuple[Clause, bool]  # the comparison, and whether it must hold or must not
Alternative = tuple[Literal, ...]  # all must be as wanted
Rule = tuple[Alternative, ...]  # one is enough


def parse(text: str) -> Rule:
    """A rule as alternatives, each a list of comparisons that must (not) hold.

    Raises
    ------
    BadInput
        With what was given, what is allowed and the nearest word; the caller knows the place.
    """
    reader = _Reader(text)
    rule = reader.either()
    reader.end()
    _few(len(rule), text)
    return rule


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int
    stop: int


class _Reader:
    """Recursive descent; rules are kept as alternatives of literals all the way up."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.tokens = [
            _Token(str(found.lastgroup), found[str(found.lastgroup)], found.start(str(found.lastgroup)), found.end())
            for found in TOKEN.finditer(text)
        ]

    # ------------------------------------------------------------------------------------ tokens

    @property
    def next(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    @property
    def kind(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else "end"

    def take(self, *wanted: str) -> bool:
        """Step over these words if they stand here."""
        if [token.text for token in self.tokens[self.at : self.at + len(wanted)]] != [*wanted]:
            return False
        self.at += len(wanted)
        return True

    def refuse(self, problem: str, allowed: str = "", near: str = "", given: str = "") -> BadInput:
        here = given or self.next or "the end"
        return BadInput(problem, given=f"{here} in {self.text!r}", allowed=allowed, nearest=near)

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise self.refuse("does not belong here", 'and, or, "for 30 min", "per 8 h", or the end',
                              nearest(self.next, ("and", "or", "for", "per", "in", "to")))

    # ------------------------------------------------------------------------------------- rules

    def either(self) -> Rule:
        rule = self.both()
        while self.take("or"):
            rule = rule + self.both()
        return rule

    def both(self) -> Rule:
        rule = self.single()
        while self.take("and"):
            other = self.single()
            _few(len(rule) * len(other), self.text)
            rule = tuple(a + b for a, b in product(rule, other))
        return rule

    def single(self) -> Rule:
        if self.take("not"):
            return self.opposite(self.single())
        if self.take("("):
            rule = self.either()
            if not self.take(")"):
                raise self.refuse("a bracket is not closed", "and, or, )")
            return rule
        if self.take("always"):
            return ((),)
        if self.next in ("at", "any"):
            return self.counted()
        if self.take("no"):
            if self.next in COUNTED:
                return ((self.count(1.0, "<"),),)
            return self.opposite(self.clause())
        return self.clause()

    def opposite(self, rule: Rule) -> Rule:
        _few(math.prod(map(len, rule)), self.text)
        return negated(rule)

    def counted(self) -> Rule:
        if self.take("any"):
            return ((self.count(1.0, ">="),),)
        if not self.take("at", "least") or self.kind != "number":
            raise self.refuse("is not understood", '"at least 3 relative"')
        number = float(self.next)
        self.at += 1
        return ((self.count(number, ">="),),)

    def count(self, number: float, compare: str) -> Literal:
        if self.next not in COUNTED:
            raise self.refuse("is not counted", ", ".join(COUNTED), nearest(self.next, COUNTED))
        name = self.next
        self.at += 1
        return Clause(name, VALUE, compare, number, text=f"{name} {compare} {number:g}"), True

    def clause(self) -> Rule:
        begin = self.at
        if self.kind != "word" or self.next in KEYWORDS:
            raise self.refuse("is where a signal should be", ", ".join(signals.SIGNALS),
                              nearest(self.next, signals.known_words()))
        found = signals.find(self.next)
        if found is None:
            near = signals.MEANT.get(self.next.lower()) or nearest(self.next, signals.known_words())
            raise self.refuse("is not a signal", ", ".join(signals.SIGNALS), near)
        signal, aspect = found
        self.at += 1
        if signal.kind == EVENT:
            within = self.time("in") if self.take("in") else float("inf")
            clauses = [Clause(signal.name, VALUE, "<=" if within < float("inf") else "<", within)]
        elif self.kind == "number":
            clauses = self.between(signal, aspect)
        else:
            clauses = [self.comparison(signal, aspect)]
        lasting = _ticks(self.time("for"), self.text, '"for"') if self.take("for") else 0.0
        said = self.text[self.tokens[begin].start : self.tokens[self.at - 1].stop]
        return (tuple((replace(each, lasting=lasting, text=said), True) for each in clauses),)

    def comparison(self, signal: Signal, aspect: int) -> Clause:
        if self.kind != "sign":
            raise self.refuse(f"should compare {signal.name} with a value", " ".join(COMPARE))
        compare = self.next.replace("==", "=")
        self.at += 1
        for reference in REFERENCES[1:]:
            if self.take(reference):
                if aspect != VALUE:
                    raise self.refuse(f"a change of {signal.name} has no {reference}", "a number with its unit")
                shift, per = 0.0, 0
                if self.next in ("+", "-"):
                    sign = -1.0 if self.next == "-" else 1.0
                    self.at += 1
                    shift, per, _ = self.value(signal, aspect, change=True)
                    shift *= sign
                window = self.window(signal)
                return Clause(signal.name, aspect, compare, shift, reference, per, window)
        value, per, window = self.value(signal, aspect)
        return Clause(signal.name, aspect, compare, value, "", per, window)

    def between(self, signal: Signal, aspect: int) -> list[Clause]:
        """``hr 100 to 130 /min``: both ends belong to it."""
        first = self.tokens[self.at].text
        self.at += 1
        if not self.take("to"):
            raise self.refuse(f"should compare {signal.name} with a value", " ".join((*COMPARE, "to")))
        start = self.at
        high, per, window = self.value(signal, aspect)
        stop, self.at = self.at, start
        last, _, unit = self.quantity().partition(" ")
        self.at = stop
        low, _, _ = self.number(signal, aspect, f"{first} {unit}", window)
        if not low <= high:
            raise self.refuse("begins above its end", given=f"{first} to {last} {unit}")
        ends = ((">=", low), ("<=", high))
        return [Clause(signal.name, aspect, sign, value, "", per, window) for sign, value in ends]

    # ------------------------------------------------------------------------------------ values

    def quantity(self) -> str:
        """Step over a number and its unit, which is written in one piece."""
        first, last = self.at, self.at + 1
        while last < len(self.tokens):
            token = self.tokens[last]
            apart = last > first + 1 and token.start > self.tokens[last - 1].stop
            if apart or token.text in (*KEYWORDS, "+", "-") or token.kind in ("sign", "round"):
                break
            last += 1
        self.at = last
        unit = self.text[self.tokens[first].stop : self.tokens[last - 1].stop].strip()
        return f"{self.tokens[first].text} {unit}".strip()

    def value(self, signal: Signal, aspect: int, change: bool = False) -> tuple[float, int, float]:
        """Number in the signal's unit, whether it is per kg, and the window of a total."""
        minus = self.take("-")
        if self.kind != "number":
            raise self.refuse("is where a number with its unit should be", f"such as 3 {signal.show}, or target",
                              nearest(self.next, REFERENCES[1:]))
        text = self.quantity()
        window = self.window(signal)
        value, per, _ = self.number(signal, aspect, f"{'-' if minus else ''}{text}", window)
        plain = aspect == VALUE and not change and not per
        if plain and not signal.low <= value <= signal.high * (1.0 + 1e-9):
            raise BadInput(f"is no threshold that {signal.label} could have", given=f"{text} in {self.text!r}",
                           allowed=units.span(signal.low, signal.high, signal.unit, signal.show)
                           if not molar_mass(signal.substance) else _span(signal),
                           nearest=_meant(signal, text))
        return value, per, window

    def number(self, signal: Signal, aspect: int, text: str, window: float) -> tuple[float, int, float]:
        """A text in the unit of the signal or, where that fails, per kg (or for the whole patient)."""
        unit = "1" if aspect == GAIN else signal.unit
        scale = 1.0
        if window:
            unit, scale = unit.removesuffix("/min"), window
        bare = unit.replace("/kg", "")
        first: BadInput | None = None
        for per, declared in ((0, unit), (1, f"{unit}/kg")) if bare == unit else ((0, unit), (-1, bare)):
            try:
                return self.parsed(signal, aspect, text, declared) / scale, per, window
            except BadInput as error:
                first = first or error
        assert first is not None
        first.nearest = first.nearest or _spelt(signal, text)
        first.given = f"{first.given} in {self.text!r}"
        raise first

    def parsed(self, signal: Signal, aspect: int, text: str, unit: str) -> float:
        """A difference of temperatures has no zero of its scale: 1 degC is 1, not 1 below freezing."""
        return units.parse(text, unit, monovalent=is_ion(signal.substance),
                           molar_mass=molar_mass(signal.substance) if aspect != GAIN else None)

    def window(self, signal: Signal) -> float:
        if not self.take("per"):
            return 0.0
        if signal.kind not in (TOTAL, FLOW_TOTAL):
            raise self.refuse(f"{signal.name} is no total", "per ... after " + ", ".join(
                name for name, each in signals.SIGNALS.items() if each.kind in (TOTAL, FLOW_TOTAL)))
        return _ticks(self.time("per"), self.text, '"per"')

    def time(self, word: str) -> float:
        if self.kind != "number":
            raise self.refuse(f'"{word}" needs a time', "such as 30 min or 8 h")
        text = self.quantity()
        try:
            return units.parse(text, "min")
        except BadInput as error:
            error.given = f"{error.given} in {self.text!r}"
            raise


def _ticks(minutes: float, text: str, what: str) -> float:
    if not minutes > 0.0 or minutes % TICK:
        raise BadInput(f"the time after {what} must be whole quarters of an hour",
                       given=f"{minutes:g} min in {text!r}", allowed="15 min, 30 min, 8 h ...")
    return minutes


def _few(alternatives: int, text: str) -> None:
    """Refuse a rule that would be laid out in too many alternatives."""
    if alternatives > MOST:
        raise BadInput("has too many alternatives", given=repr(text), allowed=f"{MOST}, several rules in its place")


def negated(rule: Rule) -> Rule:
    """Not (any of all): all of any not; as many alternatives as the product of the lengths."""
    return tuple(
        tuple((clause, not wanted) for clause, wanted in choice) for choice in product(*rule)
    )


def _span(signal: Signal) -> str:
    mass = molar_mass(signal.substance)
    low, high = (units.show(value, signal.unit, signal.show, molar_mass=mass) for value in (signal.low, signal.high))
    return f"{low} to {high}"


def _meant(signal: Signal, text: str) -> str:
    """The unit with which the same number would be a sensible threshold."""
    number = text.split()[0]
    for unit in dict.fromkeys((signal.show, "%", "mg/dL", "umol/L", "mmol/L", "g/dL", "g/L", "mL/h", "10^9/L", "degF")):
        if unit == "%" != signal.show:
            continue
        try:
            value = units.parse(f"{number} {unit}", signal.unit, monovalent=is_ion(signal.substance),
                                molar_mass=molar_mass(signal.substance))
        except BadInput:
            continue
        if signal.low <= value <= signal.high:
            return f"{number} {unit}"
    return ""


def _spelt(signal: Signal, text: str) -> str:
    """What was meant by an amount of a flow, or by a share of what has another unit."""
    if signal.kind in (TOTAL, FLOW_TOTAL):
        for unit in ("L", "L/kg"):
            try:
                units.parse(text, unit)
            except BadInput:
                continue
            return f"{signal.name} ... {text} per 8 h"
    gains = text.endswith("%") and signal.kind == MEASURED and signal.unit != "1"
    return f"{signal.name}_gain ... {text}" if gains else ""


def counts(rule: Rule) -> bool:
    """Whether it asks for the number of criteria met."""
    return any(clause.signal in COUNTED[:2] for each in rule for clause, _ in each)
