"""A session by itself: seconds are said, not waited for, and everything that goes out fits its message."""

from __future__ import annotations

import pytest
from pretend_page import Page

from clsim.bedside.alarms import LIMITS, said
from clsim.bedside.session import Session
from clsim.bedside.side import Case, case
from clsim.errors import BadInput
from clsim.model.hazards import EVENTS
from clsim.policy.lint import sound_policy
from clsim.scenario.scenario import load


@pytest.fixture
def page():
    """The scenario's patient under the consensus of 2014; alarms do not stop the clock."""
    page = Page(Session("test", case("hd-il2-standard", "cwg-2014", 1)))
    page.say("pause_on_alarm", on=False)
    return page


def test_it_begins_with_everything_a_page_needs():
    page = Page(Session("test", case("hd-il2-standard", None, 1)))
    assert [each["is"] for each in page.heard] == ["scene", "trend", "flow"]
    scene = page.heard[0]
    assert scene["policies"] == [None] and len(scene["doses"]) == 14 and scene["horizon_min"] == 7200.0
    assert scene["patient"] == {"number": None, "age": 50, "sex": "male", "weight_kg": 75.0, "height_cm": 178}


@pytest.mark.parametrize(("speed", "minutes"), [(1, 1.0 / 60.0), (60, 1.0), (600, 10.0), (3600, 60.0)])
def test_the_clock_goes_as_fast_as_it_is_told(page, speed, minutes):
    page.say("speed", times=speed)
    page.wait(1.0)
    assert page.t == 0.0  # it stands until it is started
    page.say("go")
    frames = [each for each in page.wait(1.0) if each["is"] == "frame"]
    assert len(frames) == 20 and frames[-1]["t"] == pytest.approx(minutes, abs=1e-3) and frames[-1]["running"]
    page.say("pause")
    page.wait(1.0)
    assert page.t == pytest.approx(minutes, abs=1e-3)


def test_lost_time_is_not_made_up(page):
    page.say("speed", times=3600)
    page.say("go")
    page.session.tick(30.0)
    page.drain()
    assert page.t <= 12.0 and page.last("frame")["behind"]


def test_steps_stop_where_they_should(page):
    page.step("dose")
    assert page.t == 480.0 and [each["state"] for each in page.last("frame")["beds"][0]["doses"][:3]] == [
        "given", "next", "planned"]
    page.step("hour")
    assert page.t == 540.0
    page.step("rounds")
    assert page.t == 1440.0 + 480.0
    page.step(2000.5)
    assert page.t == 2000.5
    page.step("alarm")
    assert 2000.5 < page.t < 7200.0 and page.last("frame")["beds"][0]["alarms"]
    page.step("end")
    assert page.t == 7200.0 and not page.last("frame")["running"]
    for do in ({"do": "go"}, {"do": "step", "to": "hour"}):
        with pytest.raises(BadInput, match=r"end|ahead"):
            page.say(**do)


def test_the_same_whatever_the_speed(page):
    """Frames at another pace show the same patient."""
    page.say("speed", times=3600)
    page.say("go")
    while page.t < 700.0:
        page.wait(0.05)
    page.say("pause")
    page.step(901.25)
    other = Page(Session("other", case("hd-il2-standard", "cwg-2014", 1)))
    other.step(901.25)
    assert other.numbers() == page.numbers()
    lines = [[each for each in every.heard if each["is"] == "log" and each["kind"] != "alarm"]
             for every in (page, other)]
    assert lines[0] == lines[1] and lines[0]


def test_trends_and_hours_come_once(page):
    page.step(630.0)
    times = [time for each in page.heard if each["is"] == "trend" and not each["reset"] for time in each["t"]]
    assert times == [5.0 * i for i in range(126)]  # a look at the very minute has not been yet
    hours = [row["hour"] for each in page.heard if each["is"] == "flow" for row in each["rows"]]
    assert hours == [*range(1, 11)]
    rows = {row["hour"]: row for each in page.heard if each["is"] == "flow" for row in each["rows"]}
    assert rows[8]["labs"]["creatinine"] > 0.0 and rows[7]["labs"] is None
    assert rows[3]["net_mL"] == pytest.approx(rows[3]["in_mL"] - rows[3]["out_mL"], abs=0.11)


