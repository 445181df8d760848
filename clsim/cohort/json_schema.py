"""The JSON Schema of cohort files: shapes from pydantic, names of parameters from the model."""

from __future__ import annotations

from typing import Any

from clsim.cohort.schema import CohortFile
from clsim.model.layout import PARAMETERS
from clsim.scenario.json_schema import DIALECT, shape_of, written


def schema() -> dict[str, Any]:
    """The schema as plain data; a covariate that is no parameter of the model has a name of its own."""
    found = shape_of(CohortFile)
    found["properties"]["vary"]["properties"] = {
        each.name: {"description": each.label, "$ref": "#/$defs/Vary"} for each in PARAMETERS if each.role != "solved"}
    return {"$schema": DIALECT, **found, "title": "clsim cohort"}


def text() -> str:
    """The schema as JSON text."""
    return written(schema())
