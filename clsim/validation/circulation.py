"""Rows 1, 6, 7 and 11 to 15: rest, bleeding, posture and vasopressors."""

from __future__ import annotations

from math import log

import numpy as np

from clsim.engine.timeline import Event
from clsim.model.layout import STATES, columns, spread
from clsim.model.ledger import STATES as COUNTERS
from clsim.patient import Patient
from clsim.validation.bench import DAY, HOUR, NIL_BY_MOUTH, Bench, Course, altered, bleed, give
from clsim.validation.rows import Row, around, between, plus_minus

DROBIN, LUNDVALL, BELLISSANT = "Drobin1999", "Lundvall1996, Hinghofer1980", "Bellissant2000"

UPRIGHT_COLUMN = 55.0  # mmHg at the calf, less the pressure there when lying
LEGS = 1.0 / 3.0  # share of the peripheral bed that hangs below the heart
POOLED = 0.5  # L of blood that the veins of the legs take up; textbook 0.3 to 0.8
SEPTIC_DRIVE = 1.4  # vasodilator drive at which the model halves pressor responses


def rest(bench: Bench) -> list[Row]:
    """Rows 1 and 11: nothing is done for 19 days; lymph flow."""
    course = bench.run((), 19 * DAY, every=HOUR)
    body = ~np.isin(columns(STATES), columns(COUNTERS))
    drift = np.abs(course.states - course.states[0]) / np.maximum(np.abs(course.states[0]), spread(STATES, "size"))
    lymph = float(course["J_lymph"][0].sum()) * DAY
    return [
        Row("1", "nothing for 19 days", "largest relative drift of a state", 0.0, 0.0, 1e-9,
            float(drift[:, body].max()), "1", "identity"),
        Row("11", "rest", "lymph of the whole body", 5.7, 4.0, 9.0, lymph, "L/d",
            "Renkin1986 8 L/d to initial lymphatics, 4 L/d in the duct"),
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
    urine = (course.at("urine_volume", stop) - course.at("urine_volume", start)
             - without.at("urine_volume", stop) + without.at("urine_volume", start))
    return course, 1e3 * urine / area


def bleeding(bench: Bench) -> list[Row]:
    """Rows 6 and 7: 450 or 900 mL, and 375 mL let from a vein."""
    what = "450 or 900 mL bled in 12 min, then Ringer's lactate 25 mL/kg"
    _, full = renal_clearance(bench, 0.0)
    _, some = renal_clearance(bench, 0.45)
    course, less = renal_clearance(bench, 0.9)
    plasma_lost = 0.9 * (1.0 - 0.5 * (float(course["hematocrit"][0]) + course.at("hematocrit", 12.0)))
    recruited = 1e3 * (course.change("V_plasma", 24.0) + plasma_lost)
    phlebotomy = bench.run(bleed(0.375, 0.0, 6.4), 10.0, every=0.2)
    seven, end = "375 mL bled in 6.4 min", 6.4
    pulse = (phlebotomy.at("SBP", end) - phlebotomy.at("DBP", end)
             - phlebotomy.at("SBP", 0.0) + phlebotomy.at("DBP", 0.0))
    source = "phlebotomy study quoted in the plan: SV 94 to 81, PP 53 to 47, HR 75 to 78"
    return [
        Row("6a", what, "systolic pressure after 900 mL", -10.0, -15.0, -5.0, course.change("SBP", 26.0), "mmHg", DROBIN),
        Row("6b", what, "diastolic pressure after 900 mL", -10.0, -15.0, -5.0, course.change("DBP", 26.0), "mmHg", DROBIN),
        Row("6c", what, "fluid drawn into the plasma 12 min after 900 mL", 125.0, 80.0, 250.0, recruited, "mL", DROBIN),
        Row("6d", what, "renal clearance of the infused fluid, not bled", *around(133.0), full, "mL/min", DROBIN),
        Row("6e", what, "renal clearance after 450 mL, over not bled", *around(100.0 / 133.0), some / full, "1", DROBIN),
        Row("6f", what, "renal clearance after 900 mL, over not bled", *around(34.0 / 133.0), less / full, "1", DROBIN),
        Row("7a", seven, "stroke volume", *plus_minus(-13.0, 6.0), 1e3 * phlebotomy.change("SV", end), "mL", source),
        Row("7b", seven, "pulse pressure", *plus_minus(-6.0, 5.0), pulse, "mmHg", source),
        Row("7c", seven, "heart rate", 3.0, 0.0, 8.0, phlebotomy.change("HR", end), "1/min", source),
    ]


def standing(bench: Bench) -> list[Row]:
    """Row 12: quiet standing for 15 min, then lying again."""
    what, up = "standing still for 15 min, then supine", 15.0
    course = bench.run([
        Event("hydrostatic_pressure", 0.0, up, UPRIGHT_COLUMN * LEGS),
        Event("pooled_volume", 0.0, up, POOLED),
    ], 60.0, every=0.25)
    lost = float(course["V_plasma"][0]) - course["V_plasma"]
    halfway = np.flatnonzero((course.minutes > up) & (lost <= 0.5 * float(np.interp(up, course.minutes, lost))))
    regain = float(course.minutes[halfway[0]] - up) if halfway.size else 60.0
    return [
        Row("12a", what, "plasma volume at 3 min", *around(-8.5), course.percent("V_plasma", 3.0), "%", LUNDVALL),
        Row("12b", what, "plasma volume at 5 min", *around(-11.7), course.percent("V_plasma", 5.0), "%", LUNDVALL),
        Row("12c", what, "plasma volume at 15 min", *plus_minus(-17.7, 4.0), course.percent("V_plasma", up), "%", LUNDVALL),
        Row("12d", what, "half of the loss regained after lying down", *around(6.0), regain, "min", LUNDVALL),
    ]


def dose_response(bench: Bench, body: Patient) -> tuple[float, float]:
    """Largest rise of MAP [mmHg] with phenylephrine, and the dose [mcg/kg/min] of half of it.

    Thirty minutes at each dose, every dose in a fresh body, against the same body without.
    """
    weight = float(body["weight"])
    doses = np.array([0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 5.0, 10.0, 50.0])
    idle = bench.run((), 30.0, every=30.0, body=body).at("MAP", 30.0)
    rise = np.array([
        bench.run([Event("phenylephrine", 0.0, 30.0, dose * weight)], 30.0, every=30.0, body=body).at("MAP", 30.0) - idle
        for dose in doses])
    return float(rise[-1]), float(np.exp(np.interp(0.5 * rise[-1], rise, np.log(doses))))


def phenylephrine(bench: Bench) -> list[Row]:
    """Row 13: phenylephrine in health and with a sustained vasodilator drive.

    The septic body starts at the drive and keeps it (the drive fades with the longest time
    constant that is allowed, one day, over 30 min).
    """
    what = "phenylephrine, dose by dose"
    healthy, half = dose_response(bench, bench.reference)
    septic, half_septic = dose_response(bench, altered(bench.reference, nitric_oxide=SEPTIC_DRIVE, tau_NO=DAY))
    weight = float(bench.reference["weight"])
    course = bench.run([Event("phenylephrine", 0.0, 120.0, (0.05 + 0.05 * (step // 4)) * weight)
                        if step == 0 else
                        Event("phenylephrine", float(step), 120.0, 0.025 * weight)
                        for step in range(120)], 120.0)
    now = int(np.argmax(course["MAP"] >= 1.34 * course["MAP"][0]))
    change = {name: 100.0 * (float(course[name][now] / course[name][0]) - 1.0) for name in ("SVR", "SV", "HR")}
    ramp, source = "phenylephrine ramp, at MAP +34 %", "volunteers quoted in the plan: MAP +34, TPR +62, SV +18, HR -24 %"
    return [
        Row("13a", what, "largest rise of MAP, health", *around(84.0, 0.25), healthy, "mmHg", BELLISSANT),
        Row("13b", what, "largest rise of MAP, vasodilated", *around(39.0, 0.25), septic, "mmHg", BELLISSANT),
        Row("13c", what, "dose of half the effect, vasodilated over health", *around(1.0), half_septic / half, "1", BELLISSANT),
        Row("13d", ramp, "systemic vascular resistance", *around(62.0), change["SVR"], "%", source),
        Row("13e", ramp, "stroke volume", *around(18.0), change["SV"], "%", source),
        Row("13f", ramp, "heart rate", *around(-24.0), change["HR"], "%", source),
    ]


def preload(bench: Bench) -> list[Row]:
    """Row 14: phenylephrine 2 mcg/kg in one minute, full and after 21 mL/kg of blood; awake and anaesthetised.

    Anaesthesia is a baroreflex of 0.3 of its steepness.
    """
    what = "phenylephrine 2 mcg/kg, full or after a bleed of 21 mL/kg"
    weight = float(bench.reference["weight"])

    def effect(bled: float, body: Patient) -> Course:
        before = bleed(bled, 0.0, 20.0) if bled else []
        bolus = Event("phenylephrine", 30.0, 31.0, 2.0 * weight)
        return bench.run([*before, bolus], 36.0, every=0.5, body=body)

    def gain(course: Course, name: str) -> float:
        """Change from just before the bolus to the highest pressure after it."""
        after = np.flatnonzero(course.minutes > 30.0)
        top = after[int(np.argmax(course["MAP"][after]))]
        return float(course[name][top]) - course.at(name, 30.0)

    bled = 0.021 * weight
    asleep = bench.settle(k_baroreflex=0.3 * float(bench.reference["k_baroreflex"]))
    awake = effect(bled, bench.reference)
    signs = float(gain(effect(0.0, asleep), "CO") < 0.0) + float(gain(effect(bled, asleep), "CO") > 0.0)
    return [
        Row("14a", what, "stroke volume rises after the bleed", 11.0, 0.0, 22.0, 1e3 * gain(awake, "SV"), "mL", "Kalmar2018"),
        Row("14b", what, "signs of the output (falls when full, rises when bled) that are right", 2.0, 2.0, 2.0,
            signs, "of 2", "Wodack2019 (pigs)"),
    ]


def norepinephrine(bench: Bench) -> list[Row]:
    """Row 15: half-life of norepinephrine in health and at a heavy vasodilator drive."""
    what, source = "norepinephrine stopped", "Beloeil2005"
    rate = 0.1 * float(bench.reference["weight"])

    def half_life(drive: float) -> float:
        body = altered(bench.reference, nitric_oxide=drive, tau_NO=DAY)
        course = bench.run([Event("norepinephrine", 0.0, 60.0, rate)], 66.0, every=1.0, body=body)
        return 5.0 * log(2.0) / log(course.at("norepinephrine_site", 60.0) / course.at("norepinephrine_site", 65.0))

    return [
        Row("15a", what, "half-life, mild illness", *around(2.0), half_life(0.0), "min", source),
        Row("15b", what, "half-life, extreme illness", *around(6.8), half_life(SEPTIC_DRIVE), "min", source),
    ]


EXPERIMENTS = (rest, bleeding, standing, phenylephrine, preload, norepinephrine)
