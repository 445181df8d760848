"""The fit: knobs are turned until one population meets the targets.

A damped Gauss-Newton search (trust region, `scipy.optimize.least_squares`) over the logarithms of the
knobs.  Slopes by differences are dear, one point for every knob; between them slopes are kept up to date by
Broyden's rank-one correction from the points that the search looks at anyway.  The patients and all that is
drawn are the same at every point (common random numbers), so that the residuals are nearly smooth; slopes are
taken over wide steps because shares of a hundred patients move in jumps.  Every point that was computed is kept
in a file: a search that was stopped goes on from there.

Residuals
---------
(1)  r_i = (value_i - published_i) / tolerance_i,   the half-width of the tolerance on that side; shares are
     soft here, so that a target that nobody reaches still has a slope
(2)  r_k = log(knob_k) / prior_k,   prior_k half of the logarithm of its range: what no target speaks of stays
(3)  cost = sum_i rho(r_i) + sum_k r_k^2,   rho soft L1: one target that cannot be met does not spoil the others
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from clsim.crowd.blocks import cores
from clsim.evidence.arms import Group, Measured, gather, pieces, treat_piece
from clsim.evidence.equations import identity
from clsim.evidence.kinetics import kinetics
from clsim.evidence.knobs import Knob, applied
from clsim.evidence.targets import Target, Targets

Numbers = NDArray[np.float64]
STEP = 0.2  # of the logarithm of a knob, for slopes
SHORT = 1e-4  # squared length of a step from which no slope is learnt
CORRECTED = 8  # times that slopes are corrected before they are computed anew
BLANK = 5.0  # residual of a target that nobody was left to be measured in


def measure_all(groups: Sequence[Group], knobs: Mapping[str, float], threads: int | None = None) -> list[Measured]:
    """Treat several groups, the longest first, on all cores."""
    everyone = [applied(group.people, knobs) for group in groups]
    work = sorted(((k, piece) for k, group in enumerate(groups) for piece in pieces(group)),
                  key=lambda each: -groups[each[0]].arm.scenario.horizon)
    with ThreadPoolExecutor(cores() if threads is None else threads) as pool:
        seen = list(pool.map(lambda each: treat_piece(groups[each[0]], everyone[each[0]], each[1]), work))
    parts: dict[int, dict[int, object]] = {k: {} for k in range(len(groups))}
    for (k, piece), found in zip(work, seen, strict=True):
        parts[k][piece] = found
    return [Measured(group, tuple(parts[k][piece] for piece in sorted(parts[k])))  # type: ignore[misc]
            for k, group in enumerate(groups)]


@dataclass(frozen=True)
class Point:
    """What the model makes of every target, by id: as it is graded, and with soft shares."""

    values: Mapping[str, float]
    soft: Mapping[str, float]


@dataclass
class Problem:
    """What is fitted.

    Parameters
    ----------
    targets : Targets
    patients, seed : int
        Of every arm.
    kept : Path, optional
        Where computed points are kept, a line of JSON each.
    threads : int, optional
    """

    targets: Targets
    patients: int
    seed: int
    kept: Path | None = None
    threads: int | None = None
    points: dict[str, Point] = field(default_factory=dict, repr=False)
    computed: int = 0

    def __post_init__(self) -> None:
        if self.kept is not None and self.kept.exists():
            for line in self.kept.read_text(encoding="utf-8").splitlines():
                try:
                    row = json.loads(line)
                except ValueError:  # the line at which a run was killed
                    continue
                self.points[row["key"]] = Point(row["values"], row["soft"])

    @property
    def knobs(self) -> tuple[Knob, ...]:
        """What is turned."""
        return self.targets.knobs

    @cached_property
    def groups(self) -> list[Group]:
        """The patients of every arm."""
        return [gather(arm, [each for each in self.targets.targets if each.arm == arm.name], self.patients, self.seed)
                for arm in self.targets.arms.values()]

    @cached_property
    def kinetics(self) -> dict[str, float]:
        """Numbers that no knob moves."""
        return kinetics()

    def point(self, knobs: Mapping[str, float]) -> Point:
        """What the model makes of every target."""
        key = self.key(knobs)
        if key not in self.points:
            measured = {each.group.arm.name: each for each in measure_all(self.groups, knobs, self.threads)}
            found = Point(*({each.id: value_of(each, measured, self.kinetics, soft) for each in self.targets.targets}
                            for soft in (False, True)))
            self.points[key] = found
            self.computed += 1
            if self.kept is not None:
                with self.kept.open("a", encoding="utf-8") as file:
                    row = {"key": key, "knobs": dict(knobs), "values": found.values, "soft": found.soft}
                    file.write(json.dumps(row) + "\n")
        return self.points[key]

    def key(self, knobs: Mapping[str, float]) -> str:
        """Hash of everything that determines a point."""
        text = json.dumps({name: float(f"{value:.9g}") for name, value in sorted(knobs.items())})
        return hashlib.sha256(f"{self.identity}\0{text}".encode()).hexdigest()[:20]

    @cached_property
    def identity(self) -> str:
        """What else determines the numbers: the targets, the equations and their values, patients and seed."""
        return f"{self.targets.text}\0{identity()}\0{self.patients}\0{self.seed}"

    @property
    def driving(self) -> tuple[Target, ...]:
        """The targets that the fit may use."""
        return tuple(each for each in self.targets.targets if each.drives and each.arm)

    def residuals(self, x: Numbers) -> Numbers:
        """Equations (1) and (2) at logarithms of the knobs."""
        soft = self.point(self.named(x)).soft
        return np.array([*(residual(each, soft[each.id]) for each in self.driving), *(x / self.prior)])

    @cached_property
    def prior(self) -> Numbers:
        """Half of the logarithm of each knob's range."""
        return np.array([0.5 * np.log(each.high / each.low) for each in self.knobs])

    def named(self, x: Numbers) -> dict[str, float]:
        """Knobs by name from their logarithms."""
        return {each.name: float(np.exp(value)) for each, value in zip(self.knobs, x, strict=True)}

    def cost(self, knobs: Mapping[str, float]) -> float:
        """Equation (3); a knob that is not named is 1."""
        x = np.log([knobs.get(each.name, 1.0) for each in self.knobs])
        return cost(self.residuals(x), len(self.driving))

    def slopes(self, x: Numbers) -> Numbers:
        """Change of each residual with each logarithm, (residuals, knobs), over a step away from the nearer bound."""
        here = self.residuals(x)
        columns = []
        for k, each in enumerate(self.knobs):
            step = STEP if x[k] + STEP <= np.log(each.high) else -STEP
            there = x.copy()
            there[k] += step
            columns.append((self.residuals(there) - here) / step)
        return np.stack(columns, axis=1)


