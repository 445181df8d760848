"""Lung: water, shunt, oxygen, carbon dioxide and the work of breathing.

Water.  With the interstitial volume V of the lung bed, its rest value V0 and the
water of lung cells V_cells,

    EVLW     = V + V_cells,   w = EVLW / EVLW_rest - 1                          (1)
    flooding = V0 softplus(V / V0 - threshold)                                  (2)
    excess   = softplus(w) - softplus(0)                                        (3)
    shunt    = 1 - (1 - shunt_open) exp(-(k_w excess + k_f flooding / EVLW_rest + k_e effusion) / reserve)   (4)

so that cuffs of interstitial water cost little, flooded alveoli much, and no
amount of water shunts more than all the flow.

Oxygen.  S is Severinghaus' curve (1979), c = capacity S + solubility P the
content, D the arteriovenous difference:

    FiO2  = F_room + (F_max - F_room) [1 - exp(-k oxygen / (F_max - F_room))]   (5)
    PAO2  = FiO2 (P_B - P_water) - pCO2 [FiO2 + (1 - FiO2) / R]                 (6)
    D     = D_max tanh(VO2 / (CO D_max))                                        (7)
    CaO2  = c(PAO2) - D shunt / (1 - shunt)                                     (8)
    PaO2  = c^-1(CaO2)                                                          (9)

(8) is the mixing of end-capillary and venous blood, solved for the arterial
content.  (9) starts from the closed inverse of S, which lies below the root
where the curve is concave, and takes a fixed number of Newton steps.  Read
backwards, (8), (6) and (5) give the oxygen needed to hold SaO2_target.

Breathing.  The drive is the logarithm of the fall of pCO2 and follows its
target with one delay:

    target = a_M hill(M; M_half, 1) + a_T (temperature - rest) + a_H h^2
             - n log(HCO3 / HCO3_rest)                                          (10)
    h      = [1 - PaO2 / (share PaO2_rest)]+                                    (11)
    d drive/dt = (target - drive) / tau                                         (12)
    pCO2   = pCO2_rest exp(-drive)                                              (13)
    pH     = pK + log10(HCO3 / (solubility_CO2 pCO2))                           (14)
    V      = metabolic_rate pCO2_rest / pCO2                                    (15)

n = 2/3 follows Winters' rule (1.2 mmHg per mmol/L) from 24 down to 10 mmol/L.
V is alveolar ventilation over its rest value; rate and dyspnoea follow from it.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.lanes import maximum, minimum, sqrt
from clsim.model.beds import EFFUSION, LUNG
from clsim.spec import Flow, Input, Parameter, State
from clsim.vmath import LN2, exp, hill1, hill2, log, pow, softplus, tanh

LN10 = 2.302585092994046
NEWTON_STEPS = 8
SMALLEST = 1e-3  # keeps logarithms and divisions away from zero where the model no longer holds

PARAMETERS = (
    Parameter("pulmonary_reserve", 1.0, "1", "lung function, share of predicted (1 normal)",
              (0.4, 1.1), "assumed: reference adult; FEV1 over predicted where it is known",
              role="observable"),
    Parameter("pCO2_rest", 40.0, "mmHg", "arterial carbon dioxide pressure at rest", (30.0, 55.0),
              "textbook value, quoted from memory", role="observable"),
    Parameter("barometric_pressure", 760.0, "mmHg", "barometric pressure", (450.0, 800.0),
              "sea level"),
    Parameter("water_vapour_pressure", 47.0, "mmHg", "water vapour pressure in the airway",
              (30.0, 60.0), "saturation at 37 degC"),
    Parameter("respiratory_quotient", 0.8, "1", "carbon dioxide made per oxygen used", (0.65, 1.1),
              "textbook value, quoted from memory"),
    Parameter("FiO2_room", 0.21, "1", "oxygen in room air", (0.1, 1.0), "dry air"),
    Parameter("FiO2_max", 0.95, "1", "oxygen that a mask approaches at high flow", (0.5, 1.0),
              "assumed: some room air is always drawn in"),
    Parameter("FiO2_per_oxygen", 0.04, "min/L", "inspired oxygen gained per L/min at low flow",
              (0.0, 0.1), "assumed: bedside rule for nasal prongs"),
    Parameter("oxygen_max", 15.0, "L/min", "oxygen flow at which oxygen_needed stops counting",
              (1.0, 60.0), "assumed: largest flow of a ward mask"),
    Parameter("SaO2_target", 0.95, "1", "saturation that oxygen should hold", (0.7, 0.99),
              "Dutcher2014: oxygen needed for 95 %", show="%"),
    Parameter("O2_solubility", 0.031, "mL/L/mmHg", "oxygen dissolved in blood", (0.02, 0.05),
              "textbook value, quoted from memory"),
    Parameter("severinghaus_a", 23400.0, "mmHg3", "oxygen dissociation curve, half point",
              (1e4, 5e4), "Severinghaus1979"),
    Parameter("severinghaus_b", 150.0, "mmHg2", "oxygen dissociation curve, linear term",
              (50.0, 400.0), "Severinghaus1979"),
    Parameter("extraction_max", 0.8, "1", "largest arteriovenous difference, share of capacity",
              (0.5, 1.0), "assumed: exhausted muscle"),
    Parameter("V_lung_cells", 0.10, "L", "water of lung cells", (0.0, 0.5),
              "assumed: lung water of 0.5 L, about 7 mL/kg, with the interstitium", scale="volume",
              show="mL"),
    Parameter("flooding_threshold", 1.625, "1",
              "lung interstitium, over rest, at which alveoli flood", (1.05, 4.0),
              "assumed: 0.65 L of 0.40 L; interstitium and lymph hold about half more"),
    Parameter("flooding_width", 0.06, "1", "width of the onset of flooding", (0.005, 0.5),
              "assumed: parts of the lung flood before others"),
    Parameter("shunt_rest", 0.03, "1", "venous admixture of a normal lung", (0.0, 0.2),
              "assumed: gives PaO2 of about 92 mmHg at middle age"),
    Parameter("shunt_of_reserve", 0.12, "1", "venous admixture added by losing all reserve",
              (0.0, 0.4), "assumed: PaO2 of about 75 mmHg at a reserve of 0.7"),
    Parameter("shunt_of_water", 0.15, "1", "closing of lung units by interstitial water",
              (0.0, 2.0), "assumed: cuffs of water cost little oxygen"),
    Parameter("shunt_of_flooding", 0.60, "1", "closing of lung units by flooded alveoli",
              (0.0, 5.0), "assumed: shunt of 0.25 to 0.3 when lung water has doubled"),
    Parameter(
        "shunt_of_effusion", 0.12, "1/L", "closing of lung units by effusion", (0.0, 1.0),
        "assumed: a litre of effusion presses on a tenth of the lung"
    ),
    Parameter("lung_water_width", 0.10, "1", "width of the onset of the effects of lung water",
              (0.01, 0.5), "assumed: smooth"),
    Parameter("drive_of_cytokine", 0.399, "1", "hyperventilation under a full cytokine drive",
              (0.0, 1.0),
              "fitted to published outcomes (docs/calibration.md): Kozeny1988: pCO2 30 mmHg and pH 7.44 on day "
              "5, with fever and a low HCO3"),
    Parameter("drive_cytokine_half", 1.0, "1", "cytokine drive with half the hyperventilation",
              (0.1, 10.0), "assumed: the peak of an early dose"),
    Parameter("drive_of_fever", 0.04, "1/degC", "hyperventilation per degree of fever", (0.0, 0.3),
              "assumed: 1.5 mmHg per degree"),
    Parameter("drive_of_hypoxaemia", 2.0, "1", "hyperventilation of hypoxaemia", (0.0, 10.0),
              "assumed: pCO2 falls by about 5 mmHg at PaO2 45 mmHg"),
    Parameter("hypoxaemia_share", 0.70, "1", "PaO2 over rest below which breathing is driven",
              (0.3, 0.98), "assumed: the drive begins near 65 mmHg"),
    Parameter("drive_of_acid", 0.667, "1", "exponent of the answer of pCO2 to bicarbonate",
              (0.0, 1.0), "Winters' rule, quoted from memory"),
    Parameter("drive_tau", 10.0, "min", "delay of the ventilatory drive", (1.0, 600.0),
              "assumed: wash-out of carbon dioxide stores"),
    Parameter("pK_bicarbonate", 6.1, "1", "pK of carbonic acid", (6.0, 6.2), "textbook value"),
    Parameter("CO2_solubility", 0.03, "mmol/L/mmHg", "carbon dioxide dissolved in plasma",
              (0.025, 0.035), "textbook value; with 24 mmol/L and 40 mmHg it gives pH 7.40"),
    Parameter("respiratory_rate_rest", 14.0, "1/min", "respiratory rate at rest", (8.0, 24.0),
              "textbook value, quoted from memory", role="observable"),
    Parameter("rate_exponent", 0.6, "1", "share of ventilation that comes from rate", (0.0, 1.5),
              "assumed: rate and tidal volume share the work"),
    Parameter("rate_of_water", 0.5, "1", "rise of rate with lung water", (0.0, 3.0),
              "assumed: stiff lungs breathe fast and shallow"),
    Parameter("dyspnoea_of_water", 1.5, "1", "dyspnoea from lung water", (0.0, 10.0),
              "assumed: weights"),
    Parameter("dyspnoea_of_hypoxaemia", 5.0, "1", "dyspnoea from desaturation", (0.0, 50.0),
              "assumed: weights"),
    Parameter("dyspnoea_SaO2", 0.92, "1", "saturation below which breath is short", (0.7, 1.0),
              "assumed: between the target and the notify limit of 0.90", show="%"),
    Parameter("dyspnoea_of_congestion", 0.05, "1/mmHg", "dyspnoea from wedge pressure", (0.0, 1.0),
              "assumed: weights"),
    Parameter("congestion_PCWP", 18.0, "mmHg", "wedge pressure above which the lung is congested",
              (10.0, 30.0), "textbook value, quoted from memory"),
    Parameter("dyspnoea_half", 1.0, "1", "load of breathing at a dyspnoea score of one half",
              (0.1, 10.0), "assumed: ventilation doubled with normal lungs"),
    Parameter("EVLW_rest", None, "L", "extravascular lung water at rest", (0.05, 2.0),
              "equation (1) at rest", role="solved", show="mL"),
    Parameter("PaO2_rest", None, "mmHg", "arterial oxygen pressure at rest", (20.0, 150.0),
              "equations (4) to (9) at rest", role="solved"),
)
INPUTS = (
    Input("oxygen", "L/min", "oxygen by prongs or mask", bounds=(0.0, 60.0)),
)
STATES = (
    State("ventilatory_drive", "1", "drive to breathe: log of rest pCO2 over pCO2", 0.01,
          positive=False),
)
FLOWS = (
    Flow("EVLW", "L", "extravascular lung water", show="mL"),
    Flow("alveolar_flooding", "L", "water in the alveoli", show="mL"),
    Flow("shunt", "1", "share of pulmonary flow that meets no air", show="%"),
    Flow("FiO2", "1", "inspired oxygen fraction", show="%"),
    Flow("pCO2", "mmHg", "arterial carbon dioxide pressure"),
    Flow("PAO2", "mmHg", "alveolar oxygen pressure"),
    Flow("CaO2", "mL/L", "arterial oxygen content"),
    Flow("PaO2", "mmHg", "arterial oxygen pressure"),
    Flow("SaO2", "1", "arterial oxygen saturation", show="%"),
    Flow("oxygen_needed", "L/min", "oxygen flow that would hold the target saturation"),
    Flow("pH", "1", "arterial pH"),
    Flow("ventilation", "1", "alveolar ventilation (rest = 1)"),
    Flow("respiratory_rate", "1/min", "respiratory rate"),
    Flow("dyspnoea", "1", "shortness of breath, 0 to 1"),
    Flow("ventilatory_drive_target", "1", "drive to breathe that the body asks for"),
)


@kernel
def saturation(P, a, b):
    """Severinghaus' curve: oxygen pressure [mmHg] -> saturation."""
    cube = P * (P * P + b)
    return cube / (cube + a)


