"""One step in time: the classical Runge-Kutta method of fourth order."""

from __future__ import annotations

from collections.abc import Callable

from clsim.jit import kernel

STAGES = 4
WEIGHTS = (1 / 6, 1 / 3, 1 / 3, 1 / 6)  # of each stage's slope in the step
AHEAD = (1 / 2, 1 / 2, 1.0, 0.0)  # how far along its slope the next stage looks, in steps


def make_step(rhs: Callable[..., None]) -> Callable[..., None]:
    """The step of the autonomous system dx/dt = rhs(x).

    Parameters
    ----------
    rhs : kernel (x, p, u, f, dx) -> None
        Writes flows to ``f`` and adds derivatives to ``dx``.

    Returns
    -------
    kernel (y, h, stage, slope, total, x, p, u, f, dx) -> None
        Moves the row ``y`` on by ``h`` minutes.  ``stage``, ``slope`` and ``total`` are rows of
        the same length to work in; ``x`` and ``dx`` are the first two seen as records.
    """

    @kernel
    def step(y, h, stage, slope, total, x, p, u, f, dx):
        for j in range(y.size):
            stage[j] = y[j]
            total[j] = 0.0
        for i in range(STAGES):
            for j in range(y.size):
                slope[j] = 0.0
            rhs(x, p, u, f, dx)
            for j in range(y.size):
                total[j] += WEIGHTS[i] * slope[j]
                stage[j] = y[j] + h * AHEAD[i] * slope[j]
        for j in range(y.size):
            y[j] += h * total[j]

    return step  # type: ignore[no-any-return]
