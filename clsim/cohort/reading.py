"""From the tables of a cohort file to what is drawn: units, bounds and names are checked here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from clsim.cohort.derived import DERIVED
from clsim.cohort.latent import FRAILTY
from clsim.cohort.varied import CHOSEN, Shift, Varied, beta_exponents, log_sd
from clsim.errors import nearest
from clsim.scenario.section import Section
from clsim.scenario.settings import PARAMETER, SEX
from clsim.spec import Parameter
from clsim.units import span

NEEDS = {  # keys of a distribution: those it must have, and those it may have
    "normal": (("mean", "sd"), ("low", "high")),
    "lognormal": (("median", "cv"), ("low", "high")),
    "uniform": (("low", "high"), ()),
    "triangular": (("low", "mode", "high"), ()),
    "beta": (("mean", "sd", "low", "high"), ()),
    "bernoulli": (("share",), ()),
    "categorical": (("shares",), ()),
}
NUMBERS = ("mean", "sd", "median", "cv", "mode", "low", "high", "share", "shares")
SUM_TOLERANCE = 1e-9
SIZE = ("weight", "height", "sex")


def varied(section: Section, name: str, above: Mapping[str, Varied], below: Mapping[str, Any]) -> Varied:
    """One ``[vary.<name>]``; `above` and `below` hold what stands before and after it in the file."""
    data = section.data
    parameter = PARAMETER.get(name)
    label, unit = _who(section, name)
    if parameter is not None and parameter.role == "solved":
        section.refuse("is solved so that the resting body does not drift, it cannot vary", given=name)
    if parameter is not None and parameter.per and not data.get("relative"):
        section.refuse(f"has one value for each of {', '.join(parameter.per)}", allowed="relative = true")
    if data.get("relative"):
        if parameter is None:
            section.refuse("only a parameter of the model has a reference adult", "relative")
        if not np.all(np.asarray(parameter.default) > 0.0):
            section.refuse("a factor on what is not above 0 means nothing", "relative", given=f"{parameter.default}")
        for other in SIZE:
            if other == name or (other in below and parameter.scale):
                section.refuse(f"needs {other} to stand above it, for the size of the patient", "relative")
    kind = data["distribution"]
    _keys(section, kind)
    drawn = "1" if data.get("relative") else unit
    low, high = _limits(section, name, drawn)
    values = [section.quantity(key, unit=drawn, substance=name)
              for key in NEEDS[kind][0] if key not in ("cv", "low", "high", "share", "shares")]
    if kind in ("normal", "beta") and not values[1] > 0.0:
        section.refuse("is too small", "sd", given=repr(data["sd"]), allowed="above 0")
    if kind == "lognormal":
        if not values[0] > 0.0:
            section.refuse("is too small", "median", given=repr(data["median"]), allowed="above 0")
        values.append(log_sd(data["cv"]))
    if kind == "triangular" and not low <= values[0] <= high:
        section.refuse("lies outside low and high", "mode", given=repr(data["mode"]))
    if kind == "beta":
        exponents = beta_exponents(values[0], values[1], low, high)
        if exponents is None:
            section.refuse(
                "no beta distribution on this range has this mean and spread", "sd",
                given=f"mean = {data['mean']!r}, sd = {data['sd']!r}",
                allowed="a mean within the range, and a smaller sd")
        values = list(exponents)
    if kind in CHOSEN and data.get("depends"):
        section.refuse("a category cannot be shifted", "depends")
    return Varied(
        name=name,
        label=label,
        unit=unit,
        source=data["source"],
        kind=kind,
        numbers=tuple(values),
        low=low,
        high=high,
        categories=_categories(section, name, kind),
        parameter=parameter is not None,
        relative=bool(data.get("relative")),
        entry=_entry(section, parameter),
        frailty=data.get("frailty", 0.0),
        depends=tuple(
            _shift(section.within("depends", i), drawn, above, {name, *below})
            for i in range(len(data.get("depends", [])))
        ),
    )


def _who(section: Section, name: str) -> tuple[str, str]:
    """Label and unit: a parameter brings its own, another covariate must say them."""
    data = section.data
    if name in DERIVED or name == FRAILTY:
        section.refuse("follows from other values and cannot be drawn", given=name)
    parameter = PARAMETER.get(name)
    if parameter is not None:
        for key in ("label", "unit"):
            if key in data:
                section.refuse(f'"{key}" belongs to covariates that are no parameter of the model', key)
        return parameter.label, parameter.unit
    if "label" not in data:
        section.refuse(
            "is not a parameter of the model, and a covariate of another kind needs a label",
            given=name,
            allowed="names listed by: clsim docs; or a label",
            nearest=nearest(name, PARAMETER),
        )
    return data["label"], data.get("unit", "1")


def _entry(section: Section, parameter: Parameter | None) -> int:
    """The column of ``entry``, -1 for all."""
    if "entry" not in section:
        return -1
    word, known = section.data["entry"], parameter.per if parameter is not None else ()
    if word not in known:
        section.refuse("is not an entry of this parameter", "entry", given=repr(word),
                       allowed=", ".join(known) or "none", nearest=nearest(word, known))
    return known.index(word)


def _keys(section: Section, kind: str) -> None:
    """Those a distribution needs, and none that mean nothing to it."""
    must, may = NEEDS[kind]
    for key in must:
        if key not in section:
            section.refuse(f'a {kind} distribution needs "{key}"', allowed=", ".join((*must, *may)))
    section.without(f"has no meaning for a {kind} distribution", *(k for k in NUMBERS if k not in (*must, *may)))


def _limits(section: Section, name: str, unit: str) -> tuple[float, float]:
    """Low and high, infinite if not given, within the bounds of the parameter."""
    parameter = PARAMETER.get(name)
    ends = {"low": -math.inf, "high": math.inf}
    for key in ends:
        if key not in section:
            continue
        ends[key] = section.quantity(key, unit=unit, substance=name)
        if parameter is None or section.data.get("relative"):
            continue
        least, most = parameter.bounds
        slack = 1e-12 * max(abs(least), abs(most)) if math.isfinite(least + most) else 0.0
        if not least - slack <= ends[key] <= most + slack:
            section.refuse(
                f"is out of range ({parameter.label})", key, given=repr(section.data[key]),
                allowed=span(least, most, parameter.unit, parameter.show))
        ends[key] = min(max(ends[key], least), most)  # bounds are round in the unit shown
    if not ends["low"] < ends["high"]:
        section.refuse("must be below high", "low",
                       given=f"low = {section.data['low']!r}, high = {section.data['high']!r}")
    return ends["low"], ends["high"]


def _categories(section: Section, name: str, kind: str) -> tuple[tuple[str, float, float], ...]:
    """(word, code, share): the model's own codes for sex, numbers for numbers, else 0, 1, 2 ..."""
    data = section.data
    if kind == "bernoulli":
        return ("no", 0.0, 1.0 - data["share"]), ("yes", 1.0, data["share"])
    if kind != "categorical":
        return ()
    given: Mapping[str, float] = data["shares"]
    total = math.fsum(given.values())
    if not given or min(given.values()) < 0.0 or abs(total - 1.0) > SUM_TOLERANCE:
        section.refuse("must be shares that add up to 1", "shares", given=f"a sum of {total:g}")
    codes = [SEX.get(word) if name == "sex" else _number(word) for word in given]
    if name in PARAMETER and None in codes:
        word = [*given][codes.index(None)]
        section.refuse("is not a value of this parameter", "shares", word, given=repr(word), nearest=nearest(word, SEX),
                       allowed=" or ".join(SEX) if name == "sex" else "numbers")
    return tuple(
        (word, float(i if None in codes or code is None else code), share)
        for i, ((word, share), code) in enumerate(zip(given.items(), codes, strict=True))
    )


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _shift(section: Section, unit: str, above: Mapping[str, Varied], later: set[str]) -> Shift:
    """One entry of ``depends``."""
    data = section.data
    on = data["on"]
    parameter = PARAMETER.get(on)
    too_late = sorted(_needed(on) & later)
    if too_late or not (on in above or on in DERIVED or _settable(parameter)):
        names = [*above, *DERIVED, *PARAMETER]
        section.refuse(
            f"{too_late[0]} must stand above what depends on it" if too_late
            else "is neither a name above, nor derived, nor a parameter of one number",
            "on", given=repr(on), allowed=", ".join(above), nearest="" if too_late else nearest(on, names),
        )
    found = above.get(on)
    own = _unit(on, found)
    how = section.one_of("power", "per", "is")
    if how == "power":
        section.without('contradicts "power"', "factor", "add")
        return Shift(on, start=section.quantity("from", unit=own, above=0.0, substance=on) if "from" in section
                     else _missing(section, "from"), power=data["power"])
    factor = data.get("factor", 1.0)
    add = section.quantity("add", unit=unit) if "add" in section else 0.0
    if "factor" not in section and "add" not in section:
        section.refuse("is incomplete", allowed="factor or add")
    if how == "is":
        section.without('belongs to "per" and "power"', "from")
        return Shift(on, category=_category(section, found, on), factor=factor, add=add)
    start = section.quantity("from", unit=own, substance=on) if "from" in section else _missing(section, "from")
    return Shift(on, start=start, per=section.quantity("per", unit=own, above=0.0, substance=on),
                 factor=factor, add=add)


