"""A paired comparison in every member of an ensemble: what patients differ in, and what is not known of the body.

Members are sets of parameters that agree with the evidence about equally well.  The same patients are
treated under every policy in each member.  Patients differ from each other within a member; a mean
differs between members by what is not known of the parameters.  Both stand side by side, beside the
Monte Carlo error, which more patients shrink and which the members share, since they hold the same patients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clsim.compare.altered import readings, settled
from clsim.compare.endpoints import LESS, NEITHER, Endpoint
from clsim.compare.paired import Difference, difference, shown
from clsim.crowd.blocks import cores
from clsim.draws import stream_key, uniforms
from clsim.errors import BadInput, nearest
from clsim.evidence.ensemble import Ensemble
from clsim.progress import Tell, silent

if TYPE_CHECKING:
    from clsim.compare.run import Comparison

Numbers = NDArray[np.float64]
SHARED = ("mean", "mean_low", "mean_high", "difference", "mc_error", "n", "unknown")  # keys of a row, of members too
INTERVAL = (0.025, 0.975)
FEWEST = 2  # members, and patients in each
ENOUGH = 40  # members of equal weight that leave one beyond each end of a 95 % interval


@dataclass(frozen=True)
class Nested:
    """Paired comparisons of the same patients, one in each member.

    Parameters
    ----------
    ensemble : Ensemble
    members : int64 (m,)
        Rows of the ensemble.
    weights : float64 (m,)
        Their shares, which sum to 1.
    endpoints : tuple of Endpoint
    policies : tuple of str
    same : tuple of bool
        Which policies are the reference under another name.
    reference : str
    found : mapping of (policy, outcome) to tuple of Difference
        Policy less reference in each member, in the unit of the values; of the reference, less itself.
    failed, tried : int
        Patients who could not be computed, and all, added up over members and policies.
    """

    ensemble: Ensemble = field(repr=False)
    members: NDArray[np.int64]
    weights: Numbers
    endpoints: tuple[Endpoint, ...] = field(repr=False)
    policies: tuple[str, ...]
    same: tuple[bool, ...]
    reference: str
    found: Mapping[tuple[str, str], tuple[Difference, ...]] = field(repr=False)
    failed: int = 0
    tried: int = 0

    @property
    def effective(self) -> float:
        """Members of equal weight that would be as many (Kish1965)."""
        return float(1.0 / np.sum(self.weights**2))

    def column(self, policy: str, outcome: str, name: str) -> Numbers:
        """A field of `Difference` in each member, (m,)."""
        return np.array([getattr(each, name) for each in self.found[policy, outcome]], np.float64)

    def records(self, names: Sequence[str] = ()) -> list[dict[str, Any]]:
        """A record for each outcome (those named, in their order) and policy; as `clsim.compare.paired.records`.

        ``mean`` and ``difference`` are means over members; ``low``, ``high`` their 95 % interval over members and
        ``member_sd`` their standard deviation; ``patient_sd`` that of the paired difference between patients within
        a member, and ``mc_error`` the standard error of the difference within a member (both root mean squares over
        members).  In the rows of the reference these are of its mean.  ``ahead`` and ``behind`` are the per cent of
        the weight in which the policy is better and worse than the reference.

        Raises
        ------
        BadInput
            If there is no such outcome.
        """
        known = {each.name: each for each in self.endpoints}
        for name in names:
            if name not in known:
                raise BadInput("is not an outcome", given=name, nearest=nearest(name, known), allowed=", ".join(known),
                               key="outcomes")  # fmt: skip
        return [self._record(known[name], k) for name in dict.fromkeys(names or known)
                for k in range(len(self.policies))]

    def _record(self, endpoint: Endpoint, k: int) -> dict[str, Any]:
        policy, base = self.policies[k], self.policies[k] == self.reference
        of = {name: self.column(policy, endpoint.name, name) for name in Difference._fields}
        means, gaps = of["policy_mean"], of["difference"]
        spread = means if base else gaps
        low, high = (quantile(spread, self.weights, each) for each in INTERVAL)
        ahead, behind = self._sides(gaps, endpoint)
        numbers = {
            "mean": mean(means, self.weights), "mean_low": quantile(means, self.weights, INTERVAL[0]),
            "mean_high": quantile(means, self.weights, INTERVAL[1]), "difference": mean(gaps, self.weights),
            "low": low, "high": high, "member_sd": deviation(spread, self.weights),
            "patient_sd": rms(of["mc_error"] * np.sqrt(of["n"]), self.weights),
            "mc_error": rms(of["mc_error"], self.weights),
        }  # fmt: skip
        return {
            "outcome": endpoint.name, "policy": policy, "reference": self.reference,
            **{name: shown(value, endpoint) for name, value in numbers.items()},
            "ahead": ahead, "behind": behind, "n": int(of["n"].min()), "unknown": int(of["unknown"].max()),
            "members": len(self.members), "effective_members": self.effective, "label": endpoint.label,
            "unit": endpoint.unit, "kind": endpoint.kind, "better": endpoint.better, "same_policy": self.same[k],
            "differs_in": int(np.count_nonzero(gaps[~np.isnan(gaps)])),
        }  # fmt: skip

    def _sides(self, gaps: Numbers, endpoint: Endpoint) -> tuple[float | None, float | None]:
        known = ~np.isnan(gaps)
        if endpoint.better == NEITHER or not known.any():
            return None, None
        gain = -gaps if endpoint.better == LESS else gaps
        share = self.weights / self.weights[known].sum()
        return 100.0 * float(share[known & (gain > 0.0)].sum()), 100.0 * float(share[known & (gain < 0.0)].sum())

    def beside(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows of a comparison with what the members say under "ensemble"."""
        mine = {(each["outcome"], each["policy"]): each for each in self.records()}
        return [{**row, "ensemble": {key: value for key, value in mine[row["outcome"], row["policy"]].items()
                                     if key not in row or key in SHARED}} for row in rows]

    def facts(self) -> dict[str, str]:
        """All that determines the members, by name."""
        return {"ensemble": self.ensemble.name, "members": f"{len(self.members)} of {len(self.ensemble.weights)}",
                **{f"ensemble {key}": value for key, value in self.ensemble.provenance.items()}}

    def warnings(self) -> list[str]:
        """What a reader must know before he believes the members, a line each."""
        found = []
        if self.effective < ENOUGH:
            found.append(f"the members count as {self.effective:.1f} of equal weight: their 95 % interval is that of "
                         f"the extremes, and truly wider; {ENOUGH} or more fill it")
        records = self.records()
        found += [f"{each['label']}, {each['policy']}: is the policy of {self.reference} and differs from it in "
                  f"{each['differs_in']} members; something is wrong with this comparison"
                  for each in records if each["same_policy"] and each["differs_in"]]
        few = sorted({each["label"] for each in records if each["unknown"] and each["n"] < FEWEST})
        if few:
            found.append(f"known of fewer than {FEWEST} patients in some member, so that little can be said: "
                         f"{', '.join(few)}")
        return found