@kernel
def saturation_pressure(S, a, b):
    """The pressure [mmHg] at saturation S < 1: the one real root of P^3 + b P = a S / (1 - S)."""
    half = 0.5 * a * S / (1.0 - S)
    third = b / 3.0
    root = pow(half + sqrt(half * half + third * third * third), 1.0 / 3.0)
    return root - third / root


@kernel
def content(P, capacity, p):
    """Oxygen [mL/L] in blood at pressure P."""
    return capacity * saturation(P, p.severinghaus_a, p.severinghaus_b) + p.O2_solubility * P


@kernel
def content_pressure(C, P_high, capacity, p):
    """The pressure below P_high at which blood holds C [mL/L] (equation 9).

    Above the shoulder of the curve Newton's steps climb to the root from below.
    """
    a, b = p.severinghaus_a, p.severinghaus_b
    S = (C - p.O2_solubility * P_high) / capacity
    P = saturation_pressure(minimum(1.0 - SMALLEST, maximum(SMALLEST, S)), a, b)
    for _ in range(NEWTON_STEPS):
        square = P * P + b
        whole = P * square + a
        slope = capacity * a * (square + 2.0 * P * P) / (whole * whole) + p.O2_solubility
        P = P + (C - content(P, capacity, p)) / slope
        P = minimum(P_high, maximum(SMALLEST, P))
    return P


