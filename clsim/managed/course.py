"""One patient from start to end under a policy, with the same bits as in a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clsim import units
from clsim.cohort import Cohort, People, Status, draw_people, load_cohort
from clsim.crowd.plan import Plan, follow
from clsim.crowd.seen import ENDED, Seen
from clsim.engine import block as engine
from clsim.engine.timeline import Event
from clsim.errors import BadInput, BadPatient, NumericalFailure
from clsim.managed.bedside import Bedside, calendar_of, make_stages
from clsim.managed.hand import NO_HAND, Fork, Hand, as_written, joined, read_hand
from clsim.managed.result import ManagedResult, make_chart
from clsim.managed.trace import BODY, HAND, NEVER, Entry, clock, duration
from clsim.model.layout import INPUTS, columns
from clsim.patient import settle_patient
from clsim.policy.lint import sound_policy
from clsim.policy.memory import SWINGS, Memory, Orders
from clsim.policy.orders import PORTION
from clsim.policy.policy import Policy
from clsim.policy.signals import TICK
from clsim.scenario.by_size import LEFT_TO_POLICIES, MEASURES, measures, slots
from clsim.scenario.orders import Order
from clsim.scenario.scenario import Scenario
from clsim.scenario.settings import INPUT
from clsim.simulate import named

CANDIDATES = "hd-il2-candidates"
OF_COHORTS = ("number", "status", "treated", "criterion", "failure", "covariate")  # columns of who was drawn
NUMBER = 0  # address of the draws of a scenario's own patient


@dataclass(frozen=True)
class ForkedPlan(Plan):
    """A plan in which more is given from some minute on, and drips are turned at some."""

    further: tuple[Event, ...] = ()
    turns: tuple[float, ...] = ()

    @cached_property
    def course(self) -> engine.Course:
        """The course, cut where orders by hand begin and end."""
        return with_more(super().course, self.further, self.turns)


@dataclass(frozen=True)
class Admission:
    """One patient before anything is given: who he is, who decides first, and of what numbers are drawn.

    Parameters
    ----------
    scenario : Scenario
    policy : Policy
    cohort : Cohort
    people : People
        A block of one.
    seed : int
    patient : int or None
        Number in the cohort; None for the scenario's own.
    everyone : bool
        He need not be eligible.
    written : bool
        The fluids and drugs of the scenario run as they are written, and its held doses are held, as if a hand had
        ordered so.
    """

    scenario: Scenario
    policy: Policy
    cohort: Cohort
    people: People
    seed: int
    patient: int | None
    everyone: bool
    written: bool = False

    @cached_property
    def first(self) -> Hand:
        """What the scenario itself orders."""
        return as_written(self.scenario, self.weight, self.height) if self.written else NO_HAND

    @property
    def number(self) -> int:
        """Address of his draws."""
        return NUMBER if self.patient is None else self.patient

    @property
    def weight(self) -> float:
        """On admission, kg."""
        return float(self.people.known("weight")[0])

    @property
    def height(self) -> float:
        """In m."""
        return float(self.people.known("height")[0])

    def plan(self, hand: Hand) -> ForkedPlan:
        """Everything that determines his numbers, with what a hand orders."""
        return ForkedPlan(self.scenario, self.cohort, self.seed, self.number + 1, (self.number,), self.everyone,
                          self.policy, hand.events, hand.turns)

    def bedside(self, plan: Plan, hand: Hand, forks: Sequence[Fork]) -> Bedside:
        """All who decide for him, before the first look."""
        ticks = int(plan.course.tick.max()) + 1
        policies = [(0, self.policy), *stages_of(forks, ticks)]
        due = slots(self.scenario, TICK)
        calendars = [calendar_of(each, due, ticks) for _, each in policies]
        return Bedside(make_stages(policies, calendars, self.seed, self.number, self.weight), hand, plan.course)

    def told(
        self, forks: Sequence[Fork], bed: Bedside, plan: Plan, found: engine.Found, inputs: NDArray[np.float64]
    ) -> ManagedResult:
        """What there is to tell of him once he has been followed; `inputs` is filled up from the last look on."""
        length = int(np.searchsorted(plan.times, found.ended_at[0], side="right"))
        inputs[len(bed.notes.times) : length] = inputs[len(bed.notes.times) - 1]
        deciding = replace(plan, policy=bed.last.bound.policy)
        seen = Seen(self.scenario, self.people, np.zeros(1, np.int64), found, bed.last.memory)
        outcomes = {column.name: fill(seen)[0] for column, fill in deciding.entries
                    if self.patient is not None or column.kind not in OF_COHORTS}
        return ManagedResult(
            plan.times[:length], found.states[0, :length].copy(), found.flows[0, :length].copy(), inputs[:length],
            self.scenario, named(self.people.parameters[0]), policy=self.policy, seed=self.seed, patient=self.patient,
            cohort=None if self.patient is None else self.cohort, everyone=self.everyone, forks=tuple(forks),
            written=self.written, trace=trace_of(bed, bed.hand, found), chart=make_chart(
                bed.notes.times, [(bound.policy.columns, value, at) for bound, value, at in bed.notes.chart],
                bed.notes.met, bed.notes.running, bed.notes.stopped),
            outcomes=outcomes, swings=swings(bed))


def admit(
    scenario: Scenario, policy: str | Path | Policy, *, seed: int | None = None, patient: int | None = None,
    cohort: str | Path | Cohort | None = None, everyone: bool = False, written: bool = False,
) -> Admission:
    """Who is to be followed; arguments and errors as for `run_managed`."""
    if patient is None and cohort is not None:
        raise BadInput("needs a patient", allowed="the number of one of the cohort", key="cohort")
    if isinstance(patient, bool) or not (patient is None or isinstance(patient, int)) or (patient or 0) < 0:
        raise BadInput("is no number of a patient", given=repr(patient), allowed="0, 1, 2 ...", key="patient")
    if not isinstance(policy, str | Path | Policy):
        raise BadInput("is no policy file: one patient is followed, explained and forked by a file's rules",
                       given=type(policy).__name__, key="policy", allowed="a shipped name, a path or a Policy")
    first = sound_policy(policy)
    people_of = load_cohort(CANDIDATES if cohort is None else cohort)
    drawn = scenario.seed if seed is None else seed
    people = own(scenario, people_of) if patient is None else one_of(people_of, scenario, drawn, patient, everyone)
    return Admission(scenario, first, people_of, people, drawn, patient, everyone, written)


def run_managed(
    scenario: Scenario, policy: str | Path | Policy, *, seed: int | None = None, patient: int | None = None,
    cohort: str | Path | Cohort | None = None, everyone: bool = False, forks: Sequence[Fork] = (),
    written: bool = False,
) -> ManagedResult:
    """Follow one patient under a policy.

    Parameters
    ----------
    scenario : Scenario
        Its fluids and drugs are left to the policy.
    policy : str, Path or Policy
    seed : int, optional
        Of all that is drawn; the scenario's if not given.
    patient : int, optional
        Number in the cohort; the scenario's own patient if not given.
    cohort : str, Path or Cohort, optional
        Who is drawn; ``hd-il2-candidates`` if not given.
    everyone : bool
        Follow him though he is not eligible.
    forks : sequence of Fork
        Changes by hand.
    written : bool
        What the scenario itself orders is given too, as if by hand.

    Raises
    ------
    BadInput
        If something cannot be meant, or the patient is not eligible.
    NumericalFailure
    """
    who = admit(scenario, policy, seed=seed, patient=patient, cohort=cohort, everyone=everyone, written=written)
    hand = joined([who.first, read_hand(scenario, forks, who.weight, who.height)])
    plan = who.plan(hand)
    bed = who.bedside(plan, hand, forks)
    inputs = np.full((plan.times.size, len(columns(INPUTS))), np.nan)
    given = measures(who.weight, who.height)[0]

    def record(tick: int, memory: Memory, orders: Orders, desk: engine.Desk) -> None:
        inputs[tick] = flowing(plan.course, desk, given)

    found, _ = follow(plan, who.people, np.zeros(1, np.int64), np.zeros(1, np.int64), record, bed.decide)
    check(found, plan, who.number)
    return who.told(forks, bed, plan, found, inputs)


def check(found: engine.Found, plan: Plan, number: int) -> None:
    """Raise what kept a patient from being followed to the end."""
    report = found.report[0]
    if report["code"]:
        who = f"{plan.scenario.name}, patient {number}"
        row = {"number": number, "fault": 0, "failure": report["code"], "failure_column": report["column"],
               "failure_at": report["time"] / 60.0, "failure_value": report["value"]}
        raise NumericalFailure(plan.sentence(row).replace(f"patient {number}", who, 1))


def own(scenario: Scenario, cohort: Cohort) -> People:
    """The scenario's own patient, as a block of one."""
    settled = settle_patient(scenario.values)
    return People(
        np.array([NUMBER]), settled.parameters[None].copy(), settled.state[None].copy(), settled.flows[None].copy(),
        {}, np.zeros(1, np.int8), {}, np.zeros(1, np.int8), np.full(1, -1, np.int16), np.full(1, np.nan), cohort)


