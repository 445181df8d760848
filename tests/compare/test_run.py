"""Patients drawn once and treated under several policies: the same numbers however the work is cut."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from small_trial import PATIENTS, SCENARIO, SEED, SHORT, asked, compared, same

import clsim
from clsim.cohort import draw_people, load_cohort
from clsim.compare import run, tables
from clsim.compare.run import AS_WRITTEN, compare
from clsim.compare.win import HIERARCHY
from clsim.crowd.plan import run_block
from clsim.errors import BadInput
from clsim.policy.memory import SWINGS
from clsim.policy.policy import load_policy
from clsim.policy.python import PythonPolicy
from clsim.scenario.scenario import load

AGAIN = "cwg-2014 (2)"
KEYS = ["outcome", "policy", "reference", "mean", "difference", "ci_low", "ci_high", "mc_error", "n"]


def test_arms_are_named_in_order_and_a_policy_that_comes_again_is_numbered(trial):
    assert [arm.name for arm in trial.arms] == ["cwg-2014", AGAIN, "early-pressor", AS_WRITTEN, "in-python"]
    assert trial.reference == "cwg-2014" and trial.base is trial.arms[0] and len(trial.others) == 4
    assert 0 < trial.treated < PATIENTS and len(trial.drawn["number"]) == PATIENTS
    assert trial.failed == trial.unsettled == 0
    assert np.array_equal(trial.drawn["number"][trial.drawn["treated"]], trial.base.rows["number"])


def test_each_arm_is_what_its_plan_gives_alone(trial):
    for plan, arm in zip(trial.plans, trial.arms, strict=True):
        whole = run_block(plan, 0, PATIENTS).rows
        same({name: whole[name][whole["treated"]] for name in arm.rows}, dict(arm.rows))


def test_what_the_scenario_orders_is_what_a_cohort_run_gives(trial):
    cohort = clsim.run_cohort(SCENARIO, PATIENTS, seed=SEED, **SHORT)
    treated = cohort["treated"]
    for name in ("MAP_min", "doses_given", "fluid_given_end", "stopped_at"):
        assert np.array_equal(cohort[name][treated], trial[AS_WRITTEN].rows[name], equal_nan=True), name


@pytest.mark.parametrize(("threads", "size"), [(1, 7), (3, 16), (1, 1024)])
def test_threads_and_the_cut_of_blocks_change_no_number(trial, threads, size, monkeypatch):
    monkeypatch.setattr(run, "block_size", lambda total, workers: size)
    other = compared(threads=threads)
    same(trial.drawn, other.drawn)
    for one, two in zip(trial.arms, other.arms, strict=True):
        same(one.rows, two.rows)
    assert other.records() == trial.records() and other.facts() == trial.facts()


def test_other_policies_beside_it_move_nobody(trial):
    alone = compared(["early-pressor"])
    same(alone.base.rows, trial["early-pressor"].rows)


def test_a_policy_against_itself_is_exactly_zero_although_it_is_run_twice(trial):
    for column, values in trial[AGAIN].rows.items():
        assert not np.shares_memory(values, trial.base.rows[column])
    found = [each for each in trial.records() if each["policy"] == AGAIN]
    assert len(found) == len(trial.endpoints(everything=True)) > 35
    for each in found:
        told = (each["difference"], each["ci_low"], each["ci_high"])
        assert told == ((0.0, 0.0, 0.0) if each["n"] else (None, None, None)), each["outcome"]
        assert each["mc_error"] == 0.0 if each["n"] > 1 else each["mc_error"] is None
    assert (trial.wins()[0].wins, trial.wins()[0].losses) == (0, 0)


def test_the_control_would_show_an_arm_that_is_not_the_same_again(trial, monkeypatch):
    real, calls = run.treat, []

    def treat(plan, people, names):
        block = real(plan, people, names)
        calls.append(plan)
        if len(calls) % 2 == 0:
            block.rows["doses_given"][block.rows["treated"]] += 1
        return block

    monkeypatch.setattr(run, "treat", treat)
    found = compared(["cwg-2014", "cwg-2014"], 16, threads=1)
    assert len(calls) == 2 and calls[0] is not calls[1]
    doses = next(each for each in found.records(("doses_given",)) if each["policy"] == AGAIN)
    assert doses["difference"] == 1.0


def test_policies_do_differ(trial):
    (held,) = (each for each in trial.records(("fluid_in",)) if each["policy"] == "in-python")
    assert held["difference"] != 0.0 and held["mc_error"] > 0.0
    assert not np.array_equal(trial["early-pressor"].rows["pressor_hours"], trial.base.rows["pressor_hours"])


def test_records_have_the_keys_that_programs_read_and_are_json(trial):
    for quantile in (None, 0.5):
        found = trial.records(quantile=quantile)
        assert all(list(each)[:9] == KEYS for each in found)
        assert json.loads(json.dumps(found, allow_nan=False)) == found
    outcomes = {each["outcome"] for each in trial.records()}
    assert outcomes >= {"doses_given", "doses_cycle_1", "death", "ready", "recovery_hours", "AKI_2"}
    for each in trial.records():
        if each["difference"] is not None:
            assert each["mean"] - each["reference_mean"] == pytest.approx(each["difference"], abs=1e-9), each


def test_medians_stand_where_means_would_and_shares_stay(trial):
    mean, median = (trial.records(("fluid_in", "death"), quantile=each) for each in (None, 0.5))
    fluid = next(each for each in median if (each["outcome"], each["policy"]) == ("fluid_in", "in-python"))
    assert fluid["statistic"] == "median" and "median" in fluid["label"]
    values = trial["in-python"].rows["fluid_given_end"]
    assert fluid["mean"] == pytest.approx(np.median(values))
    assert [each for each in median if each["outcome"] == "death"] == [
        each for each in mean if each["outcome"] == "death"]


def test_the_reference_can_be_chosen(trial):
    found = compared(reference="early-pressor")
    assert found.base.name == "early-pressor" and found.others[0].name == "cwg-2014"
    one = next(each for each in found.records(("fluid_in",)) if each["policy"] == "cwg-2014")
    other = next(each for each in trial.records(("fluid_in",)) if each["policy"] == "early-pressor")
    assert one["difference"] == pytest.approx(-other["difference"])


def test_facts_hold_the_hash_of_each_policy_and_plan(trial):
    facts = trial.facts()
    assert facts["policy cwg-2014"] == facts[f"policy {AGAIN}"] == load_policy("cwg-2014").digest
    assert facts["policy early-pressor"] != facts["policy cwg-2014"]
    assert facts["seed"] == str(SEED) and facts[f"plan {AS_WRITTEN}"] == trial.plans[3].digest()


def test_rows_of_all_arms_in_one_frame(trial):
    pytest.importorskip("pandas")
    frame = trial.to_pandas()
    assert len(frame) == 5 * trial.treated and frame.index.names == ["policy", "number"]
    assert np.array_equal(frame.loc["early-pressor"]["MAP_min"], trial["early-pressor"].rows["MAP_min"])


def changed(trial, k, **columns):
    """The trial with other columns in arm k."""
    arm = replace(trial.arms[k], rows=dict(trial.arms[k].rows) | columns)
    return replace(trial, arms=(*trial.arms[:k], arm, *trial.arms[k + 1 :]))


def test_drips_that_swing_are_one_warning_with_their_counts(trial):
    n = trial.treated
    calm = changed(changed(trial, 0, swings=np.full(n, SWINGS - 1)), 1, swings=np.zeros(n, int))
    calm = changed(calm, 2, swings=np.zeros(n, int))
    assert calm.warnings() == [f"{AS_WRITTEN} gives fluids and drugs by the clock, whatever the patient needs"]
    swings = np.zeros(n, int)
    swings[:2] = 6, 9
    said = changed(calm, 2, swings=swings).warnings()[0]
    assert f"{SWINGS} times or more" in said and "early-pressor in 2 (at most 9 times, 15 in all)" in said
    assert "cwg" not in said


def test_who_failed_in_one_arm_is_left_out_of_its_pairs_and_counted(trial):
    code = np.zeros(trial.treated, np.int8)
    code[0] = 2
    found = changed(trial, 2, failure=code)
    assert found.failed == 1
    for each in found.records(("doses_given",)):
        assert each["n"] == trial.treated - (each["policy"] == "early-pressor")
    text = tables.outcomes(found.records(("doses_given",)))
    assert f"{trial.treated - 1} of {trial.treated}" in text


def test_wins_are_told_for_each_policy_but_the_reference(trial):
    assert [each.policy for each in trial.wins()] == [arm.name for arm in trial.others]
    assert all(len(each.levels) == len(HIERARCHY) and each.n == trial.treated for each in trial.wins())


# ------------------------------------------------------------------------------------- refusals


@pytest.fixture
def nobody_drawn(monkeypatch):
    """What is refused is refused before anybody is drawn."""

    def draw(*_):
        raise AssertionError("somebody was drawn")

    monkeypatch.setattr(run, "draw_people", draw)


@pytest.mark.usefixtures("nobody_drawn")
@pytest.mark.parametrize(("how", "said"), [
    ({"n": 0}, "n: is too small; given: 0; allowed: 1 or more"),
    ({"threads": 0}, "threads: is too small"),
    ({"policies": []}, "policies: names no policy"),
    ({"policies": ["cgw-2014"]}, "did you mean cwg-2014?"),
    ({"reference": "cwg-2041"}, "is not one of the policies compared; given: cwg-2041; did you mean cwg-2014?"),
    ({"scenario": "hd-il3"}, "is not a shipped scenario"),
    ({"cohort": "nobody"}, "nobody"),
    ({"run": {"horizon": "26 L"}}, "horizon"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(how, said):
    given = {"scenario": SCENARIO, "policies": ["cwg-2014", "label-2023"], "n": 8} | how
    with pytest.raises(BadInput) as refusal:
        compare(given.pop("scenario"), given.pop("policies"), given.pop("n"), **given)
    assert said in str(refusal.value)


def test_nobody_treated_is_refused():
    cohort, values = load_cohort("hd-il2-candidates"), load(SCENARIO).values
    seed = next(seed for seed in range(99) if draw_people(cohort, values, seed, 0, 1, 1).status[0] != 0)
    with pytest.raises(BadInput, match="nobody is treated; given: 1 drawn"):
        compared(["cwg-2014"], 1, seed=seed)


def test_a_python_policy_that_raises_ends_all_with_its_line():
    def wrong(t, seen, memory):
        return {"give": seen["sbp"] > 80.0} if t < 300.0 else 1 / 0

    with pytest.raises(BadInput, match=r"policy wrong raised ZeroDivisionError at 5 h") as refusal:
        compared(["cwg-2014", PythonPolicy(wrong, "wrong")])
    assert "test_run.py:" in str(refusal.value)


def test_it_tells_how_far_it_is():
    told = []
    compared(asked()[:1], 20, tell=lambda words, share: told.append(share))
    assert told == sorted(told) and told[-1] == 1.0
