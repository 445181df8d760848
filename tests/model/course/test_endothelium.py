"""Vasodilatation within hours, leak within days, and their markers."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.engine.timeline import Event
from clsim.model import endothelium

LAST = 104.0  # start of the fourteenth dose, h


def test_without_drug_nothing_moves(run_chain):
    course = run_chain(0, 19 * 24, minutes=480.0)
    for state in endothelium.STATES:
        assert np.all(course[state.name] == course[state.name][0]), state.name
    for name in ("nitric_oxide", "leak", "cardiodepression", "vasodilation"):
        assert np.all(course[name] == 0.0), name
    assert np.all(course["hyporesponse"] == 1.0)


@pytest.mark.parametrize("dose", [1, 4, 7, 14])
def test_vessels_are_widest_three_to_four_hours_after_a_dose(full_cycle, dose):
    _, hour = full_cycle.peak("vasodilation", dose)
    assert 3.0 <= hour <= 4.5


def test_vasodilatation_builds_up_over_the_week(full_cycle):
    peaks = [full_cycle.peak("vasodilation", k)[0] for k in range(1, 15)]
    before = [full_cycle.at("vasodilation", 8.0 * k) for k in range(14)]
    assert np.all(np.diff(peaks) > 0.0)
    assert np.all(np.diff(before) > 0.0)
    assert peaks[0] < 0.7
    assert 1.0 <= peaks[-1] <= 1.7


def test_tone_returns_mostly_within_hours_and_wholly_within_two_days(full_cycle):
    peak = full_cycle.peak("vasodilation", 14)[0]
    assert full_cycle.at("vasodilation", LAST + 8.0) < 0.5 * peak
    assert full_cycle.at("vasodilation", LAST + 12.0) < 0.2 * peak
    assert full_cycle.at("vasodilation", LAST + 36.0) < 0.05 * peak  # a share lingers for a day


def test_leak_is_slow_to_open_and_slower_to_heal(full_cycle):
    late = full_cycle.at("leak", LAST)
    assert 0.8 < late < 1.1
    assert full_cycle.at("leak", 8.0) < 0.5 * late
    assert 0.35 < full_cycle.at("leak", LAST + 24.0) / late < 0.7
    assert full_cycle.at("leak", LAST + 96.0) < 0.05


def test_nitrate_rises_eight_to_tenfold(full_cycle):
    assert 7.0 < np.max(full_cycle["nitrate"]) < 11.0


def test_nitrate_waits_for_the_kidney(run_chain, full_cycle):
    failing = run_chain(14, 5 * 24, GFR=0.4)
    assert np.max(failing["nitrate"]) > 1.2 * np.max(full_cycle["nitrate"])


def test_angiopoietin2_as_in_gores_2014(full_cycle):
    assert full_cycle["angiopoietin2"][0] == 2.5
    penultimate, last = (full_cycle.at("angiopoietin2", hour) for hour in (80.0, 104.0))
    assert penultimate == pytest.approx(16.0, abs=4.5)
    assert last == pytest.approx(18.6, abs=4.9)
    assert penultimate < last


def test_c3a_as_in_thijs_1990(one_dose, full_cycle):
    value, hour = one_dose.peak("C3a", within=24.0)
    assert value == pytest.approx(7.0, abs=2.0)
    assert 6.0 <= hour <= 9.0
    assert np.max(full_cycle["C3a"]) == pytest.approx(23.0, rel=0.2)


def test_heart_is_worst_late(full_cycle):
    worst = full_cycle.hours[np.argmax(full_cycle["cardiodepression"])]
    assert worst > 96.0
    assert full_cycle.at("cardiodepression", LAST + 72.0) < 0.1


def test_synthase_inhibitor_takes_the_effect_not_the_drive(run_chain, full_cycle):
    blocked = run_chain(14, 5 * 24, orders=[Event("nos_inhibition", 0.0, 7200.0, 1.0)])
    assert np.all(blocked["vasodilation"] == 0.0)
    assert np.all(blocked["hyporesponse"] == 1.0)
    assert np.allclose(blocked["nitrate"], 1.0)
    n = blocked["nitric_oxide"].size
    assert np.array_equal(blocked["nitric_oxide"], full_cycle["nitric_oxide"][:n])
    assert np.array_equal(blocked["leak"], full_cycle["leak"][:n])


def test_response_to_pressors_halves(full_cycle):
    assert 0.4 < np.min(full_cycle["hyporesponse"]) < 0.55
