"""The files of a comparison: a table of patients, and the records that programs read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clsim.compare.nested import Nested
from clsim.compare.run import Comparison
from clsim.compare.win import HIERARCHY, Level
from clsim.disclaimer import DISCLAIMER
from clsim.errors import BadInput, Place

FILES = (".json", ".html", ".parquet", ".csv", ".nc", ".png", ".svg", ".pdf", ".toml")  # no names of folders
PATIENTS, RESULTS, REPORT, FIGURES = "patients.parquet", "comparison.json", "report.html", "figures"
MEMBERS = "members.parquet"


def check_folder(out: Path, force: bool) -> None:
    """Refuse a place that is no folder or holds something, before any work is done.

    Raises
    ------
    BadInput
    """
    place = Place(str(out))
    if out.suffix in FILES and not out.is_dir():
        raise BadInput("is not the name of a folder", given=str(out), allowed="a folder, which is made", key="--out")
    if out.exists() and not out.is_dir():
        raise BadInput("is a file, not a folder", key="--out", place=place)
    if not out.exists() and not out.absolute().parent.is_dir():
        raise BadInput(f'there is no folder "{out.absolute().parent}"', key="--out", place=place)
    if out.is_dir() and any(out.iterdir()) and not force:
        raise BadInput("is not empty", allowed="--force to write into it all the same", key="--out", place=place)


def described(found: Comparison, records: Sequence[dict[str, Any]], command: str, hierarchy: Sequence[Level] = HIERARCHY
              ) -> dict[str, Any]:
    """Everything that is told of a comparison, ready for JSON."""
    first = found.plans[0]
    return {
        "scenario": first.scenario.name, "cohort": first.cohort.name, "reference": found.reference,
        "drawn": first.total, "treated": found.treated, "failed": found.failed, "not_settled": found.unsettled,
        "command": command, **found.facts(), "warnings": found.warnings(), "rows": list(records),
        "wins": [_finite(each.record()) for each in found.wins(hierarchy)], "disclaimer": DISCLAIMER,
    }


def _finite(value: Any) -> Any:
    """JSON has no infinity and no not-a-number: they become None."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def write_json(what: Any, path: Path) -> None:
    """A JSON file, whole or not at all."""
    draft = path.with_name(path.name + ".draft")
    draft.write_text(json.dumps(what, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    draft.replace(path)


def write_patients(found: Comparison, path: Path) -> None:
    """One row for each patient and policy, with the columns that outcomes are made of."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = {each.name: each for each in found.plans[0].columns}
    names = [name for name in found.base.rows if all(name in arm.rows for arm in found.arms)]
    fields = [pa.field("policy", pa.string(), nullable=False)]
    for name in names:
        each = columns[name]
        fields.append(pa.field(name, pa.from_numpy_dtype(found.base.rows[name].dtype), nullable=False,
                               metadata={"unit": each.unit, "label": each.label}))
    schema = pa.schema(fields, metadata={**found.facts(), "disclaimer": DISCLAIMER})
    draft = path.with_name(path.name + ".draft")
    with parquet.ParquetWriter(draft, schema, compression="zstd") as writer:
        for arm in found.arms:
            arrays = [pa.array([arm.name] * found.treated)]
            arrays += [pa.array(np.ascontiguousarray(arm.rows[name]), fields[i].type)
                       for i, name in enumerate(names, 1)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
    draft.replace(path)


def write_members(nested: Nested, path: Path) -> None:
    """One row for each member, policy and outcome: its weight, its parameters, and what was found with them."""
    import pyarrow as pa
    from pyarrow import parquet

    m, keys = len(nested.members), list(nested.found)
    columns: dict[str, Any] = {
        "member": np.tile(nested.members, len(keys)), "weight": np.tile(nested.weights, len(keys)),
        **{f"knob {knob.name}": np.tile(nested.ensemble.values[nested.members, k], len(keys))
           for k, knob in enumerate(nested.ensemble.knobs)},
        "policy": np.repeat([policy for policy, _ in keys], m), "outcome": np.repeat([name for _, name in keys], m),
    }  # fmt: skip
    scale = np.repeat([next(each.scale for each in nested.endpoints if each.name == name) for _, name in keys], m)
    for name in ("policy_mean", "difference", "mc_error", "n"):
        found = np.concatenate([nested.column(*key, name) for key in keys])
        columns[name.removeprefix("policy_")] = found.astype(np.int64) if name == "n" else found * scale
    schema = {**nested.facts(), "reference": nested.reference, "disclaimer": DISCLAIMER}
    draft = path.with_name(path.name + ".draft")
    parquet.write_table(pa.table(columns).replace_schema_metadata(schema), draft, compression="zstd")
    draft.replace(path)
