"""What is given besides the course: fluids, drugs, blood loss and the ward, entry by entry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from clsim import fluids, units
from clsim.engine.timeline import ADD, SET
from clsim.errors import BadInput, nearest
from clsim.scenario import settings
from clsim.scenario.orders import MOST_ORDERS, Order, Plan, bag
from clsim.scenario.section import Section

DRUGS = settings.drugs(fluids.INPUTS)
WARD = settings.ward(fluids.INPUTS)
# start, stop [min] and rate of one span
Span = tuple[float, float, float]


def fluid(entry: Section, plan: Plan) -> None:
    """``[[fluid]]``: a bag or a mix."""
    _needs_give(entry, "fluids: " + ", ".join(fluids.FLUIDS))
    per_litre, give = bag(entry, "give"), entry.data["give"]
    name = give if isinstance(give, str) else "mix"
    portion = entry.one_of("volume", "amount", needed=False)
    total = None
    if portion == "volume":
        total = entry.quantity("volume", unit="L", above=0.0)
    elif portion == "amount":
        active = fluids.FLUIDS[name].active if name != "mix" else ""
        if not active:
            entry.refuse('"amount" needs a concentrate', "amount", allowed='"volume"')
        unit = "g" if active == "albumin" else "mmol"
        amount = entry.quantity("amount", unit=unit, above=0.0, substance=active)
        total = amount / per_litre[f"{active}_in"]
    for start, stop, rate in _spans(entry, plan, portion, total, "L/min"):
        order = Order("fluid", name, fluids.label(give), start, stop, rate, "L/min")
        plan.add(entry, order, {each: rate * x for each, x in per_litre.items()}, ADD)


def drug(entry: Section, plan: Plan) -> None:
    """``[[drug]]``: one of the drug inputs."""
    _needs_give(entry, "drugs: " + ", ".join(DRUGS))
    name = entry.data["give"]
    if name not in DRUGS:
        entry.refuse(
            f'"{name}" is not a drug',
            "give",
            allowed=", ".join(DRUGS),
            nearest=nearest(name, [*DRUGS, *fluids.FLUIDS]),
        )
    unit = DRUGS[name].unit
    portion = "dose" if "dose" in entry else ""
    dose_unit = unit.removesuffix("/min")
    total = entry.quantity("dose", unit=dose_unit, above=0.0) if portion else None
    for start, stop, rate in _spans(entry, plan, portion, total, unit):
        plan.add(entry, Order("drug", name, name, start, stop, rate, unit), {name: rate}, ADD)


def bleed(entry: Section, plan: Plan) -> None:
    """``[[bleed]]``: whole blood lost."""
    portion = "volume" if "volume" in entry else ""
    total = entry.quantity("volume", unit="L", above=0.0) if portion else None
    for start, stop, rate in _spans(entry, plan, portion, total, "L/min"):
        order = Order("bleed", "bleeding", "bleeding", start, stop, rate, "L/min")
        plan.add(entry, order, {"bleeding": rate}, ADD)


def ward(entry: Section, plan: Plan) -> None:
    """``[[ward]]``: eating, drinking, oxygen and the like, set for a while."""
    names = [
        key for key in entry.data if key not in ("name", "note", "from", "until", "each_cycle")
    ]
    if not names:
        entry.refuse("sets nothing", allowed=", ".join(WARD))
    for name in names:
        if name not in WARD:
            entry.refuse(
                "is not a key here",
                name,
                given=name,
                allowed=", ".join([*WARD, "from", "until", "each_cycle", "note"]),
                nearest=nearest(name, [*WARD, "from", "until", "each_cycle"]),
            )
        each = WARD[name]
        low, high = each.bounds
        value = entry.quantity(name, unit=each.unit, low=low, high=high, substance=name)
        begin = entry.time("from") if "from" in entry else 0.0
        for start, stop in _from_until(entry, plan, begin):
            order = Order("ward", name, each.label, start, stop, value, each.unit)
            plan.add(entry, order, {name: value}, SET)


def _needs_give(entry: Section, known: str) -> None:
    if not entry.data.get("give"):
        entry.refuse('needs "give"', allowed=known)


def _spans(entry: Section, plan: Plan, portion: str, total: float | None, unit: str) -> list[Span]:
    """All spans of an entry: a drip, a list of rates, or portions at times."""
    how = entry.one_of("rate", "over", "rates")
    if how == "rates":
        entry.without('has no meaning beside "rates"', portion, "at", "after_dose", "from", "every")
        return _rates(entry, plan, unit)
    rate = entry.quantity("rate", unit=unit, low=0.0) if how == "rate" else 0.0
    when = entry.one_of("from", "at", "after_dose")
    if when == "from":
        reason = 'has no meaning in a drip ("from"): portions have "at"'
        entry.without(reason, portion, "over", "every", "times", "doses")
        begin = entry.time("from")
        return [(*each, rate) for each in _from_until(entry, plan, begin)]
    if total is None:
        entry.refuse(
            "does not say how much",
            allowed="volume, amount or dose for a portion; from and rate for a drip",
        )
    if how == "rate" and not rate > 0.0:
        entry.refuse("is too small", "rate", given=repr(entry.data["rate"]), allowed="above 0")
    length = entry.time("over", above=0.0) if how == "over" else total / rate
    return [(start, start + length, total / length) for start in _starts(entry, plan)]


def _from_until(entry: Section, plan: Plan, begin: float) -> list[tuple[float, float]]:
    """The span from `begin` until its end, in every cycle if so wanted."""
    cyclic = _cyclic(entry, plan)
    end = entry.time("until") if "until" in entry else plan.cycle if cyclic else plan.horizon
    if not begin < end:
        entry.refuse(
            "ends before it begins",
            given=f"from {units.show(begin, 'min', 'h')} until {units.show(end, 'min', 'h')}",
        )
    return [(shift + begin, shift + end) for shift in _shifts(entry, plan)]


def _cyclic(entry: Section, plan: Plan) -> bool:
    if not entry.data.get("each_cycle", False):
        return False
    if not plan.cycles:
        entry.refuse("needs a [course]", "each_cycle")
    return True


def _shifts(entry: Section, plan: Plan) -> tuple[float, ...]:
    return plan.cycles if _cyclic(entry, plan) else (0.0,)


def _rates(entry: Section, plan: Plan, unit: str) -> list[Span]:
    """``rates = {"44 h" = "50 mcg/min", "48 h" = "0 mcg/min"}``: each until the next."""
    rates: Mapping[str, Any] = entry.data["rates"]
    steps = []
    for text in rates:
        try:
            time = units.parse(text, "min")
        except BadInput as error:
            at = entry.error("", "rates", text)
            raise error.at(at.key, at.place) from None
        steps.append((time, entry.quantity("rates", text, unit=unit, low=0.0)))
    times = [time for time, _ in steps]
    if not steps or times[0] < 0.0 or times != sorted(set(times)):
        entry.refuse("needs times that increase from 0 on", "rates", given=", ".join(rates))
    spans: list[Span] = []
    for (time, rate), until in zip(steps, [*times[1:], None], strict=True):
        if until is None:
            spans += [(*span, rate) for span in _from_until(entry, plan, time)]
        else:
            spans += [(shift + time, shift + until, rate) for shift in _shifts(entry, plan)]
    return [span for span in spans if span[2] > 0.0]


def _starts(entry: Section, plan: Plan) -> list[float]:
    """When portions begin."""
    if "after_dose" in entry:
        return _after_doses(entry, plan)
    entry.without('needs "after_dose"', "doses")
    first = entry.time("at")
    starts = [first]
    if "every" in entry:
        every = entry.time("every", above=0.0)
        if entry.one_of("times", "until") == "times":
            count = entry.data["times"]
        else:
            count = max(1, math.ceil((entry.time("until") - first) / every - 1e-9))
        if count > MOST_ORDERS:
            entry.refuse("makes too many orders", "every", allowed=f"{MOST_ORDERS} in one scenario")
        starts = [first + i * every for i in range(count)]
    else:
        entry.without('needs "every"', "times", "until")
    return [shift + start for shift in _shifts(entry, plan) for start in starts]


def _after_doses(entry: Section, plan: Plan) -> list[float]:
    """After each dose given, or after those listed."""
    entry.without('has no meaning beside "after_dose"', "every", "times", "until", "each_cycle")
    wait = entry.quantity("after_dose", unit="min")
    if not plan.planned:
        entry.refuse("needs a [course] with doses", "after_dose")
    wanted = entry.data.get("doses", range(1, plan.planned + 1))
    for i, number in enumerate(wanted):
        if not 1 <= number <= plan.planned:
            entry.refuse(
                "is not the number of a planned dose",
                *("doses", i),
                given=str(number),
                allowed=f"1 to {plan.planned}",
            )
    starts = [plan.given[number] + wait for number in wanted if number in plan.given]
    if min(starts, default=0.0) < 0.0:
        entry.refuse(
            "begins before the run does",
            "after_dose",
            given=repr(entry.data["after_dose"]),
            allowed="a later [course] start",
        )
    return starts
