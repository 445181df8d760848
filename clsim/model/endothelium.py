"""Endothelium and vessel wall: vasodilatation, leak and what the laboratory sees of them.

The acute drive M of a dose acts on three clocks.  The vasodilator drive NO follows
within hours and most of it is gone within hours, a share lingers for a day; the leak Z builds up over a working day and
heals over a day; the heart is depressed slowly.  Nitrate, angiopoietin-2 and C3a
are what a sample of blood would show of nitric oxide, leak and complement.

Equations (h(x; k, n) = x^n / (k^n + x^n))
---------
(1)  dNO/dt  = (NO_max h(M; M_NO, n_NO) - NO) / tau_NO
(2)  Z_inf   = Z_max h(M; M_leak, 1)
(3)  dZ/dt   = (Z_inf - Z) [1/tau_off + (1/tau_on - 1/tau_off) / (1 + e^{-(Z_inf - Z)/w}) ]
(3a) leakiness = (1 - s_Z) Z + s_Z Z_slow,  dZ_slow/dt = (Z - Z_slow) / tau_Z
(4)  V       = [(1 - s) NO + s NO_slow] (1 - E_inhibitor),  dNO_slow/dt = (NO - NO_slow) / tau_slow
(5)  h       = 1 / (1 + k_hyporesponse V)
(6)  dC_d/dt = (C_max V / (1 + V) - C_d) / tau_C,  d = h(C_d; C_half, n_d)
(7)  dn/dt   = [1 + g_nitrate V - n (1 - f_n + f_n GFR/GFR_rest)] / tau_nitrate
(8)  dA/dt   = [A_rest (1 + g_A Z) - A] / tau_A
(9)  dC3a/dt = [C3a_rest + g_C3a M - C3a] / tau_C3a

M is the acute cytokine drive.  With s_Z = 0, as shipped, there is one leak state; the second is a variant that
the fit to published numbers can be tried with.  The inhibitor of nitric oxide synthase takes its
share of V, and so of everything that nitric oxide does, but not of the drive NO.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Parameter, State
from clsim.vmath import hill, hill1, sigmoid

PARAMETERS = (
    Parameter(
        "NO_max",
        2.0,
        "1",
        "vasodilator drive under an unlimited cytokine drive",
        (0.0, 5.0),
        "assumed: brings the drive to 1-1.6 at the end of a 14-dose week",
    ),
    Parameter(
        "M_NO",
        2.06,
        "1",
        "cytokine drive that gives half of the largest vasodilator drive",
        (0.1, 10.0),
        "fitted to published outcomes (docs/calibration.md): a first dose reaches less than half of the "
        "largest effect",
    ),
    Parameter(
        "n_NO",
        2.0,
        "1",
        "steepness of the vasodilator drive in the cytokine drive",
        (0.5, 4.0),
        "assumed: cytokines act together on the induction of the synthase",
    ),
    Parameter(
        "tau_NO",
        40.0,
        "min",
        "time constant of the vasodilator drive",
        (10.0, 1440.0),
        "assumed: lowest pressure 3-4 h after a dose, recovery within hours (Dutcher2014)",
        show="h",
    ),
    Parameter(
        "slow_share_NO",
        0.503,
        "1",
        "share of the vasodilator drive that lingers",
        (0.0, 1.0),
        "fitted to published outcomes (docs/calibration.md): pressure improves within hours, all effects "
        "within one to three days of stopping",
    ),
    Parameter(
        "tau_NO_slow",
        1040.0,
        "min",
        "time constant of the lingering vasodilator drive",
        (60.0, 10000.0),
        "fitted to published outcomes (docs/calibration.md): 14 h, so that tone is restored within one to"
        " three days of stopping",
        show="h",
    ),
    Parameter(
        "k_hyporesponse",
        0.87,
        "1",
        "loss of pressor and reflex response per unit of nitric oxide effect",
        (0.0, 5.0),
        "fitted to published outcomes (docs/calibration.md): "
        "response about 0.57 of normal at 1.4; in septic shock about 0.46",
    ),
    Parameter(
        "Z_max",
        0.919,
        "1",
        "leak under an unlimited cytokine drive",
        (0.0, 10.0),
        "fitted to published outcomes (docs/calibration.md): "
        "brings the leak to about 0.75 late in the week",
    ),
    Parameter(
        "M_leak",
        0.166,
        "1",
        "cytokine drive that gives half of the largest leak",
        (0.01, 10.0),
        "fitted to published outcomes (docs/calibration.md): "
        "low, since a low dose under the skin leaks too (BallmerWeber1995)",
    ),
    Parameter(
        "tau_leak_on",
        480.0,
        "min",
        "time constant of the opening of the endothelium",
        (30.0, 4320.0),
        "assumed: 8 h; leak begins within hours and grows over days (Gores2014)",
        show="h",
    ),
    Parameter(
        "tau_leak_off",
        1010.0,
        "min",
        "time constant of the healing of the endothelium",
        (60.0, 14400.0),
        "fitted to published outcomes (docs/calibration.md): 20 h; most effects improve within one to "
        "three days of stopping",
        show="h",
    ),
    Parameter(
        "w_leak",
        0.05,
        "1",
        "width of the change from opening to healing",
        (0.001, 1.0),
        "assumed: narrow against the leak of one dose, wide enough for a smooth law",
    ),
    Parameter(
        "slow_share_leak",
        0.0,
        "1",
        "share of the leak that lingers",
        (0.0, 1.0),
        "assumed: none; a variant with a second, slow leak state",
    ),
    Parameter(
        "tau_leak_slow",
        4320.0,
        "min",
        "time constant of the lingering leak",
        (240.0, 40000.0),
        "assumed: three days, since albumin is still low six days after the last dose (Textor1987)",
        show="h",
    ),
    Parameter(
        "C_max_cardiodepression",
        1.1,
        "1",
        "cardiodepression under an unlimited nitric oxide effect",
        (0.0, 3.0),
        "fitted to published outcomes (docs/calibration.md): about 0.6 late in the week, when the "
        "ejection fraction is lowest",
    ),
    Parameter(
        "tau_cardiodepression",
        1080.0,
        "min",
        "time constant of cardiodepression",
        (60.0, 14400.0),
        "assumed: 18 h; the ejection fraction falls over days and recovers over days",
        show="h",
    ),
    Parameter(
        "depression_half",
        0.336,
        "1",
        "cardiodepression at which half of its effect on the heart is felt",
        (0.05, 3.0),
        "fitted to published outcomes (docs/calibration.md): fluid still helps after doses 4 and 5, no "
        "longer after doses 6 and 7 (Dutcher2014)",
    ),
    Parameter(
        "depression_steepness",
        8.0,
        "1",
        "steepness with which the reserve of the heart is lost",
        (1.0, 12.0),
        "assumed: as depression_half",
    ),
    Parameter(
        "g_nitrate",
        11.3,
        "1",
        "nitrate formation per unit of nitric oxide effect, against rest",
        (0.0, 50.0),
        "fitted to published outcomes (docs/calibration.md): Hibbs1992, Ochoa1992: serum nitrate 8 to 10 "
        "times baseline after 5 to 7 days",
    ),
    Parameter(
        "f_renal_nitrate",
        0.3,
        "1",
        "share of nitrate removal that follows glomerular filtration",
        (0.0, 1.0),
        "assumed: below the 60 % found in urine; renal failure contributed little (Hibbs1992)",
    ),
    Parameter(
        "tau_nitrate",
        600.0,
        "min",
        "time constant of nitrate in plasma at resting GFR",
        (60.0, 4320.0),
        "assumed: half-life about 7 h in its space of distribution",
        show="h",
    ),
    Parameter(
        "angiopoietin2_rest",
        2.5,
        "ng/mL",
        "resting angiopoietin-2",
        (0.5, 10.0),
        "Gores2014: 2.5 (SD 1.0) before treatment",
        role="observable",
    ),
    Parameter(
        "g_angiopoietin2",
        9.82,
        "1",
        "rise of angiopoietin-2 per unit of leak, against rest",
        (0.0, 50.0),
        "fitted to published outcomes (docs/calibration.md): Gores2014: 16.0 and 18.6 ng/mL on the last "
        "two days",
    ),
    Parameter(
        "tau_angiopoietin2",
        1440.0,
        "min",
        "time constant of angiopoietin-2 in plasma",
        (60.0, 7200.0),
        "assumed: a day, since the last day still rises over the day before (Gores2014)",
        show="h",
    ),
    Parameter(
        "C3a_rest",
        4.0,
        "nmol/L",
        "resting complement fragment C3a",
        (0.5, 20.0),
        "Thijs1990: 4 nmol/L before treatment",
        role="observable",
    ),
    Parameter(
        "g_C3a",
        19.9,
        "nmol/L",
        "C3a above rest per unit of cytokine drive",
        (0.0, 100.0),
        "fitted to published outcomes (docs/calibration.md): "
        "5.8 times rest by day 5 (Thijs1990), 15.6 times in another study",
    ),
    Parameter(
        "tau_C3a",
        360.0,
        "min",
        "time constant of complement activation",
        (30.0, 2880.0),
        "Thijs1990: highest about 8 h after the first infusion",
        show="h",
    ),
)

INPUTS = ()

STATES = (
    State("nitric_oxide", "1", "vasodilator drive", 1.0),
    State("nitric_oxide_slow", "1", "vasodilator drive that lingers", 1.0),
    State("leak", "1", "endothelial leak", 1.0),
    State("leak_slow", "1", "endothelial leak that lingers", 1.0),
    State("cardiodepression", "1", "depression of the heart muscle", 1.0),
    State("nitrate", "1", "plasma nitrate, as a multiple of rest", 1.0),
    State("angiopoietin2", "ng/mL", "angiopoietin-2 in plasma", 2.5),
    State("C3a", "nmol/L", "complement fragment C3a in plasma", 4.0),
)

FLOWS = (
    Flow("leakiness", "1", "endothelial leak that capillaries feel"),
    Flow("vasodilation", "1", "effect of nitric oxide on vessels"),
    Flow("depression", "1", "cardiodepression that is felt, the reserve of the heart being used"),
    Flow("hyporesponse", "1", "share of the pressor and reflex response that is left"),
)


@kernel
def flows(x, p, u, f):
    """What is felt: leak, effect of nitric oxide, what it leaves of the pressor response, the heart (3a to 6)."""
    f.leakiness = (1.0 - p.slow_share_leak) * x.leak + p.slow_share_leak * x.leak_slow
    drive = (1.0 - p.slow_share_NO) * x.nitric_oxide + p.slow_share_NO * x.nitric_oxide_slow
    f.vasodilation = drive * (1.0 - f.nos_inhibition)
    f.hyporesponse = 1.0 / (1.0 + p.k_hyporesponse * f.vasodilation)
    f.depression = hill(x.cardiodepression, p.depression_half, p.depression_steepness)


@kernel
def derivatives(x, p, u, f, dx):
    """Three clocks and three markers (equations 1 to 3 and 6 to 9)."""
    V = f.vasodilation
    # (1)
    dx.nitric_oxide += (p.NO_max * hill(f.cytokine, p.M_NO, p.n_NO) - x.nitric_oxide) / p.tau_NO
    dx.nitric_oxide_slow += (x.nitric_oxide - x.nitric_oxide_slow) / p.tau_NO_slow
    # (2), (3): the switch is smooth because the stepper may not meet a kink
    gap = p.Z_max * hill1(f.cytokine, p.M_leak) - x.leak
    opening = sigmoid(gap / p.w_leak)
    dx.leak += gap * (1.0 / p.tau_leak_off + (1.0 / p.tau_leak_on - 1.0 / p.tau_leak_off) * opening)
    dx.leak_slow += (x.leak - x.leak_slow) / p.tau_leak_slow
    # (6)
    dx.cardiodepression += (
        p.C_max_cardiodepression * V / (1.0 + V) - x.cardiodepression
    ) / p.tau_cardiodepression
    # (7)
    cleared = 1.0 - p.f_renal_nitrate + p.f_renal_nitrate * x.GFR_filtered
    dx.nitrate += (1.0 + p.g_nitrate * V - x.nitrate * cleared) / p.tau_nitrate
    # (8), (9)
    dx.angiopoietin2 += (
        p.angiopoietin2_rest * (1.0 + p.g_angiopoietin2 * x.leak) - x.angiopoietin2
    ) / p.tau_angiopoietin2
    dx.C3a += (p.C3a_rest + p.g_C3a * f.cytokine - x.C3a) / p.tau_C3a


@kernel
def rest(p, x, f):
    """Closed endothelium, normal tone, markers at their resting levels."""
    x.nitric_oxide = 0.0
    x.nitric_oxide_slow = 0.0
    x.leak = 0.0
    x.leak_slow = 0.0
    x.cardiodepression = 0.0
    x.nitrate = 1.0
    x.angiopoietin2 = p.angiopoietin2_rest
    x.C3a = p.C3a_rest
