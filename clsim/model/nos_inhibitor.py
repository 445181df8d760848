"""A nitric-oxide-synthase inhibitor of the L-arginine-analogue kind.

One compartment and a competitive block:

    d A/dt         = given - ln2 A / t_half                                     (1)
    C              = A / (V weight)                                             (2)
    nos_inhibition = Imax hill(C; IC50, 1)                                      (3)

The mediators multiply the vasodilator drive by 1 - nos_inhibition.  The block
acts on what nitric oxide does to vessels; nitrate already made stays.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Input, Parameter, State
from clsim.vmath import LN2, hill1

PARAMETERS = (
    Parameter("nos_inhibitor_half_life", 75.0, "min", "half-life of the synthase inhibitor",
              (5.0, 1500.0), "assumed: about an hour, as for methylated arginines"),
    Parameter("nos_inhibitor_V", 0.45, "L/kg", "volume of distribution of the synthase inhibitor",
              (0.1, 3.0), "assumed: between extracellular and total body water"),
    Parameter("nos_inhibitor_IC50", 10.0, "mg/L", "synthase inhibitor with half the block",
              (0.1, 500.0), "assumed: 10 mg/kg/h then blocks about 0.7 of the drive"),
    Parameter("nos_inhibitor_Imax", 0.9, "1", "largest block of the vasodilator drive", (0.0, 1.0),
              "assumed: some dilatation does not come from nitric oxide"),
)
INPUTS = (
    Input("nos_inhibitor", "mg/min", "synthase inhibitor by the line", bounds=(0.0, 500.0),
          show="mg/h"),
)
STATES = (
    State("nos_inhibitor_amount", "mg", "synthase inhibitor in the body", 10.0),
)
FLOWS = (
    Flow("nos_inhibitor_elimination", "mg/min", "synthase inhibitor eliminated"),
    Flow("nos_inhibitor_concentration", "mg/L", "synthase inhibitor in plasma"),
    Flow("nos_inhibition", "1", "share of the vasodilator drive that is blocked"),
)


@kernel
def flows(x, p, u, f):
    """Elimination, and equations (2) and (3)."""
    f.nos_inhibitor_elimination = LN2 * x.nos_inhibitor_amount / p.nos_inhibitor_half_life
    f.nos_inhibitor_concentration = x.nos_inhibitor_amount / (p.nos_inhibitor_V * p.weight)
    f.nos_inhibition = p.nos_inhibitor_Imax * hill1(
        f.nos_inhibitor_concentration, p.nos_inhibitor_IC50
    )


@kernel
def derivatives(x, p, u, f, dx):
    """Equation (1)."""
    dx.nos_inhibitor_amount += u.nos_inhibitor - f.nos_inhibitor_elimination


@kernel
def rest(p, x, f):
    """The undosed body holds no drug."""
    x.nos_inhibitor_amount = 0.0
