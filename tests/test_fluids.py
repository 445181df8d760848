"""Bags: what stands on the label is what the body receives."""

from __future__ import annotations

import pytest

from clsim.errors import BadInput
from clsim.fluids import FLUIDS, INPUTS, bag, label, opened

ALBUMIN_CHARGE = 0.25  # mEq/g
STABILISER = 0.16  # mmol/g
BECOMES_BICARBONATE = {"sodium_bicarbonate_8.4", "fresh_frozen_plasma", "red_cells"}


@pytest.mark.parametrize("fluid", FLUIDS.values(), ids=str)
def test_every_bag_has_a_source_and_nothing_negative(fluid):
    assert fluid.source
    assert fluid.label
    assert set(fluid.opened()) <= set(INPUTS)
    assert all(amount >= 0.0 for amount in fluid.opened().values())
    assert not fluid.active or getattr(fluid, fluid.active) > 0.0


@pytest.mark.parametrize(
    "name", sorted(set(FLUIDS) - BECOMES_BICARBONATE), ids=lambda name: name.replace(".", "_")
)
def test_bags_are_neutral_once_calcium_chloride_is_left_out(name):
    inside = dict.fromkeys(INPUTS, 0.0) | opened(name)
    anions = inside["chloride_in"] + inside["lactate_in"]
    anions += (ALBUMIN_CHARGE + STABILISER) * inside["albumin_in"]
    assert inside["sodium_in"] + inside["potassium_in"] == pytest.approx(anions, abs=0.6)


@pytest.mark.parametrize(
    ("name", "grams", "molar_mass", "substance"),
    [
        ("saline_0.9", 9.0, 58.44, "sodium_in"),
        ("saline_3", 30.0, 58.44, "sodium_in"),
        ("dextrose_5", 50.0, 198.17, "glucose_in"),
        ("potassium_chloride", 149.1, 74.55, "potassium_in"),
        ("sodium_bicarbonate_8.4", 84.0, 84.01, "sodium_in"),
    ],
)
def test_grams_on_the_label_give_the_millimoles(name, grams, molar_mass, substance):
    assert opened(name)[substance] == pytest.approx(1000.0 * grams / molar_mass, rel=2e-3)


def test_cells_and_plasma_of_a_bag_fill_its_litre():
    inside = opened("red_cells")
    assert inside["water_in"] + inside["red_cells_in"] == 1.0


def test_a_mix_is_the_weighted_sum_of_its_bags():
    half = opened({"saline_0.9": 0.5, "dextrose_5": 0.5})
    assert half == pytest.approx(
        {"water_in": 1.0, "sodium_in": 77.0, "chloride_in": 77.0, "glucose_in": 126.0}
    )
    assert label({"saline_0.9": 0.5, "dextrose_5": 0.5}) == "50 parts 0.9 % saline + 50 parts 5 % dextrose"
    assert label({"saline_0.9": 0.99, "dextrose_5": 0.01}).endswith("+ 1 part 5 % dextrose")


@pytest.mark.parametrize(
    "mix",
    [
        {"saline_0.9": 0.5},
        {"saline_0.9": 1.5},
        {"saline_0.9": -0.5, "dextrose_5": 1.5},
        {"saline_0.9": True},
        {"saline_0.9": "half"},
        {"saline_0": {"9": 1.0}},
        {},
    ],
)
def test_a_mix_whose_shares_do_not_make_one_is_refused(mix):
    with pytest.raises(BadInput, match=r"mix|quotes"):
        opened(mix)


def test_an_unknown_bag_is_refused_with_the_nearest_one():
    with pytest.raises(BadInput, match="did you mean albumin_20") as refused:
        bag("albumen_20")
    assert "ringer_lactate" in str(refused.value)
