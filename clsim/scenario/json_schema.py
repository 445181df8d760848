"""The JSON Schema of scenario files: shapes from pydantic, names and bounds from the model."""

from __future__ import annotations

import json
import math
from typing import Any

from pydantic import BaseModel

from clsim import fluids, units
from clsim.model.layout import PARAMETERS
from clsim.scenario.schedule import DRUGS, WARD
from clsim.scenario.schema import ScenarioFile
from clsim.scenario.settings import OUTPUTS, TABLES
from clsim.spec import Input, Parameter
from clsim.substances import molar_mass

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NUMBER = {"type": ["string", "number"]}


def schema() -> dict[str, Any]:
    """The schema as plain data."""
    found = shape_of(ScenarioFile)
    for table, role in TABLES.items():
        found["properties"][table] = {
            "type": "object",
            "description": found["properties"][table]["description"],
            "properties": {each.name: _setting(each) for each in PARAMETERS if each.role == role},
            "additionalProperties": False,
        }
    definitions = found["$defs"]
    definitions["Drug"]["properties"]["give"]["enum"] = [*DRUGS]
    definitions["Fluid"]["properties"]["give"] = {
        "description": definitions["Fluid"]["properties"]["give"]["description"],
        "anyOf": [
            {"enum": [*fluids.FLUIDS]},
            {
                "type": "object",
                "properties": {name: {"type": "number"} for name in fluids.FLUIDS},
                "additionalProperties": False,
            },
        ],
    }
    definitions["Ward"]["properties"] |= {name: _ward(each) for name, each in WARD.items()}
    definitions["Ward"]["additionalProperties"] = False
    definitions["Run"]["properties"]["outputs"]["items"] = {"enum": [*OUTPUTS]}
    return {"$schema": DIALECT, **found, "title": "clsim scenario"}


def text() -> str:
    """The schema as JSON text."""
    return written(schema())


def written(found: dict[str, Any]) -> str:
    """A schema as JSON text."""
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def shape_of(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a kind of file, each of its tables with the words of what it holds."""
    found: dict[str, Any] = _without_null(model.model_json_schema(by_alias=True))
    for each in (found, *found["$defs"].values()):
        for held in each.get("properties", {}).values():
            parts = (held, held.get("items"), held.get("additionalProperties"))
            target = next((part["$ref"] for part in parts if isinstance(part, dict) and "$ref" in part), "")
            if target and "description" not in held:
                held["description"] = found["$defs"][target.rpartition("/")[2]]["description"]
    return found


def _setting(parameter: Parameter) -> dict[str, Any]:
    shown = parameter.show or parameter.unit
    mass = molar_mass(parameter.name)
    low, high = (
        units.show(bound, parameter.unit, shown, molar_mass=mass) for bound in parameter.bounds
    )
    found: dict[str, Any] = {"description": f"{parameter.label}; {low} to {high}"}
    if not parameter.per:
        return found | ({"enum": ["male", "female", 0, 1]} if parameter.name == "sex" else NUMBER)
    size = len(parameter.per)
    parts = {
        "type": "object",
        "properties": dict.fromkeys(parameter.per, NUMBER),
        "required": [*parameter.per],
        "additionalProperties": False,
    }
    return found | {
        "anyOf": [{"type": "array", "items": NUMBER, "minItems": size, "maxItems": size}, parts]
    }


def _ward(each: Input) -> dict[str, Any]:
    low, high = each.bounds
    most = "" if math.isinf(high) else f" to {units.show(high, each.unit)}"
    return {"description": f"{each.label}; {units.show(low, each.unit)}{most}", **NUMBER}


def _without_null(value: Any) -> Any:
    """TOML has no null: an absent key is absent."""
    if isinstance(value, list):
        return [_without_null(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {key: each for key, each in value.items() if each is not None}
    choices = [each for each in kept.get("anyOf", []) if each != {"type": "null"}]
    if "anyOf" in kept and len(choices) == 1:
        kept = {key: each for key, each in kept.items() if key != "anyOf"} | choices[0]
    return {key: _without_null(each) for key, each in kept.items()}
