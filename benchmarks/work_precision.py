"""Error against cost: which method the cohorts should use.

    python benchmarks/work_precision.py [--picture docs/img/work_precision.png] [--crowd 1024]

The standard course, looked at every 15 minutes, for a few different people.  Cost is counted in
right-hand sides per patient-day, so the noise of the machine is not in it.  An implicit step
also needs a Jacobian and solves linear systems: each Jacobian of N states is counted as N
right-hand sides (differences) in the table, and as 5 (what a hand-written sparse one may take) in
the picture; the linear algebra is not counted, which favours the implicit methods.

With ``--crowd`` the explicit pairs are compared over as many people of the default cohort instead,
each person's figures against a run at a much tighter tolerance.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from peer_course import (
    END_P,
    END_U,
    MAP_ALLOWED,
    N_F,
    N_X,
    SIZES,
    VOLUME_ALLOWED,
    Array,
    Course,
    courses,
    data_row,
    error,
    slope,
)
from peer_own import PARTS, STEPS, fixed_step, follow, reference, relay
from scipy.integrate import solve_ivp

from clsim.cohort import Status, draw_people, load_cohort
from clsim.crowd.plan import FIRST_STEP, accuracy, make_plan
from clsim.crowd.summaries import BINS, SIGNALS
from clsim.engine.block import NEVER_PAUSE, Found, blank, make_desk
from clsim.engine.embedded import BOGACKI_SHAMPINE, TSITOURAS, Pair
from clsim.jit import LANES
from clsim.scenario.by_size import measures
from clsim.scenario.scenario import load

PEOPLE = 4
SPARSE = 5  # right-hand sides that a hand-written Jacobian may cost
DECADES = (1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 1e-4)
ROSENBROCK = 1.0 / (2.0 + np.sqrt(2.0))  # d of ode23s


@dataclass(frozen=True)
class Point:
    """One method at one tolerance: worst errors, right-hand sides and Jacobians per patient-day."""

    method: str
    tolerance: float
    MAP: float
    volume: float
    sides: float
    jacobians: float = 0.0

    def cost(self, jacobian: int) -> float:
        """In right-hand sides, of which a Jacobian costs so many."""
        return self.sides + jacobian * self.jacobians


def law(course: Course, i: int, stretch: int) -> object:
    """dz/dt of one patient between two cuts, for scipy and for the Rosenbrock method."""
    data, out = data_row(course.parameters[i]), np.empty(N_X)
    data[END_P:END_U] = course.inputs[i, stretch]

    def right_hand_side(_: float, z: Array) -> Array:
        slope(np.ascontiguousarray(z), data, out)
        return out.copy()

    return right_hand_side


def rosenbrock(course: Course, tolerance: float) -> tuple[Array, float, float]:
    """The Rosenbrock pair of order 2(3) of Shampine and Reichelt 1997, "The MATLAB ODE suite"."""
    found = np.empty((len(course.states), course.times.size, N_X))
    sides = jacobians = 0
    for i, rows in enumerate(found):
        rows[0], h = course.states[i], 4.0
        for k, (start, end) in enumerate(pairwise(course.times)):
            f, y, t = law(course, i, k), rows[k].copy(), start
            h = min(h, 4.0) if k == 0 or not np.array_equal(course.inputs[i, k], course.inputs[i, k - 1]) else h
            first = f(t, y)
            sides += 1
            while t < end:
                pieces = np.ceil((end - t) / h - 1e-9)
                step = (end - t) / pieces
                jacobian = np.empty((N_X, N_X))
                for j in range(N_X):
                    ahead = y.copy()
                    ahead[j] += 1e-5 * SIZES[j]
                    jacobian[:, j] = (f(t, ahead) - first) / (1e-5 * SIZES[j])
                jacobians += 1
                solve = np.linalg.inv(np.eye(N_X) - step * ROSENBROCK * jacobian)
                k1 = solve @ first
                middle = f(t, y + 0.5 * step * k1)
                k2 = solve @ (middle - k1) + k1
                ahead = y + step * k2
                last = f(t, ahead)
                k3 = solve @ (last - (6.0 + np.sqrt(2.0)) * (k2 - middle) - 2.0 * (k1 - first))
                miss = np.linalg.norm(step / 6.0 * (k1 - 2.0 * k2 + k3) / (tolerance * SIZES))
                sides += 2
                factor = min(4.0, max(0.2, 0.9 * max(miss, 1e-8) ** (-1 / 3)))
                if miss <= 1.0:
                    y, first, t = ahead, last, end if pieces == 1.0 else t + step
                    h = min(15.0, step * factor)
                else:
                    h = step * min(factor, 0.5)
            rows[k + 1] = y
    return found, sides, jacobians


def by_scipy(course: Course, tolerance: float, method: str) -> tuple[Array, float, float]:
    """scipy's solvers, entered anew at every look, as a policy would."""
    found = np.empty((len(course.states), course.times.size, N_X))
    sides = jacobians = 0
    for i, rows in enumerate(found):
        rows[0] = course.states[i]
        for k, span in enumerate(pairwise(course.times)):
            part = solve_ivp(law(course, i, k), span, rows[k], method, rtol=1e-3 * tolerance,
                             atol=tolerance * SIZES, first_step=min(4.0, span[1] - span[0]))
            rows[k + 1] = part.y[:, -1]
            sides, jacobians = sides + part.nfev, jacobians + part.njev
    return found, sides, jacobians


