"""Running an arm: its people drawn once, treated as the study treated them, and read at fixed times."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clsim import units
from clsim.cohort import People, Status, draw_people
from clsim.crowd.plan import Plan, follow
from clsim.crowd.seen import Seen
from clsim.engine import block as engine
from clsim.evidence.reading import DECLARED, Reading
from clsim.evidence.targets import Arm, Target
from clsim.model.layout import FLOWS, STATES, columns
from clsim.substances import molar_mass

Numbers = NDArray[np.float64]
SHIFT, FINE, NEAR = 240.0, 30.0, 1440.0  # min; how often courses are read, and more often in short stretches
LARGEST = 64  # patients in a block; whole groups of lanes, of 8 or 16
STATE = {name: k for k, name in enumerate(columns(STATES))}
FLOW = {name: k for k, name in enumerate(columns(FLOWS))}


def instants(readings: list[Reading], horizon: float) -> tuple[float, ...]:
    """When the courses of an arm must be read, min; the first is before treatment."""
    times = {0.0}
    for each in readings:
        if len(each.times) == 1:
            times.add(each.times[0])
        elif each.times:
            first, last = each.times
            every = FINE if last - first <= NEAR else SHIFT
            times.update(np.arange(first, last + 0.5 * every, every).clip(max=horizon))
    return tuple(sorted(times))


@dataclass(frozen=True)
class ReadPlan(Plan):
    """A plan of which everybody's course is kept, at some looks only."""

    instants: tuple[float, ...] = ()

    @cached_property
    def read_at(self) -> Numbers:
        """The looks nearest to `instants`, min."""
        nearest = np.unique(np.abs(self.times[None, :] - np.array(self.instants)[:, None]).argmin(axis=1))
        return np.asarray(self.times[nearest])

    @cached_property
    def watch(self) -> engine.Watch:
        """What the engine notes."""
        edges, observed = self.course.edges, self.course.observed
        wanted = observed & np.isin(edges, self.read_at)
        nothing = np.full(edges.size, -1)
        return super().watch._replace(kept_row=np.where(wanted, np.cumsum(wanted) - 1, -1), band_row=nothing)


@dataclass(frozen=True)
class Group:
    """The patients of an arm before treatment, drawn and settled."""

    arm: Arm
    plan: ReadPlan = field(repr=False)
    people: People = field(repr=False)
    treated: NDArray[np.int64] = field(repr=False)


def gather(arm: Arm, targets: list[Target], patients: int, seed: int) -> Group:
    """Draw until so many are eligible.

    Parameters
    ----------
    arm : Arm
    targets : list of Target
        What will be read.
    patients : int
        Eligible patients.
    seed : int
        Of all that is drawn.
    """
    drawn = 2 * patients
    while True:
        people = draw_people(arm.cohort, arm.scenario.values, seed, 0, drawn, drawn)
        treated = np.flatnonzero(people.status == int(Status.TREAT))
        if treated.size >= patients:
            break
        drawn *= 2
    plan = ReadPlan(arm.scenario, arm.cohort, seed, drawn, policy=arm.policy,
                    instants=instants([each.reading for each in targets], arm.scenario.horizon))
    _ = plan.course, plan.watch, plan.entries, plan.calendar if plan.policy is not None else None
    return Group(arm, plan, people, treated[:patients])


@dataclass(frozen=True)
class Measured:
    """What became of a group, in blocks."""

    group: Group
    seen: tuple[Seen, ...] = field(repr=False)

    def each(self, reading: Reading) -> Numbers:
        """What is read of each patient, (n,)."""
        return np.concatenate([self._each(seen, reading) for seen in self.seen])

    def _each(self, seen: Seen, reading: Reading) -> Numbers:
        plan = self.group.plan
        if reading.kind == "column":
            fill = next(fill for column, fill in plan.entries if column.name == reading.name)
            return np.asarray(fill(seen)[seen.treated], np.float64)
        table, place = (seen.found.flows, FLOW) if reading.name in FLOW else (seen.found.states, STATE)
        declared = DECLARED[reading.name]
        shown = declared.show or declared.unit
        values = units.convert(table[:, :, place[reading.name]], declared.unit, shown, molar_mass(declared.name))
        return reading.of_course(plan.read_at, np.asarray(values))


def pieces(group: Group) -> range:
    """Where the blocks of a group begin."""
    return range(0, group.treated.size, LARGEST)


def treat_piece(group: Group, people: People, first: int) -> Seen:
    """Treat a block of a group, its people being who they are or as knobs changed them."""
    chosen = group.treated[first : first + LARGEST]
    found, memory = follow(group.plan, people, chosen, np.arange(chosen.size))
    return Seen(group.plan.scenario, people, chosen, found, memory)
