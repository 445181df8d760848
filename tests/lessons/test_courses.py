"""Answers become orders, at the time they are given; what is the same is computed once."""

from __future__ import annotations

import numpy as np
import pytest
from toy_lesson import changed

from clsim.lessons.claims import look_at, shown
from clsim.lessons.course import Courses, when
from clsim.lessons.export import export
from clsim.lessons.lesson import lessons, load_lesson
from clsim.lessons.parts import Claim, Moment
from clsim.managed.fork import fork


def test_every_way_is_walked_and_a_prompt_that_is_not_asked_is_not_answered(courses):
    paths = list(courses.paths())
    assert paths == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0)]
    stopped = courses.along((2, 0))
    assert [each.prompt.id for each in stopped.asked] == ["early"]


def test_what_is_ordered_by_nobody_is_computed_once(courses):
    watched = courses.along((0, 0))
    assert watched.result is courses.base
    before = len(courses.known)
    assert courses.along((0, 1)).result is courses.along((0, 1)).result
    assert len(courses.known) <= before + 1


def test_a_condition_is_asked_when_it_is_first_so(courses):
    prompt, result = courses.lesson.prompts[0], courses.base
    minute = when(prompt, result)
    pressure = result["MAP"]
    assert minute % 15.0 == 0.0 and 60.0 < minute < 240.0
    assert pressure.at(minute) < prompt.when.value <= pressure.at(minute - 15.0)


def test_a_condition_that_never_comes_is_asked_at_the_latest(courses):
    from dataclasses import replace

    prompt = courses.lesson.prompts[0]
    never = replace(prompt, when=replace(prompt.when, value=20.0))
    assert when(never, courses.base) == 240.0


def test_orders_run_from_the_minute_of_the_answer(courses):
    course = courses.along((1, 1))
    asked = course.asked[0].minute
    result = course.result
    early = result.time < asked
    assert np.array_equal(result.states[early], courses.base.states[early])
    drip = result["phenylephrine"]
    assert drip.at(asked - 5.0) == 0.0 and drip.at(asked + 5.0) == 50.0
    assert drip.at(7.75 * 60.0 - 5.0) == 50.0 and drip.at(7.75 * 60.0 + 5.0) == 0.0
    given = result["fluid_given"].at(asked + 30.0) - courses.base["fluid_given"].at(asked + 30.0)
    assert given == pytest.approx(0.5, rel=1e-6)
    assert [each.number for each in result.held] == [2]


def test_a_stop_holds_every_later_dose_and_a_drug_runs_in(courses):
    assert [each.number for each in courses.along((2, 0)).result.doses] == [1]
    furosemide = courses.along((0, 2)).result["furosemide"]
    assert furosemide.at(7.75 * 60.0 + 5.0) == pytest.approx(20.0 / 15.0)
    assert furosemide.at(8.25 * 60.0) == 0.0


def test_oxygen_runs_at_the_last_rate_that_was_set_with_a_policy_and_without(tmp_path):
    oxygen = 'orders = [{ do = "oxygen", rate = %s }]'
    text = changed(('label = "Watch"', 'label = "Oxygen"\n' + oxygen % 4),
                   ('label = "Give"', 'label = "No more of it"\n' + oxygen % 0))
    for more in ("", '\npolicy = "no-support"'):
        file = tmp_path / "oxygen.toml"
        file.write_text(text.replace('scenario = "hd-il2-standard"', 'scenario = "hd-il2-standard"' + more),
                        encoding="utf-8")
        made = Courses(load_lesson(file))
        course = made.along((0, 0))
        asked, flow = course.asked[0].minute, course.result["oxygen"]
        assert [flow.at(minute) for minute in (asked - 15.0, asked + 15.0, 450.0, 480.0)] == [0.0, 4.0, 4.0, 0.0]
        later = course.result.time == asked + 30.0
        assert course.result["SaO2"].values[later] > made.base["SaO2"].values[later] + 0.003


def test_a_course_is_what_a_fork_makes(courses):
    asked = courses.along((1, 0)).asked[0].minute
    by_hand = fork(courses.base, asked, fluid=[{"give": "saline_0.9", "volume": "500 mL", "over": "30 min"}],
                   drug=[{"give": "phenylephrine", "rate": "50 mcg/min"}])
    assert np.array_equal(by_hand.states, courses.along((1, 0)).result.states)


def test_a_claim_that_is_not_so_is_found(courses):
    claim = courses.lesson.claims[0]
    from dataclasses import replace

    wrong = replace(courses.lesson, claims=(replace(claim, by=1.0), claim, replace(claim, by=None, within=0.5)))
    twin = Courses.__new__(Courses)
    twin.__dict__ |= courses.__dict__ | {"lesson": wrong}
    assert [each.holds for each in look_at(twin)] == [False, True, False]


def test_aspects_read_what_they_say(courses):
    from clsim.lessons.claims import reading

    course, series = courses.along((0, 0)), courses.base["MAP"]
    inside = (series.time >= 60.0) & (series.time <= 480.0)
    at, since = Moment(480.0), Moment(60.0)

    def read(aspect, start=since):
        claim = Claim("", "MAP", aspect, at, start, (0, 0), None, at, None, None, None, 1.0, None)
        return reading(course, claim, at, start)

    assert read("lowest") == series.values[inside].min() and read("highest") == series.values[inside].max()
    assert read("mean") == pytest.approx(series.values[inside].mean())
    assert read("change") == pytest.approx(series.at(480.0) - series.at(60.0))
    assert read("at", None) == series.at(480.0)
    assert reading(course, Claim("", "MAP", "at", Moment(1e6), None, (0, 0), None, at, None, None, None, 1.0, None),
                   Moment(1e6), None) is None


def test_values_are_shown_in_the_unit_for_people():
    assert shown("SaO2", 0.97) == "0.97" or shown("SaO2", 0.97).endswith("%")
    assert shown("creatinine_concentration", 0.08) == "80 umol/L"
    assert shown("leak", 0.5) == "0.5"
    assert shown("urine_flow", 0.001) == "60 mL/h"


@pytest.mark.slow
@pytest.mark.parametrize("name", lessons())
def test_the_model_shows_what_the_texts_say(name):
    courses = Courses(load_lesson(name))
    wrong = [f"{each.claim.says}: {each.words}" for each in look_at(courses) if not each.holds]
    assert wrong == []
    assert len(export(courses.lesson, courses).encode()) < 5_000_000
    for course in courses:
        assert course.end == courses.lesson.end_min, "nobody dies in a lesson that does not say so"
        asked = [each.minute for each in course.asked]
        assert asked == sorted(asked)
