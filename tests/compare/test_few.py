"""With nobody, or next to nobody, everything is still said and nothing is made up."""

from __future__ import annotations

import json

import numpy as np
import pytest
from toy_trial import HORIZON, arms

from clsim.compare import pictures, tables
from clsim.compare.endpoints import available
from clsim.compare.incidence import HAPPENINGS, curves, lost
from clsim.compare.paired import records
from clsim.compare.pareto import plane
from clsim.compare.subgroups import SUBGROUPS, forest
from clsim.compare.win import wins


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_patients(n):
    three = arms(n)
    endpoints = available(three[0].rows)
    found = records(three, "supportive", endpoints)
    json.dumps(found, allow_nan=False)
    assert all((each["ci_low"] is None) == (n < 2 and (each["kind"] == "number" or n == 0))
               for each in found if each["unknown"] == 0 and each["policy"] != "supportive")  # fmt: skip
    assert tables.outcomes(found) and isinstance(tables.cautions(found), list)
    won = wins(three[1], three[0])
    json.dumps(won.record(), allow_nan=False)
    assert won.n == n and tables.hierarchy([won])
    rows = forest(three[1], three[0], endpoints[0], SUBGROUPS)
    assert all(part.difference is None for row in rows for part in row.parts) and tables.subgroups(rows)
    grid = np.linspace(0.0, HORIZON, 20)
    for happening in HAPPENINGS:
        assert lost(three, "supportive", happening, HORIZON)["cautious"].n == n
    pictures.svg(pictures.differences(found[:6]))
    pictures.svg(pictures.forest(rows, "doses given"))
    pictures.svg(pictures.incidence(curves(three, HAPPENINGS[0], grid)))
    if n:
        pictures.svg(pictures.pareto(*plane(found, "ICU", "doses_given")))
