"""The front holds whom nobody beats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_trial import arms

from clsim.compare.endpoints import LESS, MORE, available
from clsim.compare.paired import records
from clsim.compare.pareto import Plane, Point, front, plane
from clsim.errors import BadInput

PAIRS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=20)
WAYS = st.sampled_from([Plane("", "", x, y) for x in (LESS, MORE) for y in (LESS, MORE)])


def point(name, x, y):
    return Point(name, x, y, x, x, y, y)


def test_four_policies_by_hand():
    points = [point("a", 1, 1), point("b", 2, 3), point("c", 3, 2), point("d", 4, 4)]
    assert [each.name for each in front(points, Plane("", "", LESS, MORE))] == ["a", "b", "d"]
    assert [each.name for each in front(points, Plane("", "", MORE, LESS))] == ["a", "c", "d"]
    assert [each.name for each in front(points, Plane("", "", LESS, LESS))] == ["a"]


@given(PAIRS, WAYS)
def test_everybody_is_on_the_front_or_beaten_by_one_who_is(pairs, where):
    points = [point(str(i), x, y) for i, (x, y) in enumerate(pairs)]
    best = front(points, where)
    x, y = (1 if way == MORE else -1 for way in where[2:])
    assert best
    for each in points:
        beats = [x * (b.x - each.x) >= 0 and y * (b.y - each.y) >= 0 and (b.x, b.y) != (each.x, each.y) for b in best]
        assert any(beats) != (each in best)


def test_policies_in_the_plane_of_two_outcomes():
    three = arms(100)
    found = records(three, "supportive", available(three[0].rows))
    where, points = plane(found, "ICU", "doses_given")
    assert where == Plane("care at the level of an ICU [%]", "doses given", LESS, MORE)
    assert [each.name for each in points] == ["supportive", "cautious", "generous"]
    assert all(each.x_low <= each.x <= each.x_high and each.y_low <= each.y <= each.y_high for each in points)
    with pytest.raises(BadInput, match="not among the outcomes compared; given: ICQ"):
        plane(found, "ICQ", "doses_given")
    with pytest.raises(BadInput, match="has no front"):
        plane(found, "fluid_in", "doses_given")
