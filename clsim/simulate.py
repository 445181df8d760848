"""From a scenario to a result: the only place where patient, timeline and engine meet."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from clsim.engine.advance import integrate, make_advance
from clsim.engine.outcome import Outcome, describe
from clsim.engine.timeline import make_timeline
from clsim.errors import NumericalFailure
from clsim.model.equations import outlook, rhs
from clsim.model.layout import (
    CEILING,
    FLOOR,
    FLOWS,
    INPUTS,
    PARAMETERS,
    STATES,
    F,
    P,
    U,
    X,
    columns,
    spread,
)
from clsim.patient import Patient, settle_patient
from clsim.result import Result
from clsim.scenario.scenario import Scenario, load

HINTS = {
    Outcome.ROOT_NOT_FOUND: ": no arterial pressure balances heart and veins, as when the circulation stops",
}


@cache
def engine() -> Any:
    """The compiled loop for one patient."""
    return make_advance(rhs, X, P, U, F, outlook)


def run(scenario: str | Path | Scenario, **overrides: Any) -> Result:
    """Simulate one patient.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Name of a shipped scenario, path of a TOML file, or a loaded scenario.
    **overrides
        Tables of the file, ``patient={"weight": "82 kg"}``, ``run={"horizon": "3 d"}``.

    Returns
    -------
    Result

    Raises
    ------
    BadInput
        If the scenario cannot be meant, or no body at rest has its observables.
    NumericalFailure
        If a state stops being a number, falls below zero, or no pressure can be found.
    """
    planned = load(scenario, **overrides)
    patient = settle_patient(planned.values)
    timeline = make_timeline(planned.events, columns(INPUTS), spread(INPUTS, "default"), planned.output_times())
    states, flows, report = integrate(
        engine(), patient.state, patient.parameters, timeline, planned.step, FLOOR, CEILING)
    if report.code != Outcome.FINISHED:
        hint = HINTS.get(Outcome(int(report.code)), "")
        raise NumericalFailure(describe(report, columns(STATES), columns(FLOWS), planned.name) + hint)
    held = np.minimum(np.flatnonzero(timeline.rows >= 0), len(timeline.inputs) - 1)
    return Result(timeline.outputs, states, flows, timeline.inputs[held], planned, named(patient))


def named(patient: Patient) -> dict[str, float | tuple[float, ...]]:
    """All parameters of a patient by name, the closing ones included."""
    row = patient.parameters.view(P)[0]
    return {parameter.name: tuple(map(float, row[parameter.name])) if parameter.per
            else float(row[parameter.name]) for parameter in PARAMETERS}
