"""Acetaminophen and indomethacin: kinetics in closed form and combined effect."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.model import antipyretics

WEIGHT = 75.0


@pytest.fixture
def drug(alone):
    return alone(antipyretics, p={"weight": WEIGHT})


def test_no_drug_no_effect(drug):
    seen = drug.look()
    assert seen.antipyretic_effect == 0.0
    assert seen.prostaglandin_block == 0.0
    assert drug.dx.acetaminophen_amount == 0.0
    assert drug.dx.indomethacin_amount == 0.0


@pytest.mark.parametrize("name", ["acetaminophen", "indomethacin"])
def test_half_is_left_after_a_half_life(drug, name):
    drug.look(**{f"{name}_amount": 100.0})
    drug.run(drug.p[f"{name}_half_life"], step=1.0)
    assert drug.x[f"{name}_amount"] == pytest.approx(50.0, rel=1e-9)


def test_tablet_is_found_in_the_body_or_gone(drug):
    seen = drug.look(acetaminophen=20.0, acetaminophen_amount=300.0)
    assert drug.dx.acetaminophen_amount + seen.acetaminophen_elimination == pytest.approx(20.0)
    seen = drug.look(indomethacin=1.0, indomethacin_amount=20.0)
    assert drug.dx.indomethacin_amount + seen.indomethacin_elimination == pytest.approx(1.0)


def test_usual_premedication_removes_about_half_of_a_fever(drug):
    seen = drug.run(30.0, acetaminophen=650.0 / 30.0, indomethacin=25.0 / 30.0)
    assert 0.4 < seen.antipyretic_effect < 0.75
    assert 0.5 < seen.prostaglandin_block < 0.9


def test_each_drug_removes_a_share_of_what_the_other_leaves(drug):
    one = drug.look(acetaminophen_amount=650.0).antipyretic_effect
    both = drug.look(indomethacin_amount=25.0).antipyretic_effect
    other = drug.look(acetaminophen_amount=0.0).antipyretic_effect
    assert 1.0 - both == pytest.approx((1.0 - one) * (1.0 - other))
    assert max(one, other) < both < 1.0


def test_acetaminophen_leaves_prostaglandins_alone(drug):
    assert drug.look(acetaminophen_amount=5000.0).prostaglandin_block == 0.0


@pytest.mark.parametrize("name", ["acetaminophen", "indomethacin"])
def test_effect_rises_with_amount(drug, name):
    effects = [
        drug.look(**{f"{name}_amount": a}).antipyretic_effect for a in (0.0, 10.0, 100.0, 1e3, 1e5)
    ]
    assert np.all(np.diff(effects) > 0.0)
    assert effects[-1] < drug.p[f"{name}_Emax"]
