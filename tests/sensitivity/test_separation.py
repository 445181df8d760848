"""What separates two kinds of members: against brute force and scipy, and when there is nothing to find."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from clsim.sensitivity.resampling import generator as draws
from clsim.sensitivity.resampling import intervals, means, patients_again
from clsim.sensitivity.separation import areas, correlations, cut_of, separations


@pytest.fixture
def members():
    draw = np.random.default_rng(2)
    x = np.round(draw.normal(size=40), 1)  # with ties
    first = draw.random(40) < 0.4
    return x, first, draw.random(40) + 0.1


def test_the_area_counts_pairs_by_weight(members):
    x, first, weights = members
    above = (x[first][:, None] > x[~first]) + 0.5 * (x[first][:, None] == x[~first])
    pairs = np.outer(weights[first], weights[~first])
    found = areas(x, (weights * first)[None], (weights * ~first)[None])
    assert found == pytest.approx([(above * pairs).sum() / pairs.sum()])
    plain = areas(x, 1.0 * first[None], 1.0 * ~first[None])[0]
    assert plain == pytest.approx(stats.mannwhitneyu(x[first], x[~first]).statistic / (first.sum() * (~first).sum()))


def test_the_correlation_is_that_of_ranks(members):
    x, _, weights = members
    y = x**3 + np.random.default_rng(5).normal(size=40)
    assert correlations(x, y, np.ones((1, 40))) == pytest.approx([stats.spearmanr(x, y).statistic])
    assert correlations(x, -x, weights[None]) == pytest.approx([-1.0])


def test_a_member_of_double_weight_is_two_members(members):
    x, first, _ = members
    twice = np.r_[x, x[:7]], np.r_[first, first[:7]]
    weights = np.where(np.arange(40) < 7, 2.0, 1.0)
    assert areas(x, (weights * first)[None], (weights * ~first)[None]) == pytest.approx(
        areas(twice[0], 1.0 * twice[1][None], 1.0 * ~twice[1][None]))


def test_a_cut_splits_what_it_can():
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    ahead = x > 3.0
    assert cut_of(x, ahead, ~ahead, np.ones(5)) == (3.5, 1.0, 0.0)
    ahead[0] = True
    cut, above, below = cut_of(x, ahead, ~ahead, np.array([1.0, 1.0, 1.0, 1.0, 4.0]))
    assert (cut, above) == (3.5, 1.0) and below == pytest.approx(1.0 / 3.0)
    assert np.isnan(cut_of(np.ones(5), ahead, ~ahead, np.ones(5))).all()


def test_a_planted_cause_is_found_and_told_from_chance():
    draw = np.random.default_rng(3)
    knobs = draw.uniform(size=(120, 5))
    gain = knobs[:, 3] - 0.4 + 0.1 * draw.normal(size=120)
    found, chance = separations("abcde", knobs, gain, np.full(120, 1.0 / 120.0), 1, 200)
    best = found[0]
    assert best.knob == "d" and best.area.value > 0.95 and best.area.low > 0.85 and chance == 0.0
    assert best.cut == pytest.approx(0.4, abs=0.1) and best.above > 0.9 > 0.1 > best.below
    assert all(each.area.low < 0.5 < each.area.high for each in found[2:])
    assert best.correlation.value > 0.9 >= abs(found[-1].correlation.value)


def test_where_no_knob_has_to_do_with_it_chance_is_not_small():
    draw = np.random.default_rng(4)
    small = [separations("abcdef", draw.uniform(size=(30, 6)), draw.normal(size=30), np.full(30, 1.0 / 30.0), seed,
                         100)[1] < 0.05 for seed in range(60)]
    assert np.mean(small) < 0.15  # by right one in twenty


def test_what_never_flips_has_a_correlation_and_no_area():
    knobs = np.linspace(0.0, 1.0, 20)[:, None]
    (only,), chance = separations("a", knobs, 1.0 + knobs[:, 0], np.full(20, 0.05), 1, 50)
    assert np.isnan(only.area.value) and np.isnan(only.cut) and np.isnan(chance)
    assert only.correlation.value == pytest.approx(1.0)


# ------------------------------------------------------------------------------ drawn again


def test_means_leave_out_what_is_not_known():
    found = np.array([[1.0, 2.0, np.nan], [np.nan, np.nan, np.nan]])
    middle = means(found)
    assert middle[0] == pytest.approx(1.5) and np.isnan(middle[1])
    often = np.array([[2.0, 0.0], [1.0, 0.0], [0.0, 3.0]])
    assert means(found, often)[0] == pytest.approx([4.0 / 3.0, np.nan], nan_ok=True)


def test_patients_are_drawn_as_many_as_there_are():
    often = patients_again(7, draws(1), 50)
    assert often.shape == (7, 50) and (often.sum(axis=0) == 7).all() and often.std() > 0.5


def test_an_interval_leaves_out_resamples_without_an_index():
    (some, none) = intervals(np.array([1.0, np.nan]), np.array([[0.0, 2.0, np.nan], [np.nan] * 3]))
    assert some.low == pytest.approx(0.05) and some.high == pytest.approx(1.95) and np.isnan(none.low)
