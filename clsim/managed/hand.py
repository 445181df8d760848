"""Orders by hand: what a fork changes from a minute on, read as orders of a scenario are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clsim import units
from clsim.engine.timeline import Event, make_timeline
from clsim.errors import BadInput, nearest
from clsim.policy.memory import GIVEN, SKIPPED
from clsim.policy.policy import Policy, loads_policy
from clsim.policy.signals import DRIPS, TICK
from clsim.scenario import toml_text
from clsim.scenario.by_size import LEFT_TO_POLICIES
from clsim.scenario.orders import Order
from clsim.scenario.scenario import Scenario, loads

WHEN = ("at", "from", "rates")  # keys that say when an entry begins
PORTION = ("volume", "amount", "dose")
OXYGEN = "oxygen"
NOT_BY_HAND = ("after_dose", "each_cycle", "omit")
CLOSE = 1e-9


@dataclass(frozen=True)
class Fork:
    """What was changed by hand, and from when on.

    Parameters
    ----------
    at : float
        Minutes from the start.
    hold, give : tuple of int
        Numbers of planned doses, from 1.
    stop : bool
        No further dose.
    fluid, drug : tuple of mapping
        Entries as in a scenario; without a time they begin at ``at``.
    policy : Policy or None
        Decides from the first look at or after ``at`` on.
    parent : str
        Digest of the result that was forked.
    """

    at: float
    hold: tuple[int, ...] = ()
    give: tuple[int, ...] = ()
    stop: bool = False
    fluid: tuple[Mapping[str, Any], ...] = ()
    drug: tuple[Mapping[str, Any], ...] = ()
    policy: Policy | None = None
    parent: str = ""

    def __post_init__(self) -> None:
        if self.at < 0.0:
            raise BadInput("lies before the start", given=units.show(self.at, "min", "h"), key="at")
        both = sorted({*self.hold} & {*self.give})
        if both:
            raise BadInput("the same dose cannot be held and given", given=str(both[0]), key="hold")
        if self.stop and (self.give or self.hold):
            raise BadInput('"stop" holds every further dose; "hold" and "give" have no meaning beside it', key="stop")
        if not (self.hold or self.give or self.stop or self.fluid or self.drug or self.policy):
            raise BadInput("changes nothing", allowed="hold, give, stop, fluid, drug or policy", key="fork")

    def data(self) -> dict[str, Any]:
        """As JSON can hold it."""
        policy = None if self.policy is None else {"name": self.policy.name, "text": self.policy.text}
        return {"at": self.at, "hold": [*self.hold], "give": [*self.give], "stop": self.stop,
                "fluid": [dict(each) for each in self.fluid], "drug": [dict(each) for each in self.drug],
                "policy": policy, "parent": self.parent}


def forks_text(forks: Sequence[Fork]) -> str:
    """Forks as text for a file."""
    return json.dumps([each.data() for each in forks])


def forks_of(text: str) -> tuple[Fork, ...]:
    """Forks from the text of a file."""
    found = []
    for data in json.loads(text):
        policy = data["policy"] and loads_policy(data["policy"]["text"], data["policy"]["name"])
        tuples = {key: tuple(data[key]) for key in ("hold", "give", "fluid", "drug")}
        found.append(Fork(**data | tuples | {"policy": policy}))
    return tuple(found)


@dataclass(frozen=True)
class Drip:
    """A drug at a rate that somebody set, from minute start until minute stop."""

    input: str
    start: float
    stop: float
    rate: float


@dataclass(frozen=True)
class Hand:
    """All that was ordered by hand for one patient.

    Parameters
    ----------
    wishes : mapping of int to int
        Planned dose, from 0: GIVEN or SKIPPED.
    events : tuple of Event
        What comes on top of the policy's orders.
    drips : tuple of Drip
        Drips of `signals.DRIPS`, which take the place of the policy's; the last one that runs counts.
    orders : tuple of Order
        The same as people see it.
    portions : tuple of Order
        Those among them that are a volume, an amount or a dose, not a rate.
    """

    wishes: Mapping[int, int]
    events: tuple[Event, ...] = ()
    drips: tuple[Drip, ...] = ()
    orders: tuple[Order, ...] = ()
    portions: tuple[Order, ...] = ()

    @property
    def turns(self) -> tuple[float, ...]:
        """Minutes between two looks at which a drip is set or left to the policy."""
        times = {time for each in self.drips for time in (each.start, each.stop)}
        return tuple(sorted(time for time in times if abs(time / TICK - round(time / TICK)) > CLOSE))

    def rate(self, name: str, minute: float) -> float | None:
        """The rate that was set, in the unit of the input; None where it is left to the policy."""
        found = None
        for each in self.drips:
            if each.input == name and each.start <= minute < each.stop:
                found = each.rate
        return found


NO_HAND = Hand({})


def read_hand(scenario: Scenario, forks: Sequence[Fork], weight: float, height: float) -> Hand:
    """What forks order for a patient of this size.

    Raises
    ------
    BadInput
        For what a scenario refuses, and for orders before the fork.
    """
    return joined([read_fork(scenario, fork, weight, height) for fork in forks])


def joined(hands: Sequence[Hand]) -> Hand:
    """What several hands order one after another."""
    wishes = {number: wish for hand in hands for number, wish in hand.wishes.items()}
    events, drips, orders, portions = (
        tuple(each for hand in hands for each in getattr(hand, name))
        for name in ("events", "drips", "orders", "portions"))
    return Hand(wishes, events, drips, tuple(sorted(orders, key=lambda each: each.start)), portions)


def read_fork(scenario: Scenario, fork: Fork, weight: float, height: float) -> Hand:
    """What one fork orders; see `read_hand`."""
    if fork.at >= scenario.horizon:
        raise BadInput("lies after the end of the run", given=units.show(fork.at, "min", "h"),
                       allowed="before " + units.show(scenario.horizon, "min", "h"), key="at")
    events: list[Event] = []
    drips: list[Drip] = []
    orders: list[Order] = []
    portions: list[Order] = []
    for kind in ("fluid", "drug"):
        for number, entry in enumerate(getattr(fork, kind), start=1):
            read = _bare(scenario, weight, height, kind, entry, fork.at, number)
            orders += read.orders
            portions += read.orders if _portion(entry) else ()
            if kind == "drug" and entry.get("give") in DRIPS and not _portion(entry):
                drips += _drips(read, entry)
            else:
                events += read.events
    return Hand(doses_of(scenario, fork), tuple(events), tuple(drips), tuple(orders), tuple(portions))


def as_written(scenario: Scenario, weight: float, height: float) -> Hand:
    """What a scenario itself orders of fluids and drugs for a patient of this size, and which doses it holds."""
    sized = scenario.but(patient={"weight": f"{weight!r} kg", "height": f"{height!r} m"})
    mine = [each for each in sized.events if each.of in LEFT_TO_POLICIES]
    line = make_timeline([each for each in mine if each.input in DRIPS], DRIPS, np.zeros(len(DRIPS)),
                         [0.0, sized.horizon])
    drips = tuple(Drip(name, float(line.edges[i]), float(line.edges[i + 1]), float(line.inputs[i, k]))
                  for k, name in enumerate(DRIPS) for i in np.flatnonzero(line.inputs[:, k]))
    return Hand({each.number - 1: SKIPPED for each in sized.held},
                tuple(each for each in mine if each.input not in DRIPS), drips)


def doses_of(scenario: Scenario, fork: Fork) -> dict[int, int]:
    """What a fork wishes of planned doses, counted from 0."""
    planned = {order.number: order for order in (*scenario.doses, *scenario.held)}
    for key in ("hold", "give"):
        for number in getattr(fork, key):
            if number not in planned:
                raise BadInput("is not the number of a planned dose", given=str(number), key=key,
                               allowed=f"1 to {max(planned)}" if planned else "none: the scenario has no course")
            if planned[number].start < fork.at:
                raise BadInput(
                    f"dose {number} was due before the fork", given=units.show(planned[number].start, "min", "h"),
                    allowed="doses due from " + units.show(fork.at, "min", "h") + " on", key=key)
    wishes = dict.fromkeys((number - 1 for number in fork.hold), SKIPPED)
    wishes |= dict.fromkeys((number - 1 for number in fork.give), GIVEN)
    if fork.stop:
        wishes |= {number - 1: SKIPPED for number, each in planned.items() if each.start >= fork.at}
    return wishes


def timed(entry: Mapping[str, Any], kind: str, at: float, number: int) -> dict[str, Any]:
    """An entry with a time; without one it begins at the fork."""
    key = f"[[{kind}]] {number}"
    if not isinstance(entry, Mapping):
        raise BadInput("is no table", given=repr(entry), allowed='{"give": "saline_0.9", "volume": "500 mL", ...}',
                       key=key)
    for word in NOT_BY_HAND:
        if word in entry:
            raise BadInput("has no meaning in an order by hand", given=word, allowed=", ".join(WHEN), key=key)
    made = dict(entry)
    if not any(word in entry for word in WHEN):
        made["at" if _portion(entry) else "from"] = f"{at!r} min"
    return made


def in_scenario(kind: str, entry: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The table of a scenario in which an order stands, and how it is written there: oxygen is set by the ward."""
    if kind == "drug" and entry.get("give") == OXYGEN and not _portion(entry):
        return "ward", {OXYGEN if key == "rate" else key: x for key, x in entry.items() if key != "give"}
    return kind, entry