@kernel
def alveolar_pressure(FiO2, pCO2, p):
    """Equation (6) [mmHg]."""
    dry = FiO2 * (p.barometric_pressure - p.water_vapour_pressure)
    return maximum(SMALLEST, dry - pCO2 * (FiO2 + (1.0 - FiO2) / p.respiratory_quotient))


@kernel
def shunt_loss(shunt, VO2, CO, capacity, p):
    """Oxygen [mL/L] that shunted blood takes from arterial blood: (7) and the last term of (8)."""
    largest = p.extraction_max * capacity
    difference = largest * tanh(VO2 / (CO * largest))
    return difference * shunt / maximum(SMALLEST, 1.0 - shunt)


@kernel
def open_shunt(p):
    """Venous admixture of the lung without excess water."""
    return p.shunt_rest + p.shunt_of_reserve * (1.0 - p.pulmonary_reserve)


@kernel
def oxygen_flow(PAO2, pCO2, p):
    """Oxygen flow [L/min], up to oxygen_max, that gives PAO2: (6) and (5) backwards."""
    q = p.respiratory_quotient
    dry = p.barometric_pressure - p.water_vapour_pressure
    FiO2 = (PAO2 + pCO2 / q) / (dry + pCO2 * (1.0 / q - 1.0))
    span = p.FiO2_max - p.FiO2_room
    left = maximum(SMALLEST, 1.0 - (FiO2 - p.FiO2_room) / span)
    return minimum(p.oxygen_max, maximum(0.0, -span / p.FiO2_per_oxygen * log(left)))


