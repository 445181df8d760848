"""From edge to edge: the outermost compiled loop.

Between two edges the inputs are constant and the span is cut into equal steps.
At every edge the flows are computed with the inputs that hold *from there on*
(the last edge keeps the last inputs), the states and flows are inspected, and
where the edge is an output time they are stored.

A row is one patient or one group of W patients: rows of a group hold, for each
column, the W patients side by side.  The width stands in the record types only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.engine.outcome import REPORT, Outcome
from clsim.engine.stepper import make_step
from clsim.engine.timeline import Timeline
from clsim.jit import driver, kernel
from clsim.lanes import lanes

NOT_FINITE = int(Outcome.NOT_FINITE)
NEGATIVE_STATE = int(Outcome.NEGATIVE_STATE)
ROOT_NOT_FOUND = int(Outcome.ROOT_NOT_FOUND)
ROUNDING = 1e-9  # a span may exceed a whole number of longest steps by this part of one


@kernel
def first_fault(y, flow, floor, ceiling, lane, width):
    """(code, column, value) of the first thing wrong with one patient; code 0 if all is well."""
    for j in range(lane, y.size, width):
        if not np.isfinite(y[j]):
            return NOT_FINITE, j // width, y[j]
    for j in range(lane, y.size, width):
        if y[j] < floor[j]:
            return NEGATIVE_STATE, j // width, y[j]
    for j in range(lane, flow.size, width):
        if ceiling[j] < np.inf and not abs(flow[j]) <= ceiling[j]:
            return ROOT_NOT_FOUND, j // width, flow[j]
    return 0, -1, 0.0


@kernel
def inspect(time, y, flow, floor, ceiling, report):
    """Report on each patient who was well so far, blank those who are not, count the well."""
    width, well = report.size, 0
    for lane in range(width):
        if report[lane].code == 0:
            code, column, value = first_fault(y, flow, floor, ceiling, lane, width)
            report[lane].code, report[lane].column = code, column
            report[lane].time, report[lane].value = time, value
        if report[lane].code == 0:
            well += 1
        else:
            y[lane::width] = np.nan
            flow[lane::width] = np.nan
    return well


@kernel
def no_outlook(x, p, u, f):
    """For a model whose flows are all written by its right-hand side."""


def make_advance(
    rhs: Callable[..., None],
    X: np.dtype,
    P: np.dtype,
    U: np.dtype,
    F: np.dtype,
    outlook: Callable[..., None] = no_outlook,
) -> Callable[..., int]:
    """The compiled loop for one model and one width.

    Parameters
    ----------
    rhs : kernel (x, p, u, f, dx) -> None
        The model.
    X, P, U, F : record types
        States, parameters, inputs and flows of one patient, or of a group
        (``clsim.lanes.widen``).
    outlook : kernel (x, p, u, f) -> None
        Writes, at edges only, the flows that feed nothing back.

    Returns
    -------
    driver (y, params, inputs, edges, rows, h_max, floor, ceiling, states, flows, report) -> int
        The number of patients who did not finish.  All arrays are C-ordered; W is 1 for one
        patient.

        y : float64 (n_states W,), states at the first edge; left at the last
        params : float64 (n_parameters W,)
        inputs : float64 (m, n_inputs W), between one edge and the next
        edges : float64 (m + 1,), min
        rows : int64 (m + 1,), output row of each edge, -1 for none
        h_max : float, longest step, min
        floor : float64 (n_states W,), lowest value of each state; -inf where any will do
        ceiling : float64 (n_flows W,), largest absolute value of a residual; inf for other flows
        states, flows : float64 (k, n_states W) and (k, n_flows W), to be filled
        report : REPORT (W,), to be filled; patients who come with a code other than 0 stay out
    """
    step = make_step(rhs)

    @driver(rhs, outlook, X, P, U, F)
    def advance(y, params, inputs, edges, rows, h_max, floor, ceiling, states, flows, report):
        stage, slope, total = np.empty(y.size), np.empty(y.size), np.empty(y.size)
        flow = np.full(ceiling.size, np.nan)  # a flow read before it is written shows
        x, dx, f = lanes(stage.view(X)[0]), lanes(slope.view(X)[0]), lanes(flow.view(F)[0])
        p = lanes(params.view(P)[0])
        last = edges.size - 1
        well = report.size
        for e in range(edges.size):
            if e > 0:
                u = lanes(inputs[e - 1].view(U)[0])
                span = edges[e] - edges[e - 1]
                count = max(1, int(np.ceil(span / h_max - ROUNDING)))
                for _ in range(count):
                    step(y, span / count, stage, slope, total, x, p, u, f, dx)
            for j in range(y.size):
                stage[j], slope[j] = y[j], 0.0
            u = lanes(inputs[min(e, last - 1)].view(U)[0])
            rhs(x, p, u, f, dx)
            outlook(x, p, u, f)
            well = inspect(edges[e], y, flow, floor, ceiling, report)
            if well == 0:
                break
            if rows[e] >= 0:
                states[rows[e]] = y
                flows[rows[e]] = flow
        return report.size - well

    return advance  # type: ignore[no-any-return]


def integrate(
    advance: Callable[..., int],
    y: NDArray[np.float64],
    params: NDArray[np.float64],
    timeline: Timeline,
    h_max: float,
    floor: NDArray[np.float64],
    ceiling: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], Any]:
    """One patient along a timeline.

    Parameters
    ----------
    advance : driver
        From ``make_advance``, for a single patient.
    y, params, floor, ceiling : float64
        As for ``advance``; ``y`` is not changed.
    timeline : Timeline
    h_max : float
        Longest step, min.

    Returns
    -------
    states : float64 (k, n_states)
    flows : float64 (k, n_flows)
        Not-a-number from where the patient stopped, if he did.
    report : record of REPORT
        See ``clsim.engine.outcome.describe``.
    """
    states = np.full((timeline.outputs.size, y.size), np.nan)
    flows = np.full((timeline.outputs.size, ceiling.size), np.nan)
    report = np.zeros(1, REPORT)
    advance(
        np.array(y, np.float64),
        np.ascontiguousarray(params, np.float64),
        timeline.inputs,
        timeline.edges,
        timeline.rows,
        float(h_max),
        floor,
        ceiling,
        states,
        flows,
        report,
    )
    return states, flows, report[0]
