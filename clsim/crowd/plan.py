"""A cohort under one scenario: the plan of the run, and any block of its patients.

A `Plan` holds everything that determines the numbers.  `run_block` is a pure function of the plan
and of patient numbers, so blocks can be computed in any order, by any thread and on any machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import clsim
from clsim import units
from clsim.cohort import Cohort, People, Status, draw_people
from clsim.crowd import outcomes, summaries
from clsim.crowd.columns import Band, Column
from clsim.crowd.seen import OCCURRENCES, Entry, Seen
from clsim.crowd.steering import Decide, Record, steer
from clsim.draws import stream_keys
from clsim.engine import block as engine
from clsim.engine.embedded import TSITOURAS
from clsim.engine.outcome import describe
from clsim.engine.relay import make_relay
from clsim.jit import LANES, PACKAGE, stamp
from clsim.model.equations import outlook, rhs
from clsim.model.hazards import EVENTS
from clsim.model.layout import CEILING, FLOOR, FLOWS, INPUTS, STATES, F, P, U, X, columns, spread
from clsim.model.symptoms import SYMPTOMS
from clsim.policy.compiled import Rules, consult, no_rules, rules_of
from clsim.policy.interpreter import decider
from clsim.policy.memory import Calendar, Memory, make_calendar
from clsim.policy.policy import Policy
from clsim.policy.python import PythonPolicy
from clsim.policy.signals import TICK
from clsim.result import Variable, declared
from clsim.scenario.by_size import measures, sized_course, slots
from clsim.scenario.scenario import Scenario

TOLERANCE = 0.003  # of the size of each state, error of a step
FIRST_STEP, LONGEST_STEP = 1.0, 15.0  # min, after a change of inputs and at most
EFFECTS = {"": engine.GOES_ON, "course": engine.STOPS_DOSING, "life": engine.ENDS_LIFE}
TREATED, NOT_ELIGIBLE = int(Status.TREAT), int(Status.NOT_ELIGIBLE)


@cache
def relay(width: int = LANES) -> Callable[..., None]:
    """The compiled loop for this body."""
    return make_relay(rhs, outlook, (X, P, U, F), TSITOURAS, width, consult)


@dataclass(frozen=True)
class Plan:
    """Everything that determines the numbers of a cohort.

    Parameters
    ----------
    scenario : Scenario
        What everybody is given.
    cohort : Cohort
        Who is drawn.
    seed, total : int
        Of all streams; patients drawn, numbers 0 to total - 1.
    kept : tuple of int
        Patients whose whole course is kept.
    everyone : bool
        Treat those who are not eligible too.
    policy : Policy or PythonPolicy, optional
        Decides what is given in place of the scenario.
    """

    scenario: Scenario
    cohort: Cohort
    seed: int
    total: int
    kept: tuple[int, ...] = ()
    everyone: bool = False
    policy: Policy | PythonPolicy | None = None

    def __reduce__(self) -> tuple[type[Plan], tuple[Any, ...]]:
        """Sent as what it was made from; the rest is worked out again where it arrives."""
        return Plan, (self.scenario, self.cohort, self.seed, self.total, self.kept, self.everyone, self.policy)

    @cached_property
    def course(self) -> engine.Course:
        """What happens to everybody, and when they are looked at."""
        looks = np.arange(0.0, self.scenario.horizon, summaries.LOOK)
        return sized_course(self.scenario, np.append(looks, self.scenario.horizon), managed=self.policy is not None)

    @cached_property
    def rules(self) -> Policy | None:
        """The policy file by which patients are watched, and by which decisions are made unless Python makes them."""
        return self.policy.watched_as if isinstance(self.policy, PythonPolicy) else self.policy

    @cached_property
    def calendar(self) -> Calendar:
        """When what is due under the policy."""
        assert self.rules is not None
        return make_calendar(self.rules.table, slots(self.scenario, TICK), int(self.course.tick.max()) + 1)

    @cached_property
    def times(self) -> NDArray[np.float64]:
        """When patients are looked at, min."""
        return self.course.edges[self.course.observed]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Columns of the table, with what fills them."""
        return outcomes.entries(self.cohort, self.scenario, self.rules)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Columns of the table of patients."""
        return tuple(column for column, _ in self.entries)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """States and outputs of a kept course, in order."""
        return tuple(each for each in declared() if each.kind in ("state", "flow"))

    @cached_property
    def bands(self) -> tuple[Band, ...]:
        """Signals whose spread over patients is counted, in units for people."""
        found = []
        for each in summaries.SPREADS:
            signal = summaries.declaration(each.name)
            cuts = np.linspace(each.low, each.high, summaries.BINS + 1)
            edges = np.concatenate([[-np.inf], outcomes.shown(cuts, signal), [np.inf]])
            found.append(Band(each.name, signal.show or signal.unit, signal.label, edges, self.band_times))
        return tuple(found)

    @cached_property
    def band_times(self) -> NDArray[np.float64]:
        """Times of the bands, min."""
        return self.times[np.isclose(self.times % summaries.BAND_EVERY, 0.0)]

    @cached_property
    def watch(self) -> engine.Watch:
        """What the engine notes."""
        edges, observed = self.course.edges, self.course.observed
        banded = observed & np.isin(edges, self.band_times)
        band_row = np.where(banded, np.cumsum(banded) - 1, -1)
        kept_row = np.where(observed & bool(self.kept), np.cumsum(observed) - 1, -1)
        places = [columns(FLOWS).index(f"{flow}_{each.name}") for flow, group in
                  (("hazard", EVENTS), ("symptom_hazard", SYMPTOMS)) for each in group]
        streams = tuple(f"{kind}/{each.name}" for kind, group in (("event", EVENTS), ("symptom", SYMPTOMS))
                        for each in group)
        return engine.Watch(
            signals=np.array([summaries.place(each.name) for each in summaries.SIGNALS]),
            limited=np.array([summaries.place(each.signal) for each in summaries.LIMITS]),
            limit=np.array([each.limit for each in summaries.LIMITS]),
            above=np.array([each.above for each in summaries.LIMITS]),
            together=np.array([[each.name in group.inputs for each in INPUTS] for group in summaries.GIVEN]),
            hazards=np.array(places),
            effects=np.array([self.effect(each.ends) for each in OCCURRENCES]),
            keys=stream_keys(self.seed, streams),
            banded=np.array([summaries.place(each.name) for each in summaries.SPREADS]),
            low=np.array([each.low for each in summaries.SPREADS]),
            width=np.array([(each.high - each.low) / summaries.BINS for each in summaries.SPREADS]),
            band_row=band_row,
            kept_row=kept_row)

    def effect(self, ends: str) -> int:
        """What an event does to the course; under a policy, whether doses go on is the policy's to say."""
        return engine.GOES_ON if ends == "course" and self.policy is not None else EFFECTS[ends]

    @property
    def facts(self) -> Mapping[str, str]:
        """By name, all that determines the numbers."""
        policy = {} if self.policy is None else {"policy": self.policy.text, "policy_digest": self.policy.digest}
        return policy | {
            "names": f"{self.scenario.name}, {self.cohort.name}" + (f", {self.policy.name}" if self.policy else ""),
            "scenario": self.scenario.text,
            "cohort": self.cohort.text,
            "seed": str(self.seed),
            "patients": str(self.total),
            "treated": "everyone" if self.everyone else "who is eligible",
            "kept": ", ".join(map(str, self.kept)),
            "version": clsim.__version__,
            "source": stamp(PACKAGE),
        }

    def digest(self) -> str:
        """Hash of `facts`."""
        text = "\0".join(f"{name}={fact}" for name, fact in self.facts.items())
        return hashlib.sha256(text.encode()).hexdigest()

    def sentence(self, row: Mapping[str, Any]) -> str:
        """Why the patient of a row could not be computed."""
        number = int(row["number"])
        who = f"patient {number}"
        if row["fault"]:
            drawn = draw_people(self.cohort, self.scenario.values, self.seed, number, 1, self.total)
            return f"{who}: {drawn.reason(0)}"
        code, column = int(row["failure"]), int(row["failure_column"])
        report = {"code": code, "time": float(units.convert(row["failure_at"], "h", "min")), "column": column,
                  "value": float(row["failure_value"])}
        flows, states = columns(FLOWS), columns(STATES)
        return describe(report, states, flows, who)


