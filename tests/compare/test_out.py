"""What a comparison leaves: JSON that programs read, and a table of patients."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from pyarrow import parquet

from clsim.compare import out
from clsim.compare.endpoints import values
from clsim.disclaimer import DISCLAIMER
from clsim.errors import BadInput


def test_everything_told_is_json_without_infinity_or_not_a_number(trial):
    told = out.described(trial, trial.records(), "clsim compare ...")
    text = json.dumps(told, allow_nan=False)
    assert "NaN" not in text and "Infinity" not in text and json.loads(text) == told
    assert (told["scenario"], told["cohort"]) == ("hd-il2-standard", "hd-il2-candidates")
    assert told["drawn"] == 30 and told["treated"] == trial.treated and told["failed"] == told["not_settled"] == 0
    assert told["disclaimer"] == DISCLAIMER and told["warnings"] == trial.warnings() and told["seed"] == "3"
    assert [each["policy"] for each in told["wins"]] == [arm.name for arm in trial.others]
    assert told["wins"][0]["ratio"] is None and told["wins"][0]["levels"][4]["unit"] == "h"


def test_what_json_cannot_say_becomes_none():
    assert out._finite({"a": [np.inf, (1.5, float("nan"))], "b": "x"}) == {"a": [None, [1.5, None]], "b": "x"}


def test_a_file_is_whole_or_not_there(tmp_path):
    out.write_json({"a": 1}, tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": 1}
    with pytest.raises(ValueError, match="Out of range float"):
        out.write_json({"a": np.inf}, tmp_path / "b.json")
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_the_table_of_patients_has_a_row_for_each_patient_and_policy(trial, tmp_path):
    out.write_patients(trial, tmp_path / "patients.parquet")
    table = parquet.read_table(tmp_path / "patients.parquet")
    assert table.num_rows == 5 * trial.treated and table.column_names[:2] == ["policy", "number"]
    about = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert about["seed"] == "3" and about["disclaimer"] == DISCLAIMER and "policy early-pressor" in about
    field = table.schema.field("pressor_hours").metadata
    assert field[b"unit"] == b"h" and field[b"label"] == b"time with phenylephrine or norepinephrine"
    for k, arm in enumerate(trial.arms):
        mine = table.slice(k * trial.treated, trial.treated)
        assert set(mine["policy"].to_pylist()) == {arm.name}
        for name in ("number", "doses_given", "MAP_min", "recovered_at"):
            assert np.array_equal(mine[name].to_numpy(), arm.rows[name], equal_nan=True), name


def test_every_outcome_can_be_worked_out_from_the_table_again(trial, tmp_path):
    out.write_patients(trial, tmp_path / "patients.parquet")
    table = parquet.read_table(tmp_path / "patients.parquet").slice(0, trial.treated)
    rows = {name: table[name].to_numpy() for name in table.column_names if name != "policy"}
    for endpoint in trial.endpoints(everything=True):
        assert np.array_equal(values(endpoint, rows), values(endpoint, trial.base.rows), equal_nan=True), endpoint.name


def test_columns_that_one_arm_lacks_are_left_out(trial, tmp_path):
    bare = {"number": trial.base.rows["number"], "age": trial.base.rows["age"]}
    arms = (trial.base, SimpleNamespace(name="bare", rows=bare))
    found = SimpleNamespace(plans=trial.plans, base=trial.base, arms=arms, facts=trial.facts, treated=trial.treated)
    out.write_patients(found, tmp_path / "patients.parquet")
    assert set(parquet.read_table(tmp_path / "patients.parquet").column_names) == {"policy", "number", "age"}


def test_a_folder_is_looked_at_before_any_work(tmp_path):
    out.check_folder(tmp_path / "new", force=False)
    out.check_folder(tmp_path, force=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("x")
    for place, force, said in (
        (tmp_path, False, "is not empty; allowed: --force"),
        (tmp_path / "file", True, "is a file, not a folder"),
        (tmp_path / "a.parquet", False, "is not the name of a folder"),
        (tmp_path / "no" / "where", False, "there is no folder"),
    ):
        with pytest.raises(BadInput, match=said):
            out.check_folder(place, force)
    out.check_folder(tmp_path, force=True)
