"""Units at the door: text in, a float in the declared unit out, or a reason."""

from __future__ import annotations

import math

import numpy as np
import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clsim.errors import BadInput
from clsim.units import UNITS, convert, parse, show, unit


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("500 mL", "L", 0.5),
        ("500mL", "L", 0.5),
        ("0.5 l", "L", 0.5),
        ("125 mL/h", "L/min", 0.125 / 60),
        ("50 mcg/min", "mcg/min", 50.0),
        ("50 ug/min", "mcg/min", 50.0),
        ("50 \N{MICRO SIGN}g/min", "mcg/min", 50.0),
        ("0.05 mg/min", "mcg/min", 50.0),
        ("18 MIU/d", "IU/min", 12500.0),
        ("600 kIU", "IU", 600000.0),
        ("3.6 g/dL", "g/L", 36.0),
        ("3.6 g/100mL", "g/L", 36.0),
        ("140 mmol/L", "mmol/L", 140.0),
        ("15 mm[Hg]", "mmHg", 15.0),
        ("250 10*9/L", "10^9/L", 250.0),
        ("250e3 /uL", "10^9/L", 250.0),
        ("55 %", "1", 0.55),
        ("5 %/h", "1/min", 0.05 / 60),
        ("72 bpm", "1/min", 72.0),
        ("72 /min", "beats/min", 72.0),
        ("178 cm", "m", 1.78),
        ("1.9 m²", "m2", 1.9),
        ("-5 mmHg", "mmHg", -5.0),
        ("1 d", "min", 1440.0),
        ("90 s", "min", 1.5),
        ("2 d 8 h", "min", 3360.0),
        ("1 h 30 min", "h", 1.5),
        ("36.6 degC", "degC", 36.6),
        ("98.6 °F", "degC", 37.0),
        ("310.15 K", "degC", 37.0),
        (0.55, "1", 0.55),
        (3, "1", 3.0),
    ],
)
def test_text_is_read_into_the_declared_unit_with_one_rounding(text, declared, expected):
    assert parse(text, declared) == pytest.approx(expected, rel=4e-16)


def test_a_dose_per_kg_or_per_m2_is_multiplied_by_the_patient():
    assert parse("600000 IU/kg", "IU", weight=75.0) == 45e6
    assert parse("0.5 mcg/kg/min", "mcg/min", weight=80.0) == 40.0
    assert parse("18 MIU/m2/d", "IU/min", area=2.0) == 25000.0
    assert parse("100 mL/min/1.73m2", "L/min", area=1.73) == pytest.approx(0.1, rel=1e-15)


def test_what_is_declared_per_kg_stays_per_kg():
    assert parse("0.5 mcg/kg/min", "mcg/kg/min", weight=80.0) == 0.5


def test_a_rate_is_no_dose_per_kg_although_kilograms_would_cancel():
    with pytest.raises(BadInput, match="another dimension"):
        parse("0.5 /min", "mcg/kg/min")


def test_mEq_is_mmol_for_ions_of_charge_one_only():
    assert parse("40 mEq", "mmol", monovalent=True) == 40.0
    with pytest.raises(BadInput, match="charge one"):
        parse("40 mEq", "mmol")


def test_mass_stands_for_amount_where_the_molar_mass_is_known():
    creatinine = parse("1.0 mg/dL", "mmol/L", molar_mass=113.12)
    assert creatinine == pytest.approx(0.0884, rel=1e-4)
    assert convert(creatinine, "mmol/L", "mg/dL", 113.12) == pytest.approx(1.0)
    with pytest.raises(BadInput, match="another dimension"):
        parse("1.0 mg/dL", "mmol/L")


