"""Declarations: what a parameter, a state, a flow, an input and an adverse event are.

Every number of the model is declared once, where its law stands.  The record
that a kernel sees, the key a user may write, the column of a result, the row of
the reference pages and the label of a plot all come from the declaration.

Internal units (written here and nowhere else): volume L, time min, pressure
mmHg, protein g, other substances mmol, temperature degC, body weight kg,
length m, interleukin-2 IU, pressors mcg, other drugs mg, oxygen and carbon
dioxide mL (STPD) where a flow of gas is meant.  The declared ``unit`` *is* the internal
unit; ``show`` is what tables and plots print.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CITATION = re.compile(r"\b[A-Z][A-Za-z]+(?:19|20)\d{2}\b")  # a key of docs/references.bib in a source
ROLES = ("constant", "observable", "solved")
SCALES = ("", "volume", "flow")


@dataclass(frozen=True)
class Parameter:
    """A number that does not change during a run.

    Parameters
    ----------
    name : str
        Field of the parameter record, key in TOML, anchor in the docs.
    default : float or tuple of float or None
        Value of the reference adult, in ``unit``; a tuple where ``per`` is given;
        None for ``role="solved"``.
    unit, label : str
        Internal unit and a phrase for people.
    bounds : (float, float)
        Allowed values, both ends included.
    source : str
        Citation key of ``docs/references.bib`` with page or equation, or
        ``"assumed: reason"``.
    per : tuple of str
        Names of the entries (beds, pockets); empty for a single number.
    role : {"constant", "observable", "solved"}
        ``observable`` describes a patient and belongs under ``[patient]``;
        ``solved`` is closed by the rest state and may not be set.
    scale : {"", "volume", "flow"}
        How the default grows with body size: with lean body mass
        or with body surface area.
    show : str
        Unit for people, if it is not ``unit``.
    """

    name: str
    default: float | tuple[float, ...] | None
    unit: str
    label: str
    bounds: tuple[float, float]
    source: str
    per: tuple[str, ...] = ()
    role: str = "constant"
    scale: str = ""
    show: str = ""


@dataclass(frozen=True)
class State:
    """A number that the solver integrates.

    ``size`` is the magnitude at which a change matters (for tolerances and
    balance checks), in ``unit``; ``positive`` states may never fall below zero.
    """

    name: str
    unit: str
    label: str
    size: float
    per: tuple[str, ...] = ()
    show: str = ""
    positive: bool = True


@dataclass(frozen=True)
class Flow:
    """A number that follows from states, parameters and inputs: a flux or an output."""

    name: str
    unit: str
    label: str
    per: tuple[str, ...] = ()
    show: str = ""


@dataclass(frozen=True)
class Input:
    """What the world does to the body, constant between two edges of the timeline.

    ``default`` is the value while nobody orders anything (eating and drinking are 1).
    """

    name: str
    unit: str
    label: str
    default: float = 0.0
    bounds: tuple[float, float] = (0.0, float("inf"))
    show: str = ""


ENDS = ("", "course", "life")


@dataclass(frozen=True)
class Occurrence:
    """Something that may befall a patient: an adverse event or a symptom.

    Parameters
    ----------
    name, label : str
        Entry of the flow that holds its hazard, and a phrase for people.
    source : str
        The published rate that its hazard was set to, or ``"assumed: reason"``.
    ends : {"", "course", "life"}
        What it ends: nothing, dosing for good, or everything.
    """

    name: str
    label: str
    source: str
    ends: str = ""
