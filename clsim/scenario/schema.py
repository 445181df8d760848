"""The shape of a scenario file: which tables and keys there are, and what each is for.

pydantic checks the shape and writes the JSON Schema; units, bounds and times are
checked in `clsim.scenario.settings` and `clsim.scenario.schedule`, where the declarations of the model
are known.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from clsim.errors import BadInput, nearest
from clsim.scenario.toml_text import Document, Key


def _quantity(value: Any) -> str | float:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError('should be a number with its unit, such as "500 mL"')
    return value


Quantity = Annotated[
    Any, BeforeValidator(_quantity), WithJsonSchema({"type": ["string", "number"]})
]
Values = dict[str, Any]
Shape = TypeVar("Shape", bound=BaseModel)
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class About(_Strict):
    """What the scenario is for."""

    title: str = Field("", description="one line")
    question: str = Field("", description="what a reader may learn from it")
    source: str = Field("", description="where the schedule comes from")


class Course(_Strict):
    """Interleukin-2: planned doses, those held, cycles and the rest between them."""

    route: Literal["intravenous", "subcutaneous", "continuous"] = Field(
        "intravenous", description="how it is given")
    dose: Quantity = Field(None, description='one dose, such as "600000 IU/kg"')
    rate: Quantity = Field(None, description='continuous route only, such as "18 MIU/m2/d"')
    over: Quantity = Field(None, description='duration of one dose, such as "15 min"')
    every: Quantity = Field(None, description='from one planned dose to the next, such as "8 h"')
    doses: int | None = Field(None, description="planned doses in one cycle", ge=1, le=1000)
    at: list[Quantity] | None = Field(
        None, description='times in a cycle, in place of "every", "doses"'
    )
    start: Quantity = Field("0 h", description="first dose of the first cycle")
    hold: list[int] = Field([], description="numbers of planned doses that are not given")
    cycles: int = Field(1, description="how often the cycle is repeated", ge=1, le=100)
    cycle: Quantity = Field(None, description="length of a cycle; default: whole days of its doses")
    rest: Quantity = Field("0 d", description="from the end of a cycle to the next")
    courses: int = Field(1, description="how often all cycles are repeated", ge=1, le=10)
    pause: Quantity = Field(None, description="from the end of a course to the next, such as \"7 wk\"")
    carrier: str | None = Field(None, description="fluid of each dose, such as dextrose_5")
    carrier_volume: Quantity = Field(None, description='per dose, such as "50 mL"')


class Timed(_Strict):
    """When something is given: once, repeatedly, after doses, or from a time until another."""

    name: Name = Field("", description="an entry replaces that of the same name it extends")
    omit: Literal[True] | None = Field(None, description="leaves out the entry of that name")
    note: str = Field("", description="why")
    at: Quantity = Field(None, description="time of the (first) portion")
    every: Quantity = Field(None, description="interval of repetition")
    times: int | None = Field(None, description="number of portions", ge=1, le=10000)
    after_dose: Quantity = Field(None, description="time after the start of each dose given")
    doses: list[int] | None = Field(None, description="after these dose numbers only")
    from_: Quantity = Field(None, alias="from", description="start of a drip")
    until: Quantity = Field(None, description="end of a drip or of repetition; default: the end")
    each_cycle: bool = Field(False, description="times count from the start of every cycle")


class Fluid(Timed):
    """A portion (volume over a time) or a drip (rate from a time until another)."""

    give: str | Values = Field("", description="bag, or shares of bags by volume")
    volume: Quantity = Field(None, description="of one portion")
    amount: Quantity = Field(None, description="of the active substance, in place of volume")
    over: Quantity = Field(None, description="duration of one portion")
    rate: Quantity = Field(None, description="of a drip; of a portion, in place of over")
    rates: Values | None = Field(None, description="rate from each time on: {time = rate}")


class Drug(Timed):
    """A portion (dose over a time) or a drip (rate from a time until another)."""

    give: str = Field("", description="name of the drug")
    dose: Quantity = Field(None, description="of one portion")
    over: Quantity = Field(None, description="duration of one portion")
    rate: Quantity = Field(None, description="of a drip; of a portion, in place of over")
    rates: Values | None = Field(None, description="rate from each time on: {time = rate}")


class Bleed(Timed):
    """Whole blood lost."""

    volume: Quantity = Field(None, description="of one bleed")
    over: Quantity = Field(None, description="duration of one bleed")
    rate: Quantity = Field(None, description="of a steady loss; of a bleed, in place of over")
    rates: Values | None = Field(None, description="rate from each time on: {time = rate}")


class Ward(BaseModel):
    """What the ward sets for a while: eating, drinking, oxygen."""

    model_config = ConfigDict(extra="allow", strict=True)

    name: Name = Field("", description="an entry replaces that of the same name it extends")
    omit: Literal[True] | None = Field(None, description="leaves out the entry of that name")
    note: str = Field("", description="why")
    from_: Quantity = Field(None, alias="from", description="start")
    until: Quantity = Field(None, description="end; default: the end of the run")
    each_cycle: bool = Field(False, description="times count from the start of every cycle")


class Run(_Strict):
    """How long to simulate, how finely, and what to keep."""

    horizon: Quantity = Field(None, description="end of the run; default: the end of the course")
    step: Quantity = Field("1 min", description="longest step of the solver")
    every: Quantity = Field("5 min", description="interval of the output")
    outputs: list[str] = Field([], description="variables to save; default: all")
    seed: int = Field(0, description="for what is drawn at random", ge=0)


class ScenarioFile(_Strict):
    """One patient, one course, what is given besides, and for how long."""

    extends: str = Field("", description="name or path of a scenario to begin with")
    about: About = About()
    patient: Values = Field({}, description="observables of the patient")
    parameters: Values = Field({}, description="constants of the model")
    course: Course | None = Field(None, description="no interleukin-2 without it")
    fluid: list[Fluid] = []
    drug: list[Drug] = []
    bleed: list[Bleed] = []
    ward: list[Ward] = []
    run: Run = Run()


TABLES: dict[str, type[BaseModel]] = {"about": About, "course": Course, "run": Run}
ENTRIES: dict[str, type[BaseModel]] = {"fluid": Fluid, "drug": Drug, "bleed": Bleed, "ward": Ward}


def check(document: Document) -> ScenarioFile:
    """The validated file; raises `BadInput` for the first key that does not belong."""
    return validated(ScenarioFile, document)


def validated(model: type[Shape], document: Document) -> Shape:
    """A file in the shape of `model`; raises `BadInput` for the first key that does not belong."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        odd = {each["loc"][:-1] for each in found if each["type"] == "extra_forbidden"}
        # a needed key that is missing where an unknown one stands is most likely misspelt
        told = [each for each in found if not (each["type"] == "missing" and each["loc"][:-1] in odd)]
        problems = [_explain(each, document, model) for each in told]
    raise min(problems, key=lambda each: each.place.line if each.place else 0)


