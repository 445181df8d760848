"""Trying a step: embedded Runge-Kutta pairs, one step size per patient.

A pair advances with the higher order and learns from the lower how wrong the step may be.  Both
pairs here are "first same as last": the last slope of an accepted step is the first of the next,
and belongs, like the flows, to the state at its end.

BOGACKI_SHAMPINE  order 3(2), Bogacki and Shampine 1989, "A 3(2) pair of Runge-Kutta formulas"
TSITOURAS         order 5(4), Tsitouras 2011, "Runge-Kutta pairs of order 5(4) satisfying only the
                  first column simplifying assumption", table 1
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clsim.jit import kernel
from clsim.lanes import maximum, minimum, sqrt
from clsim.vmath import pow


@dataclass(frozen=True)
class Pair:
    """An explicit pair, first same as last.

    Parameters
    ----------
    name : str
    order : int
        Of the formula that is kept; the estimate is one lower.
    stages : tuple of tuple of float
        Row i: how much of each earlier slope leads to stage i + 1.  The last row leads to the
        end of the step.
    error : tuple of float
        Weight of each slope, the last included, in the estimate of the error.
    """

    name: str
    order: int
    stages: tuple[tuple[float, ...], ...]
    error: tuple[float, ...]

    @property
    def slopes(self) -> int:
        """Slopes that a step knows, the one at its beginning included."""
        return len(self.stages) + 1


BOGACKI_SHAMPINE = Pair(
    "Bogacki-Shampine 3(2)", 3,
    ((1 / 2,), (0.0, 3 / 4), (2 / 9, 1 / 3, 4 / 9)),
    (2 / 9 - 7 / 24, 1 / 3 - 1 / 4, 4 / 9 - 1 / 3, -1 / 8))

TSITOURAS = Pair(
    "Tsitouras 5(4)", 5,
    ((0.161,),
     (-0.008480655492356989, 0.335480655492357),
     (2.8971530571054935, -6.359448489975075, 4.3622954328695815),
     (5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525),
     (5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383),
     (0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774)),
    (-0.00178001105222577714, -0.0008164344596567469, 0.007880878010261995, -0.1447110071732629,
     0.5823571654525552, -0.45808210592918697, 1 / 66))

SAFETY = 0.9  # of the step that the estimate allows
SHRINK, GROW = 0.2, 4.0  # least and largest change of a step
SMALLEST_ERROR = 1e-8  # relative to the tolerance; below it a step grows as far as it may


def work_record(states: int, flows: int, pair: Pair) -> np.dtype:
    """What one patient's steps are computed in: ``y`` is where he is, ``trial`` where a step led.

    ``h`` is the step tried [min], ``error`` its error over the tolerance, ``factor`` by how much
    the next may differ; ``below`` is how far the trial lies below the lowest allowed value of
    any state; ``accept`` is 1 where it will do.
    """
    return np.dtype((np.record, [
        ("h", "f8"), ("error", "f8"), ("factor", "f8"), ("below", "f8"), ("accept", "f8"),
        ("y", "f8", (states,)), ("trial", "f8", (states,)), ("slope", "f8", (states,)),
        ("flow", "f8", (flows,)), ("slopes", "f8", (states * pair.slopes,))]))


def make_attempt(rhs: Callable[..., None], states: int, pair: Pair) -> Callable[..., None]:
    """One trial step of the autonomous system dx/dt = rhs(x) with a pair.

    Returns
    -------
    kernel (w, x, p, u, f, dx, scale, floor) -> None
        From ``w.y`` with the first of ``w.slopes`` over ``w.h``.  Leaves the end of the step in
        ``w.trial``, all slopes, the flows at the end in ``f``, and what it is worth.  ``x``,
        ``f`` and ``dx`` are ``w.trial``, ``w.flow`` and ``w.slope`` seen as records; ``scale``
        and ``floor`` (states,) are the tolerated error and the lowest value of each state.
        The error is the Euclidean norm over the states.
    """
    stages, weights, last = pair.stages, pair.error, len(pair.stages)
    flat = tuple(weight for row in stages for weight in row)
    begins = tuple(sum(len(row) for row in stages[:i]) for i in range(last))
    exponent = -1.0 / pair.order

    @kernel
    def attempt(w, x, p, u, f, dx, scale, floor):
        for i in range(last):
            for j in range(states):
                move = flat[begins[i]] * w.slopes[j]
                for m in range(1, i + 1):
                    move = move + flat[begins[i] + m] * w.slopes[m * states + j]
                w.trial[j] = w.y[j] + w.h * move
                w.slope[j] = 0.0 * w.h
            rhs(x, p, u, f, dx)
            for j in range(states):
                w.slopes[(i + 1) * states + j] = w.slope[j]
        total = 0.0 * w.h
        below = 0.0 * w.h
        for j in range(states):
            below = maximum(below, floor[j] - w.trial[j])
            miss = weights[0] * w.slopes[j]
            for m in range(1, last + 1):
                miss = miss + weights[m] * w.slopes[m * states + j]
            miss = w.h * miss / scale[j]
            total = total + miss * miss
        w.error = sqrt(total)
        w.below = below
        grow = SAFETY * pow(maximum(SMALLEST_ERROR, w.error), exponent)
        w.factor = minimum(GROW, maximum(SHRINK, grow))

    return attempt  # type: ignore[no-any-return]
