"""What calls for angiotensin, and where its release ends."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from clsim.model import hormones

P = SimpleNamespace(**{each.name: each.default for each in hormones.PARAMETERS},
                    MAP_rest=93.0, V_plasma_rest=3.0, CVP_rest=2.0, K_rest=4.0, Na_rest=140.0)


def look(MAP=93.0, sympathetic=1.0, volume_signal=0.0, prostaglandin_block=0.0, V_plasma=3.0):
    """The targets."""
    x = SimpleNamespace(volume_signal=volume_signal, V_plasma=V_plasma, angiotensin=1.0)
    f = SimpleNamespace(MAP=MAP, sympathetic=sympathetic, prostaglandin_block=prostaglandin_block, CVP=2.0,
                        vasodilation=0.0, K=4.0, Na=140.0, nausea=0.0)
    getattr(hormones.flows, "py_func", hormones.flows)(x, P, None, f)
    return f


def test_at_rest_every_target_is_rest():
    f = look()
    assert f.volume_target == 0.0
    for name in ("angiotensin_target", "aldosterone_target", "ADH_target"):
        assert getattr(f, name) == pytest.approx(1.0, rel=1e-12)


def test_a_small_call_acts_by_its_exponential():
    for change in (-0.2, 0.2):
        expected = np.exp(P.sympathetic_on_angiotensin * change)
        assert look(sympathetic=1.0 + change).angiotensin_target == pytest.approx(expected, rel=0.03)


def test_release_has_an_end():
    found = [look(sympathetic=1.0 + s, MAP=93.0 - 30.0 * s, volume_signal=-0.2 * s).angiotensin_target
             for s in np.linspace(0.0, 3.0, 13)]
    assert np.all(np.diff(found) > 0.0)
    assert 0.9 * P.angiotensin_highest < found[-1] < P.angiotensin_highest


def test_filling_and_a_block_of_prostaglandins_lower_it():
    assert look(volume_signal=0.1).angiotensin_target < look(prostaglandin_block=0.5).angiotensin_target < 1.0
