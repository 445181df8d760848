"""A policy written in Python: a function that is asked at each look what a block of patients gets.

It sees the same chart as a policy file, under the observation schedule of one, and its random
errors are the same.  It cannot be compiled into the loop, so it costs more.
"""

from __future__ import annotations

import hashlib
import inspect
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim import fluids, units
from clsim.errors import BadInput, Place, nearest
from clsim.model.layout import INPUTS, columns
from clsim.policy.interpreter import Decider, Numbers, Round
from clsim.policy.lint import sound_policy
from clsim.policy.memory import Memory
from clsim.policy.rules import Row
from clsim.policy.signals import DRIPS, PRESSORS, TICK
from clsim.scenario.schedule import DRUGS
from clsim.scenario.settings import INPUT

GIVE = "give"
NAMES = columns(INPUTS)
ALLOWED = (*DRUGS, "oxygen", *fluids.FLUIDS)


@dataclass(frozen=True)
class PythonPolicy:
    """A function in place of a policy file.

    Parameters
    ----------
    decide : callable (t, seen, memory) -> mapping
        Asked every quarter of an hour.

        t : float, minutes from the start.
        seen : structured array (n,), the chart: the latest readings, not-a-number before the first, in the units of
        `clsim.policy.signals.SIGNALS`; ``seen["sbp"]`` [mmHg], ``seen["phenylephrine"]`` [mcg/kg/min], ``relative``.
        memory : dict, empty but for ``number`` (n,) and ``weight`` (n,) [kg], the same at each look, for
        whatever is to be remembered.  A patient must be decided on by his own row alone.

        The mapping has ``give`` (bool, n): the planned dose that is due is given, and one that runs goes on;
        true if left out.  All other keys are inputs of the model or fluids, with the rate (float, n) until
        the next look in the unit of the input (fluids: L/min).
    name : str
        For tables.
    watched_as : str or Policy
        By whose schedule patients are looked at, with which devices, and whose criteria are counted.
    title : str
    """

    decide: Callable[[float, NDArray[Any], dict[str, Any]], Mapping[str, Any]]
    name: str
    watched_as: Any = "cwg-2014"
    title: str = ""
    adherence: float = field(default=1.0, init=False)

    def __post_init__(self) -> None:
        if not callable(self.decide):
            raise BadInput("is no function", given=repr(self.decide), allowed="decide(t, seen, memory)", key=self.name)
        watched = sound_policy(self.watched_as)
        object.__setattr__(self, "watched_as", replace(watched, name=self.name, supports=(), verdicts=()))

    @property
    def rows(self) -> tuple[Row, ...]:
        """Nothing that people could read."""
        return ()

    @cached_property
    def text(self) -> str:
        """The source, where Python knows it."""
        try:
            return inspect.getsource(self.decide)
        except (OSError, TypeError):
            return repr(self.decide)

    @cached_property
    def digest(self) -> str:
        """Hash of the source and of what is watched; values that the function closes over are not in it."""
        return hashlib.sha256(f"{self.text}\0{self.watched_as.digest}".encode()).hexdigest()

    def notes(self, bound: Decider) -> dict[str, Any]:
        """A memory for a block of patients."""
        return {"number": bound.numbers.astype(np.int64), "weight": bound.weight.copy()}

    @property
    def place(self) -> Place:
        """Where the function stands."""
        code = getattr(self.decide, "__code__", None)
        return Place(code.co_filename, code.co_firstlineno) if code else Place(self.name)

    def asked(self, t: float, seen: NDArray[Any], notes: dict[str, Any]) -> Mapping[str, Any]:
        """What the function says.

        Raises
        ------
        BadInput
            If it raises, or what it says is no mapping.
        """
        try:
            said = self.decide(t, seen, notes)
        except Exception as error:  # whatever a user's function may raise
            frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename != __file__]
            place = Place(frames[-1].filename, frames[-1].lineno or 0) if frames else self.place
            at = units.show(t, "min", "h")
            raise BadInput(f"policy {self.name} raised {type(error).__name__} at {at}: {error}", place=place) from error
        if not isinstance(said, Mapping):
            raise self.wrong("does not return a mapping", t, type(said).__name__, "a dict of give and rates")
        return said

    def wrong(self, problem: str, t: float, given: str, allowed: str, near: str = "") -> BadInput:
        """What it said cannot be meant."""
        return BadInput(f"policy {self.name} {problem} at {units.show(t, 'min', 'h')}", given=given, allowed=allowed,
                        nearest=near, place=self.place)


class PythonRound(Round):
    """One look at all patients, decided by a function."""

    def __init__(
        self, bound: Decider, tick: int, memory: Memory, policy: PythonPolicy, seen: NDArray[Any],
        notes: dict[str, Any], running: Numbers,
    ) -> None:
        self.policy, self.seen, self.notes, self.now = policy, seen, notes, running
        super().__init__(bound, tick, memory)

    def agents(self) -> Numbers:
        """Rates of `DRIPS` that run now."""
        rates = np.stack([self.now[:, NAMES.index(name)] for name in DRIPS], axis=1)
        rates[:, : len(PRESSORS)] /= self.weight[:, None]
        return rates

    def judge(self) -> None:
        """Ask the function, and keep what it says until the orders are written."""
        self.said = self.policy.asked(self.tick * TICK, self.seen, self.notes)
        give = self.array(GIVE, self.said.get(GIVE, True), np.bool_)
        if self.slot:
            self.dose(~give, np.full(self.n, -1))
        self.m.dosing[~give] = False
        self.orders.dosing[:] = self.m.dosing

    def supply(self) -> None:
        """The rates that the function asked for."""
        for name, rate in self.said.items():
            if name == GIVE:
                continue
            if name not in ALLOWED:
                raise self.policy.wrong(f'orders "{name}", which does not exist,', self.tick * TICK, name,
                                        ", ".join(ALLOWED), nearest(name, ALLOWED))
            values = self.array(name, rate, np.float64)
            for each, per in (fluids.opened(name) if name in fluids.FLUIDS else {name: 1.0}).items():
                self.add(each, values * per)

    def add(self, name: str, values: Numbers) -> None:
        """A rate of an input."""
        low, high = max(INPUT[name].bounds[0], 0.0), INPUT[name].bounds[1]
        bad = ~((values >= low) & (values <= high))
        if bad.any():
            i = int(np.argmax(bad))
            raise self.policy.wrong(f"orders what cannot be given ({INPUT[name].label})", self.tick * TICK,
                                    f"{values[i]:g} for patient {self.notes['number'][i]}",
                                    f"{low:g} to {high:g} {INPUT[name].unit}")
        self.orders.inputs[:, NAMES.index(name)] += values

    def array(self, name: str, values: Any, kind: Any) -> NDArray[Any]:
        """What was said of all patients, one value for each."""
        found = np.asarray(values)
        right = found.dtype.kind == "b" if kind is np.bool_ else found.dtype.kind in "fiu"
        if found.shape not in ((), (self.n,)) or not right:
            raise self.policy.wrong(f'returns for "{name}" something of the wrong shape or type', self.tick * TICK,
                                    f"shape {found.shape}, {found.dtype}", f"({self.n},) of {np.dtype(kind).name}")
        return np.broadcast_to(found, (self.n,)).astype(kind)
