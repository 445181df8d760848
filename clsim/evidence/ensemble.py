"""Equally admissible sets of uncertain parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clsim.errors import BadInput
from clsim.evidence.knobs import Knob


@dataclass(frozen=True)
class Ensemble:
    """Members: values (M, K) of the knobs, weights (M,) that sum to 1."""

    name: str
    knobs: tuple[Knob, ...]
    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    provenance: Mapping[str, str]


def load_ensemble(name: str | Path = "hd-il2") -> Ensemble:
    """An ensemble by name."""
    raise BadInput("is not a shipped ensemble", given=str(name))
