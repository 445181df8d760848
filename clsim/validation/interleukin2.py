"""Rows 9, 10, 21 and 23: kinetics, leak and five days of high-dose interleukin-2.

The constants of this layer were set by hand with these data in view, so that these rows are
a check of pattern, not a prediction.
"""

from __future__ import annotations

from math import log

import numpy as np

from clsim.engine.timeline import Event
from clsim.validation.bench import DAY, HOUR, NIL_BY_MOUTH, Bench, Course, give
from clsim.validation.rows import INTERLEUKIN2, Row, around, plus_minus

KONRAD, BALLMER, TEXTOR = "Konrad1990", "BallmerWeber1995", "Textor1987"
KONRAD_AREA = 1.75  # m2, the body surface for which the constants were derived
FLUID = {"dextrose_5_saline_0.45": 0.75, "saline_0.9": 0.25}  # assumed: maintenance with boluses


def slope(course: Course, values: np.ndarray, start: float, stop: float) -> tuple[float, float]:
    """Rate [1/min] and intercept of an exponential through the values between two times."""
    inside = (course.minutes >= start) & (course.minutes <= stop)
    rate, intercept = np.polyfit(course.minutes[inside], np.log(values[inside]), 1)
    return float(-rate), float(np.exp(intercept))


def kinetics(bench: Bench) -> list[Row]:
    """Row 21: a trace dose at once, and 1e6 U/m2 over six hours."""
    trace = bench.run([Event("interleukin2_in", 0.0, 1.0, 1e3)], 8 * HOUR)
    level = trace["interleukin2_concentration"]
    beta, intercept = slope(trace, level, 5 * HOUR, 8 * HOUR)
    alpha, _ = slope(trace, level - intercept * np.exp(-beta * trace.minutes), 5.0, 40.0)
    infusion = bench.run(
        [Event("interleukin2_in", 0.0, 6 * HOUR, 1e6 * KONRAD_AREA / (6 * HOUR))], 6 * HOUR
    )
    plateau = infusion.at("interleukin2_concentration", 6 * HOUR) / 1e3
    what = "interleukin-2 into a vein"
    return [
        Row(
            "21a",
            what,
            "first half-life",
            *around(12.9, 0.03),
            log(2.0) / alpha,
            "min",
            KONRAD,
            INTERLEUKIN2,
        ),
        Row(
            "21b",
            what,
            "second half-life",
            *around(85.0, 0.03),
            log(2.0) / beta,
            "min",
            KONRAD,
            INTERLEUKIN2,
        ),
        Row(
            "21c",
            what,
            "level after 6 h of 1e6 U/m2 in 6 h, 1.75 m2",
            *around(41.0, 0.03),
            plateau,
            "U/mL",
            KONRAD,
            INTERLEUKIN2,
        ),
    ]


def escape(bench: Bench) -> list[Row]:
    """Rows 9 and 10: albumin escape in health, and after four days of 9 MIU under the skin."""
    healthy = 6e3 * float(bench.reference["escape_rate"])
    course = bench.run(
        [Event("interleukin2_subcutaneous", day * DAY, day * DAY + 1.0, 9e6) for day in range(4)],
        4 * DAY,
        every=10.0,
    )
    late = 3 * DAY + 8 * HOUR
    ratio = course.at("escape_rate", late) / course.at("escape_rate", 0.0)
    what = "interleukin-2 9 MIU/d under the skin, 4 d"
    return [
        Row(
            "9",
            "rest",
            "transcapillary escape of albumin",
            5.0,
            4.0,
            6.0,
            healthy,
            "%/h",
            "Fleck1985",
            INTERLEUKIN2,
        ),
        Row(
            "10a",
            what,
            "rise of escape on day 4",
            100.0 * (14.9 / 9.4 - 1.0),
            40.0,
            80.0,
            100.0 * (ratio - 1.0),
            "%",
            BALLMER,
            INTERLEUKIN2,
        ),
        Row(
            "10b",
            what,
            "plasma albumin on day 4 over before",
            *around(1.0),
            1.0 + course.percent("M_albumin", late) / 100.0,
            "1",
            BALLMER,
            INTERLEUKIN2,
        ),
    ]


def week(bench: Bench) -> list[Row]:
    """Row 23: fourteen doses of 600 000 IU/kg and 18.4 L in five days, albumin 36 g/L before."""
    body = bench.settle(albumin_rest=36.0)
    rate = 6e5 * float(body["weight"]) / 15.0
    doses = [
        Event("interleukin2_in", dose * 8 * HOUR, dose * 8 * HOUR + 15.0, rate)
        for dose in range(14)
    ]
    course = bench.run(
        [*NIL_BY_MOUTH, *doses, *give(FLUID, 18.4, 0.0, 5 * DAY)], 5 * DAY, every=10.0, body=body
    )
    end = 4.5 * DAY
    what = "interleukin-2 600 000 IU/kg x 14, 18.4 L of fluid"
    return [
        Row(
            "23a",
            what,
            "weight gained",
            *around(4.0),
            course.at("weight_gain", 5 * DAY),
            "kg",
            TEXTOR,
            INTERLEUKIN2,
        ),
        Row(
            "23b",
            what,
            "albumin",
            *around(22.0),
            course.at("albumin", end),
            "g/L",
            TEXTOR,
            INTERLEUKIN2,
        ),
        Row(
            "23c",
            what,
            "haematocrit over before",
            *around(1.0),
            1.0 + course.percent("hematocrit", end) / 100.0,
            "1",
            TEXTOR,
            INTERLEUKIN2,
        ),
        Row(
            "23d",
            what,
            "fractional excretion of sodium",
            *around(0.20),
            100.0 * course.at("FENa", end),
            "%",
            TEXTOR,
            INTERLEUKIN2,
        ),
        Row(
            "23e",
            what,
            "angiotensin over before (renin rises)",
            *plus_minus(5.5, 4.5),
            course.at("angiotensin", end),
            "1",
            "Textor1987 rises; ten-fold in children",
            INTERLEUKIN2,
        ),
    ]


EXPERIMENTS = (kinetics,)
COURSE_EXPERIMENTS = (escape, week)
