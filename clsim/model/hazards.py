"""Adverse events: how likely each is, given the body as it is now.

Strains s say how far the body has left its ease, from 0 (not at all) to 1; hazards
grow with them.  Nothing in the body reads what is written here, and nothing is
drawn here: a hazard is a rate, drawing is the business of whoever runs a cohort.

Equations (h(x; k, n) = x^n / (k^n + x^n), [x]+ = max(x, 0))
---------
(1)  s_k    = h(d_k; half_k, n),   d_k the deviation of one quantity, 0 at rest
(2)  c      = [Q_heart] [hemoglobin] / ([HR] [MAP]),   each [.] relative to rest
(3)  r_i    = base_i a_i (exp(sum_k w_ik s_k) - 1)
(4)  r_line = base_line a_line exp(w s_activation)
(5)  hazard_i = r_i / (1 + r_i / limit)
(6)  hazard_death = r_death + fatality_of_sepsis hazard_sepsis, arrest_hazard where MAP is below arrest_pressure

c is the coronary supply for the work of the heart.  a_i holds what belongs to the
person: age for atrial fibrillation, known coronary disease, seizures or autoimmune
disease, a central line, prophylaxis.  (3) is exactly 0 where all strains are; only
a central line has a risk of its own (4).  (5) keeps every hazard finite.  A circulation that has
stopped (6) is death within a look of 15 minutes, whatever is drawn.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.lanes import maximum, where
from clsim.model.beds import EFFUSION
from clsim.spec import Flow, Occurrence, Parameter
from clsim.vmath import exp, expm1, hill

STRAINS = (
    "hypotension", "pressors", "tachycardia", "heart", "coronary", "hypoxaemia", "breathing", "fever", "activation",
    "gut", "prostaglandins", "platelets", "brain", "sodium", "uraemia", "acidosis", "potassium", "oliguria", "serous",
    "eosinophils", "glucose", "lactate",
)  # fmt: skip
(HYPOTENSION, PRESSORS, TACHYCARDIA, HEART, CORONARY, HYPOXAEMIA, BREATHING, FEVER, ACTIVATION, GUT,
 PROSTAGLANDINS, PLATELETS, BRAIN, SODIUM, URAEMIA, ACIDOSIS, POTASSIUM, OLIGURIA, SEROUS, EOSINOPHILS, GLUCOSE,
 LACTATE) = range(len(STRAINS))  # fmt: skip
HEART_FLOW = 2  # the heart among the organs of perfusion

EVENTS = (
    Occurrence("supraventricular_arrhythmia", "atrial fibrillation or supraventricular tachycardia",
               "9.7 % of courses (Lee1989); 12 % of patients (label)"),
    Occurrence("ventricular_arrhythmia", "sustained ventricular tachycardia",
               "1 of 310 courses (White1994); 1 % of patients (label, grade 4, quoted from memory)", "course"),
    Occurrence("myocardial_ischaemia", "angina or ischaemic electrocardiogram", "2.6 % of courses (Lee1989)", "course"),
    Occurrence("myocardial_infarction", "myocardial infarction",
               "1.2 % of courses (Lee1989); none of 310 (White1994)", "course"),
    Occurrence("line_infection", "infection of the central line", "5.3 % of 935 courses (Pockaj1993)", "course"),
    Occurrence("sepsis", "sepsis", "4 % with prophylaxis (Kammula1998); 19 % without (Snydman1990)", "course"),
    Occurrence("intubation", "intubation", "6.4 % of courses (Lee1989); 3 % late (Kammula1998)", "course"),
    Occurrence("gastrointestinal_bleeding", "overt gastrointestinal bleeding",
               "assumed: 1 % of courses; a contraindication when surgical, no rate found", "course"),
    Occurrence("gastrointestinal_infarction", "ischaemia or perforation of the bowel",
               "assumed: 0.5 % of courses; listed by the label, no rate found", "course"),
    Occurrence("seizure", "seizure", "assumed: 0.5 % of courses; listed by the label, no rate found", "course"),
    Occurrence("coma", "coma", "2 % of patients (label, grade 4, quoted from memory)", "course"),
    Occurrence("dialysis", "renal failure that needs dialysis",
               "assumed: as acute kidney failure, 0.6 % of patients (label, grade 4, quoted from memory)", "course"),
    Occurrence("cardiac_tamponade", "cardiac tamponade",
               "assumed: 0.2 % of courses; pericardial fluid on 5.8 % of films, no rate found", "course"),
    Occurrence("eosinophilic_complication", "eosinophilic infiltration of heart or lung",
               "assumed: 0.1 % by the last dose, 2 to 3 % of two cycles; listed by the label, no rate found", "course"),
    Occurrence("autoimmune_disease", "new autoimmune disease",
               "assumed: 1 % of courses; listed by the label, no rate found", "course"),
    Occurrence("hyperglycaemia", "symptomatic hyperglycaemia",
               "assumed: 2 % of courses; listed by the label, no rate found"),
    Occurrence("death", "death", "assumed: 0.5 % in a fit patient, between 0 of 362 (modern) and 1.1 % "
               "(Rosenberg1994); 3.2 % in the pivotal studies (label)", "life"),
)
NAMES = tuple(event.name for event in EVENTS)
(SUPRAVENTRICULAR, VENTRICULAR, ISCHAEMIA, INFARCTION, LINE, SEPSIS, INTUBATION, BLEEDING, BOWEL, SEIZURE, COMA,
 DIALYSIS, TAMPONADE, EOSINOPHILIC, AUTOIMMUNE, HYPERGLYCAEMIA, DEATH) = range(len(EVENTS))  # fmt: skip

BASES = (  # 1/min, in the order of EVENTS
    2.75e-06, 4.68e-07, 1.28e-06, 5e-07, 3.24e-06, 1.9e-06, 5.9e-06, 7.68e-07, 1.3e-06,
    2.34e-07, 6.88e-07, 1.44e-07, 1.21e-06, 2.04e-07, 3.17e-07, 6.48e-06, 1.52e-07,
)  # fmt: skip
LIMITS = (  # what the body bears without strain: name, value, unit, what, bounds, source
    ("pressure_limit", 65.0, "mmHg", "arterial pressure", (40.0, 90.0), "usual goal of resuscitation, textbook value"),
    ("heart_rate_limit", 90.0, "1/min", "heart rate", (60.0, 150.0), "assumed: upper end of normal at rest"),
    ("saturation_limit", 0.95, "1", "arterial saturation", (0.7, 1.0), "Dutcher2014: oxygen is given below 95 %"),
    ("fever_limit", 38.0, "degC", "temperature", (37.0, 40.0), "CTCAE2017: fever begins at 38.0"),
    ("platelet_limit", 100.0, "10^9/L", "platelets", (20.0, 200.0), "assumed: bleeding is rare above, textbook value"),
    ("sodium_limit_low", 130.0, "mmol/L", "low sodium", (110.0, 138.0), "assumed: seizures are rare above"),
    ("sodium_limit_high", 150.0, "mmol/L", "high sodium", (142.0, 170.0), "assumed: seizures are rare below"),
    ("urea_limit", 10.0, "mmol/L", "urea", (5.0, 40.0), "assumed: somewhat above normal"),
    ("bicarbonate_limit", 20.0, "mmol/L", "bicarbonate", (10.0, 24.0), "assumed: somewhat below normal"),
    ("potassium_limit", 5.5, "mmol/L", "potassium", (4.5, 7.0), "textbook value; the order set of Dutcher2014 calls"),
    ("urine_limit", 8.333333e-6, "L/min/kg", "urine", (1e-6, 2e-5), "KDIGO2012: 0.5 mL/kg/h"),
    ("glucose_limit", 10.0, "mmol/L", "glucose", (6.0, 20.0), "assumed: renal threshold, textbook value"),
    ("lactate_limit", 2.0, "mmol/L", "lactate", (1.0, 6.0), "textbook value"),
)
HALVES = (  # deviation that gives a strain of one half: name, value, unit, of what
    ("half_hypotension", 12.0, "mmHg", "arterial pressure below its limit"),
    ("half_pressors", 1.0, "1", "tone added by vasopressors"),
    ("half_tachycardia", 35.0, "1/min", "heart rate above its limit"),
    ("half_heart", 1.0, "1", "cardiodepression"),
    ("half_coronary", 0.25, "1", "missing coronary supply, share of rest"),
    ("half_hypoxaemia", 0.08, "1", "arterial saturation below its limit"),
    ("half_breathing", 4.0, "L/min", "oxygen needed"),
    ("half_fever", 1.0, "degC", "temperature above its limit"),
    ("half_activation", 1.0, "1", "priming above rest, which blunts neutrophils and turns on the body"),
    ("half_gut", 0.4, "1", "missing splanchnic flow, share of rest"),
    ("half_prostaglandins", 0.5, "1", "blocked prostaglandin synthesis"),
    ("half_platelets", 50.0, "10^9/L", "platelets below their limit"),
    ("half_brain", 0.8, "1", "encephalopathy"),
    ("half_sodium", 12.0, "mmol/L", "sodium beyond its limits"),
    ("half_uraemia", 30.0, "mmol/L", "urea above its limit"),
    ("half_acidosis", 8.0, "mmol/L", "bicarbonate below its limit"),
    ("half_potassium", 1.0, "mmol/L", "potassium above its limit"),
    ("half_oliguria", 0.7, "1", "missing urine, share of its limit"),
    ("half_effusion", 1.5, "L", "fluid in serous cavities"),
    ("half_eosinophils", 8.0, "10^9/L", "blood eosinophils above rest"),
    ("half_glucose", 6.0, "mmol/L", "glucose above its limit"),
    ("half_lactate", 4.0, "mmol/L", "lactate above its limit"),
)
WEIGHTS = (  # log of the largest factor of a strain on a hazard
    ("supraventricular_by_pressors", 1.5), ("supraventricular_by_tachycardia", 2.0),
    ("supraventricular_by_heart", 2.5), ("supraventricular_by_hypoxaemia", 1.5), ("supraventricular_by_fever", 1.0),
    ("ventricular_by_pressors", 1.5), ("ventricular_by_heart", 2.5), ("ventricular_by_coronary", 2.5),
    ("ventricular_by_hypoxaemia", 2.5), ("ventricular_by_potassium", 4.0), ("ventricular_by_acidosis", 1.5),
    ("ischaemia_by_coronary", 4.0), ("ischaemia_by_hypotension", 2.0), ("ischaemia_by_tachycardia", 2.0),
    ("ischaemia_by_pressors", 1.5), ("ischaemia_by_hypoxaemia", 2.0), ("ischaemia_by_heart", 1.0),
    ("infarction_by_coronary", 5.0), ("infarction_by_hypotension", 2.5), ("infarction_by_tachycardia", 2.0),
    ("infarction_by_pressors", 2.0), ("infarction_by_hypoxaemia", 2.0),
    ("line_infection_by_activation", 2.5),
    ("sepsis_by_activation", 3.0), ("sepsis_by_gut", 1.5),
    ("intubation_by_breathing", 2.2), ("intubation_by_hypoxaemia", 1.8), ("intubation_by_brain", 1.3),
    ("intubation_by_heart", 1.0), ("intubation_by_effusion", 1.0), ("intubation_by_acidosis", 1.0),
    ("bleeding_by_platelets", 3.0), ("bleeding_by_prostaglandins", 1.0), ("bleeding_by_pressors", 1.0),
    ("bleeding_by_gut", 1.5),
    ("bowel_by_gut", 4.0), ("bowel_by_hypotension", 3.0), ("bowel_by_pressors", 2.0),
    ("seizure_by_brain", 3.0), ("seizure_by_sodium", 4.0), ("seizure_by_uraemia", 1.5), ("seizure_by_hypoxaemia", 2.0),
    ("coma_by_brain", 5.0), ("coma_by_hypotension", 1.5), ("coma_by_hypoxaemia", 2.0), ("coma_by_sodium", 3.0),
    ("dialysis_by_uraemia", 3.0), ("dialysis_by_potassium", 4.0), ("dialysis_by_acidosis", 2.5),
    ("dialysis_by_oliguria", 3.0),
    ("tamponade_by_effusion", 4.0),
    ("eosinophilic_by_eosinophils", 4.0),
    ("autoimmune_by_activation", 2.0),
    ("hyperglycaemia_by_glucose", 4.0),
    ("death_by_hypotension", 6.0), ("death_by_lactate", 5.0), ("death_by_hypoxaemia", 5.0),
    ("death_by_potassium", 7.0), ("death_by_acidosis", 2.0), ("death_by_coronary", 2.0), ("death_by_heart", 1.0),
    ("death_by_activation", 1.0),
)  # fmt: skip
PARAMETERS = (
    Parameter("central_line", 1.0, "1", "central line (1 in place, 0 none)", (0.0, 1.0),
              "Dutcher2014: a line of two or three lumens is usual", role="observable"),
    Parameter("antibiotic_prophylaxis", 1.0, "1", "antibiotics against Gram-positive germs (1 given, 0 not)",
              (0.0, 1.0), "Dutcher2014, Table 2: usual; set 0 for courses before about 1990", role="observable"),
    Parameter("coronary_disease", 0.0, "1", "known coronary disease (1 yes, 0 no)", (0.0, 1.0),
              "label: only patients with a normal stress test are treated", role="observable"),
    Parameter("seizure_history", 0.0, "1", "known seizure disorder (1 yes, 0 no)", (0.0, 1.0),
              "label: extreme caution", role="observable"),
    Parameter("autoimmune_history", 0.0, "1", "autoimmune or inflammatory disease before (1 yes, 0 no)", (0.0, 1.0),
              "label: is made worse", role="observable"),
    Parameter("base_hazard", BASES, "1/min", "scale of each hazard", (0.0, 1e-2),
              "fitted to published outcomes (docs/calibration.md): patients drawn have the rate named with the event "
              "under the rules of its study, or, where only the label or nobody counted it, under those of the label; "
              "intubation and death by the search, the others by one proportion",
              per=NAMES, show="1/d"),
    Parameter("hazard_limit", 0.02, "1/min", "highest hazard while blood flows", (1e-4, 1.0),
              "assumed: at worst an event comes within an hour or so", show="1/h"),
    Parameter("fatality_of_sepsis", 0.141, "1", "share of sepsis that is fatal", (0.0, 1.0),
              "fitted to published outcomes (docs/calibration.md): one in ten; treatment deaths in melanoma "
              "were septic (Atkins1999, quoted from memory)"),
    Parameter("arrest_pressure", 20.0, "mmHg", "arterial pressure below which the circulation has stopped",
              (5.0, 40.0), "assumed: near the pressure at which flow through small vessels ceases"),
    Parameter("arrest_hazard", 10.0, "1/min", "hazard of death without circulation", (1.0, 100.0),
              "assumed: certain within a look of 15 minutes"),
    Parameter("strain_power", 2.0, "1", "steepness of every strain", (1.0, 6.0), "assumed: starts without a kink"),
    Parameter("age_of_hazard", 50.0, "y", "age at which the hazard of atrial fibrillation is the base", (18.0, 90.0),
              "assumed: that of the reference adult"),
    Parameter("supraventricular_by_age", 0.07, "1/y", "log of the factor of a year of age on atrial fibrillation",
              (0.0, 0.2), "assumed: doubles in ten years, textbook value"),
    Parameter("ischaemia_by_coronary_disease", 1.6, "1", "log of the factor of coronary disease on ischaemia",
              (0.0, 5.0), "assumed: five times"),
    Parameter("seizure_by_history", 2.3, "1", "log of the factor of a seizure disorder", (0.0, 6.0),
              "assumed: ten times"),
    Parameter("autoimmune_by_history", 2.3, "1", "log of the factor of earlier autoimmune disease", (0.0, 6.0),
              "assumed: ten times"),
    Parameter("prophylaxis_effect", 0.70, "1", "share of line infections that prophylaxis prevents", (0.0, 1.0),
              "assumed: infections fell from 23 to 7 % of courses in three years (Pockaj1993)"),
    Parameter("line_share_of_sepsis", 0.90, "1", "share of sepsis that comes from a central line", (0.0, 1.0),
              "assumed: 19 % in all before prophylaxis (Snydman1990), 4 % from the line after (Kammula1998)"),
    *(Parameter(name, value, unit, f"limit of {what} beyond which there is strain", bounds, source)
      for name, value, unit, what, bounds, source in LIMITS),
    *(Parameter(name, value, unit, f"half strain: {what}", (value / 20.0, value * 20.0),
                "assumed: grave, not yet the worst that is survived") for name, value, unit, what in HALVES),
    *(Parameter(name, value, "1", "log of the largest factor on {} by strain of {}".format(*name.split("_by_")),
                (0.0, 8.0), "assumed: ranks the causes that the label names; scale by base_hazard")
      for name, value in WEIGHTS),
)
INPUTS = ()
STATES = ()
FLOWS = (
    Flow("urine_per_weight", "L/min/kg", "urine flow per body weight on admission", show="mL/kg/h"),
    Flow("strain", "1", "strain, 0 at rest to 1", per=STRAINS),
    Flow("hazard", "1/min", "hazard of adverse events", per=NAMES, show="1/d"),
)


@kernel
def strained(p, deviation, half):
    """Equation (1)."""
    return hill(deviation, half, p.strain_power)


@kernel
def strains(x, p, u, f):
    """Equations (1) and (2): how far the body is from its ease."""
    work = f.HR * f.MAP / (p.HR_rest * p.MAP_rest)
    supply = f.Q_heart * f.hemoglobin / (
        p.flow_share[HEART_FLOW] * p.CO_rest * p.hematocrit_rest * p.hemoglobin_of_cells)
    sodium = maximum(0.0, p.sodium_limit_low - f.Na) + maximum(0.0, f.Na - p.sodium_limit_high)
    f.urine_per_weight = f.urine_flow / p.weight
    f.strain[HYPOTENSION] = strained(p, p.pressure_limit - f.MAP, p.half_hypotension)
    f.strain[PRESSORS] = strained(p, f.pressors, p.half_pressors)
    f.strain[TACHYCARDIA] = strained(p, f.HR - p.heart_rate_limit, p.half_tachycardia)
    f.strain[HEART] = strained(p, x.cardiodepression, p.half_heart)
    f.strain[CORONARY] = strained(p, 1.0 - supply / work, p.half_coronary)
    f.strain[HYPOXAEMIA] = strained(p, p.saturation_limit - f.SaO2, p.half_hypoxaemia)
    f.strain[BREATHING] = strained(p, f.oxygen_needed, p.half_breathing)
    f.strain[FEVER] = strained(p, x.temperature - p.fever_limit, p.half_fever)
    f.strain[ACTIVATION] = strained(p, x.priming - 1.0, p.half_activation)
    f.strain[GUT] = strained(p, 1.0 - f.gut_flow_ratio, p.half_gut)
    f.strain[PROSTAGLANDINS] = strained(p, f.prostaglandin_block, p.half_prostaglandins)
    f.strain[PLATELETS] = strained(p, p.platelet_limit - x.platelets, p.half_platelets)
    f.strain[BRAIN] = strained(p, x.encephalopathy, p.half_brain)
    f.strain[SODIUM] = strained(p, sodium, p.half_sodium)
    f.strain[URAEMIA] = strained(p, f.urea_concentration - p.urea_limit, p.half_uraemia)
    f.strain[ACIDOSIS] = strained(p, p.bicarbonate_limit - f.HCO3, p.half_acidosis)
    f.strain[POTASSIUM] = strained(p, f.K - p.potassium_limit, p.half_potassium)
    f.strain[OLIGURIA] = strained(p, 1.0 - f.urine_per_weight / p.urine_limit, p.half_oliguria)
    f.strain[SEROUS] = strained(p, x.V_pocket[EFFUSION], p.half_effusion)
    f.strain[EOSINOPHILS] = strained(p, x.eosinophils - p.eosinophils_rest, p.half_eosinophils)
    f.strain[GLUCOSE] = strained(p, f.glucose_concentration - p.glucose_limit, p.half_glucose)
    f.strain[LACTATE] = strained(p, f.lactate_concentration - p.lactate_limit, p.half_lactate)


@kernel
def rate(p, i, person, excess):
    """Equations (3) and (5), of the excess of the exponential over 1."""
    r = p.base_hazard[i] * person * excess
    return r / (1.0 + r / p.hazard_limit)


@kernel
def flows(x, p, u, f):
    """Equations (3) to (6): the hazard of each event."""
    heart = exp(p.ischaemia_by_coronary_disease * p.coronary_disease)
    line = p.central_line * (1.0 - p.prophylaxis_effect * p.antibiotic_prophylaxis)
    blood = 1.0 - p.line_share_of_sepsis + p.line_share_of_sepsis * line
    older = exp(p.supraventricular_by_age * (p.age - p.age_of_hazard))
    f.hazard[SUPRAVENTRICULAR] = rate(p, SUPRAVENTRICULAR, older, expm1(
        p.supraventricular_by_pressors * f.strain[PRESSORS]
        + p.supraventricular_by_tachycardia * f.strain[TACHYCARDIA] + p.supraventricular_by_heart * f.strain[HEART]
        + p.supraventricular_by_hypoxaemia * f.strain[HYPOXAEMIA] + p.supraventricular_by_fever * f.strain[FEVER]))
    f.hazard[VENTRICULAR] = rate(p, VENTRICULAR, 1.0, expm1(
        p.ventricular_by_pressors * f.strain[PRESSORS] + p.ventricular_by_heart * f.strain[HEART]
        + p.ventricular_by_coronary * f.strain[CORONARY] + p.ventricular_by_hypoxaemia * f.strain[HYPOXAEMIA]
        + p.ventricular_by_potassium * f.strain[POTASSIUM] + p.ventricular_by_acidosis * f.strain[ACIDOSIS]))
    f.hazard[ISCHAEMIA] = rate(p, ISCHAEMIA, heart, expm1(
        p.ischaemia_by_coronary * f.strain[CORONARY] + p.ischaemia_by_hypotension * f.strain[HYPOTENSION]
        + p.ischaemia_by_tachycardia * f.strain[TACHYCARDIA] + p.ischaemia_by_pressors * f.strain[PRESSORS]
        + p.ischaemia_by_hypoxaemia * f.strain[HYPOXAEMIA] + p.ischaemia_by_heart * f.strain[HEART]))
    f.hazard[INFARCTION] = rate(p, INFARCTION, heart, expm1(
        p.infarction_by_coronary * f.strain[CORONARY] + p.infarction_by_hypotension * f.strain[HYPOTENSION]
        + p.infarction_by_tachycardia * f.strain[TACHYCARDIA] + p.infarction_by_pressors * f.strain[PRESSORS]
        + p.infarction_by_hypoxaemia * f.strain[HYPOXAEMIA]))
    f.hazard[LINE] = rate(p, LINE, line, exp(p.line_infection_by_activation * f.strain[ACTIVATION]))
    f.hazard[SEPSIS] = rate(p, SEPSIS, blood, expm1(
        p.sepsis_by_activation * f.strain[ACTIVATION] + p.sepsis_by_gut * f.strain[GUT]))
    f.hazard[INTUBATION] = rate(p, INTUBATION, 1.0, expm1(
        p.intubation_by_breathing * f.strain[BREATHING] + p.intubation_by_hypoxaemia * f.strain[HYPOXAEMIA]
        + p.intubation_by_brain * f.strain[BRAIN] + p.intubation_by_heart * f.strain[HEART]
        + p.intubation_by_effusion * f.strain[SEROUS] + p.intubation_by_acidosis * f.strain[ACIDOSIS]))
    f.hazard[BLEEDING] = rate(p, BLEEDING, 1.0, expm1(
        p.bleeding_by_platelets * f.strain[PLATELETS] + p.bleeding_by_prostaglandins * f.strain[PROSTAGLANDINS]
        + p.bleeding_by_pressors * f.strain[PRESSORS] + p.bleeding_by_gut * f.strain[GUT]))
    f.hazard[BOWEL] = rate(p, BOWEL, 1.0, expm1(
        p.bowel_by_gut * f.strain[GUT] + p.bowel_by_hypotension * f.strain[HYPOTENSION]
        + p.bowel_by_pressors * f.strain[PRESSORS]))
    f.hazard[SEIZURE] = rate(p, SEIZURE, exp(p.seizure_by_history * p.seizure_history), expm1(
        p.seizure_by_brain * f.strain[BRAIN] + p.seizure_by_sodium * f.strain[SODIUM]
        + p.seizure_by_uraemia * f.strain[URAEMIA] + p.seizure_by_hypoxaemia * f.strain[HYPOXAEMIA]))
    f.hazard[COMA] = rate(p, COMA, 1.0, expm1(
        p.coma_by_brain * f.strain[BRAIN] + p.coma_by_hypotension * f.strain[HYPOTENSION]
        + p.coma_by_hypoxaemia * f.strain[HYPOXAEMIA] + p.coma_by_sodium * f.strain[SODIUM]))
    f.hazard[DIALYSIS] = rate(p, DIALYSIS, 1.0, expm1(
        p.dialysis_by_uraemia * f.strain[URAEMIA] + p.dialysis_by_potassium * f.strain[POTASSIUM]
        + p.dialysis_by_acidosis * f.strain[ACIDOSIS] + p.dialysis_by_oliguria * f.strain[OLIGURIA]))
    f.hazard[TAMPONADE] = rate(p, TAMPONADE, 1.0, expm1(p.tamponade_by_effusion * f.strain[SEROUS]))
    f.hazard[EOSINOPHILIC] = rate(p, EOSINOPHILIC, 1.0, expm1(p.eosinophilic_by_eosinophils * f.strain[EOSINOPHILS]))
    f.hazard[AUTOIMMUNE] = rate(p, AUTOIMMUNE, exp(p.autoimmune_by_history * p.autoimmune_history), expm1(
        p.autoimmune_by_activation * f.strain[ACTIVATION]))
    f.hazard[HYPERGLYCAEMIA] = rate(p, HYPERGLYCAEMIA, 1.0, expm1(p.hyperglycaemia_by_glucose * f.strain[GLUCOSE]))
    dying = rate(p, DEATH, 1.0, expm1(
        p.death_by_hypotension * f.strain[HYPOTENSION] + p.death_by_lactate * f.strain[LACTATE]
        + p.death_by_hypoxaemia * f.strain[HYPOXAEMIA] + p.death_by_potassium * f.strain[POTASSIUM]
        + p.death_by_acidosis * f.strain[ACIDOSIS] + p.death_by_coronary * f.strain[CORONARY]
        + p.death_by_heart * f.strain[HEART] + p.death_by_activation * f.strain[ACTIVATION]))
    dying = dying + p.fatality_of_sepsis * f.hazard[SEPSIS]
    f.hazard[DEATH] = where(p.arrest_pressure > f.MAP, p.arrest_hazard, dying)  # (6)
