"""Cumulative incidence is that of Aalen and Johansen, and its area the mean time lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_trial import HORIZON, arms, rows

from clsim.compare.arm import Arm
from clsim.compare.incidence import HAPPENINGS, Happening, curves, incidence, lost, time_lost
from clsim.crowd.report import share
from clsim.errors import BadInput

NAN = np.nan
HELD = Happening("held", "held", "held_at", "less")
TIMES = st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), min_size=1, max_size=30)


def table(held, died, end=20.0):
    died = np.array(died, float)
    return {"held_at": np.array(held, float), "event_death_at": died, "ended_at": np.where(np.isnan(died), end, died)}


def aalen_johansen(event, competing, grid):
    """Sum of the hazard at each time times the chance to have met neither before."""
    event, competing = np.nan_to_num(event, nan=np.inf), np.nan_to_num(competing, nan=np.inf)
    first = np.minimum(event, competing)
    alive, total, found = 1.0, 0.0, {}
    for time in np.unique(first[np.isfinite(first)]):
        at_risk = (first >= time).sum()
        hits = ((first == time) & (event <= competing)).sum()
        others = ((first == time) & (event > competing)).sum()
        total += alive * hits / at_risk
        alive *= 1.0 - (hits + others) / at_risk
        found[time] = total
    return np.array([max([0.0, *(value for time, value in found.items() if time <= hour)]) for hour in grid])


def test_six_patients_by_hand():
    # held at 2, 5 and 9; one dies at 3 before any, one dies at 4 and could not be held at 6, one never
    rows = table([2, 5, 9, NAN, 6, NAN], [NAN, NAN, 10, 3, 4, NAN])
    found = incidence(HELD, Arm("a", "", rows), np.arange(0.0, 13.0))
    assert found.share[[1, 2, 4, 5, 8, 9, 12]] == pytest.approx(np.array([0, 1, 1, 2, 2, 3, 3]) / 6)
    assert found.died_before[[2, 3, 4, 12]] == pytest.approx(np.array([0, 1, 2, 2]) / 6)
    assert (found.n, found.unknown) == (6, 0)
    wilson = share(2, 6)
    assert (100 * found.low[5], 100 * found.high[5]) == pytest.approx((wilson["low"], wilson["high"]))


@settings(max_examples=60, deadline=None)
@given(TIMES)
def test_without_loss_it_is_the_estimate_of_aalen_and_johansen(pairs):
    held, died = (np.where(np.array(x) > 20, NAN, np.array(x, float)) for x in zip(*pairs, strict=True))
    grid = np.linspace(0.0, 20.0, 41)
    found = incidence(HELD, Arm("a", "", table(held, died)), grid)
    assert found.share == pytest.approx(aalen_johansen(held, died, grid))
    assert np.all(found.share + found.died_before <= 1.0 + 1e-12) and np.all(np.diff(found.share) >= 0.0)
    assert np.all(found.low <= found.share) and np.all(found.share <= found.high)


@settings(max_examples=40, deadline=None)
@given(TIMES)
def test_time_lost_is_the_area_under_the_curve(pairs):
    held, died = (np.where(np.array(x) > 20, NAN, np.array(x, float)) for x in zip(*pairs, strict=True))
    rows = table(held, died)
    steps = incidence(HELD, Arm("a", "", rows), np.arange(0.0, 20.0))  # right-continuous steps at whole hours
    assert time_lost(HELD, rows, 20.0).mean() == pytest.approx(steps.share.sum())


def test_death_competes_with_all_but_itself():
    death = next(each for each in HAPPENINGS if each.name == "death")
    found = incidence(death, Arm("a", "", table([NAN, 1], [5, NAN])), np.array([4.0, 6.0]))
    assert found.share.tolist() == [0.0, 0.5] and found.died_before.tolist() == [0.0, 0.0]


def test_who_failed_numerically_is_counted_apart():
    given = table([2, 5], [NAN, NAN]) | {"failure": np.array([0, 3])}
    given["ended_at"][1] = 7.0  # where the solver gave up
    found = incidence(HELD, Arm("a", "", given), np.array([10.0]))
    assert found.share.tolist() == [1.0] and (found.n, found.unknown) == (1, 1)
    assert np.isnan(time_lost(HELD, given, 10.0)[1])


def test_nobody_is_followed_beyond_the_run():
    with pytest.raises(BadInput, match="beyond the end of the run; given: 21 h; allowed: up to 20 h"):
        incidence(HELD, Arm("a", "", table([2], [NAN])), np.array([0.0, 21.0]))


def test_differences_of_time_lost_are_paired():
    three = arms(200)
    stopped = next(each for each in HAPPENINGS if each.name == "stopped")
    found = lost(three, "supportive", stopped, HORIZON)
    assert found["supportive"].difference == 0.0 and found["supportive"].ci_high == 0.0
    assert found["cautious"].n == 200
    for happening in HAPPENINGS:
        for curve in curves(three, happening, np.linspace(0, HORIZON, 50)):
            table = next(arm.rows for arm in three if arm.name == curve.arm)
            came = np.isfinite(table[happening.column]) & ~(table[happening.column] > table["event_death_at"])
            assert curve.share[-1] == pytest.approx(came.mean())


def test_the_toy_has_the_columns():
    assert all(happening.column in rows(1) for happening in HAPPENINGS)
