"""Patients from the whole declared box: each is refused with a reason, or sound over two days."""

from __future__ import annotations

import numpy as np
import pytest
from courses import DAY, assert_sound, bag, doses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clsim.engine.timeline import Event
from clsim.errors import BadPatient
from clsim.model.layout import PARAMETERS
from clsim.patient import settle_patient

OBSERVABLES = tuple(q for q in PARAMETERS if q.role == "observable")


def within(q, default, position, reach):
    """A value of the box: ``reach`` of the way from the default to a point of its bounds."""
    low, high = q.bounds
    if low > 0.0 and high / low > 10.0:  # spread over decades
        far = low * (high / low) ** position
        value = default * (far / default) ** reach
    else:
        value = default + reach * (low + position * (high - low) - default)
    return float(np.clip(value, low, high))


@st.composite
def patients(draw):
    """Observables from the whole declared box; most of them not all extreme at once."""
    reach = draw(st.sampled_from([0.1, 0.2, 0.4, 0.7, 1.0]))
    position = st.floats(0.0, 1.0, width=32)
    values = {}
    for q in draw(st.lists(st.sampled_from(OBSERVABLES), unique_by=lambda q: q.name)):
        entries = np.atleast_1d(q.default)
        drawn = tuple(within(q, e, draw(position), reach) for e in entries)
        values[q.name] = drawn if q.per else drawn[0]
    return values


def two_days(run, values):
    """Refused with a reason, or sound over two days with a dose, a bolus and a pressor."""
    try:
        patient = settle_patient(values)
    except BadPatient as refusal:
        assert refusal.problem
        assert refusal.key
        return False
    weight = patient["weight"]
    events = [
        *doses(3, 600e3 * weight, first=30.3),
        *bag("saline_0.9", 0.5, 400.2, 30.0),
        Event("phenylephrine", 1000.5, 1600.0, 0.7 * weight),
    ]
    course = run(events, 2.0 * DAY, every=30.0, patient=patient, fails=True)
    assert_sound(course)
    return True


def try_anybody(run, number):
    """Draw patients; returns how many of them could be settled."""
    settled = []

    @settings(
        max_examples=number,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(patients())
    def anybody(values):
        settled.append(two_days(run, values))

    anybody()
    return sum(settled)


def test_anybody_is_sound_or_refused_with_a_reason(run):
    assert try_anybody(run, 60) > 30  # a box of which next to nobody can live is no box


@pytest.mark.slow
def test_anybody_of_many_is_sound_or_refused_with_a_reason(run):
    assert try_anybody(run, 1000) > 500


@pytest.mark.parametrize("q", OBSERVABLES, ids=lambda q: q.name)
def test_each_observable_alone_to_both_ends_of_its_bounds(run, q):
    for end in q.bounds:
        two_days(run, {q.name: (end,) * len(q.per) if q.per else end})
