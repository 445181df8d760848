"""The laboratory bench: a body at rest, what is done to it, and what can be read off.

Experiments use the same road as scenarios: bags opened by `clsim.fluids`, events,
the engine.  ``values`` are parameters that hold for every experiment, so that a change
can be tried without editing a declaration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim import fluids
from clsim.engine.advance import integrate, make_advance
from clsim.engine.outcome import describe
from clsim.engine.timeline import SET, Event, make_timeline
from clsim.errors import NumericalFailure
from clsim.model.equations import outlook, rhs
from clsim.model.layout import CEILING, FLOOR, FLOWS, INPUTS, STATES, F, P, U, X, columns, spread
from clsim.patient import Patient, Value, settle_patient

HOUR, DAY = 60.0, 1440.0
STEP = 1.0  # min
NIL_BY_MOUTH = (Event("eating", 0.0, inf, 0.0, SET), Event("drinking", 0.0, inf, 0.0, SET))


def give(bag: str | Mapping[str, float], litres: float, start: float, stop: float) -> list[Event]:
    """A bag (or a mix) run in between two times [min]."""
    rate = litres / (stop - start)
    return [Event(name, start, stop, rate * amount) for name, amount in fluids.opened(bag).items()]


def bleed(litres: float, start: float, stop: float) -> list[Event]:
    """Whole blood let between two times [min]."""
    return [Event("bleeding", start, stop, litres / (stop - start))]


class Course:
    """States and flows of one body over time.

    Parameters
    ----------
    minutes : float64 (k,)
    states : float64 (k, n_states)
    flows : float64 (k, n_flows)
    """

    def __init__(
        self, minutes: NDArray[np.float64], states: NDArray[np.float64], flows: NDArray[np.float64]
    ) -> None:
        self.minutes, self.states, self.flows = minutes, states, flows

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """A state or flow, (k,) or (k, entries), in internal units."""
        for rows, kind in ((self.states, X), (self.flows, F)):
            if name in (kind.names or ()):
                return rows.view(kind)[:, 0][name]
        raise KeyError(name)

    def at(self, name: str, minute: float) -> float:
        """A quantity without entries at one time."""
        return float(np.interp(minute, self.minutes, self[name]))

    def change(self, name: str, minute: float) -> float:
        """Difference from the first time."""
        return self.at(name, minute) - float(self[name][0])

    def percent(self, name: str, minute: float) -> float:
        """Change relative to the first time, %."""
        return 100.0 * self.change(name, minute) / float(self[name][0])

    def integral(self, name: str, start: float, stop: float) -> float:
        """Time integral of a flow (per minute)."""
        inside = (self.minutes >= start) & (self.minutes <= stop)
        return float(np.trapezoid(self[name][inside], self.minutes[inside]))


@cache
def loop() -> Any:
    """The compiled loop of the engine for one body."""
    return make_advance(rhs, X, P, U, F, outlook)


class Bench:
    """Settles bodies and runs them.

    Parameters
    ----------
    values : mapping of parameter name to value
        Hold for every body settled here.
    """

    def __init__(self, values: Mapping[str, Value] | None = None) -> None:
        self.values = dict(values or {})
        self.inputs, self.usual = columns(INPUTS), spread(INPUTS, "default")
        self.reference = self.settle()

    def settle(self, **observables: Value) -> Patient:
        """A body at rest with these observables."""
        return settle_patient({**self.values, **observables})

    def run(
        self,
        events: Iterable[Event],
        minutes: float,
        every: float = 1.0,
        body: Patient | None = None,
        state: NDArray[np.float64] | None = None,
    ) -> Course:
        """Run a body (the reference body at rest unless told otherwise).

        Raises
        ------
        NumericalFailure
            If the run does not reach its end.
        """
        body = body or self.reference
        outputs = np.arange(0.0, minutes + 0.5 * every, every)
        timeline = make_timeline(events, self.inputs, self.usual, outputs)
        start = body.state if state is None else state
        states, flows, report = integrate(
            loop(), start, body.parameters, timeline, STEP, FLOOR, CEILING
        )
        if report["code"]:
            raise NumericalFailure(describe(report, columns(STATES), columns(FLOWS)))
        return Course(timeline.outputs, states, flows)


def altered(body: Patient, **entries: Any) -> Patient:
    """A copy with entries of its parameter or state rows replaced, closed values kept.

    For experiments on a body that is *not* at rest: no equation is solved again.
    """
    changed = Patient(body.parameters.copy(), body.state.copy(), body.flows)
    for name, value in entries.items():
        kind, row = (P, changed.parameters) if name in (P.names or ()) else (X, changed.state)
        row.view(kind)[name][0] = value
    return changed
