"""The rule language: what is read, and how what is wrong is refused."""

from __future__ import annotations

import pytest

from clsim.errors import BadInput
from clsim.policy.language import parse
from clsim.policy.signals import SIGNALS

READ = {  # text: signal, aspect, compare, value, reference, per, window, lasting of its only clause
    "sbp < 90 mmHg": ("sbp", 0, "<", 90.0, "", 0, 0.0, 0.0),
    "sbp < target for 30 min": ("sbp", 0, "<", 0.0, "target", 0, 0.0, 30.0),
    "sbp >= target + 10 mmHg": ("sbp", 0, ">=", 10.0, "target", 0, 0.0, 0.0),
    "map < baseline - 2 kPa": ("map", 0, "<", -15.001, "baseline", 0, 0.0, 0.0),
    "sbp_fall >= 20 mmHg": ("sbp", 1, ">=", 20.0, "", 0, 0.0, 0.0),
    "weight_gain > 15 %": ("weight", 2, ">", 0.15, "", 0, 0.0, 0.0),
    "creatinine_rise > 0.1 mg/dL": ("creatinine", 3, ">", 0.00884, "", 0, 0.0, 0.0),
    "creatinine_drop > 1.5 mg/dL": ("creatinine", 4, ">", 0.1326, "", 0, 0.0, 0.0),
    "creatinine >= 3 mg/dL": ("creatinine", 0, ">=", 0.265205, "", 0, 0.0, 0.0),
    "urine < 80 mL per 8 h": ("urine", 0, "<", 0.08 / 480, "", 0, 480.0, 0.0),
    "urine < 4 mL/kg per 8 h": ("urine", 0, "<", 0.004 / 480, "", 1, 480.0, 0.0),
    "urine < 0.5 mL/kg/h": ("urine", 0, "<", 0.0005 / 60, "", 1, 0.0, 0.0),
    "urine < 10 mL/h for 16 h": ("urine", 0, "<", 0.01 / 60, "", 0, 0.0, 960.0),
    "phenylephrine > 0.5 mcg/kg/min": ("phenylephrine", 0, ">", 0.5, "", 0, 0.0, 0.0),
    "phenylephrine > 50 mcg/min": ("phenylephrine", 0, ">", 50.0, "", -1, 0.0, 0.0),
    "phenylephrine_rise > 0.1 mcg/kg/min": ("phenylephrine", 3, ">", 0.1, "", 0, 0.0, 0.0),
    "spo2 < 90 %": ("spo2", 0, "<", 0.9, "", 0, 0.0, 0.0),
    "platelets < 30 10^9/L": ("platelets", 0, "<", 30.0, "", 0, 0.0, 0.0),
    "potassium < 3.6 mEq/L": ("potassium", 0, "<", 3.6, "", 0, 0.0, 0.0),
    "temperature > 100.4 degF": ("temperature", 0, ">", 38.0, "", 0, 0.0, 0.0),
    "at least 3 relative": ("relative", 0, ">=", 3.0, "", 0, 0.0, 0.0),
    "any absolute": ("absolute", 0, ">=", 1.0, "", 0, 0.0, 0.0),
    "no pressor": ("pressor", 0, "<", 1.0, "", 0, 0.0, 0.0),
    "sepsis in 24 h": ("sepsis", 0, "<=", 1440.0, "", 0, 0.0, 0.0),
    "sepsis": ("sepsis", 0, "<", float("inf"), "", 0, 0.0, 0.0),
    "clock < 1 h": ("clock", 0, "<", 60.0, "", 0, 0.0, 0.0),
    "held >= 3": ("held", 0, ">=", 3.0, "", 0, 0.0, 0.0),
}


@pytest.mark.parametrize("text", READ)
def test_a_comparison_is_read_in_internal_units(text):
    ((clause, wanted),) = parse(text)[0]
    found = (clause.signal, clause.aspect, clause.compare, clause.value, clause.reference, clause.per, clause.window,
             clause.lasting)
    assert wanted
    assert found[:3] + found[4:] == READ[text][:3] + READ[text][4:]
    assert clause.value == pytest.approx(READ[text][3], rel=1e-4)


def shape(text):
    """Alternatives as lists of signals; a minus sign for those that must not hold."""
    return [[("" if wanted else "-") + clause.signal for clause, wanted in each] for each in parse(text)]


