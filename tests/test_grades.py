"""Grades: every rule at and beside its limits, what is unknown, and that its columns can be made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clsim import units
from clsim.errors import BadInput
from clsim.grades import NEEDS, NORMAL, RULES, STATISTICS, columns_of, grade
from clsim.model import hazards, symptoms
from clsim.model.layout import FLOWS, PARAMETERS, STATES, find

HEALTHY = {need.column: 0.0 for need in NEEDS} | {
    "SBP_min": 117.0, "platelets_min": 250.0, "albumin_min": 42.0, "temperature_max": 37.0, "SaO2_min": 0.97,
    "creatinine_concentration_start": 0.08, "creatinine_concentration_max": 0.08, "bilirubin_start": 10.0,
    "bilirubin_max": 10.0, "glucose_concentration_start": 5.0, "glucose_concentration_max": 5.0,
    "weight_now_start": 80.0, "weight_now_max": 80.0,
}  # fmt: skip
ULN = NORMAL["creatinine"].value
CASES = [
    ("hypotension", {"SBP_min": 90.0}, 0),
    ("hypotension", {"SBP_min": 89.9}, 1),
    ("hypotension", {"SBP_min": 85.0, "hours_SBP_below_90": 0.49}, 1),
    ("hypotension", {"SBP_min": 85.0, "hours_SBP_below_90": 0.5}, 2),
    ("hypotension", {"phenylephrine_site_max": 0.1}, 3),
    ("hypotension", {"norepinephrine_site_max": 0.05}, 3),
    ("hypotension", {"dopamine_site_max": 2.0}, 0),  # for the kidney
    ("hypotension", {"dopamine_site_max": 4.0}, 3),
    ("hypotension", {"phenylephrine_site_max": 2.0}, 3),
    ("hypotension", {"phenylephrine_site_max": 2.01}, 4),
    ("hypotension", {"SBP_min": 60.0, "hours_MAP_below_50": 0.5}, 4),
    ("hypotension", {"phenylephrine_site_max": 1.0, "event_death": 1.0}, 5),
    ("hypotension", {"SBP_min": 85.0, "event_death": 1.0}, 1),  # died, not of this
    ("urine_output_decreased", {"longest_urine_below_10": 7.9}, 0),
    ("urine_output_decreased", {"longest_urine_below_10": 8.0}, 3),
    ("urine_output_decreased", {"longest_urine_below_10": 24.0}, 4),
    ("oliguria", {"longest_urine_below_half": 5.9}, 0),
    ("oliguria", {"longest_urine_below_half": 6.0}, 1),
    ("oliguria", {"longest_urine_below_half": 12.0}, 2),
    ("oliguria", {"longest_urine_below_half": 30.0, "longest_urine_below_third": 24.0}, 3),
    ("oliguria", {"event_dialysis": 1.0}, 3),
    ("creatinine_increased", {"creatinine_concentration_max": ULN}, 0),
    ("creatinine_increased", {"creatinine_concentration_max": 1.01 * ULN}, 1),
    ("creatinine_increased", {"creatinine_concentration_max": 0.1201}, 2),  # 1.5 times baseline
    ("creatinine_increased", {"creatinine_concentration_start": 0.12, "creatinine_concentration_max": 1.501 * ULN}, 2),
    ("creatinine_increased", {"creatinine_concentration_max": 0.2401}, 3),
    ("creatinine_increased", {"creatinine_concentration_start": 0.2, "creatinine_concentration_max": 3.01 * ULN}, 3),
    ("creatinine_increased", {"creatinine_concentration_max": 6.01 * ULN}, 4),
    ("bilirubin_increased", {"bilirubin_max": 20.5}, 0),
    ("bilirubin_increased", {"bilirubin_max": 20.6}, 1),
    ("bilirubin_increased", {"bilirubin_max": 30.8}, 2),
    ("bilirubin_increased", {"bilirubin_max": 62.0}, 3),
    ("bilirubin_increased", {"bilirubin_max": 206.0}, 4),
    ("bilirubin_increased", {"bilirubin_start": 30.0, "bilirubin_max": 44.0}, 1),  # abnormal before
    ("bilirubin_increased", {"bilirubin_start": 30.0, "bilirubin_max": 46.0}, 2),
    ("platelets_decreased", {"platelets_min": 150.0}, 0),
    ("platelets_decreased", {"platelets_min": 75.0}, 1),
    ("platelets_decreased", {"platelets_min": 74.9}, 2),
    ("platelets_decreased", {"platelets_min": 49.9}, 3),
    ("platelets_decreased", {"platelets_min": 24.9}, 4),
    ("hypoalbuminaemia", {"albumin_min": 34.9}, 1),
    ("hypoalbuminaemia", {"albumin_min": 30.0}, 1),
    ("hypoalbuminaemia", {"albumin_min": 29.9}, 2),
    ("hypoalbuminaemia", {"albumin_min": 19.9}, 3),
    ("hyperglycaemia", {"glucose_concentration_max": 7.8}, 0),
    ("hyperglycaemia", {"glucose_concentration_max": 9.0}, 1),
    ("hyperglycaemia", {"glucose_concentration_start": 9.0, "glucose_concentration_max": 9.0}, 0),
    ("hyperglycaemia", {"event_hyperglycaemia": 1.0}, 3),
    ("fever", {"temperature_max": 37.99}, 0),
    ("fever", {"temperature_max": 38.0}, 1),
    ("fever", {"temperature_max": 39.0}, 1),
    ("fever", {"temperature_max": 39.01}, 2),
    ("fever", {"temperature_max": 40.01}, 3),
    ("fever", {"temperature_max": 41.0, "hours_temperature_above_40": 24.0}, 3),
    ("fever", {"temperature_max": 41.0, "hours_temperature_above_40": 24.1}, 4),
    ("fever", {"temperature_max": 41.0, "event_death": 1.0}, 5),
    ("weight_gain", {"weight_now_max": 83.9}, 0),
    ("weight_gain", {"weight_now_max": 84.0}, 1),
    ("weight_gain", {"weight_now_max": 88.0}, 2),
    ("weight_gain", {"weight_now_max": 96.0}, 3),
    ("confusion", {"confusion_score_max": 0.6}, 0),  # nobody noticed
    ("confusion", {"symptom_confusion": 2.0, "confusion_score_max": 0.3}, 1),
    ("confusion", {"symptom_confusion": 1.0, "confusion_score_max": 0.5}, 2),
    ("confusion", {"confusion_score_max": 0.8}, 3),
    ("confusion", {"event_coma": 1.0}, 4),
    ("confusion", {"event_coma": 1.0, "event_death": 1.0}, 4),  # CTCAE v5.0 has no grade 5 of it
    ("dyspnoea", {"dyspnoea_max": 0.9}, 0),
    ("dyspnoea", {"symptom_dyspnoea": 1.0}, 1),
    ("dyspnoea", {"symptom_dyspnoea": 1.0, "dyspnoea_max": 0.5}, 2),
    ("dyspnoea", {"oxygen_needed_max": 2.0}, 3),
    ("dyspnoea", {"SaO2_min": 0.879}, 3),
    ("dyspnoea", {"event_intubation": 1.0}, 4),
    ("dyspnoea", {"event_intubation": 1.0, "event_death": 1.0}, 5),
]


def graded(**columns):
    """Grades of one patient who is healthy but for some columns."""
    rows = {name: np.array([value]) for name, value in (HEALTHY | columns).items()}
    return {name: int(found[0]) for name, found in grade(rows).items()}


def test_a_healthy_patient_has_no_grade():
    assert set(graded().values()) == {0}
    assert set(graded()) == {rule.name for rule in RULES}


@pytest.mark.parametrize(("rule", "columns", "expected"), CASES)
def test_a_rule_at_and_beside_its_limits(rule, columns, expected):
    assert graded(**columns)[rule] == expected


def test_every_grade_of_every_rule_is_met_above():
    wanted = {(rule.name, step.grade) for rule in RULES for step in rule.steps}
    wanted |= {(rule.name, 5) for rule in RULES if rule.fatal}
    assert not wanted - {(rule, expected) for rule, _, expected in CASES}


def test_what_is_not_a_number_leaves_only_its_rules_unknown():
    found = graded(SBP_min=np.nan)
    assert found.pop("hypotension") == -1
    assert set(found.values()) == {0}
    assert graded(temperature_max=np.nan)["fever"] == -1


def test_patients_are_graded_one_by_one():
    rows = {name: np.full(3, value) for name, value in HEALTHY.items()}
    rows["platelets_min"] = np.array([250.0, 60.0, 20.0])
    rows["event_coma"] = np.array([False, True, False])
    found = grade(rows)
    assert found["platelets_decreased"].tolist() == [0, 2, 4]
    assert found["confusion"].tolist() == [0, 4, 0]
    assert {each.dtype for each in found.values()} == {np.dtype(np.int8)}
    assert all(each.size == 0 for each in grade({name: [] for name in HEALTHY}).values())


def test_a_missing_column_is_named():
    rows = {name: np.zeros(2) for name in HEALTHY if name != "bilirubin_start"}
    with pytest.raises(BadInput, match="bilirubin_start"):
        grade(rows)


def test_needs_are_what_rules_read_and_what_the_model_has():
    read = {name for rule in RULES for name in columns_of(rule)}
    assert {need.column for need in NEEDS} == read
    happenings = {*hazards.NAMES, *symptoms.NAMES}
    for need in NEEDS:
        assert need.statistic in STATISTICS
        assert (need.signal in happenings) if need.statistic == "happened" else find(need.signal, (*FLOWS, *STATES))


def test_limits_are_those_of_the_terms_in_internal_units():
    limit = {need.column: (need.limit, need.signal) for need in NEEDS}
    for column, words in {
        "longest_urine_below_10": "80 mL/8h", "longest_urine_below_half": "0.5 mL/kg/h",
        "longest_urine_below_third": "0.3 mL/kg/h",
    }.items():  # fmt: skip
        value, signal = limit[column]
        number, unit = ("10", "mL/h") if "8h" in words else words.split(" ")
        assert value == pytest.approx(units.parse(f"{number} {unit}", find(signal, FLOWS).unit))
    assert {find("creatinine_rest", PARAMETERS).unit, find("Na", FLOWS).unit} == {"mmol/L"}
    assert find("bilirubin", STATES).unit == "umol/L"


def test_steps_rise_and_rules_name_their_source():
    for rule in RULES:
        grades = [step.grade for step in rule.steps]
        assert grades == sorted(grades) and set(grades) <= {1, 2, 3, 4}
        assert "2017" in rule.source or "2012" in rule.source
        assert rule.term and rule.label


def test_the_page_tells_every_rule():
    page = (Path(__file__).parent.parent / "docs" / "grades.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert f"| {rule.label} | `{rule.name}` | {rule.term} | {rule.source} |" in page
        for step in rule.steps:
            rows = [line for line in page.splitlines() if f"| {step.grade} | `{step.all_of[0].column}`" in line]
            assert any(step.means in line and all(f"`{each.column}`" in line for each in step.all_of) for line in rows)
