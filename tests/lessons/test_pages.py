"""Sheet and debrief: whole pages that fetch nothing, escape everything, and print what was computed."""

from __future__ import annotations

import re
from html import escape

import numpy as np
import pytest

import clsim
from clsim.disclaimer import DISCLAIMER
from clsim.lessons import debrief
from clsim.lessons.claims import look_at
from clsim.lessons.drawing import Line, chart
from clsim.lessons.sheet import AFTER, BEFORE, sheet, when_asked

ELSEWHERE = re.compile(r"(?:src|href)=\"(?!data:)|url\(|@import|<script|<link")


@pytest.fixture(scope="module")
def managed():
    return clsim.run("hd-il2-standard", policy="cwg-2014", seed=1, run={"horizon": "60 h"})


def test_the_sheet_holds_all_that_an_instructor_needs(toy, courses):
    page = sheet(toy, courses)
    assert page.count(escape(DISCLAIMER)) == 2 and not ELSEWHERE.search(page)
    assert "A &lt;small&gt; lesson" in page and "<small> lesson" not in page and "Nothing &amp; more" in page
    for prompt in toy.prompts:
        assert escape(prompt.question) in page and escape(when_asked(prompt)) in page
        for option in prompt.options:
            assert escape(option.label) in page and escape(option.said) in page
    assert 'not asked after &quot;No more doses&quot;' in page
    for words in (*BEFORE, *AFTER, toy.debrief[0].ask, toy.debrief[0].answer, "Dutcher2014: a paper"):
        assert escape(words) in page
    assert look_at(courses)[0].words in page


def test_a_claim_that_does_not_hold_is_marked_on_the_sheet(toy, courses):
    from dataclasses import replace

    page = sheet(toy, courses)
    assert 'class="no"' not in page
    wrong = replace(toy, claims=(replace(toy.claims[0], by=5.0),))
    twin = object.__new__(type(courses))
    twin.__dict__ |= courses.__dict__ | {"lesson": wrong}
    assert 'class="no"' in sheet(wrong, twin)


def test_the_debrief_counts_what_the_run_holds(managed):
    page = debrief.report(managed)
    assert page.count(escape(DISCLAIMER)) == 2 and not ELSEWHERE.search(page)
    found = dict(debrief.totals(managed))
    assert found["doses given, and planned doses held or not given"] == f"{len(managed.doses)}, {len(managed.held)}"
    assert float(found["fluid by the line"].split()[0]) == pytest.approx(managed["fluid_given"].values[-1], abs=0.05)
    k = int(np.argmin(managed["MAP"].values))
    assert found["lowest mean pressure"].startswith(f"{managed['MAP'].values[k]:.3g} mmHg at ")
    assert float(found["hours with mean pressure below 65 mmHg"].split()[0]) == pytest.approx(
        managed.outcomes["hours_MAP_below_65"], abs=0.0501)
    for words in debrief.leak(managed):
        assert escape(words) in page


def test_every_decision_stands_in_the_timeline_with_why(managed):
    page = debrief.report(managed)
    decisions = [each for each in managed.trace if each.kind in ("dose given", "dose held", "drip begun", "stop")]
    assert decisions
    for each in decisions:
        assert escape(each.what) in page
        for ground in each.grounds:
            assert escape(ground.label or ground.name) in page
    routine = [each for each in managed.trace if each.table == "antipyretic" and each.name == "acetaminophen"]
    assert len(routine) > 3
    assert page.count(escape(routine[0].what)) == 1 and f"{len(routine)} times in all" in page


def test_a_run_without_a_policy_has_a_debrief_too(courses):
    result = courses.along((1, 1)).result
    page = debrief.report(result)
    assert "0.9 % saline" in page and "slot 2" in page
    seen = debrief.numbers(result)
    crossed = any((seen[each.signal] < (-np.inf if each.low is None else each.low)).any()
                  or (seen[each.signal] > (np.inf if each.high is None else each.high)).any()
                  for each in debrief.LIMITS)
    assert ("None of the usual limits was crossed" in page) is not crossed


def test_spells_are_what_was_beyond_the_limit(courses):
    result = courses.base
    values, limit = result["MAP"].values, float(np.median(result["MAP"].values))
    found = debrief.spells(result.time, values < limit)
    inside = np.zeros(len(values), bool)
    for begin, end in found:
        inside |= (result.time >= begin) & (result.time < end)
    assert np.array_equal(inside[:-1], (values < limit)[:-1])
    assert debrief.spells(result.time, values < 0.0) == []


def test_a_chart_draws_each_value_where_it_belongs():
    time = np.arange(0.0, 601.0, 60.0)
    text = chart(time, [[Line("rise", np.arange(11.0))], [Line("a & b", np.ones(11)), Line("c", np.zeros(11))]],
                 [(0.0, True), (480.0, False)], [(120.0, 180.0)], "t")
    points = re.findall(r'<polyline points="([^"]+)"', text)
    assert len(points) == 3
    x, y = np.array([pair.split(",") for pair in points[0].split()], float).T
    for each in (x, y):  # a straight line, rounded to a tenth
        assert np.allclose(np.diff(each), each[1] - each[0], atol=0.11)
    assert y[1] < y[0]
    assert "a &amp; b" in text and text.count("<rect") == 1 and "▼" in text and "▽" in text
