"""Synthase inhibitor: kinetics in closed form, block, limits."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.model import nos_inhibitor

WEIGHT = 75.0


@pytest.fixture
def drug(alone):
    return alone(nos_inhibitor, p={"weight": WEIGHT})


def test_no_drug_no_block(drug):
    assert drug.look().nos_inhibition == 0.0
    assert drug.dx.nos_inhibitor_amount == 0.0


def test_infusion_follows_one_exponential(drug):
    rate = 10.0 * WEIGHT / 60.0
    drug.run(120.0, step=1.0, nos_inhibitor=rate)
    k = np.log(2.0) / drug.p.nos_inhibitor_half_life
    # fourth order at a hundredth of the time constant
    assert drug.x.nos_inhibitor_amount == pytest.approx(rate / k * -np.expm1(-120.0 * k), rel=1e-9)


def test_given_is_held_or_gone(drug):
    seen = drug.look(nos_inhibitor=5.0, nos_inhibitor_amount=200.0)
    assert drug.dx.nos_inhibitor_amount + seen.nos_inhibitor_elimination == pytest.approx(5.0)


def test_usual_rate_blocks_most_of_the_drive(drug):
    seen = drug.run(480.0, step=2.0, nos_inhibitor=10.0 * WEIGHT / 60.0)
    assert seen.nos_inhibition == pytest.approx(0.72, abs=0.03)


def test_block_rises_with_amount_but_never_completes(drug):
    blocks = [drug.look(nos_inhibitor_amount=a).nos_inhibition for a in (0.0, 10.0, 1e2, 1e3, 1e6)]
    assert np.all(np.diff(blocks) > 0.0)
    assert blocks[-1] < drug.p.nos_inhibitor_Imax
