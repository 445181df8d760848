"""From events to edges: inputs are constant between two edges, and no step crosses one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

ADD, SET = "add", "set"


@dataclass(frozen=True)
class Event:
    """One input, held at one rate for a while.

    Parameters
    ----------
    input : str
        Name of the input.
    start, stop : float
        Minutes; the input is changed from start on and until just before stop,
        which may be infinite.
    rate : float
        In the input's own unit.
    mode : {"add", "set"}
        ``add``: the rate comes on top (infusions).  ``set``: it replaces the usual
        value (eating); of several at the same time, the one named last counts.
        What is added comes on top of what is set.
    of : str
        Kind of the order that it belongs to, for those who tell them apart.

    Raises
    ------
    ValueError
        If the event lasts no time, a number is not finite, or the mode is unknown.
    """

    input: str
    start: float
    stop: float
    rate: float
    mode: str = ADD
    of: str = ""

    def __post_init__(self) -> None:
        if not (np.isfinite(self.start) and self.start < self.stop):
            raise ValueError(f"{self.input}: {self.start} to {self.stop} min is no span of time")
        if not np.isfinite(self.rate):
            raise ValueError(f"{self.input}: the rate {self.rate} is not a finite number")
        if self.mode not in (ADD, SET):
            raise ValueError(f"{self.input}: mode {self.mode!r} is neither {ADD!r} nor {SET!r}")


@dataclass(frozen=True)
class Timeline:
    """What ``advance`` needs to know about time.

    Parameters
    ----------
    edges : float64 (m + 1,)
        Increasing times, min; every start, stop and output time between the ends.
    inputs : float64 (m, n_inputs)
        The inputs between one edge and the next.
    rows : int64 (m + 1,)
        Which output row belongs to an edge; -1 for none.
    outputs : float64 (k,)
        The output times, increasing.
    """

    edges: NDArray[np.float64]
    inputs: NDArray[np.float64]
    rows: NDArray[np.int64]
    outputs: NDArray[np.float64]

    def amounts(self) -> NDArray[np.float64]:
        """Integral of each input over the whole time, (n_inputs,)."""
        return np.diff(self.edges) @ self.inputs


def make_timeline(
    events: Iterable[Event], names: Sequence[str], usual: ArrayLike, outputs: ArrayLike
) -> Timeline:
    """Cut time at every edge.

    Parameters
    ----------
    events : iterable of Event
        In any order; parts outside the simulated time are ignored.
    names : sequence of str
        The inputs, in the order of the columns.
    usual : float64 (n_inputs,)
        Value of each input when nothing is ordered.
    outputs : float64 (k,)
        Times to show, min; at least two different ones.  The simulation begins at the first
        and ends at the last.

    Returns
    -------
    Timeline

    Raises
    ------
    ValueError
        If an event names an unknown input, or there are fewer than two output times.
    """
    shown = np.unique(np.asarray(outputs, np.float64))
    if shown.size < 2 or not np.all(np.isfinite(shown)):
        raise ValueError("at least two different, finite output times are needed")
    begin, end = shown[0], shown[-1]
    column = {name: i for i, name in enumerate(names)}
    ordered = sorted(events, key=lambda event: event.mode == ADD)  # what is set comes first
    for event in ordered:
        if event.input not in column:
            raise ValueError(f"there is no input {event.input!r}")
    spans = np.array([(event.start, event.stop) for event in ordered]).reshape(-1, 2)
    spans = np.clip(spans, begin, end)
    edges = np.unique(np.concatenate([shown, spans.ravel()]))
    inputs = np.tile(np.asarray(usual, np.float64), (edges.size - 1, 1))
    for event, (first, last) in zip(ordered, np.searchsorted(edges, spans), strict=True):
        if event.mode == SET:
            inputs[first:last, column[event.input]] = event.rate
        else:
            inputs[first:last, column[event.input]] += event.rate
    rows = np.full(edges.size, -1, np.int64)
    rows[np.searchsorted(edges, shown)] = np.arange(shown.size)
    return Timeline(edges, inputs, rows, shown)
