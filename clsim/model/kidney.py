"""Kidney: filtration, four sodium segments, water, potassium, chloride, urea, creatinine and acid.

    GFR = GFR_rest autoregulation(MAP) exp(-oncotic_on_GFR (pi_plasma - rest) - sympathetic_on_GFR (S - 1)
          - chloride_on_GFR brake - prostaglandin_block (prostaglandin_on_GFR_rest + prostaglandin_on_GFR
          log angiotensin)) (1 + injury_on_GFR injury_rest) / (1 + injury_on_GFR tubular_injury) * drugs   (1)
    brake = b(Cl) - brake_share b(usual),  b(c) = sp(c - Cl_brake) - sp(Cl_rest - Cl_brake),
    d usual/dt = (Cl - usual) / tau_brake                                       (2)

Sodium passes four segments (Hallow 2017); each reabsorbs a fraction eta = lg(logit eta_rest + shifts):

    proximal:  + pi_on_PT r tanh((pi_plasma - rest) / r) + angiotensin_on_PT log angiotensin + sympathetic_on_PT (S - 1)
               + pressors_on_PT pressor_effect - dopamine_on_PT dopamine_renal
               - MAP_on_PT (MAP - rest) + chloride_on_PT brake,  r = pi_range   (3)
    loop:      (1 - furosemide_on_loop furosemide_effect)                       (4)
    distal:    + aldosterone_on_DT log aldosterone - load_on_DT over(load)     (5)
    collecting: + aldosterone_on_CD log aldosterone - volume_on_CD volume_signal
               - MAP_on_CD (MAP - rest) - load_on_CD over(load) + chloride_on_CD brake
               + prostaglandin_on_CD prostaglandin_block                        (6)
    sodium_excretion = GFR Na (1 - eta_PT)(1 - eta_LH)(1 - eta_DT)(1 - eta_CD)  (7)

where load is the sodium reaching the segment relative to rest and over(load) = sp(log load) - sp(0):
a segment is overrun by more sodium than it can take, but does not take a larger share of less.
Some sodium always escapes the collecting duct: its eta_CD is highest lg(logit(eta_CD_rest / highest) + shifts)
with highest = 1 - CD_escape (1 - eta_CD_rest).  Water follows the solute:

    U_osm = U_osm_lowest + U_osm_range ADH^n / (ADH^n + ADH_half) (1 - loop_on_concentration furosemide_effect)
            / (1 + injury_on_concentration injury)                              (8)
    urine_flow = (2 sodium + 2 potassium + urea + glucose excretion) / U_osm    (9)

Tubular injury rises with vasodilator drive, low pressure and nephrotoxic drugs, and recovers slowly:

    d tubular_injury/dt = (drive - tubular_injury) / tau,  tau = tau_injury or tau_repair   (10)
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.lanes import maximum
from clsim.spec import Flow, Input, Parameter, State
from clsim.vmath import exp, log, pow, sigmoid, softplus, tanh

PARAMETERS = (
    Parameter("GFR_rest", 0.115, "L/min", "glomerular filtration rate at rest", (0.015, 0.22),
              "textbook value; clearance above 60 mL/min required for treatment", role="observable",
              scale="flow", show="mL/min"),
    Parameter("GFR_limit", 62.0, "mmHg", "pressure at which filtration is half lost", (30.0, 90.0),
              "assumed: lower limit of autoregulation about 75"),
    Parameter("GFR_width", 6.0, "mmHg", "width of the loss of filtration", (1.0, 30.0), "assumed: prototype value"),
    Parameter("oncotic_on_GFR", 0.029, "1/mmHg", "plasma oncotic pressure on filtration (log)", (0.0, 0.1),
              "assumed: a filtration pressure of 10 mmHg, buffered by a feedback of 2.5"),
    Parameter("sympathetic_on_GFR", 0.13, "1", "sympathetic drive on filtration (log)", (0.0, 1.0),
              "assumed: prototype value"),
    Parameter("chloride_on_GFR", 0.03, "L/mmol", "chloride brake on filtration (log)", (0.0, 0.2),
              "assumed: hand-set to saline against Ringer (Reid2003)"),
    Parameter("Cl_brake", 104.5, "mmol/L", "chloride at which the brake begins", (95.0, 115.0),
              "assumed: upper normal"),
    Parameter("Cl_brake_width", 0.6, "mmol/L", "width of the onset of the brake", (0.05, 5.0), "assumed"),
    Parameter("brake_share", 0.5, "1", "share of a lasting chloride brake that is adapted to", (0.0, 1.0),
              "assumed: half, as the baroreflex; tubuloglomerular feedback resets"),
    Parameter("tau_brake", 1440.0, "min", "time constant of that adaptation", (60.0, 30000.0), "assumed: a day",
              show="h"),
    Parameter("injury_on_GFR", 1.67, "1", "filtration lost by tubular injury", (0.0, 10.0),
              "fitted to published outcomes (docs/calibration.md): creatinine in a cycle (Belldegrun1989)"),
    Parameter("prostaglandin_on_GFR", 0.024, "1",
              "filtration that prostaglandins hold up, per e-fold of angiotensin (log)", (0.0, 1.0), "assumed"),
    Parameter("prostaglandin_on_GFR_rest", 0.13, "1", "filtration that prostaglandins hold up at rest (log)",
              (0.0, 1.0), "assumed: filtration is a fifteenth lower after a week of indomethacin (row 37)"),
    Parameter("prostaglandin_on_CD", 1.6, "1", "block of prostaglandins on collecting-duct reabsorption", (0.0, 5.0),
              "assumed: sodium excretion falls to a third in the hours after indomethacin (row 37)"),
    Parameter("dopamine_on_GFR", 0.3, "1", "share of the dopamine effect on flow that reaches filtration", (0.0, 1.0),
              "assumed"),
    Parameter("eta_PT_rest", 0.70, "1", "proximal sodium reabsorption", (0.4, 0.9), "Hallow2017"),
    Parameter("eta_LH_rest", 0.80, "1", "loop sodium reabsorption", (0.4, 0.95), "Hallow2017"),
    Parameter("eta_DT_rest", 0.50, "1", "distal sodium reabsorption", (0.1, 0.9), "Hallow2017"),
    Parameter("pi_on_PT", 0.195, "1/mmHg", "peritubular oncotic pressure on proximal reabsorption", (0.0, 0.5),
              "0.25 by Johansen1998 if all is dilution, 0.12 if half is (Johansen1997); "
              "set on the rows seen by benchmarks/hold_out.py"),
    Parameter("pi_range", 5.0, "mmHg", "oncotic deviation at which its effect saturates", (1.0, 50.0),
              "assumed: the fall after 1.5 L of saline (Johansen1997); beyond it the tissue pressure takes over"),
    Parameter("angiotensin_on_PT", 0.08, "1", "angiotensin on proximal reabsorption, per e-fold", (0.0, 1.0),
              "assumed"),
    Parameter("sympathetic_on_PT", 0.10, "1", "sympathetic drive on proximal reabsorption", (0.0, 1.0), "assumed"),
    Parameter("pressors_on_PT", 0.1, "1", "tone of vasopressors on proximal reabsorption", (0.0, 3.0),
              "sodium excretion tends to fall under norepinephrine though pressure rises: Hoogenberg1998; set to "
              "row 27"),
    Parameter("dopamine_on_PT", 1.4, "1", "renal effect of dopamine on proximal reabsorption", (0.0, 10.0),
              "sodium excretion rises by some 70 % at 2 mcg/kg/min: healthy controls of row 27a, to which it is set"),
    Parameter("MAP_on_PT", 0.008, "1/mmHg", "pressure natriuresis, proximal", (0.0, 0.2), "assumed"),
    Parameter("chloride_on_PT", 0.05, "L/mmol", "chloride brake on proximal reabsorption", (0.0, 0.5),
              "assumed: hand-set to saline against Ringer (Reid2003)"),
    Parameter("furosemide_on_loop", 1.0, "1", "loop reabsorption lost at full furosemide effect", (0.0, 1.0),
              "assumed: hand-set to 40 mg (VanMeyel)"),
    Parameter("aldosterone_on_DT", 0.06, "1", "aldosterone on distal reabsorption, per e-fold", (0.0, 2.0), "assumed"),
    Parameter("load_on_DT", 1.26, "1", "load on distal reabsorption, per e-fold", (0.0, 2.0),
              "assumed: capacity-limited; set on the rows seen by benchmarks/hold_out.py"),
    Parameter("aldosterone_on_CD", 0.18, "1", "aldosterone on collecting-duct reabsorption, per e-fold", (0.0, 2.0),
              "assumed"),
    Parameter("load_on_CD", 1.86, "1", "load on collecting-duct reabsorption, per e-fold", (0.0, 2.0),
              "assumed: capacity-limited; set on the rows seen by benchmarks/hold_out.py"),
    Parameter("load_width", 0.3, "1", "width of the onset of overrun (log load)", (0.02, 3.0),
              "assumed: begins near the usual load"),
    Parameter("volume_on_CD", 7.97, "1", "volume signal on collecting-duct reabsorption", (0.0, 200.0),
              "assumed: a few per cent of plasma double or halve excretion; "
              "set on the rows seen by benchmarks/hold_out.py"),
    Parameter("MAP_on_CD", 0.03, "1/mmHg", "pressure natriuresis, collecting duct", (0.0, 0.5), "assumed"),
    Parameter("chloride_on_CD", 0.154, "L/mmol", "chloride brake on the collecting duct", (0.0, 1.0),
              "assumed: saline against Ringer (Reid2003); set on the rows seen by benchmarks/hold_out.py"),
    Parameter("U_osm_lowest", 50.0, "mmol/L", "lowest urine osmolality", (30.0, 150.0), "textbook value 50 to 80"),
    Parameter("U_osm_range", 1140.0, "mmol/L", "range of urine osmolality", (200.0, 1400.0), "textbook largest 1200"),
    Parameter("ADH_power", 2.0, "1", "steepness of concentration on ADH", (0.5, 4.0),
              "urine 115, 621 and 869 mosmol/kg at 1, 5 and 25 pg/min/kg: Andersen1990"),
    Parameter("ADH_half", 1.15, "1", "ADH^power that gives half the range", (0.1, 10.0), "assumed: prototype value"),
    Parameter("injury_on_concentration", 0.068, "1", "concentrating power lost by tubular injury", (0.0, 1.0),
              "fitted to published outcomes (docs/calibration.md): assumed"),
    Parameter("loop_on_concentration", 0.702, "1", "concentrating power lost when the loop is blocked", (0.0, 1.0),
              "assumed: urine near isosthenuric; set on the rows seen by benchmarks/hold_out.py"),
    Parameter("K_on_excretion", 2.2, "1", "potassium on its excretion (power)", (0.0, 6.0), "assumed"),
    Parameter("aldosterone_on_K", 0.14, "1", "aldosterone on potassium excretion (power)", (0.0, 2.0), "assumed"),
    Parameter("load_on_K", 0.45, "1", "distal sodium on potassium excretion (power)", (0.0, 2.0),
              "assumed: kaliuresis of furosemide, retention in oliguria"),
    Parameter("chloride_share_highest", 1.6, "1", "largest chloride per sodium and potassium in urine", (1.0, 3.0),
              "assumed: the rest is ammonium"),
    Parameter("HCO3_on_chloride", 0.18, "L/mmol", "bicarbonate deficit on chloride excretion (logit)", (0.0, 2.0),
              "assumed: compensation over days"),
    Parameter("excretion_on_chloride", 0.7, "1", "cations excreted on the chloride share (logit, per e-fold)",
              (0.0, 2.0), "assumed: anions beside chloride stay those of the diet, so that what is excreted beyond the "
              "usual goes with chloride: 0.5 at rest, 1 far above it; between them, set to rows 5, 20 and 29"),
    Parameter("ammonium_highest", 0.12, "mmol/min", "largest extra ammonium excretion", (0.0, 0.5),
              "textbook: rises to 200 mmol/d in acidosis, quoted from memory", scale="flow", show="mmol/d"),
    Parameter("ammonium_half", 6.0, "mmol/L", "bicarbonate deficit of half of it", (0.5, 20.0), "assumed"),
    Parameter("urea_fraction", 0.50, "1", "urea excreted of urea filtered", (0.1, 0.9), "textbook value"),
    Parameter("ADH_on_urea", 0.45, "1", "ADH on urea reabsorption, per e-fold", (0.0, 2.0),
              "assumed: urea rises more than creatinine in prerenal failure"),
    Parameter("phosphate_power", 1.8, "1", "steepness of phosphate excretion on its concentration", (1.0, 6.0),
              "assumed: threshold-like"),
    Parameter("NO_on_injury", 1.44, "1", "vasodilator drive on tubular injury", (0.0, 5.0),
              "fitted to published outcomes (docs/calibration.md): clearance falls with haemodynamics stable "
              "(Shalmi1990)"),
    Parameter("pressure_on_injury", 0.04, "1/mmHg", "low pressure on tubular injury", (0.0, 1.0), "assumed"),
    Parameter("injury_pressure", 68.0, "mmHg", "pressure below which tubules suffer", (40.0, 90.0), "assumed"),
    Parameter("injury_pressure_width", 3.0, "mmHg", "width of the onset of tubular suffering", (0.1, 20.0),
              "assumed: smooth"),
    Parameter("injury_width", 0.05, "1", "width of the change from tubular injury to repair", (0.001, 1.0),
              "assumed: narrow against the injury of a course"),
    Parameter("toxin_on_injury", 1.5, "1", "nephrotoxic drug at full exposure on tubular injury", (0.0, 10.0),
              "assumed: doubles creatinine within days"),
    Parameter("renal_frailty", 1.0, "1", "susceptibility of the tubules (1 normal)", (0.1, 5.0),
              "assumed: reduced reserve as a patient property", role="observable"),
    Parameter("tau_injury", 1440.0, "min", "time constant of tubular injury", (60.0, 30000.0), "assumed: a day",
              show="h"),
    Parameter("tau_repair", 4320.0, "min", "time constant of tubular repair", (60.0, 60000.0),
              "recovery in days to weeks: Textor1987", show="h"),
    Parameter("tau_GFR", 10.0, "min", "filter on filtration for clearances of drugs", (1.0, 120.0), "assumed"),
    Parameter("CD_escape", 0.10, "1", "sodium that always escapes the collecting duct, relative to rest", (0.0, 0.9),
              "assumed: fractional excretion stays near 0.1 to 0.2 % in prerenal failure (Textor1987 0.20)"),
    Parameter("eta_CD_rest", None, "1", "collecting-duct sodium reabsorption at rest", (0.0, 1.0),
              "closed by sodium intake", role="solved"),
    Parameter("urea_production", None, "mmol/min", "urea production", (0.0, 5.0), "closed by urea at rest",
              role="solved", show="mmol/d"),
    Parameter("creatinine_production", None, "mmol/min", "creatinine production", (0.0, 0.2),
              "closed by creatinine at rest", role="solved", show="mmol/d"),
    Parameter("chloride_share_rest", None, "1", "chloride per sodium and potassium in urine at rest", (0.0, 1.6),
              "closed by chloride intake", role="solved"),
    Parameter("cations_excreted_rest", None, "mmol/min", "sodium and potassium in urine at rest", (0.0, 2.0),
              "the diet", role="solved", show="mmol/d"),
    Parameter("load_rest", None, "mmol/min", "sodium filtered at rest", (0.0, 100.0), "GFR and sodium at rest",
              role="solved"),
    Parameter("injury_rest", None, "1", "tubular injury at rest", (0.0, 1.0), "equation (10) at rest", role="solved"),
    Parameter("overrun_rest", None, "1", "bend of the overrun of a segment at rest", (0.0, 2.0),
              "equations (5) and (6) at rest", role="solved"),
    Parameter("brake_rest", None, "mmol/L", "chloride beyond the brake at rest", (0.0, 60.0), "equation (2) at rest",
              role="solved"),
    Parameter("held_pressure_rest", None, "1", "pressure factor of filtration before it is set to 1 at rest",
              (0.0, 1.0), "equation (1) at rest", role="solved"),
    Parameter("logit_PT", None, "1", "log odds of proximal reabsorption at rest", (-10.0, 10.0), "eta_PT_rest",
              role="solved"),
    Parameter("logit_DT", None, "1", "log odds of distal reabsorption at rest", (-10.0, 10.0), "eta_DT_rest",
              role="solved"),
    Parameter("logit_CD", None, "1", "log odds of collecting-duct reabsorption at rest, of its highest",
              (-30.0, 30.0), "eta_CD_rest", role="solved"),
    Parameter("logit_chloride_share", None, "1", "log odds of the chloride share at rest, of its highest",
              (-30.0, 30.0), "chloride_share_rest", role="solved"),
    Parameter("logit_urea", None, "1", "log odds of the share of filtered urea that is excreted", (-10.0, 10.0),
              "urea_fraction", role="solved"),
    Parameter("urine_rest", None, "L/min", "urine flow at rest", (0.0, 0.02), "equation (9) at rest", role="solved",
              show="mL/h"),
)
INPUTS = (
    Input("nephrotoxic", "1", "exposure to nephrotoxic drugs (0 none, 1 full)", bounds=(0.0, 1.0)),
)
STATES = (
    State("tubular_injury", "1", "tubular injury", 0.01),
    State("chloride_usual", "mmol/L", "plasma chloride that the tubule has become used to", 1.0),
    State("GFR_filtered", "1", "filtration relative to rest, filtered", 0.01),
)
FLOWS = (
    Flow("GFR", "L/min", "glomerular filtration rate", show="mL/min"),
    Flow("chloride_brake", "mmol/L", "chloride above the brake"),
    Flow("eta_PT", "1", "proximal sodium reabsorption"),
    Flow("eta_LH", "1", "loop sodium reabsorption"),
    Flow("eta_DT", "1", "distal sodium reabsorption"),
    Flow("eta_CD", "1", "collecting-duct sodium reabsorption"),
    Flow("distal_load", "1", "sodium reaching the distal tubule, relative to rest"),
    Flow("sodium_excretion", "mmol/min", "sodium in urine", show="mmol/h"),
    Flow("FENa", "1", "fractional sodium excretion", show="%"),
    Flow("potassium_excretion", "mmol/min", "potassium in urine", show="mmol/h"),
    Flow("chloride_excretion", "mmol/min", "chloride in urine", show="mmol/h"),
    Flow("ammonium_excretion", "mmol/min", "ammonium in urine beyond rest", show="mmol/h"),
    Flow("urea_excretion", "mmol/min", "urea in urine", show="mmol/h"),
    Flow("creatinine_excretion", "mmol/min", "creatinine in urine", show="mmol/h"),
    Flow("phosphate_excretion", "mmol/min", "phosphate in urine", show="mmol/h"),
    Flow("acid_excretion", "mmol/min", "acid anions in urine", show="mmol/h"),
    Flow("U_osm", "mmol/L", "urine osmolality"),
    Flow("urine_flow", "L/min", "urine flow", show="mL/h"),
    Flow("injury_drive", "1", "drive of tubular injury"),
)


@kernel
def logit(fraction):
    """The inverse of the logistic function."""
    return log(fraction / (1.0 - fraction))


@kernel
def overrun(log_load, p):
    """By how much a load relative to rest exceeds what the segment takes with ease, 0 at rest."""
    return softplus(log_load, p.load_width) - p.overrun_rest


@kernel
def beyond_brake(chloride, p):
    """Chloride beyond where the brake begins (equation 2)."""
    return softplus(chloride - p.Cl_brake, p.Cl_brake_width)


@kernel
def held_pressure(MAP, p):
    """Pressure factor of filtration, below 1 where autoregulation ends."""
    return sigmoid((MAP - p.GFR_limit) / p.GFR_width)


@kernel
def filtration(x, p, u, f):
    """Equations (1) and (2)."""
    f.chloride_brake = (beyond_brake(f.Cl, p) - p.brake_rest
                        - p.brake_share * (beyond_brake(x.chloride_usual, p) - p.brake_rest))
    pressure = held_pressure(f.MAP, p) / p.held_pressure_rest
    drives = (p.oncotic_on_GFR * (f.pi_plasma - p.pi_plasma_rest)
              + p.sympathetic_on_GFR * (f.sympathetic - 1.0)
              + p.chloride_on_GFR * f.chloride_brake
              + f.prostaglandin_block * (p.prostaglandin_on_GFR_rest + p.prostaglandin_on_GFR * log(x.angiotensin)))
    injury = (1.0 + p.injury_on_GFR * p.injury_rest) / (1.0 + p.injury_on_GFR * x.tubular_injury)
    f.GFR = (p.GFR_rest * pressure * exp(-drives) * injury
             * (1.0 + p.dopamine_on_GFR * f.dopamine_renal))


@kernel
def flows(x, p, u, f):
    """Equations (3) to (10)."""
    filtration(x, p, u, f)
    pressure = f.MAP - p.MAP_rest
    S = f.sympathetic - 1.0
    log_aldosterone, log_ADH = log(x.aldosterone), log(x.ADH)
    dilution = p.pi_range * tanh((f.pi_plasma - p.pi_plasma_rest) / p.pi_range)
    f.eta_PT = sigmoid(p.logit_PT + p.pi_on_PT * dilution
                       + p.angiotensin_on_PT * log(x.angiotensin) + p.sympathetic_on_PT * S
                       + p.pressors_on_PT * f.pressor_effect - p.dopamine_on_PT * f.dopamine_renal
                       - p.MAP_on_PT * pressure + p.chloride_on_PT * f.chloride_brake)
    f.eta_LH = p.eta_LH_rest * (1.0 - p.furosemide_on_loop * f.furosemide_effect)
    filtered = f.GFR * f.Na
    to_distal = filtered * (1.0 - f.eta_PT) * (1.0 - f.eta_LH)
    f.distal_load = to_distal / (p.load_rest * (1.0 - p.eta_PT_rest) * (1.0 - p.eta_LH_rest))
    log_load = log(f.distal_load)
    f.eta_DT = sigmoid(p.logit_DT + p.aldosterone_on_DT * log_aldosterone
                       - p.load_on_DT * overrun(log_load, p))
    collecting_load = f.distal_load * (1.0 - f.eta_DT) / (1.0 - p.eta_DT_rest)
    highest = 1.0 - p.CD_escape * (1.0 - p.eta_CD_rest)
    f.eta_CD = highest * sigmoid(p.logit_CD + p.aldosterone_on_CD * log_aldosterone
                                 - p.volume_on_CD * x.volume_signal - p.MAP_on_CD * pressure
                                 - p.load_on_CD * overrun(log(collecting_load), p)
                                 + p.chloride_on_CD * f.chloride_brake
                                 + p.prostaglandin_on_CD * f.prostaglandin_block)
    f.sodium_excretion = to_distal * (1.0 - f.eta_DT) * (1.0 - f.eta_CD)
    f.FENa = f.sodium_excretion / filtered
    f.potassium_excretion = p.potassium_intake * exp(
        p.K_on_excretion * log(f.K / p.K_rest) + p.aldosterone_on_K * log_aldosterone + p.load_on_K * log_load)
    cations = f.sodium_excretion + f.potassium_excretion
    share = p.chloride_share_highest * sigmoid(
        p.logit_chloride_share + p.HCO3_on_chloride * (p.HCO3_rest - f.HCO3)
        + p.excretion_on_chloride * log(cations / p.cations_excreted_rest))
    deficit = maximum(0.0, p.HCO3_rest - f.HCO3)
    f.ammonium_excretion = (p.ammonium_highest * f.GFR / p.GFR_rest
                            * deficit * deficit / (deficit * deficit + p.ammonium_half * p.ammonium_half))
    f.chloride_excretion = share * cations + f.ammonium_excretion
    kept = sigmoid(p.ADH_on_urea * log_ADH - p.logit_urea)
    f.urea_excretion = (1.0 - kept) * f.GFR * f.urea_concentration
    f.creatinine_excretion = f.GFR * f.creatinine_concentration
    ratio = f.GFR / p.GFR_rest
    f.acid_excretion = (p.acid_production * ratio
                        * f.acid_anion_concentration / p.acid_anions_rest)
    f.phosphate_excretion = (p.phosphate_intake * ratio
                             * pow(f.phosphate_concentration / p.phosphate_rest, p.phosphate_power))
    ADH = exp(p.ADH_power * log_ADH)
    f.U_osm = (p.U_osm_lowest + p.U_osm_range * ADH / (ADH + p.ADH_half)
               * (1.0 - p.loop_on_concentration * f.furosemide_effect)
               / (1.0 + p.injury_on_concentration * x.tubular_injury))
    f.urine_flow = (2.0 * (f.sodium_excretion + f.potassium_excretion) + f.urea_excretion
                    + f.glucose_excretion) / f.U_osm
    f.injury_drive = p.renal_frailty * (
        p.NO_on_injury * f.vasodilation + p.toxin_on_injury * u.nephrotoxic
        + p.pressure_on_injury * softplus(p.injury_pressure - f.MAP, p.injury_pressure_width))


@kernel
def derivatives(x, p, u, f, dx):
    """What leaves in the urine, and equation (10)."""
    dx.V_plasma -= f.urine_flow
    dx.sodium -= f.sodium_excretion
    dx.potassium -= f.potassium_excretion
    dx.chloride -= f.chloride_excretion
    dx.urea += p.urea_production * f.catabolism - f.urea_excretion
    dx.creatinine += p.creatinine_production - f.creatinine_excretion
    dx.phosphate -= f.phosphate_excretion
    dx.acid_anions -= f.acid_excretion
    toward = f.injury_drive - x.tubular_injury
    rising = sigmoid(toward / p.injury_width)
    dx.tubular_injury += toward * (rising / p.tau_injury + (1.0 - rising) / p.tau_repair)
    dx.chloride_usual += (f.Cl - x.chloride_usual) / p.tau_brake
    dx.GFR_filtered += (f.GFR / p.GFR_rest - x.GFR_filtered) / p.tau_GFR


@kernel
def rest(p, x, f):
    """Close sodium, urea, creatinine and chloride on the diet and the blood values."""
    p.load_rest = p.GFR_rest * p.Na_rest
    to_collecting = p.load_rest * (1.0 - p.eta_PT_rest) * (1.0 - p.eta_LH_rest) * (1.0 - p.eta_DT_rest)
    p.eta_CD_rest = 1.0 - p.sodium_intake / to_collecting
    p.urea_production = p.urea_fraction * p.GFR_rest * p.urea_rest
    p.creatinine_production = p.GFR_rest * p.creatinine_rest
    p.cations_excreted_rest = p.sodium_intake + p.potassium_intake
    p.chloride_share_rest = p.chloride_intake / p.cations_excreted_rest
    p.overrun_rest = softplus(0.0 * p.load_rest, p.load_width)
    p.brake_rest = beyond_brake(p.Cl_rest, p)
    p.held_pressure_rest = held_pressure(p.MAP_rest, p)
    p.logit_PT = logit(p.eta_PT_rest)
    p.logit_DT = logit(p.eta_DT_rest)
    p.logit_urea = logit(p.urea_fraction)
    p.logit_CD = logit(p.eta_CD_rest / (1.0 - p.CD_escape * (1.0 - p.eta_CD_rest)))
    p.logit_chloride_share = logit(p.chloride_share_rest / p.chloride_share_highest)
    p.injury_rest = (p.renal_frailty * p.pressure_on_injury
                     * softplus(p.injury_pressure - p.MAP_rest, p.injury_pressure_width))
    solute = 2.0 * (p.sodium_intake + p.potassium_intake) + p.urea_production
    p.urine_rest = solute / (p.U_osm_lowest + p.U_osm_range / (1.0 + p.ADH_half)
                             / (1.0 + p.injury_on_concentration * p.injury_rest))
    x.tubular_injury = p.injury_rest
    x.chloride_usual = p.Cl_rest
    x.GFR_filtered = 1.0
