"""Rows 16, 17, 19 and 20: a diuretic, a life without albumin, thirst and salt."""

from __future__ import annotations

from math import inf

import numpy as np

from clsim.engine.timeline import SET, Event
from clsim.validation.bench import DAY, HOUR, NIL_BY_MOUTH, Bench, Course, altered, give
from clsim.validation.rows import Row, around, between

REPLACEMENT = (
    "saline_0.45"  # the study says "isovolumetric"; about the sodium of that urine is assumed
)
SALT = (100.0, 200.0)  # mmol/d


def replaced(bench: Bench, drug: list[Event]) -> Course:
    """Eight hours with a drug, the urine of each quarter of an hour replaced in the next."""
    events, span = [*NIL_BY_MOUTH, *drug], 15.0
    course = bench.run(events, span)
    for stop in np.arange(2 * span, 8 * HOUR + span, span):
        urine = course.at("urine_volume", stop - span) - course.at("urine_volume", stop - 2 * span)
        events += give(REPLACEMENT, urine, stop - span, stop)
        course = bench.run(events, stop)
    return course


def furosemide(bench: Bench) -> list[Row]:
    """Row 16: furosemide 40 mg at once, or 8 mg and then 4 mg/h, with the urine replaced."""
    what, source = "furosemide 40 mg in 8 h, urine replaced", "VanMeyel1992"
    bolus = replaced(bench, [Event("furosemide", 0.0, 2.0, 20.0)])
    drip = replaced(
        bench, [Event("furosemide", 0.0, 2.0, 4.0), Event("furosemide", 0.0, 8 * HOUR, 4.0 / HOUR)]
    )
    urine = [course.at("urine_volume", 8 * HOUR) for course in (bolus, drip)]
    sodium = [course.integral("sodium_excretion", 0.0, 8 * HOUR) for course in (bolus, drip)]
    return [
        Row("16a", what, "urine, one dose", *around(5.27, 0.25), urine[0], "L", source),
        Row("16b", what, "urine, infusion", *around(6.77, 0.25), urine[1], "L", source),
        Row("16c", what, "sodium, one dose", *around(314.0, 0.25), sodium[0], "mmol", source),
        Row("16d", what, "sodium, infusion", *around(430.0, 0.25), sodium[1], "mmol", source),
        Row(
            "16e",
            what,
            "sodium, infusion over one dose",
            *around(430.0 / 314.0, 0.25),
            sodium[1] / sodium[0],
            "1",
            source,
        ),
    ]


def analbuminaemia(bench: Bench) -> list[Row]:
    """Row 17: the reference body with hardly any albumin and twice the globulin.

    The closing parameters are kept.  Albumin of every compartment is 0.5 g/L over 42 g/L of
    what it was; globulin is doubled, as it is raised in these patients; the turnover of both
    stands still; thirty days on the usual diet.
    """
    reference = bench.reference
    share = 0.5 / float(reference["albumin_rest"])
    body = altered(
        reference,
        albumin_synthesis=0.0,
        globulin_turnover=0.0,
        **{
            name: factor * np.asarray(reference[name])
            for factor, kind in ((share, "albumin"), (2.0, "globulin"))
            for name in (f"M_{kind}", f"M_{kind}_interstitium", f"M_{kind}_pocket")
        },
    )
    course = bench.run((), 30 * DAY, every=HOUR, body=body)
    tissue = course["V_interstitium"].sum(axis=1)
    what, source = (
        "analbuminaemia",
        "patients with analbuminaemia: ankle oedema, moderate hypotension",
    )
    return [
        Row(
            "17a",
            what,
            "interstitial volume",
            *between(0.3, 2.0),
            float(tissue[-1] - tissue[0]),
            "L",
            source,
        ),
        Row(
            "17b",
            what,
            "plasma volume",
            *between(-10.0, 0.0),
            course.percent("V_plasma", 30 * DAY),
            "%",
            source,
        ),
    ]


def deprivation(bench: Bench) -> list[Row]:
    """Row 19: no water, and dry food, for a day."""
    what, source = "no water for 24 h", "textbook, quoted from memory"
    course = bench.run(NIL_BY_MOUTH, DAY)
    return [
        Row(
            "19a",
            what,
            "weight",
            *between(-2.0, -1.5),
            100.0 * course.at("weight_gain", DAY) / float(bench.reference["weight"]),
            "%",
            source,
        ),
        Row(
            "19b",
            what,
            "plasma osmolality",
            *between(5.0, 8.0),
            course.change("osmolality", DAY),
            "mOsm/kg",
            source,
        ),
        Row(
            "19c",
            what,
            "urine osmolality",
            1000.0,
            900.0,
            1200.0,
            course.at("U_osm", DAY),
            "mOsm/kg",
            source,
        ),
    ]


def salt(bench: Bench) -> list[Row]:
    """Row 20: a diet of 100 mmol of sodium a day, then 200."""
    what, source = "sodium intake from 100 to 200 mmol/d", "textbook, quoted from memory"
    low, high = SALT
    body = bench.settle(sodium_intake=low / DAY, chloride_intake=low / DAY)
    course = bench.run(
        [Event("salt_by_mouth", 0.0, inf, (high - low) / DAY, SET)], 10 * DAY, every=30.0, body=body
    )
    excreted = course["sodium_excretion"] * DAY
    balanced = np.flatnonzero(excreted >= 0.95 * high)
    days = float(course.minutes[balanced[0]] / DAY) if balanced.size else 10.0
    return [
        Row(
            "20a",
            what,
            "sodium in balance (urine 95 % of intake) after",
            *between(3.0, 5.0),
            days,
            "d",
            source,
        ),
        Row(
            "20b",
            what,
            "extracellular volume",
            *around(1.0),
            course.change("V_ecf", 10 * DAY),
            "L",
            source,
        ),
        Row(
            "20c",
            what,
            "mean arterial pressure",
            *between(0.0, 3.0),
            course.change("MAP", 10 * DAY),
            "mmHg",
            source,
        ),
    ]


EXPERIMENTS = (furosemide, analbuminaemia, deprivation, salt)
