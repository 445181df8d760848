"""``clsim cohort``: what it prints, what it refuses, how it ends."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import toy_crowd
from toy_crowd import ToyPlan

from clsim import cohort_cli
from clsim.crowd import blocks
from clsim.crowd.files import Patients, content_hash
from clsim.crowd.report import happened, share


@pytest.fixture
def command(monkeypatch, invoke, tmp_path):
    """``command("toy", "-n", 100)`` -> exit code, what was printed, what was complained."""
    monkeypatch.chdir(tmp_path)

    def called(*words):
        return invoke("cohort", *words)

    return called


@pytest.fixture
def call(command, monkeypatch):
    """The command, but a toy is computed."""
    asked = {}

    def planned(scenario, people, seed, total, *, policy, keep, everyone, tell, **tables):
        asked.update(scenario=scenario, people=people, policy=policy, everyone=everyone, tables=tables)
        return ToyPlan(total, seed=7 if seed is None else seed, kept=keep), toy_crowd.run_block, ()

    monkeypatch.setattr(cohort_cli, "planned", planned)

    def called(*words):
        return command("toy", *words)

    called.asked = asked
    return called


def test_it_tells_who_was_treated_and_what_happened(call, tmp_path):
    code, out, err = call("-n", 2000)
    assert (code, err) == (0, "")
    rows = toy_crowd.run_block(ToyPlan(2000), 0, 2000).rows
    treated = rows["status"] == 0
    lines = {re.split(r"\s{2,}", line.strip())[0]: line.split() for line in out.splitlines()}
    assert lines["treated"][1] == f"{treated.sum():,}"
    assert lines["creatinine above the limit"][-5] == "250"
    assert lines["sepsis"][1] == str((~np.isnan(rows["sepsis_at"]) & treated).sum())
    median = np.median(rows["MAP_lowest"][treated & (rows["failure"] == 0)])
    assert f"{median:.4g}" in lines["lowest mean arterial pressure"]
    assert "hypotension" in lines
    assert "chills" in lines
    # a patient who could not be computed stands under every table, with a sentence
    assert sum(line.startswith("failed: a state fell below zero") for line in out.splitlines()) == 5
    assert "patient 4: V_plasma fell below zero" in out
    assert list(tmp_path.iterdir()) == []


def test_json_says_the_same_with_the_hash_of_the_values(call, tmp_path):
    code, out, err = call("-n", "2_000", "--json", "--out", "a.parquet", "--threads", 2, "--seed", 3)
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["patients"] == 2000
    assert found["seed"] == "3"
    assert found["content_hash"] == content_hash("a.parquet")
    assert found["drawn"]["treated"]["n"] + found["drawn"]["not eligible"]["n"] == 2000
    assert found["failed"]["codes"] == {"failure 2": {"meaning": "a state fell below zero", "n": 1}}
    assert sum(each["n"] for each in found["ends"]["end"]["words"].values()) == found["treated"] - 1
    assert sum(found["grades"]["grade_hypotension"]["counts"]) == found["treated"]
    assert found["covariates"]["age"]["unit"] == "yr"
    assert sum(found["covariates"]["tumour"]["words"].values()) == found["treated"]
    assert found["outcomes"]["MAP_lowest"]["p5"] < found["outcomes"]["MAP_lowest"]["median"]
    assert found["run"]["computed"] == 2000
    assert len(Patients("a.parquet")) == 2000
    assert [file.name for file in tmp_path.iterdir()] == ["a.parquet"]


def test_a_folder_keeps_chosen_courses_and_the_summary(call):
    code, out, _ = call("-n", 2000, "--out", "all", "--keep", "17, 0,17", "--json")
    assert code == 0
    found = json.loads(out)
    assert found.pop("run")["out"] == "all"
    assert found["kept"] == [0, 17]
    assert json.loads(Path("all/summary.json").read_text()) == found


def test_notes_are_told_beside_the_tables(call, monkeypatch):
    noted = (ToyPlan(2000), toy_crowd.run_block, ("weight varies in the cohort",))
    monkeypatch.setattr(cohort_cli, "planned", lambda *_, **__: noted)
    code, out, err = call("-n", 2000, "--json")
    assert (code, err) == (0, "note: weight varies in the cohort\n")
    assert json.loads(out)["patients"] == 2000


def test_options_reach_the_plan(call):
    code, _, _ = call("-n", 2000, "--all", "--cohort", "mine.toml", "--policy", "cwg-2014",
                      "--set", "patient.weight=82 kg")
    assert code == 0
    assert call.asked == {
        "scenario": "toy", "people": "mine.toml", "policy": "cwg-2014", "everyone": True,
        "tables": {"patient": {"weight": "82 kg"}},
    }  # fmt: skip


def test_too_many_failures_end_with_3_after_all_is_written(call, monkeypatch):
    many = ToyPlan(1000, fail_every=100)
    monkeypatch.setattr(cohort_cli, "planned", lambda *_, **__: (many, toy_crowd.run_block, ()))
    code, out, err = call("-n", 1000, "--out", "a.parquet")
    assert code == 3
    assert "treated" in out
    assert "of 875 patients who were to be treated could not be computed" in err
    assert "0.1 %" in err
    assert Path("a.parquet").is_file()


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no second file system to name")
def test_an_output_on_another_disk_is_refused_before_any_work(call):
    if Path("/dev/shm").stat().st_dev == Path().stat().st_dev:
        pytest.skip("no second file system here")
    Path("far").symlink_to("/dev/shm", target_is_directory=True)
    code, _, err = call("-n", 40, "--out", "far")
    assert code == 2 and "another disk" in err
    assert [each.name for each in Path().iterdir()] == ["far"]


@pytest.mark.parametrize("name", [".", "/", ".."])
def test_an_output_needs_a_name(call, name):
    code, _, err = call("-n", 40, "--out", name)
    assert code == 2 and "has no name of its own" in err


def test_a_scheduler_that_does_not_answer_leaves_nothing(call, monkeypatch):
    monkeypatch.setattr(blocks, "PATIENCE", 0.2)
    code, _, err = call("-n", 40, "--out", "a.parquet", "--scheduler", "tcp://127.0.0.1:9")
    assert code == 2 and "--scheduler" in err
    assert not list(Path().iterdir())


def test_nobody_treated_is_no_error(call, monkeypatch):
    def nobody(plan, first, count):
        block = toy_crowd.run_block(plan, first, count)
        block.rows["status"][:], block.rows["failure"][:] = 1, 0
        return block

    monkeypatch.setattr(cohort_cli, "planned", lambda *_, **__: (ToyPlan(40), nobody, ()))
    code, out, err = call("-n", 40)
    assert (code, err) == (0, "")
    assert re.search(r"treated\s+0\s+0\.00", out)
    assert json.loads(call("-n", 40, "--json")[1])["outcomes"]["MAP_lowest"]["median"] is None


def test_who_was_treated_although_not_eligible_is_counted_as_treated(call, monkeypatch):
    plan = ToyPlan(2000, everyone=True)
    monkeypatch.setattr(cohort_cli, "planned", lambda *_, **__: (plan, toy_crowd.run_block, ()))
    found = json.loads(call("-n", 2000, "--all", "--json")[1])
    assert found["treated"] == 2000
    assert found["drawn"]["not eligible"]["n"] == found["criteria"]["fails_creatinine"]["n"] == 250


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-n", "0"], '-n: is out of range; given: '),
        (["-n", "-5"], "-n: is out of range; given: '-5'; allowed: 1 to 1000000000"),
        (["-n", "ten"], "-n: is no whole number; given: 'ten'"),
        (["-n", "1.5"], "-n: is no whole number"),
        ([], "-n"),
        (["-n", "5", "--seed", "-1"], "--seed: is out of range"),
        (["-n", "5", "--threads", "0"], "--threads: is out of range"),
        (["-n", "5", "--threads", "many"], "--threads: is no whole number"),
        (["-n", "5", "--out", "a.txt"], "a.txt: --out: has an unknown extension; given: '.txt'"),
        (["-n", "5", "--out", "nowhere/a"], "there is no folder"),
        (["-n", "5", "--resume"], "--resume: needs a place; allowed: --out FOLDER"),
        (["-n", "5", "--out", "a", "--resume"], "a: --resume: there is nothing to resume"),
        (["-n", "5", "--out", "a", "--resume", "--force"], "--resume: goes on"),
        (["-n", "5", "--out", "a", "--keep", "1,5"], "--keep: is out of range; given: '5'"),
        (["-n", "5", "--out", "a", "--keep", "1,"], "--keep: is no whole number"),
        (["-n", "2000", "--out", "a", "--keep", ",".join(map(str, range(1001)))], "are too many"),
        (["-n", "5", "--keep", "1"], "--keep: needs a place"),
        (["-n", "5", "--out", "a.parquet", "--keep", "1"], "--keep: needs a folder"),
        (["-n", "5", "--set", "weight"], "--set: is no setting"),
    ],
)
def test_bad_input_is_one_message_and_nothing_is_written(words, said, call, tmp_path):
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such-thing", "-n", "5"], "is not a shipped scenario"),
        (["hd-il2-course", "-n", "5", "--cohort", "no-such-people"], "no-such-people"),
        (["hd-il2-course", "-n", "5", "--cohort", "no.toml"], "there is no such file"),
    ],
)
def test_unknown_scenario_and_cohort_are_refused(words, said, command, tmp_path):
    code, out, err = command(*words, "--out", "a")
    assert (code, out) == (2, "")
    assert said in err
    assert list(tmp_path.iterdir()) == []


SLOW = """
import sys, time
sys.path.insert(0, sys.argv[1])
import toy_crowd
from clsim import cli, cohort_cli