def points(course: Course, smooth: Course, exact: Array) -> Iterator[Point]:
    """All methods at all their tolerances; the adaptive pairs go on where no input changes."""
    days = course.days()
    spans = np.diff(course.times)
    for step in (*STEPS, 0.25):
        count = 4.0 * np.ceil(spans / step - 1e-9).sum() + spans.size
        yield from judged("Runge-Kutta 4, fixed step", course, exact, step, fixed_step(course, step),
                          count * len(course.states) / days)
    for pair in (TSITOURAS, BOGACKI_SHAMPINE):
        for part in (*PARTS[2:], 0.001):
            found = follow(smooth, part, pair, LANES, FIRST_STEP)
            tried = float(found.attempts[:, 0].sum())
            yield from judged(pair.name, course, exact, part, found.states, tried * (pair.slopes - 1) / days)
    for tolerance in DECADES:
        states, sides, jacobians = rosenbrock(course, tolerance)
        yield from judged("Rosenbrock 2(3)", course, exact, tolerance, states, sides / days, jacobians / days)
    for tolerance in DECADES[:4]:
        states, sides, jacobians = by_scipy(course, tolerance, "Radau")
        yield from judged("Radau IIA 5 (scipy)", course, exact, tolerance, states, sides / days, jacobians / days)


def judged(method: str, course: Course, exact: Array, tolerance: float, states: Array, sides: float,
           jacobians: float = 0.0) -> Iterator[Point]:
    """A point, printed as it is found."""
    wrong = error(course, states, exact)
    point = Point(method, tolerance, wrong.MAP, wrong.volume, sides, jacobians)
    print(f"{method:28s} {tolerance:8.3g} {wrong.MAP:10.2e} {wrong.volume:10.2e} {sides:10.0f} "
          f"{jacobians:8.0f} {point.cost(N_X):10.0f}", flush=True)
    yield point


