"""Norepinephrine: constrictor and mild inotrope whose clearance falls in shock.

Beloeil et al. (2005) found the clearance fall from 3 to 0.9 L/min and the
half-life rise from 2 to 6.8 min as severity rose from mild to extreme; both by
the same factor, so the volume stayed and only the clearance changed.  With the
site written as the rate of infusion that would hold it in a healthy body:

    c         = 1 / (1 + k_clearance nitric_oxide)                              (1)
    d site/dt = (rate / weight - c site) / tau                                  (2)
    effect    = Emax hill(site; ED50, gamma)                                    (3)
    inotropy  = Imax hill(site; ED50, gamma)                                    (4)

Hence both the delay tau / c and the plateau rate / (weight c) lengthen and rise
with severity.  The vasodilator drive is the severity index: the scale on which
hyporesponsiveness to pressors is set too, and one that a synthase inhibitor
does not change at once, as it does not change the clearance.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Input, Parameter, State
from clsim.vmath import hill

PARAMETERS = (
    Parameter("norepinephrine_tau", 2.9, "min", "delay of norepinephrine in a healthy body",
              (0.5, 30.0), "Beloeil2005: half-life 2 min at the lowest severity"),
    Parameter("norepinephrine_k_clearance", 1.67, "1",
              "loss of norepinephrine clearance with severity", (0.0, 10.0),
              "Beloeil2005: clearance 3 to 0.9 L/min; reached at a vasodilator drive of 1.4"),
    Parameter("norepinephrine_Emax", 2.2, "1", "arteriolar tone added by saturating norepinephrine",
              (0.0, 6.0),
              "assumed: as phenylephrine, a fifth more, since it also fills from the veins"),
    Parameter("norepinephrine_Imax", 0.3, "1", "inotropy added by saturating norepinephrine",
              (0.0, 2.0),
              "assumed: mild; cardiac index up or unchanged in sepsis at 0.5 to 1 mcg/kg/min"),
    Parameter("norepinephrine_ED50", 0.25, "mcg/kg/min", "norepinephrine with half the effect",
              (0.01, 5.0),
              "assumed: a quarter of phenylephrine's; Morelli2008 found 1 to 5.4 in sepsis"),
    Parameter("norepinephrine_gamma", 1.0, "1", "steepness of the norepinephrine curve", (0.5, 5.0),
              "assumed: simple saturation"),
)
INPUTS = (
    Input("norepinephrine", "mcg/min", "norepinephrine by the line", bounds=(0.0, 2000.0)),
)
STATES = (
    State("norepinephrine_site", "mcg/kg/min", "norepinephrine at its effect site", 0.05),
)
FLOWS = (
    Flow("norepinephrine_clearance", "1", "clearance of norepinephrine, share of healthy"),
    Flow("norepinephrine_effect", "1",
         "arteriolar tone added by norepinephrine, before hyporesponsiveness"),
    Flow("norepinephrine_inotropy", "1", "inotropy added by norepinephrine"),
)


@kernel
def flows(x, p, u, f):
    """Equations (1), (3) and (4)."""
    f.norepinephrine_clearance = 1.0 / (1.0 + p.norepinephrine_k_clearance * x.nitric_oxide)
    bound = hill(x.norepinephrine_site, p.norepinephrine_ED50, p.norepinephrine_gamma)
    f.norepinephrine_effect = p.norepinephrine_Emax * bound
    f.norepinephrine_inotropy = p.norepinephrine_Imax * bound


@kernel
def derivatives(x, p, u, f, dx):
    """Equation (2)."""
    dx.norepinephrine_site += (
        u.norepinephrine / p.weight - f.norepinephrine_clearance * x.norepinephrine_site
    ) / p.norepinephrine_tau


@kernel
def rest(p, x, f):
    """The undosed body holds no drug."""
    x.norepinephrine_site = 0.0
