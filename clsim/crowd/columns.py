"""What is said of a cohort: the columns of its table, its bands over time, and where they come from.

A `Plan` says everything that determines the numbers; a `Block` holds what became of some
patients in a row.  Files, tables and the command know both only through what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from clsim.result import Variable

KINDS = {
    "number": "the patient's number",
    "status": "0 for who is to be treated, anything else why not",
    "treated": "true for who was treated; without it, those of status 0",
    "criterion": "true where he fails a criterion of eligibility",
    "failure": "0, or the code of a numerical failure",
    "end": "what ended the course of a treated patient",
    "covariate": "what he was when he was drawn",
    "outcome": "a figure of his course that tables print",
    "detail": "a figure that only files hold",
    "event": "true, above 0, or a time (not a number: never)",
    "symptom": "as an event",
    "grade": "CTCAE grade 0 to 5; below 0 where it is not known",
}


@dataclass(frozen=True)
class Column:
    """One column of the table of patients.

    Parameters
    ----------
    name : str
        Quantity first, place after.
    unit, label : str
        Unit of the values ("" for codes, counts and yes or no) and a phrase for people.
    kind : str
        A key of `KINDS`; decides in which table it stands.
    meanings : mapping of int to str
        What the codes say; empty for quantities.
    """

    name: str
    unit: str
    label: str
    kind: str = "detail"
    meanings: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.name}: there is no kind {self.kind}, only {', '.join(KINDS)}")


@dataclass(frozen=True)
class Band:
    """A signal whose spread over patients is counted at fixed times.

    Parameters
    ----------
    name, unit, label : str
    edges : float64 (n_bins + 1,)
        Rising; the first and last may be infinite, to count what lies outside.
    times : float64 (n_times,)
        Minutes, the same for all bands of a plan.
    """

    name: str
    unit: str
    label: str
    edges: NDArray[np.float64]
    times: NDArray[np.float64]


class Plan(Protocol):
    """Everything that determines the numbers of a cohort; can be pickled."""

    @property
    def total(self) -> int:
        """How many patients are drawn: numbers 0 to total - 1."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of every block, in order; one of kind "number" and one of kind "status"."""

    @property
    def bands(self) -> tuple[Band, ...]:
        """The signals of the histograms, in order; may be empty."""

    @property
    def kept(self) -> tuple[int, ...]:
        """Numbers of the patients whose whole course is kept."""

    @property
    def times(self) -> NDArray[np.float64]:
        """Times of what is kept, min."""

    @property
    def variables(self) -> Sequence[Variable]:
        """States and flows of what is kept, in the order of their columns."""

    @property
    def facts(self) -> Mapping[str, str]:
        """By name, all that determines the numbers: texts, seed, number, version, source."""

    def digest(self) -> str:
        """Hash of `facts`."""

    def sentence(self, row: Mapping[str, Any]) -> str:
        """Why the patient of a row, {column: value}, could not be computed: which state, when."""


class Block(Protocol):
    """What became of some patients in a row."""

    @property
    def rows(self) -> Mapping[str, NDArray[Any]]:
        """One array (count,) for each column of the plan."""

    @property
    def histograms(self) -> NDArray[np.int64]:
        """Patients in each bin, (n_bands, n_times, n_bins)."""

    @property
    def kept(self) -> Mapping[int, tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """States (k, n_states) and flows (k, n_flows) of the kept patients of this block.

        k is smaller than the number of times where a course ended early.
        """


class RunBlock(Protocol):
    """Computes patients `first` to `first + count - 1`; depends on nothing else."""

    def __call__(self, plan: Any, first: int, count: int) -> Block: ...
