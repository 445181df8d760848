"""A lesson is read as written, and refused by file, line and key where it cannot be meant."""

from __future__ import annotations

import re

import pytest
from reading import PACKAGE
from toy_lesson import TOY, changed, line_of

from clsim.errors import BadInput
from clsim.lessons.lesson import cited, lessons, load_lesson

BIBLIOGRAPHY = (PACKAGE.parent / "docs" / "references.bib").read_text(encoding="utf-8")
MEASURED = re.compile(r"\d\s*(mmHg|kg\b|g/L|mL/h|umol|mmol|/min|mL\b|%|L\b|degC)")
ORDERED = re.compile(r"\b(500 mL|one litre|1 L|5 %|50 mL)")


def refused(tmp_path, text):
    file = tmp_path / "bad.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_lesson(file)
    return caught.value


def test_what_is_written_is_what_is_read(toy):
    assert (toy.name, toy.title, toy.level, toy.minutes) == ("toy", "A <small> lesson", "basic", 5)
    assert (toy.begin_min, toy.end_min, toy.policy, toy.patient) == (60.0, 720.0, None, None)
    early, late = toy.prompts
    assert early.when.text == "MAP < 90.5 mmHg" and early.when.holds(90.4) and not early.when.holds(90.5)
    assert (early.at_min, early.after_min, early.by_min) == (None, 60.0, 240.0)
    assert (late.at_min, late.after_min, late.by_min) == (465.0, 465.0, 465.0)
    assert [each.id for each in early.options] == ["watch", "both", "stop"]
    assert early.options[1].orders == (
        {"do": "fluid", "name": "saline_0.9", "volume_mL": 500.0, "over_min": 30.0},
        {"do": "drip", "name": "phenylephrine", "rate": 50.0})
    assert [each.verdict for each in late.options] == ["good", None, "poor"]
    assert toy.usual == (0, 0) and late.unless == {"early": "stop"}
    assert toy.debrief[0].shows == ("MAP", "leak") and toy.reveal == ("leak",)


def test_the_unit_of_a_condition_is_read():
    lesson = load_lesson("third-day")
    condition = lesson.prompts[0].when
    assert (condition.signal, condition.compare, condition.value) == ("SBP", "<", 95.0)