@kernel
def excess_water(p, f):
    """Equation (3): lung water above rest, smooth at its onset."""
    return softplus(f.EVLW / p.EVLW_rest - 1.0, p.lung_water_width) - p.lung_water_width * LN2


@kernel
def water(x, p, u, f):
    """Equations (1) to (4)."""
    V, V0 = x.V_interstitium[LUNG], p.V_interstitium_rest[LUNG]
    f.EVLW = V + p.V_lung_cells
    f.alveolar_flooding = V0 * softplus(V / V0 - p.flooding_threshold, p.flooding_width)
    closed = (p.shunt_of_water * excess_water(p, f) + p.shunt_of_flooding * f.alveolar_flooding / p.EVLW_rest
              + p.shunt_of_effusion * x.V_pocket[EFFUSION])
    f.shunt = 1.0 - (1.0 - open_shunt(p)) * exp(-closed / p.pulmonary_reserve)


@kernel
def work(p, f):
    """Respiratory rate and dyspnoea from ventilation, stiffness, desaturation and congestion."""
    excess = excess_water(p, f)
    stiff = 1.0 + p.rate_of_water * excess
    f.respiratory_rate = p.respiratory_rate_rest * pow(f.ventilation, p.rate_exponent) * stiff
    load = (
        f.ventilation
        - 1.0
        + p.dyspnoea_of_water * excess
        + p.dyspnoea_of_hypoxaemia * maximum(0.0, p.dyspnoea_SaO2 - f.SaO2)
        + p.dyspnoea_of_congestion * maximum(0.0, f.PCWP - p.congestion_PCWP)
    )
    f.dyspnoea = hill2(load / (p.pulmonary_reserve * p.pulmonary_reserve), p.dyspnoea_half)


