"""Forks: before the fork the same bits, after it the same randomness, and orders by hand are told as such."""

from __future__ import annotations

import json

import numpy as np
import pytest

import clsim
from clsim import store
from clsim.errors import BadInput
from clsim.managed.fork import again
from clsim.managed.hand import spoken
from clsim.managed.result import ManagedResult

HORIZON = {"horizon": "60 h"}
AT = 36 * 60.0


@pytest.fixture(scope="module")
def managed():
    """Patient 17, under a policy that supports his pressure."""
    return clsim.run("hd-il2-standard", policy="early-pressor", patient=17, everyone=True, run=HORIZON)


@pytest.fixture(scope="module")
def plain():
    """The scenario's patient under the scenario's orders."""
    return clsim.run("hd-il2-standard", run=HORIZON)


def same_before(parent, other, at=AT):
    """States and flows before the fork, states at it."""
    assert np.array_equal(parent.time, other.time)
    before = parent.time < at
    for name in ("states", "flows", "inputs"):
        mine, its = getattr(parent, name)[before], getattr(other, name)[before]
        assert np.array_equal(mine, its, equal_nan=True), name
    here = parent.time <= at
    assert np.array_equal(parent.states[here], other.states[here])
    assert not np.array_equal(parent.states, other.states)


def kinds(result, at=AT):
    return [(each.time, each.kind, each.what) for each in result.trace if each.time < at]


# ------------------------------------------------------------------------------- under a policy


@pytest.mark.parametrize("at", ["36 h", "36 h 7 min"])
def test_a_bolus_changes_nothing_before_and_is_told_as_by_hand(managed, at, tmp_path):
    other = managed.fork(at, fluid=[{"give": "saline_0.9", "volume": "1 L", "over": "30 min"}])
    minute = other.forks[-1].at
    same_before(managed, other, minute)
    assert kinds(managed, minute) == kinds(other, minute)
    order = next(each for each in other.trace if each.kind == "order")
    assert (order.time, order.by, order.what) == (minute, "hand", "0.9 % saline 1000 mL over 30 min, by hand")
    last = int(np.searchsorted(other.time, minute + 30.0, side="right")) - 1  # while it runs, or at its end
    assert other["V_plasma"].values[last] > managed["V_plasma"].values[last] + 0.1
    back = store.load_result(other.save(tmp_path / "a.nc"))
    assert back.forks == other.forks and back.forks[0].parent == managed.digest() != other.digest()
    assert back.trace == other.trace
    assert set(again(back).differences(other).values()) == {0.0}
    assert "forked by hand at" in other.explain() and "by hand" in other.explain(at)


def test_the_readings_after_a_fork_have_the_same_errors(managed):
    other = managed.fork("50 h", fluid=[{"give": "saline_0.9", "volume": "1 mL", "over": "30 min"}])
    mine, its = (dict(zip(*each.chart.readings("creatinine"), strict=True)) for each in (managed, other))
    assert mine == its
    for each in (managed, other):
        minutes, values = each.chart.readings("sbp")
        each.__dict__["errors"] = {minute: value - each["SBP"].at(float(minute))
                                   for minute, value in zip(minutes, values, strict=True)}
    shared = [t for t in managed.__dict__["errors"] if t in other.__dict__["errors"] and t > 50 * 60.0]
    assert shared
    for t in shared:
        assert managed.__dict__["errors"][t] == pytest.approx(other.__dict__["errors"][t], abs=1.0)


def test_doses_are_held_and_given_by_hand_against_the_policy(managed):
    states = {each.dose: each.kind for each in managed.trace if each.dose and each.kind.startswith("dose ")}
    given = next(number for number, kind in states.items() if kind == "dose given" and number > 1)
    held = [number for number, kind in states.items() if kind != "dose given"]
    other = managed.fork(f"{(given - 1) * 8 - 1} h", hold=[given])
    entry = next(each for each in other.trace if each.dose == given and each.kind == "dose held")
    assert entry.by == "hand" and entry.what == f"planned dose {given} held by hand; the policy would give it"
    assert not np.any(other["interleukin2_in"].values[(given - 1) * 32 : given * 32 - 1])
    same_before(managed, other, (given - 1) * 480.0)
    assert other.outcomes["doses_held"] >= 1
    if held:
        other = managed.fork(f"{(held[0] - 1) * 8} h", give=[held[0]])
        entry = next(each for each in other.trace if each.dose == held[0] and each.kind == "dose given")
        assert entry.by == "hand" and "the policy would" in entry.what and entry.grounds
        assert other["interleukin2_in"].values[(held[0] - 1) * 32] > 0.0
        assert other.outcomes["doses_given"] > 0


