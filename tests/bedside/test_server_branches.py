"""Going back, twins, saving and loading, lessons and the demonstration."""

from __future__ import annotations

import json
import tomllib

import numpy as np
import pytest
from pretend_page import Page

from clsim.bedside import saving
from clsim.bedside.demonstration import Playing
from clsim.bedside.session import Session
from clsim.bedside.side import Case, case
from clsim.bedside.typical import ROOM
from clsim.errors import BadInput
from clsim.lessons.demo import Demo, Step
from clsim.lessons.lesson import lessons, load_lesson
from clsim.managed.course import run_managed
from clsim.scenario.scenario import load


@pytest.fixture
def page():
    page = Page(Session("test", case("hd-il2-standard", "cwg-2014", 1)))
    page.say("pause_on_alarm", on=False)
    return page


def states(page, bed=0):
    """Everything that was computed of a bed."""
    return page.session.sides[bed].bed.told(np.inf).states


def test_going_back_leaves_a_branch(page):
    page.step(400.0)
    page.say("drip", name="phenylephrine", rate=60)
    page.step(500.0)
    page.say("drip", name="phenylephrine", rate=0)
    page.step(600.0)
    there, kept = page.numbers(), states(page)
    page.say("rewind", to_min=450.0)
    assert page.t == 450.0 and page.last("scene")["t"] == 450.0
    assert page.last("branches")["rows"] == [
        {"id": 1, "from_min": 450.0, "to_min": 600.0, "said": "1 order from 7.5 h on"}]
    page.step(600.0)
    assert page.last("frame")["beds"][0]["drips"]["phenylephrine"] == 60.0  # its end lay ahead
    assert page.numbers()["MAP"] > there["MAP"] + 1.0
    page.say("branch", id=1)
    assert page.t == 600.0 and page.numbers() == there and np.array_equal(states(page), kept)
    assert [each["id"] for each in page.last("branches")["rows"]] == [2]
    orders = [each for each in page.session.log if each["kind"] == "order"]
    assert [each["said"] for each in orders] == ["phenylephrine at 60 mcg/min", "phenylephrine off"]
    for wrong in ({"do": "branch", "id": 1}, {"do": "rewind", "to_min": 600.0}):
        with pytest.raises(BadInput, match=r"is no branch|does not lie behind"):
            page.say(**wrong)


def test_a_twin_is_the_same_patient_on_one_clock(page):
    page.step(500.0)
    page.say("fluid", name="saline_0.9", volume_mL=500, over_min=30)
    page.step(700.0)
    before = page.numbers()
    page.say("twin", policies=["cwg-2014", "no-pressor-2015"])
    assert page.last("scene")["policies"] == ["cwg-2014", "no-pressor-2015"] and page.t == 700.0
    assert page.numbers(0) == page.numbers(1) == before
    page.say("fluid", name="albumin_5", volume_mL=500, over_min=30, bed=1)
    page.step(760.0)
    assert page.numbers(1)["CVP"] > page.numbers(0)["CVP"]
    other = page.session.sides[1]
    result = run_managed(other.case.scenario, "cwg-2014", seed=1, forks=other.bed.forks)
    assert np.array_equal(result.states[: other.bed.tick + 1], states(page, 1))
    page.say("single")
    assert len(page.last("frame")["beds"]) == 1
    with pytest.raises(BadInput, match="already"):
        page.say("single")


def test_a_twin_from_the_start(page):
    page.step(1000.0)
    page.say("twin", policies=["fluids-only", "early-pressor"], from_start=True)
    alone = Page(Session("other", case("hd-il2-standard", "early-pressor", 1)))
    alone.step(1000.0)
    assert page.numbers(1) == alone.numbers()


