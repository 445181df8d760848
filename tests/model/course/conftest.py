"""The subsystems of interleukin-2 on their own, in surroundings that a test prescribes."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.engine.advance import integrate, make_advance
from clsim.engine.timeline import Event, make_timeline
from clsim.jit import kernel
from clsim.model import (
    brain,
    endothelium,
    haematology,
    interleukin2,
    liver,
    mediators,
    temperature,
)
from clsim.spec import Flow, Input, State

CHAIN = (interleukin2, mediators, endothelium, temperature, haematology, liver, brain)
SURROUNDINGS = (  # what the rest of the body would say
    Input("MAP", "mmHg", "arterial pressure", 90.0),
    Input("SaO2", "1", "arterial saturation", 0.97),
    Input("Na", "mmol/L", "sodium", 140.0),
    Input("gut_flow_ratio", "1", "gut flow against rest", 1.0),
    Input("nos_inhibition", "1", "inhibition of nitric oxide synthase", 0.0),
    Input("antipyretic_effect", "1", "antipyretic effect", 0.0),
)
DOSE, OVER, INTERVAL = 45e6, 15.0, 480.0  # IU, min, min

PARAMETERS = tuple(q for part in CHAIN for q in part.PARAMETERS)
STATES = (*(q for part in CHAIN for q in part.STATES), State("GFR_filtered", "1", "GFR", 1.0))
INPUTS = (*(q for part in CHAIN for q in part.INPUTS), *SURROUNDINGS)
FLOWS = (
    *(q for part in CHAIN for q in part.FLOWS),
    *(Flow(q.name, q.unit, q.label) for q in SURROUNDINGS),
)


def record(quantities):
    """One double per quantity, by name."""
    return np.dtype((np.record, [(q.name, "f8") for q in quantities]))


P, X, U, F = (record(q) for q in (PARAMETERS, STATES, INPUTS, FLOWS))


@kernel
def chain(x, p, u, f, dx):
    """All of the chain; the surroundings come in as inputs."""
    f.MAP = u.MAP
    f.SaO2 = u.SaO2
    f.Na = u.Na
    f.gut_flow_ratio = u.gut_flow_ratio
    f.nos_inhibition = u.nos_inhibition
    f.antipyretic_effect = u.antipyretic_effect
    interleukin2.flows(x, p, u, f)
    mediators.flows(x, p, u, f)
    endothelium.flows(x, p, u, f)
    temperature.flows(x, p, u, f)
    haematology.flows(x, p, u, f)
    liver.flows(x, p, u, f)
    brain.flows(x, p, u, f)
    brain.bedside(x, p, u, f)
    interleukin2.derivatives(x, p, u, f, dx)
    mediators.derivatives(x, p, u, f, dx)
    endothelium.derivatives(x, p, u, f, dx)
    temperature.derivatives(x, p, u, f, dx)
    haematology.derivatives(x, p, u, f, dx)
    liver.derivatives(x, p, u, f, dx)
    brain.derivatives(x, p, u, f, dx)


class Course:
    """States and flows by name over ``hours``."""

    def __init__(self, hours, states, flows):
        self.hours = hours
        self.columns = {q.name: column for q, column in zip(FLOWS, flows.T, strict=True)}
        self.columns |= {q.name: column for q, column in zip(STATES, states.T, strict=True)}

    def __getitem__(self, name):
        return self.columns[name]

    def at(self, name, hour):
        """The value at an hour, interpolated."""
        return float(np.interp(hour, self.hours, self[name]))

    def peak(self, name, dose=1, within=INTERVAL / 60):
        """(value, hours after the dose) of the highest value in the hours after a dose."""
        start = (dose - 1) * INTERVAL / 60
        here = (self.hours >= start) & (self.hours <= start + within)
        best = np.argmax(self[name][here])
        return float(self[name][here][best]), float(self.hours[here][best] - start)


@pytest.fixture(scope="session")
def run_chain():
    """Doses every eight hours and whatever else is ordered; returns a Course."""
    advance = make_advance(chain, X, P, U, F)
    names = [q.name for q in INPUTS]
    usual = [q.default for q in INPUTS]
    floor = np.array([0.0 if q.positive else -np.inf for q in STATES])

    def run(doses, hours, *, dose=DOSE, over=OVER, orders=(), minutes=10.0, step=1.0, GFR=1.0, **p):
        params = np.array([p.pop(q.name, q.default) for q in PARAMETERS])
        assert not p, f"no such parameter: {sorted(p)}"
        y, flow = np.zeros(len(STATES)), np.zeros(len(FLOWS))
        records = params.view(P)[0], y.view(X)[0], flow.view(F)[0]
        for part in CHAIN:
            part.rest(*records)
        y.view(X)["GFR_filtered"] = GFR
        events = [
            Event("interleukin2_in", k * INTERVAL, k * INTERVAL + over, dose / over)
            for k in range(doses)
        ]
        outputs = np.arange(0.0, hours * 60.0 + minutes / 2, minutes)
        timeline = make_timeline([*events, *orders], names, usual, outputs)
        states, flows, report = integrate(
            advance, y, params, timeline, step, floor, np.full(len(FLOWS), np.inf)
        )
        assert report.code == 0, STATES[report.column].name
        return Course(outputs / 60.0, states, flows)

    return run


@pytest.fixture(scope="session")
def full_cycle(run_chain):
    """Fourteen doses of 45 million IU and nine days of rest."""
    return run_chain(14, 14 * 24)


@pytest.fixture(scope="session")
def one_dose(run_chain):
    """One dose of 45 million IU."""
    return run_chain(1, 24, minutes=5.0)
