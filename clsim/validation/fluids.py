"""Rows 2 to 5, 8 and 18: what becomes of an infusion in a healthy volunteer.

Volunteers come fasting and take nothing by mouth while they are observed; changes
are from the value before the infusion.
"""

from __future__ import annotations

from math import log

import numpy as np

from clsim.validation.bench import DAY, HOUR, NIL_BY_MOUTH, Bench, Course, give
from clsim.validation.rows import Row, around, between, plus_minus

LOBO, REID = "Lobo2001", "Reid2003"
HAHN, HAHN_PLASMA = "Hahn2020 (review)", "Hahn2024"


def infuse(bench: Bench, bag: str, litres: float, over: float, minutes: float) -> Course:
    """A bag over ``over`` minutes, nothing by mouth."""
    return bench.run([*NIL_BY_MOUTH, *give(bag, litres, 0.0, over)], minutes)


def saline(bench: Bench) -> list[Row]:
    """Rows 2 and 3: two litres of saline or Hartmann's solution in an hour."""
    two, three = "2 L 0.9 % saline in 1 h", "2 L Hartmann's or 0.9 % saline in 1 h"
    salt, balanced = (infuse(bench, bag, 2.0, HOUR, 6 * HOUR) for bag in ("saline_0.9", "hartmann"))
    end, six = HOUR, 6 * HOUR
    sodium = 100.0 * salt.integral("sodium_excretion", 0.0, six) / (2.0 * 154.0)
    kept = {course: 100.0 * course.at("weight_gain", six) / 2.0 for course in (salt, balanced)}
    return [
        Row(
            "2a",
            two,
            "albumin at the end",
            *plus_minus(-20.0, 5.0),
            salt.percent("albumin", end),
            "%",
            LOBO,
        ),
        Row(
            "2b",
            two,
            "haematocrit at the end",
            *plus_minus(-7.5, 3.0),
            salt.percent("hematocrit", end),
            "%",
            LOBO,
        ),
        Row(
            "2c",
            two,
            "water in the urine by 6 h, share of what was given",
            100 / 3,
            25.0,
            45.0,
            100.0 * salt.at("urine_volume", six) / 2.0,
            "%",
            LOBO,
        ),
        Row(
            "2d",
            two,
            "sodium in the urine by 6 h, share of what was given",
            100 / 3,
            25.0,
            45.0,
            sodium,
            "%",
            LOBO,
        ),
        Row(
            "3a",
            three,
            "Hartmann's retained at 6 h, by weight",
            *plus_minus(30.0, 15.0),
            kept[balanced],
            "%",
            REID,
        ),
        Row(
            "3b",
            three,
            "saline retained at 6 h, by weight",
            *plus_minus(56.0, 15.0),
            kept[salt],
            "%",
            REID,
        ),
        Row(
            "3c",
            three,
            "urine by 6 h after Hartmann's",
            *plus_minus(1000.0, 300.0),
            1e3 * balanced.at("urine_volume", six),
            "mL",
            REID,
        ),
        Row(
            "3d",
            three,
            "urine by 6 h after saline",
            *plus_minus(450.0, 300.0),
            1e3 * salt.at("urine_volume", six),
            "mL",
            REID,
        ),
        Row(
            "3e",
            three,
            "saline retained more than Hartmann's",
            *plus_minus(26.0, 15.0),
            kept[salt] - kept[balanced],
            "%",
            REID,
        ),
        Row(
            "3f",
            three,
            "chloride over 105 mmol/L after saline, within 6 h",
            6.0,
            5.0,
            6.0,
            float(np.mean(salt["Cl"][salt.minutes > 0] > 105.0)) * 6.0,
            "h",
            REID,
        ),
    ]


def ringer(bench: Bench) -> list[Row]:
    """Row 4: 25 mL/kg of Ringer's in half an hour."""
    what = "Ringer's lactate 25 mL/kg in 30 min"
    litres = 0.025 * float(bench.reference["weight"])
    course = infuse(bench, "ringer_lactate", litres, 30.0, 4 * HOUR)
    return [
        Row(
            "4a",
            what,
            "plasma gained at the end, share of what was given",
            55.0,
            40.0,
            70.0,
            100.0 * course.change("V_plasma", 30.0) / litres,
            "%",
            HAHN,
        ),
        Row(
            "4b",
            what,
            "plasma gained 30 min later, share of what was given",
            17.5,
            5.0,
            30.0,
            100.0 * course.change("V_plasma", 60.0) / litres,
            "%",
            HAHN,
        ),
        Row(
            "4c",
            what,
            "largest urine flow",
            19.0,
            8.0,
            30.0,
            1e3 * float(course["urine_flow"].max()),
            "mL/min",
            "Rodhe2010 (women, 19; 13 to 31)",
        ),
    ]


