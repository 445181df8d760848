"""Organ perfusion: flow to kidney, brain, heart, gut and the rest; oxygen delivery and use.

Each organ takes its share of the resting output, kept by autoregulation while
MAP is above its limit (lg the logistic function) and moved by the drives that reach it:

    Q = Q_rest lg((MAP - limit) / width) / lg((MAP_rest - limit) / width) * drives   (1)

Vasopressors constrict the kidney too, where autoregulation does not reach: its drives carry
exp(-pressors_on_renal_flow pressor_effect).  What is left of the cardiac output goes to muscle, skin
and the rest.  Oxygen:

    DO2 = CO hemoglobin 1.34 SaO2                                               (2)
    VO2_demand = VO2_rest metabolic_rate                                        (3)
    oxygen_debt = softplus(1 - extraction_limit DO2 / VO2_demand)               (4)
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Parameter
from clsim.vmath import exp, log, sigmoid, softplus

ORGANS = ("kidney", "brain", "heart", "gut")
KIDNEY, BRAIN, HEART, GUT = 0, 1, 2, 3
N_ORGANS = len(ORGANS)

PARAMETERS = (
    Parameter("flow_share", (0.19, 0.13, 0.05, 0.25), "1", "share of the resting cardiac output", (0.01, 0.5),
              "textbook values, quoted from memory", per=ORGANS),
    Parameter("autoregulation_limit", (62.0, 50.0, 45.0, 40.0), "mmHg", "pressure at which autoregulation is half lost",
              (20.0, 90.0), "textbook lower limits 75, 60, 55 mmHg lie a width or two above", per=ORGANS),
    Parameter("autoregulation_width", (6.0, 5.0, 5.0, 18.0), "mmHg", "width of the loss of autoregulation",
              (1.0, 60.0), "assumed: sharp but for the gut", per=ORGANS),
    Parameter("sympathetic_on_flow", (0.20, 0.0, 0.0, 0.25), "1", "sympathetic vasoconstriction (log)", (0.0, 2.0),
              "assumed: kidney and gut give first", per=ORGANS),
    Parameter("NO_on_flow", (0.12, 0.0, 0.20, 0.30), "1", "vasodilator drive (log)", (0.0, 2.0),
              "assumed: kidney small, renal flow fell in 5 and rose in 4 of 9 (Shalmi1990)", per=ORGANS),
    Parameter("angiotensin_on_renal_flow", 0.032, "1", "angiotensin on renal flow, per e-fold (log)", (0.0, 1.0),
              "assumed"),
    Parameter("pressors_on_renal_flow", 0.5, "1", "tone of vasopressors on renal flow (log)", (0.0, 3.0),
              "renal plasma flow falls, and filtration does not, at 0.05 to 0.15 mcg/kg/min of norepinephrine: "
              "Hoogenberg1998; set to row 27, that of phenylephrine assumed alike"),
    Parameter("prostaglandin_on_renal_flow", 0.04, "1",
              "renal flow that prostaglandins hold up, per e-fold of angiotensin (log)", (0.0, 1.0),
              "assumed: indomethacin matters when angiotensin is high"),
    Parameter("pCO2_on_brain_flow", 0.03, "1/mmHg", "brain flow by carbon dioxide (log)", (0.0, 0.1),
              "textbook value 3 % per mmHg, quoted from memory"),
    Parameter("VO2_rest", 250.0, "mL/min", "oxygen consumption at rest", (80.0, 500.0),
              "textbook value, quoted from memory", role="observable", scale="flow"),
    Parameter("heat_on_VO2", 0.10, "1/degC", "oxygen consumption by fever", (0.0, 0.3),
              "textbook value 10 % per degree, quoted from memory"),
    Parameter("oxygen_capacity", 1.34, "mL/g", "oxygen bound by haemoglobin", (1.2, 1.4), "Huefner's number"),
    Parameter("extraction_limit", 0.70, "1", "largest oxygen extraction", (0.4, 0.95),
              "textbook value, quoted from memory"),
    Parameter("autoregulation_rest", None, "1", "pressure factor before it is set to 1 at rest", (0.0, 1.0),
              "equation (1)", per=ORGANS, role="solved"),
    Parameter("extraction_width", 0.02, "1", "width of the onset of oxygen debt", (0.001, 0.2),
              "assumed: nothing is missing at an extraction of 45 %"),
)
INPUTS = ()
STATES = ()
FLOWS = (
    Flow("Q_kidney", "L/min", "renal blood flow", show="mL/min"),
    Flow("Q_brain", "L/min", "cerebral blood flow", show="mL/min"),
    Flow("Q_heart", "L/min", "coronary blood flow", show="mL/min"),
    Flow("Q_gut", "L/min", "splanchnic blood flow", show="mL/min"),
    Flow("Q_rest", "L/min", "blood flow to muscle, skin and the rest", show="mL/min"),
    Flow("gut_flow_ratio", "1", "splanchnic blood flow relative to rest"),
    Flow("DO2", "mL/min", "oxygen delivery"),
    Flow("VO2_demand", "mL/min", "oxygen demand"),
    Flow("VO2", "mL/min", "oxygen consumption"),
    Flow("oxygen_extraction", "1", "oxygen extraction", show="%"),
    Flow("oxygen_debt", "1", "share of oxygen demand unmet"),
)


@kernel
def autoregulated(MAP, p, k):
    """The pressure factor of equation (1), 1 at rest."""
    return sigmoid((MAP - p.autoregulation_limit[k]) / p.autoregulation_width[k]) / p.autoregulation_rest[k]


@kernel
def organ_flow(x, p, f, k):
    """Equation (1) with the drives common to all organs [L/min]."""
    drives = exp(p.NO_on_flow[k] * f.vasodilation - p.sympathetic_on_flow[k] * (f.sympathetic - 1.0))
    return p.flow_share[k] * p.CO_rest * autoregulated(f.MAP, p, k) * drives


@kernel
def flows(x, p, u, f):
    """What the body reads: equation (1) for the gut, and (2) to (4)."""
    f.Q_gut = organ_flow(x, p, f, GUT)
    f.gut_flow_ratio = f.Q_gut / (p.flow_share[GUT] * p.CO_rest)
    f.DO2 = f.CO * f.hemoglobin * p.oxygen_capacity * f.SaO2
    f.VO2_demand = p.VO2_rest * f.metabolic_rate
    f.oxygen_debt = softplus(1.0 - p.extraction_limit * f.DO2 / f.VO2_demand, p.extraction_width)


@kernel
def bedside(x, p, u, f):
    """What nothing in the body reads: equation (1) for the other organs, and the oxygen taken up."""
    renin = log(x.angiotensin)
    f.Q_kidney = (organ_flow(x, p, f, KIDNEY) * (1.0 + f.dopamine_renal)
                  * exp(-p.pressors_on_renal_flow * f.pressor_effect - renin * (
                      p.angiotensin_on_renal_flow + p.prostaglandin_on_renal_flow * f.prostaglandin_block)))
    f.Q_brain = organ_flow(x, p, f, BRAIN) * exp(p.pCO2_on_brain_flow * (f.pCO2 - p.pCO2_rest))
    f.Q_heart = organ_flow(x, p, f, HEART) * (f.HR * f.MAP) / (p.HR_rest * p.MAP_rest)
    f.Q_rest = f.CO - f.Q_kidney - f.Q_brain - f.Q_heart - f.Q_gut
    f.VO2 = f.VO2_demand * (1.0 - f.oxygen_debt)
    f.oxygen_extraction = f.VO2 / f.DO2


@kernel
def rest(p, x, f):
    """What the pressure factors are divided by, so that they are 1 at rest."""
    for k in range(N_ORGANS):
        p.autoregulation_rest[k] = sigmoid((p.MAP_rest - p.autoregulation_limit[k]) / p.autoregulation_width[k])
