"""The method has the order it claims."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from engine_toy import ANY, FREE, ONE, X, start

from clsim.engine.advance import integrate
from clsim.engine.stepper import AHEAD, STAGES, WEIGHTS
from clsim.engine.timeline import make_timeline


def final(h, eating=0.3):
    line = make_timeline([], ["filling", "eating"], [0.0, eating], [0.0, 3.2])
    states, params = start(1)
    return integrate(ONE, states[0], params[0], line, h, FREE, ANY)[0][-1], states[0], params[0]


def test_the_weights_are_those_of_a_fourth_order_method():
    assert len(WEIGHTS) == len(AHEAD) == STAGES
    nodes = (0.0, *AHEAD[:-1])
    for power, integral in ((0, 1.0), (1, 1 / 2), (2, 1 / 3), (3, 1 / 4)):
        total = sum(w * c**power for w, c in zip(WEIGHTS, nodes, strict=True))
        assert total == pytest.approx(integral, abs=1e-15)


def test_halving_the_step_divides_the_error_by_sixteen():
    exact = final(0.8)[1:]
    states, params = (row.copy() for row in exact)
    growth = params[0]
    crowd = 1.0 / (1.0 + (1.0 / states[1] - 1.0) * np.exp(-growth * 3.2))
    steps = 0.8 / 2.0 ** np.arange(5)
    column = X.names.index("crowd")
    errors = np.array([abs(final(h)[0][column] - crowd) for h in steps])
    orders = np.log2(errors[:-1] / errors[1:])
    assert np.all(orders > 3.8), orders


def test_halving_converges_where_states_and_inputs_interact():
    rows = [final(0.8 / 2**i)[0] for i in range(6)]
    gaps = np.array([np.linalg.norm(a - b) for a, b in pairwise(rows)])
    orders = np.log2(gaps[:-1] / gaps[1:])
    assert np.all(orders[1:] > 3.8), orders
