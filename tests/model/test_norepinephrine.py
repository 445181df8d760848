"""Norepinephrine: kinetics in closed form, clearance in shock, dose-response."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.model import norepinephrine

WEIGHT = 75.0
SEVERE = 1.4  # vasodilator drive of the sickest patients


@pytest.fixture
def drug(alone):
    return alone(norepinephrine, p={"weight": WEIGHT}, x={"nitric_oxide": 0.0})


def test_no_drug_no_effect(drug):
    seen = drug.look(nitric_oxide=SEVERE)
    assert seen.norepinephrine_effect == 0.0
    assert seen.norepinephrine_inotropy == 0.0
    assert drug.dx.norepinephrine_site == 0.0


def test_drip_approaches_its_rate_per_kg_exponentially(drug):
    drug.run(5.0, step=0.1, norepinephrine=15.0)
    exact = 15.0 / WEIGHT * -np.expm1(-5.0 / drug.p.norepinephrine_tau)
    # fourth order at a thirtieth of the time constant
    assert drug.x.norepinephrine_site == pytest.approx(exact, rel=1e-7)


@pytest.mark.parametrize(("nitric_oxide", "half_life"), [(0.0, 2.0), (SEVERE, 6.8)])
def test_half_life_follows_severity_as_published(drug, nitric_oxide, half_life):
    """2 min at low and 6.8 min at high severity (Beloeil 2005)."""
    drug.look(norepinephrine_site=1.0, nitric_oxide=nitric_oxide)
    drug.run(half_life, step=0.1)
    assert drug.x.norepinephrine_site == pytest.approx(0.5, abs=0.01)


def test_clearance_falls_from_3_to_0_9_litres_a_minute(drug):
    assert drug.look(nitric_oxide=0.0).norepinephrine_clearance == 1.0
    assert drug.look(nitric_oxide=SEVERE).norepinephrine_clearance == pytest.approx(0.3, abs=0.005)


def test_same_rate_gives_more_drug_in_shock(drug):
    drug.look(nitric_oxide=SEVERE)
    drug.run(120.0, norepinephrine=15.0)
    assert drug.x.norepinephrine_site == pytest.approx(15.0 / WEIGHT / 0.3, rel=0.01)


def test_effects_rise_with_dose_and_saturate(drug):
    seen = [drug.look(norepinephrine_site=d) for d in (0.0, 0.05, 0.25, 1.0, 5.0, 500.0)]
    effect = [s.norepinephrine_effect for s in seen]
    inotropy = [s.norepinephrine_inotropy for s in seen]
    assert np.all(np.diff(effect) > 0.0)
    assert np.all(np.diff(inotropy) > 0.0)
    assert effect[2] == pytest.approx(drug.p.norepinephrine_Emax / 2)
    assert effect[-1] < drug.p.norepinephrine_Emax