def one_of(cohort: Cohort, scenario: Scenario, seed: int, number: int, everyone: bool) -> People:
    """One patient of a cohort, who can be treated.

    Raises
    ------
    BadInput
        If he is not eligible (and not everyone is treated), or no such body can be.
    """
    if cohort.method == "latin-hypercube":
        raise BadInput("is drawn by Latin hypercube, in which a patient depends on how many are drawn",
                       given=cohort.name, allowed="a cohort that is drawn otherwise", key="cohort")
    people = draw_people(cohort, scenario.values, seed, number, 1, number + 1)
    status = Status(int(people.status[0]))
    if status == Status.NOT_ELIGIBLE and not everyone:
        raise BadInput(f"patient {number} of {cohort.name} is not eligible (seed {seed}): {people.reason(0)}",
                       allowed="another number, or everyone=True (--all) to follow him all the same", key="patient")
    if status not in (Status.TREAT, Status.NOT_ELIGIBLE):
        raise BadPatient(f"patient {number} of {cohort.name} cannot be (seed {seed}): {people.reason(0)}",
                         allowed="another number", key="patient")
    return people


def stages_of(forks: Sequence[Fork], ticks: int) -> list[tuple[int, Policy]]:
    """From which look on which other policy decides; a fork in the past of another ends that one's policy."""
    found: list[tuple[int, Policy]] = []
    for fork in forks:
        if fork.policy is not None:
            first = int(np.ceil(fork.at / TICK - 1e-9))
            if first >= ticks:
                raise BadInput("no look is left at which another policy could decide", key="policy",
                               given=units.show(fork.at, "min", "h"))
            found = [each for each in found if each[0] < first] + [(first, fork.policy)]
    return found


