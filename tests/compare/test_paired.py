"""Paired differences agree with worked examples and with what must hold of any pair of arms."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from toy_trial import arms, rows

from clsim.compare.arm import Arm
from clsim.compare.endpoints import NUMBER, SHARE, available, chosen
from clsim.compare.paired import Difference, bootstrap, difference, estimate, newcombe, records
from clsim.errors import BadInput

NAN = float("nan")
KEYS = ["outcome", "policy", "reference", "mean", "difference", "ci_low", "ci_high", "mc_error", "n"]
NUMBERS = st.lists(st.tuples(st.integers(-200, 200), st.integers(-200, 200)), min_size=3, max_size=40)
FLAGS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=3, max_size=60)
SCENES = st.one_of(st.tuples(st.just(NUMBER), NUMBERS), st.tuples(st.just(SHARE), FLAGS))


def columns(pairs):
    return np.array(pairs, np.float64).T


def test_a_number_has_the_interval_of_student():
    policy, reference = np.array([5.0, 7.0, 9.0, 4.0]), np.array([4.0, 4.0, 7.0, 4.0])
    found = difference(policy, reference, NUMBER)
    # differences 1, 3, 2, 0: mean 1.5, sum of squares about it 5, so s = sqrt(5/3), error s/2; t(3) = 3.1824
    assert found.difference == 1.5 and found.policy_mean == 6.25 and found.reference_mean == 4.75
    assert found.mc_error == pytest.approx(math.sqrt(5.0 / 3.0) / 2.0)
    assert found.ci_high - found.difference == pytest.approx(3.182446 * found.mc_error, rel=1e-6)
    assert found.difference - found.ci_low == pytest.approx(3.182446 * found.mc_error, rel=1e-6)
    library = stats.ttest_rel(policy, reference).confidence_interval()
    assert (found.ci_low, found.ci_high) == pytest.approx(tuple(library))


def by_hand(both, first, second, neither):
    """Newcombe's method 10, step by step with roots of the equations that define Wilson's limits."""
    n, z = both + first + second + neither, 1.959963984540054
    limits = []
    for hits in (both + first, both + second):
        p = hits / n  # (p - x)^2 = z^2 x (1 - x) / n
        limits.append([*sorted(np.roots([1 + z * z / n, -(2 * p + z * z / n), p * p]).real), p])
    (l1, u1, p1), (l2, u2, p2) = limits
    top = both * neither - first * second
    top = top - n / 2 if top > n / 2 else min(top, 0)
    bottom = (both + first) * (second + neither) * (both + second) * (first + neither)
    phi = top / math.sqrt(bottom) if bottom else 0.0
    down = (p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2
    up = (u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2
    return p1 - p2 - math.sqrt(down), p1 - p2 + math.sqrt(up)


@pytest.mark.parametrize("cells", [(14, 5, 0, 22), (10, 15, 5, 20), (1, 9, 12, 2), (0, 4, 0, 96), (90, 0, 3, 7)])
def test_a_share_has_the_interval_of_newcombe(cells):
    assert newcombe(*cells) == pytest.approx(by_hand(*cells), abs=1e-12)


def test_no_pair_that_differs_is_not_certainty():
    low, high = newcombe(0, 0, 0, 1000)
    assert high == pytest.approx(1.96**2 / (1000 + 1.96**2), rel=1e-3) and low == -high
    assert newcombe(0, 0, 0, 0)[0] != newcombe(0, 0, 0, 0)[0]


def test_the_interval_of_a_share_covers():
    """Of 2000 trials of 200 pairs with a true difference of 0.06, about 95 % of intervals hold it."""
    draw = np.random.default_rng(7)
    covered = 0
    for cells in draw.multinomial(200, (0.10, 0.09, 0.03, 0.78), 2000):
        low, high = newcombe(*cells.tolist())
        covered += low <= 0.06 <= high
    assert 0.935 <= covered / 2000 <= 0.97


@pytest.mark.parametrize("kind", [NUMBER, SHARE])
def test_a_policy_against_itself_is_exactly_nothing(kind):
    values = np.array([0.0, 1.0, 1.0, NAN, 0.0])
    found = difference(values, values.copy(), kind, same=True)
    assert found == Difference(0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 4, 1)


def test_a_policy_that_differs_from_itself_is_not_hidden():
    found = difference(np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0]), NUMBER, same=True)
    assert found.difference > 0.0 and found.ci_high > found.ci_low


@settings(max_examples=60, deadline=None)
@given(SCENES, st.randoms(use_true_random=False))
def test_the_order_of_patients_is_of_no_account(scene, random):
    kind, pairs = scene
    mixed = random.sample(pairs, len(pairs))
    assert difference(*columns(mixed), kind) == pytest.approx(difference(*columns(pairs), kind), rel=1e-9, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(SCENES)
def test_swapping_the_arms_flips_the_sign(scene):
    kind, pairs = scene
    a, b = columns(pairs)
    one, two = difference(a, b, kind), difference(b, a, kind)
    assert two.difference == -one.difference and two.mc_error == pytest.approx(one.mc_error)
    assert (two.ci_low, two.ci_high) == pytest.approx((-one.ci_high, -one.ci_low), abs=1e-12)
    assert one.ci_low <= one.difference + 1e-12 and one.difference <= one.ci_high + 1e-12


@settings(max_examples=60, deadline=None)
@given(NUMBERS, st.sampled_from((0.5, 2.0, 1024.0)))
def test_units_scale_everything(pairs, scale):
    a, b = columns(pairs)
    one, two = difference(a, b, NUMBER), difference(scale * a, scale * b, NUMBER)
    assert two[:6] == pytest.approx(tuple(scale * each for each in one[:6]), rel=1e-9, abs=1e-9)


def test_what_is_not_known_in_one_arm_is_left_out_of_both_and_counted():
    found = difference(np.array([1.0, NAN, 3.0, 4.0]), np.array([1.0, 2.0, NAN, 2.0]), NUMBER)
    assert (found.n, found.unknown) == (2, 2) and found.policy_mean == 2.5 and found.reference_mean == 1.5
    nothing = difference(np.array([NAN]), np.array([1.0]), SHARE)
    assert (nothing.n, nothing.unknown) == (0, 1) and math.isnan(nothing.difference)
    lone = difference(np.array([2.0]), np.array([1.0]), NUMBER)
    assert lone.difference == 1.0 and math.isnan(lone.ci_low) and math.isnan(lone.mc_error)


def test_arms_of_different_length_are_refused():
    with pytest.raises(BadInput, match="different numbers of patients; given: 2, 3"):
        difference(np.zeros(2), np.zeros(3), NUMBER)


def test_pairing_takes_the_spread_of_patients_out():
    draw = np.random.default_rng(3)
    people = draw.normal(0.0, 10.0, 500)
    found = difference(people + draw.normal(1.0, 0.5, 500), people, NUMBER)
    assert found.mc_error < 0.03 < estimate(people, NUMBER).mc_error


def test_an_arm_alone():
    found = estimate(np.array([0.0, 1.0, 1.0, NAN, 0.0]), SHARE)
    assert found.mean == 0.5 and (found.n, found.unknown) == (4, 1)
    half = 1.959963984540054 / (2.0 * math.sqrt(4.0 + 1.959963984540054**2))  # Wilson's, of 2 in 4
    assert (found.ci_low, found.ci_high) == pytest.approx((0.5 - half, 0.5 + half))
    assert math.isnan(estimate(np.array([NAN]), NUMBER).mean)


def test_the_bootstrap_draws_patients_with_both_of_their_values():
    draw = np.random.default_rng(4)
    people = draw.lognormal(2.0, 1.0, 300)
    found = bootstrap(people + 1.0, people, seed=5, resamples=300)
    assert found.difference == pytest.approx(1.0) and (found.ci_low, found.ci_high) == pytest.approx((1.0, 1.0))
    other = draw.permutation(people)
    assert bootstrap(people, other, seed=5, resamples=300) == bootstrap(people, other, seed=5, resamples=300)
    assert bootstrap(people, other, seed=6, resamples=300) != bootstrap(people, other, seed=5, resamples=300)
    assert bootstrap(people[:1], people[:1]).n == 1
    assert bootstrap(np.append(people, NAN), np.append(other, 1.0), resamples=10).unknown == 1


def test_records_are_ready_for_json():
    three = arms(120)
    found = records(three, "cautious", available(three[0].rows))
    json.dumps(found, allow_nan=False)
    assert all(list(each)[:9] == KEYS for each in found)
    assert len(found) == 3 * len(available(three[0].rows))
    for each in found:
        if each["policy"] == "cautious":
            assert (each["difference"], each["ci_low"], each["ci_high"], each["mc_error"]) == (0, 0, 0, 0)
    dead = next(each for each in found if each["outcome"] == "death" and each["policy"] == "supportive")
    assert dead["unit"] == "%" and dead["mean"] == pytest.approx(100.0 * three[0].rows["event_death"].mean())
    doses = next(each for each in found if each["outcome"] == "doses_given" and each["policy"] == "supportive")
    assert doses["difference"] > 0.0 and doses["n"] == 120 and doses["unknown"] == 0


def test_medians_on_request():
    three = arms(60)
    endpoints = chosen(("hours_MAP_below_65", "death"), three[0].rows)
    found = records(three, "cautious", endpoints, quantile=0.5, seed=3)
    assert [each["statistic"] for each in found] == ["median"] * 3 + ["mean"] * 3
    hours = [arm.rows["hours_MAP_below_65"] for arm in three]
    assert found[0]["mean"] == np.median(hours[0])
    assert found[0]["difference"] == pytest.approx(np.median(hours[0]) - np.median(hours[1]))
    assert found[0]["ci_low"] <= found[0]["difference"] <= found[0]["ci_high"]
    assert (found[1]["difference"], found[1]["ci_low"], found[1]["ci_high"]) == (0.0, 0.0, 0.0)


def test_means_are_of_the_patients_that_are_compared():
    table = rows(40)
    other = table | {"doses_given": table["doses_given"] + 1.0, "failure": np.arange(40) % 10 == 0}
    both = [Arm("a", "", table), Arm("b", "", other)]
    found = records(both, "a", chosen(("doses_given",), table))
    assert found[1]["n"] == 36 and found[1]["unknown"] == 4
    left = table["doses_given"][np.arange(40) % 10 != 0]
    assert found[1]["mean"] == pytest.approx(left.mean() + 1.0) and found[1]["difference"] == pytest.approx(1.0)


def test_what_cannot_be_told_is_null():
    table = rows(3) | {"recovery_hours": np.full(3, NAN)}
    (found,) = records([Arm("a", "", table)], "a", chosen(("recovery_hours",), table))
    assert found["mean"] is None and found["difference"] is None and found["n"] == 0 and found["unknown"] == 3
