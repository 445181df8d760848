"""Orders: who gives what, from when until when, how fast; and the events they mean.

Times are minutes from the start of the run.  Every order becomes events of the engine:
a bag is opened into its substances, a dose into its rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from clsim import fluids, units
from clsim.engine.timeline import SET, Event
from clsim.errors import BadInput
from clsim.scenario import settings
from clsim.scenario.section import Section

MOST_ORDERS = 20_000


@dataclass(frozen=True)
class Order:
    """One thing done to the patient.

    Parameters
    ----------
    kind : {"dose", "held", "fluid", "drug", "bleed", "ward"}
    name : str
        Bag, drug or input; ``interleukin2`` for a dose.
    label : str
        For people; "dose 7" is the seventh that is given.
    start, stop : float
        Minutes.
    rate : float
        In `unit`; what the ward sets is the value itself.
    unit : str
    number : int
        Of a dose among the planned ones (slots), from 1; else 0.
    cycle, course : int
        To which a planned dose belongs, from 0; cycles count anew in each course.
    """

    kind: str
    name: str
    label: str
    start: float
    stop: float
    rate: float
    unit: str
    number: int = 0
    cycle: int = 0
    course: int = 0

    @property
    def amount(self) -> float:
        """Rate times duration, in the unit without its time."""
        return self.rate * (self.stop - self.start)


WRITTEN = ("rate", "rates", "volume", "amount", "dose", "over")  # keys that a rate can come from


@dataclass
class Plan:
    """Cycles and doses of a course, and all orders and events found so far."""

    horizon: float = math.inf
    cycle: float = 0.0
    cycles: tuple[float, ...] = ()
    given: dict[int, float] = field(default_factory=dict)
    planned: int = 0
    orders: list[Order] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def end(self) -> float:
        """End of the last cycle."""
        return self.cycles[-1] + self.cycle if self.cycles else 0.0

    def add(self, section: Section, order: Order, inputs: Mapping[str, float], mode: str) -> None:
        """Keep an order with the inputs that it means; refuse what no input can take."""
        for name, rate in inputs.items():
            if not rate <= settings.INPUT[name].bounds[1]:
                most = settings.INPUT[name]
                written = [key for key in WRITTEN if key in section]
                section.refuse(
                    f"is more than can be given ({most.label})",
                    *written[:1],
                    given=" and ".join(f"{key} = {section.data[key]!r}" for key in written)
                    or units.show(rate, most.unit, most.show),
                    allowed="up to " + units.show(most.bounds[1], most.unit, most.show),
                )
            if rate or mode == SET:
                self.events.append(Event(name, order.start, order.stop, rate, mode, order.kind))
        self.orders.append(order)
        if len(self.orders) > MOST_ORDERS:
            section.refuse("makes too many orders", allowed=f"{MOST_ORDERS} in one scenario")


def bag(section: Section, key: str) -> dict[str, float]:
    """Inputs per litre of the bag or mix at a key."""
    try:
        return fluids.opened(section.data[key])
    except BadInput as error:
        at = section.error("", key)
        raise error.at(at.key, at.place) from None
