"""The exported lesson, opened from a file by a browser as a student would, played to its debrief."""

from __future__ import annotations

import re

import pytest
from browsing import DESKTOP, PHONE, chromium

from clsim.lessons.debrief import hours_below
from clsim.lessons.export import export
from clsim.lessons.lesson import load_lesson
from clsim.lessons.sheet import sheet

__all__ = ["chromium"]  # a fixture
pytestmark = pytest.mark.slow
WAIT = 30_000  # ms


@pytest.fixture(scope="module")
def file(toy, courses, tmp_path_factory):
    path = tmp_path_factory.mktemp("stick") / "toy.html"
    path.write_text(export(toy, courses), encoding="utf-8")
    return path


@pytest.fixture
def opened(chromium, file):
    """``opened(size)`` -> page, what was asked for, what went wrong."""
    contexts = []

    def go(size=DESKTOP):
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, offline=True,
                                       reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        asked, wrong = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(file.as_uri())
        page.wait_for_selector("[data-testid=HR-0]", timeout=WAIT)
        return page, asked, wrong

    yield go
    for each in contexts:
        each.close()


def answer(page, option):
    page.wait_for_selector(f"[data-testid=prompt] [data-testid=option-{option}]", timeout=WAIT)
    page.click(f"[data-testid=option-{option}]")
    page.wait_for_selector("[data-testid=feedback]", timeout=WAIT)


def on_to_the_end(page):
    page.click("[data-step=end]")


def number(page, name):
    return float(page.inner_text(f"[data-testid={name}-0]").replace("−", "-"))


def row(page, what):
    cells = page.locator("#lesson tr", has_text=what).locator("td, th").all_inner_texts()
    return [float(each.replace("−", "-")) for each in cells[1:]]


def test_a_way_is_played_from_a_stick(opened, courses):
    page, asked, wrong = opened()
    assert page.inner_text("[data-testid=clock]").lower() == "day 1, 01:00"
    assert "not a medical device" in page.inner_text("[data-testid=disclaimer]")
    page.click("[data-testid=speed-3600]")
    page.click("#run")
    answer(page, 1)
    assert page.get_attribute("[data-testid=feedback]", "data-verdict") == "poor"
    page.click("[data-testid=goon]")
    page.click("#run")
    on_to_the_end(page)
    answer(page, 1)
    on_to_the_end(page)
    page.wait_for_selector("#lesson >> text=your way", timeout=WAIT)
    mine, expected = courses.along((1, 1)).result, courses.along((0, 0)).result
    assert number(page, "HR") == round(float(mine["HR"].values[-1]))
    assert number(page, "SaO2") == round(100.0 * float(mine["SaO2"].values[-1]))
    assert row(page, "doses given") == [len(mine.doses), len(expected.doses)]
    assert row(page, "time with mean pressure") == pytest.approx([hours_below(mine), hours_below(expected)], abs=0.1)
    given = [float(each["fluid_given"].values[-1] - each["fluid_given"].at(60.0)) for each in (mine, expected)]
    assert row(page, "fluid by the line") == pytest.approx(given, rel=0.01)
    assert page.get_attribute("[data-dose='2']", "data-state") == "held"
    assert row(page, "phenylephrine") == [50.0, 0.0]
    assert asked == [page.url] and wrong == []


def test_going_back_opens_the_prompt_again_and_another_answer_is_another_course(opened, courses):
    page, _, wrong = opened()
    for options in ((0, 0), (1, 0)):
        on_to_the_end(page)
        answer(page, options[0])
        on_to_the_end(page)
        answer(page, options[1])
        on_to_the_end(page)
        page.wait_for_selector("#lesson >> text=your way", timeout=WAIT)
        result = courses.along(options).result
        assert number(page, "HR") == round(float(result["HR"].values[-1]))
        page.click("[data-act=rewind]")
        page.click("#dialog >> text=to the start")
        page.wait_for_selector("#lesson >> text=your way", state="detached", timeout=WAIT)
    assert wrong == []


def test_what_a_file_cannot_do_is_refused_and_the_hidden_body_waits_for_the_debrief(opened):
    page, _, wrong = opened()
    page.click("[data-testid=tab-hidden]")
    page.click("[data-testid=reveal]")
    page.wait_for_selector(".toast >> text=debrief", timeout=WAIT)
    assert page.locator("[data-testid=hidden-0]").count() == 0
    on_to_the_end(page)
    answer(page, 2)
    on_to_the_end(page)
    page.wait_for_selector("#lesson >> text=your way", timeout=WAIT)
    page.click("[data-testid=tab-hidden]")
    page.wait_for_selector("[data-testid=hidden-0]", timeout=WAIT)
    assert wrong == []


def test_the_longest_sheet_prints_on_two_pages(chromium, tmp_path):
    file = tmp_path / "sheet.html"
    file.write_text(sheet(load_lesson("third-day")), encoding="utf-8")
    page = chromium.new_page()
    page.goto(file.as_uri())
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) <= 2


def test_it_fits_a_phone(opened):
    page, asked, wrong = opened(PHONE)
    page.keyboard.press("e")  # on to the end; the buttons are in a menu here
    answer(page, 0)
    wide = page.evaluate_handle("document.documentElement").get_property("scrollWidth").json_value()
    assert wide <= PHONE[0]
    assert len(asked) == 1 and wrong == []
