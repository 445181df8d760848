"""Columns of what was done: doses given and held, drugs, and when the patient needed them no more."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from clsim import units
from clsim.crowd import summaries
from clsim.crowd.columns import Column
from clsim.crowd.seen import ENDED, NEVER, Array, Entry, Seen, hours
from clsim.model.layout import INPUTS, columns
from clsim.policy.memory import GIVEN, NOT_GIVEN, SKIPPED
from clsim.policy.policy import Policy
from clsim.policy.signals import TICK
from clsim.policy.table import NO
from clsim.scenario.orders import Order
from clsim.scenario.scenario import Scenario
from clsim.scenario.settings import INPUT
from clsim.substances import molar_mass

LIMIT = {each.name: k for k, each in enumerate(summaries.LIMITS)}
GROUP = {each.name: len(INPUTS) + k for k, each in enumerate(summaries.GIVEN)}


def planned(scenario: Scenario) -> list[Order]:
    """All planned doses, given or held, in order of time."""
    return sorted((*scenario.doses, *scenario.held), key=lambda each: each.start)


def dose_entries(scenario: Scenario, policy: Policy | None) -> Iterator[Entry]:
    """How many doses, and why no more."""
    orders = planned(scenario)
    yield Column("doses_planned", "", "doses planned", "outcome"), lambda s: s.all(
        np.full(s.treated.size, len(planned(s.scenario)), np.int16), np.int16(0))
    yield Column("doses_given", "", "doses begun", "outcome"), partial(counted, GIVEN, None)
    yield Column("doses_held", "", "doses held", "outcome"), partial(counted, SKIPPED, None)
    cycles = sorted({(order.course, order.cycle) for order in orders})
    for k, each in enumerate(cycles):
        chosen = np.array([(order.course, order.cycle) == each for order in orders], np.bool_)
        label = f"doses begun in cycle {k + 1}"
        yield Column(f"doses_cycle_{k + 1}", "", label), partial(counted, GIVEN, chosen)
    yield Column("first_held_at", "h", "first dose that was held"), partial(first_in, SKIPPED)
    yield Column("first_stopped_at", "h", "first dose lost to a stop"), partial(first_in, NOT_GIVEN)
    if policy is None:
        yield (Column("stopped_by", "", "what stopped dosing for good", "end", ENDED),
               lambda s: s.all(s.found.stopped_by.astype(np.int8), np.int8(NEVER)))
        yield Column("stopped_at", "h", "when dosing was stopped for good"), lambda s: s.all(
            np.where(np.isinf(s.found.stopped_at), np.nan, hours(s.found.stopped_at)), np.nan)
        return
    rows = {row.name: row for row in policy.rows}
    meanings = {NO: "went on to the end"} | {
        v: (rows[each.name].label or each.name) if each.name in rows else each.name
        for v, each in enumerate(policy.verdicts)}
    yield Column("stopped_by", "", "what stopped dosing for good", "end", meanings), stopped_by
    yield Column("stopped_at", "h", "when dosing was stopped for good"), stopped_at
    yield Column("swings", "", "drips turned the other way within an hour"), swings


def slot_states(s: Seen) -> NDArray[np.int8]:
    """What became of each planned dose of the treated: GIVEN, SKIPPED, NOT_GIVEN or NO, (n, doses)."""
    if s.memory is not None:
        return s.memory.state.astype(np.int8)
    orders = planned(s.scenario)
    starts = np.array([order.start for order in orders])
    held = np.array([order.kind == "held" for order in orders], np.bool_)
    state = np.where(held, SKIPPED, GIVEN)[None, :]
    state = np.where(starts < s.found.stopped_at[:, None], state, NOT_GIVEN)
    return np.where(starts < s.found.ended_at[:, None], state, NO).astype(np.int8)


def counted(state: int, chosen: NDArray[np.bool_] | None, s: Seen) -> Array:
    """Planned doses in a state, all or some of them."""
    found = slot_states(s) == state
    return s.all((found if chosen is None else found[:, chosen]).sum(axis=1).astype(np.int16), np.int16(0))


def first_in(state: int, s: Seen) -> Array:
    """Time of the first planned dose in a state, h."""
    found = slot_states(s) == state
    starts = np.array([order.start for order in planned(s.scenario)] or [np.nan])
    first = np.argmax(found, axis=1) if found.shape[1] else np.zeros(s.treated.size, np.int64)
    return s.all(np.where(found.any(axis=1), hours(starts)[first], np.nan), np.nan)


def for_good(s: Seen) -> NDArray[np.bool_]:
    """Whose last planned dose was lost to a stop: a stop of a cycle is lifted with the next."""
    states = slot_states(s)
    return states[:, -1] == NOT_GIVEN if states.shape[1] else np.zeros(s.treated.size, np.bool_)


def stopped_by(s: Seen) -> Array:
    """The verdict that stopped dosing for good, NO for none."""
    assert s.memory is not None
    return s.all(np.where(for_good(s), s.memory.stopped_by, NO).astype(np.int16), np.int16(NO))


def stopped_at(s: Seen) -> Array:
    """When, h."""
    assert s.memory is not None
    return s.all(np.where(for_good(s), hours(s.memory.stopped_at * TICK), np.nan), np.nan)


def swings(s: Seen) -> Array:
    """How often a drip was turned the other way within an hour."""
    assert s.memory is not None
    return s.all(s.memory.turns.sum(axis=1).astype(np.int32), np.int32(0))


def given_entries() -> Iterator[Entry]:
    """How much of what, for how long, and when the patient could do without."""
    for group in summaries.GIVEN:
        kind = "outcome" if group.name == "pressor" else "detail"
        yield Column(f"{group.name}_hours", "h", f"time with {group.label}", kind), partial(ran, group.name)
        yield Column(f"{group.name}_last", "h", f"end of the last {group.label}"), partial(ran_until, group.name)
    for each in summaries.AMOUNTS:
        column = Column(f"{each.input.removesuffix('_in')}_amount", each.unit, f"{each.label} in all",
                        "outcome" if each.main else "detail")
        yield column, partial(amount, columns(INPUTS).index(each.input), each)
    for settled in summaries.SETTLED:
        yield Column(f"{settled.name}_at", "h", f"{settled.label}, for good"), partial(settled_at, settled)
        yield (Column(settled.after, "h", f"{settled.label}, after the last dose", "outcome"),
               partial(settled_after, settled))


def ran(name: str, s: Seen) -> Array:
    """Hours during which any of a group was given."""
    return s.all(hours(s.found.running[:, GROUP[name]]), np.nan)


def last_minute(name: str, s: Seen) -> Array:
    """End of the last time that any of a group was given, min of the treated; -inf for never."""
    return s.found.running_until[:, GROUP[name]]


def ran_until(name: str, s: Seen) -> Array:
    """End of the last time that any of a group was given, h."""
    last = last_minute(name, s)
    return s.all(np.where(np.isinf(last), np.nan, hours(last)), np.nan)


def amount(column: int, each: summaries.Amount, s: Seen) -> Array:
    """How much of an input was given in all."""
    unit = INPUT[each.input].unit.removesuffix("/min")
    return s.all(np.asarray(units.convert(s.found.amount[:, column], unit, each.unit, molar_mass(each.input))), np.nan)


def settled_minute(settled: summaries.Settled, s: Seen) -> Array:
    """From when on none of the limits was exceeded; not a number for who died or was not followed a day longer."""
    found = s.found
    last = np.zeros(s.treated.size)
    for name in settled.limits:
        last = np.maximum(last, found.beyond_at[:, LIMIT[name]])
    for name in settled.without:
        last = np.maximum(last, last_minute(name, s))
    lives = (found.ended_by == NEVER) & (found.report["code"] == 0)
    return np.where(lives & (last + summaries.SETTLED_FOR <= found.ended_at), last, np.nan)


def settled_at(settled: summaries.Settled, s: Seen) -> Array:
    """The same in hours from the start."""
    return s.all(hours(settled_minute(settled, s)), np.nan)


def settled_after(settled: summaries.Settled, s: Seen) -> Array:
    """The same in hours after the end of the last dose."""
    return s.all(hours(settled_minute(settled, s) - np.maximum(last_minute("dosing", s), 0.0)), np.nan)
