"""What there is to tell of some patients in a row, before it is put into columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim import grades, units
from clsim.cohort import People
from clsim.crowd import summaries
from clsim.crowd.columns import Column
from clsim.engine.block import Found
from clsim.model.hazards import EVENTS
from clsim.model.symptoms import SYMPTOMS
from clsim.policy.memory import Memory
from clsim.scenario.scenario import Scenario
from clsim.spec import Occurrence

Array = NDArray[Any]

OCCURRENCES: tuple[Occurrence, ...] = (*EVENTS, *SYMPTOMS)
NEVER = -1
ENDED = {NEVER: "went on to the end", **{i: event.label for i, event in enumerate(EVENTS) if event.ends}}
FIELDS = {
    summaries.START: "first", summaries.END: "last", summaries.LOWEST: "lowest", summaries.HIGHEST: "highest",
    summaries.LOWEST_AT: "lowest_at", summaries.HIGHEST_AT: "highest_at",
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """Some patients in a row: who they are, who was treated, what was found of the treated, what was decided."""

    scenario: Scenario
    people: People
    treated: NDArray[np.int64]
    found: Found
    memory: Memory | None = None

    @cached_property
    def grades(self) -> Mapping[str, NDArray[np.int8]]:
        """Grade of each rule for the treated."""
        return grades.grade(needed(self.found))

    def all(self, values: Array, blank: Any) -> Array:
        """Values of the treated, among all patients of the block."""
        out = np.full(self.people.number.size, blank, np.result_type(values.dtype, type(blank)))
        out[self.treated] = values
        return out


Entry = tuple[Column, Callable[[Seen], Array]]


def hours(minutes: Array) -> Array:
    """Minutes as the hours that tables show."""
    return np.asarray(units.convert(minutes, "min", "h"))


def needed(found: Found) -> dict[str, Array]:
    """The columns that grades are made of, of the treated, in internal units."""
    signals = {signal.name: k for k, signal in enumerate(summaries.SIGNALS)}
    limits = {limit.name: k for k, limit in enumerate(summaries.LIMITS)}
    stretches = {limit.longest: k for k, limit in enumerate(summaries.LIMITS)}
    befallen = {each.name: v for v, each in enumerate(OCCURRENCES)}
    symptoms = {each.name: v for v, each in enumerate(OCCURRENCES) if v >= len(EVENTS)}
    rows: dict[str, Array] = {}
    for need in grades.NEEDS:
        if need.statistic == "happened":
            v = symptoms[need.signal] if need.column.startswith("symptom") else befallen[need.signal]
            rows[need.column] = found.happened[:, v]
        elif need.column in limits:
            rows[need.column] = hours(found.beyond[:, limits[need.column]])
        elif need.column in stretches:
            rows[need.column] = hours(found.longest[:, stretches[need.column]])
        else:
            rows[need.column] = getattr(found, FIELDS[need.statistic])[:, signals[need.signal]]
    return rows
