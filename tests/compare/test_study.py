"""A study file is executed as written, and refused where it cannot be meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clsim.cli import app
from clsim.compare.run import compare
from clsim.compare.study import folder, load_study, studies
from clsim.errors import BadInput

SMALL = """
[study]
title = "Earlier or later?"
question = "Does an earlier vasopressor change the first day?"

[cohort]
n = 24
seed = 5
all = true
scenario = "hd-il2-standard"

[cohort.set.run]
horizon = "26 h"

[[arm]]
policy = "cwg-2014"

[[arm]]
name = "at 90"
policy = "cwg-2014"
change = { "targets.sbp.value" = "90 mmHg" }
reference = true

[[arm]]
policy = "as-written"

[analysis]
outcomes = ["doses_given", "hours_MAP_below_65", "death"]
subgroups = ["sex"]
subgroup_outcome = "hours_MAP_below_65"
incidence = ["death"]
front = ["doses_given", "hours_MAP_below_65"]

[[level]]
outcome = "death"
why = "assumed: first"

[[level]]
outcome = "hours_MAP_below_65"
margin = 1.0
why = "assumed: then"
"""


@pytest.fixture
def written(tmp_path):
    """``written(text)`` -> path of a study file."""
    def write(text=SMALL):
        file = tmp_path / "mine.toml"
        file.write_text(text, encoding="utf-8")
        return file
    return write


def test_a_study_is_the_comparison_it_describes(written):
    study = load_study(written())
    assert (study.reference, study.n, study.seed, study.everyone) == ("at 90", 24, 5, True)
    assert [each.endpoint.name for each in study.hierarchy] == ["death", "hours_MAP_below_65"]
    found = study.run()
    assert [arm.name for arm in found.arms] == ["cwg-2014", "at 90", "as-written"]
    other = compare("hd-il2-standard", ["cwg-2014", study.policies[1], "as-written"], 24, reference="at 90", seed=5,
                    everyone=True, run={"horizon": "26 h"})
    assert found.records() == other.records()
    assert found.plans[1].policy.table.aims["value"][0] == 90.0


def test_the_command_makes_one_page_that_needs_nothing_else(written, tmp_path):
    out = tmp_path / "answer"
    run = CliRunner().invoke(app, ["study", str(written()), "--out", str(out), "--json"])
    assert run.exit_code == 0, run.output
    rows = json.loads(run.stdout)
    assert {row["policy"] for row in rows} == {"cwg-2014", "at 90", "as-written"}
    page = (out / "report.html").read_text(encoding="utf-8")
    for part in ("Earlier or later?", "Does an earlier vasopressor", "at 90 (reference)", "assumed: then", "clsim"):
        assert part in page
    assert "http://" not in page.replace("http://www.w3.org", "") and "https://" not in page
    assert (out / "study.toml").is_file() and (out / "patients.parquet").is_file()
    assert load_study(out / "study.toml").policies[1].digest == load_study(written()).policies[1].digest
    again = CliRunner().invoke(app, ["study", str(written()), "--out", str(out)])
    assert again.exit_code != 0 and "not empty" in str(again.exception)


def test_check_reads_without_running(written):
    run = CliRunner().invoke(app, ["study", str(written()), "--check"])
    assert run.exit_code == 0 and "3 arms, 24 patients" in run.stdout


@pytest.mark.parametrize("name", studies())
def test_shipped_studies_can_be_read(name):
    study = load_study(name)
    assert study.about["question"] and len(study.policies) > 1
    assert (folder() / f"{name}.toml").is_file()


@pytest.mark.parametrize(("old", "new", "line", "message"), [
    ('title = "Earlier or later?"\n', "", 2, "title"),
    ("n = 24", "n = 0", 7, "greater than or equal to 1"),
    ("seed = 5", "sed = 5", 8, 'did you mean seed?'),
    ("seed = 5\n", "", 6, "seed"),
    ('scenario = "hd-il2-standard"', 'scenario = "hd-il2-standart"', 10, "did you mean hd-il2-standard?"),
    ('policy = "cwg-2014"\n\n', 'policy = "cwg-2041"\n\n', 16, "did you mean cwg-2014?"),
    ('"targets.sbp.value" = "90 mmHg"', '"targets.sbq.value" = "90 mmHg"', 21, "did you mean sbp?"),
    ('"targets.sbp.value" = "90 mmHg"', '"targets.sbp.value" = "900 mmHg"', 21, "out of range"),
    ('name = "at 90"', 'name = "cwg-2014"', 18, "is the name of two arms"),
    ('policy = "as-written"', 'policy = "as-written"\nreference = true', 0, "two arms are the reference"),
    ('policy = "as-written"', 'policy = "as-written"\nname = "plain"', 24, "has no name and no thresholds"),
    ('"death"]\nsub', '"deaht"]\nsub', 28, "did you mean death?"),
    ('subgroups = ["sex"]', 'subgroups = ["six"]', 29, "did you mean sex?"),
    ('incidence = ["death"]', 'incidence = ["deth"]', 31, "did you mean death?"),
    ('front = ["doses_given", "hours_MAP_below_65"]', 'front = ["doses_given"]', 32, "has two outcomes or none"),
    ('front = ["doses_given", ', 'front = ["fluid_in", ', 32, "says not which way is better"),
    ('outcome = "death"', 'outcome = "fluid_in"', 35, "says not which way is better"),
    ('why = "assumed: then"', 'wy = "assumed: then"', 41, "did you mean why?"),
])  # fmt: skip
def test_what_cannot_be_meant_names_file_line_and_nearest(written, old, new, line, message):
    assert old in SMALL
    with pytest.raises(BadInput) as caught:
        load_study(written(SMALL.replace(old, new, 1)))
    said = str(caught.value)
    assert message in said and "mine.toml" in said, said
    if line:
        assert f"mine.toml:{line}" in said, said


def test_files_beside_a_study_are_found(written, tmp_path):
    (tmp_path / "own.toml").write_text('extends = "cwg-2014"\n[about]\ntitle = "mine"\n', encoding="utf-8")
    study = load_study(written(SMALL.replace('policy = "cwg-2014"\n\n', 'policy = "own.toml"\n\n', 1)))
    assert study.policies[0].name == "own" and Path("own.toml").exists() is False
