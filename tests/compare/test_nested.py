"""A comparison repeated in every member of an ensemble: the same patients, weights, and a control that is zero."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import small_ensemble
from small_trial import SCENARIO, SEED, SHORT

from clsim.compare import altered, nested, tables
from clsim.compare.endpoints import values
from clsim.compare.paired import difference
from clsim.compare.run import AS_WRITTEN, compare
from clsim.errors import BadInput
from clsim.evidence.knobs import applied

POLICIES = ["cwg-2014", "cwg-2014", AS_WRITTEN]
AGAIN, OTHER = "cwg-2014 (2)", AS_WRITTEN


def compared(ensemble, n=16, **how):
    return compare(SCENARIO, POLICIES, n, seed=SEED, ensemble=ensemble, **how, **SHORT)


@pytest.fixture(scope="module")
def ensemble():
    return small_ensemble.made()


@pytest.fixture(scope="module")
def found(ensemble):
    return compared(ensemble, threads=2)


def row(found, outcome, policy):
    (one,) = (each for each in found.nested.records((outcome,)) if each["policy"] == policy)
    return one


def test_a_policy_against_itself_is_exactly_zero_in_every_member(found):
    for each in found.nested.records():
        if each["policy"] == AGAIN and each["n"]:
            zeros = ("difference", "low", "high", "member_sd", "differs_in")
            assert [each[key] for key in zeros] == [0.0] * 5, each["outcome"]
            assert each["ahead"] in (0.0, None) and each["same_policy"]
            gaps = found.nested.column(AGAIN, each["outcome"], "difference")
            assert (gaps == 0.0).all()
    assert not any("something is wrong" in each for each in found.warnings())


def test_the_control_would_show_a_member_in_which_it_is_not_zero(ensemble, monkeypatch):
    real, calls = altered.treat, []

    def treat(plan, people, names):
        block = real(plan, people, names)
        calls.append(plan)
        if len(calls) == 5:  # the second policy of the second member
            block.rows["doses_given"][block.rows["treated"]] += 1
        return block

    monkeypatch.setattr(altered, "treat", treat)
    wrong = compared(ensemble, threads=1)
    assert row(wrong, "doses_given", AGAIN)["differs_in"] == 1
    assert any(each.startswith("doses given, cwg-2014 (2): is the policy of cwg-2014 and differs from it in 1 members")
               for each in wrong.warnings())


def test_a_member_that_changes_nothing_is_the_comparison_itself(ensemble):
    still = replace(ensemble, values=np.where(np.arange(6)[:, None] == 2, 1.0, ensemble.values))
    found = compared(still)
    for each in found.records():
        one = found.nested.found[each["policy"], each["outcome"]][2]
        endpoint = next(one for one in found.nested.endpoints if one.name == each["outcome"])
        assert each["n"] == one.n
        if each["n"]:
            assert each["difference"] == one.difference * endpoint.scale, each["outcome"]
            assert each["mean"] == pytest.approx(one.policy_mean * endpoint.scale)


def test_each_member_is_what_its_knobs_give_alone(found, ensemble):
    people = altered.settled(found.plans[0])
    setting = dict(zip(small_ensemble.NAMES, ensemble.values[3], strict=True))
    endpoint = next(each for each in found.nested.endpoints if each.name == "MAP_min")
    ours, theirs = (altered.treat(plan, applied(people, setting)).rows for plan in (found.plans[2], found.plans[0]))
    here = ours["treated"]
    alone = difference(*(values(endpoint, {key: column[here] for key, column in rows.items()})
                         for rows in (ours, theirs)), endpoint.kind)
    assert found.nested.found[OTHER, "MAP_min"][3] == alone
    assert len({each.policy_mean for each in found.nested.found[OTHER, "MAP_min"]}) == 6


def test_threads_change_no_number(found, ensemble):
    other = compared(ensemble, threads=3)
    assert other.nested.records() == found.nested.records() and other.facts() == found.facts()


def test_numbers_over_members_are_weighted(found, ensemble):
    each, weights = row(found, "MAP_min", OTHER), ensemble.weights
    gaps = found.nested.column(OTHER, "MAP_min", "difference")
    errors = found.nested.column(OTHER, "MAP_min", "mc_error")
    assert each["difference"] == pytest.approx(weights @ gaps)
    assert each["member_sd"] == pytest.approx(np.sqrt(weights @ (gaps - weights @ gaps) ** 2))
    assert each["mc_error"] == pytest.approx(np.sqrt(weights @ errors**2))
    assert each["patient_sd"] == pytest.approx(each["mc_error"] * np.sqrt(each["n"]))
    assert (each["low"], each["high"]) == (gaps.min(), gaps.max())
    assert each["ahead"] == pytest.approx(100.0 * weights[gaps > 0.0].sum())
    assert each["ahead"] + each["behind"] == pytest.approx(100.0)
    base = row(found, "MAP_min", "cwg-2014")
    means = found.nested.column("cwg-2014", "MAP_min", "policy_mean")
    assert base["mean"] == pytest.approx(weights @ means) and (base["low"], base["high"]) == (means.min(), means.max())
    assert base["patient_sd"] > each["patient_sd"] > 0.0  # pairing takes out what patients differ in


def test_a_quantile_is_reached_by_weight():
    found = [nested.quantile(np.array([3.0, 1.0, 2.0, np.nan]), np.array([0.1, 0.2, 0.3, 0.4]), each)
             for each in (0.3, 0.4, 0.8, 0.9)]
    assert found == [1.0, 2.0, 2.0, 3.0]
    assert np.isnan(nested.quantile(np.array([np.nan]), np.ones(1), 0.5))
    assert nested.mean(np.array([3.0, np.nan]), np.array([0.5, 0.5])) == 3.0


def test_members_are_drawn_as_often_as_their_weight_says():
    large = small_ensemble.made(200)
    counts = np.zeros(200)
    for seed in range(300):
        rows, weights = nested.chosen_members(large, 50, seed)
        assert weights.sum() == pytest.approx(1.0)
        counts[rows] += 50 * weights
        assert np.abs(50 * weights - 50 * large.weights[rows]).max() < 1.0
    assert counts / 300 == pytest.approx(50 * large.weights, abs=0.12)
    again = nested.chosen_members(large, 50, 7)
    assert all(np.array_equal(*pair) for pair in zip(again, nested.chosen_members(large, 50, 7), strict=True))
    everyone, weights = nested.chosen_members(large, None, 7)
    assert np.array_equal(everyone, np.arange(200)) and weights == pytest.approx(large.weights)
    none = replace(large, weights=np.where(np.arange(200) < 150, 0.0, 0.02))
    assert np.array_equal(nested.chosen_members(none, None, 7)[0], np.arange(150, 200))


def test_a_member_drawn_twice_is_computed_once_and_counts_twice(ensemble):
    heavy = replace(ensemble, weights=np.array([0.9, 0.02, 0.02, 0.02, 0.02, 0.02]))
    rows, weights = nested.chosen_members(heavy, 4, 1)
    assert rows[0] == 0 and weights[0] >= 0.75 and len(rows) == len(set(rows))


def test_records_are_json_and_stand_beside_the_rows(found):
    rows = found.nested.beside(found.records())
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    for one in rows:
        mine = row(found, one["outcome"], one["policy"])
        assert all(mine[key] == value for key, value in one["ensemble"].items())
        assert {"low", "high", "member_sd", "patient_sd", "mc_error", "ahead", "members"} <= set(one["ensemble"])


def test_the_table_sets_members_beside_patients(found):
    lines = tables.members(found.nested.records(("MAP_min", "doses_given")))
    assert lines[0] == tables.MEMBERS_HEAD and {len(each) for each in lines} == {len(tables.MEMBERS_HEAD)}
    assert [each[2] for each in lines[1:4]] == ["cwg-2014", AGAIN, OTHER]
    told = row(found, "MAP_min", OTHER)
    assert lines[1][4] == "reference" and float(lines[3][4]) == pytest.approx(told["difference"], rel=0.1)
    assert float(lines[3][7]) == pytest.approx(told["patient_sd"], rel=0.1)
    assert lines[3][9] == f"{told['ahead']:.0f} : {told['behind']:.0f}"


def test_few_members_are_said_to_be_few(found):
    assert found.nested.effective == pytest.approx(1.0 / np.sum(small_ensemble.made().weights ** 2))
    assert any(each.startswith("the members count as 4.8 of equal weight") for each in found.warnings())
    assert found.facts()["ensemble"] == "small" and found.facts()["members"] == "6 of 6"
    assert found.nested.failed == 0 and found.nested.tried == found.treated * 3 * 6


@pytest.mark.parametrize(("how", "said"), [
    ({"members": 1}, "members: is too few; given: 1; allowed: 2 to 6"),
    ({"members": 7}, "members: is more than the ensemble small has; given: 7; allowed: 2 to 6"),
    ({"ensemble": None, "members": 3}, "members: has a meaning only with an ensemble; given: 3"),
    ({"ensemble": "no-such"}, "no-such"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused_before_anybody_is_treated(ensemble, how, said, monkeypatch):
    monkeypatch.setattr("clsim.compare.run.treat", None)
    with pytest.raises(BadInput, match=said):
        compared(**{"ensemble": ensemble, **how})


def test_an_outcome_that_does_not_exist_is_told(found):
    with pytest.raises(BadInput, match=r"outcomes: is not an outcome; given: MAPmin; did you mean MAP_min\?"):
        found.nested.records(("MAPmin",))


def test_one_patient_has_no_spread(ensemble):
    with pytest.raises(BadInput, match="n: is too small: there is no spread between patients; given: 1 treated"):
        compared(ensemble, n=1, everyone=True)
