"""The bedside as a person uses it, in a real browser: a course, an order, a twin, keys, a lost line, files."""

from __future__ import annotations

import re
from io import BytesIO

import numpy as np
import pytest
from browsing import DESKTOP, PHONE, chromium, end_of, keep, looking, serving
from matplotlib.image import imread

from clsim.disclaimer import DISCLAIMER

pytestmark = pytest.mark.slow
__all__ = ["chromium"]  # a fixture
AFTER_DOSE_6 = 2580.0  # min, three hours after it
PATIENT = ("hd-il2-standard", "--policy", "cwg-2014", "--seed", "1")  # the reference adult


@pytest.fixture(scope="module")
def address():
    """A bedside that serves all tests of this file; each page has a session of its own."""
    with serving(*PATIENT) as found:
        yield found


def test_a_page_without_the_token_says_so_and_where_it_is(chromium):
    with serving(*PATIENT, "--host", "0.0.0.0") as address:
        bare, token = address.replace(re.search(r"//[^:/]+", address)[0], "//127.0.0.1").split("?token=")
        for query, said in (("", "This address lacks its token"), ("?token=old", "The token in this address is wrong")):
            page = chromium.new_page()
            lines = []
            page.on("websocket", lambda line, lines=lines: lines.append(line))
            page.goto(bare + query)
            page.get_by_role("heading", name=said).wait_for()
            assert "clsim bedside printed where it was started" in page.locator("dialog").inner_text()
            assert page.get_by_test_id("link").inner_text() == "not let in: the token"
            page.get_by_test_id("close").click()
            assert page.get_by_test_id("run").is_disabled()
            page.wait_for_timeout(1500)
            assert len(lines) == 1  # it does not knock again
            page.close()
        with looking(chromium, f"{bare}?token={token}") as seen:
            seen.at("bolus-0").click()
            seen.step("h")
            seen.page.wait_for_timeout(16_000)  # it is saved at most every 15 s
            end_of(address)
            port = re.search(r":(\d+)/", bare)[1]
            with serving(*PATIENT, "--host", "0.0.0.0", port=port):  # another start, another token
                seen.page.get_by_role("heading", name="The token in this address is wrong").wait_for()
                with seen.page.expect_download() as saved:
                    seen.at("save-kept").click()
                assert "saline_0.9" in saved.value.path().read_text(encoding="utf-8")
            seen.complaints.clear()  # of the line that was lost


def half_an_hour_ago(seen):
    """What the trends say of then: numbers by name."""
    seen.page.keyboard.press("g")
    seen.at("trend-canvas").focus()
    seen.page.keyboard.press("ArrowLeft")
    seen.page.keyboard.press("ArrowLeft")
    seen.settled()  # what it said before stands until the next picture
    seen.says("reading", ": MAP ")
    said = seen.at("reading").inner_text()
    seen.page.keyboard.press("Escape")
    return {name: float(value.replace("−", "-")) for name, value in re.findall(r"(MAP|HR|CVP) (−?\d+)", said)}


def back_to(seen, minute):
    """Rewind to a minute, or just before it."""
    seen.at("rewind").click()
    seen.at("hours-back").fill(str((seen.minute - minute) / 60.0))
    seen.at("rewind-go").click()
    seen.wait(f"Number(document.body.dataset.t) <= {minute} + 0.01")