def value_of(target: Target, measured: Mapping[str, Measured], of_kinetics: Mapping[str, float],
             soft: bool = False) -> float:
    """What the model makes of a target."""
    if not target.arm:
        return target.reading.factor(of_kinetics[target.reading.name], target.unit)
    return target.reading.over(measured[target.arm].each(target.reading), soft)


def residual(target: Target, value: float) -> float:
    """Equation (1)."""
    if not np.isfinite(value):
        return BLANK
    half = target.high - target.value if value > target.value else target.value - target.low
    if half <= 0.0:  # the published number is the end of the tolerance itself
        half = target.high - target.low
    return (value - target.value) / half


def search(problem: Problem, start: Mapping[str, float] | None = None, rounds: int = 8,
           tell: Callable[[int, dict[str, float], float], None] | None = None) -> dict[str, float]:
    """The knobs at which the cost is least, as far as so many rounds go.

    Parameters
    ----------
    problem : Problem
    start : mapping, optional
        Knobs to begin with; all 1 if not given.
    rounds : int
        Each takes one point for every knob, and some.
    tell : callable (round, knobs, cost), optional
        Told after each slope.
    """
    x = np.array([np.log((start or {}).get(each.name, 1.0)) for each in problem.knobs])
    low = np.array([np.log(each.low) for each in problem.knobs])
    high = np.array([np.log(each.high) for each in problem.knobs])
    counted = iter(range(1, 10_000))

    known: list[tuple[Numbers, Numbers]] = []  # points since the slopes were last told, the one they hold at first
    held: dict[str, Any] = {}

    def residuals(x: Numbers) -> Numbers:
        found = problem.residuals(x)
        known.append((x.copy(), found))
        return found

    def slopes(x: Numbers) -> Numbers:
        here = problem.residuals(x)
        if tell is not None:
            tell(next(counted), problem.named(x), cost(here, len(problem.driving)))
        if not held or len(known) > CORRECTED * 2 or held["times"] >= CORRECTED:
            held.update(J=problem.slopes(x), times=0)
        else:
            for there, found in [*known, (x, here)]:
                held["J"] = corrected(held["J"], there - held["x"], found - held["r"])
            held["times"] += 1
        held.update(x=x.copy(), r=here)
        known.clear()
        return np.asarray(held["J"])

    found = least_squares(residuals, np.clip(x, low + 1e-9, high - 1e-9), slopes, (low, high), loss="soft_l1",
                          max_nfev=rounds * 2 * CORRECTED, x_scale=problem.prior)
    return problem.named(found.x)


def corrected(slopes: Numbers, step: Numbers, change: Numbers) -> Numbers:
    """Slopes that give the change that was seen over a step, otherwise as they were (Broyden's good update)."""
    length = float(step @ step)
    if length < SHORT:
        return slopes
    return np.asarray(slopes + np.outer(change - slopes @ step, step) / length)


def cost(residuals: Numbers, targets: int) -> float:
    """Equation (3)."""
    of_targets, of_knobs = residuals[:targets], residuals[targets:]
    return float(np.sum(2.0 * (np.sqrt(1.0 + of_targets**2) - 1.0)) + np.sum(of_knobs**2))


def met(targets: Targets, values: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Each whole target and how far it is off in half-widths, its parts together: 0 is met."""
    worst: dict[str, float] = {}
    for each in targets.targets:
        worst[each.whole] = max(worst.get(each.whole, 0.0), each.off(values[each.id]))
    yield from worst.items()
