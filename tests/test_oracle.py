"""The compiled body equals the page of plain numpy in `oracle`, integrated by scipy's LSODA."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from courses import DAY, busy_course
from oracle import slopes
from scipy.integrate import solve_ivp

from clsim.model import ledger
from clsim.model.layout import INPUTS, PARAMETERS, STATES
from clsim.patient import settle_patient

OTHER = {  # a small old woman with weak organs
    "weight": 52.0, "height": 1.57, "sex": 0.0, "age": 78.0, "MAP_rest": 101.0, "HR_rest": 78.0,
    "CO_rest": 4.2, "hematocrit_rest": 0.39, "albumin_rest": 36.0, "cardiac_reserve": 0.6,
    "pulmonary_reserve": 0.7, "renal_frailty": 1.5, "GFR_rest": 0.07,
}  # fmt: skip


LISTENERS = {  # states that act on nothing the page computes
    "C3a", "angiopoietin2", "bilirubin", "brain_inflammation", "cholestasis", "creatinine", "encephalopathy",
    "eosinophil_precursors", "eosinophil_progenitors", "eosinophils", "granulocytes", "homing",
    "interleukin2_eliminated", "lymphocytes_blood", "lymphocytes_marginated", "megakaryocytes", "nitrate",
    "phosphate", "phosphate_cells", "platelets", "platelets_sequestered",
    *(q.name for q in ledger.STATES),
}  # fmt: skip


class Page:
    """One patient on the page; it carries the states that have a law there."""

    def __init__(self, patient):
        self.p = SimpleNamespace(**{q.name: patient[q.name] for q in PARAMETERS})
        self.usual = SimpleNamespace(**{q.name: q.default for q in INPUTS})
        state = {q.name: patient[q.name] for q in STATES}
        laws, _ = slopes(SimpleNamespace(**state), self.p, self.usual)
        self.states = [q for q in STATES if q.name in vars(laws)]
        assert {q.name for q in STATES} - set(vars(laws)) == LISTENERS
        self.ends = np.cumsum([np.size(state[q.name]) for q in self.states])[:-1]
        self.rest = np.concatenate([np.ravel(state[q.name]) for q in self.states])

    def split(self, rows):
        """The columns of each state."""
        parts = np.split(rows, self.ends, axis=-1)
        return {q.name: part for q, part in zip(self.states, parts, strict=True)}

    def at(self, y, u):
        """(slope, what follows from the state) at one instant."""
        s = {name: part if part.size > 1 else part[0] for name, part in self.split(y).items()}
        d, w = slopes(SimpleNamespace(**s), self.p, u)
        return np.concatenate([np.ravel(getattr(d, q.name)) for q in self.states]), w

    def run(self, inputs, edges, rtol=1e-9):
        """From edge to edge with the inputs of each interval: states (edges, n)."""
        states, atol = [self.rest], rtol * np.maximum(np.abs(self.rest), 1e-3)
        for u, begin, end in zip(inputs, edges[:-1], edges[1:], strict=True):
            found = solve_ivp(
                lambda t, y, u=u: self.at(y, u)[0],
                (begin, end),
                states[-1],
                "LSODA",
                rtol=rtol,
                atol=atol,
                first_step=min(0.01, end - begin),
            )
            assert found.success, found.message
            states.append(found.y[:, -1])
        return np.array(states)


@pytest.fixture(scope="module", params=["reference", "other"])
def body(request, reference):
    """The reference adult, and somebody else."""
    return reference if request.param == "reference" else settle_patient(OTHER)


def test_the_page_is_at_rest_where_the_kernels_are(body):
    """The closing parameters close the page too: all slopes are round-off."""
    page = Page(body)
    slope, seen = page.at(page.rest, page.usual)
    drift = {name: np.max(np.abs(part)) for name, part in page.split(slope).items()}
    assert max(drift[q.name] / q.size for q in page.states) < 1e-10  # per minute
    assert abs(seen.MAP - body["MAP"]) < 1e-9


def test_a_busy_course_equals_the_page(run, body):
    """Five days of doses, boluses and drips; 0.05 mmHg and 1 mL are allowed."""
    page = Page(body)
    course = run(busy_course(), 5.0 * DAY, every=60.0, patient=body)
    names = [q.name for q in INPUTS]
    inputs = [
        SimpleNamespace(**dict(zip(names, row, strict=True))) for row in course.timeline.inputs
    ]
    states = page.run(inputs, course.timeline.edges)
    shown = np.flatnonzero(course.timeline.rows >= 0)
    MAP = [page.at(states[e], inputs[min(e, len(inputs) - 1)])[1].MAP for e in shown]
    assert np.ptp(MAP) > 20.0  # a course worth comparing
    finer = run(busy_course(), 5.0 * DAY, every=60.0, patient=body, step=0.5)
    assert np.max(np.abs(MAP - course["MAP"])) < 0.05  # mmHg, as promised; 0.030 found, and it is the step:
    assert np.max(np.abs(MAP - finer["MAP"])) < 0.007  # 0.0060 found with half of it
    for name, part in page.split(states[shown]).items():
        there = course[name].reshape(part.shape)
        error = np.max(np.abs(there - part))
        if name == "V_plasma":
            assert error < 5e-4  # L; 0.1 mL found
        assert error < 6e-4 * np.max(np.abs(part)), name  # 5.03e-4 found: filtration where pressure is 49 mmHg
