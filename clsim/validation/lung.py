"""Row 22: the pressure at which the lung floods.

The lung bed alone: the other two beds are cut off, the capillary pressure of the lung is
held, and after three days one looks whether the interstitium is past the volume at which
alveoli flood.
"""

from __future__ import annotations

import numpy as np

from clsim.model.beds import LUNG
from clsim.model.oncotic import colloid_osmotic_pressure
from clsim.patient import Patient
from clsim.validation.bench import DAY, Bench, altered
from clsim.validation.rows import Row, around

STEPS = 9


def lung_alone(body: Patient, pressure: float, protein: float) -> Patient:
    """The body with its lung capillary at ``pressure`` [mmHg] and its plasma protein multiplied."""
    only = np.zeros(3)
    only[LUNG] = 1.0
    held = np.asarray(body["P_capillary_rest"]).copy()
    held[LUNG] = pressure
    return altered(
        body,
        lung_pressure_slope=0.0,
        P_capillary_rest=held,
        L_capillary=only * np.asarray(body["L_capillary"]),
        PS_albumin=np.where(only > 0.0, np.asarray(body["PS_albumin"]), 1e-12),
        J_lymph_rest=only * np.asarray(body["J_lymph_rest"]),
        albumin_synthesis=0.0,
        globulin_turnover=0.0,
        M_albumin=protein * float(body["M_albumin"]),
        M_globulin=protein * float(body["M_globulin"]),
    )


def threshold(bench: Bench, protein: float) -> float:
    """Lung capillary pressure [mmHg] from which on the interstitium floods the alveoli."""
    low, high = 0.0, 60.0
    limit = float(bench.reference["flooding_threshold"]) * float(
        np.asarray(bench.reference["V_interstitium_rest"])[LUNG]
    )
    for _ in range(STEPS):
        pressure = 0.5 * (low + high)
        course = bench.run(
            (), 3 * DAY, every=360.0, body=lung_alone(bench.reference, pressure, protein)
        )
        flooded = course["V_interstitium"][-1, LUNG] > limit
        low, high = (low, pressure) if flooded else (pressure, high)
    return 0.5 * (low + high)


def half_oncotic(body: Patient) -> float:
    """Share of plasma protein that gives half the oncotic pressure."""
    albumin, globulin = float(body["albumin_rest"]), float(body["globulin_rest"])
    law = getattr(colloid_osmotic_pressure, "py_func", colloid_osmotic_pressure)
    shares = np.linspace(0.3, 1.0, 701)
    pressures = [law(share * albumin, share * globulin) for share in shares]
    return float(np.interp(0.5 * pressures[-1], pressures, shares))


def flooding(bench: Bench) -> list[Row]:
    """Row 22 at normal and at half oncotic pressure."""
    what, source = "lung capillary pressure raised for 3 days", "Guyton, quoted from memory"
    return [
        Row(
            "22a",
            what,
            "pressure that floods the lung",
            *around(25.0),
            threshold(bench, 1.0),
            "mmHg",
            source,
        ),
        Row(
            "22b",
            what,
            "the same at half the oncotic pressure",
            *around(11.0),
            threshold(bench, half_oncotic(bench.reference)),
            "mmHg",
            source,
        ),
    ]


EXPERIMENTS = (flooding,)
