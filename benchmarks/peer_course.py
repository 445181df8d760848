"""The test problem for all solvers: several patients, one course, its reference and the errors.

The course is the standard one (five days, fourteen doses, boluses, a drip), for people
who differ in sex, weight, height and age.  There are two ways to run it:

smooth
    the solver is started anew only where an input changes;
decisions
    the solver is entered anew every 15 minutes, as a policy that looks at the patient would.

Both give the states at each quarter of an hour.  Timings of the smooth way ask for the
states at the starts and stops of inputs only, so that nobody pays for output.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numba import carray, cfunc, njit, types
from numpy.typing import NDArray

from clsim.engine.timeline import make_timeline
from clsim.lanes import lanes
from clsim.model.equations import rhs
from clsim.model.layout import INPUTS, STATES, F, P, U, X, columns, spread
from clsim.patient import settle_patient
from clsim.scenario.scenario import load

Array = NDArray[np.float64]

SCENARIO = "hd-il2-standard"
QUARTER = 15.0  # min between two decisions
DAY = 1440.0
MAP_ALLOWED = 0.1  # mmHg, worst error at any quarter of an hour
VOLUME_ALLOWED = 2.0  # mL, worst error of any volume
PEOPLE = 64
SIZES = spread(STATES, "size")  # absolute tolerances are these times the relative one
VOLUMES = np.array([column for column, unit in enumerate(
    unit for state in STATES for unit in [state.unit] * max(1, len(state.per))) if unit == "L"])
N_X, N_P, N_U, N_F = (dtype.itemsize // 8 for dtype in (X, P, U, F))
MAP_COLUMN = F.fields["MAP"][1] // 8

SLOTS = np.cumsum([0, N_P, N_U, N_F, N_X, N_X])  # of the data row: parameters, inputs, flows, scale, stage
END_P, END_U, END_F, END_SCALE, END_STAGE = (int(slot) for slot in SLOTS[1:])


@dataclass(frozen=True)
class Course:
    """What a solver is given.

    Parameters
    ----------
    times : float64 (k,)
        When the states are wanted, min; the first is the start.
    cuts : int64 (m + 1,)
        Where in ``times`` the solver is started anew; the first and the last time belong to it.
    inputs : float64 (n, m, n_inputs)
        Of each patient, between one cut and the next.
    states : float64 (n, n_states)
        At rest, when the course begins.
    parameters : float64 (n, n_parameters)
    """

    times: Array
    cuts: NDArray[np.int64]
    inputs: Array
    states: Array
    parameters: Array

    def first(self, count: int) -> Course:
        """The same course for the first few patients."""
        return replace(self, inputs=self.inputs[:count], states=self.states[:count],
                       parameters=self.parameters[:count])

    def bare(self) -> Course:
        """The same course without output between cuts."""
        return replace(self, times=self.times[self.cuts], cuts=np.arange(self.cuts.size))

    def days(self) -> float:
        """Patient-days."""
        return float(self.times[-1] - self.times[0]) / DAY * len(self.states)


def people(count: int) -> list[dict[str, str | float]]:
    """Observables of patients who differ: both sexes, 55 to 110 kg, 34 to 76 years."""
    spots = np.linspace(0.0, 1.0, count)
    return [{
        "weight": f"{55.0 + 55.0 * spot:.1f} kg",
        "height": f"{158.0 + 30.0 * spot:.0f} cm",
        "sex": ("female", "male")[i % 2],
        "age": f"{34 + 7 * (5 * i % 7)} y",
    } for i, spot in enumerate(spots)]


def courses(count: int = PEOPLE) -> dict[str, Course]:
    """Both ways to run the standard course for some patients.

    Returns
    -------
    dict
        ``smooth`` and ``decisions``; the times are the same.
    """
    planned = [load(SCENARIO, patient=each) for each in people(count)]
    settled = [settle_patient(scenario.values) for scenario in planned]
    quarters = np.arange(0.0, planned[0].horizon + 0.5 * QUARTER, QUARTER)
    lines = [make_timeline(scenario.events, columns(INPUTS), spread(INPUTS, "default"), quarters)
             for scenario in planned]
    times, inputs = lines[0].edges, np.array([line.inputs for line in lines])
    assert all(np.array_equal(line.edges, times) for line in lines)
    changes = np.flatnonzero(np.any(np.diff(inputs, axis=1) != 0.0, axis=(0, 2))) + 1
    starts = np.concatenate([[0], changes])
    states = np.array([patient.state for patient in settled])
    parameters = np.array([patient.parameters for patient in settled])
    decisions = Course(times, np.arange(times.size), inputs, states, parameters)
    smooth = replace(decisions, cuts=np.append(starts, times.size - 1),
                     inputs=np.ascontiguousarray(inputs[:, starts]))
    return {"smooth": smooth, "decisions": decisions}


# ---------------------------------------------------------------------------- the law for peers

LAW = types.void(types.double, *[types.CPointer(types.double)] * 3)


@cfunc(LAW, error_model="numpy")
def law(_, y, dy, data):
    """The right-hand side as a C function, in states divided by a scale.

    ``data`` holds parameters, inputs, room for flows, the scale and room for a state.
    """
    row, scaled, out = carray(data, END_STAGE), carray(y, N_X), carray(dy, N_X)
    scale, stage = row[END_F:END_SCALE], row[END_SCALE:END_STAGE]
    for j in range(N_X):
        stage[j], out[j] = scaled[j] * scale[j], 0.0
    rhs(lanes(stage.view(X)[0]), lanes(row[:END_P].view(P)[0]), lanes(row[END_P:END_U].view(U)[0]),
        lanes(row[END_U:END_F].view(F)[0]), lanes(out.view(X)[0]))
    for j in range(N_X):
        out[j] /= scale[j]


law_by_address = law.ctypes


@njit
def slope(y, data, out):
    """The same for Python callers: one compiled call, no allocation."""
    law_by_address(0.0, y.ctypes, out.ctypes, data.ctypes)


def data_row(parameters: Array, scale: Array | float = 1.0) -> Array:
    """The data of one patient for ``law``; inputs are set by the caller."""
    row = np.zeros(END_STAGE)
    row[:END_P] = parameters
    row[END_F:END_SCALE] = scale
    return row


# ---------------------------------------------------------------------------- errors


@njit
def pressures_along(states, inputs, data, found):
    """MAP of one patient: states (k, n_states) and the inputs (k, n_inputs) held there."""
    out = np.empty(N_X)
    for k in range(len(states)):
        data[END_P:END_U] = inputs[k]
        law_by_address(0.0, states[k].ctypes, out.ctypes, data.ctypes)
        found[k] = data[END_U + MAP_COLUMN]


def pressures(course: Course, states: Array) -> Array:
    """MAP [mmHg] at each time, (n, k), with the inputs that held until then."""
    stretch = np.clip(np.searchsorted(course.cuts, np.arange(course.times.size)) - 1, 0, None)
    found = np.empty(states.shape[:2])
    for i, rows in enumerate(np.ascontiguousarray(states)):
        pressures_along(rows, course.inputs[i, stretch], data_row(course.parameters[i]), found[i])
    return found


@dataclass(frozen=True)
class Error:
    """The worst over patients and times: MAP [mmHg] and any volume [mL]."""

    MAP: float
    volume: float

    @property
    def allowed(self) -> bool:
        """Within what the project promises."""
        return self.MAP < MAP_ALLOWED and self.volume < VOLUME_ALLOWED


def worse(first: Error, second: Error) -> Error:
    """The larger of two errors, each for itself."""
    return Error(max(first.MAP, second.MAP), max(first.volume, second.volume))


def error(course: Course, states: Array, reference: Array) -> Error:
    """How far states (n, k, n_states) are from the reference of the same patients and times."""
    if not np.all(np.isfinite(states)):
        return Error(np.inf, np.inf)
    apart = np.abs(states - reference)
    return Error(float(np.max(np.abs(pressures(course, states) - pressures(course, reference)))),
                 1000.0 * float(np.max(apart[..., VOLUMES])))
