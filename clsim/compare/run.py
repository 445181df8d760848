"""The same patients under several policies: drawn once, treated under each, and compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.cohort import Cohort, draw_people, load_cohort
from clsim.compare.altered import few_enough
from clsim.compare.arm import WHO, Arm
from clsim.compare.endpoints import CYCLE, ENDPOINTS, FAILURE, Endpoint, available, chosen
from clsim.compare.forms import columns_of
from clsim.compare.incidence import DEATH_AT, FOLLOWED, HAPPENINGS
from clsim.compare.nested import Nested, chosen_members, over_ensemble
from clsim.compare.paired import records
from clsim.compare.subgroups import SUBGROUPS
from clsim.compare.win import HIERARCHY, Level, Wins, wins
from clsim.crowd.blocks import block_size, cores
from clsim.crowd.plan import Plan, make_plan, treat
from clsim.errors import BadInput, nearest
from clsim.evidence.ensemble import Ensemble, load_ensemble
from clsim.policy.lint import sound_policy
from clsim.policy.memory import SWINGS
from clsim.policy.policy import Policy
from clsim.policy.python import PythonPolicy
from clsim.progress import Pace, Tell, silent
from clsim.scenario.scenario import Scenario, load

AS_WRITTEN = "as-written"  # in place of a policy: what the scenario itself orders
Given = Policy | PythonPolicy | str | Path
NAMED = 4  # policies that a warning names
COLUMNS = frozenset({
    WHO, FAILURE, FOLLOWED, DEATH_AT, "treated", "status", "fault", "swings", "stopped_at",
    *(column for each in ENDPOINTS for column in each.columns), *(each.column for each in HAPPENINGS),
    *(column for each in SUBGROUPS for _, form in each.parts for column in columns_of(form)),
})  # fmt: skip


class _Wanted:
    """Columns that a comparison needs: all that outcomes are made of, and the doses of each cycle."""

    def __contains__(self, name: object) -> bool:
        return name in COLUMNS or str(name).startswith(CYCLE)


@dataclass(frozen=True)
class Comparison:
    """What became of the same patients under several policies.

    Parameters
    ----------
    arms : tuple of Arm
        The treated, in the order of the policies.
    plans : tuple of Plan
        What was done in each arm.
    reference : str
        Name of the arm that the others are compared with.
    drawn : mapping of str to array (n,)
        ``number``, ``status``, ``treated`` and ``fault`` of all who were drawn.
    nested : Nested, optional
        The same comparison in every member of an ensemble.
    """

    arms: tuple[Arm, ...] = field(repr=False)
    plans: tuple[Plan, ...] = field(repr=False)
    reference: str
    drawn: Mapping[str, NDArray[Any]] = field(repr=False)
    nested: Nested | None = field(default=None, repr=False)

    def __getitem__(self, name: str) -> Arm:
        found = {arm.name: arm for arm in self.arms}
        if name not in found:
            raise KeyError(f"{name}: no such arm; there are {', '.join(found)}")
        return found[name]

    @property
    def base(self) -> Arm:
        """The reference arm."""
        return self[self.reference]

    @property
    def others(self) -> tuple[Arm, ...]:
        """The arms that are compared with the reference."""
        return tuple(arm for arm in self.arms if arm.name != self.reference)

    @property
    def treated(self) -> int:
        """Patients in each arm."""
        return len(self.base.rows[WHO])

    @cached_property
    def failed(self) -> int:
        """Patients who could not be computed in some arm."""
        return int(np.any([arm.rows[FAILURE] != 0 for arm in self.arms], axis=0).sum())

    @property
    def unsettled(self) -> int:
        """Patients who were to be treated and whose body at rest could not be found."""
        return int((self.drawn["fault"] != 0).sum())

    def endpoints(self, names: Sequence[str] = (), everything: bool = False) -> tuple[Endpoint, ...]:
        """Outcomes by name; those that tables print, or all, if none is named."""
        if names:
            return chosen(tuple(names), self.base.rows)
        return tuple(each for each in available(self.base.rows) if everything or each.main)

    def records(self, names: Sequence[str] = (), everything: bool = True, quantile: float | None = None) -> list[
            dict[str, Any]]:
        """A record for each outcome and policy; see `clsim.compare.paired.records`."""
        return records(self.arms, self.reference, self.endpoints(names, everything), quantile, self.plans[0].seed)

    def wins(self, hierarchy: Sequence[Level] = HIERARCHY) -> list[Wins]:
        """Each policy against the reference, by what matters most first."""
        return [wins(arm, self.base, hierarchy) for arm in self.others]

    def warnings(self) -> list[str]:
        """What a reader must know of the run, a line each."""
        turns = {arm.name: arm.rows["swings"] for arm in self.arms if "swings" in arm.rows}
        many = {name: int((swings >= SWINGS).sum()) for name, swings in turns.items()}
        worst = sorted((name for name in many if many[name]), key=lambda name: -many[name])
        found = []
        if worst:
            told = [f"{name} in {many[name]:,} (at most {turns[name].max()} times, {int(turns[name].sum()):,} in all)"
                    for name in worst[:NAMED]]
            told += [f"{len(worst) - NAMED} policies more"] if len(worst) > NAMED else []
            found.append(f"drips oscillate, turned back within an hour {SWINGS} times or more, in some of the "
                         f"{self.treated:,} patients: {'; '.join(told)}")
        for plan, arm in zip(self.plans, self.arms, strict=True):
            if plan.policy is None and any(each.policy is not None for each in self.plans):
                found.append(f"{arm.name} gives fluids and drugs by the clock, whatever the patient needs")
        return [*found, *(self.nested.warnings() if self.nested else ())]

    def facts(self) -> dict[str, str]:
        """All that determines the numbers, by name."""
        first = self.plans[0].facts
        shared = {key: first[key] for key in ("version", "source", "seed", "patients")}
        shared["who_is_treated"] = first["treated"]
        return shared | {f"policy {arm.name}": arm.digest for arm in self.arms} | {
            f"plan {arm.name}": plan.digest() for plan, arm in zip(self.plans, self.arms, strict=True)
        } | (self.nested.facts() if self.nested else {})

    def to_pandas(self) -> Any:
        """Rows of all arms in one data frame, with the policy and the patient's number as index."""
        from pandas import DataFrame, concat

        frames = {arm.name: DataFrame(dict(arm.rows)).set_index(WHO) for arm in self.arms}
        return concat(frames, names=["policy", WHO])


