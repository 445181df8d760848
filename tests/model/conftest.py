"""One subsystem by itself: its records, its kernels, and a few minutes of time."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from clsim.jit import driver
from clsim.model.equations import dangers
from clsim.model.layout import INPUTS, F, P, U, X, spread
from clsim.patient import settle_patient


def record(values):
    """A record of float fields (a tuple gives a field with entries)."""
    fields = [(name, "f8", np.shape(value)) for name, value in values.items()]
    row = np.zeros(1, np.dtype((np.record, fields)))[0]
    for name, value in values.items():
        row[name] = value
    return row


class Alone:
    """A subsystem with everything that it reads from others set by hand.

    Parameters
    ----------
    module : module
        The subsystem.
    compiled : bool
        Run the kernels as machine code or as plain Python.
    p, x, u, f : dict
        What the subsystem reads and others own; ``p`` may also override own defaults.
    """

    def __init__(self, module: ModuleType, compiled: bool, p=(), x=(), u=(), f=()):
        own = {
            q.name: (0.0,) * len(q.per) if q.default is None and q.per else q.default or 0.0
            for q in module.PARAMETERS
        }
        self.module, self.compiled = module, compiled
        self.p = record({**own, **dict(p)})
        self.x = record({**{q.name: 0.0 for q in module.STATES}, **dict(x)})
        self.u = record({**{q.name: q.default for q in module.INPUTS}, **dict(u), "_": 0.0})
        self.f = record({**{q.name: np.nan for q in module.FLOWS}, **dict(f)})
        self.dx = record({q.name: 0.0 for q in module.STATES})
        self.call("rest", self.p, self.x, self.f)
        self.update()

    def call(self, name, *records):
        """Run one kernel."""
        law = getattr(self.module, name)
        (law if self.compiled else getattr(law, "py_func", law))(*records)

    def update(self):
        """Flows, then derivatives, of the present state; returns the flows."""
        with np.errstate(all="raise", under="ignore"):
            for name in ("concentrations", "flows", "bedside"):
                if hasattr(self.module, name):
                    self.call(name, self.x, self.p, self.u, self.f)
            for state in self.module.STATES:
                self.dx[state.name] = 0.0
            self.call("derivatives", self.x, self.p, self.u, self.f, self.dx)
        return self.f

    def look(self, **values):
        """Set fields of x, u or f by name, update, and return a copy of the flows."""
        for name, value in values.items():
            owner = next(r for r in (self.x, self.u, self.f) if name in r.dtype.names)
            owner[name] = value
        self.update()
        return SimpleNamespace(**{name: float(self.f[name]) for name in self.f.dtype.names})

    def run(self, minutes, step=0.25, **inputs):
        """Integrate by classical Runge-Kutta with constant inputs; returns the flows."""
        for name, value in inputs.items():
            self.u[name] = value
        states = [q.name for q in self.module.STATES]

        def slope(at):
            for name, value in zip(states, at, strict=True):
                self.x[name] = value
            self.update()
            return np.array([self.dx[name] for name in states])

        y = np.array([self.x[name] for name in states])
        for _ in range(round(minutes / step)):
            a = slope(y)
            b = slope(y + step / 2 * a)
            c = slope(y + step / 2 * b)
            d = slope(y + step * c)
            y = y + step / 6 * (a + 2 * b + 2 * c + d)
        slope(y)
        return SimpleNamespace(**{name: float(self.f[name]) for name in self.f.dtype.names})


@pytest.fixture(params=["plain", "compiled"])
def alone(request):
    """Make a subsystem that stands alone: ``alone(module, p=..., x=..., u=..., f=...)``."""

    def make(module, **reads):
        return Alone(module, request.param == "compiled", **reads)

    return make


@driver(dangers, P, X, U, F)
def look_out(y, params, inputs, flow):
    """What may befall one patient whose flows are given."""
    dangers(y.view(X)[0], params.view(P)[0], inputs.view(U)[0], flow.view(F)[0])


@pytest.fixture(scope="session")
def rested():
    """The reference adult at rest."""
    return settle_patient()


@pytest.fixture(scope="session")
def outlook_of(rested):
    """``outlook_of(**values)`` -> flows of a body at rest but for some states, flows, parameters."""

    def go(**values):
        rows = {X: rested.state.copy(), P: rested.parameters.copy(), F: rested.flows.copy()}
        for name, value in values.items():
            kind = next(kind for kind in rows if name in kind.names)
            rows[kind].view(kind)[name][0] = value
        look_out(rows[X], rows[P], spread(INPUTS, "default"), rows[F])
        return rows[F].view(F)[0]

    return go
