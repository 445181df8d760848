"""What a value of a patient is made of: a few declarative forms, and the one place that evaluates them.

A form is a column's name or one of the classes here, which hold forms in turn.  A value
that is not known is not-a-number, and stays so: whatever could change with it is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clsim.errors import BadInput, nearest
from clsim.grades import COMPARISONS

Values = NDArray[np.float64]
Rows = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Test:
    """1 where ``of sign limit`` holds, else 0; ``sign`` is a key of `clsim.grades.COMPARISONS`."""

    of: Form
    sign: str
    limit: float
    __test__ = False  # no test for pytest to collect


@dataclass(frozen=True)
class Within:
    """1 from ``low`` on and below ``high``, else 0."""

    of: Form
    low: float
    high: float


@dataclass(frozen=True)
class Known:
    """1 where there is a number, else 0: what never happened has no time."""

    of: Form


@dataclass(frozen=True)
class Everyone:
    """1 for each patient."""


@dataclass(frozen=True)
class AnyOf:
    """1 where one of the parts is above 0, else 0; known as soon as one is above 0."""

    parts: tuple[Form, ...]


@dataclass(frozen=True)
class Sum:
    """The parts, each times its factor, added."""

    terms: tuple[tuple[float, Form], ...]


@dataclass(frozen=True)
class Ratio:
    """One over the other, times a factor; not known where the lower is 0."""

    over: Form
    under: Form
    times: float = 1.0


@dataclass(frozen=True)
class Stage:
    """The highest stage of which the form is above 0, else 0; not known where a form is not."""

    steps: tuple[tuple[int, Form], ...]


@dataclass(frozen=True)
class Coded:
    """A code of which those below 0 say that it is not known, as `clsim.grades.grade` gives."""

    of: Form


Form: TypeAlias = str | Test | Within | Known | Everyone | AnyOf | Sum | Ratio | Stage | Coded


@singledispatch
def evaluate(form: Form, rows: Rows) -> Values:
    """Values of a form for each patient.

    Parameters
    ----------
    form : str or one of the forms of this file
    rows : mapping of str to array (n,)

    Returns
    -------
    float64 (n,)
        Not-a-number where not known.

    Raises
    ------
    BadInput
        If a column is missing.
    """
    raise TypeError(f"{form!r} is not a form")


@evaluate.register
def _(form: str, rows: Rows) -> Values:
    if form not in rows:
        raise BadInput("is not a column of the table of patients", given=form, nearest=nearest(form, rows))
    return np.asarray(rows[form], np.float64)


@evaluate.register
def _(form: Test, rows: Rows) -> Values:
    values = evaluate(form.of, rows)
    return np.where(np.isnan(values), np.nan, COMPARISONS[form.sign](values, form.limit))


@evaluate.register
def _(form: Within, rows: Rows) -> Values:
    values = evaluate(form.of, rows)
    return np.where(np.isnan(values), np.nan, (values >= form.low) & (values < form.high))


@evaluate.register
def _(form: Known, rows: Rows) -> Values:
    return (~np.isnan(evaluate(form.of, rows))).astype(np.float64)


@evaluate.register
def _(form: Everyone, rows: Rows) -> Values:
    return np.ones(len(next(iter(rows.values()))))


@evaluate.register
def _(form: AnyOf, rows: Rows) -> Values:
    parts = np.stack([evaluate(part, rows) for part in form.parts])
    hit = np.any(parts > 0.0, axis=0)
    return np.where(~hit & np.isnan(parts).any(axis=0), np.nan, hit)


@evaluate.register
def _(form: Sum, rows: Rows) -> Values:
    terms = np.stack([factor * evaluate(part, rows) for factor, part in form.terms])
    return np.asarray(terms.sum(axis=0))


@evaluate.register
def _(form: Ratio, rows: Rows) -> Values:
    over, under = evaluate(form.over, rows), evaluate(form.under, rows)
    return np.asarray(form.times * np.divide(over, under, out=np.full(over.shape, np.nan), where=under != 0.0))


@evaluate.register
def _(form: Stage, rows: Rows) -> Values:
    parts = np.stack([evaluate(part, rows) for _, part in form.steps])
    stages = np.array([stage for stage, _ in form.steps], np.float64)
    highest = np.max(np.where(parts > 0.0, stages[:, None], 0.0), axis=0)
    return np.where(np.isnan(parts).any(axis=0), np.nan, highest)


@evaluate.register
def _(form: Coded, rows: Rows) -> Values:
    values = evaluate(form.of, rows)
    return np.where(values < 0.0, np.nan, values)


def columns_of(form: Form) -> tuple[str, ...]:
    """The columns that a form reads, each once, in the order of reading."""
    return tuple(dict.fromkeys(_read(form)))


def _read(form: Form) -> Iterator[str]:
    match form:
        case str():
            yield form
        case Test(of=of) | Within(of=of) | Known(of=of) | Coded(of=of):
            yield from _read(of)
        case Ratio(over=over, under=under):
            yield from _read(over)
            yield from _read(under)
        case AnyOf(parts=parts):
            for part in parts:
                yield from _read(part)
        case Sum(terms=pairs) | Stage(steps=pairs):
            for _, part in pairs:
                yield from _read(part)