def test_to_dose_6_at_3600_times_a_bolus_the_answer_and_the_twin(chromium, address):
    with looking(chromium, address) as seen:
        assert seen.at("disclaimer").inner_text().strip() == DISCLAIMER
        assert seen.minute == 0.0
        seen.calm()
        seen.at("speed-3600").click()
        seen.at("run").click()
        seen.wait(f"Number(document.body.dataset.t) >= {AFTER_DOSE_6}", 180_000)
        seen.at("run").click()
        seen.stands()
        back_to(seen, AFTER_DOSE_6 - 0.1)  # wherever the clock was stopped
        begin = seen.step("h")
        assert begin == AFTER_DOSE_6
        assert seen.page.locator(".slot:not([data-state=planned], [data-state=next])").count() >= 5

        seen.at("bolus-0").click()
        seen.says("toast", "0.9 % saline 500 mL over 30 min ordered")
        after = seen.step("h")
        treated = half_an_hour_ago(seen) | {"weight": seen.number("weight_kg")}
        seen.page.keyboard.press("j")
        seen.says("log", "by hand")

        back_to(seen, begin - 0.1)  # without it: the same hour again
        assert [seen.step("h"), seen.step("h")] == [begin, after]
        untreated = half_an_hour_ago(seen) | {"weight": seen.number("weight_kg")}
        assert treated["MAP"] >= untreated["MAP"]  # when the bag has just run in, in whole mmHg
        assert treated["CVP"] >= untreated["CVP"]
        assert treated["MAP"] + treated["CVP"] > untreated["MAP"] + untreated["CVP"]
        assert treated["weight"] == pytest.approx(untreated["weight"] + 0.5, abs=0.15)

        seen.page.keyboard.press("t")
        seen.at("twin-b").select_option("no-pressor-2015")
        seen.at("twin-go").click()
        seen.page.wait_for_selector("[data-testid=bed-1]")
        assert seen.pressure(0) == seen.pressure(1)  # the same patient until now
        seen.step("d")
        assert seen.page.locator(".bed").count() == 2
        assert "no-pressor-2015" in seen.at("bed-1").inner_text()


def test_why_names_the_rule_the_values_and_the_source(chromium, address):
    with looking(chromium, address) as seen:
        seen.calm()
        for _ in range(2):
            seen.step("d")
        seen.step("h")
        seen.page.keyboard.press("w")
        seen.page.wait_for_selector("#why .ground")
        said = seen.page.locator("#why").inner_text()
        assert re.search(r"day \d, \d\d:\d\d", said)
        assert "≥" in said or ">=" in said or "<" in said
        assert seen.page.locator("#why .cite").count() >= 1


def test_everything_by_keys(chromium, address):
    with looking(chromium, address) as seen:
        press = seen.page.keyboard.press
        press("l")
        seen.page.keyboard.press("Escape")
        press("4")
        seen.page.wait_for_selector("[data-speed='3600'][aria-checked=true]")
        press("1")
        seen.page.wait_for_selector("[data-speed='1'][aria-checked=true]")
        press("Space")
        seen.wait("document.body.dataset.running === 'true'")
        press("Space")
        seen.stands()
        press("+")
        seen.wait("document.querySelector('[data-testid=drip-phenylephrine]').textContent.includes('by hand')")
        press("-")
        seen.wait("document.querySelector('[data-testid=drip-phenylephrine]').textContent.startsWith('off')")
        press("x")
        seen.page.wait_for_selector("[data-testid=hidden-0]")
        press("f")
        assert seen.page.locator("#flow").is_visible()
        press("g")
        seen.page.locator("[data-testid=trend-canvas]").focus()
        press("ArrowLeft")
        press("n")
        seen.wait("document.getElementById('quiet').textContent.includes('MAP')")
        press("?")
        assert "aria-labelledby" in seen.page.locator("dialog").evaluate("each => each.outerHTML")
        assert "run or pause" in seen.page.locator("dialog").inner_text()
        press("Escape")
        assert not seen.page.locator("dialog").is_visible()
        seen.at("run").focus()
        for _ in range(12):  # each stop of the Tab key is seen
            press("Tab")
            assert seen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_a_lost_line_is_taken_up_again_in_the_same_session(chromium, address):
    lines = []

    def between(page):
        def pass_on(line):
            line.connect_to_server()
            lines.append(line)
        page.route_web_socket("**/ws*", pass_on)

    with looking(chromium, address, prepare=between) as seen:
        seen.step("d")
        seen.at("bolus-0").click()
        seen.page.wait_for_selector("[data-testid=toast]")
        before = (seen.minute, seen.pressure())
        lines[-1].close()
        seen.page.wait_for_selector("#link[data-on=false]")
        seen.page.wait_for_selector("#link[data-on=true]")
        seen.wait(f"document.body.dataset.t === '{before[0]:g}'")
        seen.settled()
        assert (seen.minute, seen.pressure()) == before
        assert "session=" in lines[-1].url
        seen.page.keyboard.press("j")
        seen.says("log", "by hand")


