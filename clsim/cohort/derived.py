"""What a clinic works out from what it measured: body mass index, clearance, lung function.

These follow from what was drawn or set; they are covariates, never parameters of the model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clsim.patient import lean_body_mass
from clsim.substances import MOLAR_MASS

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Derived:
    """A covariate that follows from others.

    Parameters
    ----------
    name, unit, label, source, show : str
        As in `clsim.spec.Parameter`.
    needs : tuple of str
        What it is worked out from, in the order of the arguments.
    of : callable
        Arrays (n,) in internal units to an array (n,).
    """

    name: str
    unit: str
    label: str
    source: str
    needs: tuple[str, ...]
    of: Callable[..., Numbers]
    show: str = ""


def body_mass_index(weight: Numbers, height: Numbers) -> Numbers:
    """Weight over height squared [kg/m2]."""
    return weight / (height * height)


def clearance(age: Numbers, weight: Numbers, sex: Numbers, creatinine: Numbers) -> Numbers:
    """Creatinine clearance [L/min] from creatinine [mmol/L] as Cockcroft and Gault estimate it."""
    mg_per_dl = creatinine * (MOLAR_MASS["creatinine"] / 10.0)
    return (140.0 - age) * weight / (72.0 * mg_per_dl) * (0.85 + 0.15 * sex) / 1000.0


def predicted_fev1(height: Numbers, age: Numbers, sex: Numbers) -> Numbers:
    """Forced expiratory volume in one second [L] of a healthy European."""
    male = 4.30 * height - 0.029 * age - 2.49
    female = 3.95 * height - 0.025 * age - 2.60
    return sex * male + (1.0 - sex) * female


def plasma_per_lean(blood: Numbers, hematocrit: Numbers, weight: Numbers, height: Numbers, sex: Numbers) -> Numbers:
    """Plasma volume over lean body mass [L/kg]."""
    lean: Numbers = lean_body_mass(weight, height, sex)
    return blood * (1.0 - hematocrit) / lean


def product(first: Numbers, second: Numbers) -> Numbers:
    """One times the other."""
    return first * second


def quotient(first: Numbers, second: Numbers) -> Numbers:
    """One over the other."""
    return first / second


DERIVED = {
    each.name: each
    for each in (
        Derived("BMI", "kg/m2", "body mass index", "definition", ("weight", "height"), body_mass_index),
        Derived("creatinine_clearance", "L/min", "creatinine clearance, estimated", "Cockcroft1976",
                ("age", "weight", "sex", "creatinine_rest"), clearance, "mL/min"),
        Derived("clearance_over_GFR", "1", "estimated creatinine clearance over filtration", "definition",
                ("creatinine_clearance", "GFR_rest"), quotient),
        Derived("blood_volume_per_weight", "L/kg", "blood volume per body weight", "definition",
                ("blood_volume_rest", "weight"), quotient, "mL/kg"),
        Derived("plasma_per_lean_mass", "L/kg", "plasma volume per lean body mass", "definition, Boer1984",
                ("blood_volume_rest", "hematocrit_rest", "weight", "height", "sex"), plasma_per_lean, "mL/kg"),
        Derived("FEV1_predicted", "L", "predicted forced expiratory volume in one second", "Quanjer1993",
                ("height", "age", "sex"), predicted_fev1),
        Derived("FEV1", "L", "forced expiratory volume in one second", "share of predicted",
                ("pulmonary_reserve", "FEV1_predicted"), product),
    )
}
