"""The reference interpreter against observations written by hand: who gets what, and when."""

from __future__ import annotations

import numpy as np
import pytest
from bedside import Bedside, entry, start

from clsim.policy import loads_policy

BOLUS = entry("fluid", "bolus", when="sbp < target", give="saline_0.9", volume="500 mL", over="30 min",
              again_after="30 min", at_most="2 per 8 h")  # fmt: skip
PHENYLEPHRINE = {
    "when": "sbp < target", "wean": "sbp >= target + 10 mmHg", "agent": "phenylephrine", "start": "0.1 mcg/kg/min",
    "step": "0.1 mcg/kg/min", "every": "30 min", "ceiling": "0.3 mcg/kg/min",
}  # fmt: skip
HOLD = entry("hold", "low", when="sbp < 90 mmHg")


def bedside(text, **more):
    return Bedside(loads_policy(text), **more)


# --------------------------------------------------------------------------------------- doses


def test_doses_are_given_at_their_slots_and_not_between():
    bed = bedside(start() + HOLD)
    bed.until(64)
    assert [int(each.give[0]) for each in bed.said[:2]] == [1, -1]
    assert bed.gives() == [1, 1, 1]
    assert bed.value("doses") == 2.0  # those before this look


def test_a_dose_is_held_at_the_nadir_and_not_made_up():
    bed = bedside(start() + HOLD)
    bed.until(20)
    bed.set(SBP=80.0)
    bed.until(32)
    bed.set(SBP=110.0)
    bed.until(64)
    assert bed.gives() == [1, 0, 1]
    assert bed.said[32].reason[0] == 0 and bed.said[64].reason[0] == -1
    assert all(each.give[0] == -1 for each in bed.said[33:64])  # well again after an hour, but the clock stays
    assert (bed.memory.doses[0], bed.memory.held[0]) == (2, 1)


def test_a_hold_lasts_until_its_resume_rule_holds():
    text = start() + HOLD + entry("resume", "well", of="low", when="sbp >= 100 mmHg")
    bed = bedside(text)
    for tick, pressure in ((0, 110.0), (32, 80.0), (64, 95.0), (96, 105.0)):
        bed.set(SBP=pressure)
        bed.until(tick)
    assert bed.gives() == [1, 0, 0, 1]  # 95 is not low any more, but not enough


@pytest.mark.parametrize(("at", "given"), [("dosing", [1, 1, 1]), ("any time", [1, 0, 1])])
def test_a_hold_at_any_time_remembers_what_was_between_two_doses(at, given):
    bed = bedside(start() + entry("hold", "low", when="sbp < 90 mmHg", at=at))
    bed.until(10)
    bed.set(SBP=80.0)
    bed.until(12)
    bed.set(SBP=110.0)
    bed.until(64)
    assert bed.gives() == given


def test_criteria_are_counted():
    text = start() + "".join([
        entry("criterion", "a", level="relative", when="hr 100 to 130 /min"),
        entry("criterion", "b", level="relative", when="temperature > 39 degC"),
        entry("criterion", "c", level="relative", when="spo2 < 95 %"),
        entry("criterion", "d", level="absolute", when="hr > 130 /min"),
        entry("hold", "some", when="any relative"),
        entry("stop", "many", when="at least 3 relative or any absolute"),
    ])  # fmt: skip
    bed = bedside(text)
    bed.go()
    bed.set(HR=100.0)
    bed.until(32)
    assert bed.value("relative") == 1.0 and bed.gives() == [1, 0]
    bed.set(HR=70.0)
    bed.until(64)
    bed.set(HR=130.0, temperature=39.5, SaO2=0.9)
    bed.until(96)
    assert bed.value("relative") == 3.0 and bed.gives() == [1, 0, 1, 0]
    bed.set(HR=70.0, temperature=37.0, SaO2=0.98)
    bed.until(160)
    assert bed.gives() == [1, 0, 1, 0, 0, 0]  # the cycle has ended
    assert bed.said[160].reason[0] == 1 and bed.value("doses_left") == 0.0


def test_an_absolute_criterion_stops_at_once():
    text = start() + entry("criterion", "d", level="absolute", when="hr > 130 /min") + entry(
        "stop", "one", when="any absolute")
    bed = bedside(text)
    bed.set(HR=140.0)
    bed.go(40)
    assert bed.gives() == [0, 0]