def test_a_page_that_is_loaded_again_shows_the_same_session(chromium, address):
    with looking(chromium, address) as seen:
        before = (seen.step("d"), seen.pressure())
        seen.page.reload()
        seen.until(before[0])
        assert (seen.minute, seen.pressure()) == before
        assert len([each for each in seen.asked if "session=" in each]) == 1


def test_a_server_that_was_started_anew_is_given_the_session_back(chromium):
    with serving(*PATIENT) as first:
        port = first.rsplit(":", 1)[1].strip("/")
        with looking(chromium, first) as seen:
            seen.at("bolus-0").click()
            before = (seen.step("h"), seen.pressure())
            seen.page.wait_for_timeout(16_000)  # it is saved at most every 15 s
            end_of(first)
            seen.page.wait_for_selector("#link[data-on=false]")
            with serving(*PATIENT, port=port):
                seen.page.wait_for_selector("#link[data-on=true]")
                seen.until(before[0])
                assert (seen.minute, seen.pressure()) == before
            seen.complaints.clear()  # of the line that was lost


def test_orders_take_effect_and_what_was_left_can_be_returned_to(chromium, address):
    with looking(chromium, address) as seen:
        seen.at("dose-hold").click()
        seen.step("h")  # dose 1 was due at the start
        assert seen.page.locator(".slot[data-state=held]").count() == 1
        assert "held" in seen.page.locator(".slot[data-state=held]").get_attribute("aria-label")
        seen.at("dose-stop").click()
        seen.step("d")
        seen.page.locator("#orders [data-testid=other-fluid]").click()
        seen.page.locator("#orders select[name=fluid]").select_option("albumin_5")
        seen.at("fluid-give").click()
        seen.says("toast", "5 % albumin")
        seen.at("more-phenylephrine").click()
        seen.page.locator("#orders form.drip input[name=oxygen]").fill("4")
        seen.page.locator("#orders form.drip input[name=oxygen]").press("Enter")
        seen.page.locator("#orders select[name=drug]").select_option("furosemide")
        seen.at("drug-give").click()
        later = seen.step("h")
        assert seen.number("oxygen_L_min") == 4.0
        assert "25 mcg/min, by hand" in seen.at("drip-phenylephrine").inner_text()
        assert seen.page.locator(".slot:is([data-state=held], [data-state=stopped])").count() == 2
        treated = seen.pressure()
        seen.at("rewind").click()
        seen.at("hours-back").fill("2")
        seen.at("rewind-go").click()
        seen.wait(f"Number(document.body.dataset.t) < {later}")
        seen.says("drip-phenylephrine", "off")
        seen.at("rewind").click()
        seen.page.get_by_role("button", name="Return").click()
        seen.until(later)
        assert seen.pressure() == treated


def test_a_saved_session_is_loaded_by_another_visitor(chromium, address, tmp_path):
    with looking(chromium, address) as seen:
        seen.step("h")
        seen.at("bolus-0").click()
        seen.step("h")
        there = (seen.minute, seen.pressure(), seen.number("HR"))
        seen.page.keyboard.press("s")
        with seen.page.expect_download() as waiting:
            seen.at("save").click()
        waiting.value.save_as(tmp_path / "kept.toml")
    with looking(chromium, address) as seen:
        seen.page.keyboard.press("s")
        seen.at("load").set_input_files(tmp_path / "kept.toml")
        seen.until(there[0])
        seen.settled()
        assert (seen.minute, seen.pressure(), seen.number("HR")) == there
        seen.page.keyboard.press("j")
        seen.says("log", "by hand")


