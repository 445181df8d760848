"""Reference pages, written from the declarations: ``clsim docs`` renews ``docs/reference``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from clsim import units
from clsim.cohort import cohorts, load_cohort, page
from clsim.cohort import json_schema as cohort_schema
from clsim.fluids import FLUIDS
from clsim.lessons import json_schema as lesson_schema
from clsim.model.layout import PARAMETERS, SUBSYSTEMS
from clsim.policy import json_schema as policy_schema
from clsim.policy import page as policy_page
from clsim.scenario import json_schema
from clsim.scenario.schedule import DRUGS, WARD
from clsim.scenario.schema import ENTRIES, TABLES, ScenarioFile
from clsim.spec import CITATION, Flow, Input, Parameter, State
from clsim.substances import molar_mass

HEAD = "<!-- Written by `clsim docs` from the declarations; changes here are lost. -->\n\n"
BIBLIOGRAPHY = "../references.bib"
SCHEMAS = {"scenario": json_schema.text, "policy": policy_schema.text, "cohort": cohort_schema.text,
           "lesson": lesson_schema.text}
SCALES = {"": "", "volume": "lean mass", "flow": "surface area"}


def write(folder: Path) -> list[Path]:
    """Write all pages into `folder`, which is made if need be, and beside it; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for home, texts in ((folder, pages()), (folder.parent, above())):
        for name, text in texts.items():
            file = home / name
            file.write_text(text, encoding="utf-8")
            files.append(file)
    return files


def above() -> dict[str, str]:
    """File name and text of the pages that stand beside the folder."""
    return {"policies.md": HEAD + policy_page.text(_table, lambda source: _linked(source, "references.bib"))}


def pages() -> dict[str, str]:
    """File name and text of every page."""
    return {
        "parameters.md": _parameters(),
        "states.md": _states(),
        "flows.md": _flows(),
        "inputs.md": _inputs(),
        "fluids.md": _fluids(),
        "cohorts.md": _cohorts(),
        "scenario.md": _scenario(),
        **{f"{kind}.schema.json": text() for kind, text in SCHEMAS.items()},
    }


def _parameters() -> str:
    roles = [each.role for each in PARAMETERS]
    assumed = sum(each.source.startswith("assumed") for each in PARAMETERS)
    cited = sum(bool(CITATION.search(each.source)) for each in PARAMETERS)
    text = HEAD + (
        "# Parameters\n\n"
        f"{len(PARAMETERS)} parameters: {roles.count('observable')} *observables* describe a "
        f"patient and are set under `[patient]`, {roles.count('constant')} *constants* belong to "
        f"the laws and are set under `[parameters]`, {roles.count('solved')} are *solved* so that "
        "the undosed patient stays at rest, and cannot be set. "
        f"{cited} name a publication; {assumed} are assumed, and say why.\n\n"
        "Defaults are those of the reference adult and grow with *lean mass* (Boer 1984) or *body "
        "surface area* (Mosteller 1987) where the table says so. Numbers stand in the unit that "
        "people use; `clsim show NAME` gives the internal unit. Where a parameter has one value "
        "for each bed, organ or pocket, the names follow the meaning in brackets. Sources such as "
        f"`Fleck1985` are keys of the [bibliography]({BIBLIOGRAPHY}).\n"
    )
    heads = ("name", "meaning", "role", "default", "bounds", "grows with", "source")
    for module in SUBSYSTEMS:
        declared: Sequence[Parameter] = module.PARAMETERS
        rows = [
            (
                _anchored(each.name),
                _meaning(each),
                each.role,
                _default(each),
                _span(each.bounds, each),
                SCALES[each.scale],
                _linked(each.source),
            )
            for each in declared
        ]
        text += _section(module, heads, rows)
    return text


def _states() -> str:
    text = HEAD + (
        "# States\n\nWhat the solver integrates. *Size* is the change that matters, in the unit "
        "kept; a *positive* state that falls below zero ends the run with a message.\n"
    )
    heads = ("name", "meaning", "unit kept", "shown in", "size", "positive")
    for module in SUBSYSTEMS:
        declared: Sequence[State] = module.STATES
        rows = [
            (
                _anchored(each.name),
                _meaning(each),
                each.unit,
                each.show or each.unit,
                f"{each.size:g}",
                "yes" if each.positive else "no",
            )
            for each in declared
        ]
        text += _section(module, heads, rows)
    return text


def _flows() -> str:
    text = HEAD + "# Flows\n\nFluxes and outputs: what follows from the states at any instant.\n"
    for module in SUBSYSTEMS:
        declared: Sequence[Flow] = module.FLOWS
        rows = [
            (_anchored(each.name), _meaning(each), each.unit, each.show or each.unit)
            for each in declared
        ]
        text += _section(module, ("name", "meaning", "unit kept", "shown in"), rows)
    return text


def _inputs() -> str:
    text = HEAD + (
        "# Inputs\n\nWhat the world does to the body, constant between two orders. A scenario "
        "file reaches an input through the table named; where none is named, through `[course]`, "
        "`[[fluid]]` or `[[bleed]]`.\n"
    )
    for module in SUBSYSTEMS:
        declared: Sequence[Input] = module.INPUTS
        rows = [
            (
                _anchored(each.name),
                each.label,
                each.unit,
                f"{each.default:g}",
                _span(each.bounds, each),
                "`[[drug]]`" if each.name in DRUGS else "`[[ward]]`" if each.name in WARD else "",
            )
            for each in declared
        ]
        text += _section(module, ("name", "meaning", "unit", "usual", "bounds", "table"), rows)
    return text


