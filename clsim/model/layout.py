"""From declarations to records: which subsystems there are, and what a row of numbers means.

Every quantity is a float64 in a plain row; a row viewed as a record (``row.view(X)[0]``)
has the declared names as fields.  The order of the fields is the order of the
declarations; quantities with ``per`` are sub-arrays.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from clsim.model import (
    antipyretics,
    blood,
    body,
    brain,
    capillary,
    circulation,
    dopamine,
    electrolytes,
    endothelium,
    furosemide,
    gut,
    haematology,
    hazards,
    hormones,
    infusion,
    interleukin2,
    interstitium,
    kidney,
    ledger,
    liver,
    lung,
    lymph,
    mediators,
    metabolism,
    norepinephrine,
    nos_inhibitor,
    perfusion,
    phenylephrine,
    symptoms,
    temperature,
    third_space,
)
from clsim.spec import Flow, Input, Parameter, State

SUBSYSTEMS: tuple[ModuleType, ...] = (
    body, infusion, interleukin2, mediators, endothelium, temperature, phenylephrine,
    norepinephrine, dopamine, furosemide, antipyretics, nos_inhibitor, blood, interstitium,
    capillary, lymph, third_space, circulation, perfusion, electrolytes, metabolism, hormones,
    kidney, gut, lung, liver, brain, haematology, ledger,
    hazards, symptoms,
)

Quantity = Parameter | State | Flow | Input


def collect(kind: str) -> tuple[Quantity, ...]:
    """All declarations of one kind (``"PARAMETERS"`` ...), in the order of SUBSYSTEMS.

    Raises
    ------
    ValueError
        If a name is declared twice or clashes with an attribute of numpy records.
    """
    found: dict[str, str] = {}
    out: list[Quantity] = []
    for module in SUBSYSTEMS:
        for quantity in getattr(module, kind):
            if quantity.name in found:
                raise ValueError(f"{quantity.name} is declared in {found[quantity.name]} and in {module.__name__}")
            if hasattr(np.recarray, quantity.name) or hasattr(np.record, quantity.name):
                raise ValueError(f"{module.__name__}: {quantity.name} is an attribute of numpy records")
            found[quantity.name] = module.__name__
            out.append(quantity)
    return tuple(out)


PARAMETERS: tuple[Parameter, ...] = collect("PARAMETERS")  # type: ignore[assignment]
STATES: tuple[State, ...] = collect("STATES")  # type: ignore[assignment]
FLOWS: tuple[Flow, ...] = collect("FLOWS")  # type: ignore[assignment]
INPUTS: tuple[Input, ...] = collect("INPUTS")  # type: ignore[assignment]


def record(quantities: Iterable[Quantity]) -> np.dtype:
    """The record type of one patient: float64 fields, sub-arrays where ``per`` is given."""
    fields = []
    for quantity in quantities:
        per = getattr(quantity, "per", ())
        fields.append((quantity.name, "f8", (len(per),)) if per else (quantity.name, "f8"))
    return np.dtype((np.record, fields))


P, X, F, U = record(PARAMETERS), record(STATES), record(FLOWS), record(INPUTS)


def columns(quantities: Iterable[Quantity]) -> tuple[str, ...]:
    """One name per number of a row; entries of ``per`` follow an underscore."""
    names: list[str] = []
    for quantity in quantities:
        per = getattr(quantity, "per", ())
        names.extend([f"{quantity.name}_{entry}" for entry in per] if per else [quantity.name])
    return tuple(names)


def spread(quantities: Iterable[Quantity], attribute: str) -> NDArray[np.float64]:
    """An attribute of each declaration (``size``, ``default`` ...) as one row."""
    row: list[float] = []
    for quantity in quantities:
        value, per = getattr(quantity, attribute), getattr(quantity, "per", ())
        row.extend(value if isinstance(value, tuple) else [value] * max(1, len(per)))
    return np.array(row, np.float64)


def find(name: str, quantities: Iterable[Quantity]) -> Quantity:
    """The declaration of a name.

    Raises
    ------
    KeyError
        With the nearest name that exists.
    """
    table = {quantity.name: quantity for quantity in quantities}
    if name in table:
        return table[name]
    near = difflib.get_close_matches(name, table, 1)
    raise KeyError(f"{name} is not declared" + (f"; did you mean {near[0]}?" if near else ""))


def home(name: str) -> str:
    """The file that declares a name, as ``clsim/model/capillary.py``."""
    for module in SUBSYSTEMS:
        for kind in ("PARAMETERS", "STATES", "FLOWS", "INPUTS"):
            if any(quantity.name == name for quantity in getattr(module, kind)):
                return module.__name__.replace(".", "/") + ".py"
    raise KeyError(f"{name} is not declared")


FLOOR = np.where(
    np.repeat([state.positive for state in STATES], [max(1, len(state.per)) for state in STATES]),
    -1e-9 * spread(STATES, "size"), -np.inf)
CEILING = np.full(len(columns(FLOWS)), np.inf)
CEILING[columns(FLOWS).index("imbalance")] = 1e-6
