"""What a hand orders at the bedside, as forks: each order begins at its minute, and nothing before it is changed.

An order that ends another is written into the other: a drip gets an end, a dose that was to be held is no longer
named.  What lay before stays, since nothing of it was due yet.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from clsim import fluids, units
from clsim.bedside import messages
from clsim.bedside.signals import DOSES, LARGEST_BAG, LARGEST_DRIP
from clsim.errors import BadInput, nearest
from clsim.managed.hand import Fork
from clsim.policy.orders import MEDICINES
from clsim.scenario.orders import Order
from clsim.scenario.scenario import Scenario
from clsim.scenario.settings import INPUT

FINEST = 100.0  # parts of a minute to which the time of an order is rounded, up
MOST = 400  # orders of one bed
NONE = "none is left"

Forks = tuple[Fork, ...]


def minute_of_order(minute: float) -> float:
    """The minute at which an order takes effect: now, or less than a second later."""
    return math.ceil(round(minute * FINEST, 6)) / FINEST


def exact(number: float) -> str:
    """All digits of a number, without a point that nobody needs."""
    return repr(float(number)).removesuffix(".0")


def planned(scenario: Scenario) -> list[Order]:
    """All planned doses in order of time."""
    return sorted((*scenario.doses, *scenario.held), key=lambda each: each.start)


def ordered(said: Any, forks: Forks, scenario: Scenario, minute: float) -> tuple[Forks, str]:
    """Orders with one more, and that one in words.

    Parameters
    ----------
    said : GiveFluid, SetDrip, GiveDrug, SetOxygen or OrderDose
    forks : tuple of Fork
        What was ordered before.
    scenario : Scenario
    minute : float
        Now.

    Raises
    ------
    BadInput
        If it cannot be ordered.
    """
    if len(forks) >= MOST:
        raise BadInput("are too many orders for one patient", allowed=f"{MOST}", key=said.do)
    at = minute_of_order(minute)
    if at >= scenario.horizon:
        raise BadInput("lies after the end of the run", given=units.show(at, "min", "h"), key=said.do)
    if isinstance(said, messages.GiveFluid):
        return _fluid(said, forks, at)
    if isinstance(said, messages.GiveDrug):
        return _drug(said, forks, at)
    if isinstance(said, messages.OrderDose):
        return _dose(said.order, forks, planned(scenario), at)
    name = "oxygen" if isinstance(said, messages.SetOxygen) else said.name
    return _drip(name, said.rate, said.do, forks, at)


def _fluid(said: messages.GiveFluid, forks: Forks, at: float) -> tuple[Forks, str]:
    _known(said.name, fluids.FLUIDS, "fluid")
    _most(said.volume_mL, LARGEST_BAG, "mL", "fluid, volume_mL")
    entry = {"give": said.name, "volume": f"{exact(said.volume_mL)} mL", "over": f"{exact(said.over_min)} min"}
    words = f"{fluids.FLUIDS[said.name].label} {said.volume_mL:g} mL over {said.over_min:g} min"
    return (*forks, Fork(at, fluid=(entry,))), words


def _drug(said: messages.GiveDrug, forks: Forks, at: float) -> tuple[Forks, str]:
    _known(said.name, [name for name in MEDICINES if name in DOSES], "drug")
    _, largest, over = DOSES[said.name]
    _most(said.amount, largest, "mg", "drug, amount")
    entry = {"give": said.name, "dose": f"{exact(said.amount)} mg", "over": f"{exact(over)} min"}
    return (*forks, Fork(at, drug=(entry,))), f"{said.name} {said.amount:g} mg over {over:g} min"


def _drip(name: str, rate: float | None, do: str, forks: Forks, at: float) -> tuple[Forks, str]:
    _known(name, LARGEST_DRIP, do)
    unit = INPUT[name].unit
    running = any(_is_drip(entry, name) for fork in forks for entry in fork.drug)
    if rate is None and not running:
        raise BadInput("is not in your hand", given=name, key=do)
    ended = _changed(forks, lambda fork: replace(fork, drug=tuple(_ended(fork.drug, name, fork.at, at))))
    if rate is None:
        return ended, f"{name} is left to the policy again"
    _most(rate, LARGEST_DRIP[name], unit, f"{do}, rate")
    made = Fork(at, drug=({"give": name, "rate": f"{exact(rate)} {unit}"},))
    return (*ended, made), f"{name} at {rate:g} {unit}" if rate else f"{name} off"


def _is_drip(entry: Mapping[str, Any], name: str) -> bool:
    return entry["give"] == name and "rate" in entry and "until" not in entry


def _ended(entries: Sequence[Mapping[str, Any]], name: str, begin: float, at: float) -> Iterable[Mapping[str, Any]]:
    """Entries, a drip of a name among them with an end; one that had no time to run is left out."""
    for entry in entries:
        if not _is_drip(entry, name):
            yield entry
        elif begin < at:
            yield {**entry, "until": f"{exact(at)} min"}


def _dose(order: str, forks: Forks, doses: Sequence[Order], at: float) -> tuple[Forks, str]:
    coming = [each.number for each in doses if each.start >= at]
    if not coming:
        raise BadInput("has no dose to be about", given=order, allowed=NONE, key="dose")
    chosen = coming if order in ("stop", "resume") else coming[:1]
    freed = _changed(forks, lambda fork: replace(fork, hold=tuple(n for n in fork.hold if n not in chosen),
                                                 give=tuple(n for n in fork.give if n not in chosen)))
    if order == "resume":
        if freed == forks:
            raise BadInput("changes nothing: no planned dose to come is in your hand", given=order, key="dose")
        return freed, "planned doses are asked again"
    made = Fork(at, give=tuple(chosen)) if order == "give" else Fork(at, hold=tuple(chosen))
    words = {"hold": f"planned dose {chosen[0]} is to be held", "give": f"planned dose {chosen[0]} is to be given",
             "stop": "no further dose"}
    return (*freed, made), words[order]


def _changed(forks: Forks, change: Any) -> Forks:
    """Every fork changed; those that order nothing any more are left out."""
    found = []
    for fork in forks:
        try:
            found.append(change(fork))
        except BadInput:  # "changes nothing"
            continue
    return tuple(found)


def _known(name: str, known: Iterable[str], do: str) -> None:
    every = list(known)
    if name not in every:
        raise BadInput("cannot be ordered", given=name, allowed=", ".join(every), nearest=nearest(name, every), key=do)


def _most(value: float, largest: float, unit: str, key: str) -> None:
    if value > largest:
        raise BadInput("is more than one order may be", given=f"{value:g} {unit}", allowed=f"up to {largest:g} {unit}",
                       key=key)
