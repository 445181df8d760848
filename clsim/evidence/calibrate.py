"""The whole fit as one command: a search, then an ensemble around what it found."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clsim.errors import BadInput, Place
from clsim.evidence.ensemble import COMMAND, Ensemble, write_ensemble
from clsim.evidence.equations import identity
from clsim.evidence.fit import Problem, search
from clsim.evidence.targets import load_targets
from clsim.evidence.waves import HEADLINE, SLACK, Standing, waves
from clsim.printing import columns_of_text
from clsim.progress import Tell, silent

POINTS = ".points.jsonl"  # beside the output: every point that was computed


@dataclass(frozen=True)
class Calibration:
    """What a fit came to.

    Parameters
    ----------
    ensemble : Ensemble
    fit : Standing
        Of its first member.
    shipped_cost, fit_cost : float
        Before and after the search.
    computed : int
        Points computed now; others were there.
    notes : tuple of str
    """

    ensemble: Ensemble
    fit: Standing
    shipped_cost: float
    fit_cost: float
    computed: int
    notes: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """As plain values."""
        return {"met": self.fit.met, "beyond": sorted(self.fit.beyond), "cost_shipped": self.shipped_cost,
                "cost": self.fit_cost, "members": len(self.ensemble), "points_computed": self.computed,
                "knobs": self.ensemble.member(0), "notes": list(self.notes)}

    def text(self) -> str:
        """The knobs, and how well they do."""
        rows: list[tuple[str, ...]] = [("knob", "decides", "fit", "5 % of members", "95 %")]
        values = self.ensemble.values
        for k, each in enumerate(self.ensemble.knobs):
            low, high = np.quantile(values[:, k], [0.05, 0.95])
            rows.append((each.name, each.label, *(f"{value:.3g}" for value in (values[0, k], low, high))))
        return (f"{columns_of_text(rows)}\ncost {self.shipped_cost:.1f} as shipped, {self.fit_cost:.1f} now; "
                f"{self.fit.met} targets met, {len(self.ensemble)} members")


def calibrate(targets: str | Path, out: Path, *, patients: int, seed: int, members: int, rounds: int,
              resume: bool = False, force: bool = False, tell: Tell = silent) -> Calibration:
    """Search, then draw the ensemble, and write it.

    Raises
    ------
    BadInput
        If the targets cannot be meant, nothing may be turned, the output exists, or there is nothing to resume.
    """
    if out.suffix != ".toml":
        raise BadInput("is no TOML file", given=str(out), allowed="a name that ends in .toml", key="--out")
    read = load_targets(targets)
    if not read.knobs:
        raise BadInput("nothing may be turned", allowed="[[knob]] tables", place=Place(str(targets)))
    points = out.with_suffix(POINTS)
    if resume and not points.exists():
        raise BadInput("there is nothing to resume", given=str(points), key="--resume")
    if not resume and not force and (out.exists() or points.exists()):
        raise BadInput("exists already", given=str(out if out.exists() else points),
                       allowed="--resume to go on, --force to begin anew", key="--out")
    if not out.parent.is_dir():
        raise BadInput("there is no such folder", given=str(out.parent), key="--out")
    if not resume:
        points.unlink(missing_ok=True)
    problem = Problem(read, patients, seed, points)
    notes: list[str] = []
    tell("drawing patients", 0.0)
    shipped = dict.fromkeys((each.name for each in problem.knobs), 1.0)
    before = problem.cost(shipped)
    fit = shipped
    if rounds:
        found = search(problem, rounds=rounds, tell=lambda k, knobs, cost: tell(f"round {k} of the search", k / rounds))
        if problem.cost(found) < before:
            fit = found
        else:
            notes.append("the search could not improve on what is shipped, which is kept")
    kept, values, of_fit = waves(problem, fit, members, tell=tell)
    if len(kept) < members:
        notes.append(f"only {len(kept)} of {members} members were found: few points meet the targets as the fit does")
    allowance = f" but {', '.join(sorted(of_fit.beyond))}" if of_fit.beyond else ""
    ensemble = Ensemble(
        out.stem, problem.knobs, kept, np.full(len(kept), 1.0 / len(kept)),
        {each.id: np.array([row[each.id] for row in values]) for each in read.targets},
        {"title": f"{len(kept)} sets of parameters that meet the published numbers about as well",
         "targets": read.name, "equations": identity(), "patients": str(patients), "seed": str(seed),
         "admissible": f"at least {of_fit.met - SLACK} of the {HEADLINE} targets inside their tolerance, and none off "
                       f"by more than twice it{allowance}",
         "made_by": f"{COMMAND} --targets {shlex.quote(str(targets))} -n {patients} --seed {seed} --members {members} "
                    f"--rounds {rounds} --out {out.name}"})
    write_ensemble(ensemble, out)
    return Calibration(ensemble, of_fit, before, problem.cost(fit), problem.computed, tuple(notes))

