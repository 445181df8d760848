"""Lymph: the return of fluid and protein from each bed.

Flow rises with interstitial pressure and saturates; nitric oxide weakens the pump:

    J_lymph = J_lymph_rest R lg((P_interstitium - P_half) / width) / (1 + NO_on_lymph vasodilation)   (1)
    P_half  = P_interstitium_rest + width ln(R - 1)                             (2)

so that J_lymph is J_lymph_rest at rest and R times that at most (HumMod: 8 times
at +2 mmHg).  Lymph carries protein at the interstitial concentration.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.model.beds import BEDS, N_BEDS
from clsim.spec import Flow, Parameter
from clsim.vmath import log, sigmoid

PARAMETERS = (
    Parameter("J_lymph_rest", (0.125 / 60.0, 0.100 / 60.0, 0.013 / 60.0), "L/min", "lymph flow at rest",
              (1e-5, 0.02), "total 5.7 L/d: between HumMod 3.4 and 8 L/d to initial lymphatics (Renkin1986)",
              per=BEDS, role="observable", scale="volume", show="L/d"),
    Parameter("lymph_maximum", (8.0, 6.0, 4.6), "1", "largest lymph flow relative to rest", (1.5, 40.0),
              "HumMod 8 at +2 mmHg, 25 at +6; capped lower for overload, assumed; lung 1 mL/min as HumMod",
              per=BEDS),
    Parameter("lymph_width", (2.4, 2.3, 2.2), "mmHg", "pressure over which lymph flow rises", (0.2, 10.0),
              "HumMod: 1, 8 and 25 times at -4, +2 and +6 mmHg, a slope of 0.36 per mmHg at rest", per=BEDS),
    Parameter("NO_on_lymph", 0.0461, "1", "inhibition of the lymph pump by vasodilator drive", (0.0, 3.0),
              "fitted to published outcomes (docs/calibration.md): direction from isolated lymphatics"),
    Parameter("P_lymph_half", None, "mmHg", "interstitial pressure at which lymph flows at half its maximum",
              (-40.0, 60.0), "equation (2): the flow at rest", per=BEDS, role="solved"),
)
INPUTS = ()
STATES = ()
FLOWS = (
    Flow("J_lymph", "L/min", "lymph flow", per=BEDS, show="mL/min"),
)


@kernel
def flows(x, p, u, f):
    """Equation (1)."""
    pump = 1.0 / (1.0 + p.NO_on_lymph * f.vasodilation)
    for b in range(N_BEDS):
        opening = sigmoid((f.P_interstitium[b] - p.P_lymph_half[b]) / p.lymph_width[b])
        f.J_lymph[b] = p.J_lymph_rest[b] * p.lymph_maximum[b] * opening * pump


@kernel
def derivatives(x, p, u, f, dx):
    """What lymph takes from a bed it gives to the plasma."""
    for b in range(N_BEDS):
        dx.V_interstitium[b] -= f.J_lymph[b]
        dx.V_plasma += f.J_lymph[b]
        dx.M_albumin_interstitium[b] -= f.J_lymph[b] * f.albumin_interstitium[b]
        dx.M_albumin += f.J_lymph[b] * f.albumin_interstitium[b]
        dx.M_globulin_interstitium[b] -= f.J_lymph[b] * f.globulin_interstitium[b]
        dx.M_globulin += f.J_lymph[b] * f.globulin_interstitium[b]


@kernel
def rest(p, x, f):
    """Equation (2)."""
    for b in range(N_BEDS):
        p.P_lymph_half[b] = p.P_interstitium_rest[b] + p.lymph_width[b] * log(p.lymph_maximum[b] - 1.0)
