"""The JSON Schema of policy files: shapes from pydantic, names from what can be seen and given."""

from __future__ import annotations

from typing import Any

from clsim.fluids import FLUIDS
from clsim.policy.language import COMPARE
from clsim.policy.orders import MEDICINES
from clsim.policy.policy import policies
from clsim.policy.schema import PolicyFile
from clsim.policy.signals import COUNTED, FLOW_TOTAL, MEASURED, PRESSORS, SIGNALS, TOTAL
from clsim.scenario.json_schema import DIALECT, shape_of, written

RULE = (
    'a rule, such as "sbp < target for 30 min", "urine < 80 mL per 8 h", "at least 3 relative"; comparisons '
    f"({' '.join(COMPARE)}, or a range with to) joined by and, or, not. Signals: {', '.join(SIGNALS)}"
)
RULES = ("when", "raise", "wean")


def schema() -> dict[str, Any]:
    """The schema as plain data."""
    found = shape_of(PolicyFile)
    found["properties"]["extends"]["examples"] = policies()
    measured = (MEASURED, TOTAL, FLOW_TOTAL)
    for table, shape, kinds in (("device", "Device", measured[:1]), ("targets", "Target", measured)):
        found["properties"][table] = {
            "type": "object",
            "description": found["properties"][table]["description"],
            "properties": {name: {"description": f"{each.label} [{each.show}]", "$ref": f"#/$defs/{shape}"}
                           for name, each in SIGNALS.items() if each.kind in kinds},
            "additionalProperties": False,
        }
    for shape in found["$defs"].values():
        for key in RULES:
            if key in shape["properties"]:
                shape["properties"][key] = {
                    "description": shape["properties"][key]["description"], "$ref": "#/$defs/Rule"}
    for name, known in (("Fluid", [*FLUIDS]), ("Electrolyte", [*FLUIDS]), ("Medicine", [*MEDICINES])):
        found["$defs"][name]["properties"]["give"]["enum"] = known
    found["$defs"]["Pressor"]["properties"]["agent"]["enum"] = [*PRESSORS]
    found["$defs"]["Criterion"]["description"] += f" Counted by: {', '.join(COUNTED[:2])}."
    found["$defs"]["Rule"] = {"type": "string", "minLength": 3, "description": RULE}
    return {"$schema": DIALECT, **found, "title": "clsim policy"}


def text() -> str:
    """The schema as JSON text."""
    return written(schema())
