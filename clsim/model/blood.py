"""Blood: plasma, red cells, plasma proteins and their turnover.

    V_blood    = V_plasma + V_red_cells                                         (1)
    hematocrit = V_red_cells / V_blood                                          (2)
    viscosity  = 1 + k_viscosity (hematocrit - hematocrit_rest)                 (3)
    synthesis  = albumin_synthesis 2 lg(k_synthesis (pi_rest - pi_plasma)) (1 - suppression)   (4)
    catabolism = synthesis_rest M_albumin / M_albumin_rest                      (5)

Colloid osmotic pressure drives albumin synthesis (Pietrangelo 1992, memory);
acute-phase suppression comes from the liver.  Globulin turns over with one rate.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.model.oncotic import colloid_osmotic_pressure
from clsim.spec import Flow, Parameter, State
from clsim.vmath import sigmoid

PARAMETERS = (
    Parameter("blood_volume_rest", 5.3, "L", "blood volume at rest", (2.0, 10.0),
              "Nadler1962 gives 5.1 L for the reference man; quoted from memory",
              role="observable", scale="volume"),
    Parameter("hematocrit_rest", 0.415, "1", "haematocrit at rest", (0.2, 0.6),
              "assumed: reference adult; cancer patients about 0.40", role="observable"),
    Parameter("albumin_rest", 42.0, "g/L", "serum albumin at rest", (0.5, 60.0),
              "assumed: reference adult; Textor1987 patients 36", role="observable"),
    Parameter("globulin_rest", 28.0, "g/L", "serum globulin at rest", (10.0, 60.0),
              "assumed: total protein 70 g/L", role="observable"),
    Parameter("hemoglobin_of_cells", 335.0, "g/L", "haemoglobin in red cells (MCHC)", (280.0, 380.0),
              "textbook value, quoted from memory"),
    Parameter("k_viscosity", 1.5, "1", "slope of viscosity on haematocrit", (0.0, 4.0),
              "assumed: prototype value; 2-3 % per point of haematocrit"),
    Parameter("albumin_synthesis", 0.0095, "g/min", "albumin synthesis at rest", (0.0, 0.05),
              "HumMod uses 0.01 g/min", scale="volume", show="g/d"),
    Parameter("k_synthesis", 0.1, "1/mmHg", "slope of albumin synthesis on oncotic pressure", (0.0, 1.0),
              "assumed: doubles at most when oncotic pressure is lost"),
    Parameter("globulin_turnover", 3.4e-5, "1/min", "fractional turnover of globulin", (0.0, 1e-3),
              "textbook half-life of immunoglobulin G about 14-21 d, quoted from memory",
              show="1/d"),
    Parameter("V_plasma_rest", None, "L", "plasma volume at rest", (0.8, 8.0),
              "follows from blood volume and haematocrit", role="solved"),
    Parameter("M_albumin_rest", None, "g", "plasma albumin at rest", (0.0, 400.0),
              "follows from albumin and plasma volume", role="solved"),
    Parameter("M_globulin_rest", None, "g", "plasma globulin at rest", (0.0, 400.0),
              "follows from globulin and plasma volume", role="solved"),
    Parameter("pi_plasma_rest", None, "mmHg", "plasma oncotic pressure at rest", (1.0, 60.0),
              "oncotic law at rest", role="solved"),
)
INPUTS = ()
STATES = (
    State("V_plasma", "L", "plasma volume", 0.01),
    State("V_red_cells", "L", "red cell volume", 0.01),
    State("M_albumin", "g", "albumin in plasma", 1.0),
    State("M_globulin", "g", "globulin in plasma", 1.0),
)
FLOWS = (
    Flow("V_blood", "L", "blood volume"),
    Flow("hematocrit", "1", "haematocrit"),
    Flow("hemoglobin", "g/L", "haemoglobin"),
    Flow("albumin", "g/L", "serum albumin"),
    Flow("globulin", "g/L", "serum globulin"),
    Flow("pi_plasma", "mmHg", "plasma oncotic pressure"),
    Flow("viscosity", "1", "blood viscosity (rest = 1)"),
    Flow("albumin_made", "g/min", "albumin synthesis", show="g/d"),
    Flow("albumin_broken", "g/min", "albumin catabolism", show="g/d"),
    Flow("globulin_made", "g/min", "globulin synthesis", show="g/d"),
    Flow("globulin_broken", "g/min", "globulin catabolism", show="g/d"),
)


@kernel
def flows(x, p, u, f):
    """Equations (1) to (3) and the concentrations."""
    f.V_blood = x.V_plasma + x.V_red_cells
    f.hematocrit = x.V_red_cells / f.V_blood
    f.hemoglobin = p.hemoglobin_of_cells * f.hematocrit
    f.albumin = x.M_albumin / x.V_plasma
    f.globulin = x.M_globulin / x.V_plasma
    f.pi_plasma = colloid_osmotic_pressure(f.albumin, f.globulin)
    f.viscosity = 1.0 + p.k_viscosity * (f.hematocrit - p.hematocrit_rest)


@kernel
def turnover(x, p, u, f):
    """Equations (4) and (5); after the liver has set the suppression of synthesis."""
    drive = 2.0 * sigmoid(p.k_synthesis * (p.pi_plasma_rest - f.pi_plasma))
    f.albumin_made = p.albumin_synthesis * drive * (1.0 - f.albumin_synthesis_suppression)
    f.albumin_broken = p.albumin_synthesis * x.M_albumin / p.M_albumin_rest
    f.globulin_made = p.globulin_turnover * p.M_globulin_rest
    f.globulin_broken = p.globulin_turnover * x.M_globulin


@kernel
def derivatives(x, p, u, f, dx):
    """Turnover of the two proteins."""
    dx.M_albumin += f.albumin_made - f.albumin_broken
    dx.M_globulin += f.globulin_made - f.globulin_broken


@kernel
def rest(p, x, f):
    """Volumes and masses from the blood count."""
    p.V_plasma_rest = p.blood_volume_rest * (1.0 - p.hematocrit_rest)
    p.M_albumin_rest = p.albumin_rest * p.V_plasma_rest
    p.M_globulin_rest = p.globulin_rest * p.V_plasma_rest
    p.pi_plasma_rest = colloid_osmotic_pressure(p.albumin_rest, p.globulin_rest)
    x.V_plasma = p.V_plasma_rest
    x.V_red_cells = p.blood_volume_rest * p.hematocrit_rest
    x.M_albumin = p.M_albumin_rest
    x.M_globulin = p.M_globulin_rest
