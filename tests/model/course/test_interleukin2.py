"""Interleukin-2 kinetics: closed forms, balance, linearity and routes."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.engine.timeline import Event
from clsim.model import interleukin2

PLACES = (
    "interleukin2_central",
    "interleukin2_peripheral",
    "interleukin2_depot",
    "interleukin2_eliminated",
)
VALUE = {q.name: q.default for q in interleukin2.PARAMETERS}
V = VALUE["V_interleukin2"]
K10, K12, K21 = (VALUE[f"{k}_interleukin2"] for k in ("k10", "k12", "k21"))


def held(course):
    """Interleukin-2 in all four places, IU."""
    return sum(course[name] for name in PLACES)


def slopes():
    """Fast and slow rate of the two-compartment model, 1/min."""
    total = K10 + K12 + K21
    root = np.sqrt(total * total - 4.0 * K10 * K21)
    return (total + root) / 2.0, (total - root) / 2.0


def test_half_lives_and_clearance_are_those_of_konrad_1990():
    fast, slow = slopes()
    assert np.log(2.0) / fast == pytest.approx(12.9, rel=0.03)
    assert np.log(2.0) / slow == pytest.approx(85.0, rel=0.03)
    clearance = K10 * V
    assert clearance == pytest.approx(0.120, rel=0.03)


def test_start_of_a_bolus_is_dose_over_plasma_volume():
    units_per_mL = 1e6 * 1.85 / V / 1000.0
    assert units_per_mL == pytest.approx(650.0, rel=0.1)


def test_short_infusion_follows_the_closed_form(run_chain):
    rate, over = 3e6, 15.0
    course = run_chain(1, 12, dose=rate * over, over=over, minutes=5.0, step=0.25)
    fast, slow = slopes()
    weights = (fast - K21) / (fast - slow), (K21 - slow) / (fast - slow)
    t = course.hours * 60.0
    expected = np.zeros_like(t)
    for k, w in zip((fast, slow), weights, strict=True):
        during = (1.0 - np.exp(-k * np.minimum(t, over))) / k
        expected += rate / V * w * during * np.exp(-k * np.maximum(t - over, 0.0))
    assert np.allclose(course["interleukin2_concentration"], expected, rtol=1e-6, atol=1e-3)


def test_continuous_infusion_reaches_the_published_plateau(run_chain):
    course = run_chain(1, 24, dose=4e6 * 1.9, over=24 * 60.0)
    units_per_mL = course["interleukin2_concentration"][-1] / 1000.0
    assert units_per_mL == pytest.approx(41.0, rel=0.15)


def test_what_was_given_is_found_in_four_places(run_chain):
    under_skin = Event("interleukin2_subcutaneous", 100.3, 101.7, 9e6)
    course = run_chain(14, 14 * 24, orders=[under_skin], GFR=0.3, target_mediated_clearance=0.05)
    given = 14 * 45e6 + 9e6 * 1.4
    assert held(course)[-1] == pytest.approx(given, rel=1e-12)
    assert np.all(np.diff(course["interleukin2_eliminated"]) >= 0.0)


def test_kinetics_are_proportional_to_dose(run_chain):
    whole, tenth = run_chain(2, 24), run_chain(2, 24, dose=4.5e6)
    assert np.allclose(
        whole["interleukin2_central"], 10.0 * tenth["interleukin2_central"], rtol=1e-12
    )


def test_doses_superpose(run_chain, one_dose):
    two = run_chain(2, 24, minutes=5.0)["interleukin2_central"]
    one = one_dose["interleukin2_central"]
    later = np.concatenate([np.zeros(96), one[:-96]])
    assert np.allclose(two, one + later, rtol=1e-9, atol=1e-6)


def test_no_drug_accumulates_between_doses(full_cycle):
    first, last = (
        full_cycle.peak("interleukin2_concentration", 1),
        full_cycle.peak("interleukin2_concentration", 14),
    )
    assert last[0] == pytest.approx(first[0], rel=0.01)
    assert full_cycle.at("interleukin2_concentration", 8.0) / 1000.0 == pytest.approx(11, rel=0.5)


def test_renal_failure_slows_the_elimination(run_chain):
    healthy, failed = run_chain(1, 12), run_chain(1, 12, GFR=0.0)
    f_renal = VALUE["f_renal_interleukin2"]
    ratio = failed["interleukin2_clearance"] / healthy["interleukin2_clearance"]
    assert np.allclose(ratio, 1.0 - f_renal)
    assert failed.at("receptor_occupancy", 8.0) > 3.0 * healthy.at("receptor_occupancy", 8.0)


def test_subcutaneous_dose_comes_late_low_and_with_the_published_exposure(run_chain):
    order = Event("interleukin2_subcutaneous", 0.0, 1.0, 20e6 * 1.8)
    course = run_chain(0, 24, orders=[order])
    concentration = course["interleukin2_concentration"] / 1000.0
    peak = course.hours[np.argmax(concentration)]
    assert 1.0 < peak < 6.0
    exposure = np.trapezoid(concentration, course.hours)
    assert 627.0 < exposure < 1130.0


def test_target_mediated_clearance_matters_at_low_dose_only(run_chain):
    def exposure(dose, clearance):
        course = run_chain(1, 24, dose=dose, target_mediated_clearance=clearance)
        return np.trapezoid(course["interleukin2_concentration"], course.hours)

    assert exposure(45e6, 0.1) == pytest.approx(exposure(45e6, 0.0), rel=0.01)
    assert exposure(1e4, 0.1) < 0.7 * exposure(1e4, 0.0)


def test_occupancy_is_half_at_the_dissociation_constant(run_chain):
    course = run_chain(1, 12, minutes=1.0)
    half = np.interp(
        -VALUE["Kd_interleukin2"],
        -course["interleukin2_concentration"][20:],
        course["receptor_occupancy"][20:],
    )
    assert half == pytest.approx(0.5, abs=0.005)