def make_plan(
    scenario: Scenario, cohort: Cohort, seed: int, total: int, keep: tuple[int, ...] = (), everyone: bool = False,
    policy: Policy | PythonPolicy | None = None,
) -> Plan:
    """A plan whose course has been worked out, so that what cannot be meant is said at once.

    Raises
    ------
    BadInput
        If what the scenario gives depends on the size of the patient in a way that cohorts cannot follow, or its
        doses do not fit the looks of a policy.
    """
    plan = Plan(scenario, cohort, seed, total, keep, everyone, policy)
    _ = plan.course, plan.watch, plan.columns, plan.calendar if policy is not None else None
    return plan


@dataclass(frozen=True)
class Block:
    """What became of some patients in a row; see `clsim.crowd.columns.Block`."""

    rows: Mapping[str, NDArray[Any]]
    histograms: NDArray[np.int64]
    kept: Mapping[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=dict)


def run_block(plan: Plan, first: int, count: int) -> Block:
    """Draw, treat and follow patients first, first + 1, ..., first + count - 1.

    The same numbers for the same patients in whatever blocks they come; touches nothing but what
    it returns, and leaves the interpreter free while it computes.
    """
    return treat(plan, draw_people(plan.cohort, plan.scenario.values, plan.seed, first, count, plan.total))