def _fluids() -> str:
    ions = ("sodium", "potassium", "chloride", "lactate", "glucose", "calcium")
    parts = (*ions, "albumin", "globulin", "red_cells")
    rows = [
        (
            f"`{each.name}`",
            each.label,
            *(f"{getattr(each, part):g}" for part in parts),
            each.active,
            each.source,
        )
        for each in FLUIDS.values()
    ]
    heads = ("name", "fluid", "Na", "K", "Cl", "lactate", "glucose", "Ca", "albumin", "globulin")
    lead = (
        "# Fluids\n\nPer litre of the bag: mmol of ions, lactate and glucose, g of protein, L of "
        "cells. A bag with an *amount of* may be ordered by it. Calcium, citrate and acetate: see "
        "`clsim/fluids.py`.\n\n"
    )
    return HEAD + lead + _table((*heads, "cells", "amount of", "source"), rows)


def _scenario() -> str:
    text = HEAD + (
        "# Keys of a scenario file\n\nAll times, doses and rates are text with a unit. "
        "`[patient]` takes the observables and `[parameters]` the constants of "
        "[parameters](parameters.md); `[[drug]]` and `[[ward]]` the [inputs](inputs.md) marked so; "
        "`[[fluid]]` the [fluids](fluids.md). Editors that know JSON Schema can use "
        "[scenario.schema.json](scenario.schema.json). How to write one: "
        "[scenarios](../scenarios.md).\n"
    )
    heads = ("key", "meaning", "default")
    fields = ScenarioFile.model_fields
    top = [key for key in fields if key not in (*ENTRIES, *TABLES)]
    text += "\n## top\n\n" + _table(heads, [_key(key, fields[key]) for key in top])
    for name, model in (TABLES | ENTRIES).items():
        rows = [_key(field.alias or key, field) for key, field in model.model_fields.items()]
        if name == "ward":
            rows += [(f"`{key}`", f"{each.label} [{each.unit}]", "") for key, each in WARD.items()]
        title = f"[[{name}]]" if name in ENTRIES else f"[{name}]"
        lead = (model.__doc__ or "").strip().splitlines()[0]
        text += f"\n## {name}\n\n`{title}` {lead}\n\n" + _table(heads, rows)
    return text


def _key(key: str, field: FieldInfo) -> tuple[str, str, str]:
    """Row of one key: what it means, or the words it may have, and its default."""
    options = field.annotation if get_origin(field.annotation) is Literal else None
    meaning = field.description or ", ".join(f"`{word}`" for word in get_args(options))
    written = field.default and isinstance(field.default, str | int)
    return f"`{key}`", meaning, f"`{field.default}`" if written else ""


def _cohorts() -> str:
    text = HEAD + (
        "# Shipped cohorts\n\nWho is drawn, who is eligible and who could not exist: the files of "
        "`scenarios/cohorts`, as they stand. What the columns mean, and how to write a cohort of one's own: "
        "[cohorts](../cohorts.md).\n"
    )
    for name in cohorts():
        cohort = load_cohort(name)
        text += f"\n## {name}\n\n{cohort.title}. {cohort.about['question']} Drawn as {cohort.method}.\n"
        for title, heads, rows in (
            ("What varies", page.VARIED, page.varied(cohort)),
            ("Correlated beside frailty", page.CORRELATED, page.correlated(cohort)),
            ("Eligible", page.JUDGED, page.judged(cohort.eligibility)),
            ("Plausible", page.JUDGED, page.judged(cohort.plausibility)),
        ):
            linked = [(*row[:-1], _linked(row[-1])) for row in rows]
            text += f"\n### {title}\n\n{_table(heads, linked)}" if rows else ""
    return text


def _anchored(name: str) -> str:
    return f'<a id="{name}"></a>`{name}`'


def _meaning(each: Parameter | State | Flow) -> str:
    return each.label + (f" ({', '.join(each.per)})" if each.per else "")


def _linked(source: str, bibliography: str = BIBLIOGRAPHY) -> str:
    return CITATION.sub(lambda key: f"[{key[0]}]({bibliography})", source)


def _default(parameter: Parameter) -> str:
    if parameter.default is None:
        return "solved"
    mass = molar_mass(parameter.name)
    default = parameter.default
    values = default if isinstance(default, tuple) else (default,)
    shown = parameter.show or parameter.unit
    texts = [units.convert(value, parameter.unit, shown, mass) for value in values]
    return ", ".join(f"{text:.4g}" for text in texts) + ("" if shown == "1" else f" {shown}")


def _span(bounds: tuple[float, float], declared: Parameter | Input) -> str:
    unit = declared.unit
    shown = declared.unit if isinstance(declared, Input) else declared.show or declared.unit
    low, high = (
        f"{units.convert(bound, unit, shown, molar_mass(declared.name)):.4g}" for bound in bounds
    )
    return f"from {low}" if math.isinf(bounds[1]) else f"{low} to {high}"


def _section(module: ModuleType, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    name = module.__name__.rsplit(".", 1)[-1]
    title = (module.__doc__ or name).strip().splitlines()[0].rstrip(".")
    lead = f"\n## {name}\n\n{title}. Laws: [{name}](../model/{name}.md).\n\n"
    return lead + _table(heads, rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines
    )
