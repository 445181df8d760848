"""Events become edges, and amounts are exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clsim.engine.timeline import Event, make_timeline

NAMES = ["water", "eating"]
USUAL = [0.0, 1.0]


def line(*events, outputs=(0.0, 60.0)):
    return make_timeline(events, NAMES, USUAL, outputs)


def test_without_events_the_usual_values_hold_between_output_times():
    found = line(outputs=[0.0, 30.0, 60.0])
    np.testing.assert_array_equal(found.edges, [0.0, 30.0, 60.0])
    np.testing.assert_array_equal(found.inputs, [USUAL, USUAL])
    np.testing.assert_array_equal(found.rows, [0, 1, 2])


def test_every_start_and_stop_is_an_edge_and_rates_add():
    found = line(Event("water", 10.0, 40.0, 2.0), Event("water", 20.0, 50.0, 3.0))
    np.testing.assert_array_equal(found.edges, [0, 10, 20, 40, 50, 60])
    np.testing.assert_array_equal(found.inputs[:, 0], [0, 2, 5, 3, 0])
    np.testing.assert_array_equal(found.rows, [0, -1, -1, -1, -1, 1])


def test_what_is_set_replaces_and_what_is_added_comes_on_top():
    found = line(
        Event("eating", 10.0, 40.0, 0.5),
        Event("eating", 0.0, 30.0, 0.0, "set"),
        Event("eating", 20.0, 30.0, 0.25, "set"),
    )
    np.testing.assert_array_equal(found.edges, [0, 10, 20, 30, 40, 60])
    np.testing.assert_array_equal(found.inputs[:, 1], [0.0, 0.5, 0.75, 1.5, 1.0])


def test_parts_outside_the_simulated_time_are_ignored():
    found = line(Event("water", -10.0, 5.0, 1.0), Event("water", 70.0, 80.0, 1.0))
    np.testing.assert_array_equal(found.edges, [0, 5, 60])
    assert found.amounts()[0] == 5.0
    assert line(Event("water", 50.0, np.inf, 1.0)).amounts()[0] == 10.0


def test_output_times_are_sorted_and_shown_once():
    found = line(outputs=[60.0, 0.0, 30.0, 30.0])
    np.testing.assert_array_equal(found.outputs, [0.0, 30.0, 60.0])


times = st.floats(0.0, 1440.0)
events = st.lists(
    st.builds(
        lambda start, length, rate: Event("water", start, start + length, rate),
        times,
        st.floats(1e-3, 500.0),
        st.floats(1e-6, 1e3),
    ),
    max_size=12,
)


@given(events, st.lists(times, max_size=20))
def test_amounts_do_not_depend_on_the_grid(ordered, shown):
    found = make_timeline(ordered, NAMES, USUAL, [0.0, 2000.0, *shown])
    amount = sum(event.rate * (event.stop - event.start) for event in ordered)
    assert found.amounts()[0] == pytest.approx(amount, rel=1e-12)
    assert np.all(np.diff(found.edges) > 0)
    np.testing.assert_array_equal(found.edges[found.rows >= 0], found.outputs)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (lambda: Event("water", 5.0, 5.0, 1.0), "no span of time"),
        (lambda: Event("water", np.nan, 5.0, 1.0), "no span of time"),
        (lambda: Event("water", 0.0, 5.0, np.inf), "not a finite number"),
        (lambda: Event("water", 0.0, 5.0, 1.0, "mix"), "neither 'add' nor 'set'"),
        (lambda: line(Event("wine", 0.0, 5.0, 1.0)), "no input 'wine'"),
        (lambda: line(outputs=[1.0, 1.0]), "two different"),
    ],
)
def test_what_makes_no_sense_is_refused(event, message):
    with pytest.raises(ValueError, match=message):
        event()
