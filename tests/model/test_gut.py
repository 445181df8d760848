"""Thirst, and what bowel and skin lose: by the drive of interleukin-2 and by how full the body is."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from clsim.model import gut

P = SimpleNamespace(
    **{each.name: each.default for each in gut.PARAMETERS} | {"water_intake": 2.4 / 1440.0},
    Na_rest=140.0, K_rest=4.0, Cl_rest=104.0, V_ecf_rest=14.0, temperature_rest=37.0)
RESTING = {"Na": 140.0, "K": 4.0, "Cl": 104.0, "V_ecf": 14.0, "vasodilation": 0.0, "cytokine": 0.0}


def look(volume_signal=0.0, temperature=37.0, **changed):
    """The flows with some of what is read changed."""
    x = SimpleNamespace(volume_signal=volume_signal, temperature=temperature)
    f = SimpleNamespace(**RESTING | changed)
    u = SimpleNamespace(**{each.name: each.default for each in gut.INPUTS})
    getattr(gut.flows, "py_func", gut.flows)(x, P, u, f)
    return f


def test_rest_is_one_and_nothing_is_lost_by_the_bowel():
    f = look()
    assert f.thirst == pytest.approx(1.0, rel=1e-12) and f.wetness == pytest.approx(1.0, rel=1e-12)
    assert f.bowel_loss == f.nausea == 0.0
    assert f.evaporation == P.evaporation_rest


def test_a_full_body_loses_more_and_a_dry_one_little():
    filled = np.array([look(vasodilation=0.8, V_ecf=V).wetness for V in 14.0 * np.linspace(0.7, 1.6, 19)])
    assert np.all(np.diff(filled) > 0.0) and filled[-1] < P.wetness_highest
    dry, usual, full = (look(vasodilation=0.8, V_ecf=14.0 * share) for share in (0.85, 1.0, 1.3))
    assert dry.bowel_loss < 0.5 * usual.bowel_loss and full.bowel_loss > 1.5 * usual.bowel_loss
    assert dry.evaporation < usual.evaporation < full.evaporation
    for name in ("Na", "K", "Cl"):
        lost = {"Na": "bowel_sodium", "K": "bowel_potassium", "Cl": "bowel_chloride"}[name]
        assert getattr(full, lost) / getattr(dry, lost) == pytest.approx(full.bowel_loss / dry.bowel_loss)


def test_without_interleukin_2_volume_changes_neither():
    for V in (10.0, 20.0):
        f = look(V_ecf=V)
        assert f.bowel_loss == 0.0 and f.evaporation == P.evaporation_rest


def test_nausea_takes_drinking_away_not_thirst():
    sick, well = look(vasodilation=1.0, Na=145.0), look(Na=145.0)
    assert sick.thirst == well.thirst > 1.0
    assert sick.water_drunk < well.water_drunk
    assert 0.0 < sick.nausea < P.nausea_highest