def test_a_dose_is_given_by_hand_after_a_stop_and_no_other():
    stopped = clsim.run("hd-il2-standard", policy="hold-at-first-sign", patient=5, everyone=True, run=HORIZON)
    late = [each.dose for each in stopped.trace if each.kind in ("dose not given", "dose held")]
    assert len(late) >= 2
    other = stopped.fork(f"{(late[0] - 1) * 8} h", give=[late[0]])
    given = [each for each in other.trace if each.kind == "dose given"]
    assert given[-1].dose == late[0] or late[0] in [each.dose for each in given]
    assert other.outcomes["doses_given"] == stopped.outcomes["doses_given"] + len(given) - len(stopped.doses)


def test_stop_gives_no_further_dose(managed):
    other = managed.fork("7 h", stop=True)
    assert not np.any(other["interleukin2_in"].values[other.time >= 7 * 60.0])
    same_before(managed, other, 8 * 60.0)


def test_a_pressor_set_by_hand_takes_the_place_of_the_policys(managed):
    weight = managed.parameters["weight"]
    other = managed.fork("36 h", drug=[{"give": "phenylephrine", "rate": "1 mcg/kg/min", "until": "40 h"}])
    same_before(managed, other)
    rate = other["phenylephrine"].values / weight
    span = (other.time >= AT) & (other.time < 40 * 60.0)
    assert rate[span] == pytest.approx(1.0)
    known = other.chart.readings("phenylephrine")
    assert dict(zip(*known, strict=True))[AT + 15] == pytest.approx(1.0)
    changes = [each for each in other.trace if each.name == "phenylephrine" and each.kind.startswith("drip")
               and AT <= each.time < 40 * 60.0]
    assert changes == []
    later = [each for each in other.trace if each.name == "phenylephrine" and each.kind.startswith("drip")
             and each.time >= 40 * 60.0]
    assert not later or later[0].before == pytest.approx(1.0)
    off = managed.fork("36 h", drug=[{"give": "phenylephrine", "rate": "0 mcg/min"}])
    assert not np.any(off["phenylephrine"].values[off.time >= AT])


def test_a_pressor_that_the_policy_has_not_is_known_to_it():
    base = clsim.run("hd-il2-standard", policy="no-support", patient=17, everyone=True, run=HORIZON)
    other = base.fork("36 h", drug=[{"give": "norepinephrine", "rates": {"36 h": "5 mcg/min", "38 h": "0 mcg/min"}}])
    running = other["norepinephrine"].values
    assert running[(other.time >= AT) & (other.time < 38 * 60.0)] == pytest.approx(5.0)
    assert not np.any(running[other.time >= 38 * 60.0])
    known = dict(zip(*other.chart.readings("pressor"), strict=True))
    assert known[AT] == 1.0


def test_another_policy_decides_from_then_on_and_has_watched(managed):
    other = managed.fork("36 h", policy="no-support")
    same_before(managed, other)
    assert kinds(managed) == kinds(other)
    handed = next(each for each in other.trace if each.kind == "policy")
    assert handed.time == AT and handed.what.startswith("no-support decides in place of early-pressor")
    assert not any(each.name == "phenylephrine" and each.time > AT for each in other.trace)
    assert other.deciding.name == "no-support" and "then no-support from 36 h" in other.named
    assert other.outcomes["doses_planned"] == 8
    told = [each for each in other.trace if each.dose and each.kind.startswith("dose ")]
    assert [each.dose for each in told] == list(range(1, 9))


def test_the_same_policy_in_its_own_place_changes_nothing(managed):
    other = managed.fork("36 h", policy="early-pressor")
    assert set(managed.differences(other).values()) == {0.0}
    assert [each for each in other.trace if each.kind != "policy"] == list(managed.trace)


def test_a_fork_can_be_forked_again(managed):
    once = managed.fork("30 h", fluid=[{"give": "albumin_25", "amount": "25 g", "over": "1 h"}])
    twice = once.fork("40 h", drug=[{"give": "furosemide", "dose": "20 mg", "over": "15 min"}])
    same_before(once, twice, 40 * 60.0)
    assert [each.parent for each in twice.forks] == [managed.digest(), once.digest()]
    assert [each.what for each in twice.trace if each.kind == "order"] == [
        "25 % albumin 100 mL over 60 min, by hand", "furosemide 20 mg over 15 min, by hand"]


def test_many_policies_one_after_another_are_kept_in_a_file(tmp_path):
    """Their texts are longer than what the header of a netCDF variable can hold."""
    run = clsim.run("hd-il2-standard", policy="cwg-2014", run={"horizon": "6 h"})
    names = ("label-2023", "til-2024", "no-pressor-2015", "early-pressor", "label-2012")
    for hour, name in enumerate(names, start=1):
        run = run.fork(f"{hour} h", policy=name)
    assert len(run.facts["forks"]) > 65536
    back = store.load_result(run.save(tmp_path / "a.nc"))
    assert [each.policy.name for each in back.forks] == [*names] and back.trace == run.trace
    assert [each.kind for each in back.trace].count("policy") == len(names)
    assert not any(each.time > 0.0 and each.name in ("acetaminophen", "indomethacin") and each.time < 240.0
                   for each in back.trace)  # given once, not anew by each


