"""A small body for the engine's tests: a store that is filled and grows along a logistic curve."""

from __future__ import annotations

import numpy as np

from clsim.engine.advance import make_advance
from clsim.engine.outcome import REPORT
from clsim.jit import kernel
from clsim.lanes import widen
from clsim.vmath import exp, hill


def record(*names, beds=()):
    fields = [(name, "f8") for name in names] + [(name, "f8", (2,)) for name in beds]
    return np.dtype((np.record, fields))


X = record("amount", "crowd", "spent", beds=("pool",))
P = record("growth", "leak")
U = record("filling", "eating")
F = record("pace", "loss", "residual")
NAMES = {"X": ("amount", "crowd", "spent", "pool_0", "pool_1"), "F": F.names}


@kernel
def rhs(x, p, u, f, dx):
    f.pace = p.growth * x.crowd * (1.0 - x.crowd)
    f.loss = p.leak * hill(x.pool[0], 1.0, 2.0) * exp(-x.pool[1])
    f.residual = x.spent
    dx.amount += u.filling
    dx.crowd += f.pace
    dx.spent -= p.leak
    for b in range(2):
        dx.pool[b] += u.eating * (b + 1.0) - f.loss * x.pool[b]


ONE = make_advance(rhs, X, P, U, F)
GROUP = {w: make_advance(rhs, *(widen(record, w) for record in (X, P, U, F))) for w in (4, 8, 16)}
FREE = np.array([-np.inf] * len(NAMES["X"]))
ANY = np.array([np.inf] * len(NAMES["F"]))


def start(n, seed=5):
    """States and parameters of n patients, a row each."""
    rng = np.random.default_rng(seed)
    return rng.uniform(0.1, 0.9, (n, FREE.size)), rng.uniform(0.5, 1.5, (n, 2))


def course(advance, states, params, line, h_max, width, floor=FREE, ceiling=ANY):
    """A group (or, width 0, one patient); states (k, columns, lanes), flows, reports, final row."""
    w = max(width, 1)
    y = states.T.ravel().copy()
    out = np.full((line.outputs.size, y.size), np.nan)
    flows = np.full((line.outputs.size, ceiling.size * w), np.nan)
    report = np.zeros(w, REPORT)
    advance(
        y,
        params.T.ravel().copy(),
        np.repeat(line.inputs, w, axis=1),
        line.edges,
        line.rows,
        h_max,
        np.repeat(floor, w),
        np.repeat(ceiling, w),
        out,
        flows,
        report,
    )
    k = line.outputs.size
    return out.reshape(k, -1, w), flows.reshape(k, -1, w), report, y.reshape(-1, w)
