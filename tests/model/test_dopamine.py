"""Dopamine: kinetics in closed form and three ranges of dose."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.model import dopamine

WEIGHT = 75.0
EFFECTS = ("dopamine_renal", "dopamine_inotropy", "dopamine_chronotropy", "dopamine_constriction")


@pytest.fixture
def drug(alone):
    return alone(dopamine, p={"weight": WEIGHT})


def test_no_drug_no_effect(drug):
    seen = drug.look()
    assert all(getattr(seen, name) == 0.0 for name in EFFECTS)
    assert drug.dx.dopamine_site == 0.0


def test_drip_approaches_its_rate_per_kg_exponentially(drug):
    drug.run(4.0, step=0.1, dopamine=300.0)
    exact = 300.0 / WEIGHT * -np.expm1(-4.0 / drug.p.dopamine_tau)
    # fourth order at a thirtieth of the time constant
    assert drug.x.dopamine_site == pytest.approx(exact, rel=1e-7)


def test_renal_dose_is_renal(drug):
    seen = drug.look(dopamine_site=2.0)
    assert seen.dopamine_renal == pytest.approx(0.20, abs=0.03)
    assert seen.dopamine_inotropy < 0.15 * drug.p.dopamine_Imax
    assert seen.dopamine_constriction < 0.01 * drug.p.dopamine_Emax


def test_cardiac_dose_does_not_constrict_yet(drug):
    seen = drug.look(dopamine_site=7.0)
    assert seen.dopamine_inotropy > 0.6 * drug.p.dopamine_Imax
    assert seen.dopamine_chronotropy > 0.6 * drug.p.dopamine_Cmax
    assert seen.dopamine_constriction < 0.15 * drug.p.dopamine_Emax


def test_high_dose_constricts(drug):
    assert drug.look(dopamine_site=20.0).dopamine_constriction > 0.7 * drug.p.dopamine_Emax


def test_every_effect_rises_with_dose(drug):
    seen = [drug.look(dopamine_site=d) for d in (0.0, 1.0, 3.0, 6.0, 10.0, 20.0, 50.0)]
    for name in EFFECTS:
        assert np.all(np.diff([getattr(s, name) for s in seen]) > 0.0)
