"""Core temperature: fever after a dose, and what an antipyretic leaves of it.

Equations
---------
(1)  T_target = T_rest + dT_max h(M; M_fever, n_fever) (1 - E_antipyretic)
(2)  dT/dt    = (T_target - T) / tau_T

h(x; k, n) = x^n / (k^n + x^n), M the acute cytokine drive.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Parameter, State
from clsim.vmath import hill

PARAMETERS = (
    Parameter(
        "temperature_rest",
        37.0,
        "degC",
        "core temperature at rest",
        (35.0, 38.5),
        "assumed: healthy adult",
        role="observable",
    ),
    Parameter(
        "fever_max",
        2.2,
        "degC",
        "largest rise of the set-point of core temperature",
        (0.0, 5.0),
        "assumed: with the lag of the body, a rise of 1.8-2.1 degC without an antipyretic",
    ),
    Parameter(
        "M_fever",
        0.6,
        "1",
        "cytokine drive that gives half of the largest fever",
        (0.05, 5.0),
        "assumed: a first dose already gives most of the fever",
    ),
    Parameter(
        "n_fever",
        3.0,
        "1",
        "steepness of fever in the cytokine drive",
        (0.5, 6.0),
        "assumed: chills at 1-2 h, then a rise within an hour or two (Dutcher2014 table 2)",
    ),
    Parameter(
        "tau_temperature",
        65.0,
        "min",
        "time constant of core temperature",
        (15.0, 300.0),
        "assumed: 60-90 min; fever 2-4 h after a dose (Dutcher2014 table 2)",
    ),
)

INPUTS = ()

STATES = (State("temperature", "degC", "core temperature", 0.1),)

FLOWS = (Flow("temperature_target", "degC", "set-point of core temperature"),)


@kernel
def flows(x, p, u, f):
    """Set-point of core temperature (equation 1)."""
    f.temperature_target = p.temperature_rest + p.fever_max * hill(
        f.cytokine, p.M_fever, p.n_fever
    ) * (1.0 - f.antipyretic_effect)


@kernel
def derivatives(x, p, u, f, dx):
    """Approach of the body to its set-point (equation 2)."""
    dx.temperature += (f.temperature_target - x.temperature) / p.tau_temperature


@kernel
def rest(p, x, f):
    """No fever."""
    x.temperature = p.temperature_rest
