"""Alarms as a person sees and hears them, in a real browser."""

from __future__ import annotations

import re

import pytest
from browsing import chromium, looking, serving

pytestmark = pytest.mark.slow
__all__ = ["chromium"]  # a fixture


@pytest.fixture(scope="module")
def address():
    """A bedside that serves all tests of this file; each page has a session of its own."""
    with serving("hd-il2-standard", "--policy", "cwg-2014", "--seed", "1") as found:
        yield found


def test_an_alarm_is_told_latches_and_is_acknowledged(chromium, address):
    with looking(chromium, address) as seen:
        seen.page.keyboard.press("l")
        low = seen.page.get_by_label(re.compile("heart rate.*low", re.I))
        low.fill("75")  # more than he has at rest, less than after a dose
        low.press("Tab")
        seen.at("sound").check()
        seen.page.keyboard.press("Escape")
        seen.step("a")
        seen.says("alarmbar", "heart rate < 75")
        assert "!" in seen.at("alarmbar").inner_text()  # not by colour alone
        assert "priority: HR low" in seen.page.locator("#loud").inner_text()
        assert seen.page.locator(".tile.ecg").get_attribute("data-level") in ("high", "medium")
        seen.at("silence").click()
        seen.page.wait_for_selector("#alarmbar[data-silenced=true]")
        for _ in range(4):
            seen.step("h")
        assert seen.number("HR") > 75
        assert "over" in seen.page.locator("#alarmbar li[data-level=latched]").inner_text()
        seen.at("acknowledge").click()
        seen.says("alarmbar", "No alarms")


def test_a_tab_that_nobody_sees_goes_on_ringing(chromium, address):
    with looking(chromium, address) as seen:
        seen.calm()
        seen.page.keyboard.press("l")
        low = seen.page.get_by_label(re.compile("heart rate.*low", re.I))
        low.fill("75")
        low.press("Tab")
        seen.at("sound").check()
        seen.page.keyboard.press("Escape")
        seen.step("a")
        seen.says("alarmbar", "heart rate < 75")
        seen.page.evaluate("""() => {
            const tone = AudioContext.prototype.createOscillator;
            AudioContext.prototype.createOscillator = function () {
                document.body.dataset.tones = 1 + Number(document.body.dataset.tones ?? 0);
                return tone.call(this);
            };
            Object.defineProperty(document, "hidden", { get: () => true });
            window.requestAnimationFrame = () => 0;  // as a browser does behind another tab
        }""")
        drawn = seen.minute
        seen.page.keyboard.press("Space")
        seen.wait("Number(document.body.dataset.tones) >= 2")
        assert seen.minute == drawn  # no picture was made
