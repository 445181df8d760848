"""What was given, for how long, and when it was over: columns of the table against a course kept look by look."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from clsim.cohort import draw_people, load_cohort
from clsim.crowd import plan as crowd
from clsim.crowd import summaries, treatment
from clsim.crowd.seen import NEVER, Seen
from clsim.engine.block import PAUSED, blank
from clsim.model.layout import FLOWS, INPUTS, STATES, columns
from clsim.policy.memory import GIVEN, NOT_GIVEN, SKIPPED
from clsim.policy.policy import load_policy
from clsim.scenario.scenario import load

PEOPLE, LOOK = 16, summaries.LOOK / 60.0
INPUT = {name: k for k, name in enumerate(columns(INPUTS))}
LIMIT = {each.name: each for each in summaries.LIMITS}


def planned(policy=None, horizon="40 h", scenario="hd-il2-standard", **tables):
    read = load(scenario, run={"horizon": horizon}, **tables)
    return crowd.make_plan(read, load_cohort("hd-il2-candidates"), 3, PEOPLE, keep=tuple(range(PEOPLE)), everyone=True,
                           policy=policy)


@pytest.fixture(scope="module")
def course():
    """Rows and kept course of those who lived under a policy that turns drips, with what was ordered at each look."""
    plan = planned(load_policy("early-pressor"))
    people = draw_people(plan.cohort, plan.scenario.values, plan.seed, 0, PEOPLE, PEOPLE)
    block = crowd.treat(plan, people)
    treated = np.flatnonzero(block.rows["treated"])
    ordered = []

    def record(tick, memory, orders, desk):
        here = (desk.place == PAUSED)[:, None]
        ordered.append(np.where(here, orders.inputs, np.nan))

    crowd.follow(plan, people, treated, np.full(treated.size, -1), record)
    alive = (block.rows["ended_by"][treated] == NEVER) & (block.rows["failure"][treated] == 0)
    rows = {name: values[treated[alive]] for name, values in block.rows.items()}
    seen = [np.concatenate(block.kept[number][::-1], axis=1) for number in rows["number"]]  # flows, then states
    assert alive.sum() > PEOPLE / 2
    return SimpleNamespace(plan=plan, rows=rows, seen=np.stack(seen), ordered=np.stack(ordered)[:, alive])


def beyond(course, name):
    """Whether a limit was exceeded at each look, (n, looks)."""
    limit = LIMIT[name]
    values = course.seen[:, :, summaries.place(limit.signal)]
    return values > limit.limit if limit.above else values < limit.limit


def longest(held):
    """Looks in a row, at most; the first look has nothing before it."""
    best = run = 0
    for each in held[1:]:
        run = run + 1 if each else 0
        best = max(best, run)
    return best


def test_the_amount_is_the_integral_of_the_rate(course):
    rates = course.ordered[:, :, INPUT["phenylephrine"]]
    assert (rates > 0.0).any()
    assert course.rows["phenylephrine_amount"] == pytest.approx(rates.sum(axis=0) * 15.0 / 1000.0)
    assert (course.rows["norepinephrine_amount"] == 0.0).all()


def test_hours_of_vasopressors_and_their_end_are_those_of_the_orders(course):
    drips = [INPUT[name] for name in ("phenylephrine", "norepinephrine", "dopamine")]
    runs = (course.ordered[:, :, drips] > 0.0).any(axis=2)
    assert course.rows["pressor_hours"] == pytest.approx(runs.sum(axis=0) * LOOK)
    last = np.array([LOOK * (np.flatnonzero(each)[-1] + 1) if each.any() else np.nan for each in runs.T])
    assert course.rows["pressor_last"] == pytest.approx(last, nan_ok=True)


def test_each_dose_that_was_begun_was_given_whole(course):
    rows = course.rows
    assert rows["interleukin2_amount"] == pytest.approx(rows["doses_given"] * 0.6 * rows["weight"])
    assert (rows["doses_given"] + rows["doses_held"] <= 5).all() and (rows["doses_planned"] == 5).all()


@pytest.mark.parametrize("limit", summaries.LIMITS, ids=lambda each: each.name)
def test_hours_beyond_a_limit_and_the_longest_stretch(course, limit):
    held = beyond(course, limit.name)
    assert course.rows[limit.name] == pytest.approx(held[:, 1:].sum(axis=1) * LOOK)
    if limit.in_a_row:
        found = course.rows[limit.longest]
        assert found == pytest.approx(np.array([longest(each) for each in held]) * LOOK)
        assert (found <= course.rows[limit.name] + 1e-9).all()


def test_recovered_is_after_the_last_low_pressure_the_last_drip_and_the_last_dose(course):
    end = course.seen.shape[1] - 1
    looks = np.arange(end + 1) * LOOK
    low = beyond(course, "hours_MAP_below_65") | beyond(course, "hours_SBP_below_90")
    for i, at in enumerate(course.rows["recovered_at"]):
        last = max([*looks[low[i]], *(np.nan_to_num(course.rows[f"{each}_last"][i])
                                      for each in ("pressor", "dopamine", "dosing"))])
        assert (np.isnan(at) and last > looks[end] - 24.0) or at == pytest.approx(last)
    after = course.rows["recovered_at"] - np.nan_to_num(course.rows["dosing_last"])
    assert course.rows["recovery_hours"] == pytest.approx(after, nan_ok=True)
    both = ~np.isnan(course.rows["ready_at"])
    assert (course.rows["ready_at"][both] >= course.rows["recovered_at"][both]).all()


# --------------------------------------------------------------------------------- made by hand


def seen(plan, **fields):
    """Three treated of four patients of whom all is made up."""
    found = blank(3, plan.watch, summaries.BINS, np.full(3, -1), (len(columns(STATES)), len(columns(FLOWS))))
    found.ended_at[:] = plan.scenario.horizon
    for name, changes in fields.items():
        for place, value in changes.items():
            getattr(found, name)[place] = value
    return Seen(plan.scenario, SimpleNamespace(number=np.arange(4)), np.array([0, 1, 3]), found)


def filled(plan, name, **fields):
    fill = next(fill for column, fill in plan.entries if column.name == name)
    return fill(seen(plan, **fields))


@pytest.fixture(scope="module")
def plain():
    return planned()


def test_recovery_is_not_known_of_the_dead_nor_of_who_is_not_there_at_the_end(plain):
    low, drip, dose = treatment.LIMIT["hours_MAP_below_65"], treatment.GROUP["pressor"], treatment.GROUP["dosing"]
    fields = {
        "beyond_at": {(0, low): 600.0, (1, low): 60.0, (2, low): 60.0},
        "running_until": {(0, drip): 615.0, (1, drip): plain.scenario.horizon, (0, dose): 480.0, (2, dose): 90.0},
        "ended_by": {2: 0},
    }
    assert filled(plain, "recovered_at", **fields) == pytest.approx([10.25, np.nan, np.nan, np.nan], nan_ok=True)
    assert filled(plain, "recovery_hours", **fields) == pytest.approx([2.25, np.nan, np.nan, np.nan], nan_ok=True)
    fever = {(0, treatment.LIMIT["hours_temperature_above_38"]): 900.0}
    ready = filled(plain, "ready_at", **{**fields, "beyond_at": {**fields["beyond_at"], **fever}})
    assert ready[0] == pytest.approx(15.0) and np.isnan(ready[1:]).all()
    assert filled(plain, "recovered_at")[[0, 1, 3]] == pytest.approx(0.0)  # nothing ever happened to them


def test_amounts_are_shown_in_the_units_of_people(plain):
    assert filled(plain, "phenylephrine_amount", amount={(1, INPUT["phenylephrine"]): 2500.0}) == pytest.approx(
        [0.0, 2.5, np.nan, 0.0], nan_ok=True)
    assert filled(plain, "oxygen_hours", running={(2, treatment.GROUP["oxygen"]): 90.0})[3] == pytest.approx(1.5)


def test_doses_after_a_stop_are_neither_given_nor_held_and_after_death_nothing(plain):
    stopped = {"stopped_at": {0: 500.0}, "ended_at": {1: 500.0}, "ended_by": {1: 0}}
    states = treatment.slot_states(seen(plain, **stopped))
    assert list(states[0, :3]) == [GIVEN, GIVEN, NOT_GIVEN]
    assert list(states[1, :3]) == [GIVEN, GIVEN, -1]
    assert list(filled(plain, "doses_given", **stopped)) == [2, 2, 0, 5]
    assert list(filled(plain, "doses_held", **stopped)) == [0, 0, 0, 0]


@pytest.fixture(scope="module")
def cycles():
    """Two short cycles, the second dose of each held by the scenario."""
    course = {"cycles": 2, "doses": 3, "rest": "12 h", "hold": [2]}
    return planned(scenario="hd-il2-course", horizon="7 d", course=course)


def test_doses_are_counted_by_cycle_and_those_that_the_scenario_holds_too(cycles):
    state = treatment.slot_states(seen(cycles))
    given, held = (state == GIVEN).sum(axis=1), (state == SKIPPED).sum(axis=1)
    assert state.shape == (3, 6) and (given + held == 6).all() and (held > 0).all()
    per_cycle = [filled(cycles, f"doses_cycle_{k}")[[0, 1, 3]] for k in (1, 2)]
    assert np.array_equal(sum(per_cycle), given) and all((each > 0).all() for each in per_cycle)
    first = min(order.start for order in cycles.scenario.held) / 60.0
    assert filled(cycles, "first_held_at")[0] == pytest.approx(first)
    assert "doses_cycle_3" not in [each.name for each in cycles.columns]


def test_under_a_policy_doses_are_counted_by_what_it_decided():
    plan = planned(load_policy("hold-at-first-sign"), "34 h")
    rows = crowd.run_block(plan, 0, PEOPLE).rows
    treated = rows["treated"]
    assert rows["doses_held"].max() > 0
    held = treated & (rows["doses_held"] > 0)
    assert np.array_equal(np.isnan(rows["first_held_at"][treated]), rows["doses_held"][treated] == 0)
    assert np.isin(rows["first_held_at"][held], [0.0, 8.0, 16.0, 24.0, 32.0]).all()
    assert np.array_equal(rows["doses_cycle_1"], rows["doses_given"])
    assert (rows["doses_given"][~treated] == 0).all() and np.isnan(rows["pressor_hours"][~treated]).all()
