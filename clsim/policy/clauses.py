"""A clause of a rule for a block of patients: what is compared with what, and whether it holds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.policy.memory import LONG_AGO as NEVER
from clsim.policy.memory import Memory
from clsim.policy.signals import DROP, FALL, GAIN, RISE
from clsim.policy.table import NO

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
BASELINE = 2  # of `language.REFERENCES`


def sides(clause: Any, memory: Memory, weight: Numbers) -> tuple[Numbers, Numbers]:
    """Both sides of a clause, (n,): what is compared, and with what."""
    c, value = clause.column, memory.value[:, clause.column]
    if clause.aspect == FALL:
        value = memory.baseline[:, c] - value
    elif clause.aspect == GAIN:
        value = value / memory.baseline[:, c] - 1.0
    elif clause.aspect == RISE:
        value = value - memory.before[:, c]
    elif clause.aspect == DROP:
        value = memory.highest[:, c] - value
    limit = np.full(value.size, clause.value)
    if clause.per == 1:
        limit = limit * weight
    elif clause.per == -1:
        limit = limit / weight
    if clause.target != NO:
        limit = limit + memory.target[:, clause.target]
    elif clause.reference == BASELINE:
        limit = limit + memory.baseline[:, c]
    return value, limit


def compared(clause: Any, value: Numbers, limit: Numbers) -> Mask:
    """Whether a clause holds, its duration left aside; what is not a number does not."""
    slack = clause.slack
    with np.errstate(invalid="ignore"):
        held: Mask = (
            value < limit - slack, value <= limit + slack, value > limit + slack, value >= limit - slack,
            np.abs(value - limit) <= slack, np.abs(value - limit) > slack,
        )[clause.compare]
    return held


def lasted(clause: Any, k: int, memory: Memory) -> Mask:
    """Whether clause k has held for its duration, from one reading to the last."""
    since = memory.since[:, k]
    held: Mask = (since != NEVER) & (memory.at[:, clause.column] - since >= clause.lasting)
    return held