def test_a_dose_is_held_at_its_very_minute(page):
    page.step("dose")
    page.say("dose", order="hold")
    assert page.last("frame")["beds"][0]["doses"][1] == {
        "number": 2, "state": "next", "reason": "to be held by hand"}
    page.step("dose")
    doses = page.last("frame")["beds"][0]["doses"]
    assert doses[1]["state"] == "held" and doses[2]["state"] == "next"
    page.say("dose", order="stop")
    page.step("dose")
    page.say("dose", order="resume")
    page.step("dose")
    assert [each["state"] for each in page.last("frame")["beds"][0]["doses"][:4]] == [
        "given", "held", "held", "given"]


def test_a_policy_goes_on_from_what_the_hand_did(page):
    """A drip in the hand is known to the policy, and left to it again."""
    page.step(1450.0)
    page.say("drip", name="phenylephrine", rate=55)
    page.step(1500.0)
    bed = page.last("frame")["beds"][0]
    assert bed["drips"]["phenylephrine"] == 55.0 and bed["by_hand"] == ["phenylephrine"]
    known = dict(zip(*page.session.sides[0].bed.told(1500.0).chart.readings("phenylephrine"), strict=True))
    assert known[1455.0] * 75.0 == pytest.approx(55.0)
    page.say("drip", name="phenylephrine", rate=None)
    assert page.last("frame")["beds"][0]["by_hand"] == []
    with pytest.raises(BadInput, match="is not in your hand"):
        page.say("drip", name="phenylephrine", rate=None)


@pytest.mark.parametrize("minute", [485.0333, 480.0, 0.0])
def test_what_is_ordered_is_shown_before_the_clock_moves(page, minute):
    """Between two grid points, at a look that is not decided yet, and at the very beginning."""
    if minute:
        page.step(minute)
    page.say("fluid", name="saline_0.9", volume_mL=500, over_min=30)
    page.say("drip", name="norepinephrine", rate=5)
    bed = page.last("frame")["beds"][0]
    assert bed["drips"]["norepinephrine"] == 5.0 and page.t == pytest.approx(minute, abs=1e-4)
    assert {"name": "saline_0.9", "left_mL": 500.0, "rate_mL_h": 1000.0} in bed["fluids"]
    page.step(minute + 15.0)
    bed = page.last("frame")["beds"][0]
    left = next(each for each in bed["fluids"] if each["name"] == "saline_0.9")["left_mL"]
    assert left == pytest.approx(250.0, abs=0.5) and bed["drips"]["norepinephrine"] == 5.0


def test_what_a_scenario_runs_by_itself_is_shown_where_nobody_decides(page):
    page.say("open", scenario="consensus-2014-week", policy=None, seed=1)
    page.say("pause_on_alarm", on=False)
    page.step(1640.0)
    drip, bag = page.last("frame")["beds"][0]["fluids"]
    assert drip["left_mL"] is None and drip["rate_mL_h"] == 50.0 and "dextrose" in drip["name"]
    assert bag == {"name": "0.9 % saline", "left_mL": 562.5, "rate_mL_h": 2250.0}  # 5 of 20 min of 750 mL
    page.say("open", scenario="consensus-2014-week", policy="cwg-2014", seed=1)  # which leaves none of it
    page.step(30.0)
    assert all("dextrose" not in each["name"] for each in page.last("frame")["beds"][0]["fluids"])


def test_alarms_latch_are_silenced_and_known(page):
    page.step(240.0)
    page.say("limit", signal="MAP", low=round(page.numbers()["MAP"]) + 1.0, high=None)
    page.say("limit", signal="SBP", low=None, high=None)
    page.step(245.0)
    first = page.last("frame")["beds"][0]["alarms"]
    assert [each["signal"] for each in first] == ["MAP"] and not first[0]["latched"] and "<" in first[0]["said"]
    page.say("silence", minutes=1.0)
    assert page.last("frame")["beds"][0]["alarms"][0]["silenced"]
    page.wait(61.0, every=0.2)
    assert not page.last("frame")["beds"][0]["alarms"][0]["silenced"]
    page.say("drip", name="phenylephrine", rate=100)
    page.step(270.0)
    page.say("limit", signal="HR", low=None, high=round(page.numbers()["HR"]) - 5.0)
    page.step(271.0)
    rings = {each["signal"]: each for each in page.last("frame")["beds"][0]["alarms"]}
    assert rings["MAP"]["latched"] and not rings["HR"]["latched"]  # the pressure is back
    page.say("acknowledge")
    rings = {each["signal"]: each for each in page.last("frame")["beds"][0]["alarms"]}
    assert "MAP" not in rings and all(each["silenced"] for each in rings.values()) and "HR" in rings
    for wrong in ({"signal": "leak", "low": 1.0}, {"signal": "MAP", "low": 90.0, "high": 80.0}):
        with pytest.raises(BadInput, match=r"alarm|above the high"):
            page.say("limit", **wrong)


