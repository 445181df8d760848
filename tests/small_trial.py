"""A comparison small enough to be run for tests: a day of few patients under several policies."""

from __future__ import annotations

import numpy as np

from clsim.compare.run import AS_WRITTEN, compare
from clsim.policy.python import PythonPolicy

SCENARIO, PATIENTS, SEED = "hd-il2-standard", 30, 3
SHORT = {"run": {"horizon": "26 h"}}


def held_when_low(t, seen, memory):
    """Half a litre an hour while the systolic pressure is low, and no dose then."""
    low = seen["sbp"] < 100.0
    return {"give": ~low, "saline_0.9": np.where(low, 0.5 / 60.0, 0.0)}


def asked():
    """Policies of the trial: one twice, one that turns drips, the scenario's own orders, one in Python."""
    return ["cwg-2014", "cwg-2014", "early-pressor", AS_WRITTEN, PythonPolicy(held_when_low, "in-python")]


def compared(policies=None, n=PATIENTS, **how):
    """The trial, or another of the same people."""
    return compare(SCENARIO, asked() if policies is None else policies, n, **{"seed": SEED, **how}, **SHORT)


def same(one, other):
    """Two tables hold the same bits."""
    assert list(one) == list(other)
    for name, values in one.items():
        assert values.dtype == other[name].dtype, name
        assert np.array_equal(values, other[name], equal_nan=values.dtype.kind == "f"), name
