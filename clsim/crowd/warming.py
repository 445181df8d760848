"""Compiling what cohorts need, ahead of the first block."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from clsim.cohort import draw_people, load_cohort
from clsim.crowd.plan import Plan, accuracy, make_plan, relay
from clsim.engine.block import NEVER_PAUSE, blank, make_desk
from clsim.jit import CACHE, LANES
from clsim.model.layout import FLOWS, STATES, P, columns
from clsim.policy.compiled import no_rules
from clsim.progress import Tell, silent
from clsim.scenario.by_size import MEASURES
from clsim.scenario.scenario import load

KEPT = "cohorts.compiled"


def _plan() -> Plan:
    scenario = load("hd-il2-standard", run={"horizon": "1 h"})
    return make_plan(scenario, load_cohort("hd-il2-candidates"), 0, LANES, everyone=True)


def people() -> None:
    """Compile what draws and settles patients, by drawing a few."""
    plan = _plan()
    draw_people(plan.cohort, plan.scenario.values, plan.seed, 0, LANES, plan.total)


def course() -> None:
    """Compile the loop that follows them, by following nobody."""
    plan, nobody = _plan(), np.zeros((1, len(columns(STATES))))
    flows = len(columns(FLOWS))
    relay()(np.zeros(0, np.uint64), np.ones((1, P.itemsize // 8)), np.ones((1, len(MEASURES))), plan.course, accuracy(),
            plan.watch, blank(1, plan.watch, 1, np.full(1, -1), (nobody.shape[1], flows)),
            make_desk(nobody, plan.course, plan.watch, flows), no_rules(), NEVER_PAUSE)


PARTS = {"people": people, "course": course}


def prepare(tell: Tell = silent) -> bool:
    """Have everything compiled by processes of their own, side by side, unless that was done before.

    Compiling takes as much memory as a million patients do; a process that ends gives it back.

    Returns
    -------
    bool
        Whether anything was compiled.
    """
    if CACHE is None or (CACHE / KEPT).exists():
        return False
    tell("compiling, once for this version", 0.0)
    running = [subprocess.Popen([sys.executable, "-m", "clsim.crowd", part]) for part in PARTS]
    ended = [each.wait() for each in running]
    if not any(ended):
        (CACHE / KEPT).touch()
    return True