def not_before(orders: Sequence[Order], at: float, key: str) -> None:
    """Refuse orders that begin before the fork."""
    for order in orders:
        if order.start < at - CLOSE:
            raise BadInput("begins before the fork", given=f"{order.label} at {units.show(order.start, 'min', 'h')}",
                           allowed="from " + units.show(at, "min", "h") + " on", key=key)


def _portion(entry: Mapping[str, Any]) -> bool:
    return any(word in entry for word in PORTION)


def _bare(
    scenario: Scenario, weight: float, height: float, kind: str, entry: Mapping[str, Any], at: float, number: int
) -> Scenario:
    """A scenario in which this patient is given nothing but the entry."""
    entry = timed(entry, kind, at, number)
    bare = loads(toml_text.write({
        "patient": {"weight": f"{weight!r} kg", "height": f"{height!r} m"},
        "run": {"horizon": f"{scenario.horizon!r} min"}}), "fork")
    written, entry = in_scenario(kind, entry)
    try:
        read = bare.but(**{written: [entry]})
    except BadInput as error:
        error.key, error.place = error.key.replace(f"[[{written}]] 1", f"[[{kind}]] {number}"), None
        raise
    not_before(read.orders, at, f"[[{kind}]] {number}")
    if not read.orders:
        raise BadInput("orders nothing before the end of the run", key=f"[[{kind}]] {number}",
                       allowed="before " + units.show(scenario.horizon, "min", "h"))
    return read


