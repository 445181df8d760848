"""What a run of one patient under a policy leaves: a `Result`, and all that was seen, decided and given."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim import units
from clsim.cohort import Cohort
from clsim.errors import BadInput, nearest
from clsim.managed.hand import forks_text
from clsim.managed.trace import Entry, to_data
from clsim.policy.policy import Policy
from clsim.policy.signals import EVENT, SIGNALS
from clsim.result import Result
from clsim.scenario.orders import Order
from clsim.substances import molar_mass


@dataclass(frozen=True)
class Chart:
    """What stood on the chart at each look at which somebody decided.

    Parameters
    ----------
    time : float64 (m,)
        Minutes.
    names : tuple of str
        Columns: `clsim.policy.signals.SIGNALS`, and totals over other windows as ``urine_480``.
    value, at : float64 (m, c)
        The latest reading in the internal unit, and the minute at which it was taken; not a number: never.
    met : tuple of tuple of str
        Criteria met at each look.
    running : tuple of mapping
        Entries of the policy that run from this look on: rate of a drip as the table has it, 1 for a portion.
    stopped : tuple of str
        What is stopped and by which rule; empty while doses are asked.
    """

    time: NDArray[np.float64]
    names: tuple[str, ...]
    value: NDArray[np.float64] = field(repr=False)
    at: NDArray[np.float64] = field(repr=False)
    met: tuple[tuple[str, ...], ...] = field(repr=False)
    running: tuple[Mapping[str, float], ...] = field(repr=False)
    stopped: tuple[str, ...] = field(repr=False)

    def readings(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Minutes and values [unit for people] of all readings of a signal that arrived.

        Raises
        ------
        BadInput
            For what is not on the chart.
        """
        if name not in self.names:
            raise BadInput(f'"{name}" is not on the chart', nearest=nearest(name, self.names))
        at, value = (each[:, self.names.index(name)] for each in (self.at, self.value))
        new = np.flatnonzero(~np.isnan(at) & np.append(True, at[1:] != at[:-1]))
        unit, show, mass = units_of(name)
        return at[new], np.asarray(units.convert(value[new], unit, show, mass))

    def row(self, minute: float) -> int:
        """The latest look at or before a minute."""
        return max(0, int(np.searchsorted(self.time, minute, side="right")) - 1)


def units_of(column: str) -> tuple[str, str, float | None]:
    """Internal unit, unit for people and molar mass of a column of the chart."""
    name = column if column in SIGNALS else column.rpartition("_")[0]
    return SIGNALS[name].unit, SIGNALS[name].show, molar_mass(SIGNALS[name].substance)


def on_paper(column: str) -> bool:
    """Whether a column is a reading or a rate (events are told as entries)."""
    return column not in SIGNALS or SIGNALS[column].kind != EVENT


