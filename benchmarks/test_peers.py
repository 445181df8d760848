"""The main rows of ``peers.py`` under pytest-benchmark, and that the comparison is about the same equations.

A peer that is not installed is skipped.  The time of one course with a decision each
15 minutes, at the loosest tolerance that meets the error allowed, for the patients that `peers.py` tells.
"""

from __future__ import annotations

import numpy as np
import pytest
from peer_course import END_P, END_U, N_F, N_X, courses, data_row, error, slope
from peer_own import own, reference
from peer_solvers import by_scipy, peers
from peers import tuned
from replant import Named, Planter

from clsim.model.equations import rhs
from clsim.model.layout import F, P, U, X

COUNT = 16
OWN = tuple(solver.name for solver in own())
MAIN = ("scipy LSODA", "scipy RK45", "numbalsoda lsoda", "numbalsoda dop853", "CVODE Adams", "diffrax Bosh3")


@pytest.fixture(scope="module")
def both():
    """The two workloads, for few patients."""
    return courses(COUNT)


@pytest.fixture(scope="module")
def exact(both):
    """The reference states."""
    return reference(both["decisions"])


@pytest.fixture(scope="module")
def present():
    """All solvers that can be imported, by name."""
    return {solver.name: solver for solver in (*own(), *peers()[0])}


def test_the_reference_is_what_another_solver_finds(both, exact):
    one = both["smooth"].first(1)
    found = error(one, by_scipy(one, 1e-9, "LSODA"), exact[:1])
    assert found.MAP < 1e-3
    assert found.volume < 0.01


def test_replanted_kernels_give_the_same_bits(both):
    course, out = both["decisions"], np.empty(N_X)
    data = data_row(course.parameters[0])
    data[END_P:END_U] = course.inputs[0, 0]
    slope(course.states[0].copy(), data, out)
    dx = Named(X, np.zeros(N_X))
    Planter({}).plant(rhs)(Named(X, course.states[0]), Named(P, course.parameters[0]),
                           Named(U, course.inputs[0, 0]), Named(F, np.zeros(N_F)), dx)
    assert np.array_equal(dx.row(), out)


@pytest.mark.parametrize("name", [*OWN, *MAIN])
def test_a_decision_each_quarter_of_an_hour(benchmark, both, exact, present, name):
    if name not in present:
        pytest.skip("not installed")
    solver, course = present[name], both["decisions"]
    tolerance, found = tuned(solver, course, exact)
    assert found.allowed
    course = course.first(solver.patients)
    benchmark.extra_info.update(tolerance=tolerance, patients=len(course.states), MAP=found.MAP, mL=found.volume)
    benchmark.pedantic(solver.solve, (course, tolerance), rounds=3, warmup_rounds=1)
