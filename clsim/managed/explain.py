"""Why, in words: the whole timeline of a run, or all that is known of one moment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from clsim import units
from clsim.errors import BadInput
from clsim.managed.decisions import portion
from clsim.managed.hand import Fork
from clsim.managed.result import Chart, ManagedResult, minute_of, units_of
from clsim.managed.trace import SPOKEN, Entry, clock, duration, to_data
from clsim.policy.orders import DRIP, PORTION
from clsim.policy.policy import Policy
from clsim.policy.rules import Row
from clsim.policy.signals import GROUP_LABELS, GROUPS, KNOWN, SIGNALS
from clsim.result import Result
from clsim.scenario.settings import INPUT

NEAR = 1e-9


def text(result: Result, at: str | float | None = None) -> str:
    """The whole timeline, or what is known of one time.

    Raises
    ------
    BadInput
        If nobody decided anything in this run, or the time lies outside it.
    """
    if not isinstance(result, ManagedResult):
        return _without_policy(result, at)
    head = f"{result.named}\n{_forked(result.forks)}"
    return head + (timeline(result.trace) if at is None else moment(result, minute_of(result, at)))


def data(result: Result, at: str | float | None = None) -> dict[str, Any]:
    """The same as JSON can hold it."""
    if not isinstance(result, ManagedResult):
        _without_policy(result, at)
        return {"scenario": result.scenario.name, "policy": None, "forks": [each.data() for each in result.forks]}
    forks = [{**each.data(), "policy": each.policy and each.policy.name} for each in result.forks]
    head: dict[str, Any] = {
        "scenario": result.scenario.name, "policy": result.policy.name if result.policy else None,
        "policy_digest": result.policy.digest if result.policy else None, "seed": result.seed,
        "patient": result.patient, "cohort": result.cohort.name if result.cohort else None, "forks": forks}
    if at is None:
        return head | {"entries": result.trace_json()}
    minute = minute_of(result, at)
    chart = _chart(result)
    i = chart.row(minute)
    here, before, after = around(result.trace, minute)
    return head | {
        "at_min": minute, "look_min": float(chart.time[i]), "stopped": chart.stopped[i] or None,
        "running": _running(result, minute), "criteria_met": list(chart.met[i]),
        "criteria_said": {row.name: row.label for row in _criteria(result, minute, chart, i)},
        "readings": [{"signal": name, "value": value, "unit": unit, "at_min": when}
                     for name, value, unit, when in readings(chart, i)],
        "here": [to_data(each) for each in here], "before": [to_data(each) for each in before],
        "after": [to_data(each) for each in after]}


def timeline(trace: Sequence[Entry]) -> str:
    """All entries, grouped by time."""
    lines: list[str] = []
    for time, entries in groupby(trace, key=lambda each: each.time):
        lines += ["", f"{clock(time)}{_day(time)}", *_said(entries)]
    return "\n".join(lines).lstrip("\n")


def moment(result: ManagedResult, minute: float) -> str:
    """What was running, seen and met at a time, and what was decided there or nearest to it."""
    chart, trace = _chart(result), result.trace
    i = chart.row(minute)
    here, before, after = around(trace, minute)
    lines = [f"{clock(minute)}{_day(minute)}"]
    if here:
        lines += ["", "decided or seen now:", *_said(here)]
    else:
        lines += ["", f"nothing was decided at {clock(minute)}; " + _nearest(minute, before, after)]
    lines += ["", "doses: " + _doses(result, minute, chart.stopped[i])]
    lines += ["", "running:", *(f"  {each}" for each in _running(result, minute) or ["nothing"])]
    lines += ["", f"criteria met at {clock(float(chart.time[i]))}:", *_met(result, minute, chart, i)]
    lines += ["", "last readings:", *_table(chart, i)]
    if before:
        lines += ["", f"last decisions before, at {clock(before[0].time)}:", *_said(before)]
    if after and not here:
        lines += ["", f"next, at {clock(after[0].time)}:", *(f"  {each.what}" for each in after)]
    return "\n".join(lines)


def around(trace: Sequence[Entry], minute: float) -> tuple[list[Entry], list[Entry], list[Entry]]:
    """Entries of a minute, of the last time before it, and of the next after it."""
    here = [each for each in trace if abs(each.time - minute) < 0.5]
    before = [each for each in trace if each.time <= minute - 0.5]
    after = [each for each in trace if each.time >= minute + 0.5]
    return (here, [each for each in before if each.time == before[-1].time],
            [each for each in after if each.time == after[0].time])


def readings(chart: Chart, i: int) -> list[tuple[str, float, str, float]]:
    """What was read last up to a look: signal, value, unit for people, and minute of the reading."""
    found = []
    for c, name in enumerate(chart.names):
        kind = SIGNALS[name].kind if name in SIGNALS else -1
        if kind == KNOWN or math.isnan(chart.at[i, c]):
            continue
        unit, show, mass = units_of(name)
        found.append((name, float(units.convert(chart.value[i, c], unit, show, mass)), "" if show == "1" else show,
                      float(chart.at[i, c])))
    return found


# ---------------------------------------------------------------------------------------- parts


def _said(entries: Iterable[Entry]) -> list[str]:
    return [f"  {line}" for each in entries for line in each.lines()]


def _day(minute: float) -> str:
    day, rest = divmod(round(minute), 1440)
    return f" (day {day + 1}, {rest // 60:02d}:{rest % 60:02d})"


def _chart(result: ManagedResult) -> Chart:
    assert result.chart is not None
    return result.chart


def _nearest(minute: float, before: Sequence[Entry], after: Sequence[Entry]) -> str:
    ends = [(abs(each[0].time - minute), each[0]) for each in (before, after) if each]
    if not ends:
        return "nothing at all was decided in this run"
    gap, entry = min(ends, key=lambda each: each[0])
    way = "before" if entry.time < minute else "after"
    return f"the nearest decision is {duration(gap)} {way}, at {clock(entry.time)}: {entry.what}"


def _doses(result: ManagedResult, minute: float, stopped: str) -> str:
    past = [each for each in result.trace if each.dose and each.kind.startswith("dose ") and each.time <= minute + NEAR]
    kinds = [each.kind for each in past]
    said = [f"{kinds.count(f'dose {word}')} {word}" for word in ("given", "held", "not given")
            if word == "given" or f"dose {word}" in kinds]
    due = [each for each in sorted((*result.scenario.doses, *result.scenario.held), key=lambda each: each.start)
           if each.start > minute + NEAR]
    coming = f"; next planned dose {due[0].number} at {clock(due[0].start)}" if due else "; no more are planned"
    last = f"; the last, at {clock(past[-1].time)}: {past[-1].what}" if past else ""
    last += f" by {past[-1].name}" if past and past[-1].name else ""
    return ", ".join(said) + last + (f"; stopped: the {stopped}" if stopped else "") + coming


def _running(result: ManagedResult, minute: float) -> list[str]:
    """What runs at a minute, in words."""
    chart = _chart(result)
    i, found = chart.row(minute), []
    policy = _policy_at(result, float(chart.time[i]))
    supports = {each.name: each for each in policy.supports}
    weight = result.parameters["weight"]
    assert isinstance(weight, float)
    by_hand = [each for each in result.trace if each.kind == "order" and each.begins <= minute < each.ends]
    set_by_hand = {each.name for each in by_hand if math.isfinite(each.after)}
    for name, rate in chart.running[i].items():
        each = supports.get(name)
        if each is None or (each.kind == DRIP and set_by_hand & {*each.supply}):
            continue
        row = policy.row(name)
        if each.kind == PORTION:
            found.append(f"{name}: {portion(row, weight)[2]} over {duration(each.over * 15.0)}")
            continue
        shown = units.read(str(row.data.get("start") or row.data["rate"]))[1]
        inner = INPUT[next(iter(each.supply))].unit if each.kind == DRIP else "L/min"
        text = units.show(rate, f"{inner}/kg" if each.per == 1 else inner, shown)
        what = str(row.data.get("give") or row.data.get("agent") or name)
        found.append(f"{name}: {text}" if what == name else f"{name}: {what} {text}")
    found += [each.what for each in by_hand]
    doses = [order for order in result.doses if order.start <= minute < order.stop]
    return [*(f"interleukin-2, {order.label}" for order in doses), *found]


def _policy_at(result: ManagedResult, minute: float) -> Policy:
    found = result.policy
    for each in result.forks:
        if each.policy is not None and each.at <= minute + NEAR:
            found = each.policy
    assert found is not None
    return found


def _met(result: ManagedResult, minute: float, chart: Chart, i: int) -> list[str]:
    found = [f"  {row.name} ({row.data.get('level', '')}): {row.label}" for row in _criteria(result, minute, chart, i)]
    return found or ["  none"]


def _criteria(result: ManagedResult, minute: float, chart: Chart, i: int) -> list[Row]:
    """Rows of the policy that were met at a look."""
    rows = {row.name: row for row in _policy_at(result, minute).rows}
    return [rows[name] for name in chart.met[i] if name in rows]


def _table(chart: Chart, i: int) -> list[str]:
    """Readings by group, with their times."""
    lines = []
    for group, label in zip(GROUPS, GROUP_LABELS, strict=True):
        found = [each for each in readings(chart, i)
                 if SIGNALS[each[0] if each[0] in SIGNALS else each[0].rpartition("_")[0]].group == group]
        times = {at for _, _, _, at in found}
        said = [f"{_word(name)} {units.show(round(value, 2), unit or '1')}"
                + (f" ({clock(at)})" if len(times) > 1 else "") for name, value, unit, at in found]
        if said:
            head = f"{label}, {clock(times.pop())}" if len(times) == 1 else label
            lines.append(f"  {head}: " + ", ".join(said))
    return lines or ["  none yet"]


def _word(column: str) -> str:
    name, _, window = (column, "", "") if column in SIGNALS else column.rpartition("_")
    word = SPOKEN.get(name, SIGNALS[name].label).split(",")[0]
    return f"{word} over {duration(float(window))}" if window else word


def _forked(forks: Sequence[Fork]) -> str:
    """What was changed by hand."""
    lines = []
    for each in forks:
        changes = [f"dose {number} held" for number in each.hold] + [f"dose {number} given" for number in each.give]
        changes += ["no further dose"] if each.stop else []
        changes += [f"{entry.get('give')} {_amount(entry)}" for entry in (*each.fluid, *each.drug)]
        changes += [f"{each.policy.name} decides"] if each.policy else []
        lines.append(f"forked by hand at {clock(each.at)} from {each.parent[:12]}: {'; '.join(changes)}\n")
    return "".join(lines) + "\n"


def _amount(entry: Any) -> str:
    keys = ("volume", "amount", "dose", "rate", "over", "at", "from", "until", "every", "times")
    said = [f"{key} {entry[key]}" if key in keys[4:] else str(entry[key]) for key in keys if key in entry]
    if "rates" in entry:
        said.append(", ".join(f"{rate} from {time}" for time, rate in entry["rates"].items()))
    return " ".join(said)


def _without_policy(result: Result, at: str | float | None) -> str:
    if not result.forks:
        raise BadInput("holds no policy: nobody decided anything", given=result.scenario.name,
                       allowed="a result of clsim run --policy, or of clsim fork")
    if at is not None:
        minute_of(result, at)
    return f"{result.scenario.name}, without a policy\n{_forked(result.forks)}".rstrip("\n")


def overlook(result: ManagedResult) -> list[tuple[str, ...]]:
    """Doses and support in a few rows: what, and how much."""
    outcome = result.outcomes

    def hours(name: str) -> str:
        return f"{float(outcome[name]):.3g} h" if np.isfinite(outcome[name]) else "-"

    kinds = [each.kind for each in result.trace]
    death = [each for each in result.trace if each.kind == "death"]
    stops = [each for each in result.trace if each.kind == "stop"]
    not_given = kinds.count("dose not given")
    rows: list[tuple[str, ...]] = [("doses", f"{kinds.count('dose given')} given, {kinds.count('dose held')} held"
             + (f", {not_given} not given" if not_given else "") + f", of {int(outcome['doses_planned'])} planned")]
    if stops:
        rows.append(("stopped", "; ".join(f"{clock(each.time)}, by {each.name}" for each in stops)))
    rows.append(("boluses and single doses", str(kinds.count("portion"))))
    rows.append(("pressor", hours("pressor_hours")))
    events = sorted({each.what for each in result.trace if each.kind == "event"})
    rows.append(("events", ", ".join(events) or "none"))
    rows.append(("end", f"{death[0].what} at {clock(death[0].time)}" if death else
                 f"alive at {clock(float(result.time[-1]))}"))
    return rows