@pytest.mark.parametrize(("old", "new", "stands", "says", "near"), [
    ('level = "basic"', 'level = "hard"', "level =", "basic", ""),
    ("minutes = 5", "minute = 5", "minute =", "is not a key here", "minutes"),
    ("hd-il2-standard", "hd-il2-standart", "scenario =", "is not a shipped scenario", "hd-il2-standard"),
    ('end = "12 h"', 'end = "300 h"', "end =", "does not lie", ""),
    ('end = "12 h"', 'end = "twelve"', "end =", "", ""),
    ('reveal = ["leak"]', 'reveal = ["leek"]', "reveal =", "is no variable", "leak"),
    ("MAP < 90.5 mmHg", "MAP below 88", "when =", "is no condition", ""),
    ("MAP < 90.5 mmHg", "SPB < 88 mmHg", "when =", "is no variable", "SBP"),
    ("MAP < 90.5 mmHg", "MAP < 88 kg", "when =", "", ""),
    ('by = "4 h"\n', "", "when =", "at the latest", ""),
    ('by = "4 h"', 'by = "4.1 h"', 'by = "4.1', "between two looks", ""),
    ('by = "4 h"', 'by = "8 h"', '[[prompt]]\nid = "late"', "before the one above", ""),
    ('id = "late"', 'id = "early"', 'id = "early"\nat', "is the id of two prompts", ""),
    ('id = "both"', 'id = "watch"', 'id = "watch"\nlabel = "Bolus', "is the id of two options", ""),
    ('unless = { early = "stop" }', 'unless = { early = "stopp" }', "unless", "no earlier prompt", "stop"),
    ("rate = 50", "rate = -50", "rate = -50", "greater than or equal to 0", ""),
    ('{ do = "drip", name = "phenylephrine", rate = 50 }', '{ do = "oxygen" }', '{ do = "oxygen"', "needs a rate", ""),
    ("volume_mL = 500", "volume_mL = -5", "volume_mL = -5", "greater than 0", ""),
    ('"Dutcher2014, Figure 1; model"', '"Dutcher2015"', 'cite = "Dutcher2015', "not among", "Dutcher2014"),
    ('Dutcher2014 = "a paper"', 'Dutcher2014 = "a paper"\nYang1994 = "?"', "Yang1994", "cited by nothing", ""),
    ('shows = ["MAP", "leak"]', 'shows = ["MAP", "lek"]', "shows", "is no variable", "leak"),
    ('by = "-1 mmHg"\n', "", "[[claim]]", "is incomplete", ""),
    ('by = "-1 mmHg"', 'by = "-1 mmHg"\nwithin = "2 mmHg"', "within", "contradict", ""),
    ('at = "early"\n', 'at = "earlier + 1 h"\n', 'at = "earlier', "is no prompt", "early"),
    ('at = "early"\n', 'at = "early"\nsince = "1 h"\n', "since", "start of a stretch", ""),
    ('signal = "MAP"\n', 'signal = "MAP"\npath = { late = "gve" }\n', "path", "is no option", "give"),
    ("[lesson]", "[lesson", "[lesson", "is not valid TOML", ""),
])
def test_what_cannot_be_meant_is_refused_where_it_stands(tmp_path, old, new, stands, says, near):
    text = changed((old, new))
    error = refused(tmp_path, text)
    assert says in error.problem, error
    assert error.nearest == near, error
    assert (error.place.file, error.place.line) == (str(tmp_path / "bad.toml"), line_of(text, stands)), error


def test_an_order_that_cannot_be_given_is_refused_before_it_is_asked(tmp_path):
    from clsim.lessons.course import Courses

    file = tmp_path / "bad.toml"
    file.write_text(changed(("saline_0.9", "saline_9")), encoding="utf-8")
    with pytest.raises(BadInput, match="saline"):
        Courses(load_lesson(file)).along((1, 0))


def test_a_name_that_is_not_shipped_names_the_nearest():
    with pytest.raises(BadInput) as caught:
        load_lesson("first-doze")
    assert caught.value.nearest == "first-dose"


def test_a_patient_needs_a_policy(tmp_path):
    text = changed(("scenario = \"hd-il2-standard\"", "scenario = \"hd-il2-standard\"\npatient = 3"))
    assert "only with a policy" in refused(tmp_path, text).problem


def test_keys_of_a_citation():
    assert cited("Dutcher2014, Figure 1; model; assumed: nothing; Textor1987") == ["Dutcher2014", "Textor1987"]
    assert TOY.count("[[prompt]]") == 2


@pytest.mark.parametrize("name", lessons())
def test_shipped_lessons_are_what_a_class_needs(name):
    lesson = load_lesson(name)
    assert len(lesson.objectives) >= 3 and len(lesson.debrief) >= 4 and 2 <= len(lesson.prompts) <= 4
    assert "Nothing" in lesson.prebrief and "advice for a patient" in lesson.prebrief
    assert len(lesson.claims) >= 10 and len(lesson.reveal) >= 3
    for key in lesson.sources:
        assert f"{{{key}," in BIBLIOGRAPHY, key


@pytest.mark.parametrize("name", lessons())
def test_texts_state_no_number_of_the_run(name):
    lesson = load_lesson(name)
    texts = [option.said for prompt in lesson.prompts for option in prompt.options]
    texts += [prompt.question for prompt in lesson.prompts] + [prompt.why_now for prompt in lesson.prompts]
    texts += [each.answer for each in lesson.debrief] + [each.ask for each in lesson.debrief]
    for text in texts:
        assert not MEASURED.search(ORDERED.sub("", text)), text
