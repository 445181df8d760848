"""Subgroups part patients by what they were before the course."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats
from toy_trial import arms

from clsim.compare.arm import Arm
from clsim.compare.endpoints import NUMBER, chosen
from clsim.compare.forms import Within
from clsim.compare.paired import difference
from clsim.compare.subgroups import (
    FEW,
    SUBGROUPS,
    Subgroup,
    below_or_not,
    forest,
    interaction,
    known,
    records,
)
from clsim.errors import BadInput

AGE = below_or_not("age", "age", "age", 50.0, "50 y", "")


def pair(ages, gaps):
    table = {"age": np.array(ages, float), "doses_given": np.zeros(len(ages))}
    return Arm("p", "", table | {"doses_given": np.array(gaps, float)}), Arm("r", "", table)


def doses(arm):
    return chosen(("doses_given",), arm.rows)[0]


def test_an_effect_that_depends_on_age_is_found():
    draw = np.random.default_rng(2)
    ages = np.repeat([40.0, 60.0], 200)
    gaps = np.where(ages < 50, 1.0, 3.0) + draw.normal(0, 1, 400)
    policy, reference = pair(ages, gaps)
    whole, row = forest(policy, reference, doses(policy), [AGE])
    young, old = row.parts
    assert [part.label for part in row.parts] == ["below 50 y", "50 y or more"] and whole.parts[0].n == 400
    assert whole.parts[0].difference == pytest.approx(gaps.mean())
    assert young.difference == pytest.approx(gaps[:200].mean()) and (young.n, old.n) == (200, 200)
    assert row.contrast == pytest.approx(gaps[200:].mean() - gaps[:200].mean())
    assert row.contrast_low < 2.0 < row.contrast_high and row.p < 1e-6 and row.outside == 0
    # with two parts the test is that of the contrast
    z = row.contrast / np.hypot(young.mc_error, old.mc_error)
    assert row.p == pytest.approx(2.0 * stats.norm.sf(z))


def test_chance_alone_gives_every_p_alike():
    draw = np.random.default_rng(3)
    found = []
    for _ in range(400):
        parts = [draw.normal(1.0, 2.0, 60) for _ in range(3)]
        found.append(interaction([difference(part, np.zeros(60), NUMBER) for part in parts]))
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_in_few_patients_nothing_is_estimated():
    policy, reference = pair([40.0] * FEW + [60.0] * (FEW - 1), np.arange(2 * FEW - 1.0))
    _, row = forest(policy, reference, doses(policy), [AGE])
    assert row.parts[0].difference is not None and row.parts[1].difference is None
    assert row.parts[1].n == FEW - 1 and row.p is None and row.contrast is None


def test_empty_parts_are_left_out_and_the_unknown_counted():
    policy, reference = pair([40.0] * 40 + [np.nan] * 3, np.arange(43.0))
    _, row = forest(policy, reference, doses(policy), [AGE])
    assert [part.label for part in row.parts] == ["below 50 y"] and row.outside == 3


def test_parts_that_overlap_are_refused():
    policy, reference = pair([40.0] * 40, np.zeros(40))
    bad = Subgroup("bad", "bad", (("a", Within("age", 0, 50)), ("b", Within("age", 30, 60))), "")
    with pytest.raises(BadInput, match="bad: parts of a subgroup overlap"):
        forest(policy, reference, doses(policy), [bad])


def test_shipped_subgroups_part_a_cohort():
    one, two, _ = arms(600)
    assert known(one.rows) == SUBGROUPS and known({"age": 0}) == SUBGROUPS[:1]
    for name in ("doses_given", "death"):
        found = forest(one, two, chosen((name,), one.rows)[0], SUBGROUPS)
        json.dumps(records(found), allow_nan=False)
        assert [row.name for row in found] == ["all", *(each.name for each in SUBGROUPS)]
        for row in found:
            assert sum(part.n + part.unknown for part in row.parts) + row.outside == 600
            assert row.unit == ("%" if name == "death" else "")


def test_a_policy_against_itself_is_nothing_in_every_part():
    one = arms(300)[0]
    for row in forest(one, one, doses(one), SUBGROUPS):
        assert all(part.difference in (0.0, None) for part in row.parts) and row.p is None
