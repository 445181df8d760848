"""Weak organs, toxic drugs and too much fluid or too little blood worsen what follows, each in its own place."""

from __future__ import annotations

import numpy as np
import pytest

import clsim
from clsim.errors import NumericalFailure


@pytest.fixture(scope="module")
def standard():
    return clsim.run("hd-il2-standard")


@pytest.mark.parametrize(("observable", "value", "name", "worst", "by"), [
    ("cardiac_reserve", 0.5, "EF", np.min, -0.03),
    ("hepatic_reserve", 0.4, "bilirubin", np.max, 8.0),
    ("pulmonary_reserve", 0.6, "SaO2", np.min, -0.02),
    ("pulmonary_reserve", 0.6, "oxygen_needed", np.max, 1.0),
    ("renal_frailty", 3.0, "creatinine_concentration", np.max, 0.1),
])  # fmt: skip
def test_a_weak_organ_ends_worse(standard, observable, value, name, worst, by):
    weak = clsim.run("hd-il2-standard", patient={observable: value})
    change = worst(weak[name].values) - worst(standard[name].values)
    assert change * np.sign(by) > abs(by)


@pytest.mark.parametrize(("drug", "name", "by"), [
    ("nephrotoxic", "creatinine_concentration", 0.1), ("hepatotoxic", "bilirubin", 8.0),
])  # fmt: skip
def test_a_toxic_drug_adds_to_the_harm(standard, drug, name, by):
    toxic = clsim.run("hd-il2-standard", ward=[{"name": "toxic", drug: 1.0, "from": "0 h"}])
    assert toxic[name].values.max() > standard[name].values.max() + by


def flooded(rate: str):
    flood = {"name": "flood", "give": "ringer_lactate", "rate": rate, "from": "40 h", "until": "110 h"}
    return clsim.run("hd-il2-standard", fluid=[flood])


def test_too_much_fluid_ends_in_the_lung(standard):
    wet, drowned = flooded("250 mL/h"), flooded("350 mL/h")
    assert wet["SaO2"].values.min() < 0.85
    assert wet["EVLW"].values.max() > standard["EVLW"].values.max() + 0.1
    assert wet["CVP"].values.max() > standard["CVP"].values.max() + 1.0
    assert drowned["SaO2"].values.min() < wet["SaO2"].values.min() - 0.05
    for name, more in (("EVLW", 0.05), ("CVP", 1.0)):
        assert drowned[name].values.max() > wet[name].values.max() + more


def test_a_flood_beyond_all_bodies_says_what_gave_way_and_when():
    with pytest.raises(NumericalFailure, match=r"hd-il2-standard: \w.* (is|fell) .* at \d+ min"):
        flooded("1000 mL/h")


def bled(litres: float):
    bleed = [{"volume": f"{litres} L", "over": "20 min", "at": "1 h"}]
    return clsim.run("rest-19-days", bleed=bleed, run={"horizon": "3 h", "every": "1 min"})


def test_pressure_falls_with_every_half_litre_bled_until_the_circulation_stops():
    lowest = [bled(litres)["MAP"].values.min() for litres in (1.0, 1.5, 2.0, 2.5)]
    assert np.all(np.diff(lowest) < 0.0)
    assert lowest[-1] < 45.0
    with pytest.raises(NumericalFailure, match="circulation stops"):
        bled(4.0)
