"""What enters by the line and what is lost by bleeding.

A bag is opened into its substances before the kernel sees it (`clsim.fluids`):
the body receives water, ions, protein and cells, never "albumin 5 %".

    dV_plasma/dt  += water_in - bleeding (1 - hematocrit)                       (1)
    dM_albumin/dt += albumin_in - bleeding (1 - hematocrit) albumin             (2)

and so on for every substance of the plasma.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Input

PARAMETERS = ()
INPUTS = (
    Input("water_in", "L/min", "fluid given by the line", bounds=(0.0, 1.0), show="mL/h"),
    Input("sodium_in", "mmol/min", "sodium given", bounds=(0.0, 500.0), show="mmol/h"),
    Input("potassium_in", "mmol/min", "potassium given", bounds=(0.0, 10.0), show="mmol/h"),
    Input("chloride_in", "mmol/min", "chloride given", bounds=(0.0, 500.0), show="mmol/h"),
    Input("lactate_in", "mmol/min", "lactate given", bounds=(0.0, 50.0), show="mmol/h"),
    Input("glucose_in", "mmol/min", "glucose given", bounds=(0.0, 300.0), show="mmol/h"),
    Input("albumin_in", "g/min", "albumin given", bounds=(0.0, 50.0), show="g/h"),
    Input("globulin_in", "g/min", "globulin given", bounds=(0.0, 50.0), show="g/h"),
    Input("red_cells_in", "L/min", "red cells given", bounds=(0.0, 0.5), show="mL/h"),
    Input("bleeding", "L/min", "whole blood lost", bounds=(0.0, 0.5), show="mL/min"),
)
STATES = ()
FLOWS = (
    Flow("plasma_bled", "L/min", "plasma lost by bleeding", show="mL/min"),
    Flow("red_cells_bled", "L/min", "red cells lost by bleeding", show="mL/min"),
)


@kernel
def flows(x, p, u, f):
    """Blood is lost at the haematocrit of the moment."""
    f.plasma_bled = u.bleeding * (1.0 - f.hematocrit)
    f.red_cells_bled = u.bleeding * f.hematocrit


@kernel
def derivatives(x, p, u, f, dx):
    """Equations (1) and (2)."""
    dx.V_plasma += u.water_in - f.plasma_bled
    dx.V_red_cells += u.red_cells_in - f.red_cells_bled
    dx.M_albumin += u.albumin_in - f.plasma_bled * f.albumin
    dx.M_globulin += u.globulin_in - f.plasma_bled * f.globulin
    dx.sodium += u.sodium_in - f.plasma_bled * f.Na
    dx.potassium += u.potassium_in - f.plasma_bled * f.K
    dx.chloride += u.chloride_in - f.plasma_bled * f.Cl
    dx.lactate += u.lactate_in - f.plasma_bled * f.lactate_concentration
    dx.glucose += u.glucose_in - f.plasma_bled * f.glucose_concentration
    dx.urea -= f.plasma_bled * f.urea_concentration
    dx.creatinine -= f.plasma_bled * f.creatinine_concentration
    dx.phosphate -= f.plasma_bled * f.phosphate_concentration
    dx.acid_anions -= f.plasma_bled * f.acid_anion_concentration
