"""Cytokines: lags, peaks and what changes from dose to dose."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.model import mediators

QUIET = [q.name for q in mediators.STATES if q.name != "priming"]


def test_without_drug_nothing_moves(run_chain):
    course = run_chain(0, 19 * 24, minutes=480.0)
    assert np.all(course["priming"] == 1.0)
    assert np.all(course["cytokine"] == 0.0)
    for name in QUIET:
        assert np.all(course[name] == 0.0), name


def test_tumour_necrosis_factor_peaks_at_two_hours(one_dose):
    value, hour = one_dose.peak("TNF", within=24.0)
    assert 1.5 <= hour <= 3.0
    assert 300.0 < value < 1500.0


def test_interferon_lags_an_hour_and_peaks_at_four(one_dose):
    value, hour = one_dose.peak("IFN_gamma", within=24.0)
    assert 3.3 <= hour <= 4.7
    assert 1.0 < value < 500.0
    assert one_dose.at("IFN_gamma", 0.5) < 0.05 * value
    assert one_dose.at("IFN_gamma", 1.0) < 0.2 * value
    # then a slow fall
    assert one_dose.at("IFN_gamma", 8.0) > 0.25 * value


def test_interferon_peak_grows_fourfold_by_dose_five_and_sixfold_by_the_last(full_cycle):
    peaks = [full_cycle.peak("IFN_gamma", k) for k in range(1, 15)]
    growth = [value / peaks[0][0] for value, _ in peaks]
    # "About 4-fold" over successive doses (Konrad1992, how many is not known) is met at doses 4 to 6 and
    # passed later: 5.9 at dose 14.  It is no target of docs/calibration.md; F06 there is the first peak's hour.
    assert growth[4] == pytest.approx(4.0, abs=1.0)
    assert 4.0 < growth[-1] < 7.0
    assert peaks[-1][0] < 500.0  # U/mL, the largest of Konrad1992
    assert np.all(np.diff(growth) > 0.0)
    assert growth[-1] / growth[-2] < 1.03  # it levels off
    # lag unchanged
    assert peaks[-1][1] == pytest.approx(peaks[0][1], abs=0.75)


def test_interleukin6_peaks_last_and_shrinks(one_dose, full_cycle):
    value, hour = one_dose.peak("IL6", within=24.0)
    assert 4.0 <= hour <= 6.0
    assert full_cycle.peak("IL6", 7)[0] < 0.7 * value
    assert full_cycle.peak("IL6", 14)[0] < full_cycle.peak("IL6", 7)[0]


def test_order_of_the_cytokines(one_dose):
    hours = [one_dose.peak(name, within=24.0)[1] for name in ("TNF", "IFN_gamma", "IL6")]
    assert hours == sorted(hours)


def test_drive_is_one_early_and_about_three_late(one_dose, full_cycle):
    # a scale of its own, one after a first dose; that it triples is what the fit makes of priming
    assert one_dose.peak("cytokine", within=24.0)[0] == pytest.approx(1.0, abs=0.15)
    assert full_cycle.peak("cytokine", 14)[0] == pytest.approx(3.0, abs=0.5)


def test_a_rested_body_answers_a_second_cycle_like_the_first(full_cycle):
    assert full_cycle["priming"][-1] == pytest.approx(1.0, abs=0.05)


def test_response_grows_less_than_dose(run_chain, one_dose):
    tenth = run_chain(1, 24, dose=4.5e6)
    ratio = one_dose.peak("IFN_gamma", within=24.0)[0] / tenth.peak("IFN_gamma", within=24.0)[0]
    assert 1.0 < ratio < 3.0


def test_priming_is_bounded_by_its_largest_value(run_chain):
    flood = run_chain(1, 20 * 24, dose=1e10, over=20 * 24 * 60.0, minutes=480.0)
    largest = {q.name: q.default for q in mediators.PARAMETERS}["N_max_priming"]
    assert np.all(flood["priming"] <= largest)
