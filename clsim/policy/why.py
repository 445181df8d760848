"""Why a rule held: each comparison with the value seen, the threshold, and the source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim import units
from clsim.policy.clauses import compared, lasted, sides
from clsim.policy.interpreter import Decider
from clsim.policy.language import COMPARE
from clsim.policy.memory import Memory
from clsim.policy.rules import Row
from clsim.policy.signals import ASPECTS, GAIN, SIGNALS, TICK
from clsim.substances import molar_mass


@dataclass(frozen=True)
class Comparison:
    """One comparison that made a rule hold.

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
        False: the rule asks that it does not hold.
    lasting : float
        Minutes.
    at : float
        Minute of the reading.
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

    def __str__(self) -> str:
        mass = molar_mass(self.signal)
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


def because(bound: Decider, memory: Memory, name: str, patient: int = 0) -> Reason | None:
    """Why the rule of an entry holds for a patient at the look that was just decided; None if it does not.

    A hold whose rule no longer holds may still forbid a dose, until its resume rule holds.

    Parameters
    ----------
    bound : Decider
    memory : Memory
        As `Decider.decide` left it.
    name : str
        Of a criterion, an order, a hold, a stop or a retreatment rule.
    patient : int
        Row of the block.
    """
    policy, rows = bound.policy, bound.rows
    tables: tuple[tuple[Any, Any], ...] = (
        (policy.watches, rows.watches), (policy.criteria, rows.criteria), (policy.supports, rows.supports),
        (policy.verdicts, rows.verdicts))
    number = next(row.rule for named, table in tables for each, row in zip(named, table, strict=True)
                  if each.name == name)
    fields: Any = (field[patient : patient + 1] for field in memory)
    one = Memory(*fields)
    weight = bound.weight[patient : patient + 1]
    for each in rows.alternatives[rows.rules[number].first : rows.rules[number].last]:
        literals = rows.literals[each.first : each.last]
        found = [_comparison(bound, one, weight, clause, bool(wanted)) for clause, wanted in literals]
        if all(holds for _, holds in found):
            counted = {comparison.signal for comparison, _ in found} & {"relative", "absolute"}
            met = [because(bound, memory, criterion.name, patient) for criterion in policy.criteria
                   if ("absolute" if criterion.absolute else "relative") in counted]
            return Reason(policy.row(name), tuple(comparison for comparison, _ in found), tuple(filter(None, met)))
    return None


def _comparison(
    bound: Decider, one: Memory, weight: NDArray[np.float64], k: int, wanted: bool
) -> tuple[Comparison, bool]:
    """Clause k for one patient, and whether it is as wanted."""
    clause = bound.rows.clauses[k]
    value, limit = sides(clause, one, weight)
    holds = lasted(clause, k, one) if clause.lasting else compared(clause, value, limit)
    column = bound.policy.columns[clause.column]
    signal = SIGNALS[column.rpartition("_")[0] if column not in SIGNALS else column]
    ending = next(ending for ending, (aspect, _) in ASPECTS.items() if aspect == clause.aspect)
    unit, show = ("1", "%") if clause.aspect == GAIN else (signal.unit, signal.show)
    found = Comparison(column + ending, float(value[0]), float(limit[0]), unit, show, COMPARE[clause.compare], wanted,
                       clause.lasting * TICK, float(one.at[0, clause.column]) * TICK)
    return found, bool(holds[0]) == wanted
