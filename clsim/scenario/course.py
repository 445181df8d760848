"""The course of interleukin-2: planned doses, those held, cycles and the rest between them, courses."""

from __future__ import annotations

import math

from clsim import units
from clsim.engine.timeline import ADD
from clsim.scenario import settings
from clsim.scenario.orders import Order, Plan, bag
from clsim.scenario.section import DAY, Section


def course(section: Section) -> Plan:
    """Doses of interleukin-2: planned, held, and where the cycles begin."""
    plan = Plan()
    route = section.data["route"]
    steady = route == "continuous"
    slots, length, rate = _continuous(section) if steady else _doses(section)
    last = slots[-1] + length
    if "cycle" in section:
        plan.cycle = section.time("cycle", above=0.0)
        if plan.cycle < last:
            section.refuse(
                "is shorter than its doses take",
                "cycle",
                given=repr(section.data["cycle"]),
                allowed="at least " + units.show(last, "min", "h"),
            )
    else:
        plan.cycle = math.ceil(last / DAY - 1e-9) * DAY
    cycles, courses = section.data["cycles"], section.data["courses"]
    if courses > 1 and "pause" not in section:
        section.refuse('needs "pause"', "courses", given=str(courses), allowed='the time between courses: "7 wk"')
    start, period = section.time("start"), plan.cycle + section.time("rest")
    whole = (cycles - 1) * period + plan.cycle + (section.time("pause") if courses > 1 else 0.0)
    plan.cycles = tuple(start + j * whole + i * period for j in range(courses) for i in range(cycles))
    plan.planned = len(slots) * len(plan.cycles)
    held = _held(section, plan.planned)
    name = settings.COURSE[1] if route == "subcutaneous" else settings.COURSE[0]
    carrier = _carrier(section, length)
    starts = [begin + slot for begin in plan.cycles for slot in slots]
    for number, begin in enumerate(starts, start=1):
        kind = "held" if number in held else "dose"
        label = f"slot {number} held" if kind == "held" else f"dose {len(plan.given) + 1}"
        nth = (number - 1) // len(slots)
        order = Order(kind, "interleukin2", label, begin, begin + length, rate, "IU/min", number, nth % cycles,
                      nth // cycles)
        if kind == "dose":
            plan.given[number] = begin
            plan.add(section, order, {name: rate, **carrier}, ADD)
        else:
            plan.orders.append(order)
    return plan


def _doses(section: Section) -> tuple[list[float], float, float]:
    """Slots in a cycle, duration and rate of separate doses."""
    section.without('belongs to route = "continuous"', "rate")
    for key in ("dose", "over"):
        if key not in section:
            section.refuse(f'needs "{key}"', allowed='such as "600000 IU/kg" over "15 min"')
    length = section.time("over", above=0.0)
    rate = section.quantity("dose", unit="IU", above=0.0) / length
    if section.one_of("at", "every") == "at":
        section.without('contradicts "at"', "doses")
        slots = [section.time("at", i) for i in range(len(section.data["at"]))]
        if not slots or slots != sorted(set(slots)):
            section.refuse("needs times that increase", "at", given=repr(section.data["at"]))
        return slots, length, rate
    if "doses" not in section:
        section.refuse('needs "doses"', allowed='the number of planned doses beside "every"')
    every = section.time("every", above=0.0)
    if every < length:
        section.refuse(
            '"over" and "every" contradict each other: a dose would begin before the last one ends',
            "every",
            given=f"over = {section.data['over']!r} and every = {section.data['every']!r}",
        )
    # the time that the last planned dose owns counts to the cycle
    return [i * every for i in range(section.data["doses"])], length, rate


def _continuous(section: Section) -> tuple[list[float], float, float]:
    """One infusion that lasts the whole cycle."""
    section.without(
        'has no meaning with route = "continuous", which has "rate" and "cycle"',
        *("dose", "over", "every", "doses", "at", "carrier", "carrier_volume"),
    )
    for key in ("rate", "cycle"):
        if key not in section:
            section.refuse(f'needs "{key}"', allowed='such as rate = "18 MIU/m2/d", cycle = "5 d"')
    rate = section.quantity("rate", unit="IU/min", above=0.0)
    return [0.0], section.time("cycle", above=0.0), rate


def _held(section: Section, planned: int) -> set[int]:
    held = section.data["hold"]
    for i, number in enumerate(held):
        if not 1 <= number <= planned:
            section.refuse(
                "is not the number of a planned dose",
                *("hold", i),
                given=str(number),
                allowed=f"1 to {planned}",
            )
        if number in held[:i]:
            section.refuse("is held twice", "hold", i, given=str(number))
    return set(held)


def _carrier(section: Section, length: float) -> dict[str, float]:
    """Inputs of the fluid in which a dose is given."""
    name = section.data.get("carrier", "")
    if bool(name) != ("carrier_volume" in section):
        section.refuse('"carrier" and "carrier_volume" need each other')
    if not name:
        return {}
    volume = section.quantity("carrier_volume", unit="L", above=0.0)
    return {
        each: per_litre * volume / length for each, per_litre in bag(section, "carrier").items()
    }
