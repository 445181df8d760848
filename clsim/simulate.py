"""From a scenario to a result: the only place where patient, timeline and engine meet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clsim.engine.advance import integrate, make_advance
from clsim.engine.outcome import Outcome, describe
from clsim.engine.timeline import make_timeline
from clsim.errors import BadInput, NumericalFailure
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
from clsim.patient import settle_patient
from clsim.result import Result
from clsim.scenario.scenario import Scenario, load

if TYPE_CHECKING:
    from clsim.cohort import Cohort
    from clsim.managed.hand import Fork
    from clsim.policy.policy import Policy

HINTS = {
    Outcome.ROOT_NOT_FOUND: ": no arterial pressure balances heart and veins, as when the circulation stops",
}


@cache
def engine() -> Any:
    """The compiled loop for one patient."""
    return make_advance(rhs, X, P, U, F, outlook)


def run(
    scenario: str | Path | Scenario, *, policy: str | Path | Policy | None = None,
    patient: int | Mapping[str, Any] | None = None, cohort: str | Path | Cohort | None = None, seed: int | None = None,
    everyone: bool = False, **overrides: Any,
) -> Result:
    """Simulate one patient.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Name of a shipped scenario, path of a TOML file, or a loaded scenario.
    policy : str, Path or Policy, optional
        Decides, from what the monitor shows, which doses are given and what else: it takes the place of the
        scenario's fluids and drugs.  The result is a `clsim.managed.result.ManagedResult`.
    patient : int or mapping, optional
        Under a policy, a number: that patient of the cohort, as ``clsim cohort`` would draw him.  A mapping is the
        table of that name, ``{"weight": "82 kg"}``.
    cohort : str, Path or Cohort, optional
        Who is drawn; ``hd-il2-candidates`` if not given.
    seed : int, optional
        Of all that is drawn under a policy; the scenario's if not given.
    everyone : bool
        Follow the patient of a cohort though he is not eligible.
    **overrides
        Tables of the file, ``run={"horizon": "3 d"}``.

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
    number = None
    if isinstance(patient, Mapping):
        overrides["patient"] = dict(patient)
    else:
        number = patient
    planned = load(scenario, **overrides)
    if policy is not None:
        from clsim.managed.course import run_managed

        return run_managed(planned, policy, seed=seed, patient=number, cohort=cohort, everyone=everyone)
    for key, given in (("patient", number), ("cohort", cohort), ("seed", seed), ("everyone", everyone or None)):
        if given is not None:
            raise BadInput("has a meaning only under a policy", given=str(given), key=key,
                           allowed='policy="cwg-2014" beside it' + (
                               ', or a table such as {"weight": "82 kg"}' if key == "patient" else ""))
    return simulate(planned)


def simulate(planned: Scenario, forks: tuple[Fork, ...] = ()) -> Result:
    """Simulate the patient of a scenario, exactly as it is written; forks are only told of."""
    patient = settle_patient(planned.values)
    timeline = make_timeline(planned.events, columns(INPUTS), spread(INPUTS, "default"), planned.output_times())
    states, flows, report = integrate(
        engine(), patient.state, patient.parameters, timeline, planned.step, FLOOR, CEILING)
    if report.code != Outcome.FINISHED:
        hint = HINTS.get(Outcome(int(report.code)), "")
        raise NumericalFailure(describe(report, columns(STATES), columns(FLOWS), planned.name) + hint)
    held = np.minimum(np.flatnonzero(timeline.rows >= 0), len(timeline.inputs) - 1)
    parameters = named(patient.parameters)
    return Result(timeline.outputs, states, flows, timeline.inputs[held], planned, parameters, forks=forks)


def named(parameters: NDArray[np.float64]) -> dict[str, float | tuple[float, ...]]:
    """All parameters of a patient by name, the closing ones included."""
    row = parameters.view(P)[0]
    return {parameter.name: tuple(map(float, row[parameter.name])) if parameter.per
            else float(row[parameter.name]) for parameter in PARAMETERS}
