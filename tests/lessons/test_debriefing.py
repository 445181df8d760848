"""What a debrief adds up, and what it puts beside each other."""

from __future__ import annotations

import json

import numpy as np
import pytest

from clsim.lessons.debriefing import EXPECTED, FIRST, Sum, beside, came_to, feedback, minutes_below, other_way
from clsim.lessons.grid import grid
from clsim.lessons.lesson import load_lesson


@pytest.mark.parametrize(("values", "minutes"), [
    ([70, 70, 70], 0.0), ([60, 60, 60], 30.0), ([70, 60, 70], 15.0), ([60, 70, 70], 7.5), ([65, 65, 65], 0.0),
    ([80, 60, 60], 15.0 * 0.25 + 15.0), ([60, 65, 60], 30.0),
])
def test_time_below_a_level_is_read_along_straight_lines(values, minutes):
    assert minutes_below(np.array([0.0, 15.0, 30.0]), np.array(values, float), 65.0) == pytest.approx(minutes)


def test_what_need_not_be_told_is_told_if_any_way_has_it():
    ways = [[Sum("low", "h", 0.0), Sum("drip", "mcg/min", mine, False), Sum("other", "", 0.0, False)]
            for mine in (0.0, 5.0)]
    assert beside(*ways) == [{"label": "low", "unit": "h", "values": [0.0, 0.0]},
                             {"label": "drip", "unit": "mcg/min", "values": [0.0, 5.0]}]


def test_sums_are_those_of_the_part_that_is_played(toy, courses):
    result = courses.along((1, 1)).result
    found = {each.label: each.value for each in came_to(toy, result)}
    played = (result.time >= 60.0) & (result.time % 15.0 == 0.0)
    assert found["lowest mean pressure"] == result["MAP"].values[played].min()
    assert found["lowest oxygen saturation"] == pytest.approx(100.0 * result["SaO2"].values[played].min())
    assert found["doses given, of the whole course"] == len(result.doses) == 1.0
    assert found["phenylephrine, highest rate"] == 50.0 and found["oxygen, highest rate"] == 0.0
    assert found["fluid by the line"] == pytest.approx(
        result["fluid_given"].values[-1] - result["fluid_given"].values[played][0])


def test_the_expected_answer_is_named_where_answers_are_judged(toy):
    assert feedback(toy.prompts[0], 1)["expected"] == "Watch" and other_way(toy) == EXPECTED
    free = load_lesson("fluid-or-pressor")
    assert feedback(free.prompts[0], 1)["expected"] is None and other_way(free) == FIRST


def test_a_file_holds_the_sums_of_every_way_beside_those_of_the_expected_one(toy, courses):
    data = json.loads(json.dumps(grid(courses)))
    assert data["beside"] == EXPECTED
    for path in courses.paths():
        node = data["nodes"][0]
        while node["prompt"] is not None:
            node = data["nodes"][node["next"][path[node["prompt"]]]]
        assert node["totals"] == beside(came_to(toy, courses.along(path).result),
                                        came_to(toy, courses.along(toy.usual).result))
