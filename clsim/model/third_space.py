"""Fluid pockets: a slow third space in the tissue, and pleural and peritoneal effusion.

The third space opens once the peripheral interstitium has gained about 0.75 L
(Hahn 2024) and empties slowly; effusion leaves the splanchnic and lung interstitium
once they are swollen and returns by lymph.  With the relative gain v = V / V_rest - 1
and o(g) = d^2 / (d + width), d = [g - opening]+, an opening without a kink,

    J_third_in = k_third_in V_rest o(v) (1 - V_pocket / third_capacity)         (1)
    J_pocket_out = V_pocket / tau_pocket                                          (2)
    J_effusion_in = k_effusion V_rest o(v)   per bed                            (3)

Fluid goes in with the protein of the bed it leaves and comes out with that of the pocket.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.lanes import maximum
from clsim.model.beds import EFFUSION, LUNG, N_POCKETS, PERIPHERAL, POCKETS, SPLANCHNIC, THIRD_SPACE
from clsim.spec import Flow, Parameter, State

PARAMETERS = (
    Parameter("k_third_in", 0.02, "1/min", "rate at which swollen tissue opens the third space", (0.0, 0.5),
              "assumed: fills within the hour of a 2 L load"),
    Parameter("tau_pocket", (600.0, 2880.0), "min", "time constant of return from the pocket", (30.0, 30000.0),
              "third space 6 to 14 h: half-life 14 h of large volumes (Hahn2024); effusion assumed days",
              per=POCKETS, show="h"),
    Parameter("third_opening", 0.083, "1", "relative swelling that opens the third space", (0.0, 1.0),
              "750 mL of 9 L: Hahn2024"),
    Parameter("third_capacity", 3.0, "L", "third space when it takes no more", (0.2, 30.0),
              "assumed: beyond it the fluid stays in the tissue and presses on vessels and lung", scale="volume"),
    Parameter("k_effusion", (0.000729, 0.00147), "1/min", "rate of effusion from splanchnic and lung interstitium",
              (0.0, 0.5),
              "fitted to published outcomes (docs/calibration.md): litres over days", per=("splanchnic", "lung")),
    Parameter("effusion_opening", 0.15, "1", "relative swelling that opens effusion", (0.0, 3.0),
              "assumed: beyond the safety margin of the tissue"),
    Parameter("pocket_width", 0.02, "1", "width of the opening of the pockets", (0.002, 0.2),
              "assumed: smooth enough for a step of one minute"),
)
INPUTS = ()
STATES = (
    State("V_pocket", "L", "fluid in third space and effusion", 0.01, per=POCKETS),
    State("M_albumin_pocket", "g", "albumin in third space and effusion", 1.0, per=POCKETS),
    State("M_globulin_pocket", "g", "globulin in third space and effusion", 1.0, per=POCKETS),
)
FLOWS = (
    Flow("J_third_in", "L/min", "flow into the third space", show="mL/min"),
    Flow("J_effusion_splanchnic", "L/min", "flow into peritoneal effusion", show="mL/min"),
    Flow("J_effusion_lung", "L/min", "flow into pleural effusion", show="mL/min"),
    Flow("J_pocket_out", "L/min", "return from the pockets", per=POCKETS, show="mL/min"),
)


@kernel
def overflow(gain, opening, width):
    """Relative swelling beyond the opening, exactly nothing below it."""
    beyond = maximum(0.0, gain - opening)
    return beyond * beyond / (beyond + width)


@kernel
def flows(x, p, u, f):
    """Equations (1) to (3)."""
    third = x.V_interstitium[PERIPHERAL] / p.V_interstitium_rest[PERIPHERAL] - 1.0
    splanchnic = x.V_interstitium[SPLANCHNIC] / p.V_interstitium_rest[SPLANCHNIC] - 1.0
    lung = x.V_interstitium[LUNG] / p.V_interstitium_rest[LUNG] - 1.0
    f.J_third_in = (p.k_third_in * p.V_interstitium_rest[PERIPHERAL]
                    * overflow(third, p.third_opening, p.pocket_width)
                    * (1.0 - x.V_pocket[THIRD_SPACE] / p.third_capacity))
    f.J_effusion_splanchnic = (p.k_effusion[0] * p.V_interstitium_rest[SPLANCHNIC]
                               * overflow(splanchnic, p.effusion_opening, p.pocket_width))
    f.J_effusion_lung = (p.k_effusion[1] * p.V_interstitium_rest[LUNG]
                         * overflow(lung, p.effusion_opening, p.pocket_width))
    for k in range(N_POCKETS):
        f.J_pocket_out[k] = x.V_pocket[k] / p.tau_pocket[k]


@kernel
def derivatives(x, p, u, f, dx):
    """The third space returns to the tissue, effusion to the plasma."""
    dx.V_interstitium[PERIPHERAL] -= f.J_third_in
    dx.V_interstitium[SPLANCHNIC] -= f.J_effusion_splanchnic
    dx.V_interstitium[LUNG] -= f.J_effusion_lung
    dx.V_pocket[THIRD_SPACE] += f.J_third_in
    dx.V_pocket[EFFUSION] += f.J_effusion_splanchnic + f.J_effusion_lung
    albumin_third = f.J_third_in * f.albumin_interstitium[PERIPHERAL]
    albumin_splanchnic = f.J_effusion_splanchnic * f.albumin_interstitium[SPLANCHNIC]
    albumin_lung = f.J_effusion_lung * f.albumin_interstitium[LUNG]
    dx.M_albumin_interstitium[PERIPHERAL] -= albumin_third
    dx.M_albumin_interstitium[SPLANCHNIC] -= albumin_splanchnic
    dx.M_albumin_interstitium[LUNG] -= albumin_lung
    dx.M_albumin_pocket[THIRD_SPACE] += albumin_third
    dx.M_albumin_pocket[EFFUSION] += albumin_splanchnic + albumin_lung
    globulin_third = f.J_third_in * f.globulin_interstitium[PERIPHERAL]
    globulin_splanchnic = f.J_effusion_splanchnic * f.globulin_interstitium[SPLANCHNIC]
    globulin_lung = f.J_effusion_lung * f.globulin_interstitium[LUNG]
    dx.M_globulin_interstitium[PERIPHERAL] -= globulin_third
    dx.M_globulin_interstitium[SPLANCHNIC] -= globulin_splanchnic
    dx.M_globulin_interstitium[LUNG] -= globulin_lung
    dx.M_globulin_pocket[THIRD_SPACE] += globulin_third
    dx.M_globulin_pocket[EFFUSION] += globulin_splanchnic + globulin_lung
    for k in range(N_POCKETS):
        dx.V_pocket[k] -= f.J_pocket_out[k]
        dx.M_albumin_pocket[k] -= x.M_albumin_pocket[k] / p.tau_pocket[k]
        dx.M_globulin_pocket[k] -= x.M_globulin_pocket[k] / p.tau_pocket[k]
    dx.V_interstitium[PERIPHERAL] += f.J_pocket_out[THIRD_SPACE]
    dx.M_albumin_interstitium[PERIPHERAL] += x.M_albumin_pocket[THIRD_SPACE] / p.tau_pocket[THIRD_SPACE]
    dx.M_globulin_interstitium[PERIPHERAL] += x.M_globulin_pocket[THIRD_SPACE] / p.tau_pocket[THIRD_SPACE]
    dx.V_plasma += f.J_pocket_out[EFFUSION]
    dx.M_albumin += x.M_albumin_pocket[EFFUSION] / p.tau_pocket[EFFUSION]
    dx.M_globulin += x.M_globulin_pocket[EFFUSION] / p.tau_pocket[EFFUSION]


@kernel
def rest(p, x, f):
    """Closed and empty."""
    for k in range(N_POCKETS):
        x.V_pocket[k] = 0.0
        x.M_albumin_pocket[k] = 0.0
        x.M_globulin_pocket[k] = 0.0
