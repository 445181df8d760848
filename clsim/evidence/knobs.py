"""Knobs: how the answer of everybody's body to interleukin-2 is turned, against what is shipped.

A knob changes one parameter of the layer that interleukin-2 acts through.  That layer is at rest before
treatment whatever its parameters are, so people who were drawn and settled need not be settled again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from clsim.cohort import People
from clsim.errors import BadInput, nearest
from clsim.model.layout import PARAMETERS, columns
from clsim.patient import SPAN

FACTOR, SPREAD = "factor", "spread"
ENTRIES = columns(PARAMETERS)


@dataclass(frozen=True)
class Knob:
    """One change.

    Parameters
    ----------
    name : str
        A parameter, or one entry of it (``base_hazard_death``); of a spread with " spread" after it.
    kind : str
        "factor": everybody's value is multiplied.  "spread": how far each lies from the middle of the
        cohort is multiplied, on a logarithmic scale.
    label : str
    low, high : float
        Range that is searched; 1 is what is shipped.
    """

    name: str
    kind: str
    label: str
    low: float
    high: float


def parameter(knob: str) -> str:
    """The parameter, or entry of it, that a knob turns.

    Raises
    ------
    BadInput
        If there is none of that name.
    """
    name = knob.removesuffix(f" {SPREAD}")
    if name not in ENTRIES and name not in SPAN:
        raise BadInput("is no parameter", given=knob, nearest=nearest(name, ENTRIES), key="knob")
    return name


def applied(people: People, knobs: Mapping[str, float]) -> People:
    """The same people whose bodies answer as the knobs say.

    Parameters
    ----------
    people : People
        As drawn; they stay as they are.
    knobs : mapping of str to float
        By the name of the knob; factors are applied after spreads.

    Raises
    ------
    BadInput
        If a knob turns no parameter.
    """
    table = people.parameters.copy()
    for name, value in sorted(knobs.items(), key=lambda each: not each[0].endswith(SPREAD)):
        entry = parameter(name)
        place = SPAN[entry] if entry in SPAN else slice(ENTRIES.index(entry), ENTRIES.index(entry) + 1)
        column = table[:, place]
        if name.endswith(SPREAD):
            centre = np.median(column, axis=0)
            column[:] = centre * (column / centre) ** value
        else:
            column *= value
    return replace(people, parameters=table)