def compare(
    scenario: str | Path | Scenario,
    policies: Sequence[Given],
    n: int,
    cohort: str | Path | Cohort = "hd-il2-candidates",
    *,
    reference: str = "",
    seed: int | None = None,
    everyone: bool = False,
    threads: int | None = None,
    ensemble: str | Path | Ensemble | None = None,
    members: int | None = None,
    tell: Tell = silent,
    **overrides: Any,
) -> Comparison:
    """Treat the same patients under several policies.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Planned doses, and what the ward sets; fluids and drugs are the policies'.
    policies : sequence of Policy, PythonPolicy, name or path
        ``"as-written"`` stands for the fluids and drugs of the scenario itself.  The same policy may
        come twice: a negative control.
    n : int
        Patients drawn.
    cohort : str, Path or Cohort
    reference : str
        Name of the policy that the others are compared with; the first if not given.
    seed : int, optional
        Of all that is drawn; the scenario's if not given.
    everyone : bool
        Treat those who are not eligible too.
    threads : int, optional
        All cores if not given; any number gives the same numbers.
    ensemble : str, Path or Ensemble, optional
        Repeat the comparison in its members, which stand under ``nested``.
    members : int, optional
        So many of them, drawn by weight; all if not given.
    tell : callable
        Told how far it is.
    **overrides
        Tables of the scenario, ``run={"horizon": "3 d"}``.

    Returns
    -------
    Comparison

    Raises
    ------
    BadInput
        If something cannot be meant, or nobody is treated.
    """
    for key, number in (("n", n), ("threads", cores() if threads is None else threads)):
        if number < 1:
            raise BadInput("is too small", given=str(number), allowed="1 or more", key=key)
    if not policies:
        raise BadInput("names no policy", allowed="one or more", key="policies")
    read, people = load(scenario, **overrides), load_cohort(cohort)
    named = arms_of(policies)
    base = reference or next(iter(named))
    if base not in named:
        raise BadInput("is not one of the policies compared", given=base, allowed=", ".join(named), key="reference",
                       nearest=nearest(base, named))  # fmt: skip
    number = read.seed if seed is None else seed
    sets = ensemble if ensemble is None or isinstance(ensemble, Ensemble) else load_ensemble(ensemble)
    if sets is not None:
        chosen_members(sets, members, number)  # refused before anybody is treated
        few_enough(n)
    elif members is not None:
        raise BadInput("has a meaning only with an ensemble", given=str(members), key="members")
    plans = tuple(make_plan(read, people, number, n, everyone=everyone, policy=policy) for policy in named.values())
    rows, drawn = _treated(plans, n, cores() if threads is None else threads, tell)
    if not rows[0][WHO].size:
        raise BadInput("nobody is treated", given=f"{n} drawn", allowed="more patients, or everyone", key="n")
    made = (Arm(name, policy.title if policy else read.title, each, policy.digest if policy else AS_WRITTEN)
            for (name, policy), each in zip(named.items(), rows, strict=True))
    found = Comparison(tuple(made), plans, base, drawn)
    return found if sets is None else replace(found, nested=over_ensemble(found, sets, members, threads, tell))


def arms_of(policies: Sequence[Given]) -> dict[str, Policy | PythonPolicy | None]:
    """Policies by the name of their arm; one that comes again is numbered."""
    found: dict[str, Policy | PythonPolicy | None] = {}
    for each in policies:
        policy = None if each == AS_WRITTEN else each if isinstance(each, PythonPolicy) else sound_policy(each)
        name = policy.name if policy else AS_WRITTEN
        again = sum(other == name or other.startswith(f"{name} (") for other in found)
        found[f"{name} ({again + 1})" if again else name] = policy
    return found


def _treated(
    plans: Sequence[Plan], n: int, workers: int, tell: Tell
) -> tuple[list[dict[str, NDArray[Any]]], dict[str, NDArray[Any]]]:
    """Columns of the treated in each arm, and who was drawn."""
    size, pace, wanted = block_size(n, workers), Pace(n), _Wanted()
    parts: list[list[dict[str, NDArray[Any]]]] = []
    whole: list[dict[str, NDArray[Any]]] = []

    def block(first: int) -> list[Mapping[str, NDArray[Any]]]:
        plan, count = plans[0], min(size, n - first)
        people = draw_people(plan.cohort, plan.scenario.values, plan.seed, first, count, plan.total)
        return [treat(each, people, wanted).rows for each in plans]

    with ThreadPoolExecutor(workers, "block") as pool:
        try:
            for found in pool.map(block, range(0, n, size)):
                there = found[0]["treated"]
                whole.append({name: found[0][name] for name in (WHO, "status", "treated", "fault")})
                parts.append([{name: values[there] for name, values in rows.items()} for rows in found])
                tell(pace.more(len(there)), pace.done / n)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    arms = [_joined([part[k] for part in parts]) for k in range(len(plans))]
    return arms, _joined(whole)


def _joined(parts: Sequence[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
