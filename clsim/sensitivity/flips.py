"""The rank-flip map: which uncertain parameter changes which policy comes out ahead.

In every member of an ensemble the same patients are treated under each policy.  A policy is ahead in a member
if its mean outcome is better; it is surely ahead if the 95 % interval of the paired difference in that member
leaves zero out, so that another draw of patients would hardly change it.  What separates the members in which
one policy is ahead from those in which the other is, is asked of one knob at a time: how often is its value
higher in a member of the first kind than in one of the second (the area under the ROC curve, Mann and
Whitney's statistic)?  1/2 is no separation, 0 and 1 are perfect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clsim.compare.endpoints import LESS, MORE
from clsim.compare.nested import FEWEST, INTERVAL, chosen_members, mean, quantile, settings_of
from clsim.compare.paired import difference
from clsim.errors import BadInput
from clsim.evidence.ensemble import Ensemble
from clsim.progress import Tell, silent
from clsim.sensitivity.resampling import RESAMPLES
from clsim.sensitivity.separation import CHANCE, Separation, separations
from clsim.sensitivity.trial import Trial

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
WAYS = (MORE, LESS)


class Pair(NamedTuple):
    """Two policies.

    Parameters
    ----------
    first, second : str
    ahead, behind : float
        Weight of the members in which the first is better, and worse; the rest are ties.
    sure_ahead, sure_behind : float
        The same, beyond the Monte Carlo error.
    gain : float64 (m,)
        How far the first is ahead in each member, in the unit of the outcome.
    error : float64 (m,)
        Its Monte Carlo error.
    sure : bool (m,)
        Where the 95 % interval of the difference leaves zero out.
    separations : tuple of Separation
        The knobs, those that separate best first; by correlation where that is chance, or nothing flips.
    chance : float
        How often the best of as many knobs would separate as well if none had to do with it; not-a-number
        where nothing flips.
    """

    first: str
    second: str
    ahead: float
    behind: float
    sure_ahead: float
    sure_behind: float
    gain: Numbers
    error: Numbers
    sure: Flags
    separations: tuple[Separation, ...]
    chance: float

    @property
    def flips(self) -> bool:
        """Each is ahead in some member."""
        return self.ahead > 0.0 and self.behind > 0.0

    @property
    def decided(self) -> bool:
        """A knob separates the members better than chance would."""
        return self.flips and self.chance <= CHANCE


@dataclass(frozen=True)
class Flips:
    """Which policy comes out ahead in which member.

    Parameters
    ----------
    policies : tuple of str
    ensemble : Ensemble
    members : int64 (m,)
    weights : float64 (m,)
    means : float64 (m, policies)
        Of the patients known under all policies.
    better : str
        "more" or "less".
    pairs : tuple of Pair
    patients, unknown, failed, runs : int
        Treated; the most that are not known in a member; courses that could not be computed; and all.
    """

    policies: tuple[str, ...]
    ensemble: Ensemble = field(repr=False)
    members: NDArray[np.int64]
    weights: Numbers
    means: Numbers
    better: str
    pairs: tuple[Pair, ...]
    patients: int
    unknown: int
    failed: int
    runs: int

    @property
    def effective(self) -> float:
        """Members of equal weight that would be as many."""
        return float(1.0 / np.sum(self.weights**2))

    @property
    def best(self) -> Numbers:
        """Weight of the members in which each policy is best, shared among those that tie, (policies,)."""
        gain = self.means if self.better == MORE else -self.means
        first = gain == gain.max(axis=1, keepdims=True)
        return np.asarray(self.weights @ (first / first.sum(axis=1, keepdims=True)))

    def spread(self, k: int) -> tuple[float, float, float]:
        """Mean of a policy over members and where 95 % of them lie."""
        low, high = (quantile(self.means[:, k], self.weights, each) for each in INTERVAL)
        return mean(self.means[:, k], self.weights), low, high

    def record(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "better": self.better, "ensemble": self.ensemble.name, "members": len(self.members),
            "effective_members": self.effective, "patients": self.patients, "unknown": self.unknown,
            "failed": self.failed, "flips": any(pair.flips for pair in self.pairs),
            "policies": [dict(zip(("policy", "best", "mean", "low", "high"), (name, float(best), *self.spread(k)),
                                  strict=True)) for k, (name, best) in enumerate(zip(self.policies, self.best,
                                                                                     strict=True))],
            "pairs": [{
                "first": pair.first, "second": pair.second, "ahead": pair.ahead, "behind": pair.behind,
                "sure_ahead": pair.sure_ahead, "sure_behind": pair.sure_behind, "flips": pair.flips,
                "chance": number(pair.chance), "knobs": [{
                    "knob": each.knob, "area": number(each.area.value), "area_low": number(each.area.low),
                    "area_high": number(each.area.high), "correlation": number(each.correlation.value),
                    "correlation_low": number(each.correlation.low), "correlation_high": number(each.correlation.high),
                    "cut": number(each.cut), "ahead_above": number(each.above), "ahead_below": number(each.below),
                } for each in pair.separations],
            } for pair in self.pairs],
        }  # fmt: skip


def number(value: float) -> float | None:
    """A number for JSON, None where it is not known."""
    return None if np.isnan(value) else float(value)


def flips(trial: Trial, ensemble: Ensemble, members: int | None = None, better: str = "", threads: int | None = None,
          tell: Tell = silent, resamples: int = RESAMPLES) -> Flips:
    """Which policy of a trial comes out ahead in which member of an ensemble, and what decides it.

    Parameters
    ----------
    trial : Trial
        Two policies or more.
    ensemble : Ensemble
    members : int, optional
        So many, drawn by weight; all if not given.
    better : {"", "more", "less"}
        Of the outcome; must be said where the outcome itself does not.
    threads, tell, resamples

    Raises
    ------
    BadInput
        If there is one policy only, nothing says which way is better, there are not as many members, or the
        outcome is known of too few patients in some member.
    """
    if len(trial.plans) < 2:
        raise BadInput("compares two policies or more", given=", ".join(trial.plans), key="policy")
    way = better or trial.endpoint.better
    if way not in WAYS:
        problem = "is no way to be better" if better else f"{trial.endpoint.name} says not which way is better"
        raise BadInput(problem, given=better, allowed=", ".join(WAYS), key="better")
    seed = next(iter(trial.plans.values())).seed
    rows, weights = chosen_members(ensemble, members, seed)
    found, failed = trial.runs(settings_of(ensemble, rows), threads, tell)
    known: Flags = np.asarray(~np.isnan(found).any(axis=1))  # (m, n)
    least = int(known.sum(axis=1).min())
    if least < FEWEST:
        raise BadInput("is known of too few patients in some member", allowed="more patients, or another outcome",
                       given=f"{trial.endpoint.name} of {least} of {found.shape[2]}", key="n")  # fmt: skip
    found = np.where(known[:, None], found, np.nan)  # so that all pairs are of the same patients
    means = np.nanmean(found, axis=2)
    names = tuple(trial.plans)
    pairs = tuple(_pair(names, k, other, found, trial.endpoint.kind, 1.0 if way == MORE else -1.0,
                        ensemble, rows, weights, seed, resamples)
                  for k, other in combinations(range(len(names)), 2))
    return Flips(names, ensemble, rows, weights, means, way, pairs, found.shape[2],
                 int((~known).sum(axis=1).max()), failed, found.size)


def _pair(names: Sequence[str], k: int, other: int, found: Numbers, kind: str, sign: float, ensemble: Ensemble,
          rows: NDArray[np.int64], weights: Numbers, seed: int, resamples: int) -> Pair:
    each = [difference(values[k], values[other], kind) for values in found]
    gain = sign * np.array([one.difference for one in each])
    low, high = (np.array([getattr(one, end) for one in each]) for end in ("ci_low", "ci_high"))
    sure = (low > 0.0) | (high < 0.0)
    ahead, behind = gain > 0.0, gain < 0.0
    apart, chance = separations([knob.name for knob in ensemble.knobs], ensemble.values[rows], gain, weights, seed,
                                resamples)
    of = [float(weights[some].sum()) for some in (ahead, behind, ahead & sure, behind & sure)]
    return Pair(names[k], names[other], of[0], of[1], of[2], of[3], gain, np.array([one.mc_error for one in each]),
                sure, apart, chance)
