"""Elementary effects of Morris: a cheap look at which parameters matter at all, and which act together.

Trajectories walk through a grid of the unit cube and turn one knob at a time (Morris1991).  The effect of a
step is the change of the outcome as if the knob were turned over its whole range.  Over trajectories, mu* is
the mean of its size (Campolongo2007), mu its mean, and sigma its standard deviation: large where the effect
depends on the other knobs or is not straight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.draws import stream_key, uniforms
from clsim.errors import BadInput
from clsim.progress import Tell, silent
from clsim.sensitivity.ranges import Range, settings
from clsim.sensitivity.resampling import RESAMPLES, Interval, generator, intervals, means, overall, patients_again
from clsim.sensitivity.sobol import told
from clsim.sensitivity.trial import Trial

Numbers = NDArray[np.float64]
LEVELS = 4  # of the grid
STEP = LEVELS / (2.0 * (LEVELS - 1))  # which leaves all levels equally likely (Morris1991)
FEWEST = 4  # trajectories


@dataclass(frozen=True)
class Morris:
    """Elementary effects on an outcome, in its unit per whole range of the knob.

    Parameters
    ----------
    spans : tuple of Range
    size, mean, spread : tuple of Interval
        mu*, mu and sigma of each of them.
    trajectories, runs, patients, unknown, failed : int
    """

    spans: tuple[Range, ...]
    size: tuple[Interval, ...]
    mean: tuple[Interval, ...]
    spread: tuple[Interval, ...]
    trajectories: int
    runs: int
    patients: int
    unknown: int
    failed: int

    @property
    def order(self) -> list[int]:
        """Places of the knobs, the strongest first."""
        return sorted(range(len(self.spans)), key=lambda k: (np.isnan(self.size[k].value), -self.size[k].value))

    def records(self) -> list[dict[str, Any]]:
        """A record for each knob, ready for JSON, the strongest first."""
        return [{**self.spans[k].record(), **told("mu_star", self.size[k]), **told("mu", self.mean[k]),
                 **told("sigma", self.spread[k])} for k in self.order]


def design(names: Sequence[str], trajectories: int, seed: int) -> Numbers:
    """Points of the unit cube, (trajectories, k + 1, k); from each to the next one knob is turned by `STEP`.

    Raises
    ------
    BadInput
        If there are too few trajectories.
    """
    if trajectories < FEWEST:
        raise BadInput("is too few", given=str(trajectories), allowed=f"{FEWEST} or more", key="trajectories")
    k, numbers = len(names), np.arange(trajectories)

    def drawn(what: str) -> Numbers:
        return np.stack([uniforms(stream_key(seed, f"sensitivity/{what}/{name}"), numbers) for name in names], axis=1)

    lower = np.floor(drawn("level") * (LEVELS / 2)) / (LEVELS - 1)  # a level that a step up stays within the cube from
    rises = drawn("way") < 0.5
    turn = np.argsort(np.argsort(drawn("order"), axis=1), axis=1)  # at which step each knob is turned
    turned = np.arange(k + 1)[None, :, None] > turn[:, None, :]
    return np.where(turned == rises[:, None, :], lower[:, None, :] + STEP, lower[:, None, :])


def effects(cube: Numbers, found: Numbers) -> Numbers:
    """Elementary effects.

    Parameters
    ----------
    cube : float64 (trajectories, k + 1, k)
    found : float64 (trajectories, k + 1, ...)
        The outcome at these points.

    Returns
    -------
    float64 (k, trajectories, ...)
    """
    steps = np.diff(cube, axis=1)
    change = np.diff(found, axis=1)
    knob = np.argmax(np.abs(steps), axis=2)  # (trajectories, k): which is turned at each step
    place = np.argsort(knob, axis=1)  # at which step each is
    rows = np.arange(len(cube))[:, None]
    size = steps[rows, place, np.arange(cube.shape[2])]
    return np.moveaxis(change[rows, place] / size.reshape(*size.shape, *(1,) * (found.ndim - 2)), 1, 0)


def summed(found: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """mu*, mu and sigma of effects (k, trajectories, ...), over trajectories."""
    return np.abs(found).mean(axis=1), found.mean(axis=1), found.std(axis=1, ddof=1)


def morris(trial: Trial, spans: Sequence[Range], trajectories: int = 16, threads: int | None = None,
           tell: Tell = silent, resamples: int = RESAMPLES) -> Morris:
    """Elementary effects on the mean of an outcome over patients, the same patients in all runs.

    Parameters
    ----------
    trial : Trial
    spans : sequence of Range
    trajectories : int
        Each is k + 1 runs of all patients.
    threads : int, optional
    tell : callable
    resamples : int

    Raises
    ------
    BadInput
        If there are too few trajectories, or nobody is treated.
    """
    seed = next(iter(trial.plans.values())).seed
    cube = design([each.knob.name for each in spans], trajectories, seed)
    k = len(spans)
    found, failed = trial.measured(settings(spans, cube.reshape(-1, k)), threads, tell)
    values = summed(effects(cube, overall(found).reshape(trajectories, k + 1)))
    draws = generator(seed)
    drawn = means(found, patients_again(found.shape[1], draws, resamples))
    all_effects = effects(cube, drawn.reshape(trajectories, k + 1, resamples))
    rows = draws.integers(0, trajectories, (trajectories, resamples))
    again = summed(np.take_along_axis(all_effects, rows[None], axis=1))
    size, mean, spread = (tuple(intervals(*each)) for each in zip(values, again, strict=True))
    return Morris(tuple(spans), size, mean, spread, trajectories, len(found), found.shape[1],
                  int(np.isnan(found).sum()), failed)
