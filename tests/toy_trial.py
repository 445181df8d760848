"""A trial made of chance alone: tables as the simulator makes them, in no time."""

from __future__ import annotations

import numpy as np

from clsim.compare.arm import Arm

EVENTS = ("intubation", "dialysis", "sepsis", "death", "supraventricular_arrhythmia", "ventricular_arrhythmia")
HORIZON = 456.0  # h, 19 days


def rows(n=400, seed=1, pressor=0.5, generous=0.0):
    """Columns of the table of the treated; patients depend on ``seed``, what befalls them on the policy too."""
    draw = np.random.default_rng(seed)
    frailty, age = draw.normal(size=n), np.clip(draw.normal(54, 11, n), 19, 80)
    who = {
        "number": np.arange(n), "failure": np.zeros(n, np.int8), "age": age, "frailty": frailty,
        "sex": (draw.random(n) < 0.65).astype(float), "tumour": (draw.random(n) < 0.51).astype(float),
        "ECOG": (frailty + draw.normal(size=n) > 0.9).astype(float), "BMI": draw.normal(27, 4, n),
        "albumin_rest": draw.normal(40, 3, n) - frailty, "weight_now_start": draw.normal(84, 12, n),
        "creatinine_clearance": draw.normal(0.105, 0.02, n),
        "cardiac_susceptibility": (draw.random(n) < 0.2).astype(float),
    }  # fmt: skip
    strain = np.exp(0.5 * frailty + 0.4 * draw.normal(size=n))
    luck = {name: draw.random(n) for name in EVENTS}
    given = np.clip(np.round(20 - 5 * strain + 6 * pressor + generous + draw.normal(0, 1, n)), 1, 28)
    low = np.round(np.maximum(strain * (8 - 5 * pressor) + 0.15 * given - 4, 0) * 4) / 4
    on = np.where(draw.random(n) < 0.85 * pressor, strain * 14, 0.0)
    rest = draw.normal(80, 10, n)
    strain = strain * (1.15 - 0.25 * pressor + 0.01 * given)  # drips spare organs, doses do not
    course = {
        "doses_planned": np.full(n, 28), "doses_given": given, "doses_held": 28 - given,
        "doses_cycle_1": np.ceil(given * 0.55), "doses_cycle_2": np.floor(given * 0.45),
        "hours_MAP_below_65": low, "hours_SBP_below_90": 2.1 * low, "MAP_min": 62 - 4 * strain,
        "SBP_min": 84 - 5 * strain, "pressor_hours": on, "phenylephrine_amount": 6.5 * on,
        "norepinephrine_amount": np.zeros(n), "dopamine_amount": np.zeros(n),
        "fluid_given_end": 18 + 4 * strain - 5 * pressor, "urine_volume_end": 14 - strain,
        "weight_gain_max": 5 + 2 * strain - 1.5 * pressor,
        "furosemide_amount": 20 * strain, "albumin_amount": 5 * strain,
        "hours_urine_below_half": 12 * strain, "hours_urine_below_third": 2 * strain,
        "creatinine_concentration_start": rest, "creatinine_concentration_max": rest * (1.2 + 0.5 * strain),
        "grade_oliguria": np.where(strain > 1, 2, 0), "albumin_min": 26 - 3 * strain, "SaO2_min": 95 - 3 * strain,
        "oxygen_hours": 10 * strain, "oxygen_needed_max": 2 * strain,
        "first_held_at": np.where(given < 28, 90 - 12 * strain, np.nan),
        "first_stopped_at": np.where(strain > 1.8, 96.0, np.nan), "stopped_at": np.where(strain > 2.2, 110.0, np.nan),
    }  # fmt: skip
    for name, chance in zip(EVENTS, (0.04, 0.01, 0.04, 0.012, 0.1, 0.01), strict=True):
        happened = luck[name] < chance * strain
        course[f"event_{name}"] = happened.astype(np.int16)
        course[f"event_{name}_at"] = np.where(happened, 20 + 80 * luck[name] / (chance * strain), np.nan)
    died = course["event_death"] > 0
    ready = 384 + 20 * strain
    course["ended_at"] = np.where(died, course["event_death_at"], HORIZON)
    course["ready_at"] = np.where(died | (ready > HORIZON), np.nan, ready)
    course["recovered_at"] = np.where(ready + 12 > HORIZON, np.nan, course["ready_at"] + 12)
    course["recovery_hours"] = course["recovered_at"] - 340
    return who | course


def arms(n=400):
    """Three policies on the same patients."""
    return [
        Arm("supportive", "support the pressure", rows(n, pressor=0.6)),
        Arm("cautious", "stop the drug", rows(n, pressor=0.05)),
        Arm("generous", "support, and hold late", rows(n, pressor=0.8, generous=1.0)),
    ]
