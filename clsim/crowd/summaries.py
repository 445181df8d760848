"""What is noted of each patient of a cohort: extremes, times beyond limits, bands over time.

Every name is a state or an output of the model; patients are looked at every `LOOK` minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

from clsim.grades import PER_KG_03, PER_KG_05, TEN_PER_HOUR
from clsim.model.layout import FLOWS, STATES, columns, find
from clsim.spec import Flow, State

LOOK = 15.0  # min; how often a patient is looked at
BAND_EVERY = 60.0  # min
BINS = 240

START, END, LOWEST, HIGHEST, LOWEST_AT, HIGHEST_AT = "start", "end", "min", "max", "min_at", "max_at"
WORDS = {
    START: "before the course", END: "at the end", LOWEST: "lowest", HIGHEST: "highest",
    LOWEST_AT: "time of the lowest", HIGHEST_AT: "time of the highest",
}  # fmt: skip
LOW, HIGH, BOTH = (START, LOWEST, LOWEST_AT, END), (START, HIGHEST, HIGHEST_AT, END), (
    START, LOWEST, LOWEST_AT, HIGHEST, HIGHEST_AT, END)  # fmt: skip


@dataclass(frozen=True)
class Signal:
    """A variable of which extremes are kept; ``main``: the statistic that tables print."""

    name: str
    statistics: tuple[str, ...]
    main: str = ""


@dataclass(frozen=True)
class Limit:
    """Time that a variable spends beyond a limit, in its internal unit; ``in_a_row``: the longest stretch too."""

    name: str
    signal: str
    limit: float
    above: bool = False
    main: bool = False
    in_a_row: bool = False

    @property
    def longest(self) -> str:
        """Column of the longest stretch."""
        return self.name.replace("hours_", "longest_")


@dataclass(frozen=True)
class Given:
    """Inputs of which the time is told that any of them runs, and of which the first is told in amounts.

    Parameters
    ----------
    name, label : str
        Columns are ``{name}_hours`` and ``{name}_last``.
    inputs : tuple of str
    """

    name: str
    label: str
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Amount:
    """How much of an input was given in all, in a unit for people."""

    input: str
    label: str
    unit: str
    main: bool = False


@dataclass(frozen=True)
class Settled:
    """When none of some limits was exceeded any more, and none of some things was given.

    Parameters
    ----------
    name, after, label : str
        ``{name}_at`` is the column of the time from the start, ``after`` that from the last dose.
    limits : tuple of str
        Names of `LIMITS`.
    without : tuple of str
        Names of `GIVEN`.
    source : str
    """

    name: str
    after: str
    label: str
    limits: tuple[str, ...]
    without: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Spread:
    """A variable whose distribution over patients is counted at fixed times, between two ends."""

    name: str
    low: float
    high: float


SIGNALS = (
    Signal("MAP", LOW, LOWEST),
    Signal("SBP", LOW, LOWEST),
    Signal("HR", HIGH, HIGHEST),
    Signal("CO", BOTH, HIGHEST),
    Signal("SVR", LOW, LOWEST),
    Signal("CVP", BOTH),
    Signal("PCWP", BOTH),
    Signal("EF", LOW, LOWEST),
    Signal("temperature", HIGH, HIGHEST),
    Signal("SaO2", LOW, LOWEST),
    Signal("oxygen_needed", HIGH, HIGHEST),
    Signal("dyspnoea", HIGH),
    Signal("EVLW", HIGH),
    Signal("lactate_concentration", HIGH, HIGHEST),
    Signal("albumin", LOW, LOWEST),
    Signal("hematocrit", BOTH),
    Signal("weight_gain", HIGH, HIGHEST),
    Signal("weight_now", (START, HIGHEST)),
    Signal("fluid_given", (END,), END),
    Signal("urine_volume", (END,), END),
    Signal("urine_flow", LOW),
    Signal("GFR", LOW, LOWEST),
    Signal("creatinine_concentration", HIGH, HIGHEST),
    Signal("urea_concentration", HIGH, HIGHEST),
    Signal("Na", BOTH),
    Signal("K", BOTH, HIGHEST),
    Signal("HCO3", LOW, LOWEST),
    Signal("glucose_concentration", HIGH),
    Signal("bilirubin", HIGH, HIGHEST),
    Signal("encephalopathy", HIGH),
    Signal("confusion_score", (HIGHEST,)),
    Signal("platelets", LOW, LOWEST),
    Signal("lymphocytes_blood", LOW),
    Signal("eosinophils", HIGH),
    Signal("escape_rate", HIGH, HIGHEST),
    Signal("phenylephrine_site", (HIGHEST,)),
    Signal("norepinephrine_site", (HIGHEST,)),
    Signal("dopamine_site", (HIGHEST,)),
)
LIMITS = (
    Limit("hours_MAP_below_65", "MAP", 65.0, main=True),
    Limit("hours_SBP_below_90", "SBP", 90.0, main=True),
    Limit("hours_MAP_below_50", "MAP", 50.0),
    Limit("hours_SaO2_below_90", "SaO2", 0.90),
    Limit("hours_temperature_above_38", "temperature", 38.0, above=True),
    Limit("hours_temperature_above_40", "temperature", 40.0, above=True),
    Limit("hours_urine_below_10", "urine_flow", TEN_PER_HOUR, in_a_row=True),
    Limit("hours_urine_below_half", "urine_per_weight", PER_KG_05, main=True, in_a_row=True),
    Limit("hours_urine_below_third", "urine_per_weight", PER_KG_03, in_a_row=True),
    Limit("hours_HR_above_120", "HR", 120.0, above=True),
    Limit("hours_confused", "confusion_score", 0.25, above=True),
)
GIVEN = (
    Given("pressor", "phenylephrine or norepinephrine", ("phenylephrine", "norepinephrine")),
    Given("dopamine", "dopamine", ("dopamine",)),  # apart: at 2 mcg/kg/min it is given for urine
    Given("oxygen", "oxygen", ("oxygen",)),
    Given("dosing", "interleukin-2", ("interleukin2_in", "interleukin2_subcutaneous")),
)
AMOUNTS = (
    Amount("interleukin2_in", "interleukin-2 by vein", "MIU"),
    Amount("phenylephrine", "phenylephrine", "mg", main=True),
    Amount("norepinephrine", "norepinephrine", "mg"),
    Amount("dopamine", "dopamine", "mg"),
    Amount("furosemide", "furosemide", "mg"),
    Amount("albumin_in", "albumin", "g"),
    Amount("oxygen", "oxygen", "L"),
)
SETTLED_FOR = 1440.0  # min without an excess, after which it is over
SETTLED = (
    Settled("recovered", "recovery_hours", "pressure back without a vasopressor",
            ("hours_MAP_below_65", "hours_SBP_below_90"), ("pressor", "dopamine", "dosing"),
            "assumed: the circulation stands by itself, MAP 65 and SBP 90 mmHg, for a day"),
    Settled("ready", "ready_hours", "ready for discharge",
            ("hours_MAP_below_65", "hours_SBP_below_90", "hours_SaO2_below_90", "hours_temperature_above_38",
             "hours_confused"),
            ("pressor", "dopamine", "oxygen", "dosing"),
            "assumed: for a day recovered, no oxygen, saturation 90 %, no fever, clear mind; weight and blood aside"),
)
SPREADS = (
    Spread("MAP", 20.0, 140.0),
    Spread("SBP", 40.0, 200.0),
    Spread("HR", 40.0, 200.0),
    Spread("CO", 0.0, 16.0),
    Spread("weight_gain", -8.0, 20.0),
    Spread("albumin", 5.0, 55.0),
    Spread("creatinine_concentration", 0.0, 1.2),
    Spread("SaO2", 0.70, 1.0),
    Spread("temperature", 35.0, 43.0),
    Spread("platelets", 0.0, 600.0),
)

NAMES = (*columns(FLOWS), *columns(STATES))  # a signal's number is its place here


def place(name: str) -> int:
    """Number of a signal: its place among the columns of the flows, then of the states."""
    return NAMES.index(name)


def declaration(name: str) -> Flow | State:
    """The output or state of a signal."""
    return find(name, (*FLOWS, *STATES))  # type: ignore[return-value]
