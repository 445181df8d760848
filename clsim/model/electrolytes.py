"""Body fluids: extracellular ions by amount, cells by osmosis, bicarbonate by electroneutrality.

    [ion] = amount / V_ecf,  V_ecf = plasma + interstitium + pockets            (1)
    osmolality = 2 (Na + K) + glucose                                           (2)
    J_cells = k_cells (osmolality - osmolality_cells)   out of the cells        (3)
    osmolality_cells = [solute_cells + 2 (potassium_cells - rest)] / V_cells    (4)
    HCO3 = Na + K + cations - Cl - lactate - charge_albumin albumin - acid_anions   (5)

Potassium moves between cells and extracellular fluid toward

    K_target = K_rest (potassium_cells / rest)^k_stores exp(-k_alkalosis (HCO3 - HCO3_rest))   (6)

Acid made by metabolism appears as anions that the kidney must clear; phosphate leaves the
blood for the cells while the breathing is alkalotic or cytokines are high.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.model.beds import N_BEDS, N_POCKETS, PERIPHERAL
from clsim.spec import Flow, Parameter, State
from clsim.vmath import exp, pow

PARAMETERS = (
    Parameter("Na_rest", 140.0, "mmol/L", "sodium at rest", (125.0, 150.0), "textbook value", role="observable"),
    Parameter("K_rest", 4.2, "mmol/L", "potassium at rest", (3.0, 5.5), "textbook value", role="observable"),
    Parameter("Cl_rest", 103.0, "mmol/L", "chloride at rest", (90.0, 112.0), "textbook value", role="observable"),
    Parameter("HCO3_rest", 24.5, "mmol/L", "bicarbonate at rest", (18.0, 30.0), "textbook value", role="observable"),
    Parameter("urea_rest", 5.5, "mmol/L", "urea at rest", (1.5, 20.0), "textbook value", role="observable"),
    Parameter("creatinine_rest", 0.080, "mmol/L", "creatinine at rest", (0.03, 0.30), "textbook value",
              role="observable", show="umol/L"),
    Parameter("phosphate_rest", 1.1, "mmol/L", "phosphate at rest", (0.6, 2.0), "textbook value", role="observable"),
    Parameter("acid_anions_rest", 1.5, "mmol/L", "sulphate and other acid anions at rest", (0.2, 6.0),
              "assumed: sulphate and organic anions of the anion gap"),
    Parameter("V_cells_rest", 25.0, "L", "cell water at rest, red cells apart", (8.0, 60.0),
              "textbook value, quoted from memory", scale="volume"),
    Parameter("k_cells", 0.0021, "L^2/min/mmol", "water permeability of the cells", (1e-4, 0.05),
              "assumed: cells and surroundings equal within about 20 min", scale="volume"),
    Parameter("potassium_cells_rest", 3500.0, "mmol", "potassium in cells", (1000.0, 9000.0),
              "textbook value 50 mmol/kg, quoted from memory", scale="volume"),
    Parameter("k_stores", 4.0, "1", "extracellular potassium by stores (power)", (0.0, 12.0),
              "textbook: 300 mmol lost lowers K by about 1 mmol/L, quoted from memory"),
    Parameter("k_alkalosis", 0.012, "L/mmol", "potassium shift by bicarbonate (log)", (0.0, 0.1),
              "textbook: small for organic acidosis, quoted from memory"),
    Parameter("k_potassium_shift", 0.15, "L/min", "speed of potassium exchange", (0.0, 2.0),
              "assumed: within an hour or two", scale="volume"),
    Parameter("charge_albumin", 0.28, "mmol/g", "negative charge of albumin", (0.1, 0.5),
              "Figge1992, quoted from memory"),
    Parameter("acid_production", 0.052, "mmol/min", "acid made by metabolism", (0.0, 0.5),
              "textbook value 1 mmol/kg/d, quoted from memory", scale="volume", show="mmol/d"),
    Parameter("phosphate_intake", 0.0139, "mmol/min", "phosphate absorbed on the usual diet", (0.0, 0.1),
              "textbook value 20 mmol/d, quoted from memory", scale="volume", show="mmol/d"),
    Parameter("cytokine_on_phosphate", 0.22, "1", "phosphate shift into cells by cytokines (log)", (0.0, 2.0),
              "assumed: hand-set to a median of 1.9 mg/dL (Webb1988)"),
    Parameter("k_phosphate_shift", 0.08, "L/min", "speed of phosphate exchange", (0.0, 2.0), "assumed", scale="volume"),
    Parameter("solute_cells", None, "mmol", "fixed solute in cells", (1000.0, 30000.0), "osmotic rest", role="solved"),
    Parameter("cations", None, "mmol/L", "calcium and magnesium less other fixed anions", (-20.0, 30.0),
              "electroneutrality at rest", role="solved"),
    Parameter("V_ecf_rest", None, "L", "extracellular volume at rest", (5.0, 60.0), "sum of the volumes",
              role="solved"),
    Parameter("osmolality_rest", None, "mmol/L", "effective osmolality at rest", (200.0, 400.0), "equation (2)",
              role="solved"),
)
INPUTS = ()
STATES = (
    State("sodium", "mmol", "extracellular sodium", 1.0),
    State("potassium", "mmol", "extracellular potassium", 1.0),
    State("potassium_cells", "mmol", "potassium in cells", 1.0),
    State("chloride", "mmol", "extracellular chloride", 1.0),
    State("urea", "mmol", "urea in body water", 1.0),
    State("creatinine", "mmol", "creatinine in body water", 0.1),
    State("phosphate", "mmol", "extracellular phosphate", 0.1),
    State("phosphate_cells", "mmol", "phosphate gained by cells since rest", 0.1, positive=False),
    State("acid_anions", "mmol", "extracellular acid anions", 0.1),
    State("V_cells", "L", "cell water", 0.01),
)
FLOWS = (
    Flow("V_ecf", "L", "extracellular volume"),
    Flow("V_water", "L", "body water, red cells apart"),
    Flow("Na", "mmol/L", "sodium"),
    Flow("K", "mmol/L", "potassium"),
    Flow("Cl", "mmol/L", "chloride"),
    Flow("HCO3", "mmol/L", "bicarbonate"),
    Flow("urea_concentration", "mmol/L", "urea"),
    Flow("creatinine_concentration", "mmol/L", "creatinine", show="umol/L"),
    Flow("phosphate_concentration", "mmol/L", "phosphate"),
    Flow("acid_anion_concentration", "mmol/L", "acid anions"),
    Flow("osmolality", "mmol/L", "effective osmolality"),
    Flow("J_cells", "L/min", "water leaving the cells", show="mL/min"),
    Flow("potassium_shift", "mmol/min", "potassium entering the cells", show="mmol/h"),
    Flow("phosphate_shift", "mmol/min", "phosphate entering the cells", show="mmol/h"),
)


@kernel
def volumes(x, p, u, f):
    """The volumes of equation (1)."""
    f.V_ecf = x.V_plasma
    for b in range(N_BEDS):
        f.V_ecf += x.V_interstitium[b]
    for k in range(N_POCKETS):
        f.V_ecf += x.V_pocket[k]
    f.V_water = f.V_ecf + x.V_cells


@kernel
def flows(x, p, u, f):
    """Equations (1) to (5); the metabolism has written lactate and glucose."""
    f.Na = x.sodium / f.V_ecf
    f.K = x.potassium / f.V_ecf
    f.Cl = x.chloride / f.V_ecf
    f.phosphate_concentration = x.phosphate / f.V_ecf
    f.acid_anion_concentration = x.acid_anions / f.V_ecf
    f.urea_concentration = x.urea / f.V_water
    f.creatinine_concentration = x.creatinine / f.V_water
    f.osmolality = 2.0 * (f.Na + f.K) + f.glucose_concentration
    in_cells = (p.solute_cells + 2.0 * (x.potassium_cells - p.potassium_cells_rest)) / x.V_cells
    f.J_cells = p.k_cells * (f.osmolality - in_cells)
    f.HCO3 = (f.Na + f.K + p.cations - f.Cl - f.lactate_concentration
              - p.charge_albumin * f.albumin - f.acid_anion_concentration)


@kernel
def shifts(x, p, u, f):
    """Equation (6), and phosphate; after the mediators."""
    K_target = (p.K_rest * pow(x.potassium_cells / p.potassium_cells_rest, p.k_stores)
                * exp(-p.k_alkalosis * (f.HCO3 - p.HCO3_rest)))
    f.potassium_shift = p.k_potassium_shift * (f.K - K_target)
    phosphate_target = p.phosphate_rest * exp(-p.cytokine_on_phosphate * f.cytokine)
    emptied = x.phosphate_cells / p.V_ecf_rest
    f.phosphate_shift = p.k_phosphate_shift * (f.phosphate_concentration - phosphate_target - emptied)


@kernel
def derivatives(x, p, u, f, dx):
    """Exchange between cells and extracellular fluid, and acid from metabolism."""
    dx.V_cells -= f.J_cells
    dx.V_interstitium[PERIPHERAL] += f.J_cells
    dx.potassium -= f.potassium_shift
    dx.potassium_cells += f.potassium_shift
    dx.phosphate -= f.phosphate_shift
    dx.phosphate_cells += f.phosphate_shift
    dx.acid_anions += p.acid_production


@kernel
def rest(p, x, f):
    """Amounts from the concentrations at rest; needs every volume and albumin."""
    x.V_cells = p.V_cells_rest
    f.V_ecf = x.V_plasma
    for b in range(N_BEDS):
        f.V_ecf += x.V_interstitium[b]
    for k in range(N_POCKETS):
        f.V_ecf += x.V_pocket[k]
    p.V_ecf_rest = f.V_ecf
    x.sodium = p.Na_rest * f.V_ecf
    x.potassium = p.K_rest * f.V_ecf
    x.potassium_cells = p.potassium_cells_rest
    x.chloride = p.Cl_rest * f.V_ecf
    x.phosphate = p.phosphate_rest * f.V_ecf
    x.phosphate_cells = 0.0
    x.acid_anions = p.acid_anions_rest * f.V_ecf
    x.urea = p.urea_rest * (f.V_ecf + x.V_cells)
    x.creatinine = p.creatinine_rest * (f.V_ecf + x.V_cells)
    p.osmolality_rest = 2.0 * (p.Na_rest + p.K_rest) + p.glucose_rest
    p.solute_cells = p.osmolality_rest * p.V_cells_rest
    p.cations = (p.HCO3_rest - p.Na_rest - p.K_rest + p.Cl_rest + p.lactate_rest
                 + p.charge_albumin * p.albumin_rest + p.acid_anions_rest)