@kernel
def flows(x, p, u, f):
    """Water, oxygen, carbon dioxide and the drive to breathe: equations (1) to (11) and (13)."""
    water(x, p, u, f)
    # (13)
    f.pCO2 = p.pCO2_rest * exp(-x.ventilatory_drive)
    # (5), (6)
    span = p.FiO2_max - p.FiO2_room
    f.FiO2 = p.FiO2_room + span * (1.0 - exp(-p.FiO2_per_oxygen * u.oxygen / span))
    f.PAO2 = alveolar_pressure(f.FiO2, f.pCO2, p)
    # (7) to (9)
    capacity = p.oxygen_capacity * f.hemoglobin
    loss = shunt_loss(f.shunt, p.VO2_rest * f.metabolic_rate, f.CO, capacity, p)
    f.CaO2 = maximum(0.0, content(f.PAO2, capacity, p) - loss)
    f.PaO2 = content_pressure(f.CaO2, f.PAO2, capacity, p)
    f.SaO2 = saturation(f.PaO2, p.severinghaus_a, p.severinghaus_b)
    # (10), (11)
    HCO3 = maximum(SMALLEST, f.HCO3)
    h = maximum(0.0, 1.0 - f.PaO2 / (p.hypoxaemia_share * p.PaO2_rest))
    f.ventilatory_drive_target = (
        p.drive_of_cytokine * hill1(f.cytokine, p.drive_cytokine_half)
        + p.drive_of_fever * (x.temperature - p.temperature_rest)
        + p.drive_of_hypoxaemia * h * h
        - p.drive_of_acid * log(HCO3 / p.HCO3_rest)
    )


@kernel
def bedside(x, p, u, f):
    """What nothing in the body reads: pH, oxygen needed, breathing (equations 5, 6, 8, 14 and 15)."""
    # (8), (6), (5) backwards
    capacity = p.oxygen_capacity * f.hemoglobin
    loss = shunt_loss(f.shunt, p.VO2_rest * f.metabolic_rate, f.CO, capacity, p)
    P_target = saturation_pressure(p.SaO2_target, p.severinghaus_a, p.severinghaus_b)
    P_high = alveolar_pressure(p.FiO2_max, f.pCO2, p)
    P_needed = content_pressure(content(P_target, capacity, p) + loss, P_high, capacity, p)
    f.oxygen_needed = oxygen_flow(P_needed, f.pCO2, p)
    # (14), (15)
    f.pH = p.pK_bicarbonate + log(maximum(SMALLEST, f.HCO3) / (p.CO2_solubility * f.pCO2)) / LN10
    f.ventilation = f.metabolic_rate * p.pCO2_rest / f.pCO2
    work(p, f)


@kernel
def derivatives(x, p, u, f, dx):
    """Equation (12)."""
    dx.ventilatory_drive += (f.ventilatory_drive_target - x.ventilatory_drive) / p.drive_tau


@kernel
def rest(p, x, f):
    """Lung water and arterial oxygen of the undosed body on room air."""
    x.ventilatory_drive = 0.0
    p.EVLW_rest = p.V_interstitium_rest[LUNG] + p.V_lung_cells
    V0 = p.V_interstitium_rest[LUNG]
    flooding = V0 * softplus(1.0 - p.flooding_threshold, p.flooding_width)
    closed = p.shunt_of_flooding * flooding / p.EVLW_rest
    shunt = 1.0 - (1.0 - open_shunt(p)) * exp(-closed / p.pulmonary_reserve)
    capacity = p.oxygen_capacity * p.hemoglobin_of_cells * p.hematocrit_rest
    PAO2 = alveolar_pressure(p.FiO2_room, p.pCO2_rest, p)
    loss = shunt_loss(shunt, p.VO2_rest, p.CO_rest, capacity, p)
    p.PaO2_rest = content_pressure(content(PAO2, capacity, p) - loss, PAO2, capacity, p)
