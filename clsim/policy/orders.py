"""Orders of a policy: boluses, doses and drips, from the entries of its file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clsim import fluids, units
from clsim.errors import BadInput, nearest
from clsim.policy import language
from clsim.policy.rules import needed, rule, ticks
from clsim.policy.signals import PRESSORS, TICK
from clsim.scenario.schedule import DRUGS
from clsim.scenario.section import Section
from clsim.scenario.settings import COURSE, INPUT

PORTION, DRIP, STEADY = range(3)  # a bolus or dose; a titrated drip; a drip that runs while its rule holds
EPISODE = -1  # in place of ticks: until the rule no longer holds
NEVER: language.Rule = ()
USUAL_WEIGHT = 80.0  # kg, only to compare doses per kg with what an input can take
CLOSE = 1e-9
MEDICINES = {name: each for name, each in DRUGS.items() if name not in (*COURSE, *PRESSORS)}
AT_MOST = re.compile(r"\s*(\d+)(?P<volume>(?:\.\d+)?\s*(?:mL|L))?(?:\s+per\s+(?P<per>.+?))?\s*")


@dataclass(frozen=True)
class Support:
    """An order: PORTION, DRIP or STEADY.

    Parameters
    ----------
    name : str
    kind : int
    rule : Rule
        When a portion is given, a drip is begun, or a steady drip runs.
    after : str
        Only once this order is used up.
    supply : mapping
        Inputs of the body [their unit, per min], of a running portion or of a drip of rate 1.
    per : int
        1: per kg of the patient.
    over, again : int
        Ticks: duration of a portion; from one decision to the next earliest.
    most, block : int
        Portions at most (0: any number) in each block of ticks (0: ever, EPISODE: until the rule no
        longer holds).
    start, step, ceiling, down : float
        Rate of a drip; by which it is raised and lowered.
    rises, weans : Rule
    down_again : int
        Ticks from a change until it may be lowered.
    """

    name: str
    kind: int
    rule: language.Rule
    after: str
    supply: Mapping[str, float]
    per: int = 0
    over: int = 0
    again: int = 1
    most: int = 0
    block: int = 0
    start: float = 0.0
    step: float = 0.0
    ceiling: float = 0.0
    down: float = 0.0
    rises: language.Rule = NEVER
    weans: language.Rule = NEVER
    down_again: int = 1


def support(section: Section, reaction: int) -> Support:
    """One entry of fluid, electrolyte, pressor, diuretic, oxygen or antipyretic."""
    kind = str(section.path[0])
    if kind in ("fluid", "electrolyte"):
        made = _drip_of_fluid(section, reaction) if "rate" in section else _bolus(section, reaction)
    elif kind in ("diuretic", "antipyretic"):
        made = _medicine(section, reaction)
    else:
        made = _titrated(section, kind, reaction)
    _within_bounds(section, made)
    return made


def _common(section: Section) -> dict[str, Any]:
    data = section.data
    return {"name": data["name"], "rule": rule(section), "after": data.get("after", "")}


def _bag(section: Section) -> dict[str, float]:
    needed(section, "give")
    return fluids.opened(chosen(section, "give", fluids.FLUIDS, "a fluid"))


def _drip_of_fluid(section: Section, reaction: int) -> Support:
    section.without('has no meaning beside "rate"', "volume", "amount", "over", "at_most")
    bag = _bag(section)
    rate, per = sized(section, "rate", "L/min")
    return Support(kind=STEADY, supply=bag, per=per, start=rate, ceiling=rate, again=max(1, reaction),
                   **_common(section))


def _bolus(section: Section, reaction: int) -> Support:
    bag, per = _bag(section), 0
    given = section.one_of("volume", "amount") if str(section.path[0]) == "electrolyte" else "volume"
    needed(section, given, "over")
    if given == "volume":
        volume, per = sized(section, "volume", "L")
    else:
        active = fluids.FLUIDS[section.data["give"]].active
        if not active:
            section.refuse('"amount" needs a concentrate', "amount", given=section.data["give"], allowed='"volume"')
        unit = "g" if active == "albumin" else "mmol"
        volume = section.quantity("amount", unit=unit, above=0.0, substance=active) / bag[f"{active}_in"]
    over = ticks(section, "over", least=1)
    again = over + (ticks(section, "again_after") if "again_after" in section else 0)
    most, block = _at_most(section, volume, per)
    return Support(kind=PORTION, supply={name: each * volume / (over * TICK) for name, each in bag.items()}, per=per,
                   over=over, again=max(again, over + reaction), most=most, block=block, **_common(section))


def _medicine(section: Section, reaction: int) -> Support:
    needed(section, "give", "dose", "over", "every")
    name = chosen(section, "give", MEDICINES, "a drug that is given in doses")
    unit = MEDICINES[name].unit.removesuffix("/min")
    dose, per = sized(section, "dose", unit)
    over, every = ticks(section, "over", least=1), ticks(section, "every", least=1)
    if every < over + reaction:
        section.refuse("is too short for the duration and the reaction time", "every", given=section.data["every"],
                       allowed=f"at least {units.show((over + reaction) * TICK, 'min')}")
    most, block = _at_most(section, 0.0, per)
    return Support(kind=PORTION, supply={name: dose / (over * TICK)}, per=per, over=over, again=every, most=most,
                   block=block, **_common(section))


def _titrated(section: Section, kind: str, reaction: int) -> Support:
    """A pressor or oxygen: all rates in one unit."""
    needed(section, "start", "step", "every", "ceiling")
    name, unit = "oxygen", "L/min"
    if kind == "pressor":
        needed(section, "agent")
        name = chosen(section, "agent", PRESSORS, "a pressor")
        unit = INPUT[name].unit
    rates = {key: sized(section, key, unit) for key in ("start", "step", "ceiling", "wean_step") if key in section}
    for key, (value, per) in rates.items():
        if per != rates["start"][1]:
            section.refuse("is per kg where the first rate is not, or the reverse", key, given=section.data[key])
        if not value > 0.0 and key != "step":
            section.refuse("is too small", key, given=section.data[key], allowed="above 0")
    start, step, ceiling = (rates[key][0] for key in ("start", "step", "ceiling"))
    if start > ceiling:
        section.refuse("is below the first rate", "ceiling", given=section.data["ceiling"])
    every = max(ticks(section, "every", least=1), reaction)
    common = _common(section)
    return Support(
        kind=DRIP, supply={name: 1.0}, per=rates["start"][1], again=every, start=start, step=step, ceiling=ceiling,
        down=rates.get("wean_step", (step or start, 0))[0],
        rises=rule(section, "raise") if "raise" in section else common["rule"],
        weans=rule(section, "wean") if "wean" in section else NEVER,
        down_again=max(ticks(section, "wean_every", least=1), reaction) if "wean_every" in section else every, **common)


def _at_most(section: Section, volume: float, per: int) -> tuple[int, int]:
    """Number of portions and the block of ticks for which it counts."""
    text = section.data.get("at_most", "")
    if not text:
        return 0, 0
    found = AT_MOST.fullmatch(text)
    if found is None:
        section.refuse("is not understood", "at_most", given=repr(text),
                       allowed='"2", "2 per 8 h", "1500 mL per 24 h", "1 per episode"')
    if found["volume"]:
        if not volume or per:
            section.refuse("is a volume, which this order has not", "at_most", given=repr(text), allowed='"2 per 8 h"')
        most = int(units.parse(text.split(" per ")[0].strip(), "L") / volume * (1.0 + CLOSE))
    else:
        most = int(found[1])
    if most < 1:
        section.refuse("allows none", "at_most", given=repr(text))
    if not found["per"]:
        return most, 0
    if found["per"] == "episode":
        return most, EPISODE
    try:
        minutes = units.parse(found["per"], "min")
    except BadInput as error:
        at = section.error("", "at_most")
        raise error.at(at.key, at.place) from None
    if not minutes > 0.0 or minutes % TICK:
        section.refuse("must be whole quarters of an hour", "at_most", given=repr(text), allowed="2 per 8 h")
    return most, round(minutes / TICK)


def _within_bounds(section: Section, made: Support) -> None:
    """Refuse more than an input of the body can take."""
    scale = (USUAL_WEIGHT if made.per else 1.0) * (1.0 if made.kind == PORTION else made.ceiling)
    for name, each in made.supply.items():
        most = INPUT[name]
        if each * scale > most.bounds[1] * (1.0 + CLOSE):
            section.refuse(f"orders more than can be given ({most.label})", "name", given=made.name,
                           allowed="up to " + units.show(most.bounds[1], most.unit, most.show))


def chosen(section: Section, key: str, known: Mapping[str, Any] | tuple[str, ...], what: str) -> str:
    """A name at a key, one of those that exist."""
    name = str(section.data[key])
    if name not in known:
        section.refuse(f'"{name}" is not {what}', key, allowed=", ".join(known),
                       nearest=nearest(name, [*known, *fluids.FLUIDS, *DRUGS]))
    return name


def sized(section: Section, key: str, unit: str, substance: str = "") -> tuple[float, int]:
    """A quantity in `unit` (0) or in `unit` per kg of the patient (1)."""
    try:
        return section.quantity(key, unit=unit, low=0.0, substance=substance), 0
    except BadInput as error:
        try:
            return section.quantity(key, unit=f"{unit}/kg", low=0.0), 1
        except BadInput:
            raise error from None


def used_up(section: Section, supports: Mapping[str, Support]) -> None:
    """Refuse an ``after`` that names no order above it, or one that is never used up."""
    after = section.data.get("after", "")
    if not after:
        return
    if after not in supports:
        section.refuse("is no order above this entry", "after", given=repr(after), allowed=", ".join(supports),
                       nearest=nearest(after, supports))
    before = supports[after]
    if before.kind == STEADY or (before.kind == PORTION and not before.most):
        section.refuse("is never used up", "after", given=repr(after),
                       allowed="an order with at_most, or a drip with a ceiling")
