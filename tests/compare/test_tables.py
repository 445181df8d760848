"""Tables for people say what the records say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from toy_trial import arms, rows

from clsim.compare import tables
from clsim.compare.arm import Arm
from clsim.compare.endpoints import chosen
from clsim.compare.paired import records
from clsim.compare.subgroups import SUBGROUPS, forest
from clsim.compare.win import HIERARCHY, wins

THREE = arms(300)
CHOSEN = chosen(("doses_given", "death", "recovery_hours"), THREE[0].rows)


@pytest.mark.parametrize(("error", "value", "found"), [
    (0.0123, 5.0, 3), (0.123, 5.0, 2), (1.23, 5.0, 1), (12.3, 500.0, 0), (None, 5.0, 2), (None, 500.0, 0),
    (0.0, 0.0, 0), (1e-9, 0.0, 4),
])  # fmt: skip
def test_decimals_follow_the_error(error, value, found):
    assert tables.digits(error, value) == found


def test_numbers_in_words():
    assert tables.number(None, 2) == "-" and tables.number(1.005, 1, True) == "+1.0"
    assert tables.number(-0.004, 2, True) == "0.00"  # a zero bears no sign
    assert tables.between(-1.0, 2.0, 1, True) == "-1.0 to +2.0" and tables.between(None, 2.0, 1) == "-"
    assert tables.probability(None) == "-" and tables.probability(0.0) == "<0.001"


def test_outcome_by_policy():
    found = records(THREE, "supportive", CHOSEN)
    lines = tables.outcomes(found).splitlines()
    assert " ".join(lines[0].split()) == "outcome unit policy mean (MC error) difference 95 % interval MC error n"
    assert len(lines) == 1 + len(found)
    first, second = lines[1:3]
    assert first.startswith("doses given") and "supportive" in first and "reference" in first
    cautious = found[1]
    decimals = tables.decimals_of(found)["doses_given"]
    assert f"{cautious['difference']:+.{decimals}f}" in second and f"{cautious['mc_error']:.{decimals}f}" in second
    assert second.endswith("300")


def test_a_policy_that_differs_from_itself_is_told():
    one = replace(THREE[0], digest="a")
    again = replace(one, name="again")
    odd = replace(again, rows={**one.rows, "doses_given": one.rows["doses_given"] + 1.0})
    assert not tables.cautions(records([one, again], "supportive", CHOSEN[:1]))
    assert "something is wrong" in tables.cautions(records([one, odd], "supportive", CHOSEN[:1]))[0]


def test_who_is_left_out_is_told():
    table = rows(100)
    few = table | {"failure": [1] + 99 * [0]}
    assert "up to 1 patient is left out" in cautions(table, {name: few[name] for name in table})[0]
    most = table | {"recovery_hours": table["recovery_hours"] * float("nan")}
    said = cautions(table, most, "recovery_hours")
    assert said == ["hours from the last dose until recovery, b: known of 0 of 100 patients; nothing can be said"]
    some = table | {"doses_given": [float("nan")] * 10 + list(table["doses_given"][10:])}
    (said,) = cautions(table, some)
    ours, theirs = np.asarray(some["doses_given"]), table["doses_given"]
    assert "b 90 of 100, with" in said and f"{np.nanmean(ours):.2f} against {theirs[10:].mean():.2f} under a" in said


def cautions(table, other, outcome="doses_given"):
    other = {name: np.asarray(values) for name, values in other.items()}
    both = [Arm("a", "", table), Arm("b", "", other)]
    return tables.cautions(records(both, "a", chosen((outcome,), table)))


def test_wins_level_by_level():
    found = [wins(arm, THREE[0]) for arm in THREE[1:]]
    text = tables.hierarchy(found)
    assert text.count("\n") == 2 * len(HIERARCHY) + 3
    assert "cautious against supportive: win ratio 0." in text and "doses given (by 1 or more)" in text
    assert "hours with mean pressure below 65 mmHg (by 2 h or more)" in text
    assert tables.verdict(wins(THREE[0], THREE[0])) == "supportive against supportive: all 300 tie"
    nobody = Arm("nobody", "", rows(0))
    assert tables.verdict(wins(nobody, nobody)) == "nobody against nobody: nobody to compare"
    one = Arm("more", "", THREE[0].rows | {"doses_given": THREE[0].rows["doses_given"] + 1})
    assert "win ratio infinite, without losses (" in tables.verdict(wins(one, THREE[0]))


def test_subgroups():
    text = tables.subgroups(forest(THREE[1], THREE[0], CHOSEN[0], SUBGROUPS))
    assert text.startswith("cautious less supportive") and "60 y or more" in text
