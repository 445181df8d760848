"""A bedside for tests: what the body would show is written by hand, tick by tick."""

from __future__ import annotations

import numpy as np

from clsim.policy.interpreter import decider
from clsim.policy.memory import make_calendar
from clsim.policy.signals import SIGNALS, TICK
from clsim.policy.table import HAZARDS, OUTPUTS, PLACE

HEALTHY = {
    "SBP": 120.0, "DBP": 75.0, "MAP": 90.0, "HR": 70.0, "respiratory_rate": 14.0, "temperature": 37.0, "SaO2": 0.97,
    "weight_now": 80.0, "creatinine_concentration": 0.08, "K": 4.2, "HCO3": 24.0, "bilirubin": 10.0,
    "platelets": 220.0, "Na": 140.0, "albumin": 40.0, "hemoglobin": 140.0,
}  # fmt: skip
URINE = 0.06 / 60.0  # L/min: 60 mL/h
EVERY_8_H = tuple((32 * i, i // 14, 0) for i in range(14))  # slots of one cycle

START = """
[observe.vitals]
every = "{vitals}"
source = "assumed: a test"
[observe.urine]
every = "8 h"
source = "assumed: a test"
[observe.weight]
every = "24 h"
source = "assumed: a test"
[observe.labs]
every = "8 h"
source = "assumed: a test"
[targets.sbp]
value = "90 mmHg"
source = "assumed: a test"
"""


def entry(kind, name, **keys):
    """One entry of a policy as text."""
    written = "".join(f"{key.rstrip('_')} = {value!r}\n".replace("'", '"') for key, value in keys.items())
    return f'[[{kind}]]\nname = "{name}"\nsource = "assumed: a test"\n{written}'


def start(vitals="15 min", reaction="0 min", adherence=1.0):
    """The head of a policy: everything is looked at, often."""
    orders = f'[orders]\nreaction = "{reaction}"\nadherence = {adherence}\nsource = "assumed: a test"\n'
    return START.format(vitals=vitals) + orders


class Bedside:
    """n patients who are looked at every quarter of an hour.

    Parameters
    ----------
    policy : Policy
    n : int
    slots : sequence of (tick, cycle, course)
    ticks : int
    """

    def __init__(self, policy, n=1, slots=EVERY_8_H, ticks=600, weight=80.0, seed=1):
        self.policy = policy
        calendar = make_calendar(policy.table, slots, ticks)
        self.decider = decider(policy, calendar, seed, np.arange(n), np.full(n, weight))
        self.memory = self.decider.memory()
        self.truth = np.zeros((n, len(OUTPUTS)))
        self.struck = np.full((n, len(HAZARDS)), -np.inf)
        self.set(**HEALTHY)
        self.urine, self.tick, self.seen, self.said = URINE, 0, None, []

    def set(self, **values):
        """What the body shows from now on."""
        for name, value in values.items():
            self.truth[:, OUTPUTS.index(name)] = value

    def happen(self, event):
        """An event, now."""
        self.struck[:, [each.name for each in HAZARDS].index(event)] = self.tick * TICK

    def go(self, ticks=1):
        """Look and decide so many times; the orders of the last."""
        for _ in range(ticks):
            self.seen = self.decider.look(self.tick * TICK, self.truth, self.struck, self.memory)
            self.said.append(self.decider.decide(self.tick * TICK, self.seen, self.memory))
            self.tick += 1
            self.truth[:, OUTPUTS.index("urine_volume")] += self.urine * TICK
        return self.said[-1]

    def until(self, tick):
        """Go on until that tick has been decided."""
        return self.go(tick - self.tick + 1)

    def gives(self):
        """1 given, 0 skipped, for each planned dose so far, of the first patient."""
        return [int(each.give[0]) for each in self.said if each.give[0] >= 0]

    def acts(self, name):
        """{tick: what was done} with an order, of the first patient."""
        s = [each.name for each in self.policy.supports].index(name)
        return {i: int(each.acted[0, s]) for i, each in enumerate(self.said) if each.acted[0, s]}

    def rate(self, column, tick=-1):
        """An input of the body at a tick."""
        from clsim.model.layout import INPUTS

        return float(self.said[tick].inputs[0, [each.name for each in INPUTS].index(column)])

    def value(self, name):
        """What stands on the chart, of the first patient."""
        return float(self.memory.value[0, PLACE[name]])


def unit(name):
    """Of a signal."""
    return SIGNALS[name].unit
