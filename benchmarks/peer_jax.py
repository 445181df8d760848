"""diffrax on this model: the kernels' own source traced by JAX, patients side by side by vmap.

A whole course is one compiled call: a scan over the stretches, in each of which the solver
starts anew, for all patients at once; every patient has steps of his own.  The tolerance
is an argument, so that a sweep compiles once.

What differs from the compiled kernels: exp, log, expm1, log1p and tanh are those of XLA, and the
search for the arterial pressure makes a fixed number of steps (a traced loop cannot end early
at the source's ``break``), enough for the errors told in the table.
"""

from __future__ import annotations

import os
from functools import cache, partial
from typing import Any

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from peer_course import N_F, PEOPLE, SIZES, Array, Course
from peer_solvers import DECADES, FIRST_STEP, MOST_STEPS, Solver
from replant import Named, Planter

from clsim import lanes, vmath
from clsim.model.equations import rhs
from clsim.model.layout import F, P, U, X

jax.config.update("jax_enable_x64", True)

ROOT_STEPS = 3
METHODS = {"Tsit5": diffrax.Tsit5, "Bosh3": diffrax.Bosh3}  # Kvaerno3 compiles for minutes, then does 4 pd/s

planter = Planter({
    lanes.where: jnp.where, lanes.minimum: jnp.minimum, lanes.maximum: jnp.maximum, lanes.sqrt: jnp.sqrt,
    lanes.anyone: lambda mask: True,
    vmath.exp: jnp.exp, vmath.expm1: jnp.expm1, vmath.log: jnp.log, vmath.log1p: jnp.log1p, vmath.tanh: jnp.tanh,
}, {"ROOT_STEPS": ROOT_STEPS})
planted = planter.plant(rhs)


def law(_: Any, y: Any, args: Any) -> Any:
    """dx/dt of one patient."""
    parameters, inputs = args
    dx = Named(X, [0.0] * y.size)
    planted(Named(X, y), Named(P, parameters), Named(U, inputs), Named(F, [0.0] * N_F), dx)
    return jnp.stack([jnp.asarray(number, y.dtype) for number in dx.row()])


@cache
def compiled(method: str) -> Any:
    """(states, parameters, inputs (n, m, .), times (m, q), tolerance) -> (n, m, q, n_states)."""
    solver = METHODS[method]()

    def stretch(y: Any, parameters: Any, inputs: Any, times: Any, tolerance: Any) -> Any:
        controller = diffrax.PIDController(rtol=tolerance, atol=tolerance * SIZES)
        found = diffrax.diffeqsolve(
            diffrax.ODETerm(law), solver, times[0], times[-1], jnp.minimum(FIRST_STEP, times[-1] - times[0]), y,
            (parameters, inputs), saveat=diffrax.SaveAt(ts=times) if times.size > 2 else diffrax.SaveAt(t1=True),
            stepsize_controller=controller, max_steps=MOST_STEPS, adjoint=diffrax.ForwardMode(), throw=False)
        return found.ys

    def course(y: Any, parameters: Any, inputs: Any, times: Any, tolerance: Any) -> Any:
        def go(here: Any, each: Any) -> Any:
            held, spots = each
            ys = jax.vmap(stretch, (0, 0, 0, None, None))(here, parameters, held, spots, tolerance)
            return ys[:, -1], ys

        _, ys = jax.lax.scan(go, y, (jnp.moveaxis(inputs, 1, 0), times))
        return ys

    return jax.jit(course)


def spots_of(course: Course) -> tuple[Array, Any]:
    """Times of each stretch, (m, q), the last repeated to fill up; and where each belongs in the course."""
    longest = int(np.max(np.diff(course.cuts))) + 1
    where = np.minimum(course.cuts[:-1, None] + np.arange(longest), course.cuts[1:, None])
    return course.times[where], where


def by_diffrax(course: Course, tolerance: float, method: str) -> Array:
    """States at the times of the course."""
    times, where = spots_of(course)
    found = np.empty((len(course.states), course.times.size, course.states.shape[1]))
    found[:, 0] = course.states
    ys = np.asarray(compiled(method)(course.states, course.parameters, course.inputs, times, tolerance))
    for stretch, spots in enumerate(where):
        kept = spots[1:] if ys.shape[2] > 1 else spots[-1:]
        found[:, kept] = ys[stretch][:, 1:] if ys.shape[2] > 1 else ys[stretch]
    return found


def solvers() -> list[Solver]:
    """Rows of the table."""
    return [Solver(f"diffrax {method}", partial(by_diffrax, method=method), DECADES, PEOPLE)
            for method in METHODS]
