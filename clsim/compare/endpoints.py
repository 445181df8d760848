"""Outcomes by which policies are compared, as data.

An outcome is a number or a share (0 or 1 of each patient) made of columns of the table of
patients.  Names are words of the JSON that programs read, and do not change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.compare.forms import AnyOf, Coded, Form, Known, Ratio, Rows, Stage, Sum, Test, Values, columns_of, evaluate
from clsim.errors import BadInput, nearest

NUMBER, SHARE = "number", "share"
MORE, LESS, NEITHER = "more", "less", ""
FAILURE = "failure"  # the column that is not 0 where the solver gave up
CYCLE = "doses_cycle_"  # beginning of the columns that count doses of a cycle
COUNTED = "as the body shows it, not as measured; of who dies, up to his death"
HAPPENED = "happened within the run, drawn with the hazard of the model"
ORDERED = "as given; of who dies, up to his death"


@dataclass(frozen=True)
class Endpoint:
    """An outcome.

    Parameters
    ----------
    name, label : str
        The word for JSON and the phrase for people.
    unit : str
        Unit of the values; "%" of a share, whose values are 0 and 1.
    kind : str
        "number" or "share".
    better : str
        "more", "less", or "" where neither is.
    of : Form
        What it is made of.
    source : str
        Where the definition comes from, or ``assumed: why``; with what it leaves out.
    main : bool
        Stands in tables and pictures unless more is asked for.
    """

    name: str
    label: str
    unit: str
    kind: str
    better: str
    of: Form
    source: str = COUNTED
    main: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return columns_of(self.of)

    @property
    def scale(self) -> float:
        """What a value is multiplied by to be shown in the unit: shares are shown in per cent."""
        return 100.0 if self.kind == SHARE else 1.0


def _number(name: str, label: str, unit: str, better: str, of: Form, source: str = COUNTED,
            main: bool = False) -> Endpoint:
    return Endpoint(name, label, unit, NUMBER, better, of, source, main)


def _share(name: str, label: str, better: str, of: Form, source: str = COUNTED, main: bool = False) -> Endpoint:
    return Endpoint(name, label, "%", SHARE, better, of, source, main)


CREATININE, CREATININE_REST = "creatinine_concentration_max", "creatinine_concentration_start"
RISE = 26.5  # umol/L, 0.3 mg/dL
CEILING = 353.6  # umol/L, 4.0 mg/dL
TIMES_REST = Ratio(CREATININE, CREATININE_REST)
ROSE = Sum(((1.0, CREATININE), (-1.0, CREATININE_REST)))
BY_CREATININE = (
    (1, Test(TIMES_REST, ">=", 1.5)), (1, Test(ROSE, ">=", RISE)), (2, Test(TIMES_REST, ">=", 2.0)),
    (3, Test(TIMES_REST, ">=", 3.0)), (3, Test(CREATININE, ">=", CEILING)), (3, "event_dialysis"),
)  # fmt: skip
AKI_CREATININE = Stage(BY_CREATININE)
AKI = Stage((
    *BY_CREATININE,
    (1, Test(Coded("grade_oliguria"), ">=", 1.0)), (2, Test(Coded("grade_oliguria"), ">=", 2.0)),
    (3, Test(Coded("grade_oliguria"), ">=", 3.0)),
))  # fmt: skip
AKI_SOURCE = (
    "KDIGO2012, staging by creatinine and urine; the highest creatinine is compared with that before the course, "
    "whenever it came (the rise of 26.5 umol/L need not be within 48 h, nor the 1.5 times within 7 days), so that "
    "stages are somewhat high; hours of low urine are in a row"
)
PRESSOR = Test("pressor_hours", ">", 0.0)
ARRHYTHMIA = AnyOf(("event_supraventricular_arrhythmia", "event_ventricular_arrhythmia"))
RUN_LONG_ENOUGH = (
    "for a day within the run: whoever is not there a day before its end, or died, is not; read it beside the doses, "
    "since whoever was stopped early has longer to recover"
)

ENDPOINTS = (
    _number("doses_given", "doses given", "", MORE, "doses_given", ORDERED, True),
    _number("doses_share", "share of planned doses given", "%", MORE, Ratio("doses_given", "doses_planned", 100.0),
            ORDERED, True),
    _number("doses_held", "doses held", "", NEITHER, "doses_held", ORDERED),
    _share("held_any", "a dose was held", NEITHER, Known("first_held_at")),
    _share("stopped", "a dose was lost to a stop", LESS, Known("first_stopped_at"),
           f"{COUNTED}; of a cycle, of the course or of treatment, as the rules of the arm have it"),
    _share("stopped_for_good", "dosing stopped for good", LESS, Known("stopped_at"),
           f"{COUNTED}; the last planned dose was lost to a stop"),
    _number("hours_MAP_below_65", "hours with mean pressure below 65 mmHg", "h", LESS, "hours_MAP_below_65", main=True),
    _number("hours_SBP_below_90", "hours with systolic pressure below 90 mmHg", "h", LESS, "hours_SBP_below_90",
            main=True),
    _number("MAP_min", "lowest mean pressure", "mmHg", MORE, "MAP_min"),
    _number("SBP_min", "lowest systolic pressure", "mmHg", MORE, "SBP_min"),
    _share("pressor_any", "phenylephrine or norepinephrine", LESS, PRESSOR),
    _number("pressor_hours", "hours on phenylephrine or norepinephrine", "h", LESS, "pressor_hours", ORDERED, True),
    _number("phenylephrine_amount", "phenylephrine given", "mg", LESS, "phenylephrine_amount", ORDERED, True),
    _number("norepinephrine_amount", "norepinephrine given", "mg", LESS, "norepinephrine_amount", ORDERED),
    _number("dopamine_amount", "dopamine given", "mg", LESS, "dopamine_amount", ORDERED),
    _number("fluid_in", "fluid given by the line", "L", NEITHER, "fluid_given_end", ORDERED, True),
    _number("net_balance", "highest net balance", "kg", LESS, "weight_gain_max",
            "definition: all that went in less all that went out since admission, as weight; 1 kg is about 1 L", True),
    _number("weight_gain_peak", "peak weight gain", "%", LESS, Ratio("weight_gain_max", "weight_now_start", 100.0),
            "definition; of the weight before the course", True),
    _number("furosemide_amount", "furosemide given", "mg", NEITHER, "furosemide_amount", ORDERED),
    _number("albumin_amount", "albumin given", "g", NEITHER, "albumin_amount", ORDERED),
    _number("oliguria_hours", "hours with urine below 0.5 mL/kg/h", "h", LESS, "hours_urine_below_half",
            "KDIGO2012: the limit; per weight on admission, hours need not be in a row", True),
    _number("creatinine_peak", "peak creatinine", "umol/L", LESS, CREATININE, main=True),
    _number("AKI_stage", "stage of acute kidney injury (AKI), 0 to 3", "", LESS, AKI, AKI_SOURCE),
    _share("AKI_creatinine_2", "AKI, stage 2 or 3 by creatinine", LESS, Test(AKI_CREATININE, ">=", 2.0),
           f"{AKI_SOURCE}; urine is left aside: nearly everybody makes too little of it under interleukin-2", True),
    _share("AKI_2", "AKI, stage 2 or 3 by creatinine or urine", LESS, Test(AKI, ">=", 2.0), AKI_SOURCE),
    _share("AKI_3", "AKI, stage 3 by creatinine or urine", LESS, Test(AKI, ">=", 3.0), AKI_SOURCE),
    _number("albumin_lowest", "lowest albumin", "g/L", MORE, "albumin_min", main=True),
    _number("SaO2_lowest", "lowest arterial saturation", "%", MORE, "SaO2_min", main=True),
    _number("oxygen_hours", "hours on oxygen", "h", LESS, "oxygen_hours", main=True),
    _number("oxygen_highest", "highest need of oxygen", "L/min", LESS, "oxygen_needed_max"),
    _share("ICU", "care at the level of an ICU", LESS, AnyOf((PRESSOR, "event_intubation", "event_dialysis")),
           "assumed: phenylephrine, norepinephrine, intubation or dialysis, not dopamine; units differ in which drips "
           "their wards may run", True),
    _share("intubation", "intubation", LESS, "event_intubation", HAPPENED, True),
    _share("dialysis", "dialysis", LESS, "event_dialysis", HAPPENED),
    _share("organ_support", "intubation or dialysis", LESS, AnyOf(("event_intubation", "event_dialysis")),
           "assumed: machines that take over from an organ"),
    _share("arrhythmia", "arrhythmia", LESS, ARRHYTHMIA,
           "assumed: supraventricular or sustained ventricular, whichever", True),
    _share("sepsis", "sepsis", LESS, "event_sepsis", HAPPENED, True),
    _share("death", "death", LESS, "event_death", HAPPENED, True),
    _share("ready", "fit for discharge within the run", MORE, Known("ready_at"), RUN_LONG_ENOUGH, True),
    _number("ready_hours", "hours from the start until fit for discharge", "h", LESS, "ready_at",
            "of those who are fit within the run in both arms, who are not everybody"),
    _share("recovered", "recovered within the run", MORE, Known("recovery_hours"), RUN_LONG_ENOUGH),
    _number("recovery_hours", "hours from the last dose until recovery", "h", LESS, "recovery_hours",
            "of those who recover within the run in both arms, who are not everybody", True),
)  # fmt: skip
NAMES = tuple(endpoint.name for endpoint in ENDPOINTS)


def cycles(rows: Mapping[str, Any]) -> tuple[Endpoint, ...]:
    """An outcome for the doses of each cycle that the table counts."""
    numbers = sorted(int(name.removeprefix(CYCLE)) for name in rows if name.removeprefix(CYCLE).isdigit())
    return tuple(_number(f"{CYCLE}{k}", f"doses given in cycle {k}", "", MORE, f"{CYCLE}{k}") for k in numbers)


def available(rows: Mapping[str, Any]) -> tuple[Endpoint, ...]:
    """The outcomes of which the table has all columns, the doses of each cycle after those of the course."""
    ordered = (*ENDPOINTS[:1], *cycles(rows), *ENDPOINTS[1:])
    return tuple(each for each in ordered if all(column in rows for column in each.columns))


def chosen(names: tuple[str, ...], rows: Mapping[str, Any]) -> tuple[Endpoint, ...]:
    """Outcomes by name, in the order of the names.

    Raises
    ------
    BadInput
        If there is no such outcome, or the table lacks a column of it.
    """
    known = {each.name: each for each in (*ENDPOINTS, *cycles(rows))}
    for name in names:
        if name not in known:
            raise BadInput("is not an outcome", given=name, nearest=nearest(name, known), allowed=", ".join(known),
                           key="outcomes")  # fmt: skip
        missing = [column for column in known[name].columns if column not in rows]
        if missing:
            raise BadInput(f"the outcome {name} needs the columns {', '.join(missing)}", key="outcomes")
    return tuple(known[name] for name in names)


def unsolved(rows: Rows) -> NDArray[np.bool_]:
    """Whom the solver gave up: what was found of him is not his course, (n,)."""
    if FAILURE in rows:
        return np.asarray(rows[FAILURE] != 0)
    return np.zeros(len(next(iter(rows.values()))), bool)


def values(endpoint: Endpoint, rows: Rows) -> Values:
    """An outcome of each patient.

    Parameters
    ----------
    endpoint : Endpoint
    rows : mapping of str to array (n,)
        Columns of the table of the treated.

    Returns
    -------
    float64 (n,)
        In the unit of the outcome, 0 or 1 for a share; not-a-number where it is not known, and for
        whoever failed numerically.

    Raises
    ------
    BadInput
        If a column is missing.
    """
    found = evaluate(endpoint.of, rows)
    if endpoint.kind == SHARE:
        found = np.where(np.isnan(found), np.nan, found > 0.0)
    return np.where(unsolved(rows), np.nan, found)