def with_more(course: engine.Course, further: Sequence[Event], turns: Sequence[float] = ()) -> engine.Course:
    """A course with further events, cut at their edges and at turns; what lies before the first is as it was."""
    if not further and not turns:
        return course
    begin, end = course.edges[0], course.edges[-1]
    spans = np.clip(np.array([(each.start, each.stop) for each in further]).reshape(-1, 2), begin, end)
    inside = np.array([each for each in turns if begin < each < end])
    edges = np.unique(np.concatenate([course.edges, spans.ravel(), inside]))
    span = np.searchsorted(course.edges, edges[:-1], side="right") - 1
    inputs = course.inputs[span].copy()
    for event, (first, last) in zip(further, np.searchsorted(edges, spans), strict=True):
        inputs[first:last, columns(INPUTS).index(event.input), MEASURES.index("1")] += event.rate
    observed, tick = np.zeros(edges.size, np.bool_), np.full(edges.size, engine.NO_LOOK)
    there = np.searchsorted(edges, course.edges)
    observed[there], tick[there] = course.observed, course.tick
    made = engine.make_course(edges, inputs, course.doses[span], observed, tick)
    made.changes[np.searchsorted(edges, inside)] = True  # what runs from there on is known once it was decided
    return made


def flowing(course: engine.Course, desk: engine.Desk, given: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inputs from this look on, summed as the compiled loop does."""
    span = int(desk.edge[0])
    rates: NDArray[np.float64] = desk.supply[0].copy()
    for per_measure in (course.inputs, course.doses) if desk.dosing[0] else (course.inputs,):
        for k, measure in enumerate(given):
            rates += per_measure[span, :, k] * measure
    return rates


def trace_of(bed: Bedside, hand: Hand, found: engine.Found) -> tuple[Entry, ...]:
    """All entries in order of time, those by hand and the end of life among them."""
    end = float(found.ended_at[0])
    bed.notes.befall(found.latest[0])  # at the last look nobody decides
    entries = [*bed.notes.entries, *(
        ordered(each, each in hand.portions) for each in hand.orders if each.start <= end)]
    if int(found.ended_by[0]) >= 0:
        cause = ENDED[int(found.ended_by[0])]
        entries = [each for each in entries if not (each.kind == "event" and each.what == cause)]
        entries.append(Entry(end, "death", f"died: {cause}", table="event", by=BODY))
    return tuple(sorted(entries, key=lambda each: each.time))


def ordered(order: Order, portion: bool) -> Entry:
    """An order by hand as an entry: a portion by its amount, a drip by its rate."""
    known, unit = INPUT.get(order.name), order.unit.removesuffix("/min")
    if portion:
        total = units.show(order.amount, unit, "mL" if unit == "L" else unit)
        words, after = f"{order.label} {total} over {duration(order.stop - order.start)}", NEVER
    else:
        shown = known.show or known.unit if known else "mL/h"
        after = float(units.convert(order.rate, order.unit, shown))
        words = f"{order.label} at {after:.4g} {shown} until {clock(order.stop)}"
    return Entry(
        order.start, "order", f"{words}, by hand", order.name, order.kind, HAND, after=after, amount=order.amount,
        unit=unit, begins=order.start, ends=order.stop)


def swings(bed: Bedside) -> dict[str, int]:
    """How often each drip was turned the other way within an hour, where it was."""
    found: dict[str, int] = {}
    for stage in bed.stages:
        for s, each in enumerate(stage.bound.rows.supports):
            count = int(stage.memory.turns[0, s])
            if each.kind != PORTION and count:
                name = stage.bound.policy.supports[s].name
                found[name] = found.get(name, 0) + count
    return found


def notes_of(result: ManagedResult) -> list[str]:
    """What a reader should know: what was left to the policy, and drips that swing."""
    left = sorted({order.label for order in result.scenario.orders if order.kind in LEFT_TO_POLICIES})
    notes = [*result.scenario.notes]
    if left and not result.written:
        notes.append(f"{result.deciding.name} gives fluids and drugs in place of the scenario ({', '.join(left)})")
    if result.scenario.held and not result.written:
        notes.append("doses that the scenario holds are asked like all others: the policy decides")
    if not result.deciding.about.get("verified", True):
        notes.append(f"the source of {result.deciding.name} was not seen itself")
    for name, count in result.swings.items():
        if count >= SWINGS:
            notes.append(f"warning: {result.deciding.name} oscillates: {name} was turned the other way within an hour "
                         f"{count} times in {result.time[-1] / 60.0:g} h; look at when it is raised and lowered")
    return notes
