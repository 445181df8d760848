"""What a page shows of a bed at a minute: a frame, samples of trends, rows of the flowsheet, lines of the log."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from clsim import units
from clsim.bedside.bed import Bed
from clsim.bedside.by_hand import FINEST, Forks, ordered, planned
from clsim.bedside.side import Action, Handover
from clsim.bedside.signals import COLUMN, HIDDEN, LABS, NAMES, VITAL, WARD, names_of, rounded, shown
from clsim.managed.result import units_of
from clsim.managed.trace import POLICY, Entry, spoken
from clsim.model.layout import STATES, columns
from clsim.policy.memory import GIVEN, NOT_GIVEN, SKIPPED
from clsim.policy.orders import STEADY
from clsim.policy.signals import TICK
from clsim.scenario.scenario import Scenario

STATE = {name: i for i, name in enumerate(columns(STATES))}
SEEN = names_of(VITAL, WARD)
UNSEEN = names_of(HIDDEN)
VITALS = names_of(VITAL)
HOUR = 60.0
SOON = 1.0 / FINEST  # min; what begins so soon is ordered now
MOST_SAMPLES = 3_000  # of a trend in one message
LONGEST_BAG = 240.0  # min; what the scenario runs for longer is a drip, of which nobody asks how much is left


def frame(bed: Bed, minute: float, reveal: bool, alarms: list[dict[str, Any]]) -> dict[str, Any]:
    """A bed at a minute."""
    over = bed.dead is not None and minute >= bed.end
    row, _ = bed.at(minute)
    drips = running(bed, minute)
    blank: dict[str, float | None] = dict.fromkeys(SEEN)
    numbers = blank if over else rounded(row, SEEN)
    return {
        "numbers": numbers | {"oxygen_L_min": drips.get("oxygen", 0.0)},
        "hidden": (dict.fromkeys(UNSEEN) if over else rounded(row, UNSEEN)) if reveal else None,
        "doses": doses(bed, minute), "drips": {} if over else drips,
        "by_hand": sorted({entry["give"] for fork in bed.forks for entry in fork.drug
                           if "rate" in entry and "until" not in entry}),
        "fluids": [] if over else bags(bed, minute), "alarms": alarms, "dead": bed.dead if over else None}


def running(bed: Bed, minute: float) -> dict[str, float]:
    """Rates of the drips, with what was ordered this very moment."""
    _, inputs = bed.at(minute)
    found = {}
    for name, column in COLUMN.items():
        by_hand = bed.bedside.hand.rate(name, minute + SOON)
        rate = float(inputs[column]) if by_hand is None else by_hand
        if rate > 0.0:
            found[name] = round(rate, 3)
    return found


def doses(bed: Bed, minute: float) -> list[dict[str, Any]]:
    """What became of each planned dose, and which is next."""
    states, wishes = bed.memory.state[0], bed.bedside.hand.wishes
    reasons = {each.dose: next((ground.label for ground in each.grounds if ground.label), each.name or each.what)
               for each in bed.bedside.notes.entries
               if each.dose and each.kind in ("dose held", "dose not given")}
    found, coming = [], True
    for order in planned(bed.who.scenario):
        state, reason = int(states[order.number - 1]), reasons.get(order.number)
        if state == GIVEN:
            word = "running" if order.start <= minute < order.stop and bed.desk.dosing[0] else "given"
        elif state == SKIPPED:
            word = "held"
        elif state == NOT_GIVEN:
            word = "stopped"
        else:
            word, coming = ("next" if coming else "planned"), False
            wish = wishes.get(order.number - 1)
            reason = None if wish is None else "to be given by hand" if wish == GIVEN else "to be held by hand"
        found.append({"number": order.number, "state": word, "reason": reason})
    return found


def bags(bed: Bed, minute: float) -> list[dict[str, Any]]:
    """Fluids that run in: of the scenario where nobody decides, by hand, and of the policy."""
    found = []
    for order in bed.who.scenario.orders if bed.who.written else ():
        if order.kind == "fluid" and order.start <= minute < order.stop:
            bag = _bag(order.label, order.rate * (order.stop - minute), order.rate)
            found.append(bag if order.stop - order.start <= LONGEST_BAG else bag | {"left_mL": None})
    for order in bed.bedside.hand.orders:
        if order.kind == "fluid" and order.start <= minute + SOON and minute < order.stop:
            found.append(_bag(order.name, order.rate * (order.stop - max(minute, order.start)), order.rate))
    for entry in reversed(bed.bedside.notes.entries):
        if entry.kind == "portion" and entry.unit == "L" and entry.begins <= minute < entry.ends:
            rate = entry.amount / (entry.ends - entry.begins)
            found.append(_bag(entry.name, rate * (entry.ends - minute), rate))
        elif entry.time < minute - 1440.0:
            break
    if bed.tick:
        bound = bed.stage.bound
        for s, each in enumerate(bound.rows.supports):
            if each.kind == STEADY and bed.memory.running[0, s] > 0.0:
                rate = float(bed.memory.running[0, s]) * (bed.who.weight if each.per == 1 else 1.0)  # L/min
                found.append({"name": bound.policy.supports[s].name, "left_mL": None,
                              "rate_mL_h": round(rate * 60_000.0, 1)})
    return found


def _bag(name: str, left: float, rate: float) -> dict[str, Any]:
    return {"name": name, "left_mL": round(left * 1000.0, 1), "rate_mL_h": round(rate * 60_000.0, 1)}


# ----------------------------------------------------------------------------------- over the time


def trend(bed: Bed, since: float, minute: float, reveal: bool) -> tuple[list[float], dict[str, list[float | None]]]:
    """Samples after one minute up to another; fewer of them where there are very many."""
    ticks = range(max(0, int(since // TICK)), int(minute // TICK) + 1)
    spans = [bed.trend[tick] for tick in ticks if tick in bed.trend]
    names = NAMES if reveal else SEEN
    if not spans:
        return [], {name: [] for name in names}
    times, rows = (np.concatenate(parts) for parts in zip(*spans, strict=True))
    chosen = np.flatnonzero((times > since) & (times <= minute) & (times <= bed.end))
    chosen = chosen[:: max(1, math.ceil(chosen.size / MOST_SAMPLES))]
    picked = [rounded(row, names) for row in rows[chosen]]
    return [float(time) for time in times[chosen]], {name: [row[name] for row in picked] for name in names}


def hours(bed: Bed, first: int, minute: float) -> list[dict[str, Any]]:
    """Rows of the flowsheet from an hour on, as many as are over."""
    last = int(min(minute, bed.end, bed.reached) // HOUR)
    return [_hour(bed, hour) for hour in range(first, last + 1)]


def _hour(bed: Bed, hour: int) -> dict[str, Any]:
    """The hour that ends then."""
    looks = round(HOUR / TICK)
    begin, end = (hour - 1) * looks, hour * looks
    states, flows = bed.found.states[0], bed.found.flows[0]
    given, made = (float(states[end, STATE[name]] - states[begin, STATE[name]]) * 1000.0
                   for name in ("fluid_given", "urine_volume"))
    out = made + 1000.0 * sum(bed.bowel.get(tick, 0.0) for tick in range(begin, end))
    row = shown(np.concatenate([flows[end], states[end]])[None])[0]
    weight = rounded(row, ("weight_kg",))["weight_kg"]
    drips = {name: round(float(bed.inputs[end - 1, column]), 3) for name, column in COLUMN.items()
             if bed.inputs[end - 1, column] > 0.0}
    return {"hour": hour, "in_mL": round(given, 1), "out_mL": round(out, 1), "net_mL": round(given - out, 1),
            "weight_kg": weight or 0.0, "drips": drips, "vitals": rounded(row, VITALS), "labs": labs(bed, begin, end)}


def labs(bed: Bed, first: int, last: int) -> dict[str, float] | None:
    """Blood tests that came back from one look to before another."""
    found: dict[str, float] = {}
    chart = bed.bedside.notes.chart
    for tick in range(first, min(last, len(chart))):
        bound, value, at = chart[tick]
        earlier = chart[tick - 1][2] if tick else np.full_like(at, np.nan)
        for name in LABS:
            c = bound.policy.columns.index(name)
            if np.isfinite(at[c]) and at[c] != earlier[c]:
                unit, show, mass = units_of(name)
                found[name] = round(float(units.convert(value[c], unit, show, mass)), 2)
    return found or None


# ----------------------------------------------------------------------------------------- words


def line(bed: int, time: float, kind: str, said: str, rule: str | None = None, value: str | None = None,
         cite: str | None = None) -> dict[str, Any]:
    """A line of the log."""
    return {"is": "log", "bed": bed, "t": round(time, 2), "kind": kind, "said": said, "rule": rule, "value": value,
            "cite": cite}


def lines(bed: int, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Decisions and events as lines of the log."""
    found = []
    for each in entries:
        first = each.grounds[0] if each.grounds else None
        kind = "dose" if each.dose else "decision" if each.by == POLICY else "event"
        value = None if first is None else "; ".join(filter(None, (first.how, *spoken(first.comparisons)))) or None
        found.append(line(bed, each.time, kind, each.what, (first.name if first else "") or None, value,
                          (first.citation if first else "") or None))
    return found


def orders(bed: int, actions: Sequence[Action], scenario: Scenario) -> list[dict[str, Any]]:
    """What was ordered by hand as lines of the log."""
    found: list[dict[str, Any]] = []
    forks: Forks = ()
    for each in actions:
        if isinstance(each.said, Handover):
            words = f"{each.said.policy.name} decides from the next look on"
        else:
            forks, words = ordered(each.said, forks, scenario, each.at)
        found.append(line(bed, each.at, "order", words))
    return found


def patient(bed: Bed) -> dict[str, float | str | None]:
    """Who he is: nothing by which a person could be known."""
    people = bed.who.people
    known = {name: float(people.known(name)[0]) for name in ("age", "sex")}
    return {"number": bed.who.patient, "age": round(known["age"]), "sex": "male" if known["sex"] >= 0.5 else "female",
            "weight_kg": round(bed.who.weight, 1), "height_cm": round(bed.who.height * 100.0)}


