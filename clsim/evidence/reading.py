"""What is read off the course of each patient, and which statistic is taken over the patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from clsim import units
from clsim.errors import nearest
from clsim.model.layout import FLOWS, STATES, columns
from clsim.scenario.section import Section
from clsim.spec import Flow, State
from clsim.substances import molar_mass

DAY = 1440.0  # min
FORMS = ("value", "change", "ratio")
PICKS = ("mean", "highest", "lowest", "time of highest", "time of lowest", "least per day", "most per day")
SOFT = 0.3  # width of the limit of a soft share, of the standard deviation over patients
SHARE, EXPECTED = "share", "expected share"
DECLARED: dict[str, Flow | State] = {
    column: each for group in (FLOWS, STATES) for each in group for column in columns((each,))}
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """How a number is come by.

    Parameters
    ----------
    kind, name : str
        "signal" (a state or an output), "column" (of the table of patients) or "kinetics".
    times : tuple of float
        When, or from when to when, min; empty for columns.
    pick, form : str
        One of `PICKS` and of `FORMS`.
    statistic : str
        Over the patients who are alive then: mean, median, share, or the share expected from hazards.
    above, below : float or None
        Limits of a share, in ``own``.
    own, unit : str
        Unit of what is read of a patient, and of the published number.
    """

    kind: str
    name: str
    times: tuple[float, ...] = ()
    pick: str = "mean"
    form: str = "value"
    statistic: str = "mean"
    above: float | None = None
    below: float | None = None
    own: str = "1"
    unit: str = "1"

    def of_course(self, minutes: Numbers, values: Numbers) -> Numbers:
        """What is read of each patient, (n,), from his course.

        Parameters
        ----------
        minutes : float64 (m,)
            The first is before treatment.
        values : float64 (n, m)
            In ``own`` before any change of form; not a number after death.
        """
        first, last = self.times[0], self.times[-1]
        if len(self.times) == 1:
            found = values[:, int(np.argmin(np.abs(minutes - first)))]
        else:
            inside = (minutes >= first) & (minutes <= last)
            found = picked(self.pick, minutes[inside], values[:, inside])
        before = values[:, 0]
        return found / before if self.form == "ratio" else found - before if self.form == "change" else found

    def over(self, each: Numbers, soft: bool = False) -> float:
        """The statistic over patients, in ``unit``; not a number if nobody was left.

        A soft share counts who is near the limit by part, so that a search can see which way to go though nobody
        has crossed it yet.
        """
        known = each[np.isfinite(each)]
        if known.size == 0:
            return float("nan")
        if self.statistic == SHARE:
            limit = self.above if self.above is not None else self.below
            assert limit is not None
            beyond = known - limit if self.above is not None else limit - known
            width = SOFT * float(np.std(known)) if soft else 0.0
            found = float(np.mean(ndtr(beyond / width) if width > 0.0 else beyond > 0.0))
        elif self.statistic == EXPECTED:
            found = float(np.mean(-np.expm1(-known)))
        else:
            found = float(np.median(known) if self.statistic == "median" else np.mean(known))
        return self.factor(found, self.unit)

    def factor(self, value: float, unit: str) -> float:
        """A value of the statistic in another unit."""
        own = "1" if self.statistic in (SHARE, EXPECTED) else self.own
        return float(units.convert(value, own, unit, molar_mass(self.name)))


def picked(pick: str, minutes: Numbers, values: Numbers) -> Numbers:
    """What is taken of a stretch of time; not a number where nothing is known of it."""
    known = np.isfinite(values)
    some = known.any(axis=1)
    out = np.full(len(values), np.nan)
    if pick == "mean":
        out[some] = np.where(known, values, 0.0)[some].sum(axis=1) / known[some].sum(axis=1)
    elif pick in ("highest", "lowest"):
        out[some] = np.nanmax(values[some], axis=1) if pick == "highest" else np.nanmin(values[some], axis=1)
    elif pick.startswith("time of"):
        best = np.nanargmax(values[some], axis=1) if pick.endswith("highest") else np.nanargmin(values[some], axis=1)
        out[some] = (minutes[best] - minutes[0]) / 60.0
    else:
        later = np.searchsorted(minutes, minutes + DAY)
        pairs = [(i, j) for i, j in enumerate(later) if j < minutes.size and minutes[j] == minutes[i] + DAY]
        days = np.stack([values[:, j] - values[:, i] for i, j in pairs], axis=1)
        whole = np.isfinite(days).any(axis=1)
        out[whole] = (np.nanmin if pick.startswith("least") else np.nanmax)(days[whole], axis=1)
    return out


def reading_unit(name: str, pick: str, form: str) -> str:
    """Unit of what is read of a patient."""
    if pick.startswith("time of"):
        return "h"
    declared = DECLARED[name]
    return "1" if form == "ratio" else declared.show or declared.unit


def find_signal(section: Section, name: str) -> str:
    """A state or an output by its name; refused by line if there is none."""
    if name not in DECLARED:
        section.refuse("is no state or output of the model", "signal", given=name,
                       nearest=nearest(name, DECLARED), allowed="docs/reference/states.md and flows.md name them")
    return name
