"""People: the same at every cut of the crowd, the same bits as one patient, and honestly judged."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from clsim.cohort import Status, draw_people, load_cohort, loads_cohort
from clsim.cohort.people import _chances, _Drawn
from clsim.cohort.settling import one_by_one, settle_many, side_by_side
from clsim.errors import BadPatient
from clsim.model.layout import PARAMETERS, find
from clsim.patient import SPAN, Fault, faults, rows, settle_patient
from clsim.scenario.scenario import load

SEED = 3
TOTAL = 100

HEAD = """
[vary.weight]
distribution = "normal"
mean = "80 kg"
sd = "12 kg"
low = "50 kg"
high = "120 kg"
source = "assumed: a test"
"""


@pytest.fixture(scope="module")
def cohort():
    return load_cohort("hd-il2-candidates")


@pytest.fixture(scope="module")
def crowd(cohort):
    return draw_people(cohort, {}, SEED, 0, 60, TOTAL)


def same(people, crowd, where):
    assert people.number.tolist() == crowd.number[where].tolist()
    for name in ("parameters", "states", "flows", "status", "fault", "fault_column", "fault_value"):
        assert getattr(people, name).tobytes() == getattr(crowd, name)[where].tobytes(), name
    for table in ("covariates", "failed"):
        mine, theirs = getattr(people, table), getattr(crowd, table)
        assert list(mine) == list(theirs)
        assert all(mine[name].tobytes() == theirs[name][where].tobytes() for name in mine)


@pytest.mark.parametrize(("first", "count"), [(0, 1), (17, 1), (5, 16), (30, 30), (59, 1)])
def test_a_block_holds_the_same_people_as_the_crowd(cohort, crowd, first, count):
    same(draw_people(cohort, {}, SEED, first, count, TOTAL), crowd, slice(first, first + count))


@pytest.mark.parametrize("method", ["random", "latin-hypercube"])
def test_so_it_does_with_every_method(method):
    small = loads_cohort(f'[sampling]\nmethod = "{method}"\n{HEAD}')
    crowd = draw_people(small, {}, SEED, 0, 40, 40)
    same(draw_people(small, {}, SEED, 11, 20, 40), crowd, slice(11, 31))


def test_people_have_the_bits_of_one_patient_settled_alone(cohort, crowd):
    given = _Drawn(cohort, {}, _chances(cohort, SEED, np.arange(60), TOTAL), 60).given()
    for k in (0, 17, 43):
        values = {name: tuple(np.atleast_1d(each[k]).tolist()) for name, each in given.items()}
        alone = settle_patient({name: value[0] if len(value) == 1 else value for name, value in values.items()})
        assert alone.parameters.tobytes() == crowd.parameters[k].tobytes()
        assert alone.state.tobytes() == crowd.states[k].tobytes()
        assert alone.flows.tobytes() == crowd.flows[k].tobytes()


def test_groups_are_the_rows_turned_and_back():
    rows = np.arange(16.0 * 3).reshape(16, 3)
    groups = side_by_side(rows, 8)
    assert groups[1, 8:16].tolist() == rows[8:, 1].tolist()  # second number of the second eight
    assert np.array_equal(one_by_one(groups, 8), rows)


def test_another_seed_draws_others_and_appending_a_name_moves_nobody():
    small = loads_cohort(HEAD)
    more = loads_cohort(HEAD + HEAD.replace("weight", "HR_rest").replace(" kg", " 1/min").replace("120", "110"))
    a, b = (draw_people(each, {}, SEED, 0, 8, 8).covariates["weight"] for each in (small, more))
    assert np.array_equal(a, b)
    assert not np.any(a == draw_people(small, {}, SEED + 1, 0, 8, 8).covariates["weight"])


def test_draws_are_distributed_as_declared():
    text = """
    [vary.sex]
    distribution = "categorical"
    shares = { female = 0.25, male = 0.75 }
    source = "assumed: a test"
    [vary.height]
    distribution = "normal"
    mean = "177 cm"
    sd = "7 cm"
    depends = [{ on = "sex", is = "female", add = "-13 cm" }]
    source = "assumed: a test"
    [vary.L_capillary]
    distribution = "lognormal"
    relative = true
    median = 1.0
    cv = 0.5
    source = "assumed: a test"
    [vary.leak_weight]
    distribution = "triangular"
    relative = true
    entry = "lung"
    low = 0.5
    mode = 0.6
    high = 1.0
    source = "assumed: a test"
    [vary.appetite]
    distribution = "beta"
    label = "appetite"
    mean = 0.3
    sd = 0.1
    low = 0.0
    high = 1.0
    source = "assumed: a test"
    [vary.GFR_rest]
    distribution = "normal"
    mean = "100 mL/min"
    sd = "10 mL/min"
    frailty = -0.6
    depends = [{ on = "L_capillary", from = 1.0, power = 0.1 }]
    source = "assumed: a test"
    """
    n = 4096
    people = draw_people(loads_cohort(text), {"weight": 70.0}, SEED, 0, n, n)
    known = people.known
    female = known("sex") == 0.0
    assert female.mean() == pytest.approx(0.25, abs=1e-3)
    assert known("height")[~female].mean() == pytest.approx(1.77, abs=1e-3)
    assert known("height")[female].mean() == pytest.approx(1.64, abs=2e-3)
    assert known("height")[~female].std() == pytest.approx(0.07, rel=0.03)
    factor = people.covariates["L_capillary"]
    assert np.median(factor) == pytest.approx(1.0, rel=2e-3)
    assert factor.std() / factor.mean() == pytest.approx(0.5, rel=0.05)
    usual = rows({name: known(name) for name in ("weight", "height", "sex")}, n)[:, SPAN["L_capillary"]]
    assert people.parameters[:, SPAN["L_capillary"]] == pytest.approx(usual * factor[:, None])
    peripheral, _, lung = find("leak_weight", PARAMETERS).default
    assert np.all(people.parameters[:, SPAN["leak_weight"].start] == peripheral)
    assert people.parameters[:, SPAN["leak_weight"].stop - 1] == pytest.approx(lung * known("leak_weight"))
    assert known("leak_weight").mean() == pytest.approx(0.7, abs=2e-3)
    assert known("appetite").mean() == pytest.approx(0.3, abs=1e-3)
    assert known("appetite").std() == pytest.approx(0.1, rel=0.02)
    assert np.all(people.parameters[:, SPAN["weight"].start] == 70.0)
    unshifted = known("GFR_rest") / factor**0.1
    assert unshifted.mean() == pytest.approx(0.1, rel=2e-3)
    assert np.corrcoef(unshifted, known("frailty"))[0, 1] == pytest.approx(-0.6, abs=0.02)
    assert loads_cohort(text).notes({"height": 1.8, "k10": 1.0}) != ()


def test_nobody_is_drawn_outside_the_limits_or_piled_up_on_them(cohort):
    low, high = find("GFR_rest", PARAMETERS).bounds
    chances = _chances(cohort, SEED, np.arange(2000), 2000)
    drawn = _Drawn(cohort, {}, chances, 2000)
    for name in ("weight", "escape_rate_rest", "EF_rest", "creatinine_rest", "hematocrit_rest"):
        values, varied = drawn.values[name], cohort.varied[name]
        assert varied.low < values.min() and values.max() < varied.high
        assert np.unique(values).size == 2000
    assert low < drawn.values["GFR_rest"].min() and drawn.values["GFR_rest"].max() < high


def test_who_cannot_exist_is_kept_with_the_sentence_of_one_patient():
    text = HEAD + """
    [vary.CO_rest]
    distribution = "uniform"
    low = "2 L/min"
    high = "12 L/min"
    source = "assumed: a test"
    [vary.hematocrit_rest]
    distribution = "uniform"
    low = 0.2
    high = 0.3
    depends = [{ on = "weight", from = "80 kg", per = "10 kg", add = 0.02 }]
    source = "assumed: a test"
    [[eligibility]]
    criterion = "flow"
    label = "enough flow"
    rule = "CO >= 6 L/min"
    source = "assumed: a test"
    """
    people = draw_people(loads_cohort(text), {}, SEED, 0, 100, 100)
    assert set(people.status) == {Status.TREAT, Status.NOT_ELIGIBLE, Status.NOT_SETTLED}
    assert set(people.fault) >= {Fault.NONE, Fault.BOUNDS, Fault.DRIFTING}
    assert np.array_equal(people.status == Status.NOT_SETTLED, people.fault != Fault.NONE)
    assert not np.any(people.failed["flow"] & (people.fault != Fault.NONE))
    for i in range(100):
        given = {name: float(people.covariates[name][i]) for name in ("weight", "CO_rest", "hematocrit_rest")}
        if people.status[i] == Status.NOT_SETTLED:
            with pytest.raises(BadPatient) as refused:
                settle_patient(given)
            if people.fault[i] == Fault.BOUNDS:
                assert people.reason(i).startswith("hematocrit_rest: haematocrit at rest is out of range; given: 0.1")
            else:
                assert people.reason(i) == str(refused.value)
        elif people.status[i] == Status.NOT_ELIGIBLE:
            assert people.reason(i).startswith("enough flow: CO is ")
        else:
            assert people.reason(i) == ""


def test_limits_that_leave_nothing_are_told_and_not_bent():
    text = HEAD + """
    [vary.CO_rest]
    distribution = "normal"
    mean = "5 L/min"
    sd = "0.01 L/min"
    low = "4.9 L/min"
    high = "5.1 L/min"
    depends = [{ on = "weight", from = "10 kg", power = 1.0 }]
    source = "assumed: a test"
    """
    people = draw_people(loads_cohort(text), {}, SEED, 0, 4, 4)
    assert np.all(people.fault == Fault.BOUNDS) and "nan" in people.reason(0)


def test_plausibility_outranks_eligibility_and_words_are_used_for_categories():
    text = HEAD + """
    [vary.infection]
    distribution = "bernoulli"
    label = "infection"
    share = 1.0
    source = "assumed: a test"
    [[eligibility]]
    criterion = "no_infection"
    label = "no infection"
    rule = "infection = no"
    source = "assumed: a test"
    [[plausibility]]
    criterion = "light"
    label = "light enough"
    any = ["weight < 80 kg", "BMI < 20 kg/m2"]
    source = "assumed: a test"
    """
    people = draw_people(loads_cohort(text), {}, SEED, 0, 32, 32)
    heavy = people.known("weight") >= 80.0
    assert np.array_equal(people.status, np.where(heavy, Status.NOT_PLAUSIBLE, Status.NOT_ELIGIBLE))
    assert np.all(people.failed["no_infection"])
    assert people.reason(int(np.argmin(heavy))) == "no infection: infection is yes, not no"
    assert people.reason(int(np.argmax(heavy))).startswith("light enough: weight is ")


def test_a_wall_that_no_body_has_is_not_plausible(cohort):
    """Much lymph and a low escape rate: found among the first million of seed 0."""
    people = draw_people(cohort, load("hd-il2-standard").values, 0, 61_467, 1, 100_000)
    assert people.status[0] == Status.NOT_PLAUSIBLE and people.fault[0] == Fault.NONE
    assert people.failed["permeable"][0] and not any(people.failed[each.name][0] for each in cohort.eligibility)
    assert people.reason(0).startswith("albumin crosses the capillary wall other than with the stream of water: "
                                       "PS_factor is ")


@pytest.mark.slow
def test_the_shipped_candidates_settle_and_most_are_eligible(cohort):
    people = draw_people(cohort, {}, SEED, 0, 20_000, 20_000)
    share = np.bincount(people.status, minlength=4) / 20_000
    assert share[Status.NOT_SETTLED] == 0.0
    assert 0.001 < share[Status.NOT_PLAUSIBLE] < 0.03
    assert 0.2 < share[Status.NOT_ELIGIBLE] < 0.4


@pytest.mark.slow
def test_eight_and_sixteen_side_by_side_give_the_same_bits():
    given = {"weight": np.linspace(45.0, 140.0, 21), "MAP_rest": np.linspace(75.0, 120.0, 21)}
    narrow, wide = (settle_many(rows(given, 21), width) for width in (8, 16))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(narrow, wide, strict=True))
    assert not np.any(faults(narrow[0], narrow[2], narrow[3])[0])


def fingerprint():
    """Of some people, drawn by each method."""
    digest = hashlib.sha256()
    text = load_cohort("hd-il2-candidates").text
    for method in ("sobol", "latin-hypercube", "random"):
        people = draw_people(loads_cohort(text.replace('"sobol"', f'"{method}"')), {}, SEED, 5, 3, 9)
        digest.update(people.parameters.tobytes() + people.states.tobytes())
    return digest.hexdigest()


@pytest.mark.slow
def test_plain_python_draws_the_same_bits():
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "error"}
    plain = subprocess.run([sys.executable, __file__], check=True, env=environment, capture_output=True, text=True,
                           cwd=Path(__file__).parents[2])
    assert plain.stdout.strip() == fingerprint()


if __name__ == "__main__":
    print(fingerprint())