def draw(found: list[Point], file: Path) -> None:
    """Error of MAP and of volume against cost."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 4.2), layout="constrained")
    for axes, what, unit, allowed in zip(figure.subplots(1, 2), ("MAP", "volume"), ("mmHg", "mL"),
                                         (MAP_ALLOWED, VOLUME_ALLOWED), strict=True):
        for method in dict.fromkeys(point.method for point in found):
            mine = [point for point in found if point.method == method]
            axes.loglog([point.cost(SPARSE) for point in mine], [getattr(point, what) for point in mine],
                        "o-", markersize=4, label=method)
        axes.axhline(allowed, color="grey", linestyle="--", linewidth=1)
        axes.text(0.98, allowed * 1.15, f"allowed: {allowed:g} {unit}", transform=axes.get_yaxis_transform(),
                  ha="right", fontsize=8, color="grey")
        axes.set_xlabel("right-hand sides per patient-day")
        axes.set_ylabel(f"worst error of {'MAP' if what == 'MAP' else 'any volume'} [{unit}]")
        axes.grid(alpha=0.3, which="both", linewidth=0.4)
    axes.legend(fontsize=8)
    figure.suptitle("Five days of high-dose interleukin-2, looked at every 15 minutes", fontsize=10)
    figure.savefig(file, dpi=150)


CROWD = ((TSITOURAS, (0.1, 0.03, 0.01, 0.003, 0.001)), (BOGACKI_SHAMPINE, (0.01, 0.003, 0.001)))
TIGHT = 1e-4  # of each state's size, what the crowd is compared with


def crowd_errors(people: int) -> None:
    """The worst person of the default cohort, for each pair and tolerance."""
    plan = make_plan(load("hd-il2-standard"), load_cohort("hd-il2-candidates"), 1, people, everyone=True)
    drawn = draw_people(plan.cohort, plan.scenario.values, 1, 0, people, people)
    settled = np.flatnonzero(drawn.status < Status.NOT_PLAUSIBLE)
    size = measures(drawn.known("weight")[settled], drawn.known("height")[settled])

    def follow_all(pair: Pair, part: float) -> Found:
        found = blank(settled.size, plan.watch, BINS, np.full(settled.size, -1), (N_X, N_F))
        desk = make_desk(drawn.states[settled], plan.course, plan.watch, N_F)
        relay(pair, LANES)(drawn.number[settled].astype(np.uint64), drawn.parameters[settled], size, plan.course,
                           accuracy()._replace(scale=part * SIZES), plan.watch, found, desk, 0, NEVER_PAUSE)
        return found

    names = [signal.name for signal in SIGNALS]
    exact = follow_all(TSITOURAS, TIGHT)
    print(f"{settled.size} people; worst error of lowest and last MAP (mmHg), of water in the body and of the sum of "
          "urine (mL)")
    for pair, parts in CROWD:
        for part in parts:
            found = follow_all(pair, part)
            same = np.all((found.when == exact.when) | (np.isnan(found.when) & np.isnan(exact.when)), axis=1)
            far = {}
            for name in ("MAP", "weight_gain", "urine_volume"):
                k = names.index(name)
                kinds = ("lowest", "highest", "last") if name != "urine_volume" else ("last",)
                far[name] = max(np.abs(getattr(found, kind)[same, k] - getattr(exact, kind)[same, k]).max()
                                for kind in kinds)
            print(f"{pair.name:24s} {part:7.3g}: {found.attempts[:, 0].mean():6.0f} steps, MAP {far['MAP']:.2g}, body "
                  f"water {1000.0 * far['weight_gain']:.2g}, urine {1000.0 * far['urine_volume']:.2g}; "
                  f"{(~same).sum()} with an event at another look", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--crowd", type=int, default=0)
    given = parser.parse_args()
    if given.crowd:
        crowd_errors(given.crowd)
        return
    both = courses(PEOPLE)
    course = both["decisions"]
    print(f"{PEOPLE} people, {course.days() / PEOPLE:g} days; a Jacobian counted as {N_X} right-hand sides at the end")
    heads = ("tol.", 8), ("MAP mmHg", 10), ("volume mL", 10), ("rhs/day", 10), ("J/day", 8), ("in all", 10)
    print(f"{'method':28s}", *(f"{head:>{width}s}" for head, width in heads))
    found = list(points(course, both["smooth"], reference(course)))
    if given.picture:
        draw(found, given.picture)


if __name__ == "__main__":
    main()
