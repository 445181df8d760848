"""Outcomes follow from the table, and are not known where the table does not say."""

from __future__ import annotations

import re

import numpy as np
import pytest
from toy_trial import rows

from clsim.cohort import load_cohort
from clsim.compare import endpoints as e
from clsim.compare.arm import WHO, Arm, matched
from clsim.compare.forms import AnyOf, Coded, Everyone, Known, Ratio, Stage, Sum, Test, Within, columns_of, evaluate
from clsim.compare.incidence import HAPPENINGS
from clsim.compare.subgroups import SUBGROUPS
from clsim.crowd.outcomes import entries
from clsim.errors import BadInput
from clsim.policy.policy import load_policy
from clsim.scenario.scenario import load

NAN = float("nan")
TABLE_OF_ALL = entries(load_cohort("hd-il2-candidates"), load("hd-il2-course"), load_policy("cwg-2014"))
TABLE = {"a": np.array([0.0, 1.0, NAN, 2.0]), "b": np.array([3.0, 0.0, NAN, NAN]), "code": np.array([-1, 0, 1, 2])}


@pytest.mark.parametrize(("form", "found"), [
    ("a", [0, 1, NAN, 2]),
    (Test("a", ">=", 1.0), [0, 1, NAN, 1]),
    (Within("a", 1.0, 2.0), [0, 1, NAN, 0]),
    (Known("b"), [1, 1, 0, 0]),
    (Everyone(), [1, 1, 1, 1]),
    (AnyOf(("a", "b")), [1, 1, NAN, 1]),
    (Sum(((2.0, "a"), (-1.0, "b"))), [-3, 2, NAN, NAN]),
    (Ratio("a", "b", 10.0), [0, NAN, NAN, NAN]),
    (Coded("code"), [NAN, 0, 1, 2]),
    (Stage(((1, "a"), (3, Test("a", ">", 1.0)))), [0, 1, NAN, 3]),
])  # fmt: skip
def test_forms(form, found):
    np.testing.assert_array_equal(evaluate(form, TABLE), found)


def test_columns_are_read_once_and_in_order():
    form = AnyOf(("b", Sum(((1.0, "a"), (1.0, Ratio("b", "code"))))))
    assert columns_of(form) == ("b", "a", "code")
    assert columns_of(Everyone()) == ()


def test_columns_are_those_of_a_cohort_or_of_what_a_policy_did():
    known = {column.name for column, _ in TABLE_OF_ALL}
    parts = [name for each in SUBGROUPS for _, form in each.parts for name in columns_of(form)]
    needed = {*parts, *(name for each in e.ENDPOINTS for name in each.columns), e.FAILURE, WHO,
              *(each.column for each in HAPPENINGS)}  # fmt: skip
    assert not needed - known


def test_units_are_those_of_the_table():
    units = {column.name: column.unit for column, _ in TABLE_OF_ALL}
    plain = [each for each in e.ENDPOINTS if isinstance(each.of, str) and each.of in units and each.kind == e.NUMBER]
    assert len(plain) >= 10
    assert all(each.unit == units[each.of] for each in plain)
    assert units["weight_gain_max"] == units["weight_now_start"] == "kg" and units[e.CREATININE] == "umol/L"
    assert units["creatinine_clearance"] == "L/min" and units["fluid_given_end"] == units["urine_volume_end"] == "L"


def test_a_missing_column_is_named_with_the_nearest():
    with pytest.raises(BadInput, match=r"given: hours_MAP_below_60; did you mean hours_MAP_below_65\?"):
        evaluate("hours_MAP_below_60", rows(2))


def test_outcomes_are_declared_in_full():
    assert len(set(e.NAMES)) == len(e.NAMES)
    for each in e.ENDPOINTS:
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", each.name)
        assert each.kind in (e.NUMBER, e.SHARE) and each.better in (e.MORE, e.LESS, e.NEITHER)
        assert (each.unit == "%") if each.kind == e.SHARE else True
        assert each.label and each.source
    assert sum(each.main for each in e.ENDPOINTS) >= 15


def test_every_outcome_can_be_made_of_a_whole_table():
    table = rows(50)
    found = e.available(table)
    assert {each.name for each in found} == {*e.NAMES, "doses_cycle_1", "doses_cycle_2"}
    for each in found:
        values = e.values(each, table)
        assert values.shape == (50,) and values.dtype == np.float64
        if each.kind == e.SHARE:
            assert set(values) <= {0.0, 1.0}


def test_outcomes_without_their_columns_are_left_out_or_refused():
    table = {name: values for name, values in rows(5).items() if name != "albumin_min"}
    assert "albumin_lowest" not in [each.name for each in e.available(table)]
    with pytest.raises(BadInput, match="needs the columns albumin_min"):
        e.chosen(("albumin_lowest",), table)
    with pytest.raises(BadInput, match=r"given: deth; did you mean death\?"):
        e.chosen(("deth",), table)
    assert [each.name for each in e.chosen(("death", "doses_cycle_2"), table)] == ["death", "doses_cycle_2"]


def test_cycles_stand_in_order_of_their_number():
    assert [each.name for each in e.cycles({"doses_cycle_10": 0, "doses_cycle_2": 0, "doses_cycle_at": 0})] == [
        "doses_cycle_2", "doses_cycle_10"]  # fmt: skip


def stage(start, highest, oliguria=0, dialysis=0):
    table = {"creatinine_concentration_start": [start], "creatinine_concentration_max": [highest],
             "grade_oliguria": [oliguria], "event_dialysis": [dialysis]}  # fmt: skip
    return evaluate(e.AKI, {name: np.array(values) for name, values in table.items()})[0]


@pytest.mark.parametrize(("case", "found"), [
    ((80, 100), 0), ((80, 106.5), 1), ((40, 60), 1), ((80, 160), 2), ((80, 240), 3), ((200, 354), 3),
    ((80, 80, 1), 1), ((80, 80, 3), 3), ((80, 130, 2), 2), ((80, 80, 0, 1), 3), ((80, 80, -1), NAN), ((NAN, 80), NAN),
])  # fmt: skip
def test_stages_of_kidney_injury(case, found):
    np.testing.assert_equal(stage(*case), found)


def test_who_failed_numerically_is_not_known():
    table = rows(4)
    table["failure"] = np.array([0, 4, 0, 0])
    for each in e.available(table):
        assert np.isnan(e.values(each, table)[1]), each.name


def test_arms_are_of_the_same_patients():
    table = rows(4)
    one, two = Arm("one", "", table), Arm("two", "", table)
    assert matched((one, two), "two") is two
    with pytest.raises(BadInput, match=r"given: tow; did you mean two\?"):
        matched((one, two), "tow")
    with pytest.raises(BadInput, match="two arms have one name"):
        matched((one, one), "one")
    with pytest.raises(BadInput, match="different numbers of patients"):
        matched((one, Arm("two", "", rows(3))), "one")
    with pytest.raises(BadInput, match="not the same patients"):
        matched((one, Arm("two", "", table | {"number": np.arange(4)[::-1]})), "one")


def test_one_policy_under_two_names_is_one_policy():
    assert Arm("a", "", {}).same(Arm("a", "", {})) and not Arm("a", "", {}).same(Arm("b", "", {}))
    hashed = Arm("a", "", {}, "12")
    assert hashed.same(Arm("b", "", {}, "12")) and not hashed.same(Arm("b", "", {}, "3"))
