"""The whole body for tests: compiled once a session and run along a list of events."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for courses.py and oracle.py

from courses import DAY, Course, busy_course

from clsim import cli, load
from clsim.engine.advance import integrate, make_advance
from clsim.engine.timeline import make_timeline
from clsim.model.equations import outlook, rhs
from clsim.model.layout import CEILING, FLOOR, INPUTS, F, P, U, X, columns, spread
from clsim.patient import settle_patient


@pytest.fixture
def invoke(monkeypatch, capsys):
    """``invoke("run", "x")`` -> exit code of the command, what was printed, what was complained."""

    def invoked(*words):
        monkeypatch.setattr(sys, "argv", ["clsim", *map(str, words)])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code or 0
        told = capsys.readouterr()
        return code, told.out, told.err

    return invoked


@pytest.fixture(scope="session")
def reference():
    """The reference adult at rest."""
    return settle_patient()


@pytest.fixture(scope="session")
def run(reference):
    """``run(events, minutes, ...)`` -> Course; the reference adult unless told otherwise."""
    advance = make_advance(rhs, X, P, U, F, outlook)

    def go(events=(), minutes=DAY, every=15.0, step=1.0, patient=None, outputs=None, fails=False):
        patient = patient or reference
        shown = np.arange(0.0, minutes + 1e-9, every) if outputs is None else outputs
        timeline = make_timeline(events, columns(INPUTS), spread(INPUTS, "default"), shown)
        found = integrate(
            advance, patient.state, patient.parameters, timeline, step, FLOOR, CEILING
        )
        course = Course(patient, timeline, *found)
        assert fails or course.report.code == 0, course.said()
        return course

    return go


@pytest.fixture(scope="session")
def busy(run):
    """The busy five days, seen every quarter of an hour."""
    return run(busy_course(), 5.0 * DAY)


@pytest.fixture(scope="session")
def shipped(run):
    """``shipped(name)`` -> the Course of a shipped scenario, run once a session."""
    courses = {}

    def go(name):
        if name not in courses:
            plan = load(name)
            courses[name] = run(
                plan.events,
                outputs=plan.output_times(),
                step=plan.step,
                patient=settle_patient(plan.values),
            )
        return courses[name]

    return go
