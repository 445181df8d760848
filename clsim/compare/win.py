"""The win ratio of a hierarchy: who fares better, by what matters most first.

Each patient is compared with himself under the reference.  The first outcome of the
hierarchy in which he differs by its margin decides; the next is looked at only on a tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from clsim.compare.arm import Arm, matched
from clsim.compare.endpoints import ENDPOINTS, MORE, NEITHER, Endpoint, values
from clsim.compare.forms import Rows, Values
from clsim.compare.paired import standard_error, t_interval, wilson
from clsim.errors import BadInput

DEATH = next(each for each in ENDPOINTS if each.name == "death")
SOURCE = "Pocock2012, matched pairs: each patient with himself under the reference"


class Level(NamedTuple):
    """An outcome of a hierarchy; a difference of ``margin`` or more (and not 0) decides."""

    endpoint: Endpoint
    margin: float
    why: str


@dataclass(frozen=True)
class Tally:
    """Who won at a level of those whom no level above had decided."""

    name: str
    label: str
    margin: float
    unit: str
    wins: int
    losses: int
    ties: int


@dataclass(frozen=True)
class Wins:
    """A policy against the reference.

    Parameters
    ----------
    levels : tuple of Tally
    wins, losses, ties, n, unknown : int
        Patients; ``unknown`` have no known value at one of the levels and are left out.
    ratio, ratio_low, ratio_high : float
        Wins over losses with its 95 % interval: that of Wilson for the share of wins among the
        decided, turned into odds as in Pocock2012; not-a-number where nobody is decided, infinite
        without losses.
    benefit, benefit_low, benefit_high, mc_error : float
        Wins less losses over n (net benefit), with its 95 % interval and standard error.
    """

    policy: str
    reference: str
    levels: tuple[Tally, ...]
    wins: int
    losses: int
    ties: int
    n: int
    unknown: int
    ratio: float
    ratio_low: float
    ratio_high: float
    benefit: float
    benefit_low: float
    benefit_high: float
    mc_error: float

    def record(self) -> dict[str, Any]:
        """Ready for JSON; infinite and unknown ratios are None."""
        found = {**vars(self), "levels": [vars(level) for level in self.levels]}
        return {key: None if isinstance(each, float) and not np.isfinite(each) else each for key, each in found.items()}


def level(name: str, margin: float, why: str) -> Level:
    """A level by the name of a shipped outcome."""
    return Level(next(each for each in ENDPOINTS if each.name == name), margin, why)


HIERARCHY = (
    level("death", 0.0, "assumed: nothing outweighs it"),
    level("organ_support", 0.0, "assumed: an organ had to be replaced by a machine; lasting harm is nearest to it"),
    level("doses_given", 1.0, "assumed: doses are why the patient is there; one dose more is a win. No link from "
          "doses to tumour response is modelled"),
    level("ICU", 0.0, "assumed: with equal doses, less support is better"),
    level("hours_MAP_below_65", 2.0, "assumed: less than two hours of low pressure is no difference at the bedside"),
    level("weight_gain_peak", 2.0, "assumed: less than 2 % of weight is within what a ward can weigh"),
)  # fmt: skip


def scores(policy: Values, reference: Values, each: Level) -> Values:
    """1 where the patient fares better under the policy, -1 where worse, 0 on a tie, (n,)."""
    gap = policy - reference if each.endpoint.better == MORE else reference - policy
    return np.where(np.isnan(gap), np.nan, np.sign(gap) * (np.abs(gap) >= each.margin))


def wins(policy: Arm, reference: Arm, hierarchy: Sequence[Level] = HIERARCHY) -> Wins:
    """Compare each patient under a policy with himself under the reference.

    Parameters
    ----------
    policy, reference : Arm
    hierarchy : sequence of Level
        What matters most first.

    Raises
    ------
    BadInput
        If the arms cannot be paired, a column is missing, or an outcome says not which way is better.
    """
    matched((policy, reference) if policy is not reference else (policy,), reference.name)
    undirected = [each.endpoint.name for each in hierarchy if each.endpoint.better == NEITHER]
    if undirected:
        raise BadInput("of no use in a hierarchy: neither more nor less of it is better", given=", ".join(undirected))
    found = np.stack([_scored(each, policy.rows, reference.rows) for each in hierarchy])
    both_died = (values(DEATH, policy.rows) > 0.0) & (values(DEATH, reference.rows) > 0.0)
    if any(each.endpoint.name == DEATH.name for each in hierarchy):
        found[:, both_died] = 0.0  # what is known of them ends with death; who died under both has tied
    known = ~np.isnan(found).any(axis=0)
    found = found[:, known]
    open_before = np.ones(found.shape[1], bool)
    final = np.zeros(found.shape[1])
    levels = []
    for each, row in zip(hierarchy, found, strict=True):
        better, worse = (int((open_before & (row == sign)).sum()) for sign in (1.0, -1.0))
        final = np.where(open_before, row, final)
        open_before &= row == 0.0
        ties = int(open_before.sum())
        levels.append(Tally(each.endpoint.name, each.endpoint.label, each.margin, each.endpoint.unit, better, worse,
                            ties))
    won, lost, n = int((final > 0.0).sum()), int((final < 0.0).sum()), len(final)
    low, high = wilson(won, won + lost)
    benefit_low, benefit_high = np.clip(t_interval(final), -1.0, 1.0).tolist()
    return Wins(
        policy.name, reference.name, tuple(levels), won, lost, n - won - lost, n, int((~known).sum()),
        _odds(won, lost), _odds(low, 1.0 - low), _odds(high, 1.0 - high),
        float(final.mean()) if n else np.nan, benefit_low, benefit_high, standard_error(final),
    )  # fmt: skip


def _scored(each: Level, policy: Rows, reference: Rows) -> Values:
    return scores(values(each.endpoint, policy), values(each.endpoint, reference), each)


def _odds(won: float, lost: float) -> float:
    if lost > 0.0:
        return won / lost
    return np.inf if won > 0.0 else np.nan