def _needed(name: str) -> set[str]:
    """The names from which a value follows: itself, or what a derived covariate is worked out from."""
    if name not in DERIVED:
        return {name}
    return set().union(*(_needed(each) for each in DERIVED[name].needs))


def _settable(parameter: Parameter | None) -> bool:
    """Whether everybody has one such number before he is settled."""
    return parameter is not None and not parameter.per and parameter.role != "solved"


def _unit(name: str, found: Varied | None) -> str:
    """Of a name above, a derived covariate or a parameter; a factor of several entries has none."""
    if found is not None:
        return "1" if name in PARAMETER and PARAMETER[name].per else found.unit
    return DERIVED[name].unit if name in DERIVED else PARAMETER[name].unit


def _missing(section: Section, key: str) -> float:
    section.refuse(f'needs "{key}"', allowed="the value at which nothing is changed")


def _category(section: Section, found: Varied | None, on: str) -> float:
    """The code of a category of the name above (or of sex)."""
    word = section.data["is"]
    code = SEX.get(word) if on == "sex" else found.code(word) if found is not None else None
    if code is None:
        known = [*SEX] if on == "sex" else [each for each, _, _ in found.categories] if found is not None else []
        section.refuse(f"is not a category of {on}", "is", given=repr(word), allowed=", ".join(known),
                       nearest=nearest(word, known))
    return code
