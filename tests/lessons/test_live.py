"""A lesson at the bedside and the same lesson in a file: one patient, one course."""

from __future__ import annotations

import pytest
from pretend_page import Page

from clsim.bedside.session import Session
from clsim.bedside.side import case
from clsim.bedside.signals import numbers
from clsim.lessons.course import Courses
from clsim.lessons.debriefing import beside, came_to, questions
from clsim.lessons.lesson import load_lesson


@pytest.mark.slow
@pytest.mark.parametrize(("name", "path"), [
    ("first-dose", (1, 1, 0)), ("third-day", (0, 0, 2)), ("fluid-or-pressor", (0, 1, 2, 0)),
    ("when-to-stop", (1, 2, 0)),
])
def test_the_bedside_and_the_file_show_the_same_patient(name, path):
    lesson = load_lesson(name)
    course = Courses(lesson).along(path)
    page = Page(Session("test", case("hd-il2-standard", None, 1)))
    page.say("lesson", name=name)
    page.say("pause_on_alarm", on=False)
    answers = dict(zip([each.id for each in lesson.prompts], path, strict=True))
    shown = numbers(course.result)
    for asked in course.asked:
        page.step("end")
        prompt = page.last("prompt")
        assert (prompt["id"], page.t) == (asked.prompt.id, asked.minute)
        row = list(course.result.time).index(asked.minute)
        for signal in ("MAP", "HR", "weight_kg"):
            assert page.numbers()[signal] == pytest.approx(shown[signal][row], abs=0.05), (asked.prompt.id, signal)
        page.say("answer", prompt=prompt["id"], option=answers[prompt["id"]])
    page.step("end")
    debrief = page.last("debrief")
    assert page.t == lesson.end_min and debrief["questions"] == questions(lesson)
    in_a_file = beside(came_to(lesson, course.result), came_to(lesson, Courses(lesson).along(lesson.usual).result))
    assert [each["label"] for each in debrief["totals"]] == [each["label"] for each in in_a_file]
    for mine, other in zip(debrief["totals"], in_a_file, strict=True):
        assert mine["values"] == pytest.approx(other["values"], rel=2e-3, abs=0.05), mine["label"]
    for signal in ("MAP", "HR", "SaO2", "weight_kg", "urine_mL_h"):
        assert page.numbers()[signal] == pytest.approx(shown[signal][-1], rel=2e-3, abs=0.05), signal
