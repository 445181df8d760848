"""Symptoms: how soon each would be complained of, given the body as it is now.

Each symptom has a drive y from 0 to 1, which is 0 at rest, and a hazard of onset
in proportion.  The hazards make the share of patients who ever report a symptom
during a cycle; nothing in the body reads them.

Equations (h(x; k, n) = x^n / (k^n + x^n))
---------
(1)  y_chills      = h(occupancy TNF / TNF_reference; half, n)
(2)  y_fever       = h(temperature - 37.5; half, n)
(3)  y_nausea      = h(M; half, n),   y_vomiting = h(M; half, n)
(4)  y_diarrhoea   = h(bowel loss; half, n)
(5)  y_rash        = h(N - 1; half, n),   y_pruritus = h(N - 1; half, n)
(6)  y_dyspnoea    = h(dyspnoea; half, n)
(7)  y_confusion   = h(E; half, n),   y_somnolence = h(E; half, n)
(8)  onset_i       = base_i y_i

M cytokine drive, N priming, E encephalopathy.  Chills belong to the hours in which
cells are being stimulated and tumour necrosis factor is already out, fever to those
in which the body has followed its set-point, rash and itch to the days in which primed cells have settled in the skin.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Occurrence, Parameter
from clsim.vmath import hill

SYMPTOMS = (
    Occurrence("chills", "chills", "52 % of patients (label); 1 to 2 h after a dose (Dutcher2014)"),
    Occurrence("fever", "fever", "29 % of patients (label); 2 to 4 h after a dose (Dutcher2014)"),
    Occurrence("nausea", "nausea", "35 % of patients (label)"),
    Occurrence("vomiting", "vomiting", "50 % of patients (label)"),
    Occurrence("diarrhoea", "diarrhoea", "67 % of patients (label)"),
    Occurrence("rash", "rash", "42 % of patients (label)"),
    Occurrence("pruritus", "itch", "24 % of patients (label)"),
    Occurrence("dyspnoea", "shortness of breath", "43 % of patients (label)"),
    Occurrence("confusion", "confusion", "34 % of patients (label)"),
    Occurrence("somnolence", "somnolence", "22 % of patients (label)"),
)
NAMES = tuple(symptom.name for symptom in SYMPTOMS)
CHILLS, FEVER, NAUSEA, VOMITING, DIARRHOEA, RASH, PRURITUS, DYSPNOEA, CONFUSION, SOMNOLENCE = range(len(SYMPTOMS))
BASES = (6.6e-4, 2.5e-4, 9.4e-5, 1.7e-4, 1.8e-4, 1.6e-4, 7.8e-5, 0.000166, 0.00012, 1.2e-4)  # 1/min, as SYMPTOMS

PARAMETERS = (
    Parameter("base_onset", BASES, "1/min", "highest hazard of onset of each symptom", (0.0, 1.0),
              "set so that the reference adult under hd-il2-standard reports as often as the label says; dyspnoea "
              "and confusion fitted in drawn patients (docs/calibration.md), somnolence below confusion",
              per=NAMES, show="1/h"),
    Parameter("symptom_power", 3.0, "1", "steepness of every symptom", (1.0, 8.0), "assumed"),
    Parameter("fever_felt", 37.5, "degC", "temperature above which fever may be noticed", (37.0, 39.0), "assumed"),
    Parameter("half_chills", 2.0, "1", "occupancy times necrosis factor that gives half of the drive of chills",
              (0.05, 10.0), "assumed: chills come 1 to 2 h after a dose (Dutcher2014)"),
    Parameter("half_fever_felt", 0.7, "degC", "degrees above the least noticed that give half of the drive of fever",
              (0.1, 3.0), "assumed: half at 38.2; 2 to 4 h after a dose (Dutcher2014)"),
    Parameter("half_nausea", 1.5, "1", "cytokine drive that gives half of the drive of nausea", (0.1, 10.0),
              "assumed: above an early dose, below a late one"),
    Parameter("half_vomiting", 1.8, "1", "cytokine drive that gives half of the drive of vomiting", (0.1, 10.0),
              "assumed: somewhat more than for nausea"),
    Parameter("half_diarrhoea", 3e-4, "L/min", "bowel loss that gives half of the drive of diarrhoea", (1e-5, 1e-2),
              "assumed: loose stools", show="L/d"),
    Parameter("half_rash", 1.5, "1", "priming above rest that gives half of the drive of rash", (0.1, 10.0),
              "assumed: in the second half of the cycle"),
    Parameter("half_pruritus", 1.5, "1", "priming above rest that gives half of the drive of itch", (0.1, 10.0),
              "assumed: as rash"),
    Parameter("half_dyspnoea", 0.5, "1", "breathlessness that gives half of the drive of its report", (0.05, 1.0),
              "assumed: half of the scale of the lung"),
    Parameter("half_confusion", 0.52, "1", "encephalopathy that gives half of the drive of confusion", (0.05, 3.0),
              "assumed: as the score of the brain"),
    Parameter("half_somnolence", 0.52, "1", "encephalopathy that gives half of the drive of somnolence", (0.05, 3.0),
              "assumed: as confusion"),
)
INPUTS = ()
STATES = ()
FLOWS = (Flow("symptom_hazard", "1/min", "hazard of the onset of symptoms", per=NAMES, show="1/h"),)


@kernel
def onset(p, i, deviation, half):
    """Equation (8) with the drives (1) to (7)."""
    return p.base_onset[i] * hill(deviation, half, p.symptom_power)


@kernel
def flows(x, p, u, f):
    """The hazard of onset of each symptom."""
    f.symptom_hazard[CHILLS] = onset(p, CHILLS, f.receptor_occupancy * x.TNF / p.TNF_reference, p.half_chills)
    f.symptom_hazard[FEVER] = onset(p, FEVER, x.temperature - p.fever_felt, p.half_fever_felt)
    f.symptom_hazard[NAUSEA] = onset(p, NAUSEA, f.cytokine, p.half_nausea)
    f.symptom_hazard[VOMITING] = onset(p, VOMITING, f.cytokine, p.half_vomiting)
    f.symptom_hazard[DIARRHOEA] = onset(p, DIARRHOEA, f.bowel_loss, p.half_diarrhoea)
    f.symptom_hazard[RASH] = onset(p, RASH, x.priming - 1.0, p.half_rash)
    f.symptom_hazard[PRURITUS] = onset(p, PRURITUS, x.priming - 1.0, p.half_pruritus)
    f.symptom_hazard[DYSPNOEA] = onset(p, DYSPNOEA, f.dyspnoea, p.half_dyspnoea)
    f.symptom_hazard[CONFUSION] = onset(p, CONFUSION, x.encephalopathy, p.half_confusion)
    f.symptom_hazard[SOMNOLENCE] = onset(p, SOMNOLENCE, x.encephalopathy, p.half_somnolence)
