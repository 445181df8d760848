"""The body on one page: which law comes when.

``rhs`` is the right-hand side; ``settle`` closes the rest state; ``outlook`` says what
may befall the body when it is looked at.  All are nothing but calls, in the order in which one reads from the other:

 1. blood and body fluids: concentrations, oncotic pressure, ions
 2. what was given: interleukin-2, vasopressors, diuretic, antipyretics
 3. mediators and endothelium: cytokines, nitric oxide, leak, cardiodepression
 4. circulation, solved for the pressure at this instant; gas exchange; organ flow
 5. microvascular exchange: interstitium, capillary wall, lymph, third space
 6. hormones, metabolism, kidney, gut
 7. blood counts, liver, brain, and the ledger of what crosses the skin
 8. in ``outlook`` only: pulse, organ flow, breathing and mind at the bedside, hazards of adverse events and symptoms
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.model import (
    antipyretics,
    blood,
    body,
    brain,
    capillary,
    circulation,
    dopamine,
    electrolytes,
    endothelium,
    furosemide,
    gut,
    haematology,
    hazards,
    hormones,
    infusion,
    interleukin2,
    interstitium,
    kidney,
    ledger,
    liver,
    lung,
    lymph,
    mediators,
    metabolism,
    norepinephrine,
    nos_inhibitor,
    perfusion,
    phenylephrine,
    symptoms,
    temperature,
    third_space,
)


@kernel
def flows(x, p, u, f):
    """Every flow and output of the body at one instant."""
    blood.flows(x, p, u, f)
    infusion.flows(x, p, u, f)
    electrolytes.volumes(x, p, u, f)
    metabolism.concentrations(x, p, u, f)
    electrolytes.flows(x, p, u, f)

    interleukin2.flows(x, p, u, f)
    phenylephrine.flows(x, p, u, f)
    norepinephrine.flows(x, p, u, f)
    dopamine.flows(x, p, u, f)
    furosemide.flows(x, p, u, f)
    antipyretics.flows(x, p, u, f)
    nos_inhibitor.flows(x, p, u, f)

    mediators.flows(x, p, u, f)
    endothelium.flows(x, p, u, f)
    temperature.flows(x, p, u, f)

    circulation.flows(x, p, u, f)
    lung.flows(x, p, u, f)
    perfusion.flows(x, p, u, f)

    interstitium.flows(x, p, u, f)
    capillary.pressures(x, p, u, f)
    capillary.flows(x, p, u, f)
    lymph.flows(x, p, u, f)
    third_space.flows(x, p, u, f)

    gut.flows(x, p, u, f)
    hormones.flows(x, p, u, f)
    metabolism.flows(x, p, u, f)
    kidney.flows(x, p, u, f)
    electrolytes.shifts(x, p, u, f)

    haematology.flows(x, p, u, f)
    liver.flows(x, p, u, f)
    blood.turnover(x, p, u, f)
    brain.flows(x, p, u, f)
    ledger.flows(x, p, u, f)


@kernel
def rhs(x, p, u, f, dx):
    """dx/dt; ``dx`` comes in as zeros and each subsystem adds its own."""
    flows(x, p, u, f)
    infusion.derivatives(x, p, u, f, dx)
    interleukin2.derivatives(x, p, u, f, dx)
    mediators.derivatives(x, p, u, f, dx)
    endothelium.derivatives(x, p, u, f, dx)
    temperature.derivatives(x, p, u, f, dx)
    phenylephrine.derivatives(x, p, u, f, dx)
    norepinephrine.derivatives(x, p, u, f, dx)
    dopamine.derivatives(x, p, u, f, dx)
    furosemide.derivatives(x, p, u, f, dx)
    antipyretics.derivatives(x, p, u, f, dx)
    nos_inhibitor.derivatives(x, p, u, f, dx)
    blood.derivatives(x, p, u, f, dx)
    capillary.derivatives(x, p, u, f, dx)
    lymph.derivatives(x, p, u, f, dx)
    third_space.derivatives(x, p, u, f, dx)
    circulation.derivatives(x, p, u, f, dx)
    lung.derivatives(x, p, u, f, dx)
    electrolytes.derivatives(x, p, u, f, dx)
    metabolism.derivatives(x, p, u, f, dx)
    hormones.derivatives(x, p, u, f, dx)
    kidney.derivatives(x, p, u, f, dx)
    gut.derivatives(x, p, u, f, dx)
    haematology.derivatives(x, p, u, f, dx)
    liver.derivatives(x, p, u, f, dx)
    brain.derivatives(x, p, u, f, dx)
    ledger.derivatives(x, p, u, f, dx)


@kernel
def dangers(x, p, u, f):
    """Hazards of adverse events and of the onset of symptoms."""
    hazards.strains(x, p, u, f)
    hazards.flows(x, p, u, f)
    symptoms.flows(x, p, u, f)


@kernel
def outlook(x, p, u, f):
    """What is seen at the bedside, and what may befall the body, wanted when it is looked at.

    Comes after ``flows``; nothing in the body reads what it writes.
    """
    circulation.bedside(x, p, u, f)
    perfusion.bedside(x, p, u, f)
    lung.bedside(x, p, u, f)
    brain.bedside(x, p, u, f)
    dangers(x, p, u, f)


@kernel
def settle(x, p, u, f):
    """Close the rest state: writes the solved parameters and the states at rest.

    ``u`` holds the inputs of an undisturbed day.  Ends with the flows at rest in ``f``.
    """
    body.rest(p, x, f)
    blood.rest(p, x, f)
    blood.flows(x, p, u, f)
    circulation.rest(p, x, f)
    capillary.rest(p, x, f)
    interstitium.rest(p, x, f)
    lymph.rest(p, x, f)
    perfusion.rest(p, x, f)
    third_space.rest(p, x, f)
    electrolytes.rest(p, x, f)
    metabolism.rest(p, x, f)
    hormones.rest(p, x, f)
    kidney.rest(p, x, f)
    gut.rest(p, x, f)
    interleukin2.rest(p, x, f)
    mediators.rest(p, x, f)
    endothelium.rest(p, x, f)
    temperature.rest(p, x, f)
    phenylephrine.rest(p, x, f)
    norepinephrine.rest(p, x, f)
    dopamine.rest(p, x, f)
    furosemide.rest(p, x, f)
    antipyretics.rest(p, x, f)
    nos_inhibitor.rest(p, x, f)
    lung.rest(p, x, f)
    haematology.rest(p, x, f)
    liver.rest(p, x, f)
    brain.rest(p, x, f)
    ledger.rest(p, x, f)
    flows(x, p, u, f)
    outlook(x, p, u, f)
