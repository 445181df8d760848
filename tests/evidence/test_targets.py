"""Targets as data: what is shipped can be meant, and what cannot is refused by its line."""

from __future__ import annotations

import re

import numpy as np
import pytest

from clsim.errors import BadInput
from clsim.evidence.reading import Reading, picked
from clsim.evidence.targets import Target, folder, load_targets

SHIPPED = (folder() / "hd-il2.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def targets():
    return load_targets()


def test_all_published_targets_are_there(targets):
    whole = {each.whole for each in targets.targets}
    assert {f"T{k:02d}" for k in range(1, 33)} <= whole
    assert sum(each.startswith("F") for each in whole) >= 5  # timing
    assert all(each.source and each.sure for each in targets.targets)


def test_what_is_recalled_never_drives_a_fit(targets):
    for each in targets.targets:
        assert each.drives == (each.sure != "MEMORY")


WRONG = (  # what is written, what instead, what is said
    ('signal = "weight_gain"', 'signal = "weight_gian"', "weight_gain"),
    ('column = "symptom_dyspnoea"', 'column = "symptom_dyspnea"', "symptom_dyspnoea"),
    ('unit = "kg"', 'unit = "mmHg"', "unit"),
    ('unit = "mg/dL"', 'unit = "mg/dl/h"', "unit"),
    ('arm = "subcutaneous"\nsignal', 'arm = "subcutanous"\nsignal', "subcutaneous"),
    ('id = "T02"', 'id = "T01"', "two targets"),
    ("value = 4.0\nlow = 2.5", "value = 4.0\nlow = 4.5", "outside its own tolerance"),
    ('statistic = "median"\nvalue = 7.0', 'statistic = "modal"\nvalue = 7.0', "statistic"),
    ('sure = "READ"', 'sure = "HEARD"', "sure"),
    ('at = "112 h"', 'at = "112 d"', "beyond the end"),
    ('at = "112 h"', 'at = "112 kg"', "at"),
    ('at = "80 h"', 'at = "80 h"\nbetween = ["1 h", "2 h"]', "contradict"),
    ('between = ["8 h", "120 h"]', 'between = ["120 h", "8 h"]', "later end"),
    ('form = "ratio"', 'form = "rato"', "ratio"),
    ('above = "3 mg/dL"', 'above = "3 mmHg"', "above"),
    ('statistic = "share"\nabove = 1.5', 'statistic = "share"', "above and below"),
    ('column = "event_death_risk"', 'column = "doses_given"', "_risk"),
    ('policy = "label-2012"', 'policy = "label-2102"', "label-2012"),
    ('scenario = "low-dose-subcutaneous"', 'scenario = "low-dose"', "low-dose-subcutaneous"),
    ('kinetics = "first half-life"', 'kinetics = "first halflife"', "first half-life"),
    ('name = "NO_on_SVR"', 'name = "NO_on_SVRR"', "NO_on_SVR"),
    ("value = 71\nlow = 62\nhigh = 80", "value = 71\nlow = 62\nhigh = 180", "none and all"),
    ('[arm.subcutaneous]\n',
     '[arm.nobody]\ntitle = "x"\nscenario = "rest-19-days"\nsource = "x"\n\n[arm.subcutaneous]\n', "no target"),
)


@pytest.mark.parametrize(("written", "instead", "said"), WRONG, ids=[each[1][:30] for each in WRONG])
def test_what_cannot_be_meant_is_refused_by_its_line(tmp_path, written, instead, said):
    assert written in SHIPPED
    file = tmp_path / "targets.toml"
    file.write_text(SHIPPED.replace(written, instead, 1), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_targets(file)
    assert said in str(caught.value)
    assert re.search(r"targets\.toml:\d+", str(caught.value)), caught.value


def test_an_unknown_name_names_those_that_are_shipped():
    with pytest.raises(BadInput, match="hd-il2"):
        load_targets("hd-il22")


HOURS = np.arange(0.0, 49.0, 4.0)
RAMP = np.stack([HOURS, 10.0 - HOURS])


@pytest.mark.parametrize(
    ("pick", "expected"),
    [("mean", (24.0, -14.0)), ("highest", (48.0, 10.0)), ("lowest", (0.0, -38.0)), ("time of highest", (48.0, 0.0)),
     ("time of lowest", (0.0, 48.0)), ("least per day", (24.0, -24.0)), ("most per day", (24.0, -24.0))],
)
def test_what_is_picked_of_a_stretch(pick, expected):
    assert np.allclose(picked(pick, HOURS * 60.0, RAMP), expected)


def test_nothing_is_picked_after_death():
    gone = np.where(HOURS > 0.0, np.nan, 1.0)[None, 1:]
    assert np.isnan(picked("mean", HOURS[1:] * 60.0, gone)).all()


def test_forms_stand_against_before_treatment():
    each = np.array([[2.0, 4.0, 8.0]])
    minutes = np.array([0.0, 60.0, 120.0])
    for form, expected in (("value", 8.0), ("change", 6.0), ("ratio", 4.0)):
        assert Reading("signal", "MAP", (120.0,), form=form).of_course(minutes, each) == expected


def test_statistics_over_patients():
    each = np.array([1.0, 2.0, np.nan, 6.0])
    assert Reading("column", "x", statistic="mean").over(each) == 3.0
    assert Reading("column", "x", statistic="median").over(each) == 2.0
    share = Reading("column", "x", statistic="share", above=1.5, unit="%")
    assert share.over(each) == pytest.approx(200 / 3)
    assert 0.0 < Reading("column", "x", statistic="share", above=8.0).over(each, soft=True) < 0.5
    expected = Reading("column", "event_death_risk", statistic="expected share").over(np.array([0.0, np.log(2.0)]))
    assert expected == pytest.approx(0.25)
    assert np.isnan(share.over(np.array([np.nan])))


def test_how_far_a_value_is_off():
    target = Target("T99", "x", "", Reading("kinetics", "x"), 10.0, 8.0, 14.0, "1", "", "", "READ", "", 0)
    assert target.off(8.0) == target.off(14.0) == 0.0
    assert target.off(6.0) == pytest.approx(1.0)
    assert target.off(16.0) == pytest.approx(0.5)
    assert target.off(float("nan")) == float("inf")
    assert target.whole == "T99" and Target("T30c", *list(vars(target).values())[1:]).whole == "T30"
