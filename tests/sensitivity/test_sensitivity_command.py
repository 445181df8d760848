"""``clsim sensitivity``: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import small_ensemble
from small_trial import SCENARIO

from clsim.compare.altered import Reading
from clsim.sensitivity import trial

SHORT = ("--set", "run.horizon=26 h", "--seed", "3")
CROWD = (SCENARIO, *SHORT, "-n", 8)
KNOB = ("--knob", "NO_max=0.9 to 1.1", "--knob", "Z_max")
FACTS = {"analysis", "scenario", "cohort", "seed", "policies", "outcome", "version", "source", "plans", "ensemble",
         "provenance", "command", "disclaimer"}


def test_a_tornado_of_the_scenarios_own_patient(call):
    code, out, _ = call("tornado", SCENARIO, *SHORT, "--policy", "cwg-2014", "--outcome", "MAP_min", *KNOB)
    lines = out.splitlines()
    assert code == 0 and lines[0].startswith("lowest mean pressure [mmHg]: ") and lines[0].endswith("as the body is")
    assert lines[2].startswith("parameter")
    assert {line.split()[0]: "0.9 to 1.1" in line for line in lines[3:]} == {"NO_max": True, "Z_max": False}


def test_elementary_effects_in_json(call):
    code, out, _ = call("morris", *CROWD, "-p", "cwg-2014", "--outcome", "MAP_min", *KNOB, "--trajectories", 4,
                        "--json")
    told = json.loads(out)
    assert code == 0 and set(told) >= FACTS and told["runs"] == 12 and told["drawn"] == 8
    assert {each["knob"] for each in told["rows"]} == {"NO_max", "Z_max"}
    for each in told["rows"]:
        assert each["mu_star_low"] <= each["mu_star"] <= each["mu_star_high"]
        assert abs(each["mu"]) <= each["mu_star"] + 1e-12


def test_indices_of_a_difference_between_policies(call):
    code, out, _ = call("sobol", *CROWD, "-p", "early-pressor", "--against", "cwg-2014", "--outcome", "fluid_in", *KNOB,
                        "--points", 8)
    assert code == 0
    assert out.startswith("fluid given by the line, early-pressor less cwg-2014 [L]: mean ")
    assert "first order (95 %)" in out and "in 32 runs" in " ".join(out.split())


def test_what_nothing_moves_is_said(call):
    code, out, _ = call("sobol", *CROWD, "--outcome", "doses_planned", *KNOB, "--points", 8)
    assert code == 0 and "The outcome is the same in all runs: nothing moves it." in out


def test_which_policy_is_ahead_where(call):
    words = (*CROWD, "-p", "cwg-2014", "-p", "no-pressor-2015", "--outcome", "hours_SBP_below_90")
    code, out, _ = call("flips", *words, "--members", 4)
    assert code == 0 and "cwg-2014 against no-pressor-2015: ahead in" in out and "(less is better)" in out
    code, found, _ = call("flips", *words, "--json", "--threads", 1)
    told = json.loads(found)
    assert code == 0 and set(told) >= FACTS and told["members"] == 6
    assert sum(each["best"] for each in told["policies"]) == pytest.approx(1.0)
    (pair,) = told["pairs"]
    assert {each["knob"] for each in pair["knobs"]} == set(small_ensemble.NAMES)


def test_a_folder_holds_the_figure_and_the_record(call):
    code, out, _ = call("flips", *CROWD, "-p", "cwg-2014", "-p", "cwg-2014", "--outcome", "MAP_min", "--out", "mine")
    assert code == 0 and out.endswith("written: mine\n")
    assert {str(file) for file in Path("mine").rglob("*.*")} == {
        "mine/flips.json", "mine/figures/flips.png", "mine/figures/flips.svg"}
    assert json.loads(Path("mine/flips.json").read_text())["flips"] is False
    code, out, err = call("flips", *CROWD, "-p", "cwg-2014", "--outcome", "MAP_min", "--out", "mine")
    assert (code, out) == (2, "") and "is not empty; allowed: --force" in err


def test_what_is_known_of_some_only_is_noted(call, monkeypatch):
    def lacking(plans, people, settings, endpoints, workers, tell):
        values = np.where(np.arange(5) < 2, np.nan, 1.0)
        return iter([Reading(np.full((1, 1, 5), k * values), 0) for k, _ in enumerate(settings)])

    monkeypatch.setattr(trial, "readings", lacking)
    code, _, err = call("morris", *CROWD, "--outcome", "MAP_min", "--knob", "Z_max", "--trajectories", 4)
    assert code == 0 and "note: lowest mean pressure is not known in 16 of 40 courses, which are left out" in err


def test_what_is_known_of_nobody_is_refused(call):
    code, _, err = call("morris", *CROWD, "--outcome", "recovery_hours", "--knob", "Z_max", "--trajectories", 4)
    assert code == 2 and "--outcome: is known of nobody in some run" in err


@pytest.mark.parametrize(("words", "said"), [
    (("tornado", SCENARIO, "--outcome", "MAPmin"), "--outcome: is not an outcome; given: MAPmin; did you mean"),
    (("tornado", SCENARIO, "--outcome", "MAP_min", "--knob", "ZMax"), "--knob: is not a knob of the ensemble small"),
    (("tornado", SCENARIO, "--outcome", "MAP_min", "--ensemble", "other"), "is not a shipped ensemble; given: other"),
    (("tornado", SCENARIO, "--outcome", "MAP_min", "--patient", "x"), "--patient: is no whole number; given: 'x'"),
    (("sobol", SCENARIO, "--outcome", "MAP_min", "--points", "12"), "--points: is no power of two; given: 12"),
    (("sobol", SCENARIO, "--outcome", "MAP_min", "-n", "0"), "-n: is out of range; given: '0'"),
    (("sobol", SCENARIO, "--outcome", "status"), "--outcome: is a code, not a number; given: status"),
    (("morris", SCENARIO, "--outcome", "MAP_min", "--trajectories", "3"), "--trajectories: is too few; given: 3"),
    (("morris", SCENARIO, "--outcome", "MAP_min", "-p", "cwg2014"), "cwg-2014"),
    (("flips", SCENARIO, "--outcome", "MAP_min", "-p", "cwg-2014"), "--policy: compares two policies or more"),
    (("flips", SCENARIO, "--outcome", "fluid_in", "-p", "cwg-2014", "-p", "early-pressor"),
     "--better: fluid_in says not which way is better; allowed: more, less"),
    (("flips", SCENARIO, "--outcome", "MAP_min", "-p", "cwg-2014", "-p", "early-pressor", "--members", "7"),
     "--members: is more than the ensemble small has; given: 7; allowed: 2 to 6"),
])  # fmt: skip
def test_bad_input_ends_with_2_and_says_what_is_good(call, words, said):
    code, out, err = call(*words)
    assert (code, out) == (2, "") and said in err and "Traceback" not in err


def test_courses_that_fail_are_no_result(call, monkeypatch):
    def failing(plans, people, settings, endpoints, workers, tell):
        return iter([Reading(np.full((1, 1, 5), float(k)), 1) for k, _ in enumerate(settings)])

    monkeypatch.setattr(trial, "readings", failing)
    code, out, err = call("sobol", *CROWD, "--outcome", "MAP_min", *KNOB, "--points", 8)
    assert (code, out) == (3, "") and "could not be computed; at most 0.1 % may fail" in err