def test_a_lesson_asks_answers_and_tells_why(chromium, address):
    with looking(chromium, address) as seen:
        seen.page.keyboard.press("p")
        seen.page.locator("dialog [data-testid=lesson-first-dose]").click()
        seen.wait("document.querySelector('#tab-lesson').getAttribute('aria-selected') === 'true'")
        seen.calm()
        seen.page.keyboard.press("e")
        seen.page.wait_for_selector("[data-testid=prompt]")
        seen.wait("document.activeElement.dataset.testid === 'option-0'")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_selector("[data-testid=feedback]")
        assert len(seen.at("feedback").first.inner_text()) > 60
        for _ in range(2):
            seen.page.keyboard.press("e")
            seen.page.wait_for_selector("[data-testid=prompt]")
            seen.at("option-2").click()
            seen.wait("!document.querySelector('[data-testid=prompt]')")
        seen.page.keyboard.press("e")
        seen.page.wait_for_selector("#lesson .totals")
        head = seen.page.locator("#lesson .totals thead th").all_inner_texts()
        assert [each.replace("\n", " ") for each in head] == ["your way", "expected way"]
        rows = seen.page.locator("#lesson .totals tbody tr").all_inner_texts()
        assert any(each.startswith("lowest oxygen saturation, %") for each in rows)
        assert "Expected: " in seen.page.locator("#lesson").inner_text()
        seen.page.emulate_media(media="print")
        style = "getComputedStyle(document.querySelector({!r})).{}"
        assert seen.page.evaluate(style.format("#lesson .totals tbody th", "color")) == "rgb(0, 0, 0)"
        assert seen.page.evaluate(style.format("body", "backgroundColor")) == "rgb(255, 255, 255)"
        assert seen.at("disclaimer").is_visible() and not seen.at("debrief").is_visible()


def test_a_thousand_patients_from_the_one_on_screen(chromium, address):
    with looking(chromium, address) as seen:
        seen.page.keyboard.press("y")
        seen.at("many").fill("20")
        seen.at("typical-go").click()
        seen.page.wait_for_selector("[data-testid=typical-table]", timeout=180_000)
        assert "clsim compare" in seen.at("command").inner_text()
        assert " to " in seen.at("typical-table").inner_text()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", ["dark", "projector"])
def test_the_same_picture_twice_in_each_theme_and_size(chromium, address, tmp_path, theme, size):
    query = f"scenario=hd-il2-standard&policy=cwg-2014&seed=3&t=300&speed=0&theme={theme}"
    shots = []
    for i in range(2):
        with looking(chromium, address, query, size) as seen:
            seen.until(300.0)
            shots.append(keep(tmp_path, f"{theme}-{size[0]}-{i}", seen))
            assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert "illustrative" in seen.at("caption").first.inner_text()
            box = seen.at("disclaimer").bounding_box()
            assert box is not None
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= size[1] + 1
            assert DISCLAIMER in seen.at("disclaimer").inner_text()
    one, other = (imread(BytesIO(each)) for each in shots)
    assert np.abs(one - other).max() <= 2.0 / 255.0  # Chromium rounds the corners of boxes now this way, now that


def test_who_wants_no_movement_gets_none(chromium, address, tmp_path):
    with looking(chromium, address, reduced_motion="reduce") as seen:
        seen.at("run").click()
        seen.wait("document.body.dataset.running === 'true'")
        seen.settled()
        assert seen.page.evaluate("document.documentElement.dataset.still") == "true"
        assert seen.page.evaluate("document.getAnimations().length") == 0


def test_the_browser_itself_would_refuse_what_lies_outside(chromium, address):
    with looking(chromium, address) as seen:
        refused = seen.page.evaluate(
            "fetch('http://127.0.0.1:9/x').then(() => false, () => true)")
        inline = seen.page.evaluate(
            "(() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
            "document.body.append(s); return window.ran === undefined; })()")
        assert refused
        assert inline
        assert any("Content Security Policy" in each for each in seen.complaints)
        seen.complaints.clear()