def elimination_half_life(bench: Bench, litres: float) -> float:
    """ln 2 times the plasma gained over time, over the urine of four hours [min].

    This is how Hahn's group expresses the elimination of an infusion; both are over the
    same fasting body without it.
    """
    course = infuse(bench, "ringer_lactate", litres, 30.0, 4 * HOUR)
    without = bench.run(NIL_BY_MOUTH, 4 * HOUR)
    gain = float(np.trapezoid(course["V_plasma"] - without["V_plasma"], course.minutes))
    urine = course.at("urine_volume", 4 * HOUR) - without.at("urine_volume", 4 * HOUR)
    return log(2.0) * gain / urine


def persistence(bench: Bench) -> list[Row]:
    """Row 5: small volumes are gone soon, large ones stay in a slow third space.

    The long half-life is the slope, from 4 to 24 h with food and drink, of the extracellular
    fluid that is left of the infusion.
    """
    what = "Ringer's lactate 375 mL or 2.35 L in 30 min"
    small = elimination_half_life(bench, 0.375)
    course = bench.run(give("ringer_lactate", 2.35, 0.0, 30.0), DAY)
    left = np.maximum(course["V_ecf"] - float(course["V_ecf"][0]), 1e-6)
    large = decay(course, left, 4 * HOUR, DAY)
    return [
        Row("5a", what, "half-life of 250 to 500 mL", *around(30.0), small, "min", HAHN_PLASMA),
        Row("5b", what, "half-life of 2 to 2.7 L", *around(14.0), large / HOUR, "h", HAHN_PLASMA),
        Row(
            "5c",
            what,
            "half-life of the large over that of the small volume",
            28.0,
            8.0,
            56.0,
            large / small,
            "1",
            HAHN_PLASMA,
        ),
    ]


def decay(course: Course, values: np.ndarray, start: float, stop: float) -> float:
    """Half-life [min] from the logarithmic slope between two times."""
    inside = (course.minutes >= start) & (course.minutes <= stop)
    slope = np.polyfit(course.minutes[inside], np.log(values[inside]), 1)[0]
    return float(-log(2.0) / slope)


def albumin_20(bench: Bench) -> list[Row]:
    """Row 8: 3 mL/kg of 20 % albumin in half an hour."""
    what, source = "20 % albumin 3 mL/kg in 30 min", "four series of volunteers given 20 % albumin"
    litres = 0.003 * float(bench.reference["weight"])
    course = infuse(bench, "albumin_20", litres, 30.0, 8 * HOUR)
    without = bench.run(NIL_BY_MOUTH, 8 * HOUR)
    gain = 1e3 * (course["V_plasma"] - float(course["V_plasma"][0]))
    mass = course["M_albumin"] - float(course["M_albumin"][0])
    leak = (float(np.interp(30.0, course.minutes, mass)) - course.change("M_albumin", 330.0)) / 5.0
    urine = course.at("urine_volume", 5 * HOUR) / without.at("urine_volume", 5 * HOUR)
    return [
        Row(
            "8a",
            what,
            "plasma volume 20 min after the end",
            15.5,
            12.0,
            18.0,
            course.percent("V_plasma", 50.0),
            "%",
            source,
        ),
        Row(
            "8b",
            what,
            "largest gain of plasma over what was given",
            *around(2.0),
            float(gain.max()) / (1e3 * litres),
            "1",
            source,
        ),
        Row(
            "8c",
            what,
            "plasma volume at 5 h",
            *around(9.5),
            course.percent("V_plasma", 5 * HOUR),
            "%",
            source,
        ),
        Row("8d", what, "urine of 5 h, over that without", *between(2.5, 3.0), urine, "1", source),
        Row(
            "8e",
            what,
            "half-life of the plasma gained",
            6.25,
            4.0,
            9.0,
            decay(course, gain, 60.0, 330.0) / HOUR,
            "h",
            source,
        ),
        Row("8f", what, "albumin leaving the plasma", *plus_minus(3.7, 1.6), leak, "g/h", source),
        Row(
            "8g",
            what,
            "half-life of the albumin gained",
            *around(16.0),
            decay(course, mass, 60.0, 330.0) / HOUR,
            "h",
            source,
        ),
    ]


def dextrose(bench: Bench) -> list[Row]:
    """Row 18: two litres of 5 % dextrose in an hour."""
    what = "2 L 5 % dextrose in 1 h"
    course = infuse(bench, "dextrose_5", 2.0, HOUR, 4 * HOUR)
    return [
        Row(
            "18a",
            what,
            "water in the urine by 3 h after the end, share of what was given",
            100.0,
            80.0,
            110.0,
            100.0 * course.at("urine_volume", 4 * HOUR) / 2.0,
            "%",
            LOBO,
        ),
        Row(
            "18b",
            what,
            "albumin at the end",
            *around(-16.0),
            course.percent("albumin", HOUR),
            "%",
            LOBO,
        ),
    ]


EXPERIMENTS = (saline, ringer, persistence, albumin_20, dextrose)
