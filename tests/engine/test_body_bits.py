"""The whole body: one patient, patients in a group and plain Python leave the same bits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from clsim.engine.advance import make_advance
from clsim.engine.outcome import REPORT
from clsim.engine.timeline import Event, make_timeline
from clsim.lanes import widen
from clsim.model.equations import rhs
from clsim.model.layout import CEILING, FLOOR, INPUTS, F, P, U, X, columns, spread
from clsim.patient import settle_patient

EVENTS = (
    Event("interleukin2_in", 5.0, 20.0, 2.8e6),
    Event("water_in", 12.5, 31.0, 0.02),
    Event("norepinephrine", 20.0, 40.0, 6.0),
    Event("eating", 0.0, 25.0, 0.0, "set"),
)
WEIGHTS = np.linspace(62.0, 90.0, 8)


def course(width, minutes):
    """Eight patients, alone or in groups; all states and flows, (patient, time, column)."""
    settled = [settle_patient({"weight": weight}) for weight in WEIGHTS]
    names, usual = columns(INPUTS), spread(INPUTS, "default")
    line = make_timeline(EVENTS, names, usual, np.linspace(0.0, minutes, 5))
    records = [widen(record, width) if width else record for record in (X, P, U, F)]
    advance, w = make_advance(rhs, *records), max(width, 1)
    found = []
    for begin in range(0, WEIGHTS.size, w):
        group = settled[begin : begin + w]
        y = np.array([patient.state for patient in group]).T.ravel()
        params = np.array([patient.parameters for patient in group]).T.ravel()
        states = np.full((line.outputs.size, y.size), np.nan)
        flows = np.full((line.outputs.size, CEILING.size * w), np.nan)
        report = np.zeros(w, REPORT)
        floor, ceiling = np.repeat(FLOOR, w), np.repeat(CEILING, w)
        inputs = np.repeat(line.inputs, w, axis=1)
        late = advance(
            y, params, inputs, line.edges, line.rows, 0.5, floor, ceiling, states, flows, report
        )
        assert late == 0
        both = np.concatenate([states, flows], axis=1)
        found.append(both.reshape(line.outputs.size, -1, w).transpose(2, 0, 1))
    return np.concatenate(found)


@pytest.mark.slow
@pytest.mark.parametrize("width", [4, 8])
def test_patients_in_a_group_equal_patients_alone(width):
    alone = course(0, 600.0)
    assert np.array_equal(course(width, 600.0), alone, equal_nan=True)


@pytest.mark.slow
def test_plain_python_equals_compiled_code(tmp_path):
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "error"}
    file = tmp_path / "plain.npz"
    subprocess.run([sys.executable, __file__, str(file)], check=True, env=environment)
    compiled = course(0, 20.0)
    plain = np.load(file)
    assert np.array_equal(plain["alone"], compiled, equal_nan=True)
    assert np.array_equal(plain["together"], compiled, equal_nan=True)


if __name__ == "__main__":
    np.savez(Path(sys.argv[1]), alone=course(0, 20.0), together=course(8, 20.0))
