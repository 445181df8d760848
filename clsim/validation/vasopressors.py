"""Rows 13 to 15: vasopressors in health, with a vasodilator drive, and with less preload."""

from __future__ import annotations

from math import log

import numpy as np

from clsim.engine.timeline import Event
from clsim.patient import Patient
from clsim.validation.bench import DAY, Bench, Course, altered, bleed
from clsim.validation.rows import Row, around

BELLISSANT = "Bellissant2000"
SEPTIC_DRIVE = 1.4  # vasodilator drive that stands for septic shock


def dose_response(bench: Bench, body: Patient) -> tuple[float, float]:
    """Largest rise of MAP [mmHg] with phenylephrine, and the dose [mcg/kg/min] of half of it.

    Thirty minutes at each dose, every dose in a fresh body, against the same body without.
    """
    weight = float(body["weight"])
    doses = np.array([0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 5.0, 10.0, 50.0])
    idle = bench.run((), 30.0, every=30.0, body=body).at("MAP", 30.0)
    rise = np.array(
        [
            bench.run(
                [Event("phenylephrine", 0.0, 30.0, dose * weight)], 30.0, every=30.0, body=body
            ).at("MAP", 30.0)
            - idle
            for dose in doses
        ]
    )
    return float(rise[-1]), float(np.exp(np.interp(0.5 * rise[-1], rise, np.log(doses))))


def phenylephrine(bench: Bench) -> list[Row]:
    """Row 13: phenylephrine in health and with a sustained vasodilator drive.

    The septic body starts at the drive and keeps it (the drive fades with the longest time
    constant that is allowed, one day, over 30 min).
    """
    what = "phenylephrine, dose by dose"
    healthy, half = dose_response(bench, bench.reference)
    septic, half_septic = dose_response(
        bench, altered(bench.reference, nitric_oxide=SEPTIC_DRIVE, tau_NO=DAY)
    )
    weight = float(bench.reference["weight"])
    rise = [Event("phenylephrine", float(step), 120.0, 0.025 * weight) for step in range(120)]
    course = bench.run(rise, 120.0)
    now = int(np.argmax(course["MAP"] >= 1.34 * course["MAP"][0]))
    change = {
        name: 100.0 * (float(course[name][now] / course[name][0]) - 1.0)
        for name in ("SVR", "SV", "HR")
    }
    ramp, source = (
        "phenylephrine ramp, at MAP +34 %",
        "volunteers: MAP +34, TPR +62, SV +18, HR -24 %",
    )
    return [
        Row(
            "13a",
            what,
            "largest rise of MAP, health",
            *around(84.0, 0.25),
            healthy,
            "mmHg",
            BELLISSANT,
        ),
        Row(
            "13b",
            what,
            "largest rise of MAP, vasodilated",
            *around(39.0, 0.25),
            septic,
            "mmHg",
            BELLISSANT,
        ),
        Row(
            "13c",
            what,
            "dose of half the effect, vasodilated over health",
            *around(1.0),
            half_septic / half,
            "1",
            BELLISSANT,
        ),
        Row("13d", ramp, "systemic vascular resistance", *around(62.0), change["SVR"], "%", source),
        Row("13e", ramp, "stroke volume", *around(18.0), change["SV"], "%", source),
        Row("13f", ramp, "heart rate", *around(-24.0), change["HR"], "%", source),
    ]


def preload(bench: Bench) -> list[Row]:
    """Row 14: phenylephrine 2 mcg/kg in one minute, full and after 21 mL/kg of blood.

    Awake and anaesthetised; anaesthesia is a baroreflex of 0.3 of its steepness.
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
    signs = float(gain(effect(0.0, asleep), "CO") < 0.0) + float(
        gain(effect(bled, asleep), "CO") > 0.0
    )
    return [
        Row(
            "14a",
            what,
            "stroke volume rises after the bleed",
            11.0,
            0.0,
            22.0,
            1e3 * gain(awake, "SV"),
            "mL",
            "Kalmar2018",
        ),
        Row(
            "14b",
            what,
            "signs of the output (falls when full, rises when bled) that are right",
            2.0,
            2.0,
            2.0,
            signs,
            "of 2",
            "anaesthetised pigs",
        ),
    ]


def norepinephrine(bench: Bench) -> list[Row]:
    """Row 15: half-life of norepinephrine in health and at a heavy vasodilator drive."""
    what, source = "norepinephrine stopped", "Beloeil2005"
    rate = 0.1 * float(bench.reference["weight"])

    def half_life(drive: float) -> float:
        body = altered(bench.reference, nitric_oxide=drive, tau_NO=DAY)
        course = bench.run([Event("norepinephrine", 0.0, 60.0, rate)], 66.0, every=1.0, body=body)
        return (
            5.0
            * log(2.0)
            / log(course.at("norepinephrine_site", 60.0) / course.at("norepinephrine_site", 65.0))
        )

    return [
        Row("15a", what, "half-life, mild illness", *around(2.0), half_life(0.0), "min", source),
        Row(
            "15b",
            what,
            "half-life, extreme illness",
            *around(6.8),
            half_life(SEPTIC_DRIVE),
            "min",
            source,
        ),
    ]


EXPERIMENTS = (phenylephrine, preload, norepinephrine)
