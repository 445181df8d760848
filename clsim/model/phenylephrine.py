"""Phenylephrine: from the pump to the resistance vessel.

A pure constrictor.  The effect site follows the rate of infusion per kilogram
with one delay, so that a bolus is a short fast infusion and a stopped drip
wears off over some ten minutes:

    d site/dt = (rate / weight - site) / tau                                    (1)
    effect    = Emax hill(site; ED50, gamma)                                    (2)

The effect is the share of resting arteriolar tone that the drug adds in a
healthy body.  Sepsis and interleukin-2 lower Emax but not ED50 (Bellissant 2000);
that loss is common to all constrictors and is applied once, by the circulation.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Input, Parameter, State
from clsim.vmath import hill

PARAMETERS = (
    Parameter("phenylephrine_tau", 4.0, "min", "delay of phenylephrine at its effect site",
              (0.5, 30.0), "assumed: a bolus wears off in 10 to 15 min"),
    Parameter("phenylephrine_Emax", 1.99, "1", "arteriolar tone added by saturating phenylephrine",
              (0.0, 6.0), "Bellissant2000: MAP rises by 84 mmHg from 73 at saturation in controls"),
    Parameter("phenylephrine_ED50", 0.881, "mcg/kg/min", "phenylephrine with half the effect",
              (0.05, 10.0),
              "assumed: dose of 50 mcg/min (0.65 mcg/kg/min, Dutcher2014) lies below half effect"),
    Parameter("phenylephrine_gamma", 1.3, "1", "steepness of the phenylephrine curve", (0.5, 5.0),
              "Bellissant2000: controls"),
)
INPUTS = (
    Input("phenylephrine", "mcg/min", "phenylephrine by the line", bounds=(0.0, 5000.0)),
)
STATES = (
    State("phenylephrine_site", "mcg/kg/min", "phenylephrine at its effect site", 0.1),
)
FLOWS = (
    Flow("phenylephrine_effect", "1",
         "arteriolar tone added by phenylephrine, before hyporesponsiveness"),
)


@kernel
def flows(x, p, u, f):
    """Equation (2)."""
    f.phenylephrine_effect = p.phenylephrine_Emax * hill(
        x.phenylephrine_site, p.phenylephrine_ED50, p.phenylephrine_gamma
    )


@kernel
def derivatives(x, p, u, f, dx):
    """Equation (1)."""
    dx.phenylephrine_site += (
        u.phenylephrine / p.weight - x.phenylephrine_site
    ) / p.phenylephrine_tau


@kernel
def rest(p, x, f):
    """The undosed body holds no drug."""
    x.phenylephrine_site = 0.0