@pytest.mark.parametrize("policy", [None, "cwg-2014"])
def test_what_was_saved_comes_again_bit_for_bit(policy):
    page = Page(Session("test", case("hd-il2-standard", policy, 1, 17, True)))
    page.say("limit", signal="MAP", low=50.0, high=None)
    page.say("pause_on_alarm", on=False)
    page.step(484.0)
    page.say("dose", order="stop")
    page.say("oxygen", rate=3.0)
    page.step(600.0)
    page.say("drug", name="furosemide", amount=20)
    page.say("twin", policies=[policy, "fluids-only"])
    page.say("fluid", name="ringer_lactate", volume_mL=250.5, over_min=17.5, bed=1)
    page.step(777.7)
    page.say("save")
    saved = page.last("saved")
    again = Page(Session("other", case("hd-il2-standard", "cwg-2014", 5)))
    again.say("load", toml=saved["toml"])
    assert again.last("frame") == page.last("frame")
    assert again.last("scene") | {"session": ""} == page.last("scene") | {"session": "", "t": 777.7}
    for bed in (0, 1):
        assert np.array_equal(states(page, bed), states(again, bed))
    assert again.session.limits == page.session.limits
    again.say("save")
    assert again.last("saved")["toml"] == saved["toml"]
    assert saved["command"].startswith("clsim bedside --load")


def test_the_command_of_an_untouched_session():
    page = Page(Session("test", case("hd-il2-standard", "cwg-2014", 7, 3, True)))
    page.say("save")
    assert page.last("saved")["command"] == (
        "clsim run hd-il2-standard --policy cwg-2014 --seed 7 --patient 3 --all --out bedside-hd-il2-standard-0h.nc")


def test_scenarios_and_policies_of_ones_own_are_saved_whole():
    own = load("hd-il2-standard", run={"horizon": "24 h"})
    mine = Case(own, load_lesson(lessons()[0]).policy or case("hd-il2-standard", "cwg-2014", 1).policy, 1)
    page = Page(Session("test", mine))
    page.say("save")
    data = tomllib.loads(page.last("saved")["toml"])
    assert data["scenario_text"] == own.text
    again = Page(Session("other", case("hd-il2-standard", "cwg-2014", 5)))
    again.say("load", toml=page.last("saved")["toml"])
    assert again.last("scene")["horizon_min"] == 1440.0


GOOD = """kind = "clsim bedside session"
scenario = "hd-il2-standard"
seed = 1
minute = 60.0
[[bed]]
policy = "cwg-2014"
orders = []
"""


@pytest.mark.parametrize(("change", "words"), [
    (("kind", "sort"), "no saved session"),
    (('"hd-il2-standard"', '"../../etc/passwd"'), "pattern"),
    (('"hd-il2-standard"', '"private.toml"'), "is not a shipped scenario"),
    (('seed = 1', 'seed = -1'), "greater"),
    (('seed = 1', 'seed = 1\nscenario_text = "extends = \\"/etc/passwd\\""'), "cannot extend another file"),
    (('seed = 1', 'seed = 1\nscenario_text = 7'), "is no text"),
    (('seed = 1', 'seed = 1\nname = "Doe"'), "is not a key"),
    (('"cwg-2014"', '"/etc/passwd"'), "is not a shipped policy"),
    (('"cwg-2014"', '3'), "no name of a policy"),
    (('minute = 60.0', 'minute = 99999.0'), "after the end"),
    (('minute = 60.0', 'minute = nan'), "finite"),
    (('orders = []', 'orders = [{at_min = 5.0, do = "go"}]'), "is no order"),
    (('orders = []', 'orders = [{at_min = 500.0, do = "oxygen", rate = 2.0}]'), "in order of time"),
    (('orders = []', 'orders = [{at_min = 5.0, do = "drip", name = "x", rate = 2.0}]'), "cannot be ordered"),
    (('orders = []', 'orders = 5'), "no list"),
    (('[[bed]]', '[[bed]]\n[[bed]]\n[[bed]]'), "one bed or two"),
    (('[[bed]]\npolicy = "cwg-2014"', '[policies]\n"../x.toml" = "a = 1"\n[[bed]]\npolicy = "../x.toml"'), "pattern"),
    (('[[bed]]', '[[limit]]\nsignal = "MAP"\nlow = 9.0\nhigh = 8.0\n[[bed]]'), "above the high"),
    (('orders = []', 'orders = ' + "[" * 500), "TOML|deeply"),
])  # fmt: skip
def test_what_cannot_be_loaded_is_refused(page, change, words):
    before = page.session.frame()
    assert saving.read(GOOD).minute == 60.0
    with pytest.raises(BadInput, match=words):
        page.say("load", toml=GOOD.replace(*change, 1))
    assert page.session.frame() == before


