"""``python -m clsim.evidence docs/calibration.md``: compute and fill what a page has marks for.

The targets stand on ``docs/validation.md``, all else on the page of the calibration.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from clsim.evidence.clinical import clinical
from clsim.evidence.ensemble import load_ensemble
from clsim.evidence.fit import Problem
from clsim.evidence.identify import narrowings, split
from clsim.evidence.report import fill, marked, of_arms, of_knobs, of_split, of_targets, of_variants
from clsim.evidence.targets import load_targets
from clsim.evidence.variants import VARIANTS, fit_variant
from clsim.progress import bar

PARTS = ("targets", "arms", "knobs", "split", "variants")
MEMBERS, PATIENTS = 40, 32  # of the split

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("page", type=Path)
parser.add_argument("--only", choices=PARTS, action="append", help="these parts; all that the page has if not given")
parser.add_argument("--rounds", type=int, default=2, help="of the fit of each variant")
parser.add_argument("--points", type=Path, help="computed points of the calibration, not to be computed again")
given = parser.parse_args()
wanted = given.only or [part for part in PARTS if marked(given.page, part)]
targets = load_targets()
parts: dict[str, list[str]] = {}
with bar("calibration page") as tell:
    if "targets" in wanted:
        parts["targets"] = of_targets(clinical(targets, tell=tell))
    if "arms" in wanted:
        parts["arms"] = of_arms(targets)
    if {"knobs", "split", "variants"} & set(wanted):
        ensemble = load_ensemble()
        patients, seed = (int(ensemble.provenance[key]) for key in ("patients", "seed"))
        problem = Problem(targets, patients, seed, given.points)
        if "knobs" in wanted:
            parts["knobs"] = of_knobs(narrowings(problem, ensemble), ensemble)
        if "split" in wanted:
            chosen = range(0, len(ensemble), max(1, len(ensemble) // MEMBERS))
            parts["split"] = of_split(split(targets, ensemble, chosen, PATIENTS, seed, tell))
        if "variants" in wanted:
            start = ensemble.member(0)
            parts["variants"] = of_variants(
                [fit_variant(targets, each, problem, start, given.rounds, tell) for each in VARIANTS])
fill(given.page, parts)
