"""Which knobs are turned how far, and what cannot be meant."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import small_ensemble

from clsim.errors import BadInput
from clsim.sensitivity.ranges import ranges, settings


@pytest.fixture(scope="module")
def ensemble():
    return small_ensemble.made(101)


def test_all_knobs_are_turned_where_95_per_cent_of_the_weight_lies(ensemble):
    found = ranges(ensemble)
    assert [each.knob.name for each in found] == list(small_ensemble.NAMES)
    for k, each in enumerate(found):
        inside = (ensemble.values[:, k] >= each.low) & (ensemble.values[:, k] <= each.high)
        assert 0.95 <= ensemble.weights[inside].sum() < 0.99
        assert each.low > small_ensemble.LOW or each.high < small_ensemble.HIGH


def test_what_is_declared_or_said_is_taken(ensemble):
    assert {(each.low, each.high) for each in ranges(ensemble, declared=True)} == {(0.8, 1.2)}
    one, two = ranges(ensemble, ["Z_max=0.9 to 1.1", "NO_max"], declared=True)
    assert (one.knob.name, one.low, one.high) == ("Z_max", 0.9, 1.1) and (two.low, two.high) == (0.8, 1.2)
    assert one.record() == {"knob": "Z_max", "label": "Z_max, times", "kind": "factor", "low": 0.9, "high": 1.1}


def test_points_of_the_cube_become_values(ensemble):
    spans = ranges(ensemble, ["Z_max=0.9 to 1.1", "NO_max=0.8 to 1.2"])
    assert settings(spans, np.array([[0.0, 1.0], [0.5, 0.25]])) == [
        {"Z_max": 0.9, "NO_max": 1.2}, {"Z_max": pytest.approx(0.99**0.5), "NO_max": pytest.approx(0.8 * 1.5**0.25)}]


@pytest.mark.parametrize(("words", "said"), [
    (["ZMax"], r"knob: is not a knob of the ensemble small; given: ZMax; did you mean Z_max\?; allowed: NO_max, Z_max"),
    (["Z_max", "Z_max=0.9 to 1"], "knob: is named twice; given: Z_max"),
    (["Z_max=0.9"], "knob: is no range of a knob; given: 'Z_max=0.9'; allowed: \"NAME\", or"),
    (["Z_max=a to b"], "is no range of a knob; given: 'Z_max=a to b'"),
    (["Z_max=nan to 1"], "knob Z_max: is no range of this knob; given: nan to 1"),
    (["Z_max=1.1 to 0.9"], "knob Z_max: is no range of this knob; given: 1.1 to 0.9; allowed: two rising numbers"),
    (["Z_max=0.5 to 0.9"], "given: 0.5 to 0.9; allowed: two rising numbers within 0.8 to 1.2"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(ensemble, words, said):
    with pytest.raises(BadInput, match=said):
        ranges(ensemble, words)


def test_a_knob_that_does_not_vary_is_told(ensemble):
    still = replace(ensemble, values=np.where(np.arange(4) == 1, 1.0, ensemble.values))
    with pytest.raises(BadInput, match="knob Z_max: is 1 in all members of small that count; allowed: a range of its"):
        ranges(still)
    assert ranges(still, ["NO_max"])
