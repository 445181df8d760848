"""What is measured: one outcome of some patients under a policy, or the difference between two policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.cohort import Cohort, People, Status, draw_people, load_cohort
from clsim.compare.altered import Setting, readings, settled
from clsim.compare.endpoints import NEITHER, NUMBER, Endpoint, available
from clsim.compare.forms import Coded
from clsim.compare.run import AS_WRITTEN, Given, arms_of
from clsim.crowd.blocks import cores
from clsim.crowd.columns import Column
from clsim.crowd.plan import Plan, make_plan
from clsim.errors import BadInput, nearest
from clsim.managed.course import one_of, own
from clsim.progress import Tell, silent
from clsim.scenario.scenario import Scenario, load

Numbers = NDArray[np.float64]
CANDIDATES = "hd-il2-candidates"
CROWD = 256  # people whose middle stands for that of the cohort
FIGURES = ("outcome", "detail", "event", "symptom", "grade")  # kinds of columns that say what became of a patient
UNSAID = "a column of the table of patients"


@dataclass(frozen=True)
class Trial:
    """Patients who were settled once, plans for them, and the outcome that is looked at.

    Parameters
    ----------
    plans : mapping of str to Plan
        By the name of the policy.
    people : People
    endpoint : Endpoint
    patient : int or None
        Number of the one patient, if it is one of a cohort.
    alone : bool
        One patient, no cohort.
    """

    plans: Mapping[str, Plan] = field(repr=False)
    people: People = field(repr=False)
    endpoint: Endpoint
    patient: int | None = None
    alone: bool = False

    def runs(self, settings: Sequence[Setting], threads: int | None = None, tell: Tell = silent
             ) -> tuple[Numbers, int]:
        """The outcome under each setting, (settings, policies, treated), in its unit, and how many courses failed.

        Raises
        ------
        BadInput
            If nobody is treated.
        """
        found, failed = [], 0
        workers = cores() if threads is None else threads
        for reading in readings(tuple(self.plans.values()), self.people, settings, (self.endpoint,), workers, tell):
            found.append(reading.values[:, 0] * self.endpoint.scale)
            failed += reading.failed
        return np.asarray(found), failed

    def measured(self, settings: Sequence[Setting], threads: int | None = None, tell: Tell = silent
                 ) -> tuple[Numbers, int]:
        """The outcome of each patient under each setting, (settings, treated): with two policies their difference."""
        found, failed = self.runs(settings, threads, tell)
        return (found[:, 0] if len(self.plans) == 1 else found[:, 0] - found[:, 1]), failed

    @property
    def label(self) -> str:
        """What is measured, in words with its unit."""
        unit = self.endpoint.unit
        if len(self.plans) > 1:
            unit = "percentage points" if unit == "%" else unit
            return f"{self.endpoint.label}, {' less '.join(self.plans)}" + (f" [{unit}]" if unit else "")
        return self.endpoint.label + (f" [{unit}]" if unit else "")

    def facts(self) -> dict[str, Any]:
        """All that determines the numbers, by name, ready for JSON."""
        first = next(iter(self.plans.values()))
        who = {"patient": self.patient} if self.alone else {"drawn": first.total}
        return {
            "scenario": first.scenario.name, "cohort": first.cohort.name, **who, "seed": first.seed,
            "policies": list(self.plans), "outcome": self.endpoint.name, "label": self.endpoint.label,
            "unit": self.endpoint.unit, "better": self.endpoint.better, "version": first.facts["version"],
            "source": first.facts["source"], "plans": {name: plan.digest() for name, plan in self.plans.items()},
        }  # fmt: skip


def make_trial(
    scenario: str | Path | Scenario, outcome: str, policies: Sequence[Given] = (AS_WRITTEN,), n: int = 0,
    cohort: str | Path | Cohort = CANDIDATES, *, patient: int | None = None, seed: int | None = None,
    everyone: bool = False, **overrides: Any,
) -> Trial:
    """Read, plan, draw and settle.

    Parameters
    ----------
    scenario : str, Path or Scenario
    outcome : str
        An outcome of ``clsim compare``, or a column of numbers of the table of patients.
    policies : sequence of Policy, name or path
        ``"as-written"`` for the scenario's own orders.
    n : int
        Patients drawn; 0 for one patient alone.
    cohort : str, Path or Cohort
    patient : int, optional
        Number of the one patient in the cohort; the scenario's own patient if not given.
    seed : int, optional
    everyone : bool
        Treat those who are not eligible too.
    **overrides
        Tables of the scenario.

    Raises
    ------
    BadInput
        For anything that cannot be meant.
    """
    if n < 0:
        raise BadInput("is too small", given=str(n), allowed="1 or more", key="n")
    read, drawn = load(scenario, **overrides), load_cohort(cohort)
    number = read.seed if seed is None else seed
    total = n or (0 if patient is None else patient) + 1
    plans = {name: make_plan(read, drawn, number, total, everyone=everyone, policy=policy)
             for name, policy in arms_of(policies).items()}
    endpoint = endpoint_of(outcome, list(plans.values()))
    if n:
        people = settled(next(iter(plans.values())))
    else:
        people = own(read, drawn) if patient is None else _among(drawn, read, number, patient, everyone)
    return Trial(plans, people, endpoint, patient, not n)


def _among(cohort: Cohort, scenario: Scenario, seed: int, patient: int, everyone: bool) -> People:
    """One patient among others of his cohort who are not treated: how far he is from its middle can be changed."""
    one_of(cohort, scenario, seed, patient, everyone)  # says why he cannot be treated
    people = draw_people(cohort, scenario.values, seed, patient, CROWD, patient + CROWD)
    status = np.full(CROWD, Status.NOT_PLAUSIBLE, np.int8)
    status[0] = people.status[0]
    return replace(people, status=status)


def endpoint_of(name: str, plans: Sequence[Plan]) -> Endpoint:
    """An outcome of comparisons by name, or a column of numbers as one.

    Raises
    ------
    BadInput
        If there is none, or it is no number that says what became of a patient.
    """
    columns = {each.name: each for each in plans[0].columns
               if all(each.name in {other.name for other in plan.columns} for plan in plans[1:])}
    known = {each.name: each for each in available(dict.fromkeys(columns))}
    if name in known:
        return known[name]
    if name not in columns:
        figures = [each.name for each in columns.values() if each.kind in FIGURES and not each.meanings]
        raise BadInput("is not an outcome", given=name, nearest=nearest(name, [*known, *figures]), key="outcome",
                       allowed=f"{', '.join(known)}, or {UNSAID}")  # fmt: skip
    return _measured(columns[name], ", ".join(known))


def _measured(column: Column, known: str) -> Endpoint:
    if column.meanings:
        raise BadInput("is a code, not a number", given=column.name, allowed=f"{known}, or {UNSAID}", key="outcome")
    if column.kind not in FIGURES:
        raise BadInput("is not an outcome: it does not say what became of a patient", given=column.name,
                       allowed=f"{known}, or {UNSAID}", key="outcome")  # fmt: skip
    of = Coded(column.name) if column.kind == "grade" else column.name
    return Endpoint(column.name, column.label, column.unit, NUMBER, NEITHER, of, UNSAID)