@dataclass(frozen=True)
class ManagedResult(Result):
    """One patient under a policy, at every look.

    Parameters
    ----------
    policy : Policy
        Who decided from the start; forks may hold others.
    seed : int
        Of all that was drawn.
    patient : int or None
        Number in `cohort`; None for the patient of the scenario.
    cohort : Cohort or None
    everyone : bool
        Was treated though not eligible.
    written : bool
        What the scenario itself orders was given too.
    trace : tuple of Entry
        All that was decided, in order of time.
    chart : Chart
    outcomes : mapping
        The row of this patient, as in the table of a cohort.
    swings : mapping of str to int
        Drips, and how often each was turned the other way within an hour.
    """

    policy: Policy | None = None
    seed: int = 0
    patient: int | None = None
    cohort: Cohort | None = None
    everyone: bool = False
    written: bool = False
    trace: tuple[Entry, ...] = field(default=(), repr=False)
    chart: Chart | None = field(default=None, repr=False)
    outcomes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    swings: Mapping[str, int] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Result of {self.named}: {self.time[-1] / 60.0:g} h, {len(self)} variables, {len(self.trace)} entries>"

    @property
    def deciding(self) -> Policy:
        """Who decided last."""
        found = [each.policy for each in self.forks if each.policy is not None]
        policy = found[-1] if found else self.policy
        assert policy is not None
        return policy

    @property
    def named(self) -> str:
        """Scenario, policies and patient in a phrase."""
        assert self.policy is not None
        names = [self.policy.name, *(f"{each.policy.name} from {each.at / 60.0:g} h" for each in self.forks
                                     if each.policy is not None)]
        who = "its own patient" if self.patient is None else (
            f"patient {self.patient} of {self.cohort.name if self.cohort else 'a cohort'}")
        own = " and its own orders" if self.written else ""
        return f"{self.scenario.name} under {', then '.join(names)}{own}, {who}, seed {self.seed}"

    @property
    def orders(self) -> tuple[Order, ...]:
        """What was given and held: doses, and what ran in of fluids and drugs in portions."""
        planned = {each.number: each for each in (*self.scenario.doses, *self.scenario.held)}
        kinds = ("bleed", "ward", "fluid", "drug") if self.written else ("bleed", "ward")
        found = [order for order in self.scenario.orders if order.kind in kinds]
        given = 0
        for entry in self.trace:
            if entry.dose and entry.kind.startswith("dose "):
                plan = planned[entry.dose]
                is_given = entry.kind == "dose given"
                given += is_given
                word = entry.kind.removeprefix("dose ")
                found.append(replace(
                    plan, kind="dose" if is_given else "held",
                    label=f"dose {given}" if is_given else f"slot {entry.dose} {word}"))
            elif entry.kind in ("portion", "order") and entry.ends > entry.begins and entry.amount > 0.0:
                kind = "fluid" if entry.unit == "L" else "drug"
                found.append(Order(kind, entry.name, entry.what, entry.begins, entry.ends,
                                   entry.amount / (entry.ends - entry.begins), f"{entry.unit}/min"))
        return tuple(sorted(found, key=lambda each: (each.start, each.kind, each.name)))

    @property
    def facts(self) -> dict[str, str]:
        """By name, all that determines the numbers."""
        assert self.policy is not None
        return {
            "scenario": self.scenario.text, "seed": str(self.seed), "policy_name": self.policy.name,
            "policy": self.policy.text, "policy_digest": self.policy.digest,
            "patient": "" if self.patient is None else str(self.patient),
            "cohort_name": self.cohort.name if self.cohort else "", "cohort": self.cohort.text if self.cohort else "",
            "everyone": "yes" if self.everyone else "", "forks": forks_text(self.forks),
            **({"written": "yes"} if self.written else {})}

    def attributes(self) -> dict[str, str]:
        """What a file of this result says about itself."""
        return super().attributes() | {
            "outcomes": json.dumps({name: plain(value) for name, value in self.outcomes.items()}),
            "swings": json.dumps(dict(self.swings))}

    def trace_json(self) -> list[dict[str, Any]]:
        """The trace as JSON can hold it."""
        return [to_data(each) for each in self.trace]

    def explain(self, at: str | float | None = None) -> str:
        """Why everything was done, or what is known of one time; see `clsim.managed.explain`."""
        from clsim.managed.explain import text

        return text(self, at)


def plain(value: Any) -> Any:
    """A number of numpy as JSON can hold it; not a number as null, infinite as text."""
    found = value.item() if isinstance(value, np.generic) else value
    if isinstance(found, float) and not np.isfinite(found):
        return None if np.isnan(found) else str(found)
    return found


def make_chart(
    times: Sequence[float], rows: Sequence[tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]],
    met: Sequence[tuple[str, ...]], running: Sequence[Mapping[str, float]], stopped: Sequence[str],
) -> Chart:
    """One chart from the looks of one or several policies, whose columns may differ."""
    names = tuple(dict.fromkeys(name for columns in dict.fromkeys(columns for columns, _, _ in rows)
                                for name in columns if on_paper(name)))
    value, at = (np.full((len(rows), len(names)), np.nan) for _ in range(2))
    for i, (columns, values, minutes) in enumerate(rows):
        mine = [k for k, name in enumerate(columns) if on_paper(name)]
        there = [names.index(columns[k]) for k in mine]
        value[i, there], at[i, there] = values[mine], minutes[mine]
    return Chart(np.array(times), names, value, at, tuple(met), tuple(running), tuple(stopped))


def minute_of(result: Result, at: str | float, *, before_end: bool = False) -> float:
    """A time inside the run, min.

    Parameters
    ----------
    result : Result
    at : str or float
        With its unit, or minutes.
    before_end : bool
        The end itself does not count.

    Raises
    ------
    BadInput
        If it is no time, or lies outside.
    """
    try:
        minute = units.parse(at, "min") if isinstance(at, str) else float(at)
    except BadInput as error:
        raise error.at("at", None) from None
    end = float(result.time[-1])
    if not 0.0 <= minute <= end or (before_end and minute == end):
        died = isinstance(result, ManagedResult) and any(each.kind == "death" for each in result.trace)
        span = "from 0 h to before" if before_end else "0 h to"
        raise BadInput("lies outside the run", given=str(at), key="at",
                       allowed=f"{span} {units.show(end, 'min', 'h')}{' (the patient died then)' if died else ''}")
    return minute
