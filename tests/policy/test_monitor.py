"""The monitor: times, delays, gaps, errors and totals of what is read."""

from __future__ import annotations

import numpy as np
import pytest
from bedside import Bedside, entry, start

from clsim.draws import deviates, stream_key
from clsim.policy import loads_policy

NOTHING = entry("hold", "low", when="sbp < 50 mmHg")
DEVICE = '[device.{name}]\n{what}\nsource = "assumed: a test"\n'


def test_vital_signs_are_read_at_their_interval_and_stand_until_the_next():
    bed = Bedside(loads_policy(start(vitals="2 h") + NOTHING))
    bed.go()
    bed.set(SBP=80.0)
    bed.until(7)
    assert bed.value("sbp") == 120.0 and not bed.memory.fresh[0].all()
    bed.go()
    assert bed.value("sbp") == bed.seen["sbp"][0] == 80.0
    assert bed.memory.baseline[0, 0] == 120.0 and bed.memory.before[0, 0] == 120.0


def test_before_a_dose_there_is_one_more_reading():
    text = start(vitals="8 h").replace('[observe.urine]', 'before_dose = ["2 h"]\n[observe.urine]', 1)
    bed = Bedside(loads_policy(text + NOTHING))
    bed.go()
    bed.set(SBP=80.0)
    bed.until(23)
    assert bed.value("sbp") == 120.0
    bed.go()
    assert bed.value("sbp") == 80.0


def test_a_watch_looks_more_often_while_its_rule_holds():
    text = start(vitals="2 h") + entry("watch", "closer", when="sbp < target", every="30 min") + NOTHING
    bed = Bedside(loads_policy(text))
    looks = []
    for tick in range(25):
        bed.set(SBP=80.0 if 8 <= tick < 12 else 120.0)
        bed.go()
        looks += [tick] if bed.memory.looked[0, 0] == tick else []
    assert looks == [0, 8, 10, 12, 16, 24]


def test_blood_comes_back_after_its_delay_with_the_value_of_its_sample():
    text = start().replace('[observe.labs]\nevery = "8 h"', '[observe.labs]\nevery = "8 h"\ndelay = "1 h"')
    bed = Bedside(loads_policy(text + NOTHING))
    bed.go()
    assert bed.value("potassium") == 4.2  # on admission at once
    bed.set(K=3.0)
    bed.until(32)
    bed.set(K=5.0)
    bed.until(35)
    assert bed.value("potassium") == 4.2
    bed.go()
    assert bed.value("potassium") == 3.0 and bed.memory.at[0].max() >= 32


def test_totals_are_mean_rates_over_their_window():
    text = start() + entry("hold", "dry", when="urine < 240 mL per 24 h or stool > 1000 mL per 8 h")
    bed = Bedside(loads_policy(text))
    assert bed.policy.columns[-2:] == ("stool_480", "urine_1440")
    bed.set(bowel_loss=1.2 / 480.0)
    bed.urine = 0.008 / 60.0
    bed.until(31)
    assert np.isnan(bed.value("urine"))
    bed.go()
    assert bed.value("urine") == pytest.approx(0.008 / 60.0)
    assert bed.seen["stool_480"][0] == pytest.approx(1.2 / 480.0) and np.isnan(bed.seen["urine_1440"][0])
    bed.until(96)
    assert bed.seen["urine_1440"][0] == pytest.approx(0.008 / 60.0)


def test_missed_readings_are_gaps_for_the_share_that_was_said():
    text = start().replace('[observe.urine]', 'missed = 0.25\n[observe.urine]', 1)
    bed = Bedside(loads_policy(text + NOTHING), n=2000)
    bed.go()
    assert (bed.memory.looked[:, 0] == 0).all()  # nobody is missed on admission
    bed.go()
    assert (bed.memory.looked[:, 0] == 1).mean() == pytest.approx(0.75, abs=0.04)


def test_readings_have_the_error_and_the_steps_of_their_device():
    text = start() + DEVICE.format(name="sbp", what='sd = "4 mmHg"\nround = "2 mmHg"') + DEVICE.format(
        name="creatinine", what='cv = 0.05\nround = "0.1 mg/dL"')
    bed = Bedside(loads_policy(text + NOTHING), n=4000)
    bed.go()
    sbp, creatinine = bed.seen["sbp"], bed.seen["creatinine"] / 0.0884
    assert (sbp.mean(), sbp.std()) == (pytest.approx(120.0, abs=0.3), pytest.approx(4.0, rel=0.06))
    assert np.allclose(sbp % 2.0, 0.0) and np.allclose(creatinine * 10.0, np.round(creatinine * 10.0), atol=1e-2)


def test_a_rounded_reading_meets_its_threshold():
    """29 to 31 steps of 0.1 mg/dL against 3 mg/dL, whatever the last bit says."""
    text = start() + DEVICE.format(name="creatinine", what='round = "0.1 mg/dL"') + entry(
        "stop", "kidney", when="creatinine >= 3 mg/dL")
    for level, given in ((2.94, 1), (2.96, 0), (3.04, 0)):
        bed = Bedside(loads_policy(text))
        bed.set(creatinine_concentration=level * 0.0884017)
        bed.go()
        assert bed.gives() == [given]


def test_two_policies_that_look_at_the_same_time_read_the_same():
    noise = DEVICE.format(name="sbp", what='sd = "4 mmHg"')
    one = Bedside(loads_policy(start() + noise + NOTHING), n=10)
    other = Bedside(loads_policy(start() + noise + entry("stop", "dry", when="urine < 80 mL per 24 h")), n=10)
    for bed in (one, other):
        bed.go(5)
    assert np.array_equal(one.seen["sbp"], other.seen["sbp"]) and len(set(one.seen["sbp"])) == 10


def test_deviates_are_nearly_normal_and_addressed():
    key, numbers = stream_key(1, "x"), np.arange(20000)
    drawn = deviates(key, numbers, 3)
    assert (drawn.mean(), drawn.std()) == (pytest.approx(0.0, abs=0.03), pytest.approx(1.0, abs=0.02))
    assert np.abs(drawn).max() < 3.5
    assert deviates(key, [17], 3)[0] == drawn[17] != deviates(key, [17], 4)[0]
