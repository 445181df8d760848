"""Acetaminophen and indomethacin: fever down, prostaglandins down.

One compartment each.  The input is the rate at which the drug reaches the
blood; a tablet is an infusion of half an hour.

    d A/dt   = absorbed - ln2 A / t_half                                        (1)
    C        = A / (V weight)                                                   (2)
    E_drug   = Emax hill(C; EC50, 1)                                            (3)
    antipyretic_effect  = 1 - (1 - E_acetaminophen)(1 - E_indomethacin)         (4)
    prostaglandin_block = hill(C_indomethacin; IC50, 1)                         (5)

(4) lets two drugs that act on their own remove each a share of what the other
left.  Only indomethacin blocks prostaglandins outside the brain; the kidney
reads (5), since its flow rests on them when the circulation fails.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Input, Parameter, State
from clsim.vmath import LN2, hill1

PARAMETERS = (
    Parameter("acetaminophen_half_life", 150.0, "min", "half-life of acetaminophen", (30.0, 1500.0),
              "assumed: textbook 2 to 3 h", show="h"),
    Parameter("acetaminophen_V", 0.95, "L/kg", "volume of distribution of acetaminophen",
              (0.3, 3.0), "assumed: textbook 0.9 to 1 L/kg"),
    Parameter("acetaminophen_EC50", 8.0, "mg/L", "acetaminophen with half its effect on fever",
              (0.5, 50.0),
              "assumed: 650 mg, the usual dose (Dutcher2014), reaches about this level"),
    Parameter("acetaminophen_Emax", 0.6, "1", "share of fever that acetaminophen can remove",
              (0.0, 1.0), "assumed: fever breaks through in part"),
    Parameter("indomethacin_half_life", 270.0, "min", "half-life of indomethacin", (60.0, 2000.0),
              "assumed: textbook 4 to 5 h", show="h"),
    Parameter("indomethacin_V", 0.30, "L/kg", "volume of distribution of indomethacin", (0.1, 2.0),
              "assumed: textbook 0.3 L/kg"),
    Parameter("indomethacin_EC50", 0.6, "mg/L", "indomethacin with half its effect on fever",
              (0.05, 10.0),
              "assumed: 25 mg, the usual dose (Dutcher2014), reaches twice this level"),
    Parameter("indomethacin_Emax", 0.7, "1", "share of fever that indomethacin can remove",
              (0.0, 1.0), "assumed: a little more than acetaminophen"),
    Parameter("indomethacin_IC50", 0.4, "mg/L", "indomethacin with half the prostaglandin block",
              (0.02, 10.0), "assumed: within therapeutic levels of 0.3 to 3 mg/L"),
)
INPUTS = (
    Input("acetaminophen", "mg/min", "acetaminophen reaching the blood", bounds=(0.0, 500.0)),
    Input("indomethacin", "mg/min", "indomethacin reaching the blood", bounds=(0.0, 50.0)),
)
STATES = (
    State("acetaminophen_amount", "mg", "acetaminophen in the body", 10.0),
    State("indomethacin_amount", "mg", "indomethacin in the body", 1.0),
)
FLOWS = (
    Flow("acetaminophen_elimination", "mg/min", "acetaminophen eliminated"),
    Flow("indomethacin_elimination", "mg/min", "indomethacin eliminated"),
    Flow("acetaminophen_concentration", "mg/L", "acetaminophen in plasma"),
    Flow("indomethacin_concentration", "mg/L", "indomethacin in plasma"),
    Flow("antipyretic_effect", "1", "share of fever removed by drugs"),
    Flow("prostaglandin_block", "1", "share of prostaglandin synthesis blocked"),
)


@kernel
def flows(x, p, u, f):
    """Elimination, and equations (2) to (5)."""
    f.acetaminophen_elimination = LN2 * x.acetaminophen_amount / p.acetaminophen_half_life
    f.indomethacin_elimination = LN2 * x.indomethacin_amount / p.indomethacin_half_life
    f.acetaminophen_concentration = x.acetaminophen_amount / (p.acetaminophen_V * p.weight)
    f.indomethacin_concentration = x.indomethacin_amount / (p.indomethacin_V * p.weight)
    acetaminophen = p.acetaminophen_Emax * hill1(
        f.acetaminophen_concentration, p.acetaminophen_EC50
    )
    indomethacin = p.indomethacin_Emax * hill1(
        f.indomethacin_concentration, p.indomethacin_EC50
    )
    f.antipyretic_effect = 1.0 - (1.0 - acetaminophen) * (1.0 - indomethacin)
    f.prostaglandin_block = hill1(f.indomethacin_concentration, p.indomethacin_IC50)


@kernel
def derivatives(x, p, u, f, dx):
    """Equation (1) for both drugs."""
    dx.acetaminophen_amount += u.acetaminophen - f.acetaminophen_elimination
    dx.indomethacin_amount += u.indomethacin - f.indomethacin_elimination


@kernel
def rest(p, x, f):
    """The undosed body holds no drug."""
    x.acetaminophen_amount = 0.0
    x.indomethacin_amount = 0.0
