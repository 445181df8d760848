"""What the targets say of each knob, and what they leave open.

Three views.  *Narrowing*: how wide a knob lies over the ensemble against its range before.  *Hold*: which targets
move most with it at the fit.  *Split*: how much of the fall of pressure is loss of tone, how much is leak and how
much is the heart, told by taking one of them away in each of some members.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clsim.evidence.arms import gather
from clsim.evidence.ensemble import Ensemble
from clsim.evidence.fit import Numbers, Problem, measure_all
from clsim.evidence.reading import Reading
from clsim.evidence.targets import Target, Targets
from clsim.progress import Tell, silent

WAYS = {  # what is taken away, by the knobs that carry it
    "tone": ("NO_on_SVR", "NO_on_veins", "NO_on_R_vr"),
    "leak": ("Z_max",),
    "heart": ("C_max_cardiodepression",),
}
NOTHING = 1e-6  # factor that takes an effect away
ARM, FIRST, LAST = "intensive_care", 1440.0, 7200.0  # every dose is given there, so that doses do not differ
STRONGEST = 3


@dataclass(frozen=True)
class Narrowing:
    """One knob: its spread over the ensemble and before, standard deviations of the logarithm."""

    knob: str
    label: str
    before: float
    after: float
    holds: tuple[tuple[str, float], ...]

    @property
    def left(self) -> float:
        """Share of the width that is left; near 1: the targets say nothing of it."""
        return self.after / self.before


@dataclass(frozen=True)
class Split:
    """Rise of mean pressure [mmHg] when one way is taken away, over members."""

    ways: tuple[str, ...]
    rise: Numbers  # (members, ways)

    def correlation(self) -> Numbers:
        """Between ways over members, (ways, ways)."""
        return np.asarray(np.corrcoef(self.rise.T))


def narrowings(problem: Problem, ensemble: Ensemble) -> list[Narrowing]:
    """Every knob, the least narrowed first."""
    logs = np.log(ensemble.values)
    mean = np.average(logs, axis=0, weights=ensemble.weights)
    after = np.sqrt(np.average((logs - mean) ** 2, axis=0, weights=ensemble.weights))
    slopes = problem.slopes(logs[0])[: len(problem.driving)]
    found = []
    for k, knob in enumerate(problem.knobs):
        order = np.argsort(-np.abs(slopes[:, k]))[:STRONGEST]
        holds = tuple((problem.driving[i].id, float(slopes[i, k])) for i in order)
        before = np.log(knob.high / knob.low) / np.sqrt(12.0)  # of an even spread over the range
        found.append(Narrowing(knob.name, knob.label, float(before), float(after[k]), holds))
    return sorted(found, key=lambda each: -each.left)


def split(targets: Targets, ensemble: Ensemble, members: Sequence[int], patients: int, seed: int,
          tell: Tell = silent) -> Split:
    """Take tone, leak and heart away in turn.

    Parameters
    ----------
    targets : Targets
    ensemble : Ensemble
    members : sequence of int
        Which of it.
    patients, seed : int
        Of the arm in which it is done.
    tell : callable
    """
    reading = Reading("signal", "MAP", (FIRST, LAST), own="mmHg", unit="mmHg")
    watched = Target("MAP", "MAP", ARM, reading, 0.0, -1.0, 1.0, "mmHg", "", "", "READ", "", 0)
    group = gather(targets.arms[ARM], [watched], patients, seed)

    def pressure(knobs: dict[str, float]) -> float:
        return reading.over(measure_all([group], knobs)[0].each(reading))

    rise = np.full((len(members), len(WAYS)), np.nan)
    for row, i in enumerate(members):
        knobs = ensemble.member(i)
        whole = pressure(knobs)
        for column, names in enumerate(WAYS.values()):
            rise[row, column] = pressure(knobs | dict.fromkeys(names, NOTHING)) - whole
        tell(f"member {row + 1} of {len(members)}", (row + 1) / len(members))
    return Split(tuple(WAYS), rise)
