"""Circulation: pressures and flows averaged over the beat, and the baroreflex.

Heart, vessels and reflex settle within seconds, so they are solved, not
integrated: for given volumes and drives there is one mean arterial pressure at
which the flow that the veins return is the flow that the heart can pump.

    S     = S_max / (1 + (S_max - 1) exp(k_baroreflex (MAP - MAP_setpoint)))    (1)
    A     = 1 + h [g_SVR (S - 1) + pressors + g_angiotensin log angiotensin]    (2)
    SVR   = SVR_rest viscosity A / (1 + NO_on_SVR vasodilation + heat)          (3)
    V_u   = V_unstressed [1 - h (g_veins (S - 1) + g_veins_pressor pressors) + NO_on_veins vasodilation]
            + pooled_volume                                                     (4)
    P_msf = softplus(V_blood - V_u) / C_vascular                                (5)
    R_vr  = R_vr_rest viscosity (1 - SVR_on_R_vr + SVR_on_R_vr viscosity arteriolar_tone) venular_tone,
            venular_tone = 1 / (1 + NO_on_R_vr vasodilation)                    (6)
    CO    = (P_msf - CVP) / R_vr = (MAP - CVP) / SVR = (MAP - P_msf) / (SVR - R_vr)   (7)
    HR    = HR_rest [1 + g_HR (S - 1) + dopamine] + fever_on_HR (temperature - rest) + NO_on_HR vasodilation   (8)
    SV    = SV_max E starling(CVP) filling(HR) full / (1 + k_afterload (MAP / MAP_rest - 1))   (9)
    E     = (1 + reserve g_E (S - 1) + inotropes) exp(-E_depression cardiodepression / reserve)   (10)
    starling = fill / [1 + (ceiling d fill / reserve)^8]^(1/8),  fill = 1 - exp(-sp(CVP + offset) / scale)   (11)

with the depression d that is felt once the reserve of the muscle is used (`endothelium`): it puts a ceiling on
what a beat can give.  Below the ceiling a depressed heart pumps like a healthy one, at it a rise of filling
pressure adds nothing and the ejection fraction falls, so that fluid no longer helps (Schneider1988, in sepsis).
Above, full = V^2 / (V^2 + V_collapse^2) with the stressed volume V = C_vascular P_msf: veins that are
empty do not fill the heart.  (5) to (7) are Guyton's venous return; (1) is the carotid curve of HumMod; gains after
Heldt 2002.  The excess of HR SV over (7) falls as MAP rises, so the root is unique.
The set-point follows the pressure and is pulled home:

    dMAP_setpoint/dt = [share (MAP - MAP_setpoint) - (1 - share)(MAP_setpoint - MAP_rest)] / tau_reset   (12)
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.lanes import anyone, maximum, sqrt, where
from clsim.spec import Flow, Input, Parameter, State
from clsim.vmath import exp, log, pow, softplus

PARAMETERS = (
    Parameter("MAP_rest", 93.0, "mmHg", "mean arterial pressure at rest", (60.0, 140.0),
              "textbook value; Hallow2017 uses 93", role="observable"),
    Parameter("CO_rest", 5.6, "L/min", "cardiac output at rest", (2.0, 12.0),
              "textbook value: 3 L/min/m2", role="observable", scale="flow"),
    Parameter("HR_rest", 70.0, "1/min", "heart rate at rest", (40.0, 110.0),
              "Lee1989 patients 66 +- 10", role="observable"),
    Parameter("CVP_rest", 2.0, "mmHg", "central venous pressure at rest", (-2.0, 12.0),
              "textbook value, supine", role="observable"),
    Parameter("EF_rest", 0.60, "1", "ejection fraction at rest", (0.25, 0.80),
              "Ognibene1988 58 +- 5 %", role="observable", show="%"),
    Parameter("PAP_rest", 14.0, "mmHg", "mean pulmonary artery pressure at rest", (8.0, 40.0),
              "patients before interleukin-2 13.3 +- 3.3 (ICM BF01724796)", role="observable"),
    Parameter("cardiac_reserve", 1.0, "1", "contractile reserve (1 normal)", (0.2, 1.5),
              "assumed: scales what sympathetic drive can add and what depression takes away",
              role="observable"),
    Parameter("P_msf_rest", 7.3, "mmHg", "mean systemic filling pressure at rest", (4.0, 14.0),
              "Guyton; Hallow2017 uses 7"),
    Parameter("C_vascular", 0.161, "L/mmHg", "vascular compliance", (0.05, 0.4),
              "HumMod systemic and splanchnic veins 0.151, Hallow2017 0.13", scale="volume", show="mL/mmHg"),
    Parameter("S_max", 3.5, "1", "largest sympathetic drive relative to rest", (1.0, 8.0),
              "assumed: with k_baroreflex an open-loop gain of about 3"),
    Parameter("k_baroreflex", 0.041, "1/mmHg", "steepness of the baroreflex", (0.0, 0.3),
              "HumMod curve spans 50 mmHg each way; set on the rows seen by benchmarks/hold_out.py"),
    Parameter("g_SVR", 0.322, "1", "sympathetic drive on resistance", (0.0, 2.0),
              "Heldt2002 gains, cycle-averaged; set on the rows seen by benchmarks/hold_out.py"),
    Parameter("g_HR", 0.434, "1", "sympathetic drive on heart rate", (0.0, 2.0),
              "Heldt2002 gains, cycle-averaged; set on the rows seen by benchmarks/hold_out.py"),
    Parameter("g_veins", 0.116, "1", "sympathetic drive on unstressed volume", (0.0, 0.3),
              "below 27 mL/mmHg of Heldt2002; set on the rows seen by benchmarks/hold_out.py"),
    Parameter("g_E", 0.0746, "1", "sympathetic drive on contractility", (0.0, 1.0),
              "Heldt2002 gains, cycle-averaged; set on the rows seen by benchmarks/hold_out.py"),
    Parameter("g_angiotensin", 0.055, "1", "angiotensin on resistance, per e-fold", (0.0, 1.0),
              "assumed: tenfold angiotensin adds an eighth"),
    Parameter("g_veins_pressor", 0.313, "1", "pressors on unstressed volume", (0.0, 0.5),
              "assumed: pressors narrow the veins; set on the rows seen by benchmarks/hold_out.py"),
    Parameter("NO_on_SVR", 1.18, "1", "vasodilator drive on resistance", (0.0, 5.0),
              "fitted to published outcomes (docs/calibration.md): SVR -42 % (Lee1989)"),
    Parameter("NO_on_veins", 0.0234, "1", "vasodilator drive on unstressed volume", (0.0, 0.5),
              "fitted to published outcomes (docs/calibration.md): filling pressures stay low (Textor1987)"),
    Parameter("SVR_on_R_vr", 0.10, "1", "share of resistance to venous return that moves with arterial tone",
              (0.0, 0.9), "assumed: prototype value; more makes phenylephrine lower the output of a bled patient"),
    Parameter("NO_on_R_vr", 1.25, "1", "vasodilator drive on resistance to venous return", (0.0, 2.0),
              "fitted to published outcomes (docs/calibration.md): cardiac index +49 % (ICM BF01724796)"),
    Parameter("heat_on_SVR", 0.05, "1/degC", "skin vasodilatation by fever", (0.0, 0.5),
              "assumed: small beside nitric oxide"),
    Parameter("fever_on_HR", 9.0, "1/min/degC", "heart rate by fever", (0.0, 30.0),
              "textbook value 8 to 10, quoted from memory"),
    Parameter("NO_on_HR", 27.7, "1/min", "heart rate per unit of vasodilator drive", (0.0, 60.0),
              "fitted to published outcomes (docs/calibration.md): rate rises by 38 where pressure falls by 14 "
              "mmHg (Lee1989), more than reflex and fever give"),
    Parameter("starling_offset", 4.0, "mmHg", "filling pressure below zero that still fills the heart", (0.0, 10.0),
              "Guyton: cardiac output falls to zero near -4 mmHg"),
    Parameter("starling_width", 0.5, "mmHg", "width of the onset of filling of the heart", (0.01, 3.0),
              "assumed: smooth"),
    Parameter("V_collapse", 0.09, "L", "stressed volume at which veins refill half a beat", (0.01, 0.8),
              "assumed: no output without stressed volume, little loss until most of it is gone", scale="volume"),
    Parameter("V_stressed_width", 0.02, "L", "width of the emptying of the veins", (0.001, 0.2), "assumed: smooth"),
    Parameter("starling_scale", 5.0, "mmHg", "curvature of the Frank-Starling curve", (1.0, 20.0),
              "assumed: plateau near 10 mmHg"),
    Parameter("HR_filling", 180.0, "1/min", "heart rate that halves filling", (100.0, 300.0), "assumed"),
    Parameter("k_afterload", 0.117, "1", "afterload on stroke volume", (0.0, 1.0),
              "assumed: a healthy heart bears most of it; set on the rows seen by benchmarks/hold_out.py"),
    Parameter("E_depression", 0.20, "1", "loss of contractility (log) per unit of cardiodepression", (0.0, 0.9),
              "assumed: hand-set between Ognibene1988 58 to 36 % and Fragasso1994 65 to 64 %"),
    Parameter("ceiling_depression", 1.92, "1",
              "largest stroke volume of a healthy heart over that of a fully depressed one", (0.0, 6.0),
              "fitted to published outcomes (docs/calibration.md): fluid that fails after dose 6; septic "
              "patients whom fluid fails: Schneider1988"),
    Parameter("wedge_gap", 5.0, "mmHg", "wedge above central venous pressure at rest", (1.0, 15.0), "textbook value"),
    Parameter("wedge_exponent", 0.7, "1", "rise of the wedge gap as contractility falls", (0.0, 2.0), "assumed"),
    Parameter("leak_on_PVR", 1.0, "1", "pulmonary vascular resistance added by leak 1", (0.0, 5.0),
              "assumed: hand-set to pulmonary pressure 13 to 21 mmHg (ICM BF01724796)"),
    Parameter("arterial_compliance", 1.55e-3, "L/mmHg", "arterial compliance at rest", (4e-4, 4e-3),
              "HumMod", show="mL/mmHg"),
    Parameter("systolic_share", 0.475, "1", "pulse pressure above the mean", (0.2, 0.8), "HumMod"),
    Parameter("diastolic_share", 0.351, "1", "pulse pressure below the mean", (0.1, 0.7), "HumMod"),
    Parameter("reset_share", 0.5, "1", "share of a lasting change that the set-point follows", (0.0, 1.0),
              "assumed: half; HumMod resets fully in 10 h"),
    Parameter("tau_reset", 1440.0, "min", "time constant of resetting", (60.0, 20000.0), "assumed: a day", show="h"),
    Parameter("age_on_baroreflex", 0.01, "1/y", "loss of baroreflex steepness per year of age", (0.0, 0.05),
              "assumed: 1 % per year"),
    Parameter("age_on_compliance", 0.008, "1/y", "loss of arterial compliance per year of age", (0.0, 0.05),
              "assumed: pulse pressure widens with age"),
    Parameter("age_reference", 50.0, "y", "age for which the values above hold", (20.0, 80.0),
              "assumed: reference adult"),
    Parameter("k_baroreflex_aged", None, "1/mmHg", "steepness of the baroreflex at the patient's age", (0.0, 0.5),
              "log-linear in age", role="solved"),
    Parameter("arterial_compliance_aged", None, "L/mmHg", "arterial compliance at the patient's age", (1e-4, 1e-2),
              "log-linear in age", role="solved", show="mL/mmHg"),
    Parameter("SVR_rest", None, "mmHg*min/L", "systemic vascular resistance at rest", (1.0, 80.0), "equation (7)",
              role="solved"),
    Parameter("R_vr_rest", None, "mmHg*min/L", "resistance to venous return at rest", (0.05, 10.0), "equation (7)",
              role="solved"),
    Parameter("V_unstressed", None, "L", "unstressed volume at rest", (0.5, 9.5), "equation (5)", role="solved"),
    Parameter("SV_max", None, "L", "largest stroke volume", (0.02, 0.5), "equation (9)", role="solved", show="mL"),
    Parameter("PVR_rest", None, "mmHg*min/L", "pulmonary vascular resistance at rest", (0.0, 20.0), "PAP and wedge",
              role="solved"),
    Parameter("PCWP_rest", None, "mmHg", "wedge pressure at rest", (0.0, 30.0), "central venous pressure and gap",
              role="solved"),
)
INPUTS = (
    Input("pooled_volume", "L", "blood held in the legs by posture", bounds=(0.0, 2.0)),
)
STATES = (
    State("MAP_setpoint", "mmHg", "set-point of the baroreflex", 1.0),
)
FLOWS = (
    Flow("MAP", "mmHg", "mean arterial pressure"),
    Flow("SBP", "mmHg", "systolic pressure"),
    Flow("DBP", "mmHg", "diastolic pressure"),
    Flow("HR", "1/min", "heart rate"),
    Flow("CO", "L/min", "cardiac output"),
    Flow("CI", "L/min/m2", "cardiac index"),
    Flow("SV", "L", "stroke volume", show="mL"),
    Flow("SVR", "mmHg*min/L", "systemic vascular resistance", show="dyn*s/cm5"),
    Flow("CVP", "mmHg", "central venous pressure"),
    Flow("P_msf", "mmHg", "mean systemic filling pressure"),
    Flow("PCWP", "mmHg", "pulmonary wedge pressure"),
    Flow("PAP", "mmHg", "mean pulmonary artery pressure"),
    Flow("EF", "1", "ejection fraction", show="%"),
    Flow("sympathetic", "1", "sympathetic drive (rest = 1)"),
    Flow("contractility", "1", "contractility (rest = 1)"),
    Flow("arteriolar_tone", "1", "arteriolar resistance without viscosity (rest = 1)"),
    Flow("venular_tone", "1", "what nitric oxide leaves of the resistance to venous return"),
    Flow("pressors", "1", "tone added by vasopressors"),
    Flow("pressor_effect", "1", "tone added by vasopressors that vessels still answer"),
    Flow("constriction", "1", "tone added by vasopressors and angiotensin"),
    Flow("strength", "1", "contractility that cardiodepression leaves"),
    Flow("imbalance", "L/min", "cardiac output minus venous return left by the root search"),
)

ROOT_STEPS = 50  # never needed: four or five find the root, a bracket halved fifty times would
ROOT_TOLERANCE = 1e-9  # L/min; a MAP within some 1e-8 mmHg
FIRST_STEP = 0.3  # the reflex takes up most of what resistance alone would ask for
MAP_LOWEST, MAP_HIGHEST = 1e-3, 400.0
FAR = float("inf")  # excess of the third point while there are but two


@kernel
def sympathetic_drive(MAP, x, p):
    """Equation (1)."""
    return p.S_max / (1.0 + (p.S_max - 1.0) * exp(p.k_baroreflex_aged * (MAP - x.MAP_setpoint)))


@kernel
def filling(CVP, p):
    """Filling of the heart, 0 to 1 (equation 11)."""
    return 1.0 - exp(-softplus(CVP + p.starling_offset, p.starling_width) / p.starling_scale)


@kernel
def below_ceiling(fill, depression, p):
    """Share of that filling which a depressed heart still turns into stroke volume (equation 11)."""
    over = p.ceiling_depression * depression * fill / p.cardiac_reserve
    square = over * over
    fourth = square * square
    return 1.0 / sqrt(sqrt(sqrt(1.0 + fourth * fourth)))


@kernel
def filling_time(HR, p):
    """Loss of filling at high rates, 1 at rest."""
    at_rest = p.HR_rest / p.HR_filling
    now = HR / p.HR_filling
    return (1.0 + at_rest * at_rest * at_rest * at_rest) / (1.0 + now * now * now * now)


@kernel
def fullness(P_msf, p):
    """Share of each beat that veins can refill: they collapse as the stressed volume is lost."""
    stressed = p.C_vascular * P_msf
    return stressed * stressed / (stressed * stressed + p.V_collapse * p.V_collapse)


@kernel
def balance(MAP, x, p, u, f):
    """Equations (1) to (11) at a trial MAP; leaves the trial in f, returns HR SV - CO."""
    f.MAP = MAP
    f.sympathetic = sympathetic_drive(MAP, x, p)
    S = f.sympathetic - 1.0
    A = 1.0 + f.hyporesponse * (p.g_SVR * S + f.constriction)
    f.arteriolar_tone = A / (1.0 + p.NO_on_SVR * f.vasodilation
                             + p.heat_on_SVR * (x.temperature - p.temperature_rest))
    f.SVR = p.SVR_rest * f.viscosity * f.arteriolar_tone
    V_u = p.V_unstressed * (1.0 - f.hyporesponse * p.g_veins * S - p.g_veins_pressor * f.pressor_effect
                            + p.NO_on_veins * f.vasodilation) + u.pooled_volume
    f.P_msf = softplus(f.V_blood - V_u, p.V_stressed_width) / p.C_vascular
    R_vr = (p.R_vr_rest * f.viscosity * f.venular_tone
            * (1.0 - p.SVR_on_R_vr + p.SVR_on_R_vr * f.viscosity * f.arteriolar_tone))
    f.CO = (MAP - f.P_msf) / (f.SVR - R_vr)
    f.CVP = f.P_msf - f.CO * R_vr
    f.HR = (p.HR_rest * (1.0 + p.g_HR * S + f.dopamine_chronotropy)
            + p.fever_on_HR * (x.temperature - p.temperature_rest) + p.NO_on_HR * f.vasodilation)
    f.contractility = f.strength * (
        1.0 + p.cardiac_reserve * p.g_E * S + f.norepinephrine_inotropy + f.dopamine_inotropy)
    fill = filling(f.CVP, p)
    f.SV = (p.SV_max * f.contractility * fill * below_ceiling(fill, f.depression, p)
            * filling_time(f.HR, p) * fullness(f.P_msf, p) / (1.0 + p.k_afterload * (MAP / p.MAP_rest - 1.0)))
    return f.HR * f.SV - f.CO


@kernel
def quotient(rise, run):
    """rise / run, and 0 where there is no run."""
    nothing = run == 0.0
    return where(nothing, 0.0, rise / where(nothing, 1.0, run))


@kernel
def flows(x, p, u, f):
    """The root of (1) to (11), and the pressures that follow.

    Inverse quadratic interpolation on a bracket, halved where a step would leave it.  A patient whose
    pressure is found stays on it while others beside him still search, so that one patient
    and many side by side do the same arithmetic.
    """
    f.pressors = f.phenylephrine_effect + f.norepinephrine_effect + f.dopamine_constriction
    f.pressor_effect = f.hyporesponse * f.pressors
    f.constriction = f.pressors + p.g_angiotensin * log(x.angiotensin)
    f.venular_tone = 1.0 / (1.0 + p.NO_on_R_vr * f.vasodilation)
    f.strength = exp(-p.E_depression * x.cardiodepression / p.cardiac_reserve)
    low, high = 0.0 * x.MAP_setpoint + MAP_LOWEST, 0.0 * x.MAP_setpoint + MAP_HIGHEST
    a = x.MAP_setpoint
    excess_a = balance(a, x, p, u, f)
    b = maximum(0.5 * a, a + FIRST_STEP * f.SVR * excess_a)
    excess_b = balance(b, x, p, u, f)
    low = where(excess_a > 0.0, a, where(excess_b > 0.0, b, low))
    high = where(excess_b < 0.0, b, where(excess_a < 0.0, a, high))
    slope_before, excess_before = 0.0 * a, 0.0 * a + FAR
    for _ in range(ROOT_STEPS):
        searching = abs(excess_b) > ROOT_TOLERANCE
        if not anyone(searching):
            break
        slope = quotient(b - a, excess_b - excess_a)
        bend = quotient(slope - slope_before, excess_b - excess_before)
        c = b - excess_b * (slope - excess_a * bend)
        c = where((c >= low) & (c <= high), c, 0.5 * (low + high))
        c = where(searching, c, b)
        excess_c = balance(c, x, p, u, f)
        low = where(excess_c > 0.0, c, low)
        high = where(excess_c > 0.0, high, c)
        slope_before, excess_before = slope, excess_a
        a, excess_a, b, excess_b = b, excess_b, c, excess_c
    f.imbalance = excess_b
    f.PCWP = f.CVP + p.wedge_gap * (f.CO / p.CO_rest) / pow(f.contractility, p.wedge_exponent)
    f.PAP = f.PCWP + p.PVR_rest * (1.0 + p.leak_on_PVR * f.leakiness) * f.CO


@kernel
def bedside(x, p, u, f):
    """What nothing in the body reads: cardiac index, ejection fraction, systolic and diastolic pressure."""
    f.CI = f.CO / p.BSA
    afterload = 1.0 + p.k_afterload * (f.MAP / p.MAP_rest - 1.0)
    f.EF = p.EF_rest * f.contractility * below_ceiling(filling(f.CVP, p), f.depression, p) / afterload
    compliance = p.arterial_compliance_aged / sqrt(f.MAP / p.MAP_rest)
    f.SBP = f.MAP + p.systolic_share * f.SV / compliance
    f.DBP = f.MAP - p.diastolic_share * f.SV / compliance


@kernel
def derivatives(x, p, u, f, dx):
    """Equation (12)."""
    follow = p.reset_share * (f.MAP - x.MAP_setpoint)
    home = (1.0 - p.reset_share) * (x.MAP_setpoint - p.MAP_rest)
    dx.MAP_setpoint += (follow - home) / p.tau_reset


@kernel
def rest(p, x, f):
    """Resistances, unstressed volume and heart that give the pressures and flows observed."""
    years = p.age - p.age_reference
    p.k_baroreflex_aged = p.k_baroreflex * exp(-p.age_on_baroreflex * years)
    p.arterial_compliance_aged = p.arterial_compliance * exp(-p.age_on_compliance * years)
    p.SVR_rest = (p.MAP_rest - p.CVP_rest) / p.CO_rest
    p.R_vr_rest = (p.P_msf_rest - p.CVP_rest) / p.CO_rest
    p.V_unstressed = p.blood_volume_rest - p.C_vascular * p.P_msf_rest
    p.SV_max = p.CO_rest / (p.HR_rest * filling(p.CVP_rest, p) * fullness(p.P_msf_rest, p))
    p.PCWP_rest = p.CVP_rest + p.wedge_gap
    p.PVR_rest = (p.PAP_rest - p.PCWP_rest) / p.CO_rest
    x.MAP_setpoint = p.MAP_rest
