"""Metabolism: the rate of living, lactate and glucose.

Rate.  A fever burns more:

    metabolic_rate = 1 + heat_on_VO2 (temperature - rest)                       (1)

Lactate.  Made by all tissues, more under cytokines and much more where oxygen is
missing; cleared by the liver, whose share falls with its flow (sooner in a weak liver),
and by the rest:

    made    = turnover metabolic_rate (1 + a_M hill(M) + a_O oxygen_debt)       (2)
    liver   = q (1 + k) / (q + k),   q = gut_flow_ratio,   k = k_q / hepatic_reserve (3)
    cleared = turnover metabolic_rate (C/C_rest) (C_rest + K) / (C + K)
              (share liver + 1 - share)                                         (4)

Glucose.  r = G / G_rest, I the action of insulin (1 at rest) and s the body's
answer to it:

    s          = 1 / (1 + a_s hill(M))                                          (5)
    dI/dt      = [hill(r; r_half, n) / hill(1; r_half, n) - I] / tau            (6)
    released   = turnover metabolic_rate (1 + a_p hill(M)) (1 + k_I) / (k_I + s I)   (7)
    taken up   = turnover metabolic_rate r [b + (1 - b) s I]                    (8)
    excretion  = GFR e^2 / (e + splay),   e = [G - threshold]+                  (9)

Infusion and bleeding reach the two pools through `clsim.model.infusion`; lactate
and glucose change bicarbonate and osmolality through their concentrations.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.lanes import maximum
from clsim.spec import Flow, Parameter, State
from clsim.vmath import hill, hill1

PARAMETERS = (
    Parameter("stress_cytokine_half", 1.0, "1", "cytokine drive with half the metabolic stress",
              (0.1, 10.0), "assumed: the peak of an early dose"),
    Parameter("lactate_rest", 1.0, "mmol/L", "lactate at rest", (0.3, 2.5),
              "textbook value, quoted from memory", role="observable"),
    Parameter("lactate_turnover", 0.9, "mmol/min", "lactate made and cleared at rest", (0.2, 3.0),
              "textbook value about 20 mmol/kg/d, quoted from memory", scale="flow"),
    Parameter("lactate_of_cytokine", 0.6, "1", "aerobic lactate under a full cytokine drive",
              (0.0, 5.0),
              "assumed: no serial lactate in these patients was found; mild as in sepsis"),
    Parameter("lactate_of_debt", 20.0, "1", "lactate made per share of oxygen need that is unmet",
              (0.0, 60.0),
              "assumed: a third of the stoichiometric 60; tissue without oxygen uses less"),
    Parameter("lactate_hepatic_share", 0.6, "1", "share of lactate cleared by the liver",
              (0.0, 1.0), "textbook value, quoted from memory"),
    Parameter("lactate_flow_half", 0.3, "1",
              "splanchnic flow, over rest, that limits hepatic clearance", (0.02, 5.0),
              "assumed: the liver takes a quarter of the lactate that passes"),
    Parameter("lactate_Km", 10.0, "mmol/L", "lactate that half saturates its clearance",
              (1.0, 100.0), "assumed: nearly linear up to 4 mmol/L"),
    Parameter("glucose_rest", 5.0, "mmol/L", "fasting glucose", (3.5, 9.0),
              "textbook value, quoted from memory", role="observable"),
    Parameter("glucose_turnover", 0.83, "mmol/min", "glucose made and used at rest", (0.2, 3.0),
              "textbook value 2 mg/kg/min, quoted from memory", scale="flow"),
    Parameter("glucose_without_insulin", 0.5, "1", "share of resting uptake that needs no insulin",
              (0.0, 1.0), "assumed: brain and blood cells"),
    Parameter("insulin_half", 2.5, "1", "glucose over rest with half the insulin", (1.2, 10.0),
              "assumed: insulin answers most between 8 and 15 mmol/L"),
    Parameter("insulin_gamma", 2.5, "1", "steepness of the insulin curve", (1.0, 6.0),
              "assumed: insulin six-fold at 15 mmol/L"),
    Parameter("insulin_tau", 10.0, "min", "delay of insulin action", (1.0, 120.0),
              "assumed: secretion and transport to tissue"),
    Parameter("insulin_production_half", 1.0, "1",
              "insulin action that halves the largest production", (0.1, 10.0),
              "assumed: production stops nearly at six-fold insulin"),
    Parameter("insulin_resistance", 3.3, "1", "insulin resistance under a full cytokine drive",
              (0.0, 20.0), "assumed: with the next, 9 to 12 mmol/L late in a course"),
    Parameter("glucose_of_cytokine", 2.0, "1",
              "extra glucose production under a full cytokine drive", (0.0, 10.0),
              "assumed: with the last, 9 to 12 mmol/L late in a course"),
    Parameter("glucose_threshold", 10.0, "mmol/L", "glucose above which the tubule lets it pass",
              (9.2, 20.0), "textbook value 10 to 11 mmol/L, quoted from memory"),
    Parameter("glucose_splay", 2.0, "mmol/L", "splay of the glucose threshold", (0.05, 10.0),
              "assumed: nephrons differ"),
)
INPUTS = ()
STATES = (
    State("lactate", "mmol", "lactate in extracellular water", 1.0),
    State("glucose", "mmol", "glucose in extracellular water", 1.0),
    State("insulin_action", "1", "action of insulin (rest = 1)", 0.05),
)
FLOWS = (
    Flow("metabolic_rate", "1", "metabolic rate (rest = 1)"),
    Flow("lactate_concentration", "mmol/L", "lactate"),
    Flow("glucose_concentration", "mmol/L", "glucose"),
    Flow("lactate_made", "mmol/min", "lactate production"),
    Flow("lactate_cleared", "mmol/min", "lactate clearance"),
    Flow("glucose_released", "mmol/min", "glucose released by the liver"),
    Flow("glucose_taken_up", "mmol/min", "glucose used by tissue"),
    Flow("glucose_excretion", "mmol/min", "glucose in urine"),
)


@kernel
def concentrations(x, p, u, f):
    """Equation (1) and the two concentrations; early, once the extracellular volume is known."""
    f.metabolic_rate = 1.0 + p.heat_on_VO2 * (x.temperature - p.temperature_rest)
    f.lactate_concentration = x.lactate / f.V_ecf
    f.glucose_concentration = x.glucose / f.V_ecf


@kernel
def flows(x, p, u, f):
    """Equations (2) to (5) and (7) to (9); late, once flows of blood and oxygen are known."""
    stress = hill1(f.cytokine, p.stress_cytokine_half)
    # (2) to (4)
    C, K = f.lactate_concentration, p.lactate_Km
    f.lactate_made = (
        p.lactate_turnover
        * f.metabolic_rate
        * (1.0 + p.lactate_of_cytokine * stress + p.lactate_of_debt * f.oxygen_debt)
    )
    q, k = f.gut_flow_ratio, p.lactate_flow_half / p.hepatic_reserve
    liver = q * (1.0 + k) / (q + k)
    open_ways = p.lactate_hepatic_share * liver + (1.0 - p.lactate_hepatic_share)
    kinetics = C / p.lactate_rest * (p.lactate_rest + K) / (C + K)
    f.lactate_cleared = p.lactate_turnover * f.metabolic_rate * kinetics * open_ways
    # (5), (7), (8)
    r = f.glucose_concentration / p.glucose_rest
    action = x.insulin_action / (1.0 + p.insulin_resistance * stress)
    pace = p.glucose_turnover * f.metabolic_rate
    f.glucose_released = (
        pace
        * (1.0 + p.glucose_of_cytokine * stress)
        * (1.0 + p.insulin_production_half)
        / (p.insulin_production_half + action)
    )
    b = p.glucose_without_insulin
    f.glucose_taken_up = pace * r * (b + (1.0 - b) * action)
    # (9)
    e = maximum(0.0, f.glucose_concentration - p.glucose_threshold)
    f.glucose_excretion = x.GFR_filtered * p.GFR_rest * e * e / (e + p.glucose_splay)


@kernel
def derivatives(x, p, u, f, dx):
    """Balance of the two pools and equation (6)."""
    dx.lactate += f.lactate_made - f.lactate_cleared
    dx.glucose += f.glucose_released - f.glucose_taken_up - f.glucose_excretion
    secretion = hill(
        f.glucose_concentration / p.glucose_rest, p.insulin_half, p.insulin_gamma
    ) / hill(1.0, p.insulin_half, p.insulin_gamma)
    dx.insulin_action += (secretion - x.insulin_action) / p.insulin_tau


@kernel
def rest(p, x, f):
    """Pools from the resting concentrations and the resting extracellular volume."""
    x.lactate = p.lactate_rest * f.V_ecf
    x.glucose = p.glucose_rest * f.V_ecf
    x.insulin_action = 1.0
