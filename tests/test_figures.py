"""The five figures state what the captions of the 2014 consensus paper state.

Each test reads one caption (Dutcher and others 2014, Figures 1 to 5) as a claim about
the run that the figure draws.  The runs share one patient and one course.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import clsim
from clsim.disclaimer import DISCLAIMER
from clsim.figures import FIGURES, IDEAL_GAIN, SCENARIO, demo
from clsim.plots import fluid_boluses, overview


@pytest.fixture(scope="module")
def week():
    return clsim.run(SCENARIO)


@pytest.fixture(scope="module")
def unaided(week):
    """The same course without the boluses, to see what a bolus did."""
    return clsim.run(SCENARIO, fluid=[{"name": name, "omit": True} for name in (
        "bolus", "bolus without answer", "bolus after the seventh dose", "late boluses", "second late bolus")])


def given(result) -> list[float]:
    return [order.start for order in result.scenario.doses]


def after(result, name, start, hours=8.0):
    """Minutes from the start and values of a variable in the hours after it."""
    chosen = (result.time >= start) & (result.time <= start + 60.0 * hours)
    return result.time[chosen] - start, result[name].values[chosen]


@pytest.mark.parametrize("dose", [4, 5])
def test_1_pressure_is_lowest_three_to_four_hours_after_an_early_dose(unaided, dose):
    minutes, systolic = after(unaided, "SBP", given(unaided)[dose - 1])
    assert 3.0 <= minutes[np.argmin(systolic)] / 60.0 <= 4.6
    assert systolic.min() < systolic[0] - 8.0


@pytest.mark.parametrize("dose", [4, 5])
def test_1_heart_rate_rises_while_pressure_falls(week, dose):
    _, rate = after(week, "HR", given(week)[dose - 1], 4.0)
    assert rate.max() > rate[0] + 10.0


@pytest.fixture(scope="module")
def answers(week):
    """By dose: what its bolus alone adds to systolic pressure at its end and half an hour later."""
    found = {}
    for dose, bolus in zip((4, 5, 6), fluid_boluses(week)[:3], strict=True):
        others = [other for other in (4, 5, 6) if other != dose]
        same = {"give": "saline_0.9", "volume": "750 mL", "over": "20 min", "after_dose": "3.25 h"}
        without = clsim.run(SCENARIO, fluid=[
            {"name": "bolus", **same, "doses": others}, {"name": "bolus without answer", "omit": True}])
        assert bolus.start == given(week)[dose - 1] + 195.0 and bolus.stop == bolus.start + 20.0
        found[dose] = [week["SBP"].at(time) - without["SBP"].at(time) for time in (bolus.stop, bolus.stop + 30.0)]
    return found


def test_1_an_early_bolus_lifts_systolic_pressure(week, answers):
    at_end, later = answers[4]
    assert at_end >= 6.0
    assert later >= 0.1 * at_end  # a little of it stays; of the bolus after dose 6 nothing does
    assert answers[6][1] < 0.1 * answers[6][0]
    for bolus in fluid_boluses(week)[:2]:
        assert week["SBP"].at(bolus.stop) - week["SBP"].at(bolus.start) >= 3.0
        assert week["SBP"].at(bolus.stop + 60.0) > week["SBP"].at(bolus.start) - 0.5  # against the fall of the dose


def test_2_the_same_bolus_at_the_same_time_does_less_than_half_after_dose_6(week, answers):
    for early, late in zip(answers[4], answers[6], strict=True):
        assert late < 0.5 * early
    bolus = fluid_boluses(week)[2]
    assert week["SBP"].at(bolus.stop + 30.0) < week["SBP"].at(bolus.start) + 1.0
    assert week["SBP"].at(bolus.stop + 30.0) < 85.0


def test_2_phenylephrine_begins_at_50_and_restores_pressure_so_that_dose_7_is_given(week):
    first = next(order for order in week.scenario.orders if order.name == "phenylephrine")
    assert first.rate == pytest.approx(50.0)
    assert week["SBP"].at(first.start + 60.0) - week["SBP"].at(first.start) > 6.0
    assert week["SBP"].at(given(week)[6]) > 90.0
    assert week["phenylephrine"].at(given(week)[6]) > 0.0


def test_2_dose_7_brings_hypotension_and_tachycardia_that_need_more_pressor_and_fluid(week):
    start = given(week)[6]
    _, systolic = after(week, "SBP", start, 3.5)
    _, rate = after(week, "HR", start, 3.5)
    assert systolic[-1] < systolic[0] - 9.0  # with the pressor running throughout; 9.5 found
    assert rate[-1] > rate[0] + 20.0
    _, pressor = after(week, "phenylephrine", start, 5.0)
    assert pressor[-1] > pressor[0]
    assert any(start < bolus.start < start + 300.0 for bolus in fluid_boluses(week))


def test_2_the_late_night_dose_is_held(week):
    assert any(order.start == given(week)[6] + 480.0 for order in week.scenario.held)


def test_3_the_first_two_doses_of_day_3_are_held(week):
    assert {48.0 * 60.0, 56.0 * 60.0} <= {order.start for order in week.scenario.held}


@pytest.mark.parametrize(("name", "worse"), [
    ("urea_concentration", 1.0), ("creatinine_concentration", 1.0), ("HCO3", -1.0)])
def test_3_chemistry_worsens_until_day_3_and_improves_after_the_last_dose(week, name, worse):
    mornings = [worse * week[name].at(60.0 * (6.0 + 24.0 * day)) for day in range(8)]
    assert mornings[0] < mornings[1] < mornings[2]
    assert max(mornings[4:6]) > mornings[1]
    assert mornings[7] < mornings[6] < max(mornings[4:6])


def test_3_potassium_stays_within_what_a_ward_would_let_pass(week):
    assert week["K"].values.min() > 3.0 and week["K"].values.max() < 5.5


def test_4_weight_gain_falls_behind_the_ideal_curve_and_support_rises(week):
    hours = np.array([48.0, 72.0, 96.0])
    gain = np.array([week["weight_gain"].at(60.0 * hour) for hour in hours])
    ideal = IDEAL_GAIN * week["weight_now"].values[0] * hours / 120.0
    assert np.all(gain < ideal)
    fluid = week["fluid_given"]
    early, late = fluid.at("48 h") - fluid.at("24 h"), fluid.at("108 h") - fluid.at("84 h")
    assert late > early
    assert any(order.name == "phenylephrine" and given(week)[-1] - 900.0 < order.start < given(week)[-1]
               for order in week.scenario.orders)


def test_5_platelets_and_lymphocytes_fall_fast_and_return_with_a_rebound(week):
    lymphocytes, platelets = week["lymphocytes_blood"], week["platelets"]
    assert lymphocytes.at("24 h") < 0.15 * lymphocytes.values[0]
    assert platelets.values.min() < 0.4 * platelets.values[0]
    assert 2.0 < lymphocytes.values[week.time > given(week)[-1]].max() / lymphocytes.values[0] < 5.0
    assert platelets.values[-1] > platelets.values[0]


def test_5_eosinophils_rise_progressively_and_persist(week):
    daily = np.array([week["eosinophils"].at(1440.0 * day) for day in range(1, 7)])
    assert np.all(np.diff(daily) > 0.0)
    assert week["eosinophils"].values[-1] > 10.0 * week["eosinophils"].values[0]


def test_demo_writes_five_figures_twice_with_the_disclaimer(tmp_path: Path):
    files = demo(tmp_path / "made")
    assert sorted(f.name for f in files) == sorted(f"{stem}.{kind}" for stem in FIGURES for kind in ("png", "svg"))
    for file in files:
        assert file.stat().st_size > 10_000
        if file.suffix == ".svg":
            text = " ".join(file.read_text().split())
            assert all(word in text for word in DISCLAIMER.split())


def test_overview_draws_any_result(week):
    figure = overview(week)
    assert len(figure.axes) == 4
    assert any("not a medical device" in text.get_text().replace("\n", " ") for text in figure.texts)