def _explain(error: Any, document: Document, model: type[BaseModel]) -> BadInput:
    """pydantic's finding in our four parts: where, given, allowed, nearest."""
    path: Key = tuple(part for part in error["loc"] if part not in ("str", "dict[str,any]"))
    key, place = spell(path), document.place(path)
    if error["type"] == "extra_forbidden":
        known = allowed(path[:-1], model)
        return BadInput(
            "is not a key here",
            given=str(path[-1]),
            allowed=", ".join(known),
            nearest=nearest(str(path[-1]), known),
            key=key,
            place=place,
        )
    message = error["msg"].removeprefix("Value error, ")
    message = message.replace("Input should", "should").replace("valid string", "text")
    message = message.replace("valid dictionary", "table").replace("valid list", "list")
    given = error["input"]
    expected = str((error.get("ctx") or {}).get("expected", ""))
    options = [word.strip("' ") for word in expected.replace(" or ", ",").split(",") if word]
    return BadInput(
        message[:1].lower() + message[1:],
        given=repr(given) if not isinstance(given, dict) else "a table",
        nearest=nearest(str(given), options),
        key=key,
        place=place,
    )


def allowed(path: Key, model: type[BaseModel]) -> list[str]:
    """Keys that may stand in the table at `path` of a file in the shape of `model`."""
    for part in path:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if part in fields:  # else the number or the name of an entry
            model = _within(fields[str(part)].annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _within(annotation: Any) -> type[BaseModel] | None:
    """The shape that a type such as ``list[Fluid]`` holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_within, get_args(annotation))), None)


def spell(path: Key) -> str:
    """A path as a user would write it: ``[course] dose``, ``[[fluid]] 2, volume``."""
    if len(path) < 2:
        return str(path[0]) if path else ""
    rest = ".".join(str(part) for part in path[1:])
    if isinstance(path[1], int):
        rest = ", ".join([str(path[1] + 1), ".".join(str(part) for part in path[2:])])
        return f"[[{path[0]}]] {rest.rstrip(', ')}"
    return f"[{path[0]}] {rest}"


def with_defaults(data: dict[str, Any]) -> dict[str, Any]:
    """The data of a file, the defaults of ``[about]``, ``[course]`` and ``[run]`` written out."""
    filled = dict(data)
    for table, model in TABLES.items():
        if table == "course" and table not in data:
            continue
        defaults = {
            field.alias or name: field.default
            for name, field in model.model_fields.items()
            if field.default is not None
        }
        filled[table] = defaults | data.get(table, {})
    return filled
