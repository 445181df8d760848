"""What a user may set of the body: names, units and bounds come from the declarations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from clsim import units
from clsim.errors import nearest
from clsim.model.layout import FLOWS, INPUTS, PARAMETERS, STATES, home
from clsim.scenario.section import Section
from clsim.spec import Input, Parameter

Value = float | tuple[float, ...]

TABLES = {"patient": "observable", "parameters": "constant"}
PARAMETER = {parameter.name: parameter for parameter in PARAMETERS}
INPUT = {each.name: each for each in INPUTS}
OUTPUTS = (*(s.name for s in STATES), *(f.name for f in FLOWS), *INPUT)

COURSE = ("interleukin2_in", "interleukin2_subcutaneous")
_MASS_PER_TIME = units.unit("mg/min").dimension
SEX = {"male": 1.0, "female": 0.0}


def drugs(fluid_inputs: tuple[str, ...]) -> dict[str, Input]:
    """Inputs that are a mass of drug per time, and interleukin-2 beside or instead of the course."""
    return {
        name: each
        for name, each in INPUT.items()
        if name in COURSE
        or (units.unit(each.unit).dimension == _MASS_PER_TIME and name not in fluid_inputs)
    }


def ward(fluid_inputs: tuple[str, ...]) -> dict[str, Input]:
    """Inputs that the ward sets: what is no fluid, drug, dose of interleukin-2 or blood loss."""
    others = {*fluid_inputs, *COURSE, "bleeding", *drugs(fluid_inputs)}
    return {name: each for name, each in INPUT.items() if name not in others}


def settings(section: Section) -> dict[str, Value]:
    """All values of ``[patient]`` or ``[parameters]``, in internal units."""
    table = str(section.path[0])
    return {name: _setting(section, table, name) for name in section.data}


def _setting(section: Section, table: str, name: str) -> Value:
    parameter = PARAMETER.get(name)
    if parameter is None:
        known = [each for each, p in PARAMETER.items() if p.role == TABLES[table]]
        near = nearest(name, known) or nearest(name, PARAMETER)
        section.refuse(
            f"is not {'an observable of the patient' if table == 'patient' else 'a parameter'}",
            name,
            given=repr(section.data[name]),
            allowed=", ".join(known) if table == "patient" else "names listed by: clsim docs",
            nearest=f"{near} ({home(near)})" if near else "",
        )
    if parameter.role == "solved":
        observables = [each for each, p in PARAMETER.items() if p.role == "observable"]
        section.refuse(
            f"is solved so that the resting body does not drift ({parameter.label}), "
            "it cannot be set",
            name,
            given=repr(section.data[name]),
            allowed="observables under [patient]: " + ", ".join(observables),
            nearest=nearest(name, observables),
        )
    if parameter.role != TABLES[table]:
        right = next(each for each, role in TABLES.items() if role == parameter.role)
        section.refuse(
            f"does not belong under [{table}]",
            name,
            given=repr(section.data[name]),
            nearest=f"[{right}] {name}",
        )
    if parameter.per:
        return _entries(section, parameter)
    if name == "sex" and isinstance(section.data[name], str):
        return _sex(section)
    return _number(section, parameter, name)


def _sex(section: Section) -> float:
    word = section.data["sex"]
    if word not in SEX:
        section.refuse(
            "is not known",
            "sex",
            given=repr(word),
            allowed='"male" or "female"',
            nearest=nearest(word, SEX),
        )
    return SEX[word]


def _number(section: Section, parameter: Parameter, *keys: str | int) -> float:
    low, high = parameter.bounds
    value = section.quantity(*keys, unit=parameter.unit, substance=parameter.name)
    slack = 1e-12 * max(abs(low), abs(high)) if math.isfinite(low + high) else 0.0
    if not low - slack <= value <= high + slack:  # bounds are round in the unit shown
        raw: Any = section.data
        for key in keys:
            raw = raw[key]
        section.refuse(
            f"is out of range ({parameter.label})",
            *keys,
            given=repr(raw),
            allowed=units.span(low, high, parameter.unit, parameter.show),
        )
    return min(max(value, low), high)


def _entries(section: Section, parameter: Parameter) -> tuple[float, ...]:
    """A value for every bed or pocket: a list, or a table by name."""
    name, raw = parameter.name, section.data[parameter.name]
    if isinstance(raw, list) and len(raw) == len(parameter.per):
        return tuple(_number(section, parameter, name, i) for i in range(len(raw)))
    if isinstance(raw, Mapping):
        for entry in raw:
            if entry not in parameter.per:
                section.refuse(
                    "is not an entry of this parameter",
                    *(name, entry),
                    given=entry,
                    allowed=", ".join(parameter.per),
                    nearest=nearest(entry, parameter.per),
                )
        if len(raw) == len(parameter.per):
            return tuple(_number(section, parameter, name, entry) for entry in parameter.per)
    section.refuse(
        "has one value for each of " + ", ".join(parameter.per),
        name,
        given=repr(raw),
        allowed=f"a list of {len(parameter.per)}, or a table by name",
    )
