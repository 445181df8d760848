"""Is this patient typical?  The same question asked of many paired patients, beside the page that goes on."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clsim.bedside.bed import Bed
from clsim.bedside.side import Action, Case, forks_of, shipped_policy
from clsim.compare.endpoints import SHARE, Endpoint, available, values
from clsim.compare.paired import shown
from clsim.compare.run import AS_WRITTEN, compare
from clsim.errors import BadInput, ClsimError
from clsim.managed.course import CANDIDATES
from clsim.managed.result import ManagedResult
from clsim.policy.policy import Policy

AT_ONCE = 2  # comparisons of all sessions together, and threads of each
ROOM = threading.BoundedSemaphore(AT_ONCE)


class Cancelled(Exception):
    """Somebody does not want to know any more."""


def outcomes(result: ManagedResult) -> dict[str, tuple[Endpoint, float | None]]:
    """The main outcomes of one patient, by name, with their values in the unit of each."""
    rows: Mapping[str, Any] = {name: np.array([value]) for name, value in result.outcomes.items()}
    return {each.name: (each, shown(float(values(each, rows)[0]), each)) for each in available(rows) if each.main}


def alone(endpoint: Endpoint, value: float | None) -> float | str | None:
    """The value of one patient for people: of him, a share is a yes or a no."""
    if endpoint.kind != SHARE or value is None:
        return value
    return "yes" if value else "no"


def whole(case: Case, actions: tuple[Action, ...]) -> dict[str, tuple[Endpoint, float | None]]:
    """The same of a patient of a session, at the end of his course, with what was ordered so far."""
    bed = Bed(case.admission, forks_of(actions, case.scenario))
    bed.reach(case.scenario.horizon)
    result = bed.told(np.inf)
    return {} if result is None else outcomes(result)


@dataclass
class Job:
    """A comparison under way in a thread of its own.

    Parameters
    ----------
    sides : tuple of (Case, actions)
        The two beds, or one that is compared with a contrast.
    policies : tuple of Policy or None
        None: the scenario's own orders.
    n : int
        Patients drawn.
    scenario : str
        As the command names it.

    Raises
    ------
    BadInput
        If as many as may be are under way already.
    """

    sides: tuple[tuple[Case, tuple[Action, ...]], ...]
    policies: tuple[Policy | None, Policy | None]
    n: int
    scenario: str
    share: float = 0.0
    said: str = "drawing patients"
    result: dict[str, Any] | None = None
    done: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not ROOM.acquire(blocking=False):
            raise BadInput(f"{AT_ONCE} comparisons are under way in other sessions", allowed="a little later",
                           key="typical")
        self.thread = threading.Thread(target=self._run, name="typical", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """End it; what was found is lost."""
        self.stopped.set()

    def message(self) -> dict[str, Any]:
        """How far it is."""
        return {"is": "typical", "share": round(self.share, 3), "said": self.said, "result": self.result}

    def _run(self) -> None:
        try:
            self.result = self._found()
            self.said = "done"
        except Cancelled:
            self.said = "stopped"
        except ClsimError as error:
            self.said = str(error)
        finally:
            ROOM.release()
            self.share, self.done = 1.0, True

    def _tell(self, words: str, share: float) -> None:
        if self.stopped.is_set():
            raise Cancelled
        self.said, self.share = words, min(share, 0.99)

    def _found(self) -> dict[str, Any]:
        case = self.sides[0][0]
        policies = [each or AS_WRITTEN for each in self.policies]
        found = compare(case.scenario, policies, self.n, CANDIDATES, seed=case.seed, threads=AT_ONCE, tell=self._tell)
        self._tell("this patient to the end of the course", 0.99)
        here = [whole(*each) for each in self.sides]
        here += [{}] * (2 - len(here))
        first, second = (arm.name for arm in found.arms)
        rows = []
        for each in found.records(everything=False):
            if each["policy"] != second:
                continue
            name = each["outcome"]
            rows.append({
                "name": name, "label": each["label"], "unit": each["unit"],
                "here_A": here[0][name][1] if name in here[0] else None,
                "here_B": here[1][name][1] if name in here[1] else None,
                "mean_difference": each["difference"], "low": each["ci_low"], "high": each["ci_high"]})
        names = [AS_WRITTEN if each is None else each.name if shipped_policy(each) else f"{each.name}.toml"
                 for each in self.policies]
        words = ["clsim", "compare", self.scenario, *(part for name in names for part in ("--policy", name)),
                 "-n", str(self.n), "--seed", str(case.seed)]
        return {"n": found.treated, "policies": [first, second], "rows": rows, "command": shlex.join(words)}


