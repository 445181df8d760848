"""Does a difference between policies depend on who the patient is?  Parts of the cohort, as data.

Parts are told by what patients were before the course, so that no policy can move a
patient from one part to another.  Tests of interaction are many and small effects become
certain with enough simulated patients: read the intervals, not the p value alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import chdtrc

from clsim.compare.arm import Arm, matched
from clsim.compare.endpoints import Endpoint, values
from clsim.compare.forms import Everyone, Form, Rows, Within, columns_of, evaluate
from clsim.compare.paired import Difference, difference, shown
from clsim.crowd.report import Z
from clsim.errors import BadInput

FEW = 30  # patients; in fewer nothing is estimated


@dataclass(frozen=True)
class Subgroup:
    """How a cohort is parted.

    Parameters
    ----------
    name, label : str
    parts : tuple of (label, form)
        A patient belongs to a part where its form is above 0; parts must not overlap.
    source : str
        Why it is parted there.
    """

    name: str
    label: str
    parts: tuple[tuple[str, Form], ...]
    source: str


def below_or_not(name: str, label: str, column: str, limit: float, words: str, source: str) -> Subgroup:
    """Two parts, below a limit of a column and from it on; ``words`` are the limit with its unit."""
    low, high = Within(column, -np.inf, limit), Within(column, limit, np.inf)
    return Subgroup(name, label, ((f"below {words}", low), (f"{words} or more", high)), source)


def by_code(name: str, label: str, column: str, words: Mapping[int, str], source: str) -> Subgroup:
    """A part for each code of a column of whole numbers."""
    return Subgroup(name, label, tuple((word, Within(column, code, code + 1)) for code, word in words.items()), source)


SUBGROUPS = (
    below_or_not("age", "age", "age", 60.0, "60 y", "assumed: the older third"),
    by_code("sex", "sex", "sex", {1: "men", 0: "women"}, "as drawn"),
    by_code("tumour", "tumour", "tumour", {0: "kidney cancer", 1: "melanoma"}, "as drawn"),
    by_code("ECOG", "ECOG performance status", "ECOG", {0: "0", 1: "1", 2: "2"}, "as drawn"),
    below_or_not("BMI", "body mass index", "BMI", 30.0, "30 kg/m2", "textbook value: obesity"),
    below_or_not("frailty", "latent frailty", "frailty", 0.5, "0.5 SD", "assumed: the frailer third of those who come"),
    below_or_not("albumin", "albumin at rest", "albumin_rest", 38.0, "38 g/L", "assumed: low normal"),
    below_or_not("clearance", "creatinine clearance, estimated", "creatinine_clearance", 0.09, "90 mL/min",
                 "KDIGO2012: the limit of normal filtration"),
    by_code("heart", "heart that is depressed easily", "cardiac_susceptibility", {0: "no", 1: "yes"}, "as drawn"),
)  # fmt: skip


EVERYBODY = Subgroup("all", "all patients", (("", Everyone()),), "")


@dataclass(frozen=True)
class Part:
    """The paired difference among the patients of a part; values in the unit of the outcome.

    ``n`` and ``unknown`` as in `clsim.compare.paired.Difference`; the numbers are None where there
    are fewer than `FEW` patients.
    """

    label: str
    policy_mean: float | None
    reference_mean: float | None
    difference: float | None
    ci_low: float | None
    ci_high: float | None
    mc_error: float | None
    n: int
    unknown: int


@dataclass(frozen=True)
class Row:
    """A subgroup of a forest plot.

    Parameters
    ----------
    parts : tuple of Part
    p : float or None
        Of interaction: the chance of differences between the parts at least as large, were all parts
        alike (Cochran1954, Q of the parts' differences with the weights 1 / mc_error^2); None where
        a part has no error or too few patients.
    contrast, contrast_low, contrast_high : float or None
        Of two parts: the difference in the second less that in the first, with its 95 % interval.
    outside : int
        Patients in none of the parts, or of whom it is not known.
    """

    name: str
    label: str
    outcome: str
    unit: str
    policy: str
    reference: str
    parts: tuple[Part, ...]
    p: float | None
    contrast: float | None
    contrast_low: float | None
    contrast_high: float | None
    outside: int


def known(rows: Rows, subgroups: Sequence[Subgroup] = SUBGROUPS) -> tuple[Subgroup, ...]:
    """The subgroups whose columns the table has."""
    return tuple(
        each for each in subgroups if all(name in rows for _, form in each.parts for name in columns_of(form))
    )


def forest(policy: Arm, reference: Arm, endpoint: Endpoint, subgroups: Sequence[Subgroup]) -> list[Row]:
    """The paired difference of an outcome in all patients, then in the parts of each subgroup.

    Parts without any patient are left out.

    Raises
    ------
    BadInput
        If the arms cannot be paired, a column is missing, or parts overlap.
    """
    matched((policy, reference) if policy is not reference else (policy,), reference.name)
    ours, theirs = values(endpoint, policy.rows), values(endpoint, reference.rows)
    same = policy.same(reference)

    def row(subgroup: Subgroup) -> Row:
        told = [(label, evaluate(form, reference.rows) > 0.0) for label, form in subgroup.parts]
        labels, masks = zip(*[(label, mask) for label, mask in told if mask.any()] or told, strict=True)
        if np.any(np.sum(masks, axis=0) > 1):
            raise BadInput("parts of a subgroup overlap", key=subgroup.name)
        found = [difference(ours[mask], theirs[mask], endpoint.kind, same) for mask in masks]
        parts = tuple(_part(label, each, endpoint) for label, each in zip(labels, found, strict=True))
        return Row(subgroup.name, subgroup.label, endpoint.name, endpoint.unit, policy.name, reference.name, parts,
                   interaction(found), *_contrast(found, endpoint), int((~np.any(masks, axis=0)).sum()))

    return [row(each) for each in (EVERYBODY, *subgroups)]


def interaction(found: Sequence[Difference]) -> float | None:
    """Chance of differences at least as unlike, were they alike; None where it cannot be told."""
    if len(found) < 2 or any(each.n < FEW or not each.mc_error > 0.0 for each in found):
        return None
    gaps = np.array([each.difference for each in found])
    weights = np.array([each.mc_error for each in found]) ** -2.0
    q = float(np.sum(weights * (gaps - np.sum(weights * gaps) / np.sum(weights)) ** 2))
    return float(chdtrc(len(found) - 1, q))


def _part(label: str, each: Difference, endpoint: Endpoint) -> Part:
    few = each.n < FEW
    mean, reference, gap, low, high, error = (None if few else shown(number, endpoint) for number in each[:6])
    return Part(label, mean, reference, gap, low, high, error, each.n, each.unknown)


def _contrast(found: Sequence[Difference], endpoint: Endpoint) -> tuple[float | None, float | None, float | None]:
    """Second less first of two parts, which are different people: their errors add in squares."""
    if len(found) != 2 or any(each.n < FEW for each in found):
        return None, None, None
    gap = found[1].difference - found[0].difference
    half = Z * float(np.hypot(found[0].mc_error, found[1].mc_error))
    return shown(gap, endpoint), shown(gap - half, endpoint), shown(gap + half, endpoint)


def records(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Ready for JSON."""
    return [{**vars(row), "parts": [vars(part) for part in row.parts]} for row in rows]
