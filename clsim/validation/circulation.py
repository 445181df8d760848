"""Rows 1, 6, 7, 11 and 12: rest, bleeding and posture."""

from __future__ import annotations

import numpy as np

from clsim.engine.timeline import Event
from clsim.model.layout import STATES, columns, spread
from clsim.model.ledger import STATES as COUNTERS
from clsim.validation.bench import DAY, HOUR, NIL_BY_MOUTH, Bench, Course, bleed, give
from clsim.validation.rows import Row, around, plus_minus

DROBIN, LUNDVALL = "Drobin1999", "Lundvall, Hinghofer-Szalkay"

# Mean pressure added to the peripheral bed by standing: a third of it (legs) under a column of
# 55 mmHg, a quarter (arms, lower trunk) of 20 mmHg; assumed.
UPRIGHT = 55.0 / 3.0 + 20.0 / 4.0
POOLED = 0.5  # L of blood that the veins of the legs take up; textbook 0.3 to 0.8


def rest(bench: Bench) -> list[Row]:
    """Rows 1 and 11: nothing is done for 19 days; lymph flow."""
    course = bench.run((), 19 * DAY, every=HOUR)
    body = ~np.isin(columns(STATES), columns(COUNTERS))
    drift = np.abs(course.states - course.states[0]) / np.maximum(
        np.abs(course.states[0]), spread(STATES, "size")
    )
    lymph = float(course["J_lymph"][0].sum()) * DAY
    return [
        Row(
            "1",
            "nothing for 19 days",
            "largest relative drift of a state",
            0.0,
            0.0,
            1e-9,
            float(drift[:, body].max()),
            "1",
            "identity",
        ),
        Row(
            "11",
            "rest",
            "lymph of the whole body",
            8.0,
            4.0,
            9.0,
            lymph,
            "L/d",
            "Renkin1986 8 L/d to initial lymphatics, 4 L/d in the duct",
        ),
    ]


def renal_clearance(bench: Bench, bled: float) -> tuple[Course, float]:
    """Bleed in 12 min, then Ringer's 25 mL/kg in 30 min: the course, and k_r [mL/min].

    k_r is the urine of 2.5 h over the integral of plasma dilution, both over what the same
    body does without the infusion.
    """
    litres = 0.025 * float(bench.reference["weight"])
    before = [*NIL_BY_MOUTH, *(bleed(bled, 0.0, 12.0) if bled else [])]
    start, stop = 27.0, 27.0 + 2.5 * HOUR
    course = bench.run([*before, *give("ringer_lactate", litres, start, start + 30.0)], stop)
    without = bench.run(before, stop)
    base = course.at("V_plasma", start)
    dilution = (course["V_plasma"] - base) / course["V_plasma"]
    inside = course.minutes >= start
    area = float(np.trapezoid(dilution[inside], course.minutes[inside]))
    urine = (
        course.at("urine_volume", stop)
        - course.at("urine_volume", start)
        - without.at("urine_volume", stop)
        + without.at("urine_volume", start)
    )
    return course, 1e3 * urine / area


def bleeding(bench: Bench) -> list[Row]:
    """Rows 6 and 7: 450 or 900 mL, and 375 mL let from a vein."""
    what = "450 or 900 mL bled in 12 min, then Ringer's lactate 25 mL/kg"
    _, full = renal_clearance(bench, 0.0)
    _, some = renal_clearance(bench, 0.45)
    course, less = renal_clearance(bench, 0.9)
    plasma_lost = 0.9 * (
        1.0 - 0.5 * (float(course["hematocrit"][0]) + course.at("hematocrit", 12.0))
    )
    recruited = 1e3 * (course.change("V_plasma", 24.0) + plasma_lost)
    phlebotomy = bench.run(bleed(0.375, 0.0, 6.4), 10.0, every=0.2)
    seven, end = "375 mL bled in 6.4 min", 6.4
    pulse = (
        phlebotomy.at("SBP", end)
        - phlebotomy.at("DBP", end)
        - phlebotomy.at("SBP", 0.0)
        + phlebotomy.at("DBP", 0.0)
    )
    source = "blood donors: SV 94 to 81 mL, PP 53 to 47 mmHg, HR 75 to 78"
    return [
        Row(
            "6a",
            what,
            "systolic pressure after 900 mL",
            -10.0,
            -15.0,
            -5.0,
            course.change("SBP", 26.0),
            "mmHg",
            DROBIN,
        ),
        Row(
            "6b",
            what,
            "diastolic pressure after 900 mL",
            -10.0,
            -15.0,
            -5.0,
            course.change("DBP", 26.0),
            "mmHg",
            DROBIN,
        ),
        Row(
            "6c",
            what,
            "fluid drawn into the plasma 12 min after 900 mL",
            125.0,
            80.0,
            250.0,
            recruited,
            "mL",
            DROBIN,
        ),
        Row(
            "6d",
            what,
            "renal clearance of the infused fluid, not bled",
            *around(133.0),
            full,
            "mL/min",
            DROBIN,
        ),
        Row(
            "6e",
            what,
            "renal clearance after 450 mL, over not bled",
            *around(100.0 / 133.0),
            some / full,
            "1",
            DROBIN,
        ),
        Row(
            "6f",
            what,
            "renal clearance after 900 mL, over not bled",
            *around(34.0 / 133.0),
            less / full,
            "1",
            DROBIN,
        ),
        Row(
            "7a",
            seven,
            "stroke volume",
            *plus_minus(-13.0, 6.0),
            1e3 * phlebotomy.change("SV", end),
            "mL",
            source,
        ),
        Row("7b", seven, "pulse pressure", *plus_minus(-6.0, 5.0), pulse, "mmHg", source),
        Row(
            "7c", seven, "heart rate", 3.0, 0.0, 8.0, phlebotomy.change("HR", end), "1/min", source
        ),
    ]


def standing(bench: Bench) -> list[Row]:
    """Row 12: quiet standing for 15 min, then lying again."""
    what, up = "standing still for 15 min, then supine", 15.0
    course = bench.run(
        [
            Event("hydrostatic_pressure", 0.0, up, UPRIGHT),
            Event("pooled_volume", 0.0, up, POOLED),
        ],
        60.0,
        every=0.25,
    )
    lost = float(course["V_plasma"][0]) - course["V_plasma"]
    halfway = np.flatnonzero(
        (course.minutes > up) & (lost <= 0.5 * float(np.interp(up, course.minutes, lost)))
    )
    regain = float(course.minutes[halfway[0]] - up) if halfway.size else 60.0
    return [
        Row(
            "12a",
            what,
            "plasma volume at 3 min",
            *around(-8.5),
            course.percent("V_plasma", 3.0),
            "%",
            LUNDVALL,
        ),
        Row(
            "12b",
            what,
            "plasma volume at 5 min",
            *around(-11.7),
            course.percent("V_plasma", 5.0),
            "%",
            LUNDVALL,
        ),
        Row(
            "12c",
            what,
            "plasma volume at 15 min",
            *plus_minus(-17.7, 4.0),
            course.percent("V_plasma", up),
            "%",
            LUNDVALL,
        ),
        Row(
            "12d",
            what,
            "half of the loss regained after lying down",
            *around(6.0),
            regain,
            "min",
            LUNDVALL,
        ),
    ]


EXPERIMENTS = (rest, bleeding, standing)
