"""What a unit needs to know about a substance: its charge for mEq, its molar mass for mg/dL.

Urea is left out on purpose: laboratories that report mg/dL mean its nitrogen.
"""

from __future__ import annotations

# g/mol, from the formula of each
MOLAR_MASS = {
    "creatinine": 113.12,
    "bilirubin": 584.66,
    "glucose": 180.16,
    "lactate": 90.08,
    "albumin": 66500.0,
}
IONS = ("sodium", "potassium", "chloride", "lactate", "HCO3", "salt", "Na", "K", "Cl")


def is_ion(name: str) -> bool:
    """Whether a quantity is an ion of charge one, so that mEq means mmol."""
    return any(name == ion or name.startswith(f"{ion}_") for ion in IONS)


def molar_mass(name: str) -> float | None:
    """Molar mass [g/mol] of the substance that a quantity is named after, if known."""
    return MOLAR_MASS.get(name.split("_")[0])
