"""Furosemide: half-lives, balance, dependence on the kidney, tolerance."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.model import furosemide


@pytest.fixture
def drug(alone):
    return alone(furosemide, x={"GFR_filtered": 1.0})


def dose(drug, mg, minutes=480.0):
    """Give ``mg`` over two minutes; returns the minutes of full effect until ``minutes``."""
    total = 2.0 * drug.run(2.0, step=1.0, furosemide=mg / 2.0).furosemide_effect
    drug.look(furosemide=0.0)
    for _ in range(round(minutes / 2.0) - 1):
        total += 2.0 * drug.run(2.0, step=1.0).furosemide_effect
    return total


def test_no_drug_no_effect(drug):
    assert drug.look().furosemide_effect == 0.0
    assert all(drug.dx[name] == 0.0 for name in drug.dx.dtype.names)


def test_half_lives_are_ten_and_a_hundred_minutes(drug):
    p = drug.p
    out = p.furosemide_k_renal + p.furosemide_k_metabolic + p.furosemide_k12
    rates = np.array([[-out, p.furosemide_k21], [p.furosemide_k12, -p.furosemide_k21]])
    slow, fast = np.sort(np.log(2.0) / -np.linalg.eigvals(rates))[::-1]
    assert fast == pytest.approx(10.0, abs=0.5)
    assert 90.0 <= slow <= 120.0


def test_kinetics_equal_the_matrix_exponential(drug):
    drug.look(furosemide_central=40.0)
    p = drug.p
    out = p.furosemide_k_renal + p.furosemide_k_metabolic + p.furosemide_k12
    rates = np.array([[-out, p.furosemide_k21], [p.furosemide_k12, -p.furosemide_k21]])
    value, vector = np.linalg.eig(rates)
    exact = vector @ (np.exp(value * 90.0) * np.linalg.solve(vector, [40.0, 0.0]))
    drug.run(90.0)
    # fourth order at a fiftieth of the fastest time constant
    assert drug.x.furosemide_central == pytest.approx(exact[0], rel=1e-7)
    assert drug.x.furosemide_peripheral == pytest.approx(exact[1], rel=1e-7)


def test_what_is_given_is_in_the_body_or_gone(drug):
    drug.look(furosemide=0.7, furosemide_central=13.0, furosemide_peripheral=9.0, GFR_filtered=0.4)
    held = drug.dx.furosemide_central + drug.dx.furosemide_peripheral
    gone = drug.f.furosemide_delivery + drug.f.furosemide_metabolism
    assert held + gone == pytest.approx(0.7, rel=1e-14)


def test_without_filtration_nothing_reaches_the_tubule(drug):
    seen = drug.look(furosemide_central=40.0, GFR_filtered=0.0)
    assert seen.furosemide_delivery == 0.0
    assert seen.furosemide_effect == 0.0
    assert seen.furosemide_metabolism > 0.0


def test_effect_rises_with_delivery_and_is_half_at_ED50(drug):
    at = drug.p.furosemide_ED50 / drug.p.furosemide_k_renal
    assert drug.look(furosemide_central=at).furosemide_effect == pytest.approx(0.5)
    amounts = (0.0, 1.0, 4.0, 10.0, 40.0, 400.0)
    effects = [drug.look(furosemide_central=a).furosemide_effect for a in amounts]
    assert np.all(np.diff(effects) > 0.0)
    assert effects[-1] < 1.0


def test_second_dose_acts_a_quarter_less(drug):
    first = dose(drug, 40.0)
    second = dose(drug, 40.0)
    assert second / first == pytest.approx(0.75, abs=0.03)


def test_infusion_acts_more_than_the_same_amount_at_once(alone):
    """Natriuresis 314 after 40 mg at once against 430 mmol in 8 h of infusion (van Meyel)."""
    bolus = dose(alone(furosemide, x={"GFR_filtered": 1.0}), 40.0)
    drug = alone(furosemide, x={"GFR_filtered": 1.0})
    drug.look(furosemide=40.0 / 480.0)
    infusion = sum(2.0 * drug.run(2.0, step=1.0).furosemide_effect for _ in range(240))
    assert 0.65 < bolus / infusion < 0.9


def test_tolerance_stays_below_its_limit_and_fades(drug):
    drug.run(5760.0, step=2.0, furosemide=2.0)
    assert 0.4 < drug.x.furosemide_tolerance < drug.p.furosemide_tolerance_max
    drug.run(7 * 1440.0, step=4.0, furosemide=0.0)
    assert drug.x.furosemide_tolerance < 0.01
