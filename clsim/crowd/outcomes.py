"""The table of a cohort: which columns there are, and how they follow from what was found.

Units are internal until here; columns bear the units that people read.  A figure of the course is
not-a-number for a patient who was not treated, a count is 0 and a code says which it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from clsim import grades, units
from clsim.cohort import Cohort, Status
from clsim.cohort.derived import DERIVED, Derived
from clsim.cohort.latent import FRAILTY
from clsim.cohort.varied import Varied
from clsim.crowd import summaries, treatment
from clsim.crowd.columns import Column
from clsim.crowd.seen import ENDED, FIELDS, NEVER, OCCURRENCES, Array, Entry, Seen, hours
from clsim.engine.outcome import Outcome
from clsim.model.hazards import EVENTS
from clsim.patient import Fault
from clsim.policy.policy import Policy
from clsim.scenario.scenario import Scenario
from clsim.scenario.settings import PARAMETER
from clsim.spec import Flow, State
from clsim.substances import molar_mass

STATUS = {int(each): each.name.lower().replace("_", " ") for each in Status} | {int(Status.TREAT): "eligible"}
FAULTS = {int(each): f"at rest: {each.name.lower()}" for each in Fault}
FAILURES = {int(each): each.name.lower().replace("_", " ") for each in Outcome}


def entries(cohort: Cohort, scenario: Scenario, policy: Policy | None = None) -> tuple[Entry, ...]:
    """All columns of a cohort's table with what fills them, in order."""
    return (
        *cohort_entries(cohort),
        *course_entries(),
        *treatment.dose_entries(scenario, policy),
        *treatment.given_entries(),
        *signal_entries(),
        *occurrence_entries(),
        *grade_entries(),
        (Column("steps", "", "steps tried by the solver"), lambda s: s.all(s.found.attempts[:, 0], 0)),
        (Column("steps_refused", "", "steps refused by the solver"), lambda s: s.all(s.found.attempts[:, 1], 0)),
    )


def cohort_entries(cohort: Cohort) -> Iterator[Entry]:
    """Who the patient is, and whether he was treated."""
    yield Column("number", "", "patient", "number"), lambda s: s.people.number
    yield (Column("status", "", "what was found of him", "status", STATUS),
           lambda s: s.people.status.astype(np.int8))
    yield Column("treated", "", "was treated", "treated"), lambda s: s.all(np.ones(s.treated.size, np.bool_), False)
    for criterion in cohort.criteria:
        yield (Column(f"failed_{criterion.name}", "", f"does not fulfil: {criterion.label}", "criterion"),
               partial(failed, criterion.name))
    yield (Column("fault", "", "why he cannot be settled", "failure", FAULTS),
           lambda s: s.people.fault.astype(np.int8))
    yield Column("fault_column", "", "which number of his"), lambda s: s.people.fault_column.astype(np.int16)
    yield Column("fault_value", "", "its value"), lambda s: s.people.fault_value
    known: dict[str, Varied | Derived] = {**cohort.varied, **DERIVED}
    for name in (FRAILTY, *known):
        if name == FRAILTY:
            column, unit = Column(name, "", "latent frailty, a normal score", "covariate"), ("1", "1")
        else:
            each = known[name]
            parameter = PARAMETER.get(name)
            spread = parameter is not None and bool(parameter.per)  # then the factor was drawn
            given = "1" if spread else each.unit
            unit = given, parameter.show or given if parameter and not spread else given
            codes = {int(code): word for word, code, _ in getattr(each, "categories", ())}
            column = Column(name, "" if codes else unit[1], each.label, "covariate", codes)
        yield column, partial(covariate, name, unit)


def failed(name: str, s: Seen) -> Array:
    """Who does not fulfil a criterion."""
    return s.people.failed[name]


def covariate(name: str, unit: tuple[str, str], s: Seen) -> Array:
    """What was drawn, in the second of the units."""
    return np.asarray(units.convert(s.people.covariates[name], *unit, molar_mass(name)))