def test_typical_is_one_at_a_time_and_can_be_stopped(page):
    page.step(30.0)
    page.say("typical", n=1_000)
    with pytest.raises(BadInput, match="one is under way"):
        page.say("typical", n=20)
    page.say("stop_typical")
    job = page.session.job
    job.thread.join(120.0)
    assert job.done and job.said == "stopped" and job.result is None
    page.wait(0.05)
    assert page.session.job is None and page.last("typical")["share"] == 1.0


def test_only_so_many_comparisons_at_once(page):
    assert ROOM.acquire(blocking=False) and ROOM.acquire(blocking=False)
    try:
        with pytest.raises(BadInput, match="under way in other sessions"):
            page.say("typical", n=20)
        assert page.session.job is None
    finally:
        ROOM.release()
        ROOM.release()


@pytest.mark.slow
def test_typical_is_what_the_command_says(page):
    from clsim.compare.run import compare

    page.step(30.0)
    page.say("typical", n=40)
    page.session.job.thread.join(300.0)
    page.wait(0.05)
    found = page.last("typical")["result"]
    assert found["command"] == "clsim compare hd-il2-standard --policy cwg-2014 --policy no-support -n 40 --seed 1"
    its = {each["outcome"]: each for each in compare(
        "hd-il2-standard", ["cwg-2014", "no-support"], 40, seed=1).records(everything=False)
        if each["policy"] == "no-support"}
    assert found["rows"] and all(row["mean_difference"] == its[row["name"]]["difference"] for row in found["rows"])
    alone = run_managed(page.session.scenario, "cwg-2014", seed=1).outcomes["doses_given"]
    assert found["rows"][0]["here_A"] == alone and found["rows"][0]["here_B"] is None


def half_of_a_lesson(page, name):
    """Its first question answered, its second waiting where there is one; what was asked."""
    page.say("lesson", name=name)
    page.step(load_lesson(name).end_min)
    first = page.last("prompt")
    page.say("answer", prompt=first["id"], option=1)
    if page.session.learning.prompt is None:
        page.step(load_lesson(name).end_min)
    return first


@pytest.mark.parametrize("name", lessons())
def test_a_saved_lesson_is_that_lesson_again(page, name):
    first = half_of_a_lesson(page, name)
    page.say("save")
    again = Page(Session("other", case("hd-il2-standard", "cwg-2014", 1)))
    again.say("load", toml=page.last("saved")["toml"])
    assert again.last("scene")["lesson"] == name and again.t == page.t
    assert again.numbers() == page.numbers() and np.array_equal(states(again), states(page))
    mine, theirs = page.session.learning, again.session.learning
    assert theirs.given == mine.given and theirs.given[0].prompt.id == first["id"]
    assert theirs.prompt == mine.prompt and theirs.over == mine.over
    if mine.prompt:
        assert again.last("prompt") == page.last("prompt")
    again.say("rewind", to_min=theirs.given[0].minute - 1.0)
    assert not theirs.given


@pytest.mark.parametrize(("change", "words"), [
    (('lesson = "first-dose"', 'lesson = "no-dose"'), "not a shipped lesson"),
    (('lesson = "first-dose"', 'lesson = 3'), "string"),
    (('lesson = "first-dose"', ''), "are for a lesson"),
    (('lesson = "first-dose"', 'lesson = "third-day"'), "has another patient"),
    (('prompt = "', 'prompt = "un'), "no question of this lesson"),
    (('option = "', 'option = "un'), "is no option"),
    (('at_min = ', 'at_min = -'), "greater"),
    (('at_min = ', 'at_min = 9'), "after the minute"),
])  # fmt: skip
def test_a_lesson_that_was_never_saved_so_is_refused(page, change, words):
    half_of_a_lesson(page, "first-dose")
    page.say("save")
    toml = page.last("saved")["toml"]
    assert change[0] in toml
    with pytest.raises(BadInput, match=words):
        page.say("load", toml=toml.replace(*change, 1))


