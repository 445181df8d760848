"""A cohort under a scenario: the same patients in any block, and the figures that a single run gives."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

import clsim
from clsim import grades
from clsim.cohort import load_cohort, loads_cohort
from clsim.crowd import plan as crowd
from clsim.crowd import summaries
from clsim.crowd.report import summarise
from clsim.crowd.seen import OCCURRENCES
from clsim.engine.outcome import Outcome
from clsim.model.layout import FLOWS, columns
from clsim.patient import Fault
from clsim.scenario.scenario import load
from clsim.simulate import run

COHORT = """
[about]
title = "three things vary"
[sampling]
method = "random"
[vary.weight]
distribution = "normal"
mean = "78 kg"
sd = "12 kg"
low = "50 kg"
high = "120 kg"
source = "assumed: test"
[vary.age]
distribution = "uniform"
low = "35 y"
high = "70 y"
source = "assumed: test"
[vary.GFR_rest]
distribution = "normal"
mean = "100 mL/min"
sd = "20 mL/min"
low = "50 mL/min"
high = "150 mL/min"
source = "assumed: test"
[[eligibility]]
criterion = "young"
label = "younger than 65"
rule = "age < 65 y"
source = "assumed: test"
"""
SHORT = {"run": {"horizon": "20 h"}}
N = 40


def planned(total=N, scenario="hd-il2-standard", seed=3, **how):
    return crowd.make_plan(load(scenario, **SHORT), loads_cohort(COHORT), seed, total, **how)


def joined(blocks):
    return {name: np.concatenate([block.rows[name] for block in blocks]) for name in blocks[0].rows}


def same(a, b):
    assert list(a) == list(b)
    for name in a:
        assert np.array_equal(a[name], b[name], equal_nan=a[name].dtype.kind == "f"), name


@pytest.fixture(scope="module")
def plan():
    return planned(keep=(0, 17))


@pytest.fixture(scope="module")
def whole(plan):
    return crowd.run_block(plan, 0, N)


def test_patients_are_the_same_in_any_blocks_in_any_order_and_on_any_thread(plan, whole):
    cuts = [(0, 7), (7, 1), (8, 25), (33, 7)]
    with ThreadPoolExecutor(3) as pool:
        blocks = list(pool.map(lambda cut: crowd.run_block(plan, *cut), cuts[::-1]))[::-1]
    same(joined(blocks), whole.rows)
    assert np.array_equal(sum(block.histograms for block in blocks), whole.histograms)


def test_a_patient_alone_is_the_patient_in_the_crowd(plan, whole):
    alone = crowd.run_block(plan, 17, 1)
    same(alone.rows, {name: values[17:18] for name, values in whole.rows.items()})
    for mine, other in zip(alone.kept[17], whole.kept[17], strict=True):
        assert np.array_equal(mine, other)


def test_more_patients_move_nobody(whole):
    more = crowd.run_block(planned(10 * N, keep=(0, 17)), 0, N)
    same(more.rows, whole.rows)


def test_another_seed_draws_others(whole):
    other = crowd.run_block(planned(seed=4), 0, N)
    assert not np.isin(other.rows["weight"], whole.rows["weight"]).any()


def test_who_is_not_eligible_is_kept_and_not_treated_unless_told(whole):
    old = whole.rows["age"] >= 65.0
    assert 0 < old.sum() < N
    assert np.array_equal(whole.rows["failed_young"], old)
    assert np.array_equal(whole.rows["status"] == 1, old)
    assert np.array_equal(np.isnan(whole.rows["MAP_min"]), old)
    assert (whole.rows["doses_given"][old] == 0).all()
    assert (whole.rows["grade_hypotension"][old] == grades.UNKNOWN).all()
    everyone = crowd.run_block(planned(everyone=True), 0, N).rows
    assert np.isfinite(everyone["MAP_min"]).all()
    assert np.array_equal(everyone["MAP_min"][~old], whole.rows["MAP_min"][~old])


def test_a_row_is_what_a_run_of_that_patient_gives(plan, whole):
    k = 17
    assert whole.rows["status"][k] == 0
    row = {name: values[k] for name, values in whole.rows.items()}
    patient = {name: f"{float(row[name])!r} {unit}" for name, unit in
               (("weight", "kg"), ("age", "y"), ("GFR_rest", "mL/min"))}
    result = run("hd-il2-standard", patient=patient, run={"horizon": "20 h", "every": "15 min"})
    assert row["MAP_min"] == pytest.approx(result["MAP"].values.min(), abs=0.05)
    assert row["SBP_min_at"] * 60.0 == pytest.approx(result.time[result["SBP"].values.argmin()], abs=15.1)
    assert row["weight_gain_max"] == pytest.approx(result["weight_gain"].values.max(), abs=2e-3)
    assert row["creatinine_concentration_max"] == pytest.approx(
        result["creatinine_concentration"].to("umol/L").values.max(), rel=1e-3)
    below = 0.25 * (result["MAP"].values[1:] < 65.0).sum()
    assert row["hours_MAP_below_65"] == pytest.approx(below, abs=0.26)
    states, flows = whole.kept[k]
    assert flows[:, columns(FLOWS).index("MAP")] == pytest.approx(result["MAP"].values, abs=0.05)
    assert states.shape == (plan.times.size, sum(each.width for each in plan.variables if each.kind == "state"))


def test_a_table_in_memory_is_the_blocks_joined(whole):
    found = clsim.run_cohort("hd-il2-standard", N, loads_cohort(COHORT), seed=3, threads=2, **SHORT)
    same(found.rows, whole.rows)
    assert len(found) == N and found.column("MAP_min").unit == "mmHg"
    assert found.to_pandas().loc[17, "MAP_min"] == whole.rows["MAP_min"][17]
    for wrong in ({"n": 0}, {"n": 5, "threads": 0}):
        with pytest.raises(clsim.BadInput, match="is too small; given: 0"):
            clsim.run_cohort("hd-il2-standard", **wrong)


def test_counts_over_time_hold_everybody_who_was_treated(plan, whole):
    treated = (whole.rows["status"] == 0).sum()
    alive = np.array([(whole.rows["ended_at"] * 60.0 >= time).sum() for time in plan.band_times])
    assert np.array_equal(whole.histograms.sum(axis=2), np.tile(alive, (len(plan.bands), 1)))
    assert alive[0] == treated
    low = plan.bands[0].edges[np.flatnonzero(whole.histograms[0, 0])]
    assert (np.abs(low - 93.0) <= 0.5).all()  # everybody rests at 93 mmHg


def test_every_column_grades_need_is_noted():
    signals = {signal.name for signal in summaries.SIGNALS}
    limits = {limit.name: limit for limit in summaries.LIMITS}
    limits |= {limit.longest: limit for limit in summaries.LIMITS if limit.in_a_row}
    for need in grades.NEEDS:
        if need.statistic.startswith(("hours", "longest")):
            limit = limits[need.column]
            assert (limit.signal, limit.limit, limit.above) == (
                need.signal, need.limit, need.statistic == "hours_above")
        elif need.statistic != "happened":
            assert need.signal in signals, need
        else:
            assert need.signal in {each.name for each in OCCURRENCES}


def test_a_plan_can_be_sent_away_and_tells_what_it_is(plan, whole):
    there = pickle.loads(pickle.dumps(plan))
    assert there.digest() == plan.digest()
    same(crowd.run_block(there, 3, 5).rows, {name: values[3:8] for name, values in whole.rows.items()})
    others = [planned(seed=4), planned(total=N + 1), planned(everyone=True), planned(scenario="hd-il2-course")]
    assert len({plan.digest(), *(other.digest() for other in others)}) == 5


def test_a_patient_who_cannot_be_solved_is_told_of_by_name(plan):
    row = {"number": 5, "failure": 1, "failure_at": 2.0, "failure_column": 0, "failure_value": np.nan,
           "fault": 0}
    assert plan.sentence(row) == "patient 5: interleukin2_central is no longer a finite number at 120 min"


def first_minutes():
    """Rows of five patients over the first dose."""
    plan = crowd.make_plan(load("hd-il2-standard", run={"horizon": "40 min"}), loads_cohort(COHORT), 3, N)
    return crowd.run_block(plan, 0, 5).rows


def test_plain_python_leaves_the_bits_of_compiled_code(tmp_path):
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "error"}
    file = tmp_path / "plain.npz"
    subprocess.run([sys.executable, __file__, str(file)], check=True, env=environment)
    with np.load(file) as plain:
        same({name: plain[name] for name in plain.files}, first_minutes())


@pytest.mark.slow
def test_one_patient_and_sixteen_side_by_side_leave_the_same_bits(plan, whole, monkeypatch):
    narrow = crowd.relay(1)
    eight = crowd.relay(8)
    monkeypatch.setattr(crowd, "relay", lambda: narrow)
    same(crowd.run_block(plan, 0, N).rows, whole.rows)
    monkeypatch.setattr(crowd, "relay", lambda: eight)
    same(crowd.run_block(plan, 0, N).rows, whole.rows)


def test_failures_at_rest_and_on_the_way_are_counted_apart(plan, whole):
    rows = {name: values.copy() for name, values in whole.rows.items()}
    treated = np.flatnonzero(rows["treated"])
    rows["failure"][treated[0]], rows["failure_at"][treated[0]] = Outcome.STEP_TOO_SMALL, 2.0
    rows["fault"][treated[1:4]], rows["treated"][treated[1:4]] = Fault.DRIFTING, False

    class Table(dict):
        def __len__(self):
            return N

        def of(self, kind):
            return [column for column in plan.columns if column.kind == kind]

        def rows(self, numbers):
            return [{name: values[k] for name, values in self.items()} for k in numbers]

    found = summarise(Table(rows))["failed"]
    assert (found["n"], found["of"]) == (4, treated.size)
    assert {name: each["n"] for name, each in found["codes"].items()} == {"fault 4": 3, "failure 4": 1}


@pytest.mark.slow
@pytest.mark.parametrize("processor", ["x86-64", "haswell"])  # SSE2 only, and AVX2 with fused operations at hand
def test_another_processor_leaves_the_same_bits(processor, tmp_path):
    file = tmp_path / "other.npz"
    environment = {**os.environ, "NUMBA_CPU_NAME": processor, "NUMBA_CPU_FEATURES": "", "NPY_DISABLE_CPU_FEATURES": (
        "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR")}
    subprocess.run([sys.executable, __file__, str(file)], check=True, env=environment)
    with np.load(file) as other:
        same({name: other[name] for name in other.files}, first_minutes())


@pytest.mark.slow
def test_processes_that_start_afresh_compute_the_same(plan, whole):
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        blocks = list(pool.map(crowd.run_block, [plan] * 3, [0, 20, 33], [20, 13, 7]))
    same(joined(blocks), whole.rows)


@pytest.mark.slow
def test_nobody_of_the_shipped_cohort_fails():
    plan = crowd.make_plan(load("hd-il2-standard"), load_cohort("hd-il2-candidates"), 0, 2000)
    rows = joined([crowd.run_block(plan, first, 500) for first in range(0, 2000, 500)])
    assert (rows["failure"] == 0).all() and (rows["status"] < 3).all()


if __name__ == "__main__":
    np.savez(Path(sys.argv[1]), **first_minutes())
