"""The studies are really run: every target gets a number, knobs move what they should, and the same bits come back."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from clsim.cli import app
from clsim.evidence.arms import gather, instants
from clsim.evidence.clinical import ClinicalRow, clinical, resampled, table
from clsim.evidence.fit import Problem, measure_all, value_of
from clsim.evidence.kinetics import kinetics
from clsim.evidence.reading import Reading
from clsim.evidence.targets import load_targets

PATIENTS = 16


@pytest.fixture(scope="module")
def targets():
    return load_targets()


@pytest.fixture(scope="module")
def five_days(targets):
    """The study of five days with much fluid, of 16 patients."""
    arm = targets.arms["fluid_1987"]
    return gather(arm, [each for each in targets.targets if each.arm == arm.name], PATIENTS, 3)


@pytest.fixture(scope="module")
def shipped(five_days):
    return measure_all([five_days], {})[0]


def numbers(targets, measured):
    return {each.id: each.reading.over(measured.each(each.reading)) for each in targets.targets
            if each.arm == measured.group.arm.name}


def test_courses_are_read_where_targets_need_it(targets, five_days):
    readings = [each.reading for each in targets.targets if each.arm == "fluid_1987"]
    times = instants(readings, five_days.arm.scenario.horizon)
    assert times[0] == 0.0 and times == tuple(sorted(times))
    for each in readings:
        assert all(min(abs(time - wanted) for time in times) == 0.0 for wanted in each.times)
    assert set(five_days.plan.read_at) == set(times)


def test_every_target_of_a_study_gets_a_number(targets, shipped):
    found = numbers(targets, shipped)
    assert found and all(np.isfinite(value) for value in found.values())


def test_threads_change_no_bit(targets, five_days, shipped):
    again = measure_all([five_days], {}, threads=1)[0]
    assert numbers(targets, again) == numbers(targets, shipped)


def test_a_knob_of_the_leak_moves_albumin_and_not_the_body_before(targets, five_days, shipped):
    more = measure_all([five_days], {"Z_max": 2.0})[0]
    before = Reading("signal", "albumin", (0.0,), own="g/L", unit="g/L")
    assert np.array_equal(more.each(before), shipped.each(before))
    assert numbers(targets, more)["T01"] < numbers(targets, shipped)["T01"]


def test_kinetics_are_those_that_were_put_in():
    found = kinetics()
    assert found["first half-life"] == pytest.approx(12.9, rel=0.03)
    assert found["second half-life"] == pytest.approx(85.0, rel=0.03)


def test_a_target_of_kinetics_needs_no_patient(targets):
    target = next(each for each in targets.targets if each.id == "T30b")
    assert value_of(target, {}, kinetics()) == pytest.approx(12.9, rel=0.03)


def test_resamples_hold_the_statistic(targets, shipped):
    target = next(each for each in targets.targets if each.id == "T02")
    each = shipped.each(target.reading)
    low, high = resampled(target, each, 1)
    assert low < target.reading.over(each) < high


def test_grades_follow_the_tolerance():
    row = ClinicalRow("T1", "x", "x", 10.0, 8.0, 12.0, 11.0, "1", "x")
    assert [replace(row, off=off).grade for off in (0.0, 0.9, 1.1, np.inf)] == ["good", "decent", "bad", "bad"]


@pytest.mark.slow
def test_the_table_of_all_targets(targets):
    found = clinical(targets, PATIENTS)
    assert [row.id for row in found.rows] == [each.id for each in targets.targets]
    assert found.targets == 32 and 0 <= found.met <= 32
    assert f"{found.met} of 32" in table(found)


@pytest.mark.slow
def test_the_command_prints_the_same_as_data():
    done = CliRunner().invoke(app, ["validate", "clinical", "-n", str(PATIENTS), "--json"])
    rows = json.loads(done.stdout)
    assert {"id", "quantity", "published", "low", "high", "value", "unit", "grade", "source", "off"} <= set(rows[0])
    far = {row["id"] for row in rows if row["id"].startswith("T") and row["grade"] == "bad"}
    assert done.exit_code == (1 if far else 0)


@pytest.mark.slow
def test_a_small_calibration_of_the_model_itself(targets, tmp_path):
    few = replace(targets, knobs=targets.knobs[:2])
    problem = Problem(few, PATIENTS, 1, tmp_path / "points.jsonl")
    first = problem.cost({})
    assert np.isfinite(first) and problem.computed == 1
    assert Problem(few, PATIENTS, 1, tmp_path / "points.jsonl").cost({}) == first
