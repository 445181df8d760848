"""The same policy inside the compiled loop, interpreted between its calls, and written in Python."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from clsim.cohort import draw_people, load_cohort
from clsim.crowd import plan as crowd
from clsim.crowd.run import run_cohort
from clsim.errors import BadInput
from clsim.model.hazards import EVENTS
from clsim.policy.policy import load_policy, policies
from clsim.policy.python import PythonPolicy
from clsim.scenario.scenario import load

PEOPLE = 20


def planned(policy, scenario="hd-il2-standard", horizon="50 h", **more):
    read = load(scenario, run={"horizon": horizon}, **more)
    return crowd.make_plan(read, load_cohort("hd-il2-candidates"), 3, PEOPLE, everyone=True, policy=policy)


def both(plan):
    """What was found and remembered, decided inside the loop and between its calls."""
    people = draw_people(plan.cohort, plan.scenario.values, plan.seed, 0, PEOPLE, PEOPLE)
    treated = np.flatnonzero(people.status <= crowd.NOT_ELIGIBLE)
    alone, said = np.full(treated.size, -1), []
    compiled = crowd.follow(plan, people, treated, alone)
    between = crowd.follow(plan, people, treated, alone,
                           lambda tick, memory, orders, desk: said.append((tick, orders)))
    return compiled, between, said


def same(one, other):
    for name, a, b in zip(one._fields, one, other, strict=True):
        for part in a.dtype.names or ("",):
            mine, its = (each[part] if part else each for each in (a, b))
            assert np.array_equal(mine, its, equal_nan=mine.dtype.kind == "f"), (name, part)


@pytest.mark.parametrize("name", policies())
def test_a_policy_orders_the_same_inside_the_loop_and_between_its_calls(name):
    (found, memory), (apart, remembered), said = both(planned(load_policy(name)))
    same(memory, remembered)
    same(found, apart)
    assert len(said) == 200 and (memory.state[:, 0] != -1).all()


def test_missed_looks_and_orders_that_are_not_followed_are_the_same_too():
    policy = load_policy("cwg-2014").but(
        **{"orders.adherence": 0.7, "observe.vitals.missed": 0.3, "observe.labs.missed": 0.2})
    (found, memory), (apart, remembered), _ = both(planned(policy))
    same(memory, remembered)
    same(found, apart)


def test_death_ends_what_is_remembered():
    plan = planned(load_policy("never-hold"), parameters={"base_hazard": ["3e-4 1/min"] * len(EVENTS)})
    (found, memory), (apart, remembered), _ = both(plan)
    assert (found.ended_by >= 0).sum() > 0
    same(memory, remembered)
    same(found, apart)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cwg-2014", "label-2023", "nci-surgery-branch"])
def test_a_whole_course_with_rest_is_the_same(name):
    (found, memory), (apart, remembered), _ = both(planned(load_policy(name), "hd-il2-course", "16 d"))
    same(memory, remembered)
    same(found, apart)


# ------------------------------------------------------------------------------------- in Python


def fluid_when_low(t, seen, memory):
    """Half a litre an hour while the pressure is low; no dose then."""
    low = seen["sbp"] < 100.0
    return {"give": ~low, "saline_0.9": np.where(low, 0.5 / 60.0, 0.0), "phenylephrine": np.where(low, 20.0, 0.0)}


def test_a_policy_written_in_python_is_followed():
    block = crowd.run_block(planned(PythonPolicy(fluid_when_low, "fluid when low")), 0, PEOPLE)
    rows = block.rows
    treated = rows["treated"]
    assert (rows["doses_given"][treated] + rows["doses_held"][treated] == 7).sum() >= 0.9 * treated.sum()
    assert rows["doses_held"].max() > 0 and rows["phenylephrine_amount"][treated].max() > 0
    assert rows["phenylephrine_amount"][treated] == pytest.approx(rows["pressor_hours"][treated] * 1.2)


def test_the_cut_of_blocks_does_not_matter_to_it():
    plan = planned(PythonPolicy(fluid_when_low, "fluid when low"))
    whole = crowd.run_block(plan, 0, PEOPLE).rows
    parts = [crowd.run_block(plan, first, 10).rows for first in (0, 10)]
    for name, values in whole.items():
        joined = np.concatenate([each[name] for each in parts])
        assert np.array_equal(values, joined, equal_nan=values.dtype.kind == "f"), name


@pytest.mark.parametrize(("answer", "message"), [
    (lambda t, seen, memory: None, "does not return a mapping"),
    (lambda t, seen, memory: {"give": np.ones(3, bool)}, 'returns for "give" something of the wrong shape'),
    (lambda t, seen, memory: {"give": 1.0}, 'returns for "give" something of the wrong shape'),
    (lambda t, seen, memory: {"phenylephrin": 1.0}, "which does not exist"),
    (lambda t, seen, memory: {"phenylephrine": -1.0}, "orders what cannot be given"),
    (lambda t, seen, memory: {"phenylephrine": np.nan}, "orders what cannot be given"),
    (lambda t, seen, memory: {"saline_0.9": "much"}, "wrong shape or type"),
    (lambda t, seen, memory: {"give": seen["blood pressure"]}, "raised ValueError at 0 h"),
    (lambda t, seen, memory: 1 / 0, "raised ZeroDivisionError at 0 h"),
])  # fmt: skip
def test_what_a_function_cannot_mean_is_one_error_that_names_the_place(answer, message):
    with pytest.raises(BadInput, match="policy odd") as caught:
        crowd.run_block(planned(PythonPolicy(answer, "odd")), 0, PEOPLE)
    assert message in str(caught.value) and "test_steering.py" in str(caught.value)


def test_what_is_no_function_is_refused():
    with pytest.raises(BadInput, match="is no function"):
        PythonPolicy(3, "three")  # type: ignore[arg-type]


def test_a_cohort_is_treated_by_a_policy_alike_with_any_number_of_threads():
    one, two = (run_cohort("hd-il2-standard", 40, policy="cwg-2014", threads=threads, run={"horizon": "26 h"})
                for threads in (1, 2))
    for name, values in one.rows.items():
        assert np.array_equal(values, two[name], equal_nan=values.dtype.kind == "f"), name
    assert one["doses_held"].max() > 0 and one.plan.facts["policy_digest"] == load_policy("cwg-2014").digest
    plain = run_cohort("hd-il2-standard", 40, run={"horizon": "26 h"})
    assert np.array_equal(plain["age"], one["age"]) and plain.plan.digest() != one.plan.digest()


def test_a_plan_with_a_policy_can_be_sent_elsewhere():
    plan = planned(load_policy("label-2023"))
    sent = pickle.loads(pickle.dumps(plan))
    assert sent.digest() == plan.digest()
    here, there = (crowd.run_block(each, 0, 5).rows for each in (plan, sent))
    for name, values in here.items():
        assert np.array_equal(values, there[name], equal_nan=values.dtype.kind == "f"), name