@pytest.mark.parametrize(
    ("text", "declared", "words"),
    [
        ("5 mmHg", "L", ["pressure", "volume", "5 mmHg"]),
        ("5 mL", "mL/min", ["volume per time"]),
        ("5 mg/kg", "mg", ["mass per body weight"]),
        ("5", "L", ["needs a unit", "5 L"]),
        (5, "L", ["needs a unit", "5 L"]),
        (0, "min", ["needs a unit"]),
        ("5 U/kg", "IU", ["U", "ambiguous", "IU"]),
        ("5 units", "IU", ["ambiguous"]),
        ("0.6 mIU/kg", "IU", ["MIU"]),
        ("600,000 IU", "IU", ["comma", "600000 IU"]),
        ("5 mll", "L", ["mll", "did you mean ml"]),
        ("5 mL/", "L", ["not a unit"]),
        ("nan mL", "L", ["finite"]),
        ("inf mL", "L", ["finite"]),
        ("1e999 mL", "L", ["finite"]),
        (math.nan, "1", ["finite"]),
        (math.inf, "1", ["finite"]),
        ("five mL", "L", ["number"]),
        ("", "L", ["number"]),
        (True, "1", ["not a quantity"]),
        (None, "L", ["not a quantity"]),
        (["5 mL"], "L", ["not a quantity"]),
        ("5 m999999999", "m", ["powers"]),
        ("1e-999999999 mL", "L", []),
    ],
)
def test_what_cannot_be_meant_is_refused_with_both_sides_named(text, declared, words):
    if not words:
        assert parse(text, declared) == 0.0
        return
    with pytest.raises(BadInput) as refused:
        parse(text, declared)
    for word in words:
        assert word in str(refused.value)


PINT_NAMES = {"mcg": "microgram", "Cel": "degC", "wk": "week", "hr": "hour", "y": "year"}
PINT_NAMES |= {"[degF]": "degF", "cmH2O": "cmH2O", "%": "percent", "a": "year", "yr": "year"}
NOT_IN_PINT = {"IU", "[IU]", "kIU", "MIU", "bpm", "beat", "beats", "breath", "breaths", "1", "in"}
NOT_IN_PINT |= {"mm[Hg]", "cm[H2O]", "°C", "°F", "C", "F", "Cel", "degC", "degF", "[degF]"}
NOT_IN_PINT |= {symbol for symbol in UNITS if symbol.endswith(("Osm", "osm", "Eq"))}
NOT_IN_PINT |= {symbol for symbol in UNITS if symbol.startswith("mc")}  # pint has mcg alone


@pytest.fixture(scope="module")
def registry():
    return pint.UnitRegistry()


@pytest.mark.parametrize("symbol", sorted(set(UNITS) - NOT_IN_PINT | {"mcg"}))
def test_every_unit_that_pint_knows_has_the_same_size_in_pint(symbol, registry):
    theirs = registry(PINT_NAMES.get(symbol, symbol)).to_base_units()
    # pint defines mmHg by the density of mercury: 1.5e-7 away from 133.322387415 Pa
    rel = 2e-6 if "Hg" in symbol or "H2O" in symbol else 1e-12
    assert float(unit(symbol).factor) == pytest.approx(theirs.magnitude, rel=rel)


@settings(deadline=None)
@given(
    st.floats(-1e9, 1e9, allow_subnormal=False),
    st.sampled_from([("mL/h", "L/min"), ("g/dL", "g/L"), ("degF", "degC"), ("kPa", "mmHg")]),
)
def test_there_and_back_is_the_same_number(value, pair):
    there = parse(f"{value!r} {pair[0]}", pair[1])
    assert convert(there, pair[1], pair[0]) == pytest.approx(value, rel=1e-12, abs=1e-10)


@settings(deadline=None)
@given(st.text(max_size=30), st.sampled_from(["L", "mmHg", "1", "mcg/kg/min", "degC", "min"]))
def test_any_text_is_read_or_refused_and_never_crashes(text, declared):
    try:
        assert math.isfinite(parse(text, declared, weight=70.0, area=1.8))
    except BadInput as refused:
        assert str(refused)


def test_numbers_leave_through_show_and_convert():
    assert show(0.0342, "L/min", "mL/min") == "34.2 mL/min"
    assert show(45e6, "IU") == "45000000 IU"
    assert show(37.0, "degC", "degF") == "98.6 degF"
    assert show(0.25, "1") == "0.25"
    np.testing.assert_allclose(convert(np.array([0.1, 0.2]), "L/min", "mL/min"), [100.0, 200.0])
    with pytest.raises(BadInput, match="cannot be converted"):
        convert(1.0, "L", "mmHg")