def slow(plan, first, count):
    time.sleep(0.05)
    return toy_crowd.run_block(plan, first, count)

cohort_cli.planned = lambda scenario, people, seed, total, **_: (toy_crowd.ToyPlan(total), slow, ())
sys.argv = ["clsim", *sys.argv[2:]]
cli.main()
"""


def test_an_interrupted_command_says_how_to_go_on(call, tmp_path):
    words = ["cohort", "toy", "-n", "3000", "--threads", "1", "--out", "a.parquet"]
    child = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(Path(__file__).parent), *words],
        cwd=tmp_path, text=True, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell ignores it for what it starts with &
    )  # fmt: skip
    for _ in range(3000):
        if list(tmp_path.glob("a.parquet.parts/*.npz")):
            break
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert (child.returncode, out) == (130, "")
    assert re.search(r"clsim: stopped; --resume goes on from a\.parquet\.parts", err)
    code, out, err = call(*words[2:], "--resume", "--json")
    assert (code, err) == (0, "")
    assert 0 < json.loads(out)["run"]["computed"] < 3000


def test_the_monte_carlo_error_is_right_for_none_and_for_all():
    assert share(0, 100)["low"] == 0.0
    assert share(0, 100)["high"] == pytest.approx(3.70, abs=0.01)  # z2 / (n + z2)
    assert share(100, 100)["low"] == pytest.approx(96.30, abs=0.01)
    half = share(50, 100)
    assert (half["low"], half["high"]) == pytest.approx((40.38, 59.62), abs=0.01)
    assert share(0, 0)["percent"] is None


def test_an_event_is_true_above_zero_or_a_time():
    assert happened(np.array([np.nan, 0.0, 3.0])).tolist() == [False, True, True]
    assert happened(np.array([0, 2], np.int8)).tolist() == [False, True]
    assert happened(np.array([True, False])).tolist() == [True, False]
