"""Elementary effects: exact where they can be, and a design as Morris1991 has it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from known import Known, spans

from clsim.errors import BadInput
from clsim.sensitivity.morris import LEVELS, STEP, design, effects, morris

NAMES = ("a", "b", "c")


def test_a_straight_line_has_its_slopes_and_no_spread():
    found = morris(Known(lambda a, b, c: 2.0 * a - 5.0 * b + 9.0, 4), spans(*NAMES, low=1.0, high=3.0), 8, resamples=50)
    assert [each.value for each in found.size] == pytest.approx([4.0, 10.0, 0.0])
    assert [each.value for each in found.mean] == pytest.approx([4.0, -10.0, 0.0])
    assert [each.value for each in found.spread] == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)
    assert found.size[1].low == pytest.approx(10.0) == found.size[1].high
    assert [each["knob"] for each in found.records()] == ["b", "a", "c"]
    assert (found.runs, found.patients) == (32, 4)


def test_what_acts_together_or_turns_about_has_a_spread():
    found = morris(Known(lambda a, b, c: a * b + 4.0 * (c - 0.5) ** 2), spans(*NAMES), 64, resamples=50)
    a, b, c = range(3)
    assert found.spread[a].value > 0.2 < found.spread[b].value
    assert found.size[a].value == pytest.approx(0.5, abs=0.1)
    assert abs(found.mean[c].value) < 0.5 * found.size[c].value  # up as often as down
    assert found.size[c].value == pytest.approx(4.0 / 3.0)  # 4 (1 - 1/9) / 4 over a step of 2/3, whichever way


def test_effects_are_those_counted_by_hand():
    cube = design(NAMES, 5, 2)
    draw = np.random.default_rng(0)
    found = draw.normal(size=(5, 4, 2))
    counted = effects(cube, found)
    for t in range(5):
        for j in range(3):
            (k,) = np.flatnonzero(cube[t, j + 1] != cube[t, j])
            change = (found[t, j + 1] - found[t, j]) / (cube[t, j + 1, k] - cube[t, j, k])
            assert counted[k, t] == pytest.approx(change)


def test_a_trajectory_turns_each_knob_once_by_one_step_on_the_grid():
    cube = design(NAMES, 200, 4)
    steps = np.diff(cube, axis=1)
    assert np.allclose(np.sort(np.abs(steps), axis=2), [0.0, 0.0, STEP])
    assert np.allclose(np.abs(steps).sum(axis=1), STEP)
    grid = cube * (LEVELS - 1)
    assert np.allclose(grid, np.round(grid)) and grid.min() > -1e-9 and grid.max() < LEVELS - 1 + 1e-9
    counts = np.bincount(np.round(grid).astype(int).ravel(), minlength=LEVELS)
    assert counts.min() > 0.2 * counts.sum()  # all four levels come about equally often
    assert (np.diff(cube[:, :, 0], axis=1).sum(axis=1) > 0.0).mean() == pytest.approx(0.5, abs=0.12)


def test_a_knob_more_leaves_the_levels_of_the_others():
    few, more = design(("a", "b"), 6, 1), design(("a", "b", "c"), 6, 1)
    assert np.array_equal(few[:, 0], more[:, 0, :2])
    assert not np.array_equal(few, design(("a", "b"), 6, 2))


def test_too_few_trajectories_are_refused():
    with pytest.raises(BadInput, match="trajectories: is too few; given: 3; allowed: 4 or more"):
        morris(Known(lambda a: a), spans("a"), 3)
