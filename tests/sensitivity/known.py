"""Trials whose answers are known: an outcome that is a formula of the knobs, and a number of each patient."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from clsim.compare.endpoints import ENDPOINTS
from clsim.evidence.knobs import Knob
from clsim.sensitivity.ranges import Range

DOSES = next(each for each in ENDPOINTS if each.name == "doses_given")
PATIENTS = 20


def spans(*names, low=0.0, high=1.0):
    """Ranges of knobs whose logarithms lie between these ends, which is what `Known` makes of them."""
    ends = float(np.exp(low)), float(np.exp(high))
    return tuple(Range(Knob(name, "factor", f"{name}, times", *ends), *ends) for name in names)


class Known:
    """As `clsim.sensitivity.trial.Trial`: ``of`` the knobs' logarithms is the outcome; patients add their own."""

    def __init__(self, of, patients=3, noise=0.0, seed=5):
        self.of, self.plans = of, {"mine": SimpleNamespace(seed=seed)}
        draw = np.random.default_rng(1)
        self.own = noise * (draw.permutation(patients) - (patients - 1) / 2)

    def measured(self, settings, threads=None, tell=None):
        """One row for each setting, one column for each patient; nobody fails."""
        logs = [{name: float(np.log(value)) for name, value in each.items()} for each in settings]
        return np.array([self.of(**each) + self.own for each in logs]), 0


class Planned:
    """As a trial, but each policy is a formula of the knobs; patients differ, and a little between policies too."""

    def __init__(self, endpoint=DOSES, **policies):
        own = np.random.default_rng(1).normal(size=PATIENTS)
        between = 0.3 * np.random.default_rng(2).normal(size=(len(policies), PATIENTS))
        self.own = own + between - between.mean(axis=1, keepdims=True)
        self.policies, self.endpoint = policies, endpoint
        self.plans = {name: SimpleNamespace(seed=3) for name in policies}

    def runs(self, settings, threads=None, tell=None):
        return np.array([[of(**each) + own for of, own in zip(self.policies.values(), self.own, strict=True)]
                         for each in settings]), 0


def ishigami(a, b, c):
    """Ishigami1990, with the usual 7 and 0.1, of three numbers within pi of 0."""
    return np.sin(a) + 7.0 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def ishigami_indices():
    """First-order and total indices of `ishigami`, by hand."""
    eighth = np.pi**8
    first = (0.5 * (1.0 + 0.1 * np.pi**4 / 5.0) ** 2, 49.0 / 8.0, 0.0)
    both = 0.01 * eighth * (1.0 / 18.0 - 1.0 / 50.0)
    whole = sum(first) + both
    return np.array(first) / whole, np.array([first[0] + both, first[1], both]) / whole
