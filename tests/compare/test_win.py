"""The win ratio decides each patient by what matters most first."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_trial import arms, rows

from clsim.compare.arm import Arm
from clsim.compare.endpoints import ENDPOINTS
from clsim.compare.win import HIERARCHY, Level, level, wins
from clsim.errors import BadInput

TWO = (level("death", 0.0, ""), level("doses_given", 2.0, ""))


def arm(name, death, doses, failure=None):
    failure = np.zeros(len(death)) if failure is None else np.array(failure)
    return Arm(name, "", {"event_death": np.array(death), "doses_given": np.array(doses), "failure": failure})


def test_a_hierarchy_worked_by_hand():
    policy = arm("p", [0, 1, 0, 0, 0, 0, 1], [9, 9, 9, 5, 7, 7, 9])
    reference = arm("r", [1, 0, 0, 0, 0, 0, 1], [9, 5, 7, 9, 6, 7, 2])
    found = wins(policy, reference, TWO)
    death, doses = found.levels
    assert (death.wins, death.losses, death.ties) == (1, 1, 5)
    # of the five: +2 doses wins, -4 loses, +1 is within the margin, 0 is a tie, and who died under both has tied
    assert (doses.wins, doses.losses, doses.ties) == (1, 1, 3)
    assert (found.wins, found.losses, found.ties, found.n, found.unknown) == (2, 2, 3, 7, 0)
    assert found.ratio == 1.0 and found.benefit == 0.0
    # Wilson's limits of 2 wins in 4 decided, as odds
    p, z2 = 0.5, 1.959963984540054**2
    half = math.sqrt(z2 * (p * (1 - p) / 4 + z2 / 64)) / (1 + z2 / 4)
    middle = (p + z2 / 8) / (1 + z2 / 4)
    assert found.ratio_low == pytest.approx((middle - half) / (1 - middle + half))
    assert found.ratio_high == pytest.approx((middle + half) / (1 - middle - half))


def test_a_policy_against_itself_ties_with_everybody():
    one = arms(60)[0]
    found = wins(one, one)
    assert (found.wins, found.losses, found.ties) == (0, 0, 60) and found.benefit == 0.0
    assert math.isnan(found.ratio) and (found.benefit_low, found.benefit_high) == (0.0, 0.0)
    json.dumps(found.record(), allow_nan=False)


def test_without_losses_the_ratio_is_infinite_but_its_lower_end_is_not():
    found = wins(arm("p", [0, 0], [9, 9]), arm("r", [0, 0], [2, 2]), TWO)
    assert found.ratio == math.inf and 0.0 < found.ratio_low < math.inf
    assert found.record()["ratio"] is None and found.record()["wins"] == 2


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 60))
def test_swapping_turns_wins_into_losses(seed, n):
    one, two = Arm("one", "", rows(n, seed, 0.6)), Arm("two", "", rows(n, seed, 0.1, 2.0))
    there, back = wins(one, two), wins(two, one)
    assert (there.wins, there.losses, there.ties) == (back.losses, back.wins, back.ties)
    assert there.wins == sum(each.wins for each in there.levels)
    assert there.wins + there.losses + there.ties == there.n == n
    if there.wins and there.losses:
        assert there.ratio_low * back.ratio_high == pytest.approx(1.0)


def test_who_failed_numerically_is_counted():
    found = wins(arm("p", [0, 0], [9, 9], [0, 4]), arm("r", [0, 0], [2, 2]), TWO)
    assert (found.n, found.unknown, found.wins) == (1, 1, 1)


def test_an_outcome_without_a_better_way_is_refused():
    neutral = next(each for each in ENDPOINTS if each.name == "fluid_in")
    with pytest.raises(BadInput, match="given: fluid_in"):
        wins(arm("p", [0], [1]), arm("r", [0], [1]), (Level(neutral, 0.0, ""),))


def test_the_hierarchy_says_why():
    assert all(each.why.startswith("assumed: ") for each in HIERARCHY)
    assert [each.endpoint.name for each in HIERARCHY][:3] == ["death", "organ_support", "doses_given"]
