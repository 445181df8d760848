"""A patient: observables in, a body at rest out.

Whatever is not said is the reference adult's, scaled to size: volumes and
filtration coefficients with lean body mass (Boer 1984), flows with body surface
area (Mosteller 1987).  The closing parameters are then solved by the laws
themselves (`clsim.model.equations.settle`), so that an undosed patient stays
exactly where he is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clsim import units
from clsim.errors import BadPatient, nearest
from clsim.jit import driver
from clsim.model import ledger
from clsim.model.equations import rhs, settle
from clsim.model.layout import (
    CEILING,
    FLOWS,
    INPUTS,
    PARAMETERS,
    STATES,
    F,
    P,
    U,
    X,
    columns,
    find,
    spread,
)
from clsim.spec import Parameter

Value = float | tuple[float, ...]

DRIFT = 1e-9  # largest derivative at rest, in sizes of the state per minute
ESCAPE_TOLERANCE = 1e-6
DRIFTS = {  # a state that cannot come to rest: the observable to look at, and why
    "lactate": ("VO2_rest", "the oxygen delivered at rest does not cover the oxygen used"),
    "brain_inflammation": ("Na_rest", "sodium, pressure or oxygen at rest would harm the brain"),
}
COUNTERS = np.isin(columns(STATES), columns(ledger.STATES))  # they count; they are no part of the body


@driver(settle, rhs, X, P, U, F)
def settle_row(y, params, inputs, flow, slope):  # type: ignore[no-untyped-def]
    """Settle one patient, then take the derivatives there."""
    x, p = y.view(X)[0], params.view(P)[0]
    u, f, dx = inputs.view(U)[0], flow.view(F)[0], slope.view(X)[0]
    settle(x, p, u, f)
    rhs(x, p, u, f, dx)


@dataclass(frozen=True)
class Patient:
    """One body at rest.

    Parameters
    ----------
    parameters : float64 (n_parameters,)
        Row of the record type ``layout.P``, closing parameters included.
    state : float64 (n_states,)
        Row of ``layout.X`` at rest.
    flows : float64 (n_flows,)
        Row of ``layout.F`` at rest.
    """

    parameters: NDArray[np.float64]
    state: NDArray[np.float64]
    flows: NDArray[np.float64]

    def __getitem__(self, name: str) -> float | NDArray[np.float64]:
        """A parameter, state or flow at rest, by name, in internal units."""
        for row, kind in ((self.parameters, P), (self.state, X), (self.flows, F)):
            if name in (kind.names or ()):
                return row.view(kind)[name][0]  # type: ignore[no-any-return]
        find(name, (*PARAMETERS, *STATES, *FLOWS))
        raise AssertionError(name)


def lean_body_mass(weight: float, height: float, sex: float) -> float:
    """Lean body mass [kg] from weight [kg], height [m] and sex (1 male, 0 female): Boer 1984."""
    male = 0.407 * weight + 26.7 * height - 19.2
    female = 0.252 * weight + 47.3 * height - 48.3
    return sex * male + (1.0 - sex) * female


def size(weight: float, height: float, sex: float) -> dict[str, float]:
    """Factors on the reference adult: ``volume`` by lean mass, ``flow`` by surface area."""
    reference = {name: float(find(name, PARAMETERS).default) for name in ("weight", "height", "sex")}  # type: ignore[union-attr,arg-type]
    lean = lean_body_mass(weight, height, sex) / lean_body_mass(**reference)
    area = np.sqrt(weight * height / (reference["weight"] * reference["height"]))
    return {"": 1.0, "volume": float(lean), "flow": float(area)}


def check(parameter: Parameter, value: Value) -> NDArray[np.float64]:
    """The value as entries of the row, within its bounds.

    Raises
    ------
    BadPatient
        If the parameter is solved, has another number of entries, or is out of bounds.
    """
    if parameter.role == "solved":
        raise BadPatient(f"{parameter.name} follows from the others ({parameter.source}) and cannot be set",
                         key=parameter.name)
    entries = np.atleast_1d(np.asarray(value, np.float64))
    expected = max(1, len(parameter.per))
    if entries.shape != (expected,):
        raise BadPatient(f"{parameter.name} needs {expected} value(s): {', '.join(parameter.per) or 'one number'}",
                         given=str(value), key=parameter.name)
    low, high = parameter.bounds
    if not np.all((entries >= low) & (entries <= high)):
        raise BadPatient(f"{parameter.label} is out of range", given=f"{value} {parameter.unit}",
                         allowed=units.span(*parameter.bounds, parameter.unit, parameter.show), key=parameter.name)
    return entries


def complete(values: Mapping[str, Value]) -> NDArray[np.float64]:
    """The parameter row: what was given, and the scaled reference adult for the rest.

    Closing parameters are not-a-number until the patient is settled.

    Raises
    ------
    BadPatient
        For an unknown name or a value that `check` refuses.
    """
    known = {parameter.name: parameter for parameter in PARAMETERS}
    for name in values:
        if name not in known:
            raise BadPatient(f"{name} is not a parameter", nearest=nearest(name, known), key=name)
    body = {name: float(np.asarray(values.get(name, known[name].default)).item())
            for name in ("weight", "height", "sex")}
    for name, value in body.items():
        check(known[name], value)
    factors = size(**body)
    row: list[float] = []
    for parameter in PARAMETERS:
        entries = max(1, len(parameter.per))
        if parameter.name in values:
            row.extend(check(parameter, values[parameter.name]))
        elif parameter.role == "solved":
            row.extend([np.nan] * entries)
        else:
            default = np.atleast_1d(np.asarray(parameter.default, np.float64))
            row.extend(default * factors[parameter.scale])
    return np.array(row)


def settle_patient(values: Mapping[str, Value] | None = None) -> Patient:
    """Solve the rest state of a patient.

    Parameters
    ----------
    values : mapping of parameter name to float or tuple of float
        Observables and constants in internal units; the reference adult for what is missing.

    Returns
    -------
    Patient

    Raises
    ------
    BadPatient
        If no body at rest has these observables, with the one that cannot be met.
    """
    params = complete(values or {})
    state, flow, slope = (np.zeros(len(columns(kind))) for kind in (STATES, FLOWS, STATES))
    settle_row(state, params, spread(INPUTS, "default"), flow, slope)
    patient = Patient(params, state, flow)
    refuse_impossible(patient, slope)
    return patient


def refuse_impossible(patient: Patient, slope: NDArray[np.float64]) -> None:
    """Raise BadPatient where a closing parameter left its range or the body still drifts."""
    wanted, got = float(patient["escape_rate_rest"]), float(patient["escape_rate"])
    if not abs(got - wanted) <= ESCAPE_TOLERANCE * wanted:
        raise BadPatient(
            "no permeability gives this escape rate with these lymph flows and interstitial albumin",
            given=units.show(wanted, "1/min", "%/h"),
            allowed=f"the nearest possible is {units.show(got, '1/min', '%/h')}",
            key="escape_rate_rest")
    for parameter in PARAMETERS:
        if parameter.role != "solved":
            continue
        low, high = parameter.bounds
        entries = np.atleast_1d(patient[parameter.name])
        if not np.all((entries >= low) & (entries <= high)):
            shown = ", ".join(f"{entry:.4g}" for entry in entries)
            raise BadPatient(
                f"at rest {parameter.label} would have to be {shown} {parameter.unit} ({parameter.source})",
                allowed=units.span(*parameter.bounds, parameter.unit, parameter.show), key=parameter.name)
    drift = np.where(COUNTERS, 0.0, np.abs(slope) / spread(STATES, "size"))
    worst = int(np.argmax(np.where(np.isfinite(drift), drift, np.inf)))
    if not drift[worst] <= DRIFT:
        state = columns(STATES)[worst]
        key, reason = next((why for head, why in DRIFTS.items() if state.startswith(head)),
                           (state, "no constant closes its balance"))
        raise BadPatient(f"{reason}: {state} does not come to rest ({slope[worst]:.3g} per minute)",
                         key=key)
    imbalance = columns(FLOWS).index("imbalance")
    if not abs(patient.flows[imbalance]) <= CEILING[imbalance]:
        raise BadPatient("no pressure balances heart and veins at rest", key="MAP_rest")
