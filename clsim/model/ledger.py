"""Ledger: everything that crosses the skin, added up on its own.

Nothing here acts on the body.  The ledger states integrate the boundary flows, so
that for every conserved substance the content of the body less its ledger must
not move; the flowsheet reads the four water columns.

    ledger_s = integral of (given + eaten + made - excreted - lost - broken down)   (1)
    weight_now = weight + density (water gained + cells gained)                      (2)
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Parameter, State

PARAMETERS = (
    Parameter("density_water", 1.0, "kg/L", "mass of a litre of body fluid", (0.9, 1.1), "textbook value"),
    Parameter("density_cells", 1.09, "kg/L", "mass of a litre of red cells", (1.0, 1.2), "textbook value"),
)
INPUTS = ()
STATES = (
    State("fluid_given", "L", "fluid given by the line", 0.01),
    State("water_taken", "L", "water drunk and eaten", 0.01),
    State("urine_volume", "L", "urine passed", 0.01),
    State("other_losses", "L", "bowel, evaporation and plasma bled", 0.01),
    State("ledger_red_cells", "L", "red cells gained across the skin", 0.01, positive=False),
    State("ledger_sodium", "mmol", "sodium gained across the skin", 1.0, positive=False),
    State("ledger_potassium", "mmol", "potassium gained across the skin", 1.0, positive=False),
    State("ledger_chloride", "mmol", "chloride gained across the skin", 1.0, positive=False),
    State("ledger_urea", "mmol", "urea made less excreted", 1.0, positive=False),
    State("ledger_creatinine", "mmol", "creatinine made less excreted", 0.1, positive=False),
    State("ledger_albumin", "g", "albumin made and given less broken and lost", 1.0, positive=False),
    State("ledger_globulin", "g", "globulin made and given less broken and lost", 1.0, positive=False),
)
FLOWS = (
    Flow("weight_now", "kg", "body weight"),
    Flow("weight_gain", "kg", "weight gained since admission"),
)


@kernel
def flows(x, p, u, f):
    """Equation (2); plasma is counted as water."""
    water = x.fluid_given + x.water_taken - x.urine_volume - x.other_losses
    f.weight_gain = p.density_water * water + p.density_cells * x.ledger_red_cells
    f.weight_now = p.weight + f.weight_gain


@kernel
def derivatives(x, p, u, f, dx):
    """Equation (1)."""
    dx.fluid_given += u.water_in
    dx.water_taken += f.water_drunk
    dx.urine_volume += f.urine_flow
    dx.other_losses += f.bowel_loss + f.evaporation + f.plasma_bled
    dx.ledger_red_cells += u.red_cells_in - f.red_cells_bled
    dx.ledger_sodium += (u.sodium_in + p.sodium_intake * u.eating + u.salt_by_mouth
                         - f.sodium_excretion - f.bowel_sodium - f.plasma_bled * f.Na)
    dx.ledger_potassium += (u.potassium_in + p.potassium_intake * u.eating
                            - f.potassium_excretion - f.bowel_potassium - f.plasma_bled * f.K)
    dx.ledger_chloride += (u.chloride_in + p.chloride_intake * u.eating + u.salt_by_mouth
                           - f.chloride_excretion - f.bowel_chloride - f.plasma_bled * f.Cl)
    dx.ledger_urea += (p.urea_production * f.catabolism - f.urea_excretion
                       - f.plasma_bled * f.urea_concentration)
    dx.ledger_creatinine += (p.creatinine_production - f.creatinine_excretion
                             - f.plasma_bled * f.creatinine_concentration)
    dx.ledger_albumin += (u.albumin_in + f.albumin_made - f.albumin_broken
                          - p.bowel_albumin * f.albumin * f.bowel_loss - f.plasma_bled * f.albumin)
    dx.ledger_globulin += (u.globulin_in + f.globulin_made - f.globulin_broken
                           - f.plasma_bled * f.globulin)


@kernel
def rest(p, x, f):
    """All columns start at zero."""
    x.fluid_given = 0.0
    x.water_taken = 0.0
    x.urine_volume = 0.0
    x.other_losses = 0.0
    x.ledger_red_cells = 0.0
    x.ledger_sodium = 0.0
    x.ledger_potassium = 0.0
    x.ledger_chloride = 0.0
    x.ledger_urea = 0.0
    x.ledger_creatinine = 0.0
    x.ledger_albumin = 0.0
    x.ledger_globulin = 0.0