# ---------------------------------------------------------------------------- without a policy


def test_a_scenario_goes_on_with_further_orders(plain, tmp_path):
    other = plain.fork("36 h", fluid=[{"give": "saline_0.9", "volume": "1 L", "over": "30 min"}], hold=[6])
    same_before(plain, other)
    assert not isinstance(other, ManagedResult) and len(other.held) == 1
    assert len(other.scenario.orders) == len(plain.scenario.orders)  # one bolus more, and one less after dose 6
    back = store.load_result(other.save(tmp_path / "a.nc"))
    assert back.forks[0].parent == plain.digest()
    assert set(again(back).differences(other).values()) == {0.0}
    from clsim.managed.explain import text

    assert "forked by hand at 36:00 h" in text(back) and "dose 6 held; saline_0.9 1 L over 30 min" in text(back)


@pytest.mark.parametrize("at", [AT + 2.5, "36 h 7 min"])
def test_any_minute_will_do(plain, at):
    other = plain.fork(at, drug=[{"give": "phenylephrine", "rate": "50 mcg/min"}])
    same_before(plain, other, other.forks[0].at)


def test_oxygen_is_set_by_the_ward(plain, tmp_path):
    other = plain.fork("36 h", drug=[{"give": "oxygen", "rate": "4 L/min", "until": "38 h"}])
    early = plain.time < AT
    assert np.array_equal(plain.flows[early], other.flows[early]) and not np.array_equal(plain.flows, other.flows)
    assert [other["oxygen"].at(hour * 60.0) for hour in (35.0, 37.0, 39.0)] == [0.0, 4.0, 0.0]
    with pytest.raises(BadInput, match=r"^\[\[drug\]\] 1, oxygen"):
        plain.fork("36 h", drug=[{"give": "oxygen", "rate": "400 L/min"}])


def test_stop_and_give_change_the_doses_of_a_scenario(plain):
    stopped = plain.fork("30 h", stop=True)
    assert [order.number for order in stopped.doses] == [1, 2, 3, 4]
    given = stopped.fork("40 h", give=[7])
    assert [order.number for order in given.doses] == [1, 2, 3, 4, 7]