def course_entries() -> Iterator[Entry]:
    """How the course went, and how it ended."""
    yield (Column("failure", "", "numerical failure", "failure", FAILURES),
           lambda s: s.all(s.found.report["code"].astype(np.int8), np.int8(0)))
    yield Column("failure_at", "h", "time of the failure"), lambda s: s.all(
        np.where(s.found.report["code"] == 0, np.nan, hours(s.found.report["time"])), np.nan)
    yield Column("failure_column", "", "which state or flow failed"), lambda s: s.all(
        np.where(s.found.report["code"] == 0, -1, s.found.report["column"]).astype(np.int32), np.int32(-1))
    yield Column("failure_value", "", "its value then"), lambda s: s.all(
        np.where(s.found.report["code"] == 0, np.nan, s.found.report["value"]), np.nan)
    yield (Column("ended_by", "", "what ended life", "end", ENDED),
           lambda s: s.all(s.found.ended_by.astype(np.int8), np.int8(NEVER)))
    yield (Column("ended_at", "h", "end of what was followed"),
           lambda s: s.all(hours(s.found.ended_at), np.nan))


def signal_entries() -> Iterator[Entry]:
    """Extremes of the signals, and time beyond limits."""
    for k, signal in enumerate(summaries.SIGNALS):
        declared = summaries.declaration(signal.name)
        for statistic in signal.statistics:
            timed = statistic in (summaries.LOWEST_AT, summaries.HIGHEST_AT)
            column = Column(
                f"{signal.name}_{statistic}", "h" if timed else declared.show or declared.unit,
                f"{declared.label}, {summaries.WORDS[statistic]}", "outcome" if statistic == signal.main else "detail")
            yield column, partial(statistic_of, k, FIELDS[statistic], None if timed else declared)
    for k, limit in enumerate(summaries.LIMITS):
        declared = summaries.declaration(limit.signal)
        way = "above" if limit.above else "below"
        text = units.show(limit.limit, declared.unit, declared.show)
        kind = "outcome" if limit.main else "detail"
        yield Column(limit.name, "h", f"time with {declared.label} {way} {text}", kind), partial(beyond, "beyond", k)
        if limit.in_a_row:
            label = f"longest stretch with {declared.label} {way} {text}"
            yield Column(limit.longest, "h", label), partial(beyond, "longest", k)


def statistic_of(k: int, field: str, declared: Flow | State | None, s: Seen) -> Array:
    """A statistic of signal k in the unit for people; a time in hours if it is not declared."""
    values = getattr(s.found, field)[:, k]
    return s.all(hours(values) if declared is None else shown(values, declared), np.nan)


def beyond(field: str, k: int, s: Seen) -> Array:
    """Hours beyond limit k, in all or in a row."""
    return s.all(hours(getattr(s.found, field)[:, k]), np.nan)


def shown(values: Array, declared: Flow | State) -> Array:
    """Values in the unit for people."""
    return np.asarray(units.convert(values, declared.unit, declared.show or declared.unit, molar_mass(declared.name)))


def occurrence_entries() -> Iterator[Entry]:
    """Adverse events and symptoms: how often, when first, and how likely it had been."""
    for v, each in enumerate(OCCURRENCES):
        kind = "event" if v < len(EVENTS) else "symptom"
        name = f"{kind}_{each.name}"
        yield Column(name, "", each.label, kind), partial(happened, v)
        yield Column(f"{name}_at", "h", f"{each.label}, first time"), partial(first_time, v)
        if kind == "event":
            yield Column(f"{name}_risk", "", f"{each.label}, integrated hazard"), partial(risk, v)


def happened(v: int, s: Seen) -> Array:
    """How often."""
    return s.all(s.found.happened[:, v].astype(np.int16), np.int16(0))


def first_time(v: int, s: Seen) -> Array:
    """When first, h."""
    return s.all(hours(s.found.when[:, v]), np.nan)


def risk(v: int, s: Seen) -> Array:
    """Hazard integrated over the time that the patient was followed."""
    return s.all(s.found.risk[:, v], np.nan)


def grade_entries() -> Iterator[Entry]:
    """Grades of adverse events; the rules are in `clsim.grades`."""
    for rule in grades.RULES:
        yield Column(f"grade_{rule.name}", "", rule.label, "grade"), partial(grade, rule.name)


def grade(name: str, s: Seen) -> Array:
    """Grade by a rule."""
    return s.all(s.grades[name], np.int8(grades.UNKNOWN))
