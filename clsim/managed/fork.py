"""Forking: the same run with other orders from a minute on, everything before with the same bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clsim import units
from clsim.errors import BadInput
from clsim.managed.course import run_managed
from clsim.managed.hand import Fork, doses_of, in_scenario, not_before, timed
from clsim.managed.result import ManagedResult, minute_of
from clsim.policy.lint import sound_policy
from clsim.policy.memory import GIVEN, SKIPPED
from clsim.policy.policy import Policy
from clsim.result import Result
from clsim.scenario import toml_text
from clsim.scenario.scenario import Scenario
from clsim.simulate import simulate


def fork(
    result: Result, at: str | float, *, hold: Sequence[int] = (), give: Sequence[int] = (), stop: bool = False,
    fluid: Sequence[Mapping[str, Any]] = (), drug: Sequence[Mapping[str, Any]] = (),
    policy: str | Path | Policy | None = None,
) -> Result:
    """The same run with other orders from a minute on.

    Parameters
    ----------
    result : Result
    at : str or float
        ``"36 h"``, or minutes.  Everything before is as it was, and whatever is drawn later is drawn as it would
        have been.
    hold, give : sequence of int
        Numbers of planned doses (from 1) that are held, or given, whatever the policy or the scenario says.
    stop : bool
        No further dose.
    fluid, drug : sequence of mapping
        Entries as in a scenario, ``{"give": "saline_0.9", "volume": "500 mL", "over": "30 min"}``; without a time
        they begin at ``at``.  They come on top of what is ordered, but under a policy a drip of a pressor at a rate
        takes the place of the policy's: it knows the rate, and goes on from it when the order ends.
    policy : str, Path or Policy, optional
        Decides from the first look at or after ``at``; it has watched from the start.

    Raises
    ------
    BadInput
        For orders before ``at``, and whatever a scenario refuses.
    """
    minute = minute_of(result, at, before_end=True)
    for key, value in (("hold", hold), ("give", give)):
        if any(isinstance(each, bool) or not isinstance(each, int) for each in value):
            raise BadInput("is no number of a dose", given=repr(list(value)), allowed="a list such as [7]", key=key)
    made = Fork(minute, tuple(hold), tuple(give), stop, tuple(map(_plain, fluid)), tuple(map(_plain, drug)),
                None if policy is None else sound_policy(policy), result.digest())
    if isinstance(result, ManagedResult):
        return again(result, (*result.forks, made))
    if made.policy is not None:
        raise BadInput("needs a result that was run under a policy", given=made.policy.name, key="policy",
                       allowed="hold, give, stop, fluid, drug")
    return simulate(with_orders(result.scenario, made), (*result.forks, made))


def again(result: Result, forks: Sequence[Fork] | None = None) -> Result:
    """The same result computed anew, from its own text alone; with other forks if they are given."""
    if not isinstance(result, ManagedResult):
        return simulate(result.scenario, result.forks)
    assert result.policy is not None
    return run_managed(
        result.scenario, result.policy, seed=result.seed, patient=result.patient, cohort=result.cohort,
        everyone=result.everyone, written=result.written, forks=result.forks if forks is None else forks)


def with_orders(scenario: Scenario, made: Fork) -> Scenario:
    """A scenario with further orders; what begins before the fork is as it was.

    Raises
    ------
    BadInput
        If a change would reach back before the fork.
    """
    wishes = doses_of(scenario, made)
    data = toml_text.parse(scenario.text, scenario.name).data
    tables: dict[str, Any] = {}
    if wishes:
        held = {*data["course"].get("hold", [])}
        held |= {number + 1 for number, wish in wishes.items() if wish == SKIPPED}
        held -= {number + 1 for number, wish in wishes.items() if wish == GIVEN}
        tables["course"] = {"hold": sorted(held)}
    for kind in ("fluid", "drug"):
        for i, order in enumerate(getattr(made, kind), start=1):
            table, entry = in_scenario(kind, timed(order, kind, made.at, i))
            names = {each.get("name") for each in data.get(table, [])} - {None, ""}
            if entry.get("name") in names:
                raise BadInput("is the name of an order of the scenario, which stays as it is",
                               given=str(entry["name"]), allowed="another name, or none", key=f"[[{kind}]] {i}")
            try:
                alone = scenario.but(**{table: [entry]})
            except BadInput as error:
                place = len(data.get(table, [])) + 1
                error.key, error.place = error.key.replace(f"[[{table}]] {place}", f"[[{kind}]] {i}"), None
                raise
            new = list(alone.orders)
            for each in scenario.orders:
                new.remove(each)
            not_before(new, made.at, f"[[{kind}]] {i}")
            if not new:
                raise BadInput("orders nothing before the end of the run", key=f"[[{kind}]] {i}",
                               allowed="before " + units.show(scenario.horizon, "min", "h"))
            tables.setdefault(table, []).append(entry)
    changed = scenario.but(**tables)
    earlier, now = ([each for each in found.events if each.start < made.at] for found in (scenario, changed))
    if earlier != now:
        differ = [each for each in earlier if each not in now] or [each for each in now if each not in earlier]
        raise BadInput("would change what was given before the fork", key="hold" if made.hold or made.stop else "give",
                       given=f"{differ[0].input} from {units.show(differ[0].start, 'min', 'h')}",
                       allowed="a fork before it")
    return changed


def _plain(entry: Any) -> Any:
    return dict(entry) if isinstance(entry, Mapping) else entry
