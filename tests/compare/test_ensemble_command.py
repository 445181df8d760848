"""``clsim compare --ensemble``: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import small_ensemble
from pyarrow import parquet
from small_trial import SCENARIO

from clsim.compare import run
from clsim.errors import BadInput

WORDS = ("--policy", "cwg-2014", "--policy", "early-pressor", "-n", 16, "--set", "run.horizon=26 h", "--seed", 3)


@pytest.fixture
def call(monkeypatch, invoke, tmp_path):
    """``call("--ensemble")`` -> exit code, what was printed, what was complained; ``call.names``: what was loaded."""
    monkeypatch.chdir(tmp_path)
    names = []

    def load(name):
        names.append(name)
        if name not in ("hd-il2", "mine"):
            raise BadInput("is not a shipped ensemble", given=name)
        return small_ensemble.made()

    monkeypatch.setattr(run, "load_ensemble", load)

    def called(*words):
        return invoke("compare", SCENARIO, *words)

    called.names = names
    return called


def test_members_stand_below_the_paired_differences(call):
    code, out, err = call("--ensemble", *WORDS, "--outcome", "MAP_min", "--members", 4)
    assert code == 0 and call.names == ["hd-il2"]
    said = " ".join(out.split())
    assert "members of small, as many as" in said and "SD of members SD of patients" in said
    assert "None knows what the equations themselves leave out." in said
    assert said.index("Differences are paired") < said.index("What is not known of the parameters") < said.index(
        "Who fares better")
    assert "warning: the members count as" in err


def test_the_name_may_come_last_or_not_at_all(call):
    assert call(*WORDS, "--ensemble", "mine", "--outcome", "MAP_min")[0] == 0
    code, out, _ = call(*WORDS, "--outcome", "MAP_min", "--json", "--ensemble")
    assert code == 0 and call.names == ["mine", "hd-il2"]
    rows = json.loads(out)
    assert {each["outcome"] for each in rows} == {"MAP_min"}
    assert all(each["ensemble"]["members"] == 6 for each in rows)


def test_without_it_nothing_of_it_is_there(call):
    code, out, _ = call(*WORDS, "--outcome", "MAP_min", "--json")
    assert code == 0 and call.names == [] and all("ensemble" not in each for each in json.loads(out))


@pytest.mark.slow
def test_a_folder_holds_the_members_too(call):
    code, _, _ = call("--ensemble", *WORDS, "--out", "mine")
    assert code == 0
    page = Path("mine/report.html").read_text(encoding="utf-8")
    for part in ("What is not known of the parameters", "SD of members", "6 members, as many as 4.8 of equal weight",
                 "ensemble equations", "Differences over the members of small"):
        assert part in page, part
    assert Path("mine/figures/members.png").exists()
    told = json.loads(Path("mine/comparison.json").read_text())
    assert told["ensemble"] == "small" and told["rows"][0]["ensemble"]["members"] == 6
    table = parquet.read_table("mine/members.parquet").to_pydict()
    assert set(table) == {"member", "weight", *(f"knob {each}" for each in small_ensemble.NAMES), "policy", "outcome",
                          "mean", "difference", "mc_error", "n"}
    row = next(each for each in told["rows"] if (each["outcome"], each["policy"]) == ("ICU", "early-pressor"))
    mine = [k for k, pair in enumerate(zip(table["outcome"], table["policy"], strict=True))
            if pair == ("ICU", "early-pressor")]
    assert len(mine) == 6 and table["knob NO_max"][mine[2]] == small_ensemble.made().values[2, 0]
    assert row["ensemble"]["difference"] == pytest.approx(
        sum(table["weight"][k] * table["difference"][k] for k in mine))


@pytest.mark.parametrize(("words", "said"), [
    (("--members", "3"), "--members: has a meaning only with --ensemble; given: 3"),
    (("--ensemble", "--median"), "--median: compares medians, --ensemble means"),
    (("--ensemble", "--members", "x"), "--members: is no whole number; given: 'x'"),
    (("--ensemble", "--members", "9"), "members: is more than the ensemble small has; given: 9; allowed: 2 to 6"),
    (("--ensemble", "other"), "is not a shipped ensemble; given: other"),
    (("--ensemble", "-n", "30_000"), "n: is too many to treat again and again; given: 30,000; allowed: at most 20,000"),
])  # fmt: skip
def test_bad_input_ends_with_2(call, words, said):
    code, out, err = call(*WORDS, *words)
    assert (code, out) == (2, "") and said in err and "Traceback" not in err