def over_ensemble(found: Comparison, ensemble: Ensemble, members: int | None = None, threads: int | None = None,
                  tell: Tell = silent) -> Nested:
    """Repeat a comparison in members of an ensemble, with the same patients.

    Parameters
    ----------
    found : Comparison
        What is repeated: its plans, reference and seed.
    ensemble : Ensemble
    members : int, optional
        So many, drawn by their weights; all if not given.
    threads : int, optional
    tell : callable

    Raises
    ------
    BadInput
        If members are too few or too many, or fewer than two patients are treated.
    """
    if found.treated < FEWEST:
        raise BadInput("is too small: there is no spread between patients", given=f"{found.treated} treated",
                       allowed=f"{FEWEST} treated or more", key="n")  # fmt: skip
    rows, weights = chosen_members(ensemble, members, found.plans[0].seed)
    endpoints = found.endpoints(everything=True)
    arms = [arm.name for arm in found.arms]
    base = arms.index(found.reference)
    same = tuple(arm is not found.base and arm.same(found.base) for arm in found.arms)
    pairs: dict[tuple[str, str], list[Difference]] = {(arm, each.name): [] for arm in arms for each in endpoints}
    failed = 0
    people = settled(found.plans[0])
    workers = cores() if threads is None else threads
    for reading in readings(found.plans, people, settings_of(ensemble, rows), endpoints, workers, tell):
        failed += reading.failed
        for e, endpoint in enumerate(endpoints):
            theirs = reading.values[base, e]
            for k, arm in enumerate(arms):
                pairs[arm, endpoint.name].append(paired(reading.values[k, e], theirs, endpoint, k == base, same[k]))
    return Nested(ensemble, rows, weights, endpoints, tuple(arms), same, found.reference,
                  {key: tuple(each) for key, each in pairs.items()}, failed, found.treated * len(arms) * len(rows))