def test_and_binds_before_or_and_brackets_before_both():
    assert shape("sepsis or coma and seizure") == [["sepsis"], ["coma", "seizure"]]
    assert shape("(sepsis or coma) and seizure") == [["sepsis", "seizure"], ["coma", "seizure"]]
    assert shape("always") == [[]]


def test_not_reaches_into_brackets():
    assert shape("not (sepsis and coma)") == [["-sepsis"], ["-coma"]]
    assert shape("not (sepsis or coma)") == [["-sepsis", "-coma"]]
    assert shape("not not sepsis") == [["sepsis"]]
    assert shape("no sepsis in 24 h and hr > 100 /min") == [["-sepsis", "hr"]]


def test_a_range_holds_both_ends():
    ((low, _), (high, _)) = parse("creatinine 2.5 to 2.9 mg/dL")[0]
    assert (low.compare, high.compare) == (">=", "<=")
    assert high.value / low.value == pytest.approx(2.9 / 2.5)
    ((low, _), (high, _)) = parse("urine 80 to 160 mL per 8 h")[0]
    assert (low.window, high.window, high.value / low.value) == (480.0, 480.0, 2.0)


REFUSED = {
    "sbq < 90 mmHg": "is not a signal; given: sbq in 'sbq < 90 mmHg'; did you mean sbp?",
    "sbp 90 mmHg": "should compare sbp with a value",
    "sbp < tarket": "is where a number with its unit should be; given: tarket in 'sbp < tarket'; did you mean target?",
    "sbp < 90": "needs a unit; given: '90' in 'sbp < 90'; did you mean \"90 mmHg\"?",
    "sbp < 90 L": "has a unit of another dimension",
    "sbp < 9 mmHg": "is no threshold that systolic arterial pressure could have; given: 9 mmHg",
    "spo2 < 90": "did you mean 90 %?; allowed: 60 % to 100 %",
    "creatinine >= 3 umol/L": "did you mean 3 mg/dL?; allowed: 0.2 mg/dL to 15 mg/dL",
    "hemoglobin < 8 g/L": "did you mean 8 g/dL?",
    "sbp < 90 mmHg fro 30 min": "does not belong here; given: fro in 'sbp < 90 mmHg fro 30 min'; did you mean for?",
    "sbp < 90 mmHg for": '"for" needs a time',
    "sbp < 90 mmHg for 30 mmHg": "has a unit of another dimension",
    "sbp < 90 mmHg per 8 h": "sbp is no total",
    "sbp < 90 mmHg for 5 min": "must be whole quarters of an hour",
    "systolic < 90 mmHg": "did you mean sbp?",
    "urine < 80 mL": "did you mean urine ... 80 mL per 8 h?",
    "weight > 15 %": "did you mean weight_gain ... 15 %?",
    "held >= 200": "given: 200 in 'held >= 200'; allowed: 0 to 99",
    "urine < 80 mL per 20 min": "must be whole quarters of an hour",
    "sbp_fall < target": "a change of sbp has no target",
    "(sbp < 90 mmHg": "a bracket is not closed",
    "sbp < 90 mmHg or": "is where a signal should be; given: the end",
    "at least three relative": 'is not understood; given: three in',
    "at least 3 relatives": "is not counted; given: relatives in 'at least 3 relatives'; did you mean relative?",
    "creatinine 3 to 2 mg/dL": "begins above its end",
    "__import__('os')": "is not a signal",
    "sepsis < 3 h": "does not belong here",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_wrong_is_refused_with_what_comes_nearest(text):
    with pytest.raises(BadInput) as refusal:
        parse(text)
    assert REFUSED[text] in str(refusal.value)


def test_a_rule_with_too_many_alternatives_is_refused():
    with pytest.raises(BadInput, match="too many alternatives"):
        parse(" and ".join(["(sepsis or coma)"] * 8))
    for text in (" and ".join(["(sepsis or coma)"] * 60), f"not ({' or '.join(['(sepsis and coma)'] * 60)})"):
        with pytest.raises(BadInput, match="too many alternatives"):  # at once, not after having laid them out
            parse(text)


def test_every_signal_has_a_range_and_words():
    for name, signal in SIGNALS.items():
        assert signal.low < signal.high and signal.label, name
