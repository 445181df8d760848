"""Dopamine: renal, then cardiac, then constrictor as the dose rises.

    d site/dt    = (rate / weight - site) / tau                                 (1)
    renal        = Rmax hill(site; ED50_renal, 2)                               (2)
    inotropy     = Imax hill(site; ED50_cardiac, 2)                             (3)
    chronotropy  = Cmax hill(site; ED50_cardiac, 2)                             (4)
    constriction = Emax hill(site; ED50_constriction, 3)                        (5)

The three receptors (dopamine below 3, beta 3 to 10, alpha above 10 mcg/kg/min)
overlap as the textbook says they do.  Receptors do not let go again as the dose
rises: at a constrictor dose the renal effect persists and is outweighed in the
circulation and the kidney, not switched off here.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Input, Parameter, State
from clsim.vmath import hill

PARAMETERS = (
    Parameter("dopamine_tau", 3.0, "min", "delay of dopamine at its effect site", (0.5, 30.0),
              "assumed: half-life about 2 min"),
    Parameter("dopamine_Rmax", 0.25, "1", "renal flow added by saturating dopamine, share of flow",
              (0.0, 2.0), "assumed: renal flow up by 20 % at the renal dose"),
    Parameter("dopamine_ED50_renal", 1.2, "mcg/kg/min", "dopamine with half the renal effect",
              (0.1, 10.0),
              "assumed: renal dose 2 mcg/kg/min (Memoli1995) gives three quarters of the effect"),
    Parameter("dopamine_gamma_renal", 2.0, "1", "steepness of the renal effect", (0.5, 5.0),
              "assumed: within the renal range of 0.5 to 3 mcg/kg/min"),
    Parameter("dopamine_ED50_cardiac", 5.0, "mcg/kg/min", "dopamine with half the cardiac effect",
              (0.5, 30.0), "assumed: beta range 3 to 10 mcg/kg/min"),
    Parameter("dopamine_gamma_cardiac", 2.0, "1", "steepness of the cardiac effect", (0.5, 5.0),
              "assumed: within the beta range"),
    Parameter("dopamine_Imax", 0.5, "1", "inotropy added by saturating dopamine", (0.0, 2.0),
              "assumed: stroke volume up by about a third at 10 mcg/kg/min"),
    Parameter("dopamine_Cmax", 0.35, "1",
              "heart rate added by saturating dopamine, share of resting rate", (0.0, 2.0),
              "assumed: 15 to 20 beats/min at 10 mcg/kg/min"),
    Parameter("dopamine_ED50_constriction", 14.0, "mcg/kg/min",
              "dopamine with half the constriction", (1.0, 60.0),
              "assumed: alpha range above 10 mcg/kg/min"),
    Parameter("dopamine_gamma_constriction", 3.0, "1", "steepness of the constriction", (0.5, 5.0),
              "assumed: silent below 5 mcg/kg/min"),
    Parameter("dopamine_Emax", 1.2, "1", "arteriolar tone added by saturating dopamine", (0.0, 6.0),
              "assumed: weaker than phenylephrine, partial agonist"),
)
INPUTS = (
    Input("dopamine", "mcg/min", "dopamine by the line", bounds=(0.0, 10000.0)),
)
STATES = (
    State("dopamine_site", "mcg/kg/min", "dopamine at its effect site", 0.5),
)
FLOWS = (
    Flow("dopamine_renal", "1", "renal flow added by dopamine, share of flow"),
    Flow("dopamine_inotropy", "1", "inotropy added by dopamine"),
    Flow("dopamine_chronotropy", "1", "heart rate added by dopamine, share of resting rate"),
    Flow("dopamine_constriction", "1",
         "arteriolar tone added by dopamine, before hyporesponsiveness"),
)


@kernel
def flows(x, p, u, f):
    """Equations (2) to (5)."""
    f.dopamine_renal = p.dopamine_Rmax * hill(
        x.dopamine_site, p.dopamine_ED50_renal, p.dopamine_gamma_renal
    )
    cardiac = hill(x.dopamine_site, p.dopamine_ED50_cardiac, p.dopamine_gamma_cardiac)
    f.dopamine_inotropy = p.dopamine_Imax * cardiac
    f.dopamine_chronotropy = p.dopamine_Cmax * cardiac
    f.dopamine_constriction = p.dopamine_Emax * hill(
        x.dopamine_site, p.dopamine_ED50_constriction, p.dopamine_gamma_constriction
    )


@kernel
def derivatives(x, p, u, f, dx):
    """Equation (1)."""
    dx.dopamine_site += (u.dopamine / p.weight - x.dopamine_site) / p.dopamine_tau


@kernel
def rest(p, x, f):
    """The undosed body holds no drug."""
    x.dopamine_site = 0.0
