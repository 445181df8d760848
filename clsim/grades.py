"""Grades of adverse events from what is kept of a patient's course: rules as data.

A rule has steps, a step a grade and conditions that must all hold; the highest grade
of a step that holds is the grade.  Conditions compare a column of the table of
patients with a threshold, which may be a multiple of a column (baseline) or of the
limit of normal, whichever is higher.  Nothing here knows how columns are made: `NEEDS` says which.

Terms and thresholds are those of CTCAE v5.0 (CTCAE2017).  Where its words do not
name a number ("urgent intervention indicated"), ``means`` says what stands for them here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clsim.errors import BadInput

UNKNOWN = -1
FATAL_FROM = 3  # a death is related to an adverse event that had this grade or more
COMPARISONS = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
STATISTICS = ("start", "min", "max", "hours_below", "longest_below", "hours_above", "happened")


class Need(NamedTuple):
    """A column that grades are made of.

    column : str, its name in the table of patients.
    signal : str, the state, flow, adverse event or symptom.
    statistic : str, one of `STATISTICS`; ``start`` is the value at the start.
    limit : float, of the hours below (in all, or the longest stretch) or above, in the signal's internal unit.
    """

    column: str
    signal: str
    statistic: str
    limit: float = 0.0


class Normal(NamedTuple):
    """A limit of normal, in the internal unit."""

    value: float
    source: str


class If(NamedTuple):
    """A comparison: ``column sign limit``, the limit times the higher of ``of`` and ``normal`` if given."""

    column: str
    sign: str
    limit: float
    of: str = ""
    normal: float = 0.0


@dataclass(frozen=True)
class Step:
    """A grade and the conditions that all must hold for it.

    ``means`` says in words what the conditions stand for, where CTCAE gives no number.
    """

    grade: int
    all_of: tuple[If, ...]
    means: str = ""


@dataclass(frozen=True)
class Rule:
    """The grades of one adverse event.

    Parameters
    ----------
    name, label : str
    term : str
        Term of the source, with its system organ class.
    source : str
        Citation key and what was kept or left out.
    steps : tuple of Step
        Several steps may lead to one grade.
    fatal : bool
        The source has a grade 5: death after at least grade 3.
    """

    name: str
    label: str
    term: str
    source: str
    steps: tuple[Step, ...]
    fatal: bool = False


NORMAL = {
    "creatinine": Normal(0.110, "textbook value: 1.24 mg/dL"),
    "bilirubin": Normal(20.5, "textbook value: 1.2 mg/dL"),
    "platelets": Normal(150.0, "textbook value"),
    "albumin": Normal(35.0, "textbook value"),
    "glucose": Normal(7.8, "textbook value: 140 mg/dL at any time of day"),
}
CREATININE, BILIRUBIN, GLUCOSE = (NORMAL[name].value for name in ("creatinine", "bilirubin", "glucose"))
PER_KG_05, PER_KG_03 = 0.5 / 60e3, 0.3 / 60e3  # mL/kg/h in L/min/kg
TEN_PER_HOUR = 10.0 / 60e3  # mL/h in L/min: 80 mL in 8 h and 240 mL in 24 h

NEEDS = (
    Need("SBP_min", "SBP", "min"),
    Need("hours_SBP_below_90", "SBP", "hours_below", 90.0),
    Need("hours_MAP_below_50", "MAP", "hours_below", 50.0),
    Need("phenylephrine_site_max", "phenylephrine_site", "max"),
    Need("norepinephrine_site_max", "norepinephrine_site", "max"),
    Need("dopamine_site_max", "dopamine_site", "max"),
    Need("longest_urine_below_10", "urine_flow", "longest_below", TEN_PER_HOUR),
    Need("longest_urine_below_half", "urine_per_weight", "longest_below", PER_KG_05),
    Need("longest_urine_below_third", "urine_per_weight", "longest_below", PER_KG_03),
    Need("creatinine_concentration_start", "creatinine_concentration", "start"),
    Need("creatinine_concentration_max", "creatinine_concentration", "max"),
    Need("bilirubin_start", "bilirubin", "start"),
    Need("bilirubin_max", "bilirubin", "max"),
    Need("platelets_min", "platelets", "min"),
    Need("albumin_min", "albumin", "min"),
    Need("glucose_concentration_start", "glucose_concentration", "start"),
    Need("glucose_concentration_max", "glucose_concentration", "max"),
    Need("temperature_max", "temperature", "max"),
    Need("hours_temperature_above_40", "temperature", "hours_above", 40.0),
    Need("weight_now_start", "weight_now", "start"),
    Need("weight_now_max", "weight_now", "max"),
    Need("confusion_score_max", "confusion_score", "max"),
    Need("dyspnoea_max", "dyspnoea", "max"),
    Need("oxygen_needed_max", "oxygen_needed", "max"),
    Need("SaO2_min", "SaO2", "min"),
    Need("symptom_confusion", "confusion", "happened"),
    Need("symptom_dyspnoea", "dyspnoea", "happened"),
    Need("event_intubation", "intubation", "happened"),
    Need("event_coma", "coma", "happened"),
    Need("event_dialysis", "dialysis", "happened"),
    Need("event_hyperglycaemia", "hyperglycaemia", "happened"),
    Need("event_death", "death", "happened"),
)


def _multiples(column: str, rest: str, normal: float, limits: tuple[float, ...]) -> tuple[Step, ...]:
    """Steps above multiples of the limit of normal, or of the baseline where that is higher."""
    return tuple(Step(grade, (If(column, ">", limit, rest, normal),)) for grade, limit in enumerate(limits, 1))


def _below(column: str, *limits: float) -> tuple[Step, ...]:
    """Steps below falling limits."""
    return tuple(Step(grade, (If(column, "<", limit),)) for grade, limit in enumerate(limits, 1))


RULES = (
    Rule("hypotension", "hypotension", "Hypotension (Vascular disorders)",
         "CTCAE2017: 1 no intervention, 2 non-urgent, 3 hospital, 4 urgent; by treatment and pressure here", (
             Step(1, (If("SBP_min", "<", 90.0),), "systolic pressure below 90 mmHg at any time"),
             Step(2, (If("hours_SBP_below_90", ">=", 0.5),), "below 90 mmHg for half an hour: a fluid bolus is due"),
             Step(3, (If("phenylephrine_site_max", ">=", 0.05),), "phenylephrine, from half of its usual start"),
             Step(3, (If("norepinephrine_site_max", ">=", 0.01),), "norepinephrine"),
             Step(3, (If("dopamine_site_max", ">=", 4.0),), "dopamine at the dose of a pressor, 4 mcg/kg/min"),
             Step(4, (If("hours_MAP_below_50", ">=", 0.5),), "mean pressure below 50 mmHg for half an hour"),
             Step(4, (If("phenylephrine_site_max", ">", 2.0),), "phenylephrine above the ceiling of Dutcher2014"),
         ), fatal=True),
    Rule("urine_output_decreased", "urine output decreased", "Urine output decreased (Renal and urinary disorders)",
         "CTCAE2017: grades 3 (below 80 mL in 8 h) and 4 (below 240 mL in 24 h) only; hours are in a row", (
             Step(3, (If("longest_urine_below_10", ">=", 8.0),)),
             Step(4, (If("longest_urine_below_10", ">=", 24.0),)),
         )),
    Rule("oliguria", "oliguria by stage", "Acute kidney injury, stage by urine",
         "KDIGO2012, since CTCAE v5.0 has no grade 1 or 2 of low urine; hours are in a row", (
             Step(1, (If("longest_urine_below_half", ">=", 6.0),)),
             Step(2, (If("longest_urine_below_half", ">=", 12.0),)),
             Step(3, (If("longest_urine_below_third", ">=", 24.0),)),
             Step(3, (If("event_dialysis", ">", 0.0),)),
         )),
    Rule("creatinine_increased", "creatinine increased", "Creatinine increased (Investigations)",
         "CTCAE2017: of the upper limit of normal (ULN), grades 2 and 3 also of baseline", (
             Step(1, (If("creatinine_concentration_max", ">", CREATININE),)),
             Step(2, (If("creatinine_concentration_max", ">", 1.5 * CREATININE),)),
             Step(2, (If("creatinine_concentration_max", ">", 1.5, "creatinine_concentration_start"),)),
             Step(3, (If("creatinine_concentration_max", ">", 3.0 * CREATININE),)),
             Step(3, (If("creatinine_concentration_max", ">", 3.0, "creatinine_concentration_start"),)),
             Step(4, (If("creatinine_concentration_max", ">", 6.0 * CREATININE),)),
         )),
    Rule("bilirubin_increased", "bilirubin increased", "Blood bilirubin increased (Investigations)",
         "CTCAE2017: of the upper limit of normal, of baseline where that is abnormal",
         _multiples("bilirubin_max", "bilirubin_start", BILIRUBIN, (1.0, 1.5, 3.0, 10.0))),
    Rule("platelets_decreased", "platelets decreased", "Platelet count decreased (Investigations)", "CTCAE2017",
         _below("platelets_min", NORMAL["platelets"].value, 75.0, 50.0, 25.0)),
    Rule("hypoalbuminaemia", "hypoalbuminaemia", "Hypoalbuminemia (Metabolism and nutrition disorders)",
         "CTCAE2017: grades 1 to 3; 4 has no number",
         _below("albumin_min", NORMAL["albumin"].value, 30.0, 20.0)),
    Rule("hyperglycaemia", "hyperglycaemia", "Hyperglycemia (Metabolism and nutrition disorders)",
         "CTCAE2017: by treatment; 2 (tablets, for the known diabetic) and 4 are left out", (
             Step(1, (If("glucose_concentration_max", ">", 1.0, "glucose_concentration_start", GLUCOSE),),
                  "glucose above baseline and above normal"),
             Step(3, (If("event_hyperglycaemia", ">", 0.0),), "symptoms: insulin is begun"),
         )),
    Rule("fever", "fever", "Fever (General disorders)", "CTCAE2017, by the thermometer", (
        Step(1, (If("temperature_max", ">=", 38.0),)),
        Step(2, (If("temperature_max", ">", 39.0),)),
        Step(3, (If("temperature_max", ">", 40.0),)),
        Step(4, (If("hours_temperature_above_40", ">", 24.0),)),
    ), fatal=True),
    Rule("weight_gain", "weight gain", "Weight gain (Investigations)", "CTCAE2017: 5, 10 and 20 % of baseline", (
        Step(1, (If("weight_now_max", ">=", 1.05, "weight_now_start"),)),
        Step(2, (If("weight_now_max", ">=", 1.10, "weight_now_start"),)),
        Step(3, (If("weight_now_max", ">=", 1.20, "weight_now_start"),)),
    )),
    Rule("confusion", "confusion", "Confusion (Psychiatric disorders)",
         "CTCAE2017: mild, moderate, severe disorientation; by report and score here", (
             Step(1, (If("symptom_confusion", ">", 0.0),), "confusion is reported"),
             Step(2, (If("symptom_confusion", ">", 0.0), If("confusion_score_max", ">=", 0.5)),
                  "reported, and the score of encephalopathy reaches one half"),
             Step(3, (If("confusion_score_max", ">=", 0.8),), "the score reaches 0.8, reported or not"),
             Step(4, (If("event_coma", ">", 0.0),), "coma"),
         )),
    Rule("dyspnoea", "shortness of breath", "Dyspnea (Respiratory, thoracic and mediastinal disorders)",
         "CTCAE2017: moderate exertion, minimal exertion, at rest, urgent; by report and oxygen here", (
             Step(1, (If("symptom_dyspnoea", ">", 0.0),), "shortness of breath is reported"),
             Step(2, (If("symptom_dyspnoea", ">", 0.0), If("dyspnoea_max", ">=", 0.5)),
                  "reported, and half of the scale of the lung"),
             Step(3, (If("oxygen_needed_max", ">=", 2.0),), "2 L/min of oxygen or more are needed"),
             Step(3, (If("SaO2_min", "<", 0.88),), "arterial saturation below 88 % (hypoxia, grade 3)"),
             Step(4, (If("event_intubation", ">", 0.0),), "intubation"),
         ), fatal=True),
)


def grade(rows: Mapping[str, Any]) -> dict[str, NDArray[np.int8]]:
    """The grade of every rule for every patient.

    Parameters
    ----------
    rows : mapping of str to array (n,)
        At least the columns of `NEEDS`, in internal units and hours; counts or yes-or-no for what
        happened.

    Returns
    -------
    dict
        Rule name -> int8 (n,): 0 none, 1 to 4, 5 death related to it; -1 where a column that the
        rule reads is not a number.

    Raises
    ------
    BadInput
        If a column is missing.
    """
    missing = [need.column for need in NEEDS if need.column not in rows]
    if missing:
        raise BadInput(f"grades need the columns {', '.join(missing)}")
    table = {need.column: np.asarray(rows[need.column], np.float64) for need in NEEDS}
    return {rule.name: _grade(rule, table) for rule in RULES}


def columns_of(rule: Rule) -> tuple[str, ...]:
    """The columns that a rule reads, each once."""
    read = [name for step in rule.steps for each in step.all_of for name in (each.column, each.of) if name]
    return tuple(dict.fromkeys([*read, "event_death"] if rule.fatal else read))


def _grade(rule: Rule, table: Mapping[str, NDArray[np.float64]]) -> NDArray[np.int8]:
    found = np.zeros(len(table["event_death"]), np.int8)
    for step in rule.steps:
        holds = np.ones(len(found), bool)
        for each in step.all_of:
            base = np.maximum(table[each.of], each.normal) if each.of else 1.0
            holds &= COMPARISONS[each.sign](table[each.column], each.limit * base)
        found = np.where(holds, np.maximum(found, np.int8(step.grade)), found)
    if rule.fatal:
        found = np.where((table["event_death"] > 0.0) & (found >= FATAL_FROM), np.int8(5), found)
    unknown = np.any([np.isnan(table[name]) for name in columns_of(rule)], axis=0)
    return np.where(unknown, np.int8(UNKNOWN), found)
