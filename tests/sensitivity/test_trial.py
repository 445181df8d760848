"""What is measured: any outcome of few patients for a day, the same numbers as a comparison has."""

from __future__ import annotations

import numpy as np
import pytest
import small_ensemble
from small_trial import SCENARIO, SEED, SHORT

from clsim.compare.endpoints import ENDPOINTS, values
from clsim.compare.run import compare
from clsim.errors import BadInput
from clsim.sensitivity.ranges import ranges
from clsim.sensitivity.tornado import tornado
from clsim.sensitivity.trial import endpoint_of, make_trial

DRAWN = 16


def trial(outcome="MAP_min", policies=("cwg-2014",), n=DRAWN, **how):
    return make_trial(SCENARIO, outcome, policies, n, **{"seed": SEED, **how}, **SHORT)


@pytest.fixture(scope="module")
def compared():
    return compare(SCENARIO, ["cwg-2014", "early-pressor"], DRAWN, seed=SEED, **SHORT)


@pytest.fixture(scope="module")
def spans():
    return ranges(small_ensemble.made(), ["NO_max", "Z_max"], declared=True)


def test_without_a_setting_numbers_are_those_of_a_comparison(compared):
    for name in ("MAP_min", "pressor_any", "hours_SBP_below_90"):
        (endpoint,) = (each for each in ENDPOINTS if each.name == name)
        own, other = (values(endpoint, arm.rows) * endpoint.scale for arm in compared.arms)
        both = trial(name, ("cwg-2014", "early-pressor"))
        found, failed = both.runs([{}, {"NO_max": 1.0}], 2)
        assert failed == 0 and np.array_equal(found[0], [own, other]) and np.array_equal(found[1], found[0])
        assert np.array_equal(both.measured([{}])[0], [own - other])
        assert np.array_equal(trial(name).measured([{}])[0], [own])


def test_a_knob_moves_the_numbers_and_threads_do_not():
    settings = [{"NO_max": each} for each in (0.8, 1.0, 1.2)]
    one, three = (trial().measured(settings, threads)[0] for threads in (1, 3))
    assert np.array_equal(one, three) and not np.array_equal(one[0], one[1])
    untouched = trial(policies=("as-written",)).measured(settings)[0]  # no policy makes up for it
    assert (untouched[0] > untouched[1]).all() and (untouched[1] > untouched[2]).all()


def test_a_patient_alone_is_the_one_in_the_crowd(compared):
    number = int(compared.base.rows["number"][4])
    alone = trial(n=0, patient=number)
    assert alone.facts()["patient"] == number and "drawn" not in alone.facts()
    assert alone.measured([{}])[0][0, 0] == compared.base.rows["MAP_min"][4]


def test_a_patient_alone_has_a_cohort_to_be_apart_from(compared):
    number = int(compared.base.rows["number"][4])
    untreated = ("as-written",)
    alone, crowd = trial(n=0, patient=number, policies=untreated), trial(n=256, policies=untreated)
    far = {"k_priming spread": 2.0}
    place = np.flatnonzero(crowd.people.number[crowd.people.status == 0] == number)[0]
    one, many = alone.measured([{}, far])[0], crowd.measured([{}, far])[0]
    assert one.shape == (2, 1) and one[0, 0] == many[0, place] and one[1, 0] != one[0, 0]
    assert one[1, 0] == pytest.approx(many[1, place], abs=0.35 * abs(one[1, 0] - one[0, 0]))  # middles differ a little
    himself = trial(n=0, policies=untreated)  # the scenario's own patient is the middle
    assert np.ptp(himself.measured([{}, far])[0]) == 0.0


def test_any_column_of_numbers_is_an_outcome(compared):
    rows = trial("Na_max_at").runs([{}])[0][0, 0]
    assert rows.shape == (compared.treated,) and (rows >= 0.0).all()
    assert trial("grade_hypotension").endpoint.label == "hypotension"
    assert trial("event_sepsis").label == "sepsis" and trial().label == "lowest mean pressure [mmHg]"
    assert trial("pressor_any", ("cwg-2014", "early-pressor")).label == (
        "phenylephrine or norepinephrine, cwg-2014 less early-pressor [percentage points]")


@pytest.mark.parametrize(("name", "said"), [
    ("MAP_minimum", r"outcome: is not an outcome; given: MAP_minimum; did you mean MAP_min.*\?; allowed: doses_given"),
    ("stopped_by", "outcome: is a code, not a number; given: stopped_by"),
    ("status", "is a code, not a number"),
    ("weight", "is not an outcome: it does not say what became of a patient; given: weight"),
    ("number", "is not an outcome: it does not say what became of a patient"),
])  # fmt: skip
def test_what_is_no_outcome_is_refused(name, said):
    with pytest.raises(BadInput, match=said):
        trial(name)


def test_an_outcome_must_be_there_under_every_policy():
    plans = list(trial(policies=("cwg-2014", "as-written")).plans.values())
    with pytest.raises(BadInput, match="is not an outcome; given: swings"):
        endpoint_of("swings", plans)
    assert endpoint_of("swings", plans[:1]).name == "swings"


def test_nobody_and_too_many_are_refused():
    with pytest.raises(BadInput, match="n: is too small; given: -1"):
        trial(n=-1)
    with pytest.raises(BadInput, match="n: is too many to treat again and again; given: 20,001; allowed: at most"):
        trial(n=20_001)
    with pytest.raises(BadInput, match="n: nobody is treated; given: 1 drawn"):
        trial(n=1, seed=first_not_eligible()).measured([{}])
    with pytest.raises(BadInput, match="is not eligible"):
        trial(n=0, patient=0, seed=first_not_eligible())


def first_not_eligible():
    """A seed whose patient 0 is not eligible."""
    return next(seed for seed in range(100) if trial(n=1, seed=seed).people.status[0] == 1)


# ----------------------------------------------------------------------------------- tornado


def test_a_tornado_turns_one_knob_at_a_time_of_one_patient(spans, compared):
    number = int(compared.base.rows["number"][0])
    alone = trial(n=0, patient=number, policies=("as-written",))
    found = tornado(alone, spans)
    crowd = trial(policies=("as-written",)).measured([{}])[0]
    assert found.base == crowd[0, 0] and found.failed == 0
    bars = {bar.span.knob.name: bar for bar in found.bars}
    assert bars["NO_max"].low > found.base > bars["NO_max"].high  # more nitric oxide, lower pressure
    assert bars["NO_max"].low == alone.measured([{"NO_max": 0.8}])[0][0, 0]
    one, two = found.records()
    assert one["width"] == pytest.approx(abs(one["at_low"] - one["at_high"])) and one["width"] >= two["width"]


def test_a_tornado_of_what_is_not_known_says_so(spans):
    found = tornado(trial("recovery_hours", n=0), spans)
    assert [(each["base"], each["at_low"], each["width"]) for each in found.records()] == [(None, None, 0.0)] * 2
