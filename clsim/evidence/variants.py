"""Structural variants: other laws, fitted to the same targets from the same start.

A variant sets parameters of everybody's body.  Those of the resting body need people who are settled anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from clsim.evidence.fit import Point, Problem, search
from clsim.evidence.targets import Arm, Targets
from clsim.evidence.waves import Standing, standing
from clsim.progress import Tell, silent


@dataclass(frozen=True)
class Variant:
    """Another law.

    Parameters
    ----------
    name, label : str
    parameters : mapping of str to str
        As in the ``[parameters]`` of a scenario.
    """

    name: str
    label: str
    parameters: Mapping[str, str]


VARIANTS = (
    Variant("as shipped", "one leak state, revised Starling forces, linear kinetics", {}),
    Variant("two leak states", "a third of the leak lingers with a time constant of three days",
            {"slow_share_leak": "0.33"}),
    Variant("classical Starling", "capillaries feel half of the oncotic pressure of the tissue, not all",
            {"glycocalyx": "0.5"}),
    Variant("target-mediated clearance", "primed cells take up interleukin-2 as fast as the kidney at rest",
            {"target_mediated_clearance": "0.05 L/min"}),
)


@dataclass(frozen=True)
class Fitted:
    """What the fit of a variant came to."""

    variant: Variant
    start: Standing
    end: Standing
    cost_start: float
    cost_end: float
    point: Point


def altered(targets: Targets, variant: Variant) -> Targets:
    """The same targets for bodies of a variant."""
    def arm(each: Arm) -> Arm:
        return replace(each, scenario=each.scenario.but(parameters=dict(variant.parameters)))

    text = f"{targets.text}\n# {variant.name} {dict(variant.parameters)}"
    return replace(targets, arms={name: arm(each) for name, each in targets.arms.items()}, text=text)


def fit_variant(targets: Targets, variant: Variant, problem: Problem, start: Mapping[str, float], rounds: int,
                tell: Tell = silent) -> Fitted:
    """Fit a variant.

    Parameters
    ----------
    targets : Targets
    variant : Variant
    problem : Problem
        Made for these targets; `altered` ones are put in its place.
    start : mapping
        Knobs to begin with.
    rounds : int
    tell : callable
    """
    own = replace(problem, targets=altered(targets, variant) if variant.parameters else targets, points={}, computed=0)
    costs: list[float] = []

    def told(k: int, knobs: dict[str, float], cost: float) -> None:
        costs.append(cost)
        tell(f"{variant.name}, round {k}", k / rounds)

    found = search(own, start, rounds, told)
    first, last = own.point(start), own.point(found)
    return Fitted(variant, standing(targets, first.values), standing(targets, last.values), costs[0],
                  own.cost(found), last)
