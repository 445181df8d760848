"""Drawing people: from patient numbers to bodies at rest, eligible or not.

Patient k of a cohort is a function of (cohort, scenario, seed, k) and, for the Latin hypercube, of
the number of patients in all: the same in every block and alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from clsim.cohort.cohort import Cohort
from clsim.cohort.derived import DERIVED
from clsim.cohort.latent import FRAILTY
from clsim.cohort.normal import quantiles, shares
from clsim.cohort.points import BELOW_ONE, points
from clsim.cohort.settling import settle_many
from clsim.cohort.varied import LEAST, Varied
from clsim.model.layout import FLOWS, STATES, columns
from clsim.patient import OWNER, REFERENCE, SPAN, Fault, Value, explain, faults, rows, size
from clsim.scenario.settings import PARAMETER

Numbers = NDArray[np.float64]

STATE = {name: column for column, name in enumerate(columns(STATES))}
FLOW = {name: column for column, name in enumerate(columns(FLOWS))}


class Status(IntEnum):
    """What becomes of somebody who was drawn; not plausible before all others, then the last that applies."""

    TREAT = 0
    NOT_ELIGIBLE = 1
    NOT_PLAUSIBLE = 2
    NOT_SETTLED = 3


NEAREST = (Fault.NONE, Fault.ESCAPE)  # faults with which there is a body to judge, his own or the nearest to it


@dataclass(frozen=True)
class People:
    """Patients of one block, at rest.

    Parameters
    ----------
    number : int64 (n,)
        Absolute numbers.
    parameters : float64 (n, n_parameters)
        Closing parameters included.
    states, flows : float64 (n, n_states), (n, n_flows)
        At rest.
    covariates : dict of str to float64 (n,)
        Everything drawn, the latent frailty (a normal score) and the derived covariates, in
        internal units; categories by their codes, and of parameters with several entries the
        factor.
    status : int8 (n,), a `Status`
    failed : dict of str to bool (n,)
        For each criterion who does not fulfil it.  Who cannot be settled is judged by plausibility only, and
        only if it is for his escape rate: then everything else of him is settled with the nearest that is possible.
    fault, fault_column, fault_value : int8, int16, float64 (n,)
        Why somebody cannot be settled, as `clsim.patient.faults` has it; nothing of who is not plausible.
    cohort : Cohort
    """

    number: NDArray[np.int64]
    parameters: Numbers
    states: Numbers
    flows: Numbers
    covariates: dict[str, Numbers]
    status: NDArray[np.int8]
    failed: dict[str, NDArray[np.bool_]]
    fault: NDArray[np.int8]
    fault_column: NDArray[np.int16]
    fault_value: Numbers
    cohort: Cohort = field(repr=False)

    def known(self, name: str) -> Numbers:
        """A covariate, or a parameter, state or flow at rest, of everybody, (n,)."""
        if name in self.covariates:
            return self.covariates[name]
        if name in SPAN:
            return self.parameters[:, SPAN[name].start]
        return self.states[:, STATE[name]] if name in STATE else self.flows[:, FLOW[name]]

    def reason(self, i: int) -> str:
        """Why the i-th of these people is not treated, in a sentence; empty if he is."""
        if self.status[i] == Status.TREAT:
            return ""
        if self.status[i] == Status.NOT_SETTLED:
            row = self.parameters[i]
            return str(explain(Fault(self.fault[i]), int(self.fault_column[i]), float(self.fault_value[i]), row))
        plausibility = self.status[i] == Status.NOT_PLAUSIBLE
        criteria = self.cohort.plausibility if plausibility else self.cohort.eligibility
        failed = [each for each in criteria if self.failed[each.name][i]]
        values = [{rule.name: float(self.known(rule.name)[i]) for rule in each.rules} for each in failed]
        return "; ".join(each.spoken(found) for each, found in zip(failed, values, strict=True))


def draw_people(
    cohort: Cohort, scenario_values: Mapping[str, Value], seed: int, first: int, count: int, total: int
) -> People:
    """Draw, complete and settle patients, and judge them.

    Parameters
    ----------
    cohort : Cohort
    scenario_values : mapping of parameter name to float or tuple
        ``Scenario.values``: the same in everybody, unless the cohort varies them.
    seed : int
    first, count : int
        The patients first, first + 1, ..., first + count - 1.
    total : int
        Patients in all; matters to the Latin hypercube only.

    Returns
    -------
    People
    """
    number = np.arange(first, first + count, dtype=np.int64)
    chances = _chances(cohort, seed, number, total)
    drawn = _Drawn(cohort, scenario_values, chances, count)
    given = drawn.given()
    params, states, flows, slopes = settle_many(rows(given, count))
    columns_drawn = np.zeros(len(OWNER), np.bool_)
    for name in cohort.varied:
        columns_drawn[SPAN.get(name, slice(0))] = True
    fault, column, value = faults(params, flows, slopes, columns_drawn)
    people = People(
        number=number,
        parameters=params,
        states=states,
        flows=flows,
        covariates=drawn.covariates(),
        status=np.zeros(count, np.int8),
        failed={},
        fault=fault,
        fault_column=column,
        fault_value=value,
        cohort=cohort,
    )
    settled = fault == Fault.NONE
    people.status[~settled] = Status.NOT_SETTLED
    for criteria, judged, status in (
            (cohort.eligibility, settled, Status.NOT_ELIGIBLE),
            (cohort.plausibility, np.isin(fault, NEAREST), Status.NOT_PLAUSIBLE)):
        for criterion in criteria:
            failed = criterion.fails(people.known) & judged
            people.failed[criterion.name] = failed
            people.status[failed] = status
    for each in (fault, column, value):
        each[people.status == Status.NOT_PLAUSIBLE] = 0
    return people


def _chances(cohort: Cohort, seed: int, number: NDArray[np.int64], total: int) -> dict[str, Numbers]:
    """For each name where in (0, 1) everybody falls, correlations included; frailty as a score."""
    dimensions = len(cohort.varied) + 1
    position = {name: i for i, name in enumerate((FRAILTY, *cohort.varied))}
    alone = {
        name: points(cohort.method, seed, f"cohort/{name}", i, dimensions, number, total)
        for name, i in position.items()
    }
    mixed = {FRAILTY, *cohort.mixing}
    scores = {name: quantiles(alone[name]) for name in position if name in mixed}
    chances = dict(alone)
    for name, row in cohort.mixing.items():
        score = np.zeros(number.size)
        for other, coefficient in row:
            score = score + coefficient * scores[other]
        chances[name] = np.clip(shares(score), LEAST, BELOW_ONE)
    chances[FRAILTY] = scores[FRAILTY]
    return chances


class _Drawn:
    """The values of everybody, drawn in the order of the file."""

    def __init__(
        self, cohort: Cohort, fixed: Mapping[str, Value], chances: Mapping[str, Numbers], count: int
    ) -> None:
        self.cohort, self.fixed, self.count = cohort, fixed, count
        self.values: dict[str, Numbers] = {FRAILTY: chances[FRAILTY]}
        self.entries: dict[str, Numbers] = {}  # of parameters with several entries, (n, entries)
        for name, varied in cohort.varied.items():
            if varied.relative:
                value, self.entries[name] = self.relative(varied, chances[name])
            else:
                bounds = PARAMETER[name].bounds if varied.parameter else (-np.inf, np.inf)
                value = varied.draw(chances[name], self.known, *bounds)
            self.values[name] = value

    def relative(self, varied: Varied, chances: Numbers) -> tuple[Numbers, Numbers]:
        """The value (of several entries: the factor), (n,), and the entries, (n, entries)."""
        parameter = PARAMETER[varied.name]
        default = np.atleast_1d(np.asarray(parameter.default, np.float64))
        entries = np.reshape(self.scale(parameter.scale), (-1, 1)) * default
        chosen = entries if varied.entry < 0 else entries[:, varied.entry : varied.entry + 1]
        least, most = (bound / chosen for bound in parameter.bounds)
        factor = varied.draw(chances, self.known, least.max(axis=1), most.min(axis=1))
        chosen *= factor[:, None]
        chosen.clip(*parameter.bounds, out=chosen, where=np.isfinite(chosen))  # takes back rounding at a bound
        return (factor if parameter.per else entries[:, 0]), entries

    def known(self, name: str) -> Numbers:
        """What was drawn, what the scenario sets, or the reference adult's, scaled to size, (n,)."""
        if name in self.values:
            return self.values[name]
        if name in DERIVED:
            return DERIVED[name].of(*(self.known(each) for each in DERIVED[name].needs))
        if name in self.fixed:
            return np.full(self.count, self.fixed[name])
        usual: Numbers = self.scale(PARAMETER[name].scale) * np.full(self.count, PARAMETER[name].default)
        return usual

    def scale(self, kind: str) -> Numbers:
        """Everybody's size against the reference adult, (n,)."""
        factor = size(*(self.known(name) for name in REFERENCE))[kind] if kind else 1.0
        return np.broadcast_to(np.asarray(factor), (self.count,))

    def given(self) -> dict[str, Numbers]:
        """What parameter rows are made from: (n,) or (n, entries) by name."""
        fixed = {
            name: np.broadcast_to(np.asarray(value, np.float64), (self.count, np.size(value)))
            for name, value in self.fixed.items()
        }
        drawn = {name: self.entries.get(name, self.values[name]) for name, each in self.cohort.varied.items()
                 if each.parameter}
        return {**fixed, **drawn}

    def covariates(self) -> dict[str, Numbers]:
        """Everything drawn, and what follows from it."""
        return {**self.values, **{name: self.known(name) for name in DERIVED}}
