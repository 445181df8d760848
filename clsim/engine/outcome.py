"""How an integration can end, and the sentence that tells people."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import numpy as np


class Outcome(IntEnum):
    """The code that ``advance`` leaves for each patient."""

    FINISHED = 0
    NOT_FINITE = 1
    NEGATIVE_STATE = 2
    ROOT_NOT_FOUND = 3
    STEP_TOO_SMALL = 4
    FLOW_NOT_FINITE = 5


MESSAGES = {
    Outcome.FINISHED: "{patient} reached the end, {time:.6g} min",
    Outcome.NOT_FINITE: "{patient}: {name} is no longer a finite number at {time:.6g} min",
    Outcome.NEGATIVE_STATE: "{patient}: {name} fell below zero, to {value:.3g}, at {time:.6g} min",
    Outcome.ROOT_NOT_FOUND: (
        "{patient}: the equation behind {name} is not solved (left over: {value:.3g}) "
        "at {time:.6g} min"
    ),
    Outcome.FLOW_NOT_FINITE: "{patient}: {name} is not a finite number at {time:.6g} min",
    Outcome.STEP_TOO_SMALL: "{patient}: no step is short enough for {name} at {time:.6g} min",
}

REPORT = np.dtype((np.record, [("code", "i8"), ("time", "f8"), ("column", "i8"), ("value", "f8")]))
"""What became of one patient: an Outcome, when (min), which column, and the value found there.

``column`` counts state columns, but flow columns for ROOT_NOT_FOUND and FLOW_NOT_FINITE; it is -1 when finished."""


def describe(
    report: Any, states: Sequence[str], flows: Sequence[str], patient: str = "the patient"
) -> str:
    """The sentence for one row of reports.

    Parameters
    ----------
    report : record of REPORT
        What ``advance`` left.
    states, flows : sequence of str
        Names of the state and flow columns.
    patient : str
        Who, at the head of the sentence.
    """
    code = Outcome(int(report["code"]))
    names = flows if code in (Outcome.ROOT_NOT_FOUND, Outcome.FLOW_NOT_FINITE) else states
    column = int(report["column"])
    return MESSAGES[code].format(
        patient=patient,
        time=float(report["time"]),
        name=names[column] if column >= 0 else "",
        value=float(report["value"]),
    )
