"""One source, three ways to run it: plain Python, one compiled patient, groups of 8 and of 16."""

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
from clsim.model.equations import outlook, rhs
from clsim.model.layout import CEILING, FLOOR, INPUTS, F, P, U, X, columns, spread
from clsim.patient import settle_patient

CROWD = 16
EVENTS = (  # a dose, a bolus and a drip; all edges in the first half hour
    Event("interleukin2_in", 1.3, 16.3, 3e6),
    Event("water_in", 4.0, 12.5, 0.05),
    Event("sodium_in", 4.0, 12.5, 7.7),
    Event("chloride_in", 4.0, 12.5, 7.7),
    Event("norepinephrine", 9.0, 26.0, 12.0),
    Event("eating", 0.0, 20.0, 0.0, "set"),
)
SHORT, LONG = 15.0, 1440.0  # min


def patient(k):
    """Somebody else for each k."""
    return settle_patient(
        {"weight": 60.0 + 2.5 * k, "age": 30.0 + 3.0 * k, "MAP_rest": 85.0 + k, "sex": float(k % 2)}
    )


def follow(width, minutes, number):
    """States and flows of patients, alone (width 0) or in groups: (patient, time, column)."""
    usual = spread(INPUTS, "default")
    line = make_timeline(EVENTS, columns(INPUTS), usual, np.linspace(0.0, minutes, 4))
    records = [widen(kind, width) if width else kind for kind in (X, P, U, F)]
    advance, w = make_advance(rhs, *records, outlook), max(1, width)
    crowd = [patient(k) for k in range(number)]
    found = []
    for begin in range(0, number, w):
        group = crowd[begin : begin + w]
        y = np.stack([one.state for one in group], axis=1).ravel()
        params = np.stack([one.parameters for one in group], axis=1).ravel()
        states = np.full((line.outputs.size, FLOOR.size * w), np.nan)
        flows = np.full((line.outputs.size, CEILING.size * w), np.nan)
        inputs = np.repeat(line.inputs, w, axis=1)
        floor, ceiling, report = np.repeat(FLOOR, w), np.repeat(CEILING, w), np.zeros(w, REPORT)
        late = advance(
            y, params, inputs, line.edges, line.rows, 1.0, floor, ceiling, states, flows, report
        )
        assert late == 0
        rows = np.concatenate([states, flows], axis=1).reshape(line.outputs.size, -1, w)
        found.append(rows.transpose(2, 0, 1))
    return np.concatenate(found)


def test_plain_python_leaves_the_bits_of_compiled_code(tmp_path):
    """The rest state of one patient, and a dose, a bolus and a drip over a quarter of an hour."""
    compiled = follow(0, SHORT, 1)
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "error"}
    file = tmp_path / "plain.npy"
    subprocess.run([sys.executable, __file__, str(file)], check=True, env=environment)
    assert np.all(np.isfinite(compiled))
    assert np.load(file).tobytes() == compiled.tobytes()


@pytest.mark.slow  # compiling a width takes the better part of a minute
@pytest.mark.parametrize("width", [8, 16])
def test_sixteen_patients_in_groups_leave_the_bits_of_patients_alone(width):
    alone, together = follow(0, LONG, CROWD), follow(width, LONG, CROWD)
    assert np.all(np.isfinite(alone))
    assert together.tobytes() == alone.tobytes()


if __name__ == "__main__":
    np.save(Path(sys.argv[1]), follow(0, SHORT, 1))
