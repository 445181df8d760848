"""A bed that stops, takes orders and goes on computes what a run with forks computes, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

import clsim
from clsim.bedside import view
from clsim.bedside.bed import MOST, Bed
from clsim.bedside.signals import NAMES, PLACE, SHOWN
from clsim.errors import BadInput
from clsim.managed.course import admit, run_managed
from clsim.managed.hand import Fork
from clsim.model.hazards import EVENTS
from clsim.policy.policy import load_policy
from clsim.scenario.scenario import load

SHORT = {"horizon": "48 h"}
SEED = 4  # of somebody who dies
BOLUS = {"give": "saline_0.9", "volume": "500 mL", "over": "30 min"}


@pytest.fixture(scope="module")
def scenario():
    return load("hd-il2-standard", run=SHORT)


@pytest.fixture(scope="module")
def who(scenario):
    return admit(scenario, "cwg-2014", seed=3)


def same(result, bed):
    """A run, and what a bed has to tell."""
    told = bed.told(np.inf)
    for name in ("time", "states", "flows", "inputs"):
        assert np.array_equal(getattr(result, name), getattr(told, name)), name
    assert result.trace == told.trace and result.facts == told.facts
    assert str(result.outcomes) == str(told.outcomes) and result.swings == told.swings


@pytest.mark.parametrize(("policy", "patient"), [("cwg-2014", None), ("early-pressor", 17)])
def test_without_a_hand_it_is_a_run(scenario, policy, patient):
    """Doses, holds, drips and every state, though it stops at odd minutes and goes back once."""
    bed = Bed(admit(scenario, policy, seed=3, patient=patient, everyone=True))
    for minute in (7.3, 15.0, 100.0, 1441.0):
        bed.reach(minute)
    bed.back(333.0)
    bed.reach(scenario.horizon)
    same(run_managed(scenario, policy, seed=3, patient=patient, everyone=True), bed)


def test_orders_at_any_minute_are_forks(scenario, who):
    bed, forks = Bed(who), ()
    for minute, order in [
        (484.37, {"fluid": (BOLUS,)}),
        (495.0, {"drug": ({"give": "oxygen", "rate": "4 L/min"},)}),
        (900.0, {"hold": (3,)}),
        (960.0, {"hold": (3,)}),  # at the very minute at which it is due
        (1203.11, {"drug": ({"give": "phenylephrine", "rate": "37 mcg/min", "until": "1400 min"},)}),
        (1204.0, {"drug": ({"give": "furosemide", "dose": "20 mg", "over": "15 min"},)}),
        (2001.5, {"policy": load_policy("no-pressor-2015")}),
    ]:
        bed.reach(minute)
        forks = (*forks, Fork(minute, **order))
        bed.ordered(forks, minute, minute)
        assert bed.reached - minute < 15.0
    bed.reach(scenario.horizon)
    same(run_managed(scenario, "cwg-2014", seed=3, forks=forks), bed)


def test_an_order_works_at_once(scenario, who):
    """Numbers answer within the minute, between two looks; nothing before is changed."""
    bed = Bed(who)
    bed.reach(1205.0)
    before, _ = bed.at(1205.0)
    other = Bed(who)
    order = Fork(1205.0, drug=({"give": "phenylephrine", "rate": "300 mcg/min"},))
    other.ordered((order,), 1205.0, 1205.0)
    assert np.allclose(other.at(1205.0)[0], before, rtol=1e-4, atol=1e-3)
    bed.reach(1209.0)
    other.reach(1209.0)
    rise = other.at(1209.0)[0][PLACE["MAP"]] - bed.at(1209.0)[0][PLACE["MAP"]]
    assert rise > 2.0
    assert view.frame(other, 1209.0, False, [])["drips"]["phenylephrine"] == 300.0
    assert view.frame(bed, 1209.0, False, [])["drips"].get("phenylephrine", 0.0) != 300.0


def test_what_cannot_be_ordered_changes_nothing(who):
    bed = Bed(who)
    bed.reach(700.0)
    before = (bed.tick, bed.forks, bed.desk.state.copy())
    for fork, words in [
        (Fork(700.0, fluid=({"give": "lemonade", "volume": "1 L", "over": "1 h"},)), "lemonade"),
        (Fork(700.0, hold=(99,)), "is not the number of a planned dose"),
        (Fork(1e6, hold=(9,)), "lies after the end"),
        (Fork(2879.0, policy=load_policy("cwg-2014")), "no look is left"),
    ]:
        with pytest.raises(BadInput, match=words):
            bed.ordered((fork,), 700.0, 700.0)
        assert (bed.tick, bed.forks) == before[:2] and np.array_equal(bed.desk.state, before[2])


def test_what_is_shown_between_looks_meets_the_looks(who):
    """The fixed-step solver that draws the numbers ends where the run is, well inside what can be read."""
    bed = Bed(who)
    worst = np.zeros(len(NAMES))
    while bed.reached < 1440.0:
        bed.reach(bed.reached + 1.0)
        here = view.shown(bed.truth())[0]
        worst = np.maximum(worst, np.abs(bed.span.rows[-1] - here))
    for each, gap in zip(SHOWN, worst, strict=True):
        assert gap < 0.5 * 10.0 ** -each.decimals, each.name


def test_the_orders_of_a_scenario_run_as_written(scenario):
    """Without a policy a bed is what ``clsim run`` computes with the other solver, held doses held."""
    held = scenario.but(course={"hold": [2]})
    bed = Bed(admit(held, "by-hand", seed=3, written=True))
    bed.reach(held.horizon)
    told, run = bed.told(np.inf), clsim.run(held)
    assert [entry.kind for entry in told.trace if entry.dose] == [
        "dose given", "dose held", "dose given", "dose given", "dose given", "dose given"]
    for name, close in [("MAP", 0.2), ("V_plasma", 0.01), ("fluid_given", 0.02), ("weight_now", 0.05)]:
        mine = told[name].values
        its = np.interp(told.time, run.time, run[name].values)
        # inputs change at an edge: flows there may be those before or after
        assert np.max(np.abs(mine - its)[1:]) < close, name


def test_a_hand_takes_over_a_written_drip(scenario):
    drip = scenario.but(drug=[{"give": "phenylephrine", "rate": "30 mcg/min", "from": "10 h"}])
    bed = Bed(admit(drip, "by-hand", seed=3, written=True))
    bed.reach(700.0)
    assert bed.at(700.0)[1][view.COLUMN["phenylephrine"]] == 30.0
    bed.ordered((Fork(707.0, drug=({"give": "phenylephrine", "rate": "0 mcg/min"},)),), 707.0, 710.0)
    assert bed.at(706.0)[1][view.COLUMN["phenylephrine"]] == 30.0
    assert bed.at(710.0)[1][view.COLUMN["phenylephrine"]] == 0.0
    bed.reach(800.0)
    frame = view.frame(bed, 800.0, False, [])
    assert frame["drips"] == {} and frame["by_hand"] == ["phenylephrine"]


def test_death_ends_a_bed():
    deadly = load("hd-il2-standard", run=SHORT, parameters={"base_hazard": ["1e-3 1/min"] * len(EVENTS)})
    bed = Bed(admit(deadly, "never-hold", seed=SEED))
    bed.reach(deadly.horizon)
    assert bed.over and bed.dead.startswith("died") and bed.end < deadly.horizon
    frame = view.frame(bed, deadly.horizon, True, [])
    assert frame["dead"] == bed.dead and frame["numbers"]["MAP"] is None and frame["hidden"]["leak"] is None
    assert "death" in [each.kind for each in bed.told(np.inf).trace]
    bed.back(bed.end - 60.0)
    assert bed.dead is None and view.frame(bed, bed.reached, True, [])["numbers"]["MAP"] > 0.0
    bed.reach(deadly.horizon)
    same(run_managed(deadly, "never-hold", seed=SEED), bed)


def test_what_is_kept_is_bounded():
    """A long course keeps no more looks than a short one, and still goes back anywhere."""
    long = load("rest-19-days")
    bed = Bed(admit(long, "by-hand", seed=1))
    bed.reach(4.0 * 1440.0 + 7.0)
    assert len(bed.kept) <= MOST + 1
    rows = bed.at(4.0 * 1440.0 + 7.0)[0]
    bed.back(13.0)
    assert bed.tick == 1
    bed.reach(4.0 * 1440.0 + 7.0)
    assert np.array_equal(bed.at(4.0 * 1440.0 + 7.0)[0], rows)
