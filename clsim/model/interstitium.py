"""Interstitium: volume, pressure and protein of each bed.

Pressure rises steeply while the matrix is tight, hardly at all once free fluid
can gather, and steeply again when skin and capsules are stretched (Chapple 1993;
HumMod).  With the relative volume v = V / V_rest and sp the softplus,

    P = P_rest + k_loose (v - 1) - (k_tight - k_loose) [sp(v_loose - v) - sp(v_loose - 1)]
              + k_stretched [sp(v - v_stretched) - sp(1 - v_stretched)]         (1)

Protein is excluded from part of the matrix (Reed, Bert), so that the effective
concentration and its oncotic pressure are

    albumin_interstitium = M_albumin_interstitium / (V - V_excluded)            (2)
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.model.beds import BEDS, N_BEDS
from clsim.model.oncotic import colloid_osmotic_pressure
from clsim.spec import Flow, Parameter, State
from clsim.vmath import softplus

PARAMETERS = (
    Parameter("V_interstitium_rest", (9.0, 1.9, 0.40), "L", "interstitial volume at rest", (0.05, 30.0),
              "total 11.3 L: HumMod; split between beds assumed", per=BEDS, scale="volume"),
    Parameter("excluded_fraction", (0.25, 0.15, 0.30), "1",
              "fraction of the resting volume closed to protein", (0.0, 0.6),
              "25 % in muscle and skin: Bert and Reed, quoted from memory; others assumed", per=BEDS),
    Parameter("P_interstitium_rest", (-1.5, -0.5, -4.0), "mmHg", "interstitial pressure at rest", (-12.0, 5.0),
              "Chapple1993 -1.0 at 8.4 L; Guyton -3; lung quoted from memory", per=BEDS),
    Parameter("k_tight", (10.2, 9.4, 11.2), "mmHg", "pressure per relative volume, tight matrix", (0.0, 200.0),
              "1.1 mmHg/L whole body, geometric mean of Chapple1993 1.8 and HumMod 0.7; split assumed", per=BEDS),
    Parameter("k_loose", (1.1, 2.3, 4.8), "mmHg", "pressure per relative volume, free fluid", (0.0, 50.0),
              "Chapple1993 0.05 mmHg/L whole body; splanchnic and lung assumed stiffer", per=BEDS),
    Parameter("k_stretched", (22.0, 24.0, 30.0), "mmHg", "pressure per relative volume, stretched tissue",
              (0.0, 500.0), "HumMod: stiff again at about twice the volume; slope assumed", per=BEDS),
    Parameter("v_loose", (1.11, 1.21, 1.38), "1", "relative volume where free fluid appears", (1.0, 2.0),
              "third space opens at +11 to 13 %: Hahn2024; others assumed", per=BEDS),
    Parameter("v_stretched", (2.2, 2.2, 2.2), "1", "relative volume where tissue is stretched", (1.2, 5.0),
              "HumMod: +50 mmHg at about twice the volume", per=BEDS),
    Parameter("v_width", (0.05, 0.06, 0.12), "1", "width of the bends of the pressure curve", (0.005, 0.5),
              "assumed: smooth enough for a step of one minute", per=BEDS),
    Parameter("tightness_rest", None, "1", "first bend of the pressure curve at rest", (0.0, 2.0), "equation (1)",
              per=BEDS, role="solved"),
    Parameter("stretch_rest", None, "1", "second bend of the pressure curve at rest", (0.0, 2.0), "equation (1)",
              per=BEDS, role="solved"),
)
INPUTS = ()
STATES = (
    State("V_interstitium", "L", "interstitial volume", 0.01, per=BEDS),
    State("M_albumin_interstitium", "g", "interstitial albumin", 1.0, per=BEDS),
    State("M_globulin_interstitium", "g", "interstitial globulin", 1.0, per=BEDS),
)
FLOWS = (
    Flow("P_interstitium", "mmHg", "interstitial pressure", per=BEDS),
    Flow("albumin_interstitium", "g/L", "interstitial albumin concentration", per=BEDS),
    Flow("globulin_interstitium", "g/L", "interstitial globulin concentration", per=BEDS),
    Flow("pi_interstitium", "mmHg", "interstitial oncotic pressure", per=BEDS),
)


@kernel
def tightness(v, p, b):
    """How far the tissue of a bed lies below the loose range: the first bend of (1)."""
    return softplus(p.v_loose[b] - v, p.v_width[b])


@kernel
def stretch(v, p, b):
    """How far the tissue of a bed lies above the loose range: the second bend of (1)."""
    return softplus(v - p.v_stretched[b], p.v_width[b])


@kernel
def flows(x, p, u, f):
    """Equations (1) and (2) for each bed."""
    for b in range(N_BEDS):
        v = x.V_interstitium[b] / p.V_interstitium_rest[b]
        f.P_interstitium[b] = (p.P_interstitium_rest[b] + p.k_loose[b] * (v - 1.0)
                               - (p.k_tight[b] - p.k_loose[b]) * (tightness(v, p, b) - p.tightness_rest[b])
                               + p.k_stretched[b] * (stretch(v, p, b) - p.stretch_rest[b]))
        open_volume = x.V_interstitium[b] - p.excluded_fraction[b] * p.V_interstitium_rest[b]
        f.albumin_interstitium[b] = x.M_albumin_interstitium[b] / open_volume
        f.globulin_interstitium[b] = x.M_globulin_interstitium[b] / open_volume
        f.pi_interstitium[b] = colloid_osmotic_pressure(
            f.albumin_interstitium[b], f.globulin_interstitium[b])


@kernel
def rest(p, x, f):
    """Volumes at rest and the protein that the wall lets stand there; after the capillary."""
    for b in range(N_BEDS):
        open_volume = (1.0 - p.excluded_fraction[b]) * p.V_interstitium_rest[b]
        x.V_interstitium[b] = p.V_interstitium_rest[b]
        v = x.V_interstitium[b] / p.V_interstitium_rest[b]
        p.tightness_rest[b] = tightness(v, p, b)
        p.stretch_rest[b] = stretch(v, p, b)
        x.M_albumin_interstitium[b] = p.albumin_interstitium_ratio[b] * p.albumin_rest * open_volume
        x.M_globulin_interstitium[b] = p.globulin_interstitium_ratio[b] * p.globulin_rest * open_volume
