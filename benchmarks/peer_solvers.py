"""The solvers that are compared: a name, what it was built from, and one function each.

A solver takes a course and a tolerance and gives the states (n, k, n_states) at the times
of the course.  A peer is added in ``FAMILIES``, a kernel of this project in ``peer_own.py``.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from peer_course import (
    END_P,
    END_U,
    N_X,
    PEOPLE,
    SIZES,
    Array,
    Course,
    data_row,
    law,
    slope,
)

DECADES = (*(round(part * 10.0**-k, 12) for k in range(2, 8) for part in (1.0, 0.6, 0.3)), 1e-8)
FIRST_STEP = 4.0  # min; for one-step methods, whose own guess costs evaluations at each start
MOST_STEPS = 100_000  # between two times: beyond it a solver has failed


@dataclass(frozen=True)
class Solver:
    """One row of the table.

    Parameters
    ----------
    name : str
    solve : callable (course, tolerance) -> float64 (n, k, n_states)
        Not-a-number where it failed.
    tolerances : tuple of float
        What may be asked for, loosest first.
    patients : int
        How many patients a timing has: few for slow solvers, whole groups for lanes.
    stops : bool
        True for a solver that ends a step at each of the times: without output between cuts it takes other steps
        than those it was judged by, so that their error counts too.
    """

    name: str
    solve: Callable[[Course, float], Array]
    tolerances: tuple[float, ...]
    patients: int = PEOPLE
    stops: bool = False


# ---------------------------------------------------------------------------- peers


def stretches(course: Course, patient: int, data: Array) -> Iterator[tuple[slice, Array]]:
    """For each stretch: where its times stand, and the times; sets the inputs in ``data``."""
    for cut, (first, last) in enumerate(pairwise(course.cuts)):
        data[END_P:END_U] = course.inputs[patient, cut]
        yield slice(first, last + 1), course.times[first:last + 1]


def each_patient(course: Course, stretch: Callable[[Array, Array, Array], Array | None]) -> Array:
    """Run ``stretch(y, times, data) -> (k, n_states)`` over all stretches; NaN after a failure."""
    found = np.full((len(course.states), course.times.size, N_X), np.nan)
    for i, rows in enumerate(found):
        rows[0] = course.states[i]
        data = data_row(course.parameters[i])
        for where, times in stretches(course, i, data):
            part = stretch(rows[where.start], times, data)
            if part is None:
                break
            rows[where] = part
    return found


def by_scipy(course: Course, tolerance: float, method: str) -> Array:
    """scipy.integrate.solve_ivp."""
    from scipy.integrate import solve_ivp

    def stretch(y: Array, times: Array, data: Array) -> Array | None:
        out = np.empty(N_X)

        def right_hand_side(_: float, z: Array) -> Array:
            slope(np.ascontiguousarray(z), data, out)
            return out.copy()

        ends = (times[0], times[-1])
        first = {"first_step": min(FIRST_STEP, times[-1] - times[0])} if method == "RK45" else {}
        found = solve_ivp(right_hand_side, ends, y, method, times, rtol=tolerance, atol=tolerance * SIZES, **first)
        return found.y.T if found.success else None

    return each_patient(course, stretch)


def by_sundae(course: Course, tolerance: float, method: str) -> Array:
    """CVODE through scikit-sundae; the solver calls back into Python, which calls the compiled law."""
    from sksundae.cvode import CVODE

    def stretch(y: Array, times: Array, data: Array) -> Array | None:
        here = np.empty(N_X)

        def right_hand_side(_: float, z: Array, dz: Array) -> None:
            here[:] = z  # what comes in is read-only
            slope(here, data, dz)

        found = CVODE(right_hand_side, method=method, rtol=tolerance, atol=tolerance * SIZES,
                      max_num_steps=MOST_STEPS).solve(times, y)
        wanted = found.y[np.isin(found.t, times)] if times.size == 2 else found.y
        return wanted if found.success and len(wanted) == times.size else None

    return each_patient(course, stretch)


def numbalsoda_loop(solver: Any) -> Any:
    """A whole course in one compiled call: numbalsoda's solvers can be called from compiled code."""
    from numba import njit

    @njit
    def loop(address, times, cuts, inputs, data, scale, tolerance, found):  # type: ignore[no-untyped-def]
        for cut in range(cuts.size - 1):
            first, last = cuts[cut], cuts[cut + 1]
            data[END_P:END_U] = inputs[cut]
            part, good = solver(address, found[first] / scale, times[first:last + 1], data, tolerance, tolerance,
                                MOST_STEPS)
            if not good:
                return
            found[first:last + 1] = part * scale

    return loop


def by_numbalsoda(course: Course, tolerance: float, loop: Any) -> Array:
    """Its tolerances are two numbers for all states: the law is solved in states over their size."""
    found = np.full((len(course.states), course.times.size, N_X), np.nan)
    for i, rows in enumerate(found):
        rows[0] = course.states[i]
        loop(law.address, course.times, course.cuts, course.inputs[i], data_row(course.parameters[i], SIZES),
             SIZES, tolerance, rows)
    return found


# ---------------------------------------------------------------------------- registry


def scipy_peers() -> list[Solver]:
    return [
        Solver("scipy LSODA", partial(by_scipy, method="LSODA"), DECADES, 2),
        Solver("scipy RK45", partial(by_scipy, method="RK45"), DECADES, 1),
    ]


def numbalsoda_peers() -> list[Solver]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import numbalsoda
    return [
        Solver("numbalsoda lsoda", partial(by_numbalsoda, loop=numbalsoda_loop(numbalsoda.lsoda)), DECADES, 8),
        Solver("numbalsoda dop853", partial(by_numbalsoda, loop=numbalsoda_loop(numbalsoda.dop853)), DECADES, 8),
    ]


def sundae_peers() -> list[Solver]:
    import sksundae  # noqa: F401

    return [
        Solver("CVODE BDF", partial(by_sundae, method="BDF"), DECADES, 2),
        Solver("CVODE Adams", partial(by_sundae, method="Adams"), DECADES, 2),
    ]


def diffrax_peers() -> list[Solver]:
    import peer_jax

    return peer_jax.solvers()


FAMILIES: dict[str, Callable[[], list[Solver]]] = {
    "scipy": scipy_peers,
    "numbalsoda": numbalsoda_peers,
    "scikit-sundae": sundae_peers,
    "diffrax": diffrax_peers,
}


def peers() -> tuple[list[Solver], dict[str, str]]:
    """The peers that can be imported, and for every family its version or why it is absent."""
    found: list[Solver] = []
    told: dict[str, str] = {}
    for family, make in FAMILIES.items():
        try:
            found += make()
            told[family] = importlib.metadata.version(family)
        except (ImportError, OSError) as why:  # OSError: a library that it was linked with
            told[family] = f"absent ({str(why).splitlines()[0]})"
    return found, told
