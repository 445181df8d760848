"""Why a rule held: the values seen, the thresholds and the source."""

from __future__ import annotations

from bedside import Bedside

from clsim.policy import load_policy
from clsim.policy.why import because


def test_a_held_dose_is_explained_by_what_was_seen():
    bed = Bedside(load_policy("label-2023"))
    bed.until(30)
    bed.set(SBP=84.0)
    bed.until(32)
    name = [each.name for each in bed.policy.verdicts][bed.said[-1].reason[0]]
    reason = because(bed.decider, bed.memory, name)
    assert name == "hold_pressure" and reason.row.source == "Proleukin2023, Table 2"
    assert 75.0 < reason.comparisons[0].value < 90.0 == reason.comparisons[0].limit
    assert " mmHg, < 90 mmHg, read at 8 h" in str(reason)
    assert because(bed.decider, bed.memory, "hold_saturation") is None


def test_counted_criteria_are_named_with_their_own_reasons():
    bed = Bedside(load_policy("cwg-2014"))
    bed.go()
    bed.set(creatinine_concentration=0.24, weight_now=94.0)
    bed.until(128)
    reason = because(bed.decider, bed.memory, "hold_relative")
    assert str(reason.comparisons[0]).startswith("relative 2, >= 2")
    assert [each.row.name for each in reason.criteria] == ["rel_weight", "rel_creatinine"]
    said = str(reason)
    assert "weight_gain 17" in said and "> 15 %" in said and "mg/dL, >= 2.5 mg/dL, read at 30 h" in said


def test_a_bolus_is_explained_by_pressure_and_target():
    bed = Bedside(load_policy("til-2024"))
    bed.go()
    bed.set(SBP=70.0)
    bed.until(8)
    reason = because(bed.decider, bed.memory, "bolus")
    assert reason.row.data["volume"] == "500 mL" and "sbp " in str(reason) and "< 90 mmHg" in str(reason)
    assert str(because(bed.decider, bed.memory, "acetaminophen")) == "None"
