"""What a policy may look at: the words of the rule language and what of the body they show.

A signal is measured (a monitor or a laboratory), a total (what flowed in a stretch of time), an
event, or known to those who give the orders.  Nothing else of the body can be seen.  Values are
in the internal units of `clsim.spec`; ``low`` and ``high`` are the least and the most that a
threshold can reasonably be.
"""

from __future__ import annotations

from dataclasses import dataclass

from clsim import units
from clsim.model.hazards import EVENTS
from clsim.model.symptoms import SYMPTOMS
from clsim.substances import molar_mass

TICK = 15.0  # min; patients are looked at, and orders change, at multiples of it
MEASURED, TOTAL, FLOW_TOTAL, EVENT, KNOWN = range(5)
GROUPS = ("vitals", "urine", "weight", "labs")
GROUP_LABELS = ("vital signs and how the patient is", "urine and stool", "weight", "blood tests")


@dataclass(frozen=True)
class Signal:
    """Something that the people who decide can see.

    Parameters
    ----------
    name, label : str
        Word of the rule language, and a phrase for people.
    unit, show : str
        Internal unit, and the unit for people.
    low, high : float
        Least and most sensible threshold, in ``unit``.
    kind : int
        MEASURED, TOTAL (of a growing state), FLOW_TOTAL (of a flow), EVENT or KNOWN.
    source : str
        State, flow or event of the model; empty for what is KNOWN.
    group : str
        With which of `GROUPS` it is observed; empty for events and what is known.
    """

    name: str
    label: str
    unit: str
    show: str
    low: float
    high: float
    kind: int
    source: str = ""
    group: str = ""

    @property
    def substance(self) -> str:
        """What its units need to know: ``creatinine`` for mg/dL."""
        return SUBSTANCE.get(self.name, self.name)


# names whose substance, for mEq and mg/dL, is written differently
SUBSTANCE = {"bicarbonate": "HCO3"}
SIGNALS: dict[str, Signal] = {}


def _add(kind: int, group: str, *rows: tuple[str, str, str, str, str, float, float]) -> None:
    """Rows of name, label, source, unit, show, and the range in ``show``."""
    for name, label, source, unit, show, low, high in rows:
        mass = molar_mass(SUBSTANCE.get(name, name))
        least, most = (float(units.convert(value, show, unit, mass)) for value in (low, high))
        SIGNALS[name] = Signal(name, label, unit, show, least, most, kind, source, group)


_add(
    MEASURED, "vitals",
    ("sbp", "systolic arterial pressure", "SBP", "mmHg", "mmHg", 40, 220),
    ("dbp", "diastolic arterial pressure", "DBP", "mmHg", "mmHg", 20, 140),
    ("map", "mean arterial pressure", "MAP", "mmHg", "mmHg", 30, 160),
    ("hr", "heart rate", "HR", "1/min", "1/min", 30, 220),
    ("rr", "respiratory rate", "respiratory_rate", "1/min", "1/min", 4, 60),
    ("temperature", "temperature", "temperature", "degC", "degC", 34, 43),
    ("spo2", "oxygen saturation", "SaO2", "1", "%", 60, 100),
    ("oxygen_needed", "oxygen flow that would hold the target saturation", "oxygen_needed", "L/min", "L/min", 0, 60),
    ("dyspnoea", "shortness of breath, 0 none to 1 worst", "dyspnoea", "1", "1", 0, 1),
    ("confusion", "confusion, 0 none to 1 worst", "confusion_score", "1", "1", 0, 1),
)
_add(MEASURED, "weight", ("weight", "body weight", "weight_now", "kg", "kg", 30, 250))
_add(
    MEASURED, "labs",
    ("creatinine", "creatinine", "creatinine_concentration", "mmol/L", "mg/dL", 0.2, 15),
    ("urea", "urea", "urea_concentration", "mmol/L", "mmol/L", 1, 80),
    ("bilirubin", "total bilirubin", "bilirubin", "umol/L", "mg/dL", 0.1, 40),
    ("sodium", "sodium", "Na", "mmol/L", "mmol/L", 105, 175),
    ("potassium", "potassium", "K", "mmol/L", "mmol/L", 1.5, 9),
    ("bicarbonate", "bicarbonate", "HCO3", "mmol/L", "mmol/L", 4, 45),
    ("glucose", "glucose", "glucose_concentration", "mmol/L", "mmol/L", 1, 50),
    ("lactate", "lactate", "lactate_concentration", "mmol/L", "mmol/L", 0.3, 25),
    ("ph", "arterial pH", "pH", "1", "1", 6.8, 7.8),
    ("albumin", "albumin", "albumin", "g/L", "g/L", 5, 60),
    ("hemoglobin", "haemoglobin", "hemoglobin", "g/L", "g/L", 30, 220),
    ("platelets", "platelets", "platelets", "10^9/L", "10^9/L", 1, 1000),
    ("granulocytes", "neutrophils", "granulocytes", "10^9/L", "10^9/L", 0.05, 80),
)
_add(TOTAL, "urine", ("urine", "urine", "urine_volume", "L/min", "mL/h", 0, 1000),
     ("fluid", "fluid by the line", "fluid_given", "L/min", "mL/h", 0, 4000))
