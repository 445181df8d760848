"""Interleukin-2 kinetics: from the line or the skin to the receptor.

Two compartments with first-order exchange carry every route (bolus, short or
continuous infusion, subcutaneous depot).  Amounts are in international units, so
that what was given is at every moment found again in one of four places.

Equations
---------
(1)  C = A_central / V_interleukin2
(2)  O = C / (Kd_interleukin2 + C)
(3)  r = 1 - f_renal + f_renal GFR/GFR_rest
(4)  CL = k10 V_interleukin2 r + CL_target N / (1 + C/Km_target)
(5)  dA_central/dt    = R_in + F k_a A_depot - CL C - k12 A_central + k21 A_peripheral
(6)  dA_peripheral/dt = k12 A_central - k21 A_peripheral
(7)  dA_depot/dt      = R_subcutaneous - k_a A_depot
(8)  dA_eliminated/dt = CL C + (1 - F) k_a A_depot

N is the priming of the effector cells.  The target-mediated term of (4) is off
unless CL_target is set; since Km_target is the affinity of the high-affinity
receptor, it then matters at low dose and vanishes at high dose.

The constants are those of Konrad et al. (1990) *as a set* (half-lives 12.9 and
85 min, clearance 0.12 L/min, concentration at time zero = dose over plasma
volume); the larger volumes and clearances of product labels are another set and
must not be mixed with it.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Input, Parameter, State

PARAMETERS = (
    Parameter(
        "V_interleukin2",
        2.8,
        "L",
        "central volume of interleukin-2",
        (1.0, 12.0),
        "Konrad1990: dose over concentration at time zero",
        scale="volume",
    ),
    Parameter(
        "k10_interleukin2",
        0.0433,
        "1/min",
        "elimination of interleukin-2 from the central volume at resting GFR",
        (0.01, 0.2),
        "Konrad1990: derived from 12.9 min, 85 min and 120 mL/min",
    ),
    Parameter(
        "k12_interleukin2",
        0.00845,
        "1/min",
        "transfer of interleukin-2, central to peripheral",
        (0.0, 0.1),
        "Konrad1990: derived from 12.9 min, 85 min and 120 mL/min",
    ),
    Parameter(
        "k21_interleukin2",
        0.0101,
        "1/min",
        "transfer of interleukin-2, peripheral to central",
        (0.001, 0.1),
        "Konrad1990: derived from 12.9 min, 85 min and 120 mL/min",
    ),
    Parameter(
        "f_renal_interleukin2",
        0.5,
        "1",
        "share of interleukin-2 elimination that follows glomerular filtration",
        (0.0, 1.0),
        "assumed: renal filtration and tubular breakdown are the main route (Konrad1990), no split",
    ),
    Parameter(
        "k_absorption_interleukin2",
        0.002,
        "1/min",
        "absorption of subcutaneous interleukin-2",
        (0.0005, 0.05),
        "assumed: half-life 6 h; absorption, not elimination, sets how long a dose lasts",
    ),
    Parameter(
        "bioavailability_interleukin2",
        0.17,
        "1",
        "share of a subcutaneous dose that reaches the plasma",
        (0.0, 1.0),
        "Kirchner1998: AUC 627 and 1130 IU h/mL after 20 MIU/m2 with the clearance of Konrad1990",
    ),
    Parameter(
        "Kd_interleukin2",
        2.5e5,
        "IU/L",
        "concentration that fills half of the effector receptors",
        (1e3, 5e6),
        "assumed: 1 nmol/L, the affinity usually quoted for the beta-gamma receptor",
        show="IU/mL",
    ),
    Parameter(
        "target_mediated_clearance",
        0.0,
        "L/min",
        "receptor-mediated clearance of traces of interleukin-2 in the unprimed body",
        (0.0, 1.0),
        "assumed: off, since high-dose kinetics are linear; for low-dose courses set about 0.05",
    ),
    Parameter(
        "Km_target_interleukin2",
        2.5e3,
        "IU/L",
        "concentration that half saturates receptor-mediated clearance",
        (100.0, 1e6),
        "assumed: 10 pmol/L, the affinity usually quoted for the high-affinity receptor",
        show="IU/mL",
    ),
)

INPUTS = (
    Input("interleukin2_in", "IU/min", "interleukin-2 into a vein"),
    Input("interleukin2_subcutaneous", "IU/min", "interleukin-2 under the skin"),
)

STATES = (
    State("interleukin2_central", "IU", "interleukin-2 in the central volume", 1e6),
    State("interleukin2_peripheral", "IU", "interleukin-2 in the peripheral volume", 1e6),
    State("interleukin2_depot", "IU", "interleukin-2 under the skin", 1e6),
    State("interleukin2_eliminated", "IU", "interleukin-2 broken down so far", 1e6),
)

FLOWS = (
    Flow("interleukin2_concentration", "IU/L", "interleukin-2 in plasma", show="IU/mL"),
    Flow("receptor_occupancy", "1", "share of effector receptors filled by interleukin-2"),
    Flow("interleukin2_clearance", "L/min", "clearance of interleukin-2", show="mL/min"),
    Flow("interleukin2_elimination", "IU/min", "breakdown of interleukin-2"),
    Flow("interleukin2_distribution", "IU/min", "interleukin-2, central to peripheral, net"),
    Flow("interleukin2_absorption", "IU/min", "interleukin-2 leaving the subcutaneous depot"),
)


@kernel
def flows(x, p, u, f):
    """Concentration, receptor occupancy and the four fluxes (equations 1 to 4)."""
    # (1), (2)
    C = x.interleukin2_central / p.V_interleukin2
    f.interleukin2_concentration = C
    f.receptor_occupancy = C / (p.Kd_interleukin2 + C)
    # (3), (4)
    r = 1.0 - p.f_renal_interleukin2 + p.f_renal_interleukin2 * x.GFR_filtered
    target = p.target_mediated_clearance * x.priming / (1.0 + C / p.Km_target_interleukin2)
    f.interleukin2_clearance = p.k10_interleukin2 * p.V_interleukin2 * r + target
    f.interleukin2_elimination = f.interleukin2_clearance * C
    f.interleukin2_distribution = (
        p.k12_interleukin2 * x.interleukin2_central - p.k21_interleukin2 * x.interleukin2_peripheral
    )
    f.interleukin2_absorption = p.k_absorption_interleukin2 * x.interleukin2_depot


@kernel
def derivatives(x, p, u, f, dx):
    """Balance of the four places (equations 5 to 8)."""
    absorbed = p.bioavailability_interleukin2 * f.interleukin2_absorption
    lost = f.interleukin2_absorption - absorbed
    dx.interleukin2_central += (
        u.interleukin2_in + absorbed - f.interleukin2_elimination - f.interleukin2_distribution
    )
    dx.interleukin2_peripheral += f.interleukin2_distribution
    dx.interleukin2_depot += u.interleukin2_subcutaneous - f.interleukin2_absorption
    dx.interleukin2_eliminated += f.interleukin2_elimination + lost


@kernel
def rest(p, x, f):
    """The undosed body holds no drug."""
    x.interleukin2_central = 0.0
    x.interleukin2_peripheral = 0.0
    x.interleukin2_depot = 0.0
    x.interleukin2_eliminated = 0.0
