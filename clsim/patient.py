"""A patient: observables in, a body at rest out.

Whatever is not said is the reference adult's, scaled to size: volumes and
filtration coefficients with lean body mass (Boer 1984), flows with body surface
area (Mosteller 1987).  The closing parameters are then solved by the laws
themselves (`clsim.model.equations.settle`), so that an undosed patient stays
exactly where he is.

Rows, drivers and checks are written for many patients; one patient is many of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim import units
from clsim.errors import BadPatient, nearest
from clsim.jit import driver
from clsim.lanes import lanes
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
Numbers = NDArray[np.float64]

DRIFT = 1e-9  # largest derivative at rest, in sizes of the state per minute
ESCAPE_TOLERANCE = 1e-6
DRIFTS = {  # a state that cannot come to rest: the observable to look at, and why
    "lactate": ("VO2_rest", "the oxygen delivered at rest does not cover the oxygen used"),
    "brain_inflammation": ("Na_rest", "sodium, pressure or oxygen at rest would harm the brain"),
}
COUNTERS = np.isin(columns(STATES), columns(ledger.STATES))  # they count; they are no part of the body

ENTRIES = [max(1, len(parameter.per)) for parameter in PARAMETERS]
OWNER = [parameter for parameter, count in zip(PARAMETERS, ENTRIES, strict=True) for _ in range(count)]
SPAN = {  # columns of a parameter in its row
    parameter.name: slice(end - count, end)
    for parameter, count, end in zip(PARAMETERS, ENTRIES, np.cumsum(ENTRIES).tolist(), strict=True)
}
LOWEST, HIGHEST = (np.array([parameter.bounds[end] for parameter in OWNER]) for end in (0, 1))
SOLVED = np.array([parameter.role == "solved" for parameter in OWNER])
NONE_DRAWN = np.zeros(len(OWNER), np.bool_)  # none of the columns


class Fault(IntEnum):
    """Why no body at rest has these observables."""

    NONE = 0
    BOUNDS = 1  # a parameter that was drawn is out of bounds
    ESCAPE = 2  # no permeability gives the escape rate
    CLOSING = 3  # a closing parameter would have to leave its bounds
    DRIFTING = 4  # a state does not come to rest
    PRESSURE = 5  # no pressure balances heart and veins


def make_settle(states: np.dtype, parameters: np.dtype, inputs: np.dtype, flows: np.dtype) -> Callable[..., None]:
    """The compiled loop that settles rows, for one width.

    Parameters
    ----------
    states, parameters, inputs, flows : record types
        Of one patient, or of a group (``clsim.lanes.widen``).

    Returns
    -------
    driver (y, params, u, flow, slope) -> None
        ``y``, ``params``, ``flow`` and ``slope`` have one row for each patient or group, float64 in
        C order; ``u`` is the one row of inputs.  Closes ``params``, and fills the states at rest
        and, from zeros, their derivatives there.
    """

    @driver(settle, rhs, states, parameters, inputs, flows)
    def settle_rows(y, params, u, flow, slope):  # type: ignore[no-untyped-def]
        given = lanes(u.view(inputs)[0])
        for i in range(y.shape[0]):
            x, p = lanes(y[i].view(states)[0]), lanes(params[i].view(parameters)[0])
            f, dx = lanes(flow[i].view(flows)[0]), lanes(slope[i].view(states)[0])
            settle(x, p, given, f)
            rhs(x, p, given, f, dx)

    return settle_rows  # type: ignore[no-any-return]


settle_rows = make_settle(X, P, U, F)


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


REFERENCE = {name: float(find(name, PARAMETERS).default) for name in ("weight", "height", "sex")}  # type: ignore[union-attr,arg-type]


def lean_body_mass(weight: Any, height: Any, sex: Any) -> Any:
    """Lean body mass [kg] from weight [kg], height [m] and sex (1 male, 0 female): Boer 1984."""
    male = 0.407 * weight + 26.7 * height - 19.2
    female = 0.252 * weight + 47.3 * height - 48.3
    return sex * male + (1.0 - sex) * female


def size(weight: Any, height: Any, sex: Any) -> dict[str, Any]:
    """Of one or of many: factors on the reference adult: ``volume`` by lean mass, ``flow`` by surface area."""
    lean = lean_body_mass(weight, height, sex) / lean_body_mass(**REFERENCE)
    area = np.sqrt(weight * height / (REFERENCE["weight"] * REFERENCE["height"]))
    return {"": 1.0, "volume": lean, "flow": area}


def rows(given: Mapping[str, Numbers], count: int) -> Numbers:
    """Parameter rows: what was given, and the scaled reference adult for the rest; nothing is checked.

    Parameters
    ----------
    given : mapping of parameter name to float64 (count,) or (count, entries)
    count : int

    Returns
    -------
    float64 (count, n_parameters)
        Closing parameters are not-a-number until the patients are settled.
    """
    body = {name: np.reshape(given.get(name, default), -1) for name, default in REFERENCE.items()}
    factors = size(**body)
    out = np.full((count, len(OWNER)), np.nan)
    for parameter in PARAMETERS:
        span = out[:, SPAN[parameter.name]]
        if parameter.name in given:
            span[:] = np.reshape(given[parameter.name], (count, -1))
        elif parameter.role != "solved":
            default = np.atleast_1d(np.asarray(parameter.default, np.float64))
            span[:] = default * np.reshape(factors[parameter.scale], (-1, 1))
    return out


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
    return rows({name: check(known[name], value)[None] for name, value in values.items()}, 1)[0]  # type: ignore[no-any-return]


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
    params = complete(values or {})[None]
    state, flow, slope = (np.zeros((1, len(columns(kind)))) for kind in (STATES, FLOWS, STATES))
    settle_rows(state, params, spread(INPUTS, "default"), flow, slope)
    kind, column, value = (each[0] for each in faults(params, flow, slope))
    if kind != Fault.NONE:
        raise explain(Fault(kind), int(column), float(value), params[0])
    return Patient(params[0], state[0], flow[0])


def faults(
    params: Numbers, flows: Numbers, slopes: Numbers, drawn: NDArray[np.bool_] = NONE_DRAWN
) -> tuple[NDArray[np.int8], NDArray[np.int16], Numbers]:
    """The first thing that keeps each of many from being a body at rest.

    Parameters
    ----------
    params, flows, slopes : float64 (n, ...)
        What ``settle_rows`` leaves of n patients, one row each.
    drawn : bool (n_parameters,)
        Columns that `check` has not seen and that are held to the bounds of their parameters here.

    Returns
    -------
    kind : int8 (n,), a `Fault`
    column : int16 (n,), of the parameters, states or flows, as the kind has it
    value : float64 (n,), what is there
    """
    kind = np.zeros(len(params), np.int8)
    column, value = np.zeros(len(params), np.int16), np.zeros(len(params))

    def mark(fault: Fault, where: NDArray[np.bool_], at: Any, found: Numbers) -> None:
        where = where & (kind == Fault.NONE)
        kind[where] = fault
        column[where] = np.broadcast_to(at, where.shape)[where]
        value[where] = found[where]

    everyone = np.arange(len(params))
    outside = ~((params >= LOWEST) & (params <= HIGHEST))
    first = np.argmax(outside & drawn, axis=1)
    mark(Fault.BOUNDS, np.any(outside & drawn, axis=1), first, params[everyone, first])
    wanted = params[:, SPAN["escape_rate_rest"].start]
    escape_rate = columns(FLOWS).index("escape_rate")
    got = flows[:, escape_rate]
    mark(Fault.ESCAPE, ~(np.abs(got - wanted) <= ESCAPE_TOLERANCE * wanted), escape_rate, got)
    first = np.argmax(outside & SOLVED, axis=1)
    mark(Fault.CLOSING, np.any(outside & SOLVED, axis=1), first, params[everyone, first])
    drift = np.where(COUNTERS, 0.0, np.abs(slopes) / spread(STATES, "size"))
    worst = np.argmax(np.where(np.isfinite(drift), drift, np.inf), axis=1)
    mark(Fault.DRIFTING, ~(drift[everyone, worst] <= DRIFT), worst, slopes[everyone, worst])
    imbalance = columns(FLOWS).index("imbalance")
    off = flows[:, imbalance]
    mark(Fault.PRESSURE, ~(np.abs(off) <= CEILING[imbalance]), imbalance, off)
    return kind, column, value


def explain(kind: Fault, column: int, value: float, params: Numbers) -> BadPatient:
    """What `faults` found of one patient, in a sentence; ``params`` is his row."""
    if kind == Fault.ESCAPE:
        wanted = float(params[SPAN["escape_rate_rest"].start])
        return BadPatient(
            "no permeability gives this escape rate with these lymph flows and interstitial albumin",
            given=units.show(wanted, "1/min", "%/h"),
            allowed=f"the nearest possible is {units.show(value, '1/min', '%/h')}",
            key="escape_rate_rest")
    if kind == Fault.DRIFTING:
        state = columns(STATES)[column]
        key, reason = next((why for head, why in DRIFTS.items() if state.startswith(head)),
                           (state, "no constant closes its balance"))
        return BadPatient(f"{reason}: {state} does not come to rest ({value:.3g} per minute)", key=key)
    if kind == Fault.PRESSURE:
        return BadPatient("no pressure balances heart and veins at rest", key="MAP_rest")
    parameter = OWNER[column]
    allowed = units.span(*parameter.bounds, parameter.unit, parameter.show)
    if kind == Fault.BOUNDS:
        return BadPatient(f"{parameter.label} is out of range",
                          given=units.show(value, parameter.unit, parameter.show),
                          allowed=allowed, key=parameter.name)
    shown = ", ".join(f"{entry:.4g}" for entry in params[SPAN[parameter.name]])
    return BadPatient(f"at rest {parameter.label} would have to be {shown} {parameter.unit} ({parameter.source})",
                      allowed=allowed, key=parameter.name)