# ------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(("changes", "words"), [
    ({}, "changes nothing"),
    ({"hold": [2]}, r"hold: dose 2 was due before the fork; given: 8 h; allowed: doses due from 36 h on"),
    ({"give": [99]}, "is not the number of a planned dose"),
    ({"hold": [6], "give": [6]}, "the same dose cannot be held and given"),
    ({"stop": True, "give": [6]}, '"stop" holds every further dose'),
    ({"fluid": [{"give": "saline_0.9", "volume": "1 L", "over": "1 h", "at": "30 h"}]}, "begins before the fork"),
    ({"fluid": [{"give": "saline", "volume": "1 L", "over": "1 h"}]}, r"^\[\[fluid\]\] 1, give.*did you mean saline"),
    ({"fluid": [{"give": "saline_0.9", "volume": "1 L"}]}, r"\[\[fluid\]\] 1"),
    ({"drug": [{"give": "phenylephrine", "rate": "1 mcg/min", "each_cycle": True}]}, "has no meaning in an order"),
    ({"drug": ["phenylephrine"]}, "is no table"),
    ({"hold": ["six"]}, "is no number of a dose"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(managed, plain, changes, words):
    for result in (managed, plain):
        with pytest.raises(BadInput, match=words):
            result.fork("36 h", **changes)


def test_times_and_policies_that_cannot_be_are_refused(managed, plain):
    for at in ("60 h", "-1 h", 1e9):
        with pytest.raises(BadInput, match="at: lies outside the run"):
            managed.fork(at, stop=True)
    with pytest.raises(BadInput, match="needs a result that was run under a policy"):
        plain.fork("36 h", policy="cwg-2014")
    with pytest.raises(BadInput, match="did you mean cwg-2014"):
        managed.fork("36 h", policy="cwg-2041")
    with pytest.raises(BadInput, match="is the name of an order of the scenario, which stays"):
        plain.fork("36 h", fluid=[{"name": "bolus", "give": "saline_0.9", "volume": "1 L", "over": "1 h"}])


def test_a_drip_is_set_at_any_minute(managed):
    """Norepinephrine, which the policy does not have, ends at once; phenylephrine is the policy's at its next look."""
    other = managed.fork("36 h 7 min", drug=[
        {"give": "norepinephrine", "rate": "5 mcg/min", "until": "37 h 3 min"},
        {"give": "phenylephrine", "rate": "37 mcg/min", "until": "37 h 20 min"}])
    same_before(managed, other, 36 * 60.0 + 7.0)
    drips = {name: other[name].values for name in ("norepinephrine", "phenylephrine")}
    at = {minute: int(np.searchsorted(other.time, minute)) for minute in (2160.0, 2175.0, 2205.0, 2220.0, 2235.0)}
    assert [drips["norepinephrine"][at[each]] for each in at] == [0.0, 5.0, 5.0, 5.0, 0.0]
    assert drips["phenylephrine"][at[2160.0]] == managed["phenylephrine"].values[at[2160.0]] != 37.0
    assert [drips["phenylephrine"][at[each]] for each in (2175.0, 2205.0, 2220.0, 2235.0)] == [37.0] * 4
    assert other.outcomes["norepinephrine_amount"] == pytest.approx(56.0 * 5.0 / 1000.0)  # mg, in 56 min
    known = dict(zip(*other.chart.readings("phenylephrine"), strict=True))
    assert known[2175.0] * other.parameters["weight"] == pytest.approx(37.0)


def test_short_orders_are_read():
    assert spoken("fluid", "saline_0.9 500 mL over 30 min at 36 h") == {
        "give": "saline_0.9", "volume": "500 mL", "over": "30 min", "at": "36 h"}
    assert spoken("fluid", "albumin_25 25 g over 1 h")["amount"] == "25 g"
    assert spoken("fluid", "dextrose_5 50 mL/h until 60 h") == {
        "give": "dextrose_5", "rate": "50 mL/h", "until": "60 h"}
    assert spoken("drug", "phenylephrine 0.5 mcg/kg/min at 40 h until 1 d 20 h") == {
        "give": "phenylephrine", "rate": "0.5 mcg/kg/min", "from": "40 h", "until": "1 d 20 h"}
    assert spoken("drug", "furosemide 20 mg over 15 min every 6 h times 2")["times"] == 2
    for text, words in [("saline_0.9", "is no order"), ("saline_0.9 over 30 min", "does not say how much"),
                        ("saline_0.9 500 mL ovr 30 min", "did you mean over"),
                        ("saline_0.9 500 mL over", "needs a time"), ("saline_0.9 1 L at 1 h at 2 h", "stands twice")]:
        with pytest.raises(BadInput, match=words):
            spoken("fluid", text)


# --------------------------------------------------------------------------------- command line


def test_run_explain_and_fork_from_the_command_line(tmp_path, invoke):
    a, b = tmp_path / "a.nc", tmp_path / "b.nc"
    short = ("--set", "run.horizon=20 h")
    code, out, err = invoke("run", "hd-il2-standard", "--policy", "cwg-2014", "--patient", 17, "--all", *short,
                          "--out", a)
    assert code == 0 and "under cwg-2014, patient 17 of hd-il2-candidates, seed 0" in out and "doses" in out
    assert "cwg-2014 gives fluids and drugs in place of the scenario" in err
    code, out, _ = invoke("explain", a)
    assert code == 0 and "8:00 h (day 1, 08:00)\n  planned dose 2 given" in out
    code, out, _ = invoke("explain", a, "--at", "9 h")
    assert code == 0 and "nothing was decided at 9:00 h" in out
    found = json.loads(invoke("explain", a, "--json")[1])
    assert found["patient"] == 17 and found["entries"][0]["kind"] == "dose given"
    found = json.loads(invoke("explain", a, "--at", "8 h", "--json")[1])
    assert found["here"][0]["what"] == "planned dose 2 given" and found["readings"][0]["signal"] == "sbp"
    code, out, _ = invoke("fork", a, "--at", "7 h", "--hold", 2, "--out", b, "--fluid",
                        "saline_0.9 500 mL over 30 min at 9 h")
    assert code == 0 and " held, of " in out and " 0 held" not in out
    assert "held by hand; the policy would" in invoke("explain", b)[1]
    code, out, _ = invoke("repro", b)
    assert code == 0 and "identical" in out
    for words, said in [
        (("explain", a, "--at", "90 h"), "clsim: --at: lies outside the run"),
        (("explain", tmp_path / "none.nc"), "there is no such file"),
        (("fork", a, "--at", "10 h", "--out", b), "changes nothing"),
        (("fork", a, "--at", "10 h", "--fluid", "saline 1 L over 1 h", "--out", b), '--fluid "saline 1 L over 1 h"'),
        (("fork", a, "--at", "10 h", "--hold", 1, "--out", b), "--hold: dose 1 was due before the fork"),
        (("run", "hd-il2-standard", "--patient", 3), "--patient: has a meaning only with --policy"),
        (("run", "hd-il2-standard", "--policy", "cwg-2014", "--patient", "x"), "--patient: is no whole number"),
    ]:
        code, _, err = invoke(*words)
        assert code == 2 and said in err, err
