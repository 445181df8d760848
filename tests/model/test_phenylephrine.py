"""Phenylephrine: kinetics in closed form, dose-response, no drug no effect."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.model import phenylephrine

WEIGHT = 75.0


@pytest.fixture
def drug(alone):
    return alone(phenylephrine, p={"weight": WEIGHT})


def test_no_drug_no_effect(drug):
    assert drug.look().phenylephrine_effect == 0.0
    assert drug.dx.phenylephrine_site == 0.0


def test_drip_approaches_its_rate_per_kg_exponentially(drug):
    drug.run(6.0, step=0.1, phenylephrine=50.0)
    exact = 50.0 / WEIGHT * -np.expm1(-6.0 / drug.p.phenylephrine_tau)
    # fourth order at a fortieth of the time constant
    assert drug.x.phenylephrine_site == pytest.approx(exact, rel=1e-8)


def test_bolus_wears_off_within_a_quarter_of_an_hour(drug):
    peak = drug.run(1.0, phenylephrine=100.0).phenylephrine_effect
    late = drug.run(15.0, phenylephrine=0.0).phenylephrine_effect
    assert 0.0 < late < 0.05 * peak


def test_effect_is_half_at_ED50_and_rises_with_dose(drug):
    half = drug.look(phenylephrine_site=drug.p.phenylephrine_ED50).phenylephrine_effect
    assert half == pytest.approx(drug.p.phenylephrine_Emax / 2, rel=1e-12)
    doses = (0.0, 0.1, 0.5, 1.0, 2.0, 10.0, 1000.0)
    effects = [drug.look(phenylephrine_site=d).phenylephrine_effect for d in doses]
    assert np.all(np.diff(effects) > 0.0)
    assert effects[-1] < drug.p.phenylephrine_Emax


def test_steepness_is_the_published_one(drug):
    """Odds of the effect grow with dose to the power 1.3 (Bellissant 2000, controls)."""
    share = [
        drug.look(phenylephrine_site=d).phenylephrine_effect / drug.p.phenylephrine_Emax
        for d in (0.5, 1.0)
    ]
    odds = [s / (1 - s) for s in share]
    assert odds[1] / odds[0] == pytest.approx(2.0**1.3, rel=1e-9)