def test_three_held_doses_end_the_cycle_and_the_next_cycle_begins_anew():
    slots = tuple((32 * i, i // 6, 0) for i in range(12))
    bed = bedside(start() + HOLD + entry("stop", "thrice", when="held >= 3"), slots=slots)
    bed.set(SBP=80.0)
    bed.until(64)
    bed.set(SBP=110.0)
    bed.until(32 * 11)
    assert bed.gives() == [0, 0, 0] + [0] * 3 + [1] * 6


@pytest.mark.parametrize(("ends", "given"), [("cycle", 8), ("course", 4), ("treatment", 0)])
def test_a_stop_ends_the_cycle_the_course_or_treatment(ends, given):
    """Three cycles of four doses, the last of a second course; sepsis at the start of the first."""
    slots = tuple((32 * i, i // 4, i // 8) for i in range(12))
    bed = bedside(start() + entry("stop", "ill", when="sepsis in 1 h", at="any time", ends=ends), slots=slots)
    bed.happen("sepsis")
    bed.until(32 * 11)
    assert sum(bed.gives()) == given


@pytest.mark.parametrize(("before", "given"), [("cycle", 4), ("course", 8)])
def test_retreatment_rules_are_asked_before_each_further_cycle_or_course(before, given):
    slots = tuple((32 * i, i // 4, i // 8) for i in range(12))
    bed = bedside(start() + entry("retreatment", "no", when="coma", before=before), slots=slots)
    bed.go(2)
    bed.happen("coma")
    bed.until(32 * 11)
    assert sum(bed.gives()) == given


def test_what_was_needed_after_the_last_dose_of_a_cycle_does_not_count_in_the_next():
    """Phenylephrine runs and is weaned between two cycles, and its peak is that of the cycle that has ended."""
    much = entry("hold", "much", when="phenylephrine_peak > 0 mcg/kg/min")
    text = start() + entry("pressor", "drip", **PHENYLEPHRINE) + much
    for cycle, given in ((0, 0), (1, 1)):
        bed = bedside(text, slots=((0, 0, 0), (64, cycle, 0)))
        bed.go(4)
        bed.set(SBP=80.0)
        bed.go(4)
        bed.set(SBP=120.0)
        bed.until(64)
        assert bed.value("phenylephrine") == 0.0 and bed.gives() == [1, given]


def test_a_pressor_may_permit_doses_up_to_a_rate():
    text = start() + entry("pressor", "drip", **PHENYLEPHRINE, dosing_up_to="0.2 mcg/kg/min")
    bed = bedside(text)
    bed.set(SBP=80.0)
    bed.until(2)
    bed.set(SBP=95.0)  # neither raised nor weaned: 0.2 mcg/kg/min
    bed.until(32)
    assert bed.value("phenylephrine") == pytest.approx(0.2) and bed.gives() == [1, 1]
    bed.set(SBP=80.0)
    bed.until(34)
    bed.set(SBP=95.0)
    bed.until(64)
    assert bed.value("phenylephrine") == pytest.approx(0.3) and bed.gives() == [1, 1, 0]


# -------------------------------------------------------------------------------------- boluses


def test_a_bolus_runs_its_time_waits_and_is_given_at_most_so_often():
    bed = bedside(start() + BOLUS)
    bed.set(SBP=80.0)
    bed.until(40)
    assert bed.acts("bolus") == {0: 1, 4: 1, 32: 1, 36: 1}  # 30 min, 30 min pause; two in each shift
    flow = [bed.rate("water_in", tick) for tick in range(8)]
    assert flow == pytest.approx([0.5 / 30.0] * 2 + [0.0] * 2 + [0.5 / 30.0] * 2 + [0.0] * 2)


def test_orders_take_effect_after_the_reaction_time():
    bed = bedside(start(reaction="30 min") + BOLUS)
    bed.set(SBP=80.0)
    bed.until(5)
    flow = [bed.rate("water_in", tick) > 0.0 for tick in range(6)]
    assert flow == [False, False, True, True, False, False]


def test_once_in_an_episode_means_until_the_rule_has_not_held():
    bed = bedside(start() + BOLUS.replace("2 per 8 h", "1 per episode"))
    for tick, pressure in ((20, 80.0), (21, 100.0), (30, 80.0)):
        bed.set(SBP=pressure)
        bed.until(tick)
    assert bed.acts("bolus") == {0: 1, 22: 1}


def test_a_rule_that_must_last_needs_readings_so_far_apart():
    lasting = BOLUS.replace("sbp < target", "sbp < target for 30 min")
    bed = bedside(start() + lasting)
    bed.set(SBP=80.0)
    bed.until(3)
    assert bed.acts("bolus") == {2: 1}
    slow = bedside(start(vitals="2 h") + lasting)
    slow.set(SBP=80.0)
    slow.until(12)
    assert min(slow.acts("bolus")) == 8  # the second reading
    broken = bedside(start() + lasting)
    for tick, pressure in ((1, 80.0), (2, 95.0), (4, 80.0), (6, 80.0)):
        broken.set(SBP=pressure)
        broken.until(tick)
    assert min(broken.acts("bolus")) == 5  # from the reading at 3 on


def test_a_rule_after_an_order_waits_until_that_is_used_up():
    text = start() + BOLUS + entry("pressor", "drip", **PHENYLEPHRINE, after="bolus")
    bed = bedside(text)
    bed.set(SBP=80.0)
    bed.until(20)
    assert bed.acts("bolus") == {0: 1, 4: 1}
    assert min(bed.acts("drip")) == 8


def test_portions_per_kg_grow_with_the_patient():
    text = start() + BOLUS.replace("500 mL", "10 mL/kg")
    heavy, light = bedside(text, weight=100.0), bedside(text, weight=50.0)
    for bed in (heavy, light):
        bed.set(SBP=80.0)
        bed.go()
    assert heavy.rate("water_in") == pytest.approx(1.0 / 30.0) == pytest.approx(2.0 * light.rate("water_in"))


# ---------------------------------------------------------------------------------------- drips


def test_a_pressor_is_begun_raised_to_its_ceiling_weaned_and_turned_off():
    bed = bedside(start() + entry("pressor", "drip", **PHENYLEPHRINE))
    bed.set(SBP=80.0)
    bed.until(9)
    bed.set(SBP=95.0)  # at target, not yet enough to wean
    bed.until(19)
    bed.set(SBP=105.0)
    bed.until(29)
    acts = bed.acts("drip")
    assert acts == {0: 1, 2: 1, 4: 1, 20: -1, 22: -1, 24: -1}
    rates = [bed.rate("phenylephrine", tick) / 80.0 for tick in (0, 2, 4, 9, 20, 22, 24)]
    assert rates == pytest.approx([0.1, 0.2, 0.3, 0.3, 0.2, 0.1, 0.0])
    assert bed.rate("phenylephrine", 24) == 0.0


def test_what_runs_is_known_at_the_next_look_and_its_peak_until_the_next_dose():
    bed = bedside(start(reaction="15 min") + entry("pressor", "drip", **PHENYLEPHRINE), slots=((0, 0, 0), (8, 0, 0)))
    bed.set(SBP=80.0)
    bed.go()
    assert bed.value("pressor") == 0.0
    bed.go()
    assert (bed.value("pressor"), bed.value("phenylephrine")) == (1.0, pytest.approx(0.1))
    bed.set(SBP=120.0)
    bed.until(8)
    assert (bed.value("phenylephrine"), bed.value("phenylephrine_peak")) == (0.0, pytest.approx(0.1))
    bed.go()
    assert bed.value("phenylephrine_peak") == 0.0


def test_oxygen_is_titrated_in_litres():
    text = start() + entry("oxygen", "o2", when="spo2 < 95 %", wean="spo2 >= 98 %", start="2 L/min", step="1 L/min",
                           every="15 min", ceiling="4 L/min")  # fmt: skip
    bed = bedside(text)
    bed.set(SaO2=0.9)
    bed.go(5)
    assert [bed.rate("oxygen", tick) for tick in range(5)] == [2.0, 3.0, 4.0, 4.0, 4.0]
    bed.set(SaO2=0.99)
    bed.go(6)
    assert bed.rate("oxygen") == 0.0


def test_a_steady_drip_runs_while_its_rule_holds():
    bed = bedside(start() + entry("fluid", "line", when="doses_left >= 1", give="dextrose_5", rate="60 mL/h"),
                  slots=((0, 0, 0), (4, 0, 0)))
    bed.go(10)
    assert [bed.rate("water_in", tick) > 0.0 for tick in range(6)] == [True] * 5 + [False]
    assert bed.rate("glucose_in", 0) == pytest.approx(0.252)


def test_medicines_are_given_at_their_interval():
    text = start() + entry("antipyretic", "acetaminophen", when="temperature > 38 degC", give="acetaminophen",
                           dose="650 mg", over="30 min", every="4 h")  # fmt: skip
    bed = bedside(text)
    bed.set(temperature=39.0)
    bed.until(40)
    assert bed.acts("acetaminophen") == {0: 1, 16: 1, 32: 1}
    assert bed.rate("acetaminophen", 16) == pytest.approx(650.0 / 30.0)


# --------------------------------------------------------------------------- rules about the past


def test_two_shifts_of_oliguria_are_sixteen_hours():
    bed = bedside(start() + entry("stop", "dry", when="urine < 10 mL/h for 16 h and creatinine_rise > 0 mg/dL"))
    bed.urine = 0.005 / 60.0
    bed.until(32)
    bed.set(creatinine_concentration=0.2)
    bed.until(64)
    assert bed.gives() == [1, 1, 0]


def test_changes_are_told_from_admission_from_the_last_reading_and_from_the_highest():
    text = start() + entry("stop", "all",
                           when="sbp_fall >= 20 mmHg and weight_gain > 5 % and creatinine_drop >= 1 mg/dL")
    bed = bedside(text)
    bed.go()
    bed.set(creatinine_concentration=0.3)
    bed.until(40)
    bed.set(SBP=100.0, weight_now=85.0, creatinine_concentration=0.2)
    bed.until(128)
    assert bed.gives() == [1, 1, 1, 0, 0]  # weight is read once a day, next at tick 96


def test_events_count_for_as_long_as_the_rule_says():
    bed = bedside(start() + entry("hold", "heart", when="supraventricular_arrhythmia in 10 h"))
    bed.until(5)
    bed.happen("supraventricular_arrhythmia")
    bed.until(96)
    assert bed.gives() == [1, 0, 1, 1]  # 6.5 h after it, and 14.5 h


def test_what_was_never_read_fulfils_nothing_and_contradicts_nothing():
    text = start().replace("[observe.labs]", "[observe.lab]").replace("[observe.lab]\nevery = \"8 h\"\n", "", 1)
    text = text.replace('source = "assumed: a test"\n[targets', "[targets", 1)
    bed = bedside(text + entry("hold", "sure", when="potassium < 3 mmol/L") + entry(
        "fluid", "f", when="not potassium > 4 mmol/L", give="saline_0.9", volume="1 L", over="1 h"))
    bed.go()
    assert bed.gives() == [1] and bed.acts("f") == {0: 1}


def test_thresholds_by_baseline_and_at_a_target_below_admission():
    text = start().replace('value = "90 mmHg"', 'by_baseline = [{below = "100 mmHg", value = "80 mmHg"}, '
                           '{below = "120 mmHg", value = "85 mmHg"}, {value = "90 mmHg"}]')
    for pressure, aim in ((95.0, 80.0), (100.0, 85.0), (140.0, 90.0)):
        bed = bedside(text + HOLD)
        bed.set(SBP=pressure)
        bed.go()
        assert bed.memory.target[0, 0] == aim
    lower = start().replace('value = "90 mmHg"', 'value = "90 mmHg"\nfall = "20 mmHg"')
    for pressure, aim in ((105.0, 85.0), (140.0, 90.0)):
        bed = bedside(lower + HOLD)
        bed.set(SBP=pressure)
        bed.go()
        assert bed.memory.target[0, 0] == aim


# ------------------------------------------------------------------------------------- adherence


def test_adherence_is_the_share_of_decisions_that_are_followed():
    bed = bedside(start(adherence=0.7) + HOLD, n=4000)
    bed.set(SBP=80.0)
    bed.go()
    assert bed.said[0].give.mean() == pytest.approx(0.3, abs=0.03)  # held by those who follow


def test_an_order_that_is_not_followed_is_asked_again_after_its_interval():
    bed = bedside(start(adherence=0.5) + BOLUS, n=200)
    bed.set(SBP=80.0)
    bed.until(28)
    begun = np.stack([each.acted[:, 0] for each in bed.said])
    assert set(np.flatnonzero(begun.any(axis=1))) <= set(range(0, 29, 4))
    assert begun.sum(axis=0).max() == 2 and (begun.sum(axis=0) == 2).mean() > 0.9


def test_patients_do_not_depend_on_the_block_they_are_in():
    device = '[device.sbp]\nsd = "6 mmHg"\nround = "1 mmHg"\nsource = "assumed: x"\n'
    text = start(adherence=0.6) + BOLUS + HOLD + device
    policy = loads_policy(text)
    many, one = Bedside(policy, n=5), Bedside(policy, n=5)
    one.decider.numbers[:] = [4, 3, 2, 1, 0]
    for bed in (many, one):
        bed.set(SBP=92.0)
        bed.until(70)
    for a, b in zip(many.said, one.said, strict=True):
        assert np.array_equal(a.give, b.give[::-1]) and np.array_equal(a.inputs, b.inputs[::-1])
    assert len({tuple(each.inputs[i].sum() for each in many.said) for i in range(5)}) > 1


def test_a_chart_of_another_size_is_refused():
    bed = bedside(start() + HOLD, n=3)
    bed.go()
    with pytest.raises(ValueError, match="shape"):
        bed.decider.decide(15.0, bed.seen[:2], bed.memory)
