"""Metabolism: rest, lactate under load and without oxygen, glucose load, stress, spill."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.model import metabolism

READS = {
    "p": {"temperature_rest": 37.0, "heat_on_VO2": 0.10, "GFR_rest": 0.115, "hepatic_reserve": 1.0},
    "x": {"temperature": 37.0, "GFR_filtered": 1.0},
    "f": {"V_ecf": 15.0, "oxygen_debt": 0.0, "gut_flow_ratio": 1.0, "cytokine": 0.0},
}
STEP = 0.5


@pytest.fixture
def body(alone):
    return alone(metabolism, **READS)


def infuse(body, minutes, glucose=0.0, lactate=0.0):
    """Add to the pools at constant rates [mmol/min]; returns the history of both concentrations."""
    history = []
    for _ in range(round(minutes / STEP)):
        body.x.glucose += glucose * STEP
        body.x.lactate += lactate * STEP
        seen = body.run(STEP, step=STEP)
        history.append((seen.glucose_concentration, seen.lactate_concentration))
    return np.array(history)


def test_rest_is_at_rest(body):
    # amounts are concentration times volume: one rounding each
    assert all(abs(body.dx[name]) < 1e-15 for name in body.dx.dtype.names)
    seen = body.look()
    assert seen.glucose_concentration == pytest.approx(5.0, rel=1e-15)
    assert seen.lactate_concentration == pytest.approx(1.0, rel=1e-15)
    assert seen.glucose_excretion == 0.0
    assert seen.metabolic_rate == 1.0


def test_two_litres_of_ringer_lactate_raise_lactate_by_about_one(body):
    rise = infuse(body, 60.0, lactate=2.0 * 28.0 / 60.0)[-1, 1] - 1.0
    assert 0.7 < rise < 2.0
    infuse(body, 90.0)
    assert body.f.lactate_concentration == pytest.approx(1.0, abs=0.1)


def test_unmet_oxygen_need_raises_lactate(body):
    steady = []
    for debt in (0.0, 0.02, 0.05, 0.10, 0.20):
        body.look(oxygen_debt=debt)
        steady.append(body.run(1440.0, step=2.0).lactate_concentration)
    assert np.all(np.diff(steady) > 0.0)
    assert 3.0 < steady[3] < 6.0


def test_liver_clears_less_when_its_flow_falls_sooner_if_it_is_weak(alone):
    cleared = []
    for reserve in (1.0, 0.5):
        body = alone(metabolism, **{**READS, "p": {**READS["p"], "hepatic_reserve": reserve}})
        assert body.look().lactate_cleared == pytest.approx(body.p.lactate_turnover)
        row = [body.look(gut_flow_ratio=q).lactate_cleared for q in (0.0, 0.25, 0.5, 1.0, 1.5)]
        assert np.all(np.diff(row) > 0.0)
        cleared.append(row)
    assert cleared[1][1] < cleared[0][1]
    # with no hepatic flow the other tissues go on
    assert cleared[0][0] == pytest.approx((1.0 - 0.6) * 0.9)


def test_no_lactate_no_clearance(body):
    assert body.look(lactate=0.0).lactate_cleared == 0.0


def test_two_litres_of_dextrose_raise_glucose_to_10_to_16_and_it_returns(body):
    """100 g in an hour; back near fasting within two hours."""
    load = 100.0 / 180.16 * 1000.0 / 60.0
    assert 10.0 < infuse(body, 60.0, glucose=load)[:, 0].max() < 16.0
    after = infuse(body, 120.0)[:, 0]
    assert after[-1] == pytest.approx(5.0, abs=0.3)
    assert after.min() > 4.0


def test_stress_raises_fasting_glucose_and_lactate(body):
    steady = []
    for cytokine in (0.0, 0.5, 1.0, 2.0, 3.0):
        body.look(cytokine=cytokine)
        steady.append(body.run(1440.0, step=2.0))
    glucose = [s.glucose_concentration for s in steady]
    assert np.all(np.diff(glucose) > 0.0)
    assert 9.0 < glucose[-1] < 12.0
    assert np.all(np.diff([s.lactate_concentration for s in steady]) > 0.0)
    assert steady[-1].lactate_concentration < 2.0


def test_fever_alone_moves_neither_glucose_nor_lactate(body):
    body.look(temperature=39.5)
    seen = body.run(600.0, step=2.0)
    assert seen.metabolic_rate == pytest.approx(1.25)
    assert seen.glucose_concentration == pytest.approx(5.0, rel=1e-12)
    assert seen.lactate_concentration == pytest.approx(1.0, rel=1e-12)


def test_urine_takes_glucose_above_the_threshold_only(body):
    spill = [
        body.look(glucose=15.0 * G).glucose_excretion for G in (5.0, 9.9, 10.0, 11.0, 15.0, 30.0)
    ]
    assert spill[:3] == [0.0, 0.0, 0.0]
    assert np.all(np.diff(spill[2:]) > 0.0)
    # far above the threshold all that is above it is lost, less the splay
    assert spill[-1] == pytest.approx(0.115 * 18.2, rel=0.01)
    assert body.look(GFR_filtered=0.0).glucose_excretion == 0.0


def test_pools_balance(body):
    seen = body.look(glucose=250.0, lactate=60.0, insulin_action=3.0, cytokine=1.0)
    gained = seen.glucose_released - seen.glucose_taken_up - seen.glucose_excretion
    assert body.dx.glucose == pytest.approx(gained, rel=1e-14)
    assert body.dx.lactate == pytest.approx(seen.lactate_made - seen.lactate_cleared, rel=1e-14)


def test_empty_pools_only_fill(body):
    body.look(glucose=0.0, lactate=0.0, insulin_action=0.0, oxygen_debt=0.0)
    assert body.dx.glucose > 0.0
    assert body.dx.lactate > 0.0
    assert body.dx.insulin_action == 0.0
