"""One bed of a session: whom it holds, what was done there, and how far the page has been told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from clsim.bedside.alarms import Alarms
from clsim.bedside.bed import Bed
from clsim.bedside.by_hand import Forks, ordered
from clsim.errors import BadInput, nearest
from clsim.managed.course import Admission, admit
from clsim.managed.hand import Fork
from clsim.managed.trace import Entry
from clsim.policy.lint import sound_policy
from clsim.policy.policy import Policy, load_policy, policies
from clsim.scenario import gallery
from clsim.scenario.scenario import Scenario, load

BY_HAND = "by-hand"  # nobody decides, and planned doses are given
CONTRAST = ("cwg-2014", "no-support")  # beside whom one policy is compared, the first that is another


@dataclass(frozen=True)
class Case:
    """A patient and who decides for him from the start.

    Parameters
    ----------
    scenario : Scenario
    policy : Policy or None
        None: the scenario's own orders, as they are written.
    seed : int
    patient : int or None
        Number in the usual cohort; None for the scenario's own.
    everyone : bool
        He need not be eligible.
    """

    scenario: Scenario
    policy: Policy | None
    seed: int
    patient: int | None = None
    everyone: bool = False

    @cached_property
    def admission(self) -> Admission:
        """The patient at rest."""
        return admit(self.scenario, self.policy or load_policy(BY_HAND), seed=self.seed, patient=self.patient,
                     everyone=self.everyone, written=self.policy is None)

    @property
    def name(self) -> str | None:
        """Of the policy."""
        return self.policy.name if self.policy else None

    def under(self, policy: Policy | None) -> Case:
        """The same patient under another policy from the start; he is not drawn again."""
        made = replace(self, policy=policy)
        made.__dict__["admission"] = replace(self.admission, policy=policy or load_policy(BY_HAND),
                                             written=policy is None)
        return made


def case(name: str, policy: str | None, seed: int, patient: int | None = None, everyone: bool = False) -> Case:
    """By names that ship with the program; nothing else is looked for.

    Raises
    ------
    BadInput
        For other names.
    """
    known = gallery.scenarios()
    if name not in known:
        raise BadInput("is not a shipped scenario", given=name, allowed=", ".join(known), nearest=nearest(name, known),
                       key="scenario")
    return Case(load(name), policy_of(policy), seed, patient, everyone)


def policy_of(name: str | None) -> Policy | None:
    """A policy by its shipped name."""
    known = [*policies(), BY_HAND]
    if name is None:
        return None
    if name not in known:
        raise BadInput("is not a shipped policy", given=name, allowed=", ".join(known), nearest=nearest(name, known),
                       key="policy")
    return sound_policy(name)


def shipped_policy(policy: Policy) -> bool:
    """Whether the name alone means this policy."""
    return policy.name in (*policies(), BY_HAND) and sound_policy(policy.name).text == policy.text


@dataclass(frozen=True)
class Handover:
    """Another policy decides."""

    policy: Policy
    do: str = "policy"


@dataclass(frozen=True)
class Action:
    """Something done at a minute: an order of `clsim.bedside.messages`, or a `Handover`."""

    at: float
    said: Any

    def data(self) -> dict[str, Any]:
        """As a file has it."""
        if isinstance(self.said, Handover):
            return {"at_min": self.at, "do": "policy", "name": self.said.policy.name}
        return {"at_min": self.at, **self.said.model_dump(exclude={"bed"}, exclude_none=True)}


def forks_of(actions: tuple[Action, ...], scenario: Scenario) -> Forks:
    """All that was done, as forks of a run."""
    forks: Forks = ()
    for each in actions:
        if isinstance(each.said, Handover):
            forks = (*forks, Fork(each.at, policy=each.said.policy))
        else:
            forks, _ = ordered(each.said, forks, scenario, each.at)
    return forks


@dataclass
class Side:
    """A bed of a session."""

    case: Case
    actions: tuple[Action, ...] = ()
    alarms: Alarms = field(default_factory=Alarms)
    bed: Bed = field(init=False, repr=False)
    told: int = 0  # entries of the trace
    sampled: float = -1.0  # minute of the last sample sent
    hour: int = 0  # last row of the flowsheet
    buried: bool = False  # its end was told

    def __post_init__(self) -> None:
        self.bed = Bed(self.case.admission, forks_of(self.actions, self.case.scenario))

    @property
    def deciding(self) -> Policy | None:
        """The policy that decides now."""
        later = [each.said.policy for each in self.actions if isinstance(each.said, Handover)]
        return later[-1] if later else self.case.policy

    @property
    def policy(self) -> str | None:
        """Its name."""
        return self.deciding.name if self.deciding else None

    def do(self, action: Action, minute: float) -> None:
        """One more action; nothing is changed if it cannot be."""
        actions = (*self.actions, action)
        self.bed.ordered(forks_of(actions, self.case.scenario), action.at, minute)
        self.actions = actions

    def back(self, minute: float) -> None:
        """To a minute, without what was done from there on."""
        kept = tuple(each for each in self.actions if each.at < minute)
        if kept != self.actions:
            self.bed.ordered(forks_of(kept, self.case.scenario), minute, minute)
            self.actions = kept
        else:
            self.bed.back(minute)
        self.alarms.clear()
        self.buried = False

    def entries(self, first: int, minute: float) -> list[Entry]:
        """What was decided and what happened, from one entry on, up to a minute."""
        found = [each for each in self.bed.bedside.notes.entries[first:] if each.time <= minute]
        if self.deciding is None:  # nobody has rules that could forbid a dose, which need not be said of each
            found = [replace(each, grounds=()) if each.kind == "dose given" else each for each in found]
        return found

    def describe(self) -> Mapping[str, Any]:
        """As a file has it."""
        return {"policy": self.case.name or "", "orders": [each.data() for each in self.actions]}
