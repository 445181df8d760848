"""From one fit to an ensemble: waves of points around it, of which those are kept that meet the targets as well.

The first wave is drawn from the Gaussian that the slopes at the fit suggest; each later one from a Gaussian
through what was kept so far, made wider or narrower as more or fewer of the last wave were kept (history
matching by rejection).  What is kept is equally admissible: all weights are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from clsim.evidence.fit import Numbers, Problem, met
from clsim.evidence.targets import Targets
from clsim.progress import Tell, silent

WAVE = 64  # points of a wave, a power of two
SLACK = 2  # targets that a member may miss beyond those that the fit misses
WIDER, NARROWER, MANY, FEW = 1.3, 0.75, 0.6, 0.25
WIDEST = 1.0  # of the prior, for directions of which no target speaks
HEADLINE = "T"  # targets that are counted; timing facts are shown beside them


@dataclass(frozen=True)
class Standing:
    """How well a point meets the whole targets.

    Parameters
    ----------
    met : int
        Targets inside their tolerance.
    beyond : frozenset of str
        Targets off by more than twice their tolerance.
    """

    met: int
    beyond: frozenset[str]


def standing(targets: Targets, values: Mapping[str, float]) -> Standing:
    """How well the values of all targets meet them."""
    off = {name: each for name, each in met(targets, values) if name.startswith(HEADLINE)}
    return Standing(sum(each <= 0.0 for each in off.values()), frozenset(k for k, each in off.items() if each > 1.0))


def admissible(found: Standing, fit: Standing) -> bool:
    """Whether a point is as good as the fit, two targets aside, and grossly misses none that the fit does not."""
    return found.met >= fit.met - SLACK and found.beyond <= fit.beyond


def gaussian(problem: Problem, x: Numbers) -> Numbers:
    """A square root of the covariance that the slopes at x suggest, (knobs, knobs)."""
    slopes = problem.slopes(x)
    values, vectors = np.linalg.eigh(slopes.T @ slopes)
    spread = np.minimum(1.0 / np.sqrt(np.maximum(values, 1e-12)), WIDEST * problem.prior.max())
    return np.asarray(vectors * spread)


def draw_wave(centre: Numbers, root: Numbers, low: Numbers, high: Numbers, seed: int) -> Numbers:
    """Points of a wave, (WAVE, knobs), inside the ranges of the knobs."""
    score = ndtri(np.clip(qmc.Sobol(centre.size, seed=seed).random(WAVE), 1e-9, 1.0 - 1e-9))
    return np.asarray(np.clip(centre + score @ root.T, low, high))


def root_through(points: NDArray[np.float64], scale: float, floor: Numbers) -> Numbers:
    """A square root of the covariance of the kept points, widened where they are too few to span it."""
    covariance = np.cov(points.T) if len(points) > 1 else np.zeros((points.shape[1],) * 2)
    few = points.shape[1] / (points.shape[1] + len(points))
    covariance = (1.0 - few) * covariance + few * floor @ floor.T
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(scale * vectors * np.sqrt(np.maximum(values, 0.0)))


def waves(problem: Problem, fit: Mapping[str, float], members: int, most: int = 40, tell: Tell = silent,
          ) -> tuple[NDArray[np.float64], Sequence[Mapping[str, float]], Standing]:
    """Admissible points.

    Parameters
    ----------
    problem : Problem
    fit : mapping
        Knobs of the fit.
    members : int
        How many are wanted.
    most : int
        Waves at most.
    tell : callable

    Returns
    -------
    float64 (M, K)
        Knobs of the kept, the fit first; M may be smaller than wanted.
    sequence of dict
        What each makes of the targets.
    Standing
        Of the fit.
    """
    knobs = problem.knobs
    low, high = (np.log([getattr(each, end) for each in knobs]) for end in ("low", "high"))
    x = np.log([fit.get(each.name, 1.0) for each in knobs])
    best = problem.point(problem.named(x)).values
    of_fit = standing(problem.targets, best)
    kept, values = [x], [best]
    tell("slopes at the fit", 0.0)
    first = gaussian(problem, x)
    scale, root, centre = 1.0, first * 0.5, x
    for wave in range(most):
        share = 0
        for point in draw_wave(centre, root, low, high, problem.seed + wave):
            found = problem.point(problem.named(point)).values
            if admissible(standing(problem.targets, found), of_fit):
                kept.append(point)
                values.append(found)
                share += 1
            tell(f"wave {wave + 1}, {len(kept)} of {members} kept", min(1.0, len(kept) / members))
            if len(kept) >= members:
                return np.exp(np.array(kept)), values, of_fit
        scale *= WIDER if share > MANY * WAVE else NARROWER if share < FEW * WAVE else 1.0
        centre = np.mean(kept, axis=0)
        root = root_through(np.array(kept), scale, first * 0.5)
    return np.exp(np.array(kept)), values, of_fit
