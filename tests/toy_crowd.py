"""A crowd that costs nothing: every number of a patient follows from his number by arithmetic."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

import numpy as np
import pytest

from clsim.crowd.columns import Band, Column
from clsim.crowd.output import Output, produce
from clsim.crowd.parts import Parts, pack
from clsim.result import Variable

TIMES = np.arange(0.0, 361.0, 60.0)
EDGES = np.array([-np.inf, *np.linspace(40.0, 120.0, 81), np.inf])
BANDS = tuple(Band(name, "mmHg", f"{name} over time", EDGES, TIMES) for name in ("MAP", "SBP"))
STATES = (
    Variable("V_plasma", "state", "L", "plasma"),
    Variable("V_interstitium", "state", "L", "interstitium of beds", ("muscle", "skin")),
)
FLOWS = (Variable("MAP", "flow", "mmHg", "mean arterial pressure"),)
VARIABLES = (*STATES, *FLOWS)
COLUMNS = (
    Column("number", "", "number of the patient", "number"),
    Column("status", "", "what was done", "status",
           {0: "treated", 1: "not eligible", 2: "not plausible", 3: "cannot be settled"}),
    Column("fails_creatinine", "", "creatinine above the limit", "criterion"),
    Column("failure", "", "how the computation ended", "failure",
           {0: "", 2: "a state fell below zero"}),
    Column("end", "", "what ended the course", "end", {0: "the plan", 1: "death"}),
    Column("age", "yr", "age", "covariate"),
    Column("tumour", "", "tumour", "covariate", {1: "renal", 2: "melanoma"}),
    Column("MAP_lowest", "mmHg", "lowest mean arterial pressure", "outcome"),
    Column("doses", "", "doses given", "outcome"),
    Column("sepsis_at", "h", "sepsis", "event"),
    Column("chills", "", "chills", "symptom"),
    Column("grade_hypotension", "", "hypotension", "grade"),
)  # fmt: skip


@dataclass(frozen=True)
class ToyPlan:
    """See `clsim.crowd.columns.Plan`."""

    total: int
    seed: int = 7
    scenario: str = "[run]\nhorizon = '6 h'\n"
    kept: tuple[int, ...] = ()
    everyone: bool = False  # treated, with a column that says so
    extra: int = 0  # columns beyond `COLUMNS`
    fail_every: int = 5000
    bands: tuple[Band, ...] = BANDS
    times: np.ndarray = field(default_factory=lambda: TIMES)
    variables: tuple[Variable, ...] = VARIABLES

    @property
    def columns(self):
        more = (Column(f"detail_{i}", "1", f"detail {i}") for i in range(self.extra))
        treated = (Column("treated", "", "was treated", "treated"),) * self.everyone
        return (*COLUMNS, *treated, *more)

    @property
    def facts(self):
        return {"scenario_name": "toy", "scenario": self.scenario, "seed": str(self.seed)}

    def digest(self):
        return hashlib.sha256(json.dumps([self.total, self.facts]).encode()).hexdigest()

    def sentence(self, row):
        return f"patient {row['number']}: V_plasma fell below zero at {row['age']:g} min"


@dataclass(frozen=True)
class ToyBlock:
    """See `clsim.crowd.columns.Block`."""

    rows: dict
    histograms: np.ndarray
    kept: dict


def course(number):
    """States and flows of a patient; one in three ends early."""
    k = 4 if number % 3 == 0 else len(TIMES)
    states = number + np.arange(k * 3, dtype=float).reshape(k, 3)
    return states, number + np.arange(k, dtype=float)[:, None] / 7.0


def run_block(plan, first, count):
    """Rows, counts and courses of patients; depends on their numbers only."""
    n = np.arange(first, first + count)
    chance = np.sin(n * (plan.seed + 0.5)) * 1e4
    chance -= np.floor(chance)
    lowest = 45.0 + 40.0 * chance
    treated = n % 8 != 3
    rows = {
        "number": n,
        "status": np.where(treated, 0, 1).astype(np.int8),
        "fails_creatinine": ~treated,
        "failure": np.where(treated & (n % plan.fail_every == 4), 2, 0).astype(np.int8),
        "end": (n % 50 == 1).astype(np.int8),
        "age": 30.0 + 40.0 * chance,
        "tumour": 1.0 + n % 2,
        "MAP_lowest": np.where(treated, lowest, np.nan),
        "doses": (n % 14).astype(np.int16),
        "sepsis_at": np.where(chance < 0.1, 100.0 * chance, np.nan),
        "chills": chance > 0.3,
        "grade_hypotension": (n % 6).astype(np.int8),
    }
    if plan.everyone:
        rows["treated"] = n >= 0
    rows |= {f"detail_{i}": chance * (i + 1) for i in range(plan.extra)}
    counts = np.zeros((len(plan.bands), len(TIMES), len(EDGES) - 1), np.int64)
    for b in range(len(plan.bands)):
        for t, time in enumerate(TIMES):
            values = lowest[treated] + 10.0 * b + time / 60.0
            np.add.at(counts[b, t], np.searchsorted(EDGES, values, "right") - 1, 1)
    kept = {k: course(k) for k in plan.kept if first <= k < first + count and k % 8 != 3}
    return ToyBlock(rows, counts, kept)


def made(path, total=700, size=None, threads=1, plan=None, **more):
    """The summary of a toy cohort written to a path, and what was computed."""
    plan = plan or ToyPlan(total)
    if size is not None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("clsim.crowd.output.block_size", lambda *_: size)
            return produce(plan, run_block, Output(path), threads=threads, **more)
    return produce(plan, run_block, Output(path), threads=threads, **more)


def begun(path, plan, upto, size=64):
    """Parts of a run that stopped after some blocks."""
    left = Parts.begin(Output(path).parts, plan, size)
    for first, count in left.blocks()[:upto]:
        left.keep(first, pack(plan, run_block(plan, first, count), first, count))
    left.release()
    return left
