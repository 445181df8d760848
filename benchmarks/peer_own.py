"""This project's kernels as rows of the comparison.

Add one in three lines: a function (course, tolerance) -> states (n, k, n_states), and its
``Solver`` in ``own``.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
from peer_course import N_F, N_U, N_X, SCENARIO, SIZES, Array, Course
from peer_solvers import Solver

from clsim.draws import stream_keys
from clsim.engine import block
from clsim.engine.advance import make_advance
from clsim.engine.embedded import BOGACKI_SHAMPINE, TSITOURAS, Pair
from clsim.engine.outcome import REPORT
from clsim.engine.relay import make_relay
from clsim.jit import LANES
from clsim.lanes import widen
from clsim.model.equations import outlook, rhs
from clsim.model.layout import CEILING, FLOOR, F, P, U, X
from clsim.scenario.by_size import measures, sized_course
from clsim.scenario.scenario import load
from clsim.simulate import engine

STEPS = (5.0, 4.0, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5)  # min; longest step of the fixed-step kernels
PARTS = (0.6, 0.4, 0.3, 0.2, 0.15, 0.1, 0.06, 0.03, 0.01, 0.008, 0.006, 0.004, 0.003)  # error, of each state's size
BEGIN, LONGEST = 3.0, 60.0  # min; step after a change of inputs and longest step of the adaptive kernels
NONE = np.zeros(0, np.int64)


@cache
def group(width: int) -> Any:
    """The compiled time loop for one patient or for some side by side."""
    if width == 1:
        return engine()
    return make_advance(rhs, *(widen(record, width) for record in (X, P, U, F)))


def side_by_side(rows: Array) -> Array:
    """(W, ..., columns) as new rows of a group: for each column the patients side by side."""
    return np.moveaxis(rows, 0, -1).copy().reshape(*rows.shape[1:-1], -1)


def fixed_step(course: Course, step: float, width: int = 1) -> Array:
    """Runge-Kutta 4 with a longest step [min], ``width`` patients side by side."""
    count = course.times.size
    found = np.empty((len(course.states), count, N_X))
    spans = np.searchsorted(course.cuts, np.arange(1, count)) - 1  # which cut holds before each time
    rows = np.arange(count)
    floor, ceiling = np.repeat(FLOOR, width), np.repeat(CEILING, width)
    states, flows = np.empty((count, N_X * width)), np.empty((count, N_F * width))
    for first in range(0, len(found), width):
        chosen = np.minimum(np.arange(first, first + width), len(found) - 1)  # the last fills up a group
        report = np.zeros(width, REPORT)
        states[:] = np.nan
        group(width)(side_by_side(course.states[chosen]), side_by_side(course.parameters[chosen]),
                     side_by_side(course.inputs[chosen][:, spans]), course.times, rows, step, floor, ceiling,
                     states, flows, report)
        found[chosen] = np.moveaxis(states.reshape(count, N_X, width), -1, 0)
    return found


def reference(course: Course) -> Array:
    """States that are as good as exact for these comparisons: the fixed step at 0.1 min."""
    return fixed_step(course, 0.1, 8)


@cache
def relay(pair: Pair, width: int) -> Any:
    """The compiled loop of cohorts."""
    return make_relay(rhs, outlook, (X, P, U, F), pair, width)


@cache
def orders(times: tuple[float, ...]) -> block.Course:
    """What is given between the times, looked at at each."""
    course = sized_course(load(SCENARIO), np.array(times))
    assert np.array_equal(course.edges, times)
    return course


def follow(course: Course, tolerance: float, pair: Pair, width: int, begin: float = BEGIN) -> block.Found:
    """The loop of cohorts, without events and summaries; solved anew where ``course`` says so."""
    parameters = course.parameters.view(P)[:, 0]
    size = measures(parameters["weight"], parameters["height"])
    changes = np.isin(np.arange(course.times.size - 1), course.cuts)
    what = orders(tuple(course.times))._replace(changes=changes)
    nothing, no_rows = np.zeros(0), np.full(course.times.size, -1)
    watch = block.Watch(
        signals=NONE, limited=NONE, limit=nothing, above=NONE.astype(np.bool_), together=np.zeros((0, N_U), np.bool_),
        hazards=NONE, effects=NONE,
        keys=stream_keys(0, ("none",))[:0], banded=NONE, low=nothing, width=nothing, band_row=no_rows,
        kept_row=np.arange(course.times.size))
    numbers = np.arange(len(course.states))
    found = block.blank(numbers.size, watch, 1, numbers, (N_X, N_F))
    residuals = np.flatnonzero(np.isfinite(CEILING))
    accuracy = block.Accuracy(tolerance * SIZES, FLOOR, residuals, CEILING[residuals], begin, LONGEST)
    desk = block.make_desk(course.states, what, watch, N_F)
    relay(pair, width)(numbers.astype(np.uint64), course.parameters, size, what, accuracy, watch, found, desk, 0,
                       block.NEVER_PAUSE)
    return found


def adaptive(course: Course, tolerance: float, pair: Pair, width: int) -> Array:
    """States of ``follow``, (n, k, n_states)."""
    return follow(course, tolerance, pair, width).states


def own() -> list[Solver]:
    """Rows of the table, the reference of ratios first."""
    return [
        Solver("clsim RK4, one patient", fixed_step, STEPS, 2, True),
        Solver(f"clsim RK4, {LANES} lanes", partial(fixed_step, width=LANES), STEPS, LANES, True),
        Solver("clsim Tsitouras, one patient", partial(adaptive, pair=TSITOURAS, width=1), PARTS, 4, True),
        *(Solver(f"clsim {pair.name.split()[0]}, {LANES} lanes", partial(adaptive, pair=pair, width=LANES), PARTS,
                 stops=True) for pair in (TSITOURAS, BOGACKI_SHAMPINE)),
    ]


