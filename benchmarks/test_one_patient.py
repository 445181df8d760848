"""What one patient costs: settling, a five-day course, and the same course by other roads.

Ratios within one process are what counts; the machine is shared and noisy.  Run with

    .venv/bin/python -m pytest benchmarks --benchmark-enable --benchmark-columns=min,median --benchmark-sort=name

and see `docs/performance.md` for the table and what each row means.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from clsim.engine.advance import integrate, make_advance
from clsim.engine.outcome import REPORT
from clsim.engine.timeline import make_timeline
from clsim.jit import driver
from clsim.lanes import widen
from clsim.model.equations import outlook, rhs
from clsim.model.layout import CEILING, FLOOR, INPUTS, F, P, U, X, columns, spread
from clsim.patient import settle_patient
from clsim.scenario.scenario import load
from clsim.simulate import engine

WIDTH = 8


@driver(rhs, X, P, U, F)
def slope(y, params, inputs, flow, out):
    """One right-hand side for scipy: the same law, without the time loop."""
    out[:] = 0.0
    rhs(y.view(X)[0], params.view(P)[0], inputs.view(U)[0], flow.view(F)[0], out.view(X)[0])


@pytest.fixture(scope="module")
def course():
    """A patient and the edges of the standard course."""
    scenario = load("hd-il2-standard")
    timeline = make_timeline(
        scenario.events, columns(INPUTS), spread(INPUTS, "default"), scenario.output_times())
    return settle_patient(scenario.values), timeline


def test_settle(benchmark):
    """Rest state of one patient."""
    benchmark(settle_patient)


def test_five_days_compiled(benchmark, course):
    """Five days with events at the one-minute step, output each five minutes."""
    patient, timeline = course
    benchmark(lambda: integrate(engine(), patient.state, patient.parameters, timeline, 1.0, FLOOR, CEILING))


def test_five_days_eight_side_by_side(benchmark, course):
    """The same course for eight patients in one register; divide by eight."""
    patient, timeline = course
    advance = make_advance(rhs, *(widen(record, WIDTH) for record in (X, P, U, F)), outlook)
    y, params, floor, ceiling = (np.repeat(row, WIDTH) for row in (patient.state, patient.parameters, FLOOR, CEILING))
    inputs = np.repeat(timeline.inputs, WIDTH, axis=1)
    states = np.empty((timeline.outputs.size, y.size))
    flows = np.empty((timeline.outputs.size, ceiling.size))

    def go():
        report = np.zeros(WIDTH, REPORT)
        advance(y.copy(), params, inputs, timeline.edges, timeline.rows, 1.0, floor, ceiling, states, flows, report)

    benchmark(go)


def test_five_days_by_scipy_lsoda(benchmark, course):
    """The compiled right-hand side under scipy's LSODA, rtol 1e-6, restarted at every edge of an input."""
    patient, timeline = course
    changes = np.flatnonzero(np.any(np.diff(timeline.inputs, axis=0) != 0.0, axis=1)) + 1
    cuts = np.concatenate([[0], changes, [len(timeline.inputs)]])
    flow, out = np.zeros(CEILING.size), np.zeros(FLOOR.size)
    scale = 1e-6 * np.maximum(np.abs(patient.state), 1e-3)

    def go():
        y = patient.state.copy()
        for first, last in pairwise(cuts):
            u = timeline.inputs[first]

            def law(_, z, u=u):
                slope(np.ascontiguousarray(z), patient.parameters, u, flow, out)
                return out.copy()

            span = (timeline.edges[first], timeline.edges[last])
            y = solve_ivp(law, span, y, "LSODA", rtol=1e-6, atol=scale).y[:, -1]
        return y

    benchmark.pedantic(go, rounds=3, warmup_rounds=1)
