"""Why a rule held, or did not: each comparison with the value seen, the threshold, and the source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim import units
from clsim.policy.clauses import compared, lasted, sides
from clsim.policy.interpreter import Decider
from clsim.policy.language import COMPARE, REFERENCES
from clsim.policy.memory import Memory
from clsim.policy.rules import Row
from clsim.policy.signals import ASPECTS, GAIN, SIGNALS, TICK
from clsim.substances import molar_mass

PARTS = {"when": "rule", "raise": "rises", "wean": "weans", "resume": "resume"}  # of an entry: its field in the table


@dataclass(frozen=True)
class Comparison:
    """One comparison of a rule.

    Parameters
    ----------
    signal : str
        Column of the chart, with the ending of its aspect.
    value, limit : float
        What was seen and what it was compared with, in ``unit``.
    unit, show : str
        Internal unit and unit for people.
    compare : str
    wanted : bool
        Whether it holds: false for what a rule asks not to hold, or for what keeps a rule from holding.
    lasting : float
        Minutes.
    at : float
        Minute of the reading.
    of, aspect, window : str, int, float
        Name in `SIGNALS`, which number of it (`ASPECTS`), and minutes over which a total is taken.
    reference : str
        ``target``, ``baseline - 15 mmHg`` or the like, where the limit is the patient's own.
    """

    signal: str
    value: float
    limit: float
    unit: str
    show: str
    compare: str
    wanted: bool
    lasting: float
    at: float
    of: str = ""
    aspect: int = 0
    window: float = 0.0
    reference: str = ""

    def __str__(self) -> str:
        mass = molar_mass(SIGNALS[self.of].substance)
        seen, limit = (units.show(x, self.unit, self.show, molar_mass=mass) if np.isfinite(x) else "never"
                       for x in (self.value, self.limit))
        lasting = f" for {units.show(self.lasting, 'min', 'h')}" if self.lasting else ""
        read = f", read at {units.show(self.at, 'min', 'h')}" if self.at >= 0.0 else ", never read"
        return f"{self.signal} {seen}, {'' if self.wanted else 'not '}{self.compare} {limit}{lasting}{read}"


@dataclass(frozen=True)
class Reason:
    """Why an entry acted: its row with the source, the comparisons, and the criteria that were counted."""

    row: Row
    comparisons: tuple[Comparison, ...]
    criteria: tuple[Reason, ...] = ()

    def __str__(self) -> str:
        said = "; ".join(map(str, self.comparisons)) or "always"
        counted = "".join(f"\n  {each}" for each in self.criteria)
        return f"{self.row.label or self.row.name} [{self.row.source}]: {said}{counted}"


def because(bound: Decider, memory: Memory, name: str, patient: int = 0, part: str = "when") -> Reason | None:
    """Why the rule of an entry holds for a patient at the look that was just decided; None if it does not.

    A hold whose rule no longer holds may still forbid a dose, until its resume rule holds.

    Parameters
    ----------
    bound : Decider
    memory : Memory
        As `Decider.decide` left it.
    name : str
        Of a watch, a criterion, an order, a hold, a stop or a retreatment rule.
    patient : int
        Row of the block.
    part : str
        Which of its rules: one of `PARTS`.
    """
    policy, rows = bound.policy, bound.rows
    tables: tuple[tuple[Any, Any], ...] = (
        (policy.watches, rows.watches), (policy.criteria, rows.criteria), (policy.supports, rows.supports),
        (policy.verdicts, rows.verdicts))
    number = next(getattr(row, PARTS[part]) for named, table in tables for each, row in zip(named, table, strict=True)
                  if each.name == name)
    return reason(bound, memory, number, policy.row(name), patient)


def reason(bound: Decider, memory: Memory, number: int, row: Row, patient: int = 0) -> Reason | None:
    """Why a rule of the table holds: the first of its alternatives that does; None if none does."""
    for found in _alternatives(bound, memory, number, patient):
        if all(holds == comparison.wanted for comparison, holds in found):
            said = tuple(comparison for comparison, _ in found)
            return Reason(row, said, _counted(bound, memory, said, patient))
    return None


def against(bound: Decider, memory: Memory, number: int, row: Row, patient: int = 0) -> Reason:
    """Why a rule of the table does not hold: of each alternative, the first comparison that is not as asked.

    ``wanted`` of these comparisons says whether each holds.
    """
    said: dict[tuple[Any, ...], Comparison] = {}
    for found in _alternatives(bound, memory, number, patient):
        for comparison, holds in found:
            if holds != comparison.wanted:
                turned = replace(comparison, wanted=holds)
                said.setdefault((turned.signal, turned.compare, turned.limit), turned)
                break
    comparisons = tuple(said.values())
    return Reason(row, comparisons, _counted(bound, memory, comparisons, patient))


def _counted(bound: Decider, memory: Memory, said: tuple[Comparison, ...], patient: int) -> tuple[Reason, ...]:
    """The criteria that comparisons count, as far as they are met."""
    counted = {comparison.signal for comparison in said} & {"relative", "absolute"}
    met = [because(bound, memory, criterion.name, patient) for criterion in bound.policy.criteria
           if ("absolute" if criterion.absolute else "relative") in counted]
    return tuple(filter(None, met))


def _alternatives(bound: Decider, memory: Memory, number: int, patient: int) -> list[list[tuple[Comparison, bool]]]:
    """Each alternative of a rule: its comparisons, and whether each holds."""
    rows = bound.rows
    fields: Any = (field[patient : patient + 1] for field in memory)
    one, weight = Memory(*fields), bound.weight[patient : patient + 1]
    span = rows.rules[number]
    return [[_comparison(bound, one, weight, clause, bool(wanted))
             for clause, wanted in rows.literals[each.first : each.last]]
            for each in rows.alternatives[span.first : span.last]]


def _comparison(
    bound: Decider, one: Memory, weight: NDArray[np.float64], k: int, wanted: bool
) -> tuple[Comparison, bool]:
    """Clause k for one patient, and whether it holds."""
    clause = bound.rows.clauses[k]
    value, limit = sides(clause, one, weight)
    holds = lasted(clause, k, one) if clause.lasting else compared(clause, value, limit)
    column = bound.policy.columns[clause.column]
    name = column.rpartition("_")[0] if column not in SIGNALS else column
    signal = SIGNALS[name]
    ending = next(ending for ending, (aspect, _) in ASPECTS.items() if aspect == clause.aspect)
    unit, show = ("1", "%") if clause.aspect == GAIN else (signal.unit, signal.show)
    reference = REFERENCES[clause.reference]
    if reference and clause.value:
        shift = units.show(abs(clause.value), unit, show, molar_mass=molar_mass(signal.substance))
        reference += f" {'-' if clause.value < 0.0 else '+'} {shift}"
    found = Comparison(column + ending, float(value[0]), float(limit[0]), unit, show, COMPARE[clause.compare], wanted,
                       clause.lasting * TICK, float(one.at[0, clause.column]) * TICK, name, clause.aspect,
                       float(column.rpartition("_")[2]) if column != name else 0.0, reference)
    return found, bool(holds[0])
