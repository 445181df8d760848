"""``clsim compare`` and ``clsim sweep``: what they print, write and refuse."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet
from small_trial import SCENARIO

from clsim import cli
from clsim.compare import run
from clsim.compare.endpoints import NAMES
from clsim.compare.page import ALLOWED
from clsim.compare.win import HIERARCHY

SHORT = ("--set", "run.horizon=26 h", "--seed", "3")
KEYS = ["outcome", "policy", "reference", "mean", "difference", "ci_low", "ci_high", "mc_error", "n"]
SBP = "targets.sbp.value=75 mmHg, 90 mmHg"


@pytest.fixture
def call(monkeypatch, invoke, tmp_path):
    """``call("compare", "--policy", "cwg-2014")`` -> exit code, what was printed, what was complained."""
    monkeypatch.chdir(tmp_path)

    def called(word, *words):
        return invoke(word, SCENARIO, *words)

    return called


@pytest.fixture
def ready(call, monkeypatch, trial):
    """The command, but the trial is there already; ``ready.asked``: how it was asked for."""
    asked = {}

    def compare(scenario, policies, n, cohort, **how):
        asked.update(scenario=scenario, policies=policies, n=n, cohort=cohort, **how)
        return trial

    monkeypatch.setattr(run, "compare", compare)

    def called(*words):
        return call("compare", "--policy", "cwg-2014", *words)

    called.asked, called.call = asked, call
    return called


def test_it_prints_the_paired_differences_and_who_fares_better(call, tmp_path):
    words = ("--policy", "cwg-2014", "--policy", "cwg-2014", "--policy", "label-2023:targets.sbp.value=85 mmHg")
    code, out, err = call("compare", *words, "-n", 16, *SHORT)
    assert code == 0 and not list(tmp_path.iterdir())
    assert out.startswith(f"{SCENARIO}, hd-il2-candidates: 16 patients drawn, ")
    lines = out.splitlines()
    doses = next(i for i, line in enumerate(lines) if line.startswith("doses given "))
    assert "reference" in lines[doses]
    assert re.search(r"cwg-2014 \(2\) .* 0\.0+ +0\.0+ to 0\.0+ +0\.0+ ", lines[doses + 1])
    assert "label-2023:targets.sbp.value=85 mmHg" in lines[doses + 2]
    assert "neither knows how wrong the model is" in " ".join(lines)
    assert "Who fares better, by what matters most:" in lines and "cwg-2014 (2) against cwg-2014: all " in out
    assert max(map(len, lines)) < 160 and "Traceback" not in err


def test_words_reach_the_run(ready):
    code, _, _ = ready("--policy", "as-written", "-n", "1_000", "--seed", 7, "--threads", 2, "--all", "--cohort",
                       "mine.toml", "--set", "patient.weight=82 kg", "--reference", "as-written")  # fmt: skip
    assert code == 0
    tell, policies = ready.asked.pop("tell"), ready.asked.pop("policies")
    assert callable(tell) and [getattr(each, "name", each) for each in policies] == ["cwg-2014", "as-written"]
    assert ready.asked == {"scenario": SCENARIO, "n": 1000, "cohort": "mine.toml", "seed": 7, "threads": 2,
                           "everyone": True, "reference": "as-written", "patient": {"weight": "82 kg"}}


def test_chosen_outcomes_and_medians(ready):
    code, out, _ = ready("--outcome", "MAP_min", "--outcome", "doses_cycle_1", "--median")
    assert code == 0
    table = out.split("Differences are paired")[0]
    assert "lowest mean pressure, median" in table and "doses given in cycle 1, median" in table
    assert "intubation" not in table and "hours on oxygen" not in table


def test_warnings_and_notes_stand_beside_the_tables(ready, trial, monkeypatch):
    arm = trial.arms[2]
    swings = np.where(np.arange(trial.treated) < 2, 9, 0)
    unknown = np.where(np.arange(trial.treated) < 5, np.nan, arm.rows["doses_given"])
    odd = replace(arm, rows={**arm.rows, "swings": swings, "doses_given": unknown})
    shaken = replace(trial, arms=(*trial.arms[:2], odd, *trial.arms[3:]))
    monkeypatch.setattr(run, "compare", lambda *_, **__: shaken)
    _, out, err = ready()
    lines = err.splitlines()
    assert any(line.startswith("warning: drips") and "early-pressor in 2 (at most 9" in line for line in lines)
    left = f"early-pressor {trial.treated - 5} of {trial.treated}, with"
    assert any(line.startswith("note: doses given: known in both arms of some") and left in line for line in lines)
    assert any("as-written gives fluids and drugs by the clock" in line for line in lines)
    assert "oscillate" not in out and f"{trial.treated - 5} of {trial.treated}" in out


def test_too_many_failures_end_with_3_and_write_nothing(ready, trial, monkeypatch):
    failed = np.ones(trial.treated, np.int8)
    broken = replace(trial.arms[0], rows={**trial.arms[0].rows, "failure": failed})
    shaken = replace(trial, arms=(broken, *trial.arms[1:]))
    monkeypatch.setattr(run, "compare", lambda *_, **__: shaken)
    code, out, err = ready("--out", "mine")
    assert (code, out) == (3, "") and "could not be computed; at most 0.1 % may fail" in err
    assert not Path("mine").exists()


def test_json_has_rows_with_the_keys_that_programs_read(ready):
    code, out, _ = ready("--json")
    assert code == 0 and "NaN" not in out and "Infinity" not in out
    told = json.loads(out)
    assert all(list(each)[:9] == KEYS for each in told)
    assert {each["outcome"] for each in told} == {*NAMES, "doses_cycle_1"}
    assert {each["policy"] for each in told if each["outcome"] == "death"} == {
        "cwg-2014", "cwg-2014 (2)", "early-pressor", "as-written", "in-python"}
    for each in told:
        if each["policy"] in ("cwg-2014", "cwg-2014 (2)") and each["n"]:
            assert (each["difference"], each["ci_low"], each["ci_high"]) == (0.0, 0.0, 0.0)


@pytest.mark.slow
def test_a_folder_holds_report_figures_patients_and_records(ready, trial):
    code, out, _ = ready("--out", "mine")
    assert code == 0 and out.endswith("written: mine\n")
    mine = Path("mine")
    files = {str(file.relative_to(mine)) for file in mine.rglob("*") if file.is_file()}
    figures = {"differences", "front", "incidence_stopped", "incidence_death", "incidence_ready"}
    figures |= {f"subgroups_{name}" for name in ("cwg-2014_2", "early-pressor", "as-written", "in-python")}
    assert files == {"report.html", "patients.parquet", "comparison.json"} | {
        f"figures/{name}.{kind}" for name in figures for kind in ("png", "svg")}
    page = (mine / "report.html").read_text(encoding="utf-8")
    assert ALLOWED in page and "http://" not in re.sub(r"base64,\S+", "", page)
    for part in ("in-python", "clsim compare hd-il2-standard", "doses given: early-pressor less cwg-2014", "seed"):
        assert part in page, part
    assert "doses_given:" not in page
    assert parquet.read_table(mine / "patients.parquet").num_rows == 5 * trial.treated
    told = json.loads((mine / "comparison.json").read_text())
    assert told["rows"] == trial.records()
    # the folder is not empty now
    code, out, err = ready("--out", "mine")
    assert (code, out) == (2, "") and "is not empty; allowed: --force" in err
    assert ready("--out", "mine", "--force", "--json")[0] == 0


# ---------------------------------------------------------------------------------------- sweeps


def test_a_sweep_tells_which_points_are_on_the_front(call):
    words = ("--policy", "cwg-2014", "--over", SBP, "--with", "no-pressor-2015", "--with", "as-written", "-n", 16)
    code, out, _ = call("sweep", *words, *SHORT)
    assert code == 0 and out.startswith("cwg-2014 with other values of targets.sbp.value\n")
    code, found, _ = call("sweep", *words, *SHORT, "--json", "--out", "mine")
    told = json.loads(found)
    assert code == 0 and all(list(each)[:9] == KEYS for each in told)
    names = ["cwg-2014", "no-pressor-2015", "as-written", "75 mmHg", "90 mmHg"]
    assert [each["policy"] for each in told] == 2 * names
    assert {each["outcome"] for each in told} == {"doses_given", "hours_MAP_below_65"}
    means = {(each["outcome"], each["policy"]): each["mean"] for each in told}
    best = {each["policy"] for each in told if each["on_front"]}
    for name in names:
        x, y = means["doses_given", name], means["hours_MAP_below_65", name]
        beaten = any(
            means["doses_given", other] >= x and means["hours_MAP_below_65", other] <= y
            and (means["doses_given", other], means["hours_MAP_below_65", other]) != (x, y) for other in names)
        assert beaten != (name in best), name
    last = next(line for line in out.splitlines() if line.startswith("on the front"))
    assert set(last.partition(": ")[2].split("; ")) == best
    assert {str(file) for file in Path("mine").rglob("*") if file.is_file()} == {
        "mine/comparison.json", "mine/patients.parquet", "mine/figures/sweep.png", "mine/figures/sweep.svg"}
    kept = json.loads(Path("mine/comparison.json").read_text())
    assert kept["rows"] == told and kept["over"] == ["targets.sbp.value"] and kept["treated"] > 1


def test_two_thresholds_and_other_outcomes(call):
    code, out, _ = call("sweep", "--policy", "cwg-2014", "--over", SBP, "--over", "bolus.volume=250 mL, 500 mL",
                        "--cost", "weight_gain_peak", "--gain", "doses_cycle_1", "-n", 8, *SHORT)
    assert code == 0 and "cwg-2014 with other values of targets.sbp.value and bolus.volume" in out
    assert "90 mmHg, 250 mL" in out and "doses given in cycle 1" in out and "peak weight gain" in out


# -------------------------------------------------------------------------------------- refusals

MINE = """extends = "cwg-2014"
[about]
title = "mine"
[targets.sbp]
value = "{value}"
source = "assumed: a test"
"""


@pytest.fixture
def nobody_drawn(monkeypatch):
    """What is refused is refused before anybody is drawn."""

    def draw(*_):
        raise AssertionError("somebody was drawn")

    monkeypatch.setattr(run, "draw_people", draw)


COMPARE, SWEEP = ("compare", "--policy", "cwg-2014"), ("sweep", "--policy", "cwg-2014", "--over")


@pytest.mark.usefixtures("nobody_drawn")
@pytest.mark.parametrize(("words", "said"), [
    (("compare",), "--policy"),
    ((*COMPARE, "--policy", "cgw-2014"), '"cgw-2014" is not a shipped policy; did you mean cwg-2014?'),
    ((*COMPARE, "--policy", "mine.toml"), "mine.toml:5: [targets] sbp.value: is out of range; given: '850 mmHg'"),
    ((*COMPARE, "--policy", "cwg-2014:targets.spb.value=85 mmHg"), "did you mean sbp?"),
    ((*COMPARE, "--reference", "label-2023"), "reference: is not one of the policies compared; given: label-2023"),
    ((*COMPARE, "--reference", "cwg-2014", "--reference", "a"), "--reference: is given more than once"),
    ((*COMPARE, "--outcome", "dose_given"), "is not an outcome; given: dose_given; did you mean doses_given"),
    ((*COMPARE, "--outcome", "doses_cycle_2"), "--outcome: is not an outcome; given: doses_cycle_2"),
    ((*COMPARE, "-n", "0"), "-n: is out of range; given: '0'"),
    ((*COMPARE, "--seed", "-1"), "--seed: is out of range"),
    ((*COMPARE, "--threads", "few"), "--threads: is no whole number"),
    ((*COMPARE, "--cohort", "nobody"), "nobody"),
    ((*COMPARE, "--set", "run.horizon=1 L"), "horizon"),
    ((*COMPARE, "--out", "full"), "full: --out: is not empty; allowed: --force"),
    ((*COMPARE, "--out", "a.html"), "--out: is not the name of a folder"),
    (("sweep", "--policy", "cwg-2014"), "--over"),
    ((*SWEEP, "targets.sbp.value=70 to 95 in 6"), "needs a unit"),
    ((*SWEEP, "targets.sbp.value=70 to 95 mmHg in 201"), "is too many points; given: 201; allowed: at most 200"),
    ((*SWEEP, SBP, "--over", SBP), "--over: varies one threshold twice"),
    ((*SWEEP, SBP, "--gain", "fluid_in"), "has no front: neither more nor less of it is better; given: fluid_in"),
    ((*SWEEP, SBP, "--cost", "weight"), "--gain, --cost: is not an outcome"),
    ((*SWEEP, SBP, "--with", "cgw-2014"), "did you mean cwg-2014?"),
    (("sweep", "--policy", "as-written", "--over", SBP), "is no policy and has no thresholds"),
])  # fmt: skip
def test_bad_input_is_one_message_and_nothing_is_written(words, said, call, tmp_path):
    Path("mine.toml").write_text(MINE.format(value="850 mmHg"))
    Path("full").mkdir()
    Path("full/note.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    out = () if "--out" in words else ("--out", "new")
    code, printed, err = call(*words, *out)
    assert (code, printed) == (2, "") and said in err and "Traceback" not in err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_policy_of_ones_own_is_compared(call):
    Path("mine.toml").write_text(MINE.format(value="95 mmHg"))
    code, out, _ = call("compare", "--policy", "cwg-2014", "--policy", "mine.toml", "-n", 8, *SHORT)
    assert code == 0 and re.search(r"^ +mine +", out, re.M)


def test_a_disk_that_refuses_is_one_message(ready, monkeypatch):
    from clsim.compare import publish

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publish, "figures", lambda *_: {})
    monkeypatch.setattr(publish, "write_figures", full)
    code, _, err = ready("--out", "mine")
    assert code == 2 and "clsim: mine: cannot be written (No space left on device)" in err


@pytest.mark.parametrize("word", ["compare", "sweep"])
def test_help_has_an_example(word, call):
    code, out, _ = call(word, "--help")
    assert code == 0 and f"Example: clsim {word} hd-il2-course" in out


def test_the_page_names_every_outcome_option_and_level(call):
    page = (Path(cli.__file__).parent.parent / "docs" / "compare.md").read_text(encoding="utf-8")
    assert {name for name in NAMES if f"`{name}`" not in page} == set()
    offered = {word for name in ("compare", "sweep", "study") for word in re.findall(r"--\w+", call(name, "--help")[1])}
    named = set(re.findall(r"(--\w+)", page))
    assert named <= offered and offered - named == {"--help"}
    levels = re.findall(r"^\d\. `(\w+)`(?:.*, by (one|[\d.]+))?", page, re.M)
    margins = [(name, {"": 0.0, "one": 1.0}.get(by) if by in ("", "one") else float(by)) for name, by in levels]
    assert margins == [(each.endpoint.name, each.margin) for each in HIERARCHY]