@pytest.mark.parametrize(("signal", "side", "words"), [
    ("MAP", "low", "MAP low: mean arterial pressure < 65 mmHg"),
    ("SaO2", "low", "SaO2 low: oxygen saturation < 92 %"),
    ("respiratory_rate", "high", "respiratory rate high: > 24 /min"),
    ("temperature", "high", "temperature high: > 40 °C"),
])
def test_an_alarm_says_what_is_beyond_which_limit(signal, side, words):
    assert said(next(each for each in LIMITS if each.signal == signal), side) == words


def test_an_alarm_stops_the_clock_where_it_begins():
    page = Page(Session("test", case("hd-il2-standard", "cwg-2014", 1)))
    page.say("limit", signal="MAP", low=90.0, high=None)
    page.say("speed", times=3600)
    page.say("go")
    page.wait(10.0)
    line = page.last("log")
    assert not page.last("frame")["running"] and line["kind"] == "alarm" and line["t"] == page.t
    assert page.numbers()["MAP"] <= 90.0
    page.say("go")
    page.wait(1.0)
    assert page.last("frame")["running"]  # it does not stop again for the same


def test_the_hidden_body_is_shown_when_asked_for(page):
    page.step(300.0)
    assert page.last("frame")["beds"][0]["hidden"] is None and "leak" not in page.last("trend")["rows"]
    page.say("reveal", on=True)
    assert page.last("frame")["beds"][0]["hidden"]["leak"] > 0.1
    page.say("open", scenario="hd-il2-standard", policy="cwg-2014", seed=1)
    assert not page.last("scene")["reveal"]  # covered again
    page.step(300.0)
    page.say("reveal", on=True)
    assert page.last("trend")["reset"] and len(page.last("trend")["rows"]["leak"]) == 60


def test_why_tells_what_was_decided_up_to_now(page):
    with pytest.raises(BadInput, match="nothing has been decided yet"):
        page.say("why")
    page.step(490.0)
    page.say("why", at_min=480.0)
    why = page.last("why")
    assert why["data"]["look_min"] == 480.0 and "planned dose 2 given" in why["text"]
    page.say("why")
    assert all(each["time"] <= 490.0 for each in page.last("why")["data"]["entries"])
    with pytest.raises(BadInput, match="has not come yet"):
        page.say("why", at_min=500.0)
    with pytest.raises(BadInput, match="is not there"):
        page.say("why", bed=1)


def test_a_debrief_is_of_one_patient_and_names_reasons(page):
    page.step(2900.0)  # past the seventh dose, which is held at night
    page.say("debrief")
    debrief = page.last("debrief")
    totals = {each["label"]: each for each in debrief["totals"]}
    assert totals["intubation"] == {"label": "intubation", "unit": "", "values": ["no"]} and debrief["beside"] is None
    assert totals["doses given"]["values"][0] == len(page.session.sides[0].bed.told(2900.0).doses)
    held = [each for each in page.last("frame")["beds"][0]["doses"] if each["state"] == "held"]
    assert held and all(" " in each["reason"] for each in held)  # a phrase, not the name of a rule
    page.say("why", at_min=2880.0)
    data = page.last("why")["data"]
    assert data["criteria_met"] and list(data["criteria_said"]) == data["criteria_met"]
    assert all(data["criteria_said"].values())


def test_where_nobody_decides_no_rule_is_named():
    page = Page(Session("test", case("hd-il2-standard", None, 1)))
    page.step(500.0)
    doses = [each for each in page.heard if each["is"] == "log" and each["kind"] == "dose"]
    assert [each["said"] for each in doses] == ["planned dose 1 given", "planned dose 2 given"]
    assert all(each["rule"] is None and each["value"] is None for each in doses)


def test_who_dies_stops_the_clock():
    deadly = load("hd-il2-standard", parameters={"base_hazard": ["1e-3 1/min"] * len(EVENTS)})
    page = Page(Session("test", Case(deadly, sound_policy("never-hold"), 4)))
    page.step("end")
    bed = page.last("frame")["beds"][0]
    assert bed["dead"] and bed["numbers"]["HR"] is None and page.t == page.session.end < 7200.0
    assert [each["said"] for each in page.heard if each["is"] == "log"][-1] == bed["dead"]
    with pytest.raises(BadInput, match=r"at its end|too late"):
        page.say("fluid", name="saline_0.9", volume_mL=500, over_min=30)
    page.say("rewind", to_min=60.0)
    assert page.last("frame")["beds"][0]["dead"] is None
