"""Units exist at the door and nowhere inside: text in, a float in the declared unit out.

    parse("500 mL", "L")                               -> 0.5
    parse("0.5 mcg/kg/min", "mcg/min", weight=80.0)    -> 40.0
    show(0.0342, "L/min", "mL/min")                    -> "34.2 mL/min"

Spellings follow UCUM where it can be typed (``mm[Hg]``, ``10*9/L``, ``Cel``) and the
ward where it cannot (``mcg``, ``mmHg``, ``h``, ``IU``).  Factors are exact fractions,
so a value is converted with a single rounding.

``/kg`` means *per kilogram of the patient* and is a dimension of its own: it never
cancels against a mass of drug, so ``mcg/kg/min`` cannot pass for ``1/min``.  A dose per
kg or per m2 is multiplied by the patient's weight or surface area if the declared
unit has none.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import chain, product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from clsim.errors import BadInput, nearest

# powers of length, mass, time, amount, temperature, international units, patient's mass
Dimension = tuple[int, int, int, int, int, int, int]
Number = TypeVar("Number", float, NDArray[np.float64])
NONE: Dimension = (0, 0, 0, 0, 0, 0, 0)
BODY: Dimension = (0, 0, 0, 0, 0, 0, 1)
AREA: Dimension = (2, 0, 0, 0, 0, 0, 0)

_LENGTH: Dimension = (1, 0, 0, 0, 0, 0, 0)
_MASS: Dimension = (0, 1, 0, 0, 0, 0, 0)
_TIME: Dimension = (0, 0, 1, 0, 0, 0, 0)
_AMOUNT: Dimension = (0, 0, 0, 1, 0, 0, 0)
_TEMPERATURE: Dimension = (0, 0, 0, 0, 1, 0, 0)
_INTERNATIONAL: Dimension = (0, 0, 0, 0, 0, 1, 0)
_VOLUME: Dimension = (3, 0, 0, 0, 0, 0, 0)
_FORCE: Dimension = (1, 1, -2, 0, 0, 0, 0)
_PRESSURE: Dimension = (-1, 1, -2, 0, 0, 0, 0)
_ENERGY: Dimension = (2, 1, -2, 0, 0, 0, 0)
_POWER: Dimension = (2, 1, -3, 0, 0, 0, 0)
_PER_MASS: Dimension = (0, -1, 0, 1, 0, 0, 0)
_WORDS = {
    "plain number": NONE,
    "volume": _VOLUME,
    "mass": _MASS,
    "time": _TIME,
    "amount of substance": _AMOUNT,
    "pressure": _PRESSURE,
    "temperature": _TEMPERATURE,
    "international units": _INTERNATIONAL,
    "body weight": BODY,
    "length": _LENGTH,
    "area": AREA,
    "force": _FORCE,
    "energy": _ENERGY,
    "power": _POWER,
}

# SI base: m, kg, s, mol, K; one international unit is its own base.
_SECONDS = {"min": 60, "h": 3600, "hr": 3600, "wk": 604800}
_SECONDS |= dict.fromkeys(("d", "day", "days"), 86400)
_SECONDS |= dict.fromkeys(("y", "yr", "year", "years", "a"), 31557600)
_CELSIUS = ("degC", "°C", "Cel", "C")
_FAHRENHEIT = ("degF", "°F", "[degF]", "F")
_PLAIN: dict[str, tuple[Fraction, Dimension]] = {
    **{symbol: (Fraction(seconds), _TIME) for symbol, seconds in _SECONDS.items()},
    **dict.fromkeys(("1", "beat", "beats", "breath", "breaths"), (Fraction(1), NONE)),
    **dict.fromkeys(("mmHg", "mm[Hg]"), (Fraction("133.322387415"), _PRESSURE)),
    **dict.fromkeys(("cmH2O", "cm[H2O]"), (Fraction("98.0665"), _PRESSURE)),
    **dict.fromkeys(("IU", "[IU]"), (Fraction(1), _INTERNATIONAL)),
    **dict.fromkeys(("K", *_CELSIUS), (Fraction(1), _TEMPERATURE)),
    **dict.fromkeys(_FAHRENHEIT, (Fraction(5, 9), _TEMPERATURE)),
    "%": (Fraction(1, 100), NONE),
    "bpm": (Fraction(1, 60), (0, 0, -1, 0, 0, 0, 0)),
    "bar": (Fraction(100000), _PRESSURE),
    "mbar": (Fraction(100), _PRESSURE),
    "dyn": (Fraction(1, 100000), _FORCE),
    "cal": (Fraction("4.184"), _ENERGY),
    "kcal": (Fraction("4184"), _ENERGY),
    "cc": (Fraction(1, 1000000), _VOLUME),
    "kIU": (Fraction(1000), _INTERNATIONAL),
    "MIU": (Fraction(1000000), _INTERNATIONAL),
    "lb": (Fraction("0.45359237"), _MASS),
    "in": (Fraction("0.0254"), _LENGTH),
}
_PREFIXED: dict[str, tuple[Fraction, Dimension]] = {
    "g": (Fraction(1, 1000), _MASS),
    "m": (Fraction(1), _LENGTH),
    "L": (Fraction(1, 1000), _VOLUME),
    "l": (Fraction(1, 1000), _VOLUME),
    "s": (Fraction(1), _TIME),
    "mol": (Fraction(1), _AMOUNT),
    "Osm": (Fraction(1), _AMOUNT),
    "osm": (Fraction(1), _AMOUNT),
    "Eq": (Fraction(1), _AMOUNT),
    "Pa": (Fraction(1), _PRESSURE),
    "N": (Fraction(1), _FORCE),
    "J": (Fraction(1), _ENERGY),
    "W": (Fraction(1), _POWER),
}
_PREFIXES = {
    "": Fraction(1),
    "k": Fraction(1000),
    "h": Fraction(100),
    "d": Fraction(1, 10),
    "c": Fraction(1, 100),
    "m": Fraction(1, 10**3),
    "u": Fraction(1, 10**6),
    "mc": Fraction(1, 10**6),
    "\N{MICRO SIGN}": Fraction(1, 10**6),
    "\N{GREEK SMALL LETTER MU}": Fraction(1, 10**6),
    "n": Fraction(1, 10**9),
    "p": Fraction(1, 10**12),
    "f": Fraction(1, 10**15),
}
_REFUSED = {
    **dict.fromkeys(
        ("U", "u", "unit", "units", "Units"),
        "is ambiguous (old Cetus units and international units differ sixfold)",
    ),
    **dict.fromkeys(("mIU", "uIU"), "is refused, too easily meant for MIU (million)"),
}
# zero of the scale in kelvin, for a temperature that stands alone
_ZERO = {
    **dict.fromkeys(_CELSIUS, Fraction("273.15")),
    **dict.fromkeys(_FAHRENHEIT, Fraction("459.67") * Fraction(5, 9)),
}

UNITS = {
    prefix + symbol: (power * factor, dimension)
    for symbol, (factor, dimension) in _PREFIXED.items()
    for prefix, power in _PREFIXES.items()
} | _PLAIN  # which stands above: "min" is a minute

EXAMPLE = 'a text such as "500 mL"'
_NUMBER = re.compile(r"\s*([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*")
# one factor of a unit: "mL", "m2", "cm-5", "10*9", "1.73m2", "m²"
_TERM = re.compile(
    r"(?P<count>\d+[*^]\d+|\d+\.\d+|\d+)?"
    r"(?P<symbol>cmH2O|cm\[H2O\]|[^\d\s/.*·^²³+-]+)?"
    r"(?P<power>\^?-?\d+|[²³])?"
)


@dataclass(frozen=True)
class Unit:
    """A parsed unit: exact factor to the SI base, dimension, and what needs care."""

    text: str
    factor: Fraction
    dimension: Dimension
    zero: Fraction = Fraction(0)
    equivalents: bool = False

    def named(self) -> str:
        """The dimension in words, for messages: "volume per time"."""
        for names in chain.from_iterable(product(_WORDS, repeat=n) for n in (1, 2, 3)):
            first, *rest = (_WORDS[name] for name in names)
            total = first
            for each in rest:
                total = _combine(total, each, -1)
            if total == self.dimension:
                return " per ".join(names)
        return "a mixed dimension"


@lru_cache(maxsize=4096)
def unit(text: str) -> Unit:
    """Read a unit such as ``mL/min/mmHg``; raises `BadInput` for one that is not known."""
    factor, dimension, symbols = Fraction(1), NONE, []
    sign, rest = 1, text.strip()
    if rest.endswith(tuple("/*·.^")):
        raise BadInput("is not a unit", given=repr(text), nearest=f'"{rest[:-1]}"')
    while rest:
        if rest[0] in "/*·. ":
            sign = -1 if rest[0] == "/" else sign
            rest = rest[1:]
            continue
        match = _TERM.match(rest)
        if match is None or not (match["count"] or match["symbol"]):
            raise BadInput("is not a unit", given=text, nearest=nearest(text, UNITS))
        symbol = match["symbol"] or "1"
        power = sign * _power(match["power"])
        each, its_dimension = _known(symbol, power, text)
        factor *= each**power * _count(match["count"]) ** sign
        dimension = _combine(dimension, its_dimension, power)
        symbols.append((symbol, power))
        rest, sign = rest[match.end() :], 1
    alone = symbols[0][0] if len(symbols) == 1 and symbols[0][1] == 1 else ""
    return Unit(
        text.strip() or "1",
        factor,
        dimension,
        zero=_ZERO.get(alone, Fraction(0)),
        equivalents=any(symbol.endswith("Eq") for symbol, _ in symbols),
    )


def _power(text: str | None) -> int:
    """Power of a symbol, 1 if none is written."""
    power = int({"²": "2", "³": "3"}.get(text or "1", text or "1").lstrip("^"))
    if abs(power) > 9:
        raise BadInput("is not a unit", given=str(text), allowed="powers from -9 to 9")
    return power


def _count(text: str | None) -> Fraction:
    """A number inside a unit: ``10*9``, ``10^9``, ``1.73``."""
    base, _, exponent = (text or "1").replace("*", "^").partition("^")
    if len(base) > 9 or len(exponent) > 2 or float(base) == 0.0:
        raise BadInput("is not a unit", given=str(text))
    return Fraction(base) ** int(exponent or 1)


def _known(symbol: str, power: int, text: str) -> tuple[Fraction, Dimension]:
    """Factor and dimension of a symbol, or the reason why it is not accepted."""
    if symbol in _REFUSED:
        raise BadInput(
            f'unit "{symbol}" {_REFUSED[symbol]}', given=repr(text), allowed="IU, kIU, MIU"
        )
    if symbol == "kg" and power == -1:  # of the patient: see the head of this file
        return Fraction(1), BODY
    if symbol not in UNITS:
        raise BadInput(
            f'"{symbol}" is not a unit', given=repr(text), nearest=nearest(symbol, UNITS)
        )
    return UNITS[symbol]


def _combine(left: Dimension, right: Dimension, power: int = 1) -> Dimension:
    a, b, c, d, e, f, g = (x + power * y for x, y in zip(left, right, strict=True))
    return (a, b, c, d, e, f, g)


def read(text: str) -> tuple[Fraction, str]:
    """Number and unit of a text such as ``"0.5 mcg/kg/min"``."""
    match = _NUMBER.match(text)
    if match is None:
        raise BadInput("is not a finite number with a unit", given=repr(text), allowed=EXAMPLE)
    rest = text[match.end() :]
    if re.match(r",\d", rest):
        joined = text.replace(",", "")
        raise BadInput("has a comma in its number", given=repr(text), nearest=f'"{joined}"')
    size = abs(float(match[1].replace("_", "")))
    if not size < 1e300:
        raise BadInput("is not a finite number", given=repr(text))
    return Fraction(match[1].replace("_", "")) if size else Fraction(0), rest.strip()


def parse(
    text: str | float,
    declared: str,
    *,
    weight: float | None = None,
    area: float | None = None,
    monovalent: bool = False,
    molar_mass: float | None = None,
) -> float:
    """Read `text` into the unit `declared`.

    Parameters
    ----------
    text : str or float
        ``"500 mL"``; a bare number only for a dimensionless quantity.
    declared : str
        The unit of the answer.
    weight, area : float, optional
        Body weight [kg] and surface area [m2] for doses per kg and per m2.
    monovalent : bool
        The quantity is an ion of charge one, so that 1 mEq is 1 mmol.
    molar_mass : float, optional
        g/mol, where mg/dL may stand for mmol/L.

    Raises
    ------
    BadInput
        For a missing, unknown or wrong unit, or a number that is not finite.
    """
    if isinstance(text, str):
        number, written = read(text)
        if written == declared:  # also where only the declaration may say it, as in U/mL
            return float(number)
    target = unit(declared)
    number, given = _number_and_unit(text, target)
    if given.equivalents and not (monovalent or target.equivalents):
        raise BadInput(
            "mEq has a meaning for ions of charge one only",
            given=repr(text),
            allowed=f"a unit such as {declared}",
        )
    if target.dimension == _TEMPERATURE and given.dimension == _TEMPERATURE:
        return float((number * given.factor + given.zero - target.zero) / target.factor)
    scale = _bridge(target, given, molar_mass)
    ratio = _combine(target.dimension, given.dimension, -1)
    if ratio == BODY and weight is not None:
        scale = Fraction(weight)
    elif ratio == AREA and area is not None:
        scale = Fraction(area)
    if scale is None:
        raise BadInput(
            "has a unit of another dimension",
            given=f"{text!r}, which is {given.named()}",
            allowed=f"a unit such as {declared}, which is {target.named()}",
        )
    return float(number * scale * given.factor / target.factor)


def _bridge(target: Unit, given: Unit, molar_mass: float | None) -> Fraction | None:
    """Factor between two dimensions: 1 if they are the same, kg/mol if that links them."""
    ratio = _combine(target.dimension, given.dimension, -1)
    if ratio == NONE:
        return Fraction(1)
    if molar_mass is not None and ratio == _PER_MASS:
        return 1000 / Fraction(molar_mass)
    if molar_mass is not None and ratio == _combine(NONE, _PER_MASS, -1):
        return Fraction(molar_mass) / 1000
    return None


def _number_and_unit(text: str | float, target: Unit) -> tuple[Fraction, Unit]:
    """`read`, extended to bare numbers and to times such as "2 d 8 h"."""
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise BadInput("is not a quantity", given=repr(text), allowed=f"a text with {target.text}")
    if not isinstance(text, str):
        if not math.isfinite(text):
            raise BadInput("is not a finite number", given=repr(text))
        if target.dimension != NONE:
            raise BadInput(
                "needs a unit",
                given=repr(text),
                allowed=f"{target.named()}, as a text",
                nearest=f'"{text} {target.text}"',
            )
        return Fraction(text), unit("1")
    words = text.split()
    if target.dimension == _TIME and len(words) > 2 and len(words) % 2 == 0:
        pairs = [(read(n)[0], unit(u)) for n, u in zip(words[::2], words[1::2], strict=True)]
        if all(each.dimension == _TIME for _, each in pairs):
            seconds = sum((number * each.factor for number, each in pairs), Fraction(0))
            return seconds, unit("s")
    number, written = read(text)
    given = unit(written)
    if given.dimension == NONE and given.text == "1" and target.dimension != NONE:
        raise BadInput(
            "needs a unit",
            given=repr(text),
            allowed=target.named(),
            nearest=f'"{text.strip()} {target.text}"',
        )
    return number, given


def convert(value: Number, given: str, wanted: str, molar_mass: float | None = None) -> Number:
    """Numbers of unit `given` in unit `wanted`; `molar_mass` [g/mol] links mass and amount."""
    if given == wanted:
        return value
    a, b = unit(given), unit(wanted)
    scale = _bridge(b, a, molar_mass)
    if scale is None:
        raise BadInput(
            "cannot be converted",
            given=f"{given}, which is {a.named()}",
            allowed=f"{wanted}, which is {b.named()}",
        )
    shift = (a.zero - b.zero) / b.factor if a.dimension == _TEMPERATURE else Fraction(0)
    return value * float(scale * a.factor / b.factor) + float(shift)


def show(
    value: float, given: str, wanted: str = "", digits: int = 4, molar_mass: float | None = None
) -> str:
    """`value` of unit `given` as text in `wanted` (or as it is): ``"34.2 mL/min"``."""
    shown = wanted or given
    text = f"{convert(float(value), given, shown, molar_mass):.{digits}g}"
    if "e+" in text:
        text = f"{float(text):.0f}" if float(text) < 1e9 else text
    return text if shown == "1" else f"{text} {shown}"


def span(low: float, high: float, unit: str, shown: str = "") -> str:
    """ "35 kg to 160 kg" in the unit for people, for messages."""
    if math.isinf(high):
        return f"at least {show(low, unit, shown)}"
    if math.isinf(low):
        return f"at most {show(high, unit, shown)}"
    return f"{show(low, unit, shown)} to {show(high, unit, shown)}"
