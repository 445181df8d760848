"""One patient under a policy: the same as in a cohort, told entry by entry, kept in a file."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

import clsim
from clsim import store
from clsim.cohort import draw_people, load_cohort
from clsim.crowd import plan as crowd
from clsim.errors import BadInput
from clsim.managed import explain
from clsim.managed.course import notes_of
from clsim.managed.fork import again
from clsim.managed.result import ManagedResult
from clsim.managed.trace import NEVER, Compared, Entry, Ground, clock, duration, from_data, spoken, to_data
from clsim.model.hazards import EVENTS
from clsim.patient import settle_patient
from clsim.policy.memory import SWINGS
from clsim.policy.policy import load_policy, loads_policy, policies
from clsim.policy.python import PythonPolicy
from clsim.policy.signals import DRIPS
from clsim.scenario.scenario import load

HORIZON = {"horizon": "60 h"}


@pytest.fixture(scope="module")
def low():
    """Somebody whose pressure falls, under a policy that gives boluses and a pressor."""
    return clsim.run("hd-il2-standard", policy="cwg-2014", patient=17, everyone=True, run=HORIZON)


def beside(number, policy, seed=0, scenario=None, everyone=True):
    """The same patient, alone and in a block of a cohort."""
    read = scenario or load("hd-il2-standard", run=HORIZON)
    alone = clsim.run(read, policy=policy, patient=number, everyone=everyone, seed=seed)
    plan = crowd.make_plan(read, load_cohort("hd-il2-candidates"), seed, 40, keep=(number,), everyone=everyone,
                           policy=policy)
    return alone, crowd.run_block(plan, number - 3, 8), plan


def same_course(alone, block, number, plan):
    states, flows = block.kept[number]
    assert np.array_equal(alone.states, states) and np.array_equal(alone.flows, flows, equal_nan=True)
    assert np.array_equal(alone.time, plan.times[: len(states)])
    row = {name: values[3] for name, values in block.rows.items()}
    assert alone.outcomes.keys() == row.keys()
    for name, value in row.items():
        assert np.array_equal(alone.outcomes[name], value, equal_nan=np.asarray(value).dtype.kind == "f"), name


@pytest.mark.parametrize(("number", "policy"), [(17, "cwg-2014"), (5, "til-2024")])
def test_a_patient_of_a_cohort_has_the_same_bits_alone(number, policy):
    alone, block, plan = beside(number, load_policy(policy))
    same_course(alone, block, number, plan)
    kinds = [each.kind for each in alone.trace]
    assert kinds.count("dose given") == alone.outcomes["doses_given"] == len(alone.doses)
    assert kinds.count("dose held") == alone.outcomes["doses_held"]


def test_so_has_one_whose_orders_are_not_all_followed_and_whose_looks_are_missed():
    policy = load_policy("cwg-2014").but(**{"orders.adherence": 0.6, "observe.vitals.missed": 0.3})
    alone, block, plan = beside(9, policy, seed=4)
    same_course(alone, block, 9, plan)
    missed = [each for each in alone.trace if each.kind == "not followed"]
    assert missed and all("not followed" in each.what and each.name for each in missed)


def test_death_ends_the_result():
    read = load("hd-il2-standard", run=HORIZON, parameters={"base_hazard": ["3e-3 1/min"] * len(EVENTS)})
    alone, block, plan = beside(6, load_policy("never-hold"), scenario=read)
    same_course(alone, block, 6, plan)
    assert alone.trace[-1].kind == "death" and alone.trace[-1].by == "body"
    assert alone.time[-1] == alone.trace[-1].time < 60 * 60.0
    with pytest.raises(BadInput, match=r"lies outside the run.*the patient died then"):
        alone.explain("59 h")
    told = {each.name for each in alone.trace if each.kind == "event"} | {"death"}
    assert told >= {event.name for event in EVENTS if alone.outcomes[f"event_{event.name}"] > 0}


def test_without_a_number_it_is_the_patient_of_the_scenario():
    heavy = clsim.run("hd-il2-standard", policy="cwg-2014", patient={"weight": "95 kg"}, run={"horizon": "20 h"})
    assert isinstance(heavy, ManagedResult) and heavy.patient is None and heavy.cohort is None
    settled = settle_patient({"weight": 95.0})
    assert np.array_equal(heavy.states[0], settled.state)
    assert heavy.parameters["weight"] == 95.0 and "status" not in heavy.outcomes
    assert heavy["interleukin2_in"].values[0] == pytest.approx(600000 * 95 / 15)
    assert heavy["interleukin2_in"].values[1] == 0.0


def test_inputs_are_those_that_hold_from_the_look_on(low):
    given = low["acetaminophen"].values
    begun = next(each for each in low.trace if each.name == "acetaminophen")
    assert given[int(begun.begins / 15)] == pytest.approx(650 / 30) and given[int(begun.begins / 15) - 1] == 0.0


# ------------------------------------------------------------------------------------------ trace


def test_every_dose_has_its_entry_with_grounds(low):
    doses = [each for each in low.trace if each.dose and each.kind.startswith("dose ")]
    assert [each.dose for each in doses] == list(range(1, 9))
    assert all(each.grounds for each in doses)
    held = [each for each in doses if each.kind == "dose held"]
    for each in held:
        assert each.name == each.grounds[0].name and each.grounds[0].source
    assert [each.time for each in low.trace] == sorted(each.time for each in low.trace)


def test_every_change_of_a_drip_is_told_with_its_rates():
    ill = clsim.run("hd-il2-standard", policy="early-pressor", patient=11, everyone=True, run={"horizon": "80 h"})
    told = [each for each in ill.trace if each.name == "phenylephrine" and each.kind.startswith("drip")]
    assert told and told[0].kind == "drip begun" and told[0].before == 0.0
    assert all(a.after == b.before for a, b in pairwise(told))
    running = ill["phenylephrine"].values / ill.parameters["weight"]
    for each in told:
        assert running[round(each.begins / 15)] == pytest.approx(each.after, rel=1e-9)
        compared = each.grounds[0].comparisons[0]
        assert compared.signal == "sbp" and compared.unit == "mmHg" and compared.time <= each.time
    changes = np.flatnonzero(np.diff(running))
    assert len(changes) == len(told)
    assert any(each.kind in ("drip lowered", "drip ended") for each in told)


def told_apart(name, patient, horizon):
    """What ran by the trace beside what ran, and that every decision has its grounds."""
    run = clsim.run("hd-il2-standard", policy=name, patient=patient, everyone=True, run={"horizon": horizon})
    rows = {row.name: row for row in run.policy.rows}
    told = {key: np.zeros(run.time.size) for key in ("acetaminophen", "indomethacin", *DRIPS)}
    for each in run.trace:
        assert each.grounds or each.kind in ("event", "death", "stop lifted", "watch"), each.what
        if each.kind == "portion" and rows[each.name].data["give"] in told:
            span = (run.time >= each.begins) & (run.time < each.ends)
            told[rows[each.name].data["give"]][span] += each.amount / (each.ends - each.begins)
        elif each.kind.startswith("drip") and each.table in ("pressor", "oxygen"):
            drug = rows[each.name].data.get("agent", "oxygen")
            told[drug][run.time >= each.begins] = each.after * (run.parameters["weight"] if "/kg" in each.unit else 1.0)
    for key, rates in told.items():
        assert run[key].values[:-1] == pytest.approx(rates[:-1], rel=1e-9, abs=1e-12), key


def test_the_trace_tells_all_that_ran():
    told_apart("nci-surgery-branch", 5, "60 h")


@pytest.mark.slow
@pytest.mark.parametrize("name", policies())
def test_the_trace_tells_all_that_ran_under_every_policy(name):
    told_apart(name, 17, "100 h")


def test_a_steady_drip_that_ends_says_which_rule_no_longer_holds():
    done = clsim.run("hd-il2-standard", policy="hold-at-first-sign", run={"horizon": "80 h"})
    ended = [each for each in done.trace if each.name == "maintenance" and each.kind == "drip ended"]
    for each in ended:
        assert each.grounds[0].how == "its rule no longer holds" and not each.grounds[0].comparisons[0].holds


def test_what_is_asked_for_is_said_as_a_nurse_would_read_it():
    pressure = Compared("sbp", "SBP", 84.0, "mmHg", 705.0, "<", 90.0, True)
    assert str(pressure) == "SBP 84 mmHg at 11:45 h < 90 mmHg"
    target = Compared("sbp", "SBP", 84.0, "mmHg", 705.0, ">=", 90.0, False, "target", 30.0)
    assert str(target) == "SBP 84 mmHg at 11:45 h, not >= 90 mmHg (target) for 30 min"
    urine = Compared("urine_480", "urine", 74.0, "mL", 960.0, "<", 80.0, True, over=480.0)
    assert str(urine) == "urine 74 mL in 8 h until 16:00 h < 80 mL"
    never = Compared("urine", "urine", NEVER, "mL/h", NEVER, "<", 35.0, False)
    assert str(never) == "urine never read, so not < 35 mL/h"
    assert str(Compared("sepsis", "sepsis", np.inf, "h", 60.0, "<", np.inf, False)) == "no sepsis so far"
    assert str(Compared("sepsis", "sepsis", 2.0, "h", 600.0, "<=", 24.0, True)) == "sepsis at 8:00 h, within 24 h"
    low, high = (Compared("hr", "heart rate", 120.0, "1/min", 60.0, sign, limit, True)
                 for sign, limit in ((">=", 100.0), ("<=", 130.0)))
    assert spoken((low, high)) == ["heart rate 120 1/min at 1:00 h between 100 and 130 1/min"]
    assert (clock(2175.0), duration(30.0), duration(480.0), duration(14400.0)) == ("36:15 h", "30 min", "8 h", "10 d")


def test_an_entry_goes_to_json_and_back(low):
    for each in low.trace:
        assert from_data(json.loads(json.dumps(to_data(each), allow_nan=False))) == each
    made = Entry(1.0, "event", "x", grounds=(Ground("a", criteria=(Ground("b"),)),))
    assert from_data(to_data(made)) == made


def test_a_hold_that_was_not_lifted_says_since_when_and_what_is_missing():
    text = (
        'extends = "cwg-2014"\n[[hold]]\nname = "hold_once"\nwhen = "clock 0.5 to 1 h"\n'
        'at = "any time"\nsource = "assumed: a test"\n'
        '\n[[resume]]\nname = "resume_once"\nof = "hold_once"\nwhen = "clock >= 20 h"\nsource = "assumed: a test"\n')
    kept = clsim.run("hd-il2-standard", policy=loads_policy(text, "kept"), run={"horizon": "12 h"})
    held = next(each for each in kept.trace if each.kind == "dose held")
    assert held.dose == 2 and held.name == "hold_once" and "held since 0:30 h" in held.grounds[0].how
    assert str(held.grounds[0].criteria[0].comparisons[0]) == "time of day 8 h, not >= 20 h"
    assert "doses go on once this holds" in str(held)


# ------------------------------------------------------------------------------------------- file


def test_a_file_brings_back_all_of_it(low, tmp_path):
    back = store.load_result(low.save(tmp_path / "a.nc"))
    assert isinstance(back, ManagedResult)
    assert set(low.differences(back).values()) == {0.0}
    assert back.trace == low.trace and back.policy.digest == low.policy.digest and back.digest() == low.digest()
    assert (back.seed, back.patient, back.cohort.text, back.everyone) == (low.seed, 17, low.cohort.text, True)
    assert back.swings == low.swings and back.orders == low.orders
    assert back.outcomes.keys() == low.outcomes.keys() and back.outcomes["doses_given"] == low.outcomes["doses_given"]
    for name in ("time", "value", "at"):
        assert np.array_equal(getattr(back.chart, name), getattr(low.chart, name), equal_nan=True)
    assert (back.chart.met, back.chart.running, back.chart.stopped) == (
        low.chart.met, low.chart.running, low.chart.stopped)
    assert back.explain() == low.explain() and back.explain("36 h") == low.explain("36 h")
    assert set(again(back).differences(low).values()) == {0.0}


def test_the_chart_holds_readings_not_the_truth(low):
    minutes, values = low.chart.readings("sbp")
    truth = np.array([low["SBP"].at(float(minute)) for minute in minutes])
    assert minutes[0] == 0.0 and np.all(values == np.round(values)) and 0.5 < np.std(values - truth) < 8.0
    with pytest.raises(BadInput, match="did you mean sbp"):
        low.chart.readings("sbq")


def test_the_overview_shows_what_was_given_not_what_the_scenario_had(low):
    assert low.plot() is not None
    assert {order.kind for order in low.orders} >= {"dose"}
    assert not any(order.name == "phenylephrine" and order.kind == "drug" for order in low.orders)


# ---------------------------------------------------------------------------------------- explain


def test_one_time_is_told_with_readings_criteria_and_the_nearest_decision(low):
    said = low.explain("36 h 7 min")
    for words in ("36:07 h (day 2, 12:07)", "nothing was decided at 36:07 h; the nearest decision is", "doses: ",
                  "running:", "criteria met at 36:00 h:", "last readings:", "SBP", "last decisions before, at"):
        assert words in said, words
    assert "decided or seen now:\n  planned dose 5" in low.explain("32 h")


def test_times_outside_and_results_without_a_policy_are_refused(low):
    with pytest.raises(BadInput, match=r"at: lies outside the run; given: 90 h; allowed: 0 h to 60 h"):
        low.explain("90 h")
    with pytest.raises(BadInput, match="needs a unit"):
        low.explain("36")
    plain = clsim.run("hd-il2-standard", run={"horizon": "1 h"})
    with pytest.raises(BadInput, match="holds no policy: nobody decided anything"):
        explain.text(plain)


# --------------------------------------------------------------------------------------- refusals


def test_what_cannot_be_meant_is_refused():
    for given, words in [
        ({"patient": 17}, "has a meaning only under a policy"),
        ({"seed": 3}, "has a meaning only under a policy"),
        ({"policy": "cwg-2014", "cohort": "hd-il2-candidates"}, "needs a patient"),
        ({"policy": "cwg-2014", "patient": -1}, "is no number of a patient"),
        ({"policy": "cwg-2041"}, "did you mean cwg-2014"),
        ({"policy": PythonPolicy(lambda t, seen, memory: {}, "python")}, "is no policy file"),
    ]:
        with pytest.raises(BadInput, match=words):
            clsim.run("hd-il2-standard", **given)


def test_who_is_not_eligible_is_refused_unless_asked_for():
    cohort = load_cohort("hd-il2-candidates")
    people = draw_people(cohort, load("hd-il2-standard").values, 0, 0, 60, 60)
    out = int(np.flatnonzero(people.status == 1)[0])
    with pytest.raises(BadInput, match=f"patient {out} of hd-il2-candidates is not eligible"):
        clsim.run("hd-il2-standard", policy="cwg-2014", patient=out)
    run = clsim.run("hd-il2-standard", policy="cwg-2014", patient=out, everyone=True, run={"horizon": "1 h"})
    assert run.outcomes["status"] == 1


def test_a_policy_that_swings_is_warned_of():
    text = (
        'extends = "no-support"\n[[pressor]]\nname = "seesaw"\nagent = "phenylephrine"\n'
        'when = "not phenylephrine > 0.2 mcg/kg/min"\n'
        'wean = "phenylephrine > 0.2 mcg/kg/min"\nstart = "0.3 mcg/kg/min"\n'
        'step = "0.3 mcg/kg/min"\nevery = "15 min"\nceiling = "1 mcg/kg/min"\nsource = "assumed: a test"\n')
    run = clsim.run("hd-il2-standard", policy=loads_policy(text, "seesaw"), run={"horizon": "10 h"})
    assert run.swings["seesaw"] >= SWINGS
    assert any(note.startswith("warning: seesaw oscillates: seesaw was turned the other way within an hour "
                               f"{run.swings['seesaw']} times in 10 h")
               for note in notes_of(run))
    calm = clsim.run("hd-il2-standard", policy="cwg-2014", run={"horizon": "2 h"})
    assert not any(note.startswith("warning") for note in notes_of(calm))
    assert any("gives fluids and drugs in place of the scenario" in note for note in notes_of(calm))

