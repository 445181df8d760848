"""Uncertain parameters of the interleukin-2 effect layer, and people in whom they are changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from clsim.cohort import People
from clsim.patient import SPAN


@dataclass(frozen=True)
class Knob:
    """One uncertain parameter: ``kind`` is "factor" or "spread"."""

    name: str
    kind: str
    label: str
    low: float
    high: float


def applied(people: People, knobs: Mapping[str, float]) -> People:
    """The people with other parameters."""
    parameters = people.parameters.copy()
    for name, value in knobs.items():
        column = SPAN[name.removesuffix(".spread")].start
        if name.endswith(".spread"):
            centre = np.median(parameters[:, column])
            parameters[:, column] = centre * (parameters[:, column] / centre) ** value
        else:
            parameters[:, column] *= value
    return replace(people, parameters=parameters)
