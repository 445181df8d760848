"""The stepper on the real body: halving the step between events divides the error by sixteen."""

from __future__ import annotations

import numpy as np
import pytest
from courses import DAY, altered, busy_course

from clsim.engine.timeline import Event
from clsim.model.layout import STATES, spread

SPAN = 60.0
STEPS = (1.0, 0.5, 0.25)  # from the ordinary step down
FINE = 1.0 / 64.0
SIZE = spread(STATES, "size")

# what goes on during the hour: (minute of the busy course from which the body comes, inputs)
HOURS = {
    "after a dose": (0.1 * DAY, {}),
    "on a pressor in shock": (2.5 * DAY, {"phenylephrine": 90.0}),
    "filling a leaking body": (3.3 * DAY, {"water_in": 0.02, "sodium_in": 3.0, "chloride_in": 3.0}),
}


@pytest.mark.parametrize("hour", HOURS)
def test_the_order_between_events_is_four(run, busy, hour):
    minute, inputs = HOURS[hour]
    body = altered(busy.patient)
    body.state[:] = busy.states[np.searchsorted(busy.time, minute)]
    events = [Event(name, 0.0, SPAN, rate) for name, rate in inputs.items()]
    ends = {
        step: run(events, outputs=[0.0, SPAN], step=step, patient=body).states[-1]
        for step in (*STEPS, FINE)
    }
    errors = [np.linalg.norm((ends[step] - ends[FINE]) / SIZE) for step in STEPS]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert errors[-1] > 1e-11  # above round-off, else there is no order to see
    assert np.all(orders > 3.8), (errors, orders)


def test_a_whole_busy_course_converges(run, busy):
    """Over five days, events and kinks of the laws included."""
    errors = []
    fine = run(busy_course(), 5.0 * DAY, every=60.0, step=0.125)
    for step in (1.0, 0.5, 0.25):
        course = run(busy_course(), 5.0 * DAY, every=60.0, step=step)
        errors.append(np.max(np.abs(course["MAP"] - fine["MAP"])))
    assert errors[0] < 0.02  # mmHg at the ordinary step
    assert errors[2] < errors[1] / 4.0 < errors[0] / 16.0
