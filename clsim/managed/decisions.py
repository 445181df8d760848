"""From a look to the entries of a trace: what was done, and on what grounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim import units
from clsim.crowd.seen import OCCURRENCES
from clsim.managed.trace import BODY, HAND, Entry, Ground, clock, duration, ground, spoken
from clsim.policy.interpreter import NEARLY_OFF, Decider
from clsim.policy.memory import GIVEN, SKIPPED, Memory
from clsim.policy.orders import DRIP, PORTION
from clsim.policy.rules import ENDS, HOLD, RETREATMENT, Row
from clsim.policy.signals import TICK
from clsim.policy.table import NO
from clsim.policy.why import against, reason
from clsim.scenario.settings import INPUT


@dataclass(frozen=True)
class Look:
    """One look of one patient: what was remembered before and after, and how it was decided."""

    bound: Decider
    tick: int
    before: Memory
    after: Memory
    done: Any

    @property
    def time(self) -> float:
        """Minutes from the start."""
        return self.tick * TICK

    def row(self, name: str) -> Row:
        """An entry of the policy as people read it."""
        return self.bound.policy.row(name)

    def why(self, number: int, name: str, part: str = "when", how: str = "") -> tuple[Ground, ...]:
        """Why a rule of the table holds."""
        found = reason(self.bound, self.after, number, self.row(name))
        return () if found is None else (ground(found, how, part),)

    def why_not(self, number: int, name: str, part: str, how: str) -> Ground:
        """Why a rule of the table does not hold."""
        return ground(against(self.bound, self.after, number, self.row(name)), how, part)

    def holds(self, number: int) -> bool:
        """Whether a rule of the table holds."""
        return bool(self.after.holds[0, number])


@dataclass
class Notes:
    """What is told of a patient: entries, and what stood on the chart at each look."""

    entries: list[Entry] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    chart: list[tuple[Decider, NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=list)
    met: list[tuple[str, ...]] = field(default_factory=list)
    running: list[dict[str, float]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    struck: NDArray[np.float64] = field(default_factory=lambda: np.full(len(OCCURRENCES), -np.inf))
    latched: dict[str, Ground] = field(default_factory=dict)

    def take(self, look: Look, latest: NDArray[np.float64]) -> None:
        """Keep everything that was decided at a look."""
        self.befall(latest)
        self.entries += [*self._doses(look), *_orders(look), *_watched(look)]
        m, policy = look.after, look.bound.policy
        self.times.append(look.time)
        at = np.where(np.isnan(m.value[0]), np.nan, m.at[0] * TICK)
        self.chart.append((look.bound, m.value[0].copy(), at))
        self.met.append(tuple(each.name for each, row in zip(policy.criteria, look.bound.rows.criteria, strict=True)
                              if look.holds(row.rule)))
        self.running.append({each.name: float(rate) for each, rate in zip(policy.supports, m.flowing[0], strict=True)
                             if rate})
        stopped = int(m.stopped[0])
        self.stopped.append(f"{ENDS[stopped]} by {_verdict(look, int(m.stopped_by[0]))}" if stopped else "")

    def befall(self, latest: NDArray[np.float64]) -> None:
        """Keep what has happened to the patient since this was asked last."""
        for event, at, last in zip(OCCURRENCES, latest, self.struck, strict=True):
            if at > last:
                self.entries.append(Entry(float(at), "event", event.label, event.name, "event", BODY))
        self.struck = latest.copy()

    def hand_over(self, tick: int, old: Any, new: Any, ended: list[str]) -> None:
        """Another policy decides from now on."""
        words = f"; {', '.join(ended)} ended: it has no such drip" if ended else ""
        self.latched.clear()
        self.entries.append(Entry(
            tick * TICK, "policy", f"{new.bound.policy.name} decides in place of {old.bound.policy.name}{words}",
            by=HAND))

    # ------------------------------------------------------------------------------------ doses

    def _doses(self, look: Look) -> Iterator[Entry]:
        """Stops, holds that begin to hold, and the dose that is due."""
        before, after = look.before, look.after
        if before.stopped[0] and look.done.renewed[0] and (
                not after.stopped[0] or int(after.stopped_at[0]) == look.tick):
            yield Entry(look.time, "stop lifted", f"a new {ENDS[int(look.done.renewed[0])]}: doses are asked again")
        for v, each in enumerate(look.bound.rows.verdicts):
            name = _verdict(look, v)
            if each.kind == HOLD:
                if look.holds(each.rule) and not before.latched[0, v]:
                    for found in look.why(each.rule, name):
                        self.latched[name] = replace(found, how=f"held since {clock(look.time)}")
            elif (each.kind == RETREATMENT or look.done.would_stop.get(v)) and not look.done.asked.get(
                    look.bound.policy.table.supports.size + v, True):
                yield Entry(look.time, "not followed", f"{name} would have stopped dosing, but was not followed", name,
                            look.row(name).kind, grounds=look.why(each.rule, name))
        if after.stopped[0] and int(after.stopped_at[0]) == look.tick:
            v = int(after.stopped_by[0])
            name, row = _verdict(look, v), look.bound.rows.verdicts[v]
            rule = look.why(row.rule, name) + (_used_up(look, row.after) if row.after != NO else ())
            yield Entry(look.time, "stop", f"no further dose of this {ENDS[int(after.stopped[0])]}"
                        if after.stopped[0] < 3 else "no further dose, treatment ends", name, look.row(name).kind,
                        grounds=rule)
        if look.done.slot:
            yield from self._dose(look)

    def _dose(self, look: Look) -> Iterator[Entry]:
        number = int(look.done.calendar.number[look.tick])
        state, said, name = int(look.after.state[0, number]), look.done.said, f"planned dose {number + 1}"
        forbid, ignored = self._forbidding(look)
        for found in ignored:
            yield Entry(look.time, "not followed", f"{found.name} would have held {name}, but was not followed",
                        found.name, look.row(found.name).kind, dose=number + 1, grounds=(found,))
        if said == GIVEN:
            verdict, grounds = "give it", self._allowed(look)
        elif said == SKIPPED:
            verdict, grounds = "hold it", tuple(forbid)
        else:
            verdict, grounds = "not give it: dosing was stopped", (self._stopped(look),)
        word = {GIVEN: "given", SKIPPED: "held"}.get(state, "not given")
        if (state == GIVEN) != (said == GIVEN):
            yield Entry(look.time, f"dose {word}", f"{name} {word} by hand; the policy would {verdict}", by=HAND,
                        dose=number + 1, grounds=grounds)
            return
        first = grounds[0].name if said != GIVEN and grounds else ""
        yield Entry(look.time, f"dose {word}", f"{name} {word}", first, look.row(first).kind if first else "",
                    dose=number + 1, grounds=grounds)

    def _allowed(self, look: Look) -> tuple[Ground, ...]:
        """Why a dose is given: the criteria met forbid nothing, or there are none."""
        criteria = tuple(found for each, row in zip(look.bound.policy.criteria, look.bound.rows.criteria, strict=True)
                         for found in look.why(row.rule, each.name, how=("relative", "absolute")[row.absolute]))
        if not look.bound.policy.verdicts:
            return (Ground("nothing forbids it", how="the policy has no rule to hold or stop a dose"),)
        how = "no rule to hold or stop holds"
        if criteria:
            how += "; met, but not enough to forbid it" if len(criteria) > 1 else "; one criterion is met"
        return (Ground("nothing forbids it", how=how, criteria=criteria),)

    def _forbidding(self, look: Look) -> tuple[list[Ground], list[Ground]]:
        """Holds that forbid the dose, and those that would but are not followed."""
        forbid: list[Ground] = []
        ignored: list[Ground] = []
        for v, each in enumerate(look.bound.rows.verdicts):
            if each.kind != HOLD:
                continue
            name, holds = _verdict(look, v), look.holds(each.rule)
            latched = bool(look.before.latched[0, v])
            resumed = each.resume != NO and look.holds(each.resume)
            if not holds and (not latched or resumed):
                continue
            found = look.why(each.rule, name)[0] if holds else self._kept(look, name, each)
            followed = look.done.asked.get(look.bound.policy.table.supports.size + v, True)
            (forbid if followed else ignored).append(found)
        return forbid, ignored

    def _kept(self, look: Look, name: str, each: Any) -> Ground:
        """A hold whose rule no longer holds, and that was not lifted."""
        begun = self.latched.get(name)
        since = begun.how.removeprefix("held since ") if begun else "before"
        if each.resume == NO:
            return replace(begun or Ground(name), how=f"held at {since}, after the dose planned before")
        resume = next(row for row in look.bound.policy.rows if row.kind == "resume" and row.data.get("of") == name)
        not_yet = look.why_not(each.resume, resume.name, "when", "doses go on once this holds")
        words = "; ".join(spoken(begun.comparisons)) if begun else ""
        row = look.row(name)
        return Ground(name, row.label, f"held since {since}" + (f" ({words})" if words else "") + ", not yet resumed",
                      (), (not_yet,), row.source, row.sources.get("when", ""), row.verified)

    def _stopped(self, look: Look) -> Ground:
        """Why doses are no longer asked."""
        v, at = int(look.after.stopped_by[0]), int(look.after.stopped_at[0]) * TICK
        row = look.row(_verdict(look, v))
        how = "stopped now" if at == look.time else f"stopped at {clock(at)}"
        return Ground(row.name, row.label, how, source=row.source, verified=row.verified)


def _verdict(look: Look, v: int) -> str:
    return look.bound.policy.verdicts[v].name


# --------------------------------------------------------------------------------------- orders


def _orders(look: Look) -> Iterator[Entry]:
    """Portions that were given, drips that changed, and what was not followed."""
    for s, each in enumerate(look.bound.rows.supports):
        if int(look.after.changed[0, s]) != look.tick or int(look.before.changed[0, s]) == look.tick:
            continue
        support = look.bound.policy.supports[s]
        row, done = look.row(support.name), bool(look.done.orders.acted[0, s])
        rate, new = float(look.before.rate[0, s]), float(look.after.rate[0, s])
        if each.kind == DRIP and s not in look.done.asked:
            continue  # set by hand, told as an order
        part, how = _moved(look, s, each, rate)
        if part == "wean" or each.kind == DRIP or look.holds(each.rule):
            number = {"when": each.rule, "raise": each.rises, "wean": each.weans}[part]
            grounds = look.why(number, support.name, part)
        else:
            grounds = (look.why_not(each.rule, support.name, "when", "its rule no longer holds"),)
        if part == "when" and each.after != NO:
            grounds += _used_up(look, each.after)
        if not done:
            yield Entry(look.time, "not followed", f"{support.name} should have been {how}, but was not followed",
                        support.name, row.kind, grounds=grounds)
            continue
        begins = float(look.after.takes[0, s]) * TICK
        if each.kind == PORTION:
            amount, unit, words = portion(row, float(look.bound.weight[0]))
            ends = begins + each.over * TICK
            yield Entry(
                look.time, "portion", f"{words} over {duration(each.over * TICK)}, from {clock(begins)}", support.name,
                row.kind, amount=amount, unit=unit, begins=begins, ends=ends, grounds=grounds)
            continue
        unit = rate_unit(row)
        old, now = (shown_rate(look.bound, s, x) for x in (rate, new))
        what = str(row.data.get("give") or row.data.get("agent") or support.name)
        words = {"begun": f"at {now:.4g} {unit}", "ended": f"(was {old:.4g} {unit})"}.get(
            how, f"from {old:.4g} to {now:.4g} {unit}")
        yield Entry(
            look.time, f"drip {how}", f"{what} {how} {words}" + (f", from {clock(begins)} on" if begins > look.time
                                                               else ""), support.name, row.kind, before=old, after=now,
            unit=unit, begins=begins, grounds=grounds)


def _moved(look: Look, s: int, each: Any, rate: float) -> tuple[str, str]:
    """By which rule an order acts, and how."""
    if each.kind == PORTION:
        return "when", "given"
    if rate == 0.0:
        return "when", "begun"
    if each.kind != DRIP:
        return "when", "ended"
    rested = look.tick - int(look.before.changed[0, s]) >= each.again
    if look.holds(each.rises) and rate < each.ceiling and rested:
        return "raise", "raised"
    lower = rate - each.down
    return "wean", "ended" if lower < NEARLY_OFF * min(each.start, each.down) else "lowered"


def _used_up(look: Look, s: int) -> tuple[Ground, ...]:
    """The order that had to be used up before."""
    each, m = look.bound.rows.supports[s], look.after
    name = look.bound.policy.supports[s].name
    how = (f"used up: {int(m.portions[0, s])} of {each.most} given" if each.kind == PORTION else
           f"used up: at its ceiling, {shown_rate(look.bound, s, float(m.rate[0, s])):.4g} "
           f"{rate_unit(look.row(name))}")
    return (Ground(name, look.row(name).label, how),)


def _watched(look: Look) -> Iterator[Entry]:
    """A change of how often vital signs are taken."""
    old, new = int(look.before.watch[0]), int(look.after.watch[0])
    if old == new:
        return
    if not new:
        yield Entry(look.time, "watch", "vital signs at their usual times again", table="watch")
        return
    for each, row in zip(look.bound.policy.watches, look.bound.rows.watches, strict=True):
        if row.every == new and look.holds(row.rule):
            yield Entry(look.time, "watch", f"vital signs every {duration(new * TICK)}", each.name, "watch",
                        grounds=look.why(row.rule, each.name))
            return


# ---------------------------------------------------------------------------------------- units


def portion(row: Row, weight: float) -> tuple[float, str, str]:
    """Amount of a portion for this patient, its unit (L for volumes), and words for it."""
    key = next(each for each in ("volume", "amount", "dose") if each in row.data)
    text, give = str(row.data[key]), row.data.get("give", "")
    number, unit = float(units.read(text)[0]), units.read(text)[1]
    words = f"{text} {give}"
    if unit.endswith("/kg"):
        unit = unit.removesuffix("/kg")
        number *= weight
        words = f"{number:.4g} {unit} {give} ({text})"
    if key == "volume":
        number, unit = float(units.convert(number, unit, "L")), "L"
    return number, unit, words


def rate_unit(row: Row) -> str:
    """The unit in which a drip is written."""
    return units.read(str(row.data.get("start") or row.data["rate"]))[1]


def shown_rate(bound: Decider, s: int, rate: float) -> float:
    """A rate of drip s in the unit in which it is written."""
    each, support = bound.rows.supports[s], bound.policy.supports[s]
    row = bound.policy.row(support.name)
    inner = INPUT[next(iter(support.supply))].unit if each.kind == DRIP else "L/min"
    return float(units.convert(rate, f"{inner}/kg" if each.per == 1 else inner, rate_unit(row)))