def paired(ours: Numbers, theirs: Numbers, endpoint: Endpoint, base: bool, same: bool) -> Difference:
    """Policy less reference; of the reference itself the difference is 0 and the error that of its mean."""
    found = difference(ours, theirs, endpoint.kind, same=same or base)
    return found._replace(mc_error=difference(ours, np.zeros(ours.size), endpoint.kind).mc_error) if base else found


def chosen_members(ensemble: Ensemble, members: int | None, seed: int) -> tuple[NDArray[np.int64], Numbers]:
    """Members and their weights: all, or some drawn by weight.

    Drawing is systematic: one draw and equal steps along the summed weights, so that a member is drawn as often as its
    weight says, up to one.  Whoever is drawn twice is computed once and counts twice.

    Raises
    ------
    BadInput
        If there are not as many.
    """
    there = len(ensemble.weights)
    if members is None or members == there:
        rows = np.flatnonzero(ensemble.weights > 0.0)
        return rows, ensemble.weights[rows] / ensemble.weights[rows].sum()
    if not FEWEST <= members <= there:
        raise BadInput("is too few" if members < FEWEST else f"is more than the ensemble {ensemble.name} has",
                       given=str(members), allowed=f"{FEWEST} to {there}", key="members")  # fmt: skip
    start = uniforms(stream_key(seed, "ensemble/members"), [0])[0]
    steps = (np.arange(members) + start) / members
    sums = np.cumsum(ensemble.weights)
    rows, counts = np.unique(np.searchsorted(sums / sums[-1], steps, side="right"), return_counts=True)
    return rows, counts / members


def settings_of(ensemble: Ensemble, rows: NDArray[np.int64]) -> list[dict[str, float]]:
    """Value of each knob by name, for each of these members."""
    names = [knob.name for knob in ensemble.knobs]
    return [dict(zip(names, map(float, ensemble.values[row]), strict=True)) for row in rows]


def mean(values: Numbers, weights: Numbers) -> float:
    """Weighted mean over the members of which it is known."""
    known = ~np.isnan(values)
    return float(np.average(values[known], weights=weights[known])) if known.any() else np.nan


def rms(values: Numbers, weights: Numbers) -> float:
    """Weighted root mean square over the members of which it is known."""
    return float(np.sqrt(mean(values**2, weights)))


def deviation(values: Numbers, weights: Numbers) -> float:
    """Weighted standard deviation over the members of which it is known."""
    return rms(values - mean(values, weights), weights)


def quantile(values: Numbers, weights: Numbers, share: float) -> float:
    """The least value at which the summed weight reaches a share, of the members of which it is known."""
    known = ~np.isnan(values)
    if not known.any():
        return np.nan
    return float(np.quantile(values[known], share, weights=weights[known], method="inverted_cdf"))