_add(FLOW_TOTAL, "urine", ("stool", "loss by the bowel", "bowel_loss", "L/min", "mL/h", 0, 1000))
_add(
    KNOWN, "",
    ("phenylephrine", "phenylephrine running", "", "mcg/kg/min", "mcg/kg/min", 0, 10),
    ("norepinephrine", "norepinephrine running", "", "mcg/kg/min", "mcg/kg/min", 0, 3),
    ("dopamine", "dopamine running", "", "mcg/kg/min", "mcg/kg/min", 0, 30),
    ("oxygen", "oxygen running", "", "L/min", "L/min", 0, 60),
    ("phenylephrine_peak", "highest phenylephrine since the last planned dose", "", "mcg/kg/min", "mcg/kg/min", 0, 10),
    ("pressor", "pressors running, their number", "", "1", "1", 0, 3),
    ("relative", "relative criteria met", "", "1", "1", 0, 99),
    ("absolute", "absolute criteria met", "", "1", "1", 0, 99),
    ("doses", "doses given in this cycle", "", "1", "1", 0, 99),
    ("doses_left", "planned doses of this cycle still to come, this one included", "", "1", "1", 0, 99),
    ("held", "doses held in this cycle", "", "1", "1", 0, 99),
    ("held_in_a_row", "doses held one after another", "", "1", "1", 0, 99),
    ("dose_ago", "time since the last dose given", "", "min", "h", 0, 24 * 30),
    ("clock", "time of day", "", "min", "h", 0, 24),
)
HAPPENINGS = (*(each.name for each in EVENTS), *(f"{each.name}_reported" for each in SYMPTOMS))
for _event, _name in zip((*EVENTS, *SYMPTOMS), HAPPENINGS, strict=True):
    SIGNALS[_name] = Signal(_name, _event.label, "min", "h", 0.0, 24 * 60 * 60.0, EVENT, _event.name)

# targets within reason: lowest, highest, and largest fall below the reading on admission
AIMS = {"sbp": (60.0, 140.0, 60.0), "map": (45.0, 110.0, 40.0), "dbp": (30.0, 100.0, 40.0), "spo2": (0.8, 1.0, 0.1)}
MEANT = {  # what people write, and the signal they mean
    "systolic": "sbp", "bp": "sbp", "blood_pressure": "sbp", "diastolic": "dbp", "mean_pressure": "map", "pulse": "hr",
    "heart_rate": "hr", "respiration": "rr", "temp": "temperature", "fever": "temperature", "sao2": "spo2",
    "saturation": "spo2", "o2": "oxygen", "diuresis": "urine", "urine_output": "urine", "oliguria": "urine",
    "stools": "stool", "diarrhoea": "stool", "cr": "creatinine", "k": "potassium", "na": "sodium", "hb": "hemoglobin",
    "hco3": "bicarbonate", "wbc": "granulocytes", "noradrenaline": "norepinephrine", "pressors": "pressor",
    "weight_loss": "weight", "infection": "sepsis",
}  # fmt: skip

COUNTED = ("relative", "absolute", "pressor")  # "at least 3 relative", "any pressor"
DRIPS = ("phenylephrine", "norepinephrine", "dopamine", "oxygen")  # inputs whose running rate is a signal
PRESSORS = DRIPS[:3]

VALUE, FALL, GAIN, RISE, DROP = range(5)
ASPECTS = {  # ending of a measured signal: which number of it is compared
    "": (VALUE, ""),
    "_fall": (FALL, "below the reading on admission"),
    "_gain": (GAIN, "above the reading on admission, as a share of it"),
    "_rise": (RISE, "above the reading before"),
    "_drop": (DROP, "below the highest reading"),
}


def known_words() -> list[str]:
    """Every signal, and the measured ones with their endings."""
    return [*SIGNALS, *(name + ending for name, each in SIGNALS.items() if each.kind == MEASURED
                        for ending in ASPECTS if ending)]


def find(word: str) -> tuple[Signal, int] | None:
    """The signal of a word and its aspect."""
    if word in SIGNALS:
        return SIGNALS[word], VALUE
    for ending, (aspect, _) in ASPECTS.items():
        stem = word.removesuffix(ending) if ending else word
        ordered = aspect == RISE and stem in DRIPS
        if ending and stem != word and stem in SIGNALS and (SIGNALS[stem].kind == MEASURED or ordered):
            return SIGNALS[stem], aspect
    return None
