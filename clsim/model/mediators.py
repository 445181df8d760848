"""Effector cells and acute cytokines: from receptor occupancy to the drive of a dose.

Interleukin-2 itself is gone within hours; what builds up over a course is the
priming N of the cells that answer it (their number and the receptors on each).
Every dose sets off three cytokines with their own clocks: tumour necrosis factor
first (peak about 2 h), interferon-gamma after a lag of an hour (peak about 4 h,
growing with successive doses), interleukin-6 last (peak 4 to 6 h, shrinking with
successive doses).  Their weighted sum M is 1 at the peak of an ordinary first
dose and 0 at rest.

Equations (O receptor occupancy)
---------
(1)  dN/dt        = k_priming O (N_max - N) - (N - 1) / tau_priming
(2)  dTNF/dt      = s_TNF O (1 + a_TNF (N - 1)) - TNF / tau_TNF
(3)  dI_1/dt      = (O N^2 - I_1) / tau_induction
(4)  dI_2/dt      = (I_1 - I_2) / tau_induction
(5)  dIFN/dt      = s_IFN I_2 - IFN / tau_IFN
(6)  dE/dt        = (TNF/TNF_reference - E) / tau_tolerance
(7)  dS/dt        = (TNF/TNF_reference - S) / tau_IL6
(8)  dIL6/dt      = s_IL6 S / (1 + b_IL6 E) - IL6 / tau_IL6
(9)  M = w_TNF TNF/TNF_reference + w_IFN IFN/IFN_reference + w_IL6 IL6/IL6_reference

N enters (3) squared because both the number of cells and the receptors on each
of them grow; TNF comes largely from monocytes, which are primed less.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Parameter, State

PARAMETERS = (
    Parameter(
        "k_priming",
        0.000487,
        "1/min",
        "rate at which full receptor occupancy primes effector cells",
        (0.0, 0.02),
        "fitted to published outcomes (docs/calibration.md): set so that the interferon-gamma peak grows "
        "about 4-fold (Konrad1992)",
        show="1/d",
    ),
    Parameter(
        "N_max_priming",
        7.0,
        "1",
        "largest priming, as a multiple of the resting state",
        (1.0, 20.0),
        "assumed: bounds the growth of interferon-gamma under unbroken exposure",
    ),
    Parameter(
        "tau_priming",
        2160.0,
        "min",
        "time constant with which priming fades",
        (240.0, 14400.0),
        "assumed: 36 h, so that a second cycle after nine days meets a rested body",
        show="h",
    ),
    Parameter(
        "s_TNF",
        15.0,
        "pg/mL/min",
        "release of tumour necrosis factor at full occupancy, unprimed",
        (0.0, 100.0),
        "assumed: set for a first peak near 750 pg/mL, 2 h after a high dose",
    ),
    Parameter(
        "a_TNF",
        0.8,
        "1",
        "gain of tumour necrosis factor release per unit of priming",
        (0.0, 5.0),
        "assumed: grows over days with nitric oxide (Miles1994), less than interferon-gamma",
    ),
    Parameter(
        "tau_TNF",
        72.0,
        "min",
        "time constant of tumour necrosis factor in plasma",
        (10.0, 600.0),
        "assumed: places the peak about 2 h after a 15-min dose",
    ),
    Parameter(
        "TNF_reference",
        750.0,
        "pg/mL",
        "tumour necrosis factor at the peak of an ordinary first dose",
        (1.0, 1e4),
        "assumed: the model's own first peak; makes the acute drive dimensionless",
    ),
    Parameter(
        "tau_induction",
        45.0,
        "min",
        "time constant of each of two steps before interferon-gamma is released",
        (5.0, 300.0),
        "Konrad1992: lag 1 h, peak at 4 h; two equal steps are assumed",
    ),
    Parameter(
        "s_IFN",
        0.7,
        "IU/mL/min",
        "release of interferon-gamma at full occupancy, unprimed",
        (0.0, 100.0),
        "assumed: first peaks of tens of U/mL within the published 1-500 (Konrad1992)",
    ),
    Parameter(
        "tau_IFN",
        60.0,
        "min",
        "time constant of interferon-gamma in plasma",
        (10.0, 600.0),
        "Weidmann1992: half-lives 0.29-2.5 h",
    ),
    Parameter(
        "IFN_reference",
        30.0,
        "IU/mL",
        "interferon-gamma at the peak of an ordinary first dose",
        (0.1, 1e3),
        "assumed: the model's own first peak; makes the acute drive dimensionless",
    ),
    Parameter(
        "s_IL6",
        3.0,
        "pg/mL/min",
        "release of interleukin-6 at the reference tumour necrosis factor",
        (0.0, 100.0),
        "assumed: first peaks of about 100 pg/mL; no level at this dose was found",
    ),
    Parameter(
        "tau_IL6",
        90.0,
        "min",
        "time constant of interleukin-6 release and of its stay in plasma",
        (10.0, 600.0),
        "Weidmann1992: half-lives 0.29-2.5 h; peak 4-6 h after a dose",
    ),
    Parameter(
        "b_IL6",
        8.0,
        "1",
        "how strongly earlier stimulation blunts interleukin-6 release",
        (0.0, 50.0),
        "assumed: later peaks are lower (tachyphylaxis); their ratio is not published",
    ),
    Parameter(
        "tau_tolerance",
        1440.0,
        "min",
        "time constant of the blunting of interleukin-6 release",
        (60.0, 14400.0),
        "assumed: a day, so that it carries from dose to dose and is lost between cycles",
        show="h",
    ),
    Parameter(
        "IL6_reference",
        100.0,
        "pg/mL",
        "interleukin-6 at the peak of an ordinary first dose",
        (0.1, 1e4),
        "assumed: the model's own first peak; makes the acute drive dimensionless",
    ),
    Parameter(
        "w_TNF",
        0.8,
        "1",
        "weight of tumour necrosis factor in the acute drive",
        (0.0, 2.0),
        "assumed: tumour necrosis factor tracks weight gain and nitric oxide best (Miles1994)",
    ),
    Parameter(
        "w_IFN",
        0.2,
        "1",
        "weight of interferon-gamma in the acute drive",
        (0.0, 2.0),
        "Konrad1992: correlates with hypotension in some patients; weight assumed",
    ),
    Parameter(
        "w_IL6",
        0.1,
        "1",
        "weight of interleukin-6 in the acute drive",
        (0.0, 2.0),
        "assumed: does not predict weight gain, hence the smallest weight",
    ),
)

INPUTS = ()

STATES = (
    State("priming", "1", "priming of effector cells", 1.0),
    State("TNF", "pg/mL", "tumour necrosis factor above rest", 100.0),
    State("interferon_induction", "1", "first step towards interferon-gamma release", 1.0),
    State("interferon_release", "1", "second step towards interferon-gamma release", 1.0),
    State("IFN_gamma", "IU/mL", "interferon-gamma above rest", 10.0),
    State("IL6_tolerance", "1", "blunting of interleukin-6 release by earlier stimulation", 1.0),
    State("IL6_induction", "1", "step towards interleukin-6 release", 1.0),
    State("IL6", "pg/mL", "interleukin-6 above rest", 10.0),
)

FLOWS = (Flow("cytokine", "1", "acute cytokine drive, 1 at the peak of an ordinary first dose"),)


@kernel
def flows(x, p, u, f):
    """Acute cytokine drive (equation 9)."""
    f.cytokine = (
        p.w_TNF * x.TNF / p.TNF_reference
        + p.w_IFN * x.IFN_gamma / p.IFN_reference
        + p.w_IL6 * x.IL6 / p.IL6_reference
    )


@kernel
def derivatives(x, p, u, f, dx):
    """Priming and the three cytokines (equations 1 to 8)."""
    occupancy = f.receptor_occupancy
    excess = x.priming - 1.0
    stimulus = x.TNF / p.TNF_reference
    # (1)
    dx.priming += p.k_priming * occupancy * (p.N_max_priming - x.priming) - excess / p.tau_priming
    # (2)
    dx.TNF += p.s_TNF * occupancy * (1.0 + p.a_TNF * excess) - x.TNF / p.tau_TNF
    # (3), (4), (5)
    dx.interferon_induction += (
        occupancy * x.priming * x.priming - x.interferon_induction
    ) / p.tau_induction
    dx.interferon_release += (x.interferon_induction - x.interferon_release) / p.tau_induction
    dx.IFN_gamma += p.s_IFN * x.interferon_release - x.IFN_gamma / p.tau_IFN
    # (6), (7), (8)
    dx.IL6_tolerance += (stimulus - x.IL6_tolerance) / p.tau_tolerance
    dx.IL6_induction += (stimulus - x.IL6_induction) / p.tau_IL6
    dx.IL6 += p.s_IL6 * x.IL6_induction / (1.0 + p.b_IL6 * x.IL6_tolerance) - x.IL6 / p.tau_IL6


@kernel
def rest(p, x, f):
    """Unprimed cells and no cytokine above its resting level."""
    x.priming = 1.0
    x.TNF = 0.0
    x.interferon_induction = 0.0
    x.interferon_release = 0.0
    x.IFN_gamma = 0.0
    x.IL6_tolerance = 0.0
    x.IL6_induction = 0.0
    x.IL6 = 0.0
