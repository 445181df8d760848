"""The debrief of a saved run as one page: what happened, why, what it came to, and what the leak did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim import units
from clsim.bedside.alarms import LIMITS
from clsim.bedside.signals import PLACE, SHOWN, numbers
from clsim.lessons.claims import shown
from clsim.lessons.debriefing import LOW_PRESSURE, minutes_below
from clsim.lessons.drawing import Line, Row, chart
from clsim.lessons.lesson import SIGNALS
from clsim.lessons.page import cite, document, items, section, table
from clsim.managed.result import ManagedResult
from clsim.managed.trace import Entry, clock, duration, spoken
from clsim.result import Result
from clsim.scenario.settings import INPUT

ALARM_SOURCE = "limits of the bedside: a teaching default, no recommendation"
SMALL = 0.1  # L; less than any bolus
QUIET = ("watch",)  # entries that tell of looking, not of doing
PRESSORS = ("phenylephrine", "norepinephrine", "dopamine")


def report(result: Result) -> str:
    """The debrief of a run, a whole HTML page.

    Parameters
    ----------
    result : Result
        Of `clsim.run`, under a policy or without one.
    """
    who = result.named if isinstance(result, ManagedResult) else result.scenario.name
    low = spells(result.time, result["MAP"].values < LOW_PRESSURE)
    return document(f"Debrief: {result.scenario.title or result.scenario.name}", (
        f"<p>{escape(who)}. {escape(clock(float(result.time[-1])))} computed, a row every "
        f"{escape(duration(_step(result)))}.</p>",
        section("What it came to", table(("", ""), ((escape(a), escape(b)) for a, b in totals(result)))),
        section("The course", f"<figure>{_chart(result, low)}<figcaption>Shaded: mean pressure below {LOW_PRESSURE:g} "
                "mmHg. ▼ dose given, ▽ held or not given.</figcaption></figure>"),
        section("What the leak did", items(leak(result))),
        section("Alarms", _alarms(result)),
        section("Timeline", _timeline(result)),
        section("To talk about", items(QUESTIONS)),
    ))


QUESTIONS = (
    "Which decision would you take again, and which not? Point to it in the timeline.",
    "Where did the pressure and the leak go different ways?",
    "Where is the fluid that was given, and when will it come back?",
    "What did you believe about the patient that the hidden signals do not bear out?",
    "What would you want to know that neither monitor nor model shows?",
)


def totals(result: Result) -> list[tuple[str, str]]:
    """What a run came to, in words and numbers."""
    hours = float(result.time[-1]) / 60.0
    gain = result["weight_gain"].values
    rows = [
        ("doses given, and planned doses held or not given", f"{len(result.doses)}, {len(result.held)}"),
        (f"hours with mean pressure below {LOW_PRESSURE:g} mmHg", f"{hours_below(result):.1f} of {hours:.0f} h"),
        ("lowest mean pressure", _extreme(result, "MAP", np.argmin)),
        ("fastest pulse", _extreme(result, "HR", np.argmax)),
        ("fluid by the line", f"{float(result['fluid_given'].values[-1]):.1f} L"),
        ("urine", f"{float(result['urine_volume'].values[-1]):.1f} L"),
        ("weight gained, at the end and at most", f"{float(gain[-1]):.1f} kg, {float(gain.max()):.1f} kg"),
        ("lowest oxygen saturation", _extreme(result, "SaO2", np.argmin)),
        ("highest creatinine", _extreme(result, "creatinine_concentration", np.argmax)),
    ]
    for name in (*PRESSORS, "oxygen"):
        rate = result[name].values
        if rate.any():
            on = float(np.sum(np.diff(result.time)[rate[:-1] > 0.0])) / 60.0
            rows.append((f"{name}, hours and highest", f"{on:.1f} h, {rate.max():.3g} {INPUT[name].unit}"))
    return rows


def hours_below(result: Result) -> float:
    """Hours with low mean pressure; a run under a policy has counted them more finely than its rows."""
    if isinstance(result, ManagedResult) and result.outcomes.get("hours_MAP_below_65") is not None:
        return float(result.outcomes["hours_MAP_below_65"])
    return minutes_below(result.time, result["MAP"].values, LOW_PRESSURE) / 60.0


def spells(time: Row, so: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """From when to when something was so, by the rows of a result."""
    there = np.concatenate([[False], so, [False]])
    edges = np.flatnonzero(there[1:] != there[:-1])
    until = np.append(time, time[-1])
    return [(float(until[a]), float(until[b])) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def leak(result: Result) -> list[str]:
    """What the leak did, in sentences with the numbers of this run."""
    peak = int(np.argmax(result["leak"].values))
    hour = clock(float(result.time[peak]))
    escape_rate, albumin = result.show("escape_rate").values, result.show("albumin").values
    gain, plasma = result["weight_gain"].values, result["V_plasma"].values
    water, lowest = result.show("EVLW").values, int(np.argmin(result["albumin"].values))
    when = clock(float(result.time[lowest]))
    return [
        f"The capillary wall was most open at {hour}; albumin left the blood at {escape_rate[peak]:.1f} % an hour "
        f"then, and at {escape_rate[0]:.1f} % on admission.",
        f"Albumin fell from {albumin[0]:.0f} to {albumin[lowest]:.0f} g/L (lowest at {when}).",
        f"At {hour} the body had gained {gain[peak]:+.1f} kg, the plasma {plasma[peak] - plasma[0]:+.1f} L: the rest "
        "of the fluid was outside the vessels.",
        f"Water in the lungs went from {water[0]:.0f} to {water.max():.0f} mL at most.",
        f"At the end the leak stood at {100.0 * _share(result, peak):.0f} % of its highest, and {gain[-1]:+.1f} kg of "
        "weight were still there.",
    ]


def _share(result: Result, peak: int) -> float:
    values = result["leak"].values
    return float(values[-1] / values[peak]) if values[peak] > 0.0 else 0.0


def _step(result: Result) -> float:
    return float(np.max(np.diff(result.time)))


def _extreme(result: Result, name: str, which: Callable[[Row], Any]) -> str:
    values = result[name].values
    k = int(which(values))
    return f"{shown(name, float(values[k]))} at {clock(float(result.time[k]))}"


def _chart(result: Result, low: list[tuple[float, float]]) -> str:
    def line(name: str, label: str = "") -> Line:
        series = result.show(name)
        unit = "" if series.unit == "1" else f" [{series.unit}]"
        values: Row = np.asarray(series.values, np.float64)
        return Line(f"{label or SIGNALS[name].label}{unit}", values)

    drips = [line(name, name) for name in PRESSORS if result[name].values.any()]
    panels = [[line("MAP")], [line("HR")], [line("leak")], [line("weight_gain"), line("V_plasma")], [line("albumin")],
              [line("urine_flow")], *([drips] if drips else [])]
    doses = [(each.start, True) for each in result.doses] + [(each.start, False) for each in result.held]
    return chart(result.time, panels, doses, low, "Pressure, pulse, leak, weight and plasma, albumin, urine over time")


def _alarms(result: Result) -> str:
    rows, seen = [], numbers(result)
    for limit in LIMITS:
        values = seen[limit.signal]
        for word, bound, so in (("below", limit.low, values < (limit.low or 0.0)),
                                ("above", limit.high, values > (limit.high or 0.0))):
            found = [] if bound is None else spells(result.time, so)
            if found:
                total = sum(b - a for a, b in found)
                first = ", ".join(clock(a) for a, _ in found[:4]) + (" ..." if len(found) > 4 else "")
                rows.append((escape(f"{SHOWN[PLACE[limit.signal]].label} {word} {bound:g}"), str(len(found)),
                             escape(duration(total) if total else "a single row"), escape(first)))
    if not rows:
        return "<p>None of the usual limits was crossed.</p>"
    return (table(("what", "times", "in all", "from"), rows)
            + f'<p class="soft">{escape(ALARM_SOURCE)}; by the rows of the result.</p>')


def _timeline(result: Result) -> str:
    return table(("time", "what", "why"), (_because(each) for each in _entries(result)))


def _entries(result: Result) -> Iterator[Entry]:
    """What was done: decided under a policy, or ordered by the scenario; routine is told once."""
    if isinstance(result, ManagedResult):
        told = Counter(each.name for each in result.trace if _routine(each))
        for each in result.trace:
            if _routine(each):
                times = told.pop(each.name, 0)
                if times:
                    yield replace(each, what=each.what + (f"; {times} times in all" if times > 1 else ""))
            elif each.kind not in QUIET:
                yield each
        return
    last = ""
    for order in result.orders:
        if order.kind in ("dose", "held"):
            yield Entry(order.start, f"dose {'given' if order.kind == 'dose' else 'held'}", order.label)
        elif order.kind in ("fluid", "drug") and (order.stop < float(result.time[-1])):
            amount = units.show(order.amount, order.unit.removesuffix("/min"), "mL" if order.kind == "fluid" else "")
            said = f"{order.label}: {amount} over {duration(order.stop - order.start)}"
            if said != last or order.kind == "fluid":
                yield Entry(order.start, "order", said)
            last = said


def _routine(entry: Entry) -> bool:
    """Antipyretics by the clock, and the little fluid around each dose."""
    return entry.kind == "portion" and (entry.table == "antipyretic" or (entry.unit == "L" and entry.amount <= SMALL))


def _because(entry: Entry) -> tuple[str, str, str]:
    reasons = []
    for ground in entry.grounds:
        said = "; ".join(spoken(ground.comparisons))
        words = ": ".join(filter(None, (ground.label or ground.name, said)))
        reasons.append(f"{escape(words)} {cite(ground.citation) if ground.citation else ''}")
        reasons += [f"{escape(each.label or each.name)}" for each in ground.criteria]
    return escape(clock(entry.time)), escape(entry.what), "<br>".join(reasons)
