"""Fever after a dose, and antipyretics."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.engine.timeline import Event


def test_without_drug_nothing_moves(run_chain):
    course = run_chain(0, 19 * 24, minutes=480.0, temperature_rest=36.6)
    assert np.all(course["temperature"] == 36.6)


def test_fever_comes_two_to_four_hours_after_a_dose(one_dose):
    value, hour = one_dose.peak("temperature", within=24.0)
    assert 3.0 <= hour <= 5.0
    assert 1.4 <= value - 37.0 <= 2.0
    halfway = one_dose.hours[np.argmax(one_dose["temperature"] > (value + 37.0) / 2.0)]
    assert 1.0 <= halfway <= 3.0
    assert one_dose.at("temperature", 12.0) < 37.2


def test_fever_stays_below_two_and_a_half_degrees(full_cycle):
    assert 1.8 < np.max(full_cycle["temperature"]) - 37.0 < 2.4


def test_antipyretic_damps_fever_in_proportion(run_chain, one_dose):
    half = run_chain(1, 24, minutes=5.0, orders=[Event("antipyretic_effect", 0.0, 1440.0, 0.5)])
    assert half["temperature"] - 37.0 == pytest.approx(0.5 * (one_dose["temperature"] - 37.0))
