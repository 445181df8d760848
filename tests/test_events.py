"""Orders that begin and end between steps deliver exactly their amount through the body."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from courses import DAY, INTERLEUKIN2, bag, busy_course, doses, total

from clsim.engine.timeline import Event
from clsim.fluids import FLUIDS, opened


@pytest.mark.parametrize("start", [10.0, 10.37, np.pi])
@pytest.mark.parametrize("over", [0.05, 1.0, 7.3, 61.9])
@pytest.mark.parametrize("step", [1.0, 0.7])
def test_a_bolus_is_given_to_the_last_drop(run, start, over, step):
    """250 mL whenever it starts, however long it runs and whatever the step."""
    course = run(bag("albumin_5", 0.25, start, over), 100.0, every=100.0, step=step)
    assert course["fluid_given"][-1] == pytest.approx(0.25, rel=1e-12)
    for substance, amount in opened("albumin_5").items():
        assert course.given(substance) == pytest.approx(0.25 * amount, rel=1e-12)


@pytest.mark.parametrize("name", FLUIDS)
def test_every_bag_reaches_the_books_of_the_body(run, name):
    """Water and cells to the last drop; protein but for what turns over in half an hour."""
    course = run(bag(name, 0.1, 3.3, 11.1), 30.0, every=10.0)
    inside = opened(name)
    assert course["fluid_given"][-1] == pytest.approx(0.1 * inside.get("water_in", 0.0), rel=1e-11)
    cells = 0.1 * inside.get("red_cells_in", 0.0)
    assert course["ledger_red_cells"][-1] == pytest.approx(cells, rel=1e-11, abs=1e-15)
    for substance, book in (("globulin_in", "ledger_globulin"), ("albumin_in", "ledger_albumin")):
        turnover = 0.02 * 30.0  # synthesis and breakdown of half an hour, g
        assert abs(course[book][-1] - 0.1 * inside.get(substance, 0.0)) < turnover


def test_a_dose_is_all_there_the_moment_it_ends(run):
    """45 million units in 15 minutes from an odd moment; nothing before, everything after."""
    start, over = 7.77, 15.0
    event = Event("interleukin2_in", start, start + over, 45e6 / over)
    course = run([event], outputs=[0.0, start, start + over, 60.0])
    found = total(course, *INTERLEUKIN2)
    assert found[1] == 0.0
    assert np.allclose(found[2:], 45e6, rtol=1e-12)


def test_bleeding_takes_whole_blood(run):
    """Plasma and cells leave in the proportion of the moment, and add up to what was ordered."""
    course = run([Event("bleeding", 2.2, 23.9, 0.9 / 21.7)], 30.0, every=1.0)
    lost_cells = -course["ledger_red_cells"][-1]
    evaporation = run(minutes=30.0, every=30.0)["other_losses"][-1]
    lost_plasma = course["other_losses"][-1] - evaporation
    assert lost_cells + lost_plasma == pytest.approx(0.9, rel=1e-9)
    assert np.all(course["V_red_cells"] + lost_cells >= course["V_red_cells"][0] - 1e-12)


def test_orders_add_up_whatever_their_order_and_their_cuts(run):
    """One drip, or the same drip in three pieces written backwards: the same body at the end."""
    whole = run([Event("norepinephrine", 5.5, 95.5, 8.0)], 240.0, every=240.0)
    cuts = [5.5, 31.7, 60.0, 95.5]
    pieces = [Event("norepinephrine", a, b, 8.0) for a, b in pairwise(cuts)]
    cut = run(pieces[::-1], 240.0, every=240.0, step=0.5)
    assert cut.given("norepinephrine") == pytest.approx(whole.given("norepinephrine"), rel=1e-14)
    assert cut["MAP"][-1] == pytest.approx(whole["MAP"][-1], abs=1e-5)


def test_looking_more_often_changes_no_bit(run):
    """As long as nobody looks between two steps."""
    often = run(doses(3, first=20.0), DAY, every=1.0)
    seldom = run(doses(3, first=20.0), DAY, every=60.0)
    assert np.array_equal(often.states[::60], seldom.states)


def test_the_busy_course_gives_what_was_ordered(busy):
    ordered = {}
    for event in busy_course():
        if event.mode == "add":
            amount = event.rate * (min(event.stop, 5.0 * DAY) - event.start)
            ordered[event.input] = ordered.get(event.input, 0.0) + amount
    for name, amount in ordered.items():
        assert busy.given(name) == pytest.approx(amount, rel=1e-12), name
    assert busy["fluid_given"][-1] == pytest.approx(ordered["water_in"], rel=1e-11)