def treat(plan: Plan, people: People, names: Container[str] | None = None) -> Block:
    """Treat and follow people who were drawn for the plan; of their table only some columns if these are named."""
    allowed = (TREATED, NOT_ELIGIBLE) if plan.everyone else (TREATED,)
    treated = np.flatnonzero(np.isin(people.status, allowed))
    numbers = people.number[treated]
    keep = np.full(treated.size, -1)
    chosen = np.flatnonzero(np.isin(numbers, plan.kept))
    keep[chosen] = np.arange(chosen.size)
    found, memory = follow(plan, people, treated, keep)
    seen = Seen(plan.scenario, people, treated, found, memory)
    courses = {}
    for k, i in enumerate(chosen):
        length = int(np.searchsorted(plan.times, found.ended_at[i], side="right"))
        courses[int(numbers[i])] = (found.states[k, :length], found.flows[k, :length])
    rows = {column.name: fill(seen) for column, fill in plan.entries if names is None or column.name in names}
    return Block(rows, found.bins, courses)


def follow(
    plan: Plan, people: People, treated: NDArray[np.int64], keep: NDArray[np.int64], record: Record | None = None,
    decide: Decide | None = None,
) -> tuple[engine.Found, Memory | None]:
    """What was found of some of the drawn, and what is remembered of them under a policy.

    Parameters
    ----------
    plan, people
    treated : int64 (n,)
        Rows of `people`.
    keep : int64 (n,)
        Places of kept courses, -1 for none.
    record : callable, optional
        Told what was decided at each look; a policy file is then interpreted between the calls of the loop.
    decide : callable, optional
        Decides in place of the policy file, between the calls of the loop.
    """
    numbers, flows = people.number[treated].astype(np.uint64), len(columns(FLOWS))
    found = engine.blank(treated.size, plan.watch, summaries.BINS, keep, (len(columns(STATES)), flows))
    weight = people.known("weight")[treated]
    bound = None if plan.rules is None else decider(plan.rules, plan.calendar, plan.seed, numbers, weight)
    memory = None if bound is None else bound.memory()
    if treated.size == 0:
        return found, memory
    desk = engine.make_desk(people.states[treated], plan.course, plan.watch, flows, plan.policy is None)

    def go(until: int, rules: Rules) -> None:
        relay()(numbers, people.parameters[treated], measures(weight, people.known("height")[treated]), plan.course,
                accuracy(), plan.watch, found, desk, rules, until)

    if bound is None or memory is None:
        go(engine.NEVER_PAUSE, no_rules())
    elif record is None and decide is None and isinstance(plan.policy, Policy):
        go(engine.NEVER_PAUSE, rules_of(bound, memory))
    else:
        steer(partial(go, rules=no_rules()), bound, plan.policy, memory, desk, found, record, decide)
    return found, memory


def accuracy() -> engine.Accuracy:
    """Tolerances of the default cohort run; `docs/performance.md` shows what they achieve."""
    residuals = np.flatnonzero(np.isfinite(CEILING))
    return engine.Accuracy(
        TOLERANCE * spread(STATES, "size"), FLOOR, residuals, CEILING[residuals], FIRST_STEP, LONGEST_STEP)
