"""An ensemble for tests: few members, four parameters, weights that are not equal."""

from __future__ import annotations

import numpy as np

from clsim.evidence.ensemble import Ensemble
from clsim.evidence.knobs import Knob

NAMES = ("NO_max", "Z_max", "C_max_cardiodepression", "k_priming")
LOW, HIGH = 0.8, 1.2


def made(members=6, name="small", low=LOW, high=HIGH):
    """So many members, spread evenly along each knob in an order of its own."""
    draw = np.random.default_rng(7)
    knobs = tuple(Knob(each, "factor", f"{each}, times", low, high) for each in NAMES)
    steps = np.linspace(low, high, members)
    values = np.stack([draw.permutation(steps) for _ in NAMES], axis=1)
    weights = np.arange(1.0, members + 1.0)
    return Ensemble(name, knobs, values, weights / weights.sum(), {}, {"equations": "of today"})
