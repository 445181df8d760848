"""The JSON Schema of lesson files: shapes from pydantic, names of what ships from the gallery."""

from __future__ import annotations

from typing import Any

from clsim.lessons.schema import LessonFile
from clsim.policy.policy import policies
from clsim.scenario import gallery
from clsim.scenario.json_schema import DIALECT, shape_of, written


def schema() -> dict[str, Any]:
    """The schema as plain data."""
    found = shape_of(LessonFile)
    stage = found["$defs"]["Stage"]["properties"]
    stage["scenario"]["examples"], stage["policy"]["examples"] = gallery.scenarios(), policies()
    return {"$schema": DIALECT, **found, "title": "clsim lesson"}


def text() -> str:
    """The schema as JSON text."""
    return written(schema())
