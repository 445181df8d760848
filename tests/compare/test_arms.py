"""Policies as a command line names them."""

from __future__ import annotations

import pytest

from clsim.compare.arms import MOST_POINTS, axis, policy_of, swept
from clsim.errors import BadInput
from clsim.policy.policy import load_policy

SBP = "targets.sbp.value"


def target(policy):
    """The systolic pressure that a policy aims at, as written in its text."""
    return next(line for line in policy.text.split("[targets.sbp]")[1].splitlines() if line.startswith("value"))


def test_a_name_alone_is_the_shipped_policy():
    assert policy_of("cwg-2014") == load_policy("cwg-2014")
    assert policy_of(" cwg-2014 ").digest == load_policy("cwg-2014").digest


def test_changed_thresholds_make_another_policy_of_that_name():
    written = f"cwg-2014:{SBP}=85 mmHg; bolus.volume=250 mL"
    policy = policy_of(written)
    assert policy.name == written and policy.digest != load_policy("cwg-2014").digest
    assert target(policy) == 'value = "85 mmHg"' and 'volume = "250 mL"' in policy.text
    assert load_policy("cwg-2014").but(**{SBP: "85 mmHg", "bolus.volume": "250 mL"}).digest == policy.digest
    assert policy_of("cwg-2014:orders.adherence=0.8").adherence == 0.8  # a plain number


def test_the_value_that_was_there_is_no_change(tmp_path):
    assert policy_of(f"cwg-2014:{SBP}=80 mmHg").digest == load_policy("cwg-2014").digest


@pytest.mark.parametrize(("text", "said"), [
    ("cgw-2014", "did you mean cwg-2014?"),
    ("as-written", "it stands for what the scenario orders"),
    (f"as-written:{SBP}=85 mmHg", "has no thresholds"),
    ("cwg-2014:", "is no change of a policy; given: ''"),
    ("cwg-2014:sbp", "is no change of a policy; given: 'sbp'"),
    ("cwg-2014:sbp=85 mmHg", "is no change of a policy"),
    ("cwg-2014:targets.spb.value=85 mmHg", "spb.value=85 mmHg: [targets] spb: is not a signal"),
    ("cwg-2014:targets.sbp.valu=85 mmHg", "did you mean value?"),
    ("cwg-2014:bolos.volume=1 L", "did you mean bolus?"),
    (f"cwg-2014:{SBP}=85", "needs a unit; given: 85.0; did you mean"),
    (f"cwg-2014:{SBP}=85 L", "has a unit of another dimension"),
    (f"cwg-2014:{SBP}=850 mmHg", "allowed: 60 mmHg to 140 mmHg"),
])  # fmt: skip
def test_what_is_no_policy(text, said):
    with pytest.raises(BadInput) as refusal:
        policy_of(text)
    assert said in str(refusal.value)


@pytest.mark.parametrize("text", [
    f"{SBP}=70 to 95 mmHg in 6", f"{SBP} = 70 mmHg to 95 mmHg in 6",
    f"{SBP}=70 mmHg, 75 mmHg, 80 mmHg, 85 mmHg, 90 mmHg, 95 mmHg",
])  # fmt: skip
def test_a_range(text):
    assert axis(text) == (SBP, ["70 mmHg", "75 mmHg", "80 mmHg", "85 mmHg", "90 mmHg", "95 mmHg"])


def test_numbers_without_a_unit_and_uneven_ends():
    assert axis("orders.adherence=0.7 to 1 in 3") == ("orders.adherence", [0.7, 0.85, 1.0])
    assert axis("orders.adherence=0.7, 1") == ("orders.adherence", [0.7, 1.0])
    assert axis("bolus.volume=0.1 to 0.4 L in 4")[1] == ["0.1 L", "0.2 L", "0.3 L", "0.4 L"]


@pytest.mark.parametrize("text", [
    SBP, f"{SBP}=", "=70 to 95 mmHg in 6", "sbp=70 to 95 mmHg in 6", f"{SBP}=70 mmHg", f"{SBP}=70 to 95 mmHg",
    f"{SBP}=70 to 95 mmHg in 1", f"{SBP}=70 to 95 mmHg in many", f"{SBP}=70 in 6", f"{SBP}=low to high mmHg in 3",
    f"{SBP}=70 mmHg to 10 kPa in 3",
])  # fmt: skip
def test_what_is_no_range(text):
    with pytest.raises(BadInput, match=r"--over: (is (no|one value, no) range|has no number of points)"):
        axis(text)


def test_points_of_one_threshold_are_called_by_its_values():
    points = swept("cwg-2014", [axis(f"{SBP}=75 to 85 mmHg in 3")])
    assert [each.name for each in points] == ["75 mmHg", "80 mmHg", "85 mmHg"]
    assert [target(each) for each in points] == [f'value = "{each.name}"' for each in points]


def test_two_thresholds_make_every_combination_the_second_fastest():
    points = swept("cwg-2014", [axis(f"{SBP}=75 mmHg, 85 mmHg"), axis("bolus.volume=250 mL, 500 mL")])
    assert [each.name for each in points] == ["75 mmHg, 250 mL", "75 mmHg, 500 mL", "85 mmHg, 250 mL",
                                              "85 mmHg, 500 mL"]
    assert len({each.digest for each in points}) == 4


def test_a_policy_with_a_change_can_be_swept_over_another():
    (first, _) = swept("cwg-2014:bolus.volume=250 mL", [axis(f"{SBP}=75 mmHg, 85 mmHg")])
    assert 'volume = "250 mL"' in first.text and target(first) == 'value = "75 mmHg"'


@pytest.mark.parametrize(("axes", "said"), [
    ([], "sweeps over one or two thresholds; given: 0"),
    (["a.b=1, 2", "a.c=1, 2", "a.d=1, 2"], "sweeps over one or two thresholds; given: 3"),
    ([f"{SBP}=75 mmHg, 85 mmHg", f"{SBP}=75 mmHg, 85 mmHg"], "varies one threshold twice"),
    ([f"{SBP}=70 to 95 mmHg in {MOST_POINTS + 1}"], f"is too many points; given: {MOST_POINTS + 1}; allowed: at most"),
    ([f"{SBP}=70 to 95 in 6"], f"cwg-2014:{SBP}=70.0: [targets] sbp.value: needs a unit"),
    (["targets.spb.value=75 mmHg, 85 mmHg"], "did you mean sbp?"),
    ([f"{SBP}=75 mmHg, 850 mmHg"], f"cwg-2014:{SBP}=850 mmHg: [targets] sbp.value: is out of range"),
])  # fmt: skip
def test_what_is_no_sweep(axes, said):
    with pytest.raises(BadInput) as refusal:
        swept("cwg-2014", [axis(each) for each in axes])
    assert said in str(refusal.value)
