"""Scenario files: what they mean, and that nothing doubtful gets in."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.errors import BadInput
from clsim.model import body
from clsim.scenario import gallery
from clsim.scenario.scenario import load, loads, surface_area

SIMPLE = """
[run]
horizon = "1 d"
"""
COURSE = """
[course]
dose = "600000 IU/kg"
over = "15 min"
every = "8 h"
doses = 14
"""


def amounts(scenario, name):
    """Everything that events bring of one input until the horizon."""
    return sum(
        event.rate * (min(event.stop, scenario.horizon) - event.start)
        for event in scenario.events
        if event.input == name
    )


@pytest.mark.parametrize("name", gallery.scenarios())
def test_a_shipped_scenario_says_what_it_is_for_and_reproduces_from_its_own_text(name):
    scenario = load(name)
    assert all(scenario.about[key] for key in ("title", "question", "source"))
    again = loads(scenario.text, scenario.name)
    assert again == scenario
    assert again.text == scenario.text
    assert not scenario.notes


def test_the_names_that_others_rely_on_are_shipped():
    shipped = {"hd-il2-standard", "hd-il2-course", "rest-19-days", "consensus-2014-week"}
    assert shipped <= set(gallery.scenarios())


def test_the_standard_cycle_has_fourteen_doses_in_five_days():
    scenario = load("hd-il2-standard")
    assert [dose.start for dose in scenario.doses] == [i * 480.0 for i in range(14)]
    assert {dose.stop - dose.start for dose in scenario.doses} == {15.0}
    assert scenario.doses[0].amount == pytest.approx(600000.0 * 75.0)
    assert amounts(scenario, "interleukin2_in") == pytest.approx(14 * 600000.0 * 75.0)
    assert scenario.horizon == 5 * 1440.0


def test_the_course_rests_nine_days_between_two_cycles():
    scenario = load("hd-il2-course")
    assert len(scenario.doses) == 28
    assert scenario.doses[14].start == 14 * 1440.0
    assert scenario.horizon == 22 * 1440.0  # the last cycle ends on day 19
    assert load("hd-il2-standard").doses[0].amount == scenario.doses[0].amount


def test_a_course_ends_the_run_where_no_horizon_is_given():
    assert loads(COURSE + 'cycles = 2\nrest = "9 d"').horizon == 19 * 1440.0


def test_nobody_is_dosed_in_nineteen_days_at_rest():
    scenario = load("rest-19-days")
    assert not scenario.events
    assert scenario.horizon == 19 * 1440.0


def test_held_doses_are_skipped_and_not_made_up():
    scenario = loads(COURSE + "hold = [7, 8]")
    assert len(scenario.doses) == 12
    assert [order.number for order in scenario.held] == [7, 8]
    assert scenario.doses[6].label == "dose 7"
    assert (scenario.doses[6].number, scenario.doses[6].start) == (9, 64 * 60.0)
    assert amounts(scenario, "interleukin2_in") == pytest.approx(12 * 600000.0 * 75.0)


def test_the_patient_of_the_five_figures_is_held_and_treated_as_the_captions_say():
    scenario = load("consensus-2014-week")
    numbers = [dose.number for dose in scenario.doses]
    assert numbers[:7] == [1, 2, 3, 4, 5, 6, 9]
    assert [order.start for order in scenario.held][:2] == [48 * 60.0, 56 * 60.0]
    pressor = [order for order in scenario.orders if order.name == "phenylephrine"]
    assert pressor[0].rate == 50.0
    assert max(order.rate for order in pressor) > 50.0
    assert any(order.start < scenario.doses[-1].start < order.stop for order in pressor)
    assert 4 * 1440.0 <= scenario.doses[-1].start < 5 * 1440.0


def test_doses_per_kg_follow_the_weight_of_the_patient():
    scenario = load("hd-il2-standard", patient={"weight": "82 kg"})
    assert scenario.values["weight"] == 82.0
    assert scenario.doses[0].amount == pytest.approx(600000.0 * 82.0)


def test_doses_per_m2_follow_the_surface_area_of_the_model():
    scenario = load("continuous-infusion", patient={"weight": "100 kg", "height": "1.96 m"})
    area = np.sqrt(100.0 * 1.96 / 36.0)
    assert scenario.doses[0].rate == pytest.approx(18e6 * area / 1440.0)
    row = np.rec.array([(100.0, 1.96, 0.0)], dtype=[(k, "f8") for k in ("weight", "height", "BSA")])
    getattr(body.rest, "py_func", body.rest)(row[0], None, None)
    assert surface_area(100.0, 1.96) == pytest.approx(row[0].BSA)


def test_a_subcutaneous_dose_goes_to_the_depot():
    scenario = load("low-dose-subcutaneous")
    assert amounts(scenario, "interleukin2_subcutaneous") == pytest.approx(4 * 9e6)
    assert amounts(scenario, "interleukin2_in") == 0.0


def test_a_dose_brings_its_carrier_fluid():
    scenario = loads(COURSE + 'carrier = "dextrose_5"\ncarrier_volume = "50 mL"')
    assert amounts(scenario, "water_in") == pytest.approx(14 * 0.05)
    assert amounts(scenario, "glucose_in") == pytest.approx(14 * 0.05 * 252.0)


def test_doses_may_stand_at_times_of_their_own():
    text = '[course]\ndose = "1 MIU"\nover = "7.3 min"\nat = ["0 h", "7.5 h", "1 d 2 h"]'
    assert [dose.start for dose in loads(text).doses] == [0.0, 450.0, 1560.0]
    assert loads(text).horizon == 2 * 1440.0


def test_a_portion_off_the_minute_brings_exactly_its_volume():
    text = '[[fluid]]\ngive = "albumin_5"\nvolume = "250 mL"\nover = "7.3 min"\nat = "10.1 min"'
    scenario = loads(SIMPLE + text)
    assert amounts(scenario, "water_in") == pytest.approx(0.25, rel=1e-14)
    assert amounts(scenario, "albumin_in") == pytest.approx(12.5, rel=1e-14)
    assert {(event.start, event.stop) for event in scenario.events} == {(10.1, 17.4)}


@pytest.mark.parametrize(
    ("entry", "starts"),
    [
        ('at = "1 h"', [1]),
        ('at = "1 h"\nevery = "6 h"\ntimes = 3', [1, 7, 13]),
        ('at = "1 h"\nevery = "6 h"\nuntil = "13 h"', [1, 7]),
        ('at = "1 h"\nevery = "6 h"\nuntil = "13.1 h"', [1, 7, 13]),
    ],
)
def test_portions_repeat(entry, starts):
    text = f'[[drug]]\ngive = "furosemide"\ndose = "40 mg"\nover = "2 min"\n{entry}'
    scenario = loads(SIMPLE + text)
    assert [order.start / 60 for order in scenario.orders] == starts
    assert amounts(scenario, "furosemide") == pytest.approx(40.0 * len(starts))


def test_what_follows_doses_follows_the_given_ones():
    text = '[[fluid]]\ngive = "saline_0.9"\nvolume = "500 mL"\nrate = "1 L/h"\nafter_dose = "3.5 h"'
    scenario = loads(COURSE + "hold = [2]\n" + text + "\ndoses = [1, 2, 3]")
    bolus = [order for order in scenario.orders if order.kind == "fluid"]
    assert [order.start for order in bolus] == [210.0, 210.0 + 960.0]
    assert bolus[0].stop - bolus[0].start == pytest.approx(30.0)


def test_a_drip_runs_changes_and_stops():
    text = """
    [[drug]]
    give = "phenylephrine"
    [drug.rates]
    "44.5 h" = "50 mcg/min"
    "50 h" = "1 mcg/kg/min"
    "52 h" = "0 mcg/min"
    "60 h" = "20 mcg/min"
    """
    scenario = loads(COURSE + text)
    drip = [order for order in scenario.orders if order.kind == "drug"]
    spans = [(order.start / 60, order.stop / 60, order.rate) for order in drip]
    assert spans == [(44.5, 50.0, 50.0), (50.0, 52.0, 75.0), (60.0, 120.0, 20.0)]


def test_entries_of_each_cycle_come_back_with_the_cycle():
    text = '[[fluid]]\ngive = "dextrose_5"\nrate = "100 mL/h"\nfrom = "2 h"\neach_cycle = true'
    scenario = loads(COURSE + 'cycles = 2\nrest = "9 d"\n' + text)
    drip = [order for order in scenario.orders if order.kind == "fluid"]
    spans = [(order.start / 60, order.stop / 60) for order in drip]
    assert spans == [(2.0, 120.0), (14 * 24 + 2.0, 14 * 24 + 120.0)]


def test_concentrates_may_be_ordered_by_their_active_substance():
    text = '[[fluid]]\ngive = "potassium_chloride"\namount = "40 mEq"\nover = "2 h"\nat = "0 h"'
    scenario = loads(SIMPLE + text)
    assert amounts(scenario, "potassium_in") == pytest.approx(40.0)
    assert amounts(scenario, "water_in") == pytest.approx(0.02)


def test_the_ward_sets_what_bags_add():
    text = '[[ward]]\neating = 0.0\noxygen = "2 L/min"\nfrom = "6 h"\n'
    bleed = '[[bleed]]\nvolume = "450 mL"\nover = "10 min"\nat = "1 h"'
    scenario = loads(SIMPLE + text + bleed)
    modes = {event.input: (event.mode, event.rate, event.start) for event in scenario.events}
    assert modes["eating"] == ("set", 0.0, 360.0)
    assert modes["oxygen"] == ("set", 2.0, 360.0)
    assert modes["bleeding"] == ("add", 0.045, 60.0)


def test_patient_and_parameters_are_read_in_internal_units():
    text = """
    [patient]
    weight = "180.779 lb"
    sex = "female"
    hematocrit_rest = "38 %"
    GFR_rest = "90 mL/min"
    J_lymph_rest = ["2 mL/min", "1.5 mL/min", "0.2 mL/min"]
    [parameters]
    tau_pocket = {third_space = "10 h", effusion = "2 d"}
    """
    values = loads(SIMPLE + text).values
    assert values["weight"] == pytest.approx(82.0, rel=1e-5)
    assert values["sex"] == 0.0
    assert values["hematocrit_rest"] == 0.38
    assert values["GFR_rest"] == pytest.approx(0.09)
    assert values["J_lymph_rest"] == pytest.approx((2e-3, 1.5e-3, 2e-4))
    assert values["tau_pocket"] == (600.0, 2880.0)


def test_output_times_end_at_the_horizon():
    scenario = loads('[run]\nhorizon = "61 min"\nevery = "15 min"')
    assert scenario.output_times().tolist() == [0.0, 15.0, 30.0, 45.0, 60.0, 61.0]
    scenario = loads('[run]\nhorizon = "1 h"\nevery = "0.1 min"')
    assert scenario.output_times()[-1] == 60.0
    assert scenario.output_times().size == 601


def test_a_scenario_extends_a_shipped_one_and_overrides_it(tmp_path):
    file = tmp_path / "heavy.toml"
    file.write_text('extends = "hd-il2-standard"\n[patient]\nweight = "100 kg"\n')
    scenario = load(file)
    assert scenario.doses[0].amount == pytest.approx(6e7)
    assert len(scenario.doses) == 14
    assert "extends" not in scenario.text
    assert loads(scenario.text, "heavy") == scenario


def test_named_entries_are_replaced_or_omitted_and_others_added(tmp_path):
    (tmp_path / "base.toml").write_text(
        SIMPLE
        + '[[fluid]]\nname = "a"\ngive = "dextrose_5"\nrate = "50 mL/h"\nfrom = "0 h"\n'
        + '[[fluid]]\nname = "b"\ngive = "saline_0.9"\nvolume = "1 L"\nover = "1 h"\nat = "1 h"\n'
        + '[[fluid]]\ngive = "albumin_5"\nvolume = "1 L"\nover = "1 h"\nat = "3 h"\n'
    )
    file = tmp_path / "child.toml"
    file.write_text(
        'extends = "base"\n[[fluid]]\nname = "a"\nomit = true\n'
        '[[fluid]]\nname = "b"\ngive = "hartmann"\nvolume = "2 L"\nover = "1 h"\nat = "2 h"\n'
        '[[fluid]]\ngive = "saline_3"\nvolume = "0.1 L"\nover = "1 h"\nat = "5 h"\n'
    )
    orders = load(file).orders
    assert [order.name for order in orders] == ["hartmann", "albumin_5", "saline_3"]
    assert orders[0].amount == pytest.approx(2.0)


def test_another_route_takes_the_place_of_what_it_contradicts():
    change = {"route": "continuous", "rate": "18 MIU/m2/d", "cycle": "5 d"}
    scenario = load("hd-il2-standard", course=change, fluid=[{"name": "bolus", "omit": True}])
    assert len(scenario.doses) == 1
    scenario = load("hd-il2-standard", course={"at": ["0 h", "9 h"]})
    assert [dose.start for dose in scenario.doses] == [0.0, 540.0]


def test_a_circle_of_extends_is_refused_by_name(tmp_path):
    (tmp_path / "a.toml").write_text('extends = "b.toml"')
    (tmp_path / "b.toml").write_text('\nextends = "a.toml"')
    with pytest.raises(BadInput, match=r"b\.toml:2: extends: extends itself; given: a -> b -> a"):
        load(tmp_path / "a.toml")


def test_a_mistake_in_the_extended_file_names_that_file(tmp_path):
    (tmp_path / "a.toml").write_text('extends = "b"\n[run]\nhorizon = "1 d"')
    (tmp_path / "b.toml").write_text('\n[patient]\nweight = "75 mmHg"')
    with pytest.raises(BadInput, match=r"b\.toml:3: \[patient\] weight"):
        load(tmp_path / "a.toml")


def test_an_overridden_value_is_named_as_such():
    with pytest.raises(BadInput, match=r"override: \[patient\] weight"):
        load("rest-19-days", patient={"weight": "10 kg"})


def test_interleukin2_can_be_ordered_like_any_drug():
    text = """
[[drug]]
give = "interleukin2_in"
rates = { "2 h" = "18 MIU/m2/d", "60.5 h" = "9 MIU/m2/d", "90 h" = "0 IU/min" }
[[drug]]
give = "interleukin2_subcutaneous"
dose = "9 MIU"
over = "1 min"
at = "100.25 h"
[run]
horizon = "5 d"
"""
    events = loads(text).events
    steady = [event for event in events if event.input == "interleukin2_in"]
    assert [(event.start, event.stop) for event in steady] == [(120.0, 3630.0), (3630.0, 5400.0)]
    assert steady[0].rate == pytest.approx(2.0 * steady[1].rate)
    under = next(event for event in events if event.input == "interleukin2_subcutaneous")
    assert under.start == 6015.0
    assert under.rate * (under.stop - under.start) == pytest.approx(9e6)