@pytest.mark.parametrize("name", lessons())
def test_a_lesson_is_played_to_its_debrief(name):
    lesson = load_lesson(name)
    page = Page(Session("test", case("hd-il2-standard", "cwg-2014", 1)))
    page.say("lesson", name=name)
    scene = page.last("scene")
    assert scene["lesson"] == name and scene["t"] == lesson.begin_min and scene["prebrief"] == lesson.prebrief
    page.say("pause_on_alarm", on=False)
    page.say("speed", times=3600)
    page.say("go")
    asked = []
    for _ in range(2_000):
        page.wait(0.2, every=0.2)
        if any(each["is"] == "debrief" for each in page.heard):
            break
        prompt = page.session.learning.prompt
        if prompt:
            asked.append(prompt.id)
            with pytest.raises(BadInput, match="waits for an answer"):
                page.say("go")
            with pytest.raises(BadInput, match="is no option"):
                page.say("answer", prompt=prompt.id, option=20)
            page.say("answer", prompt=prompt.id, option=prompt.usual)
            feedback = page.last("feedback")
            assert feedback["said"] and feedback["right"] is (
                None if feedback["verdict"] is None else feedback["verdict"] == "good")
            if page.session.learning.prompt is None:
                page.say("go")
    answers = dict(zip([each.id for each in lesson.prompts], lesson.usual, strict=True))
    assert asked == [each.id for each in lesson.prompts if lesson.asks(each, answers)]
    debrief = page.last("debrief")
    assert len(debrief["questions"]) == len(lesson.debrief) and len(debrief["answers"]) == len(asked)
    assert [each["expected"] for each in debrief["answers"]] == [
        chosen.label if chosen.verdict == "good" else None for each in lesson.prompts if each.id in asked
        for chosen in (each.options[each.usual],)]
    assert debrief["beside"] == ("expected way" if debrief["answers"][0]["verdict"] else "first answers")
    assert all(mine == other for each in debrief["totals"] for mine, other in (each["values"],))
    assert page.t == lesson.end_min and not page.last("frame")["running"]
    page.say("rewind", to_min=lesson.prompts[0].after_min)
    assert page.session.learning.given == []


def steps(*rows):
    return Demo("a test", "hd-il2-standard", "cwg-2014", None, 1, tuple(Step(*row) for row in rows))


def test_a_demonstration_plays_itself_and_can_be_taken_over(page):
    played = Playing(steps(
        ("look", 0.5, (), None, None),
        ("on", 1.0, ({"do": "reveal", "on": True},), 300.0, "hidden"),
        ("wrong", 0.1, ({"do": "branch", "id": 9},), None, None),
        ("twin", 1.0, ({"do": "step", "to_min": 600.0}, {"do": "twin", "policies": ["cwg-2014", "fluids-only"]}),
         700.0, "twin")))
    played.start(page.session)
    page.drain()
    page.wait(0.45)
    assert page.t == 0.0 and page.last("demo")["step"] == 1
    page.wait(0.55)
    assert page.last("demo")["said"] == "on" and 100.0 < page.t < 300.0
    page.wait(0.6)
    assert page.t == 300.0 and any(each["is"] == "error" for each in page.heard)
    page.wait(1.0)
    while page.session.hurried:
        page.wait(0.05)
    assert page.last("demo")["step"] == 4 and len(page.last("frame")["beds"]) == 2 and 600.0 < page.t <= 700.0
    page.say("take_over")
    assert page.last("demo") == {"is": "demo", "step": 0, "of": 4, "said": "yours now", "show": None}
    stood = page.t
    page.wait(1.0)
    assert page.t == stood
    page.say("go")
    page.wait(0.5)
    assert page.t > stood


@pytest.mark.slow
def test_the_shipped_demonstration_ends_where_it_should():
    page = Page(Session("test", case("hd-il2-standard", "cwg-2014", 1)))
    page.say("demo")
    for _ in range(6_000):
        page.wait(0.2, every=0.2)
        if page.session.demo is None:
            break
    assert page.last("demo")["step"] == 0
    assert not [each for each in page.heard if each["is"] == "error"]
    assert json.dumps(page.last("frame"))