def _drips(read: Scenario, entry: Mapping[str, Any]) -> list[Drip]:
    """A drip in place of the policy's: what it is set to, and zero between its rates."""
    name = str(entry["give"])
    begin = min(order.start for order in read.orders)
    end = max(order.stop for order in read.orders)
    if "rates" in entry:
        begin = min(units.parse(text, "min") for text in entry["rates"])
        end = units.parse(entry["until"], "min") if "until" in entry else read.horizon
    return [Drip(name, begin, end, 0.0), *(Drip(name, each.start, each.stop, each.rate) for each in read.orders)]


# ------------------------------------------------------------------------------ short orders


def spoken(kind: str, text: str) -> dict[str, Any]:
    """An order in one line: ``saline_0.9 500 mL over 30 min at 36 h``, ``phenylephrine 50 mcg/min until 40 h``.

    Raises
    ------
    BadInput
        If it cannot be read so.
    """
    allowed = ('"saline_0.9 500 mL over 30 min at 36 h", "albumin_25 25 g over 1 h"' if kind == "fluid" else
               '"phenylephrine 50 mcg/min until 40 h", "furosemide 20 mg over 15 min"')
    words = text.split()
    if len(words) < 2:
        raise BadInput("is no order", given=repr(text), allowed=allowed, key=f"--{kind}")
    entry: dict[str, Any] = {"give": words[0]}
    parts: dict[str, list[str]] = {"": []}
    key = ""
    for word in words[1:]:
        if word in ("over", "at", "from", "until", "every", "times"):
            if word in parts:
                raise BadInput("stands twice", given=f"{word} in {text!r}", key=f"--{kind}")
            key = word
            parts[key] = []
        else:
            parts[key].append(word)
    if not parts[""]:
        raise BadInput("does not say how much", given=repr(text), allowed=allowed, key=f"--{kind}")
    amount = " ".join(parts.pop(""))
    entry[_meaning(kind, amount, text, allowed)] = amount
    for name, said in parts.items():
        if not said:
            raise BadInput("needs a time", given=f"{name} in {text!r}", allowed=allowed, key=f"--{kind}")
        entry[name] = int(said[0]) if name == "times" and said[0].isdigit() else " ".join(said)
    if _portion(entry) and "from" in entry:
        entry["at"] = entry.pop("from")
    if "rate" in entry and "at" in entry and "over" not in entry:
        entry["from"] = entry.pop("at")
    return entry


def _meaning(kind: str, amount: str, text: str, allowed: str) -> str:
    """Which key of an entry a quantity belongs to."""
    try:
        unit = units.unit(units.read(amount)[1])
    except BadInput as error:
        words = ("over", "at", "from", "until", "every", "times")
        wrong = [word for word in amount.split() if nearest(word, words)]
        near = nearest(wrong[0], words) if wrong else ""
        raise BadInput("is not understood", given=f"{amount} in {text!r}", nearest=near, allowed=allowed,
                       key=f"--{kind}") from error
    if "/" in unit.text.replace("/kg", ""):
        return "rate"
    if kind == "drug":
        return "dose"
    return "volume" if unit.dimension == units.unit("L").dimension else "amount"
