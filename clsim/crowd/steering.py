"""Patients whose orders are given between calls of the compiled loop, look by look."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clsim.engine.block import NEVER_PAUSE, OVER, PAUSED, Desk, Found
from clsim.policy.interpreter import Decider, Round
from clsim.policy.memory import Memory, Orders, rows_of
from clsim.policy.policy import Policy
from clsim.policy.python import PythonPolicy, PythonRound
from clsim.policy.signals import TICK

Record = Callable[[int, Memory, Orders, Desk], None]
"""Told at each look: tick, what is remembered, what was ordered, where everybody is."""
Decide = Callable[[Decider, int, Memory, Desk, Found], Orders]
"""Decides at each look in place of the policy file, once the chart is filled."""


def steer(
    go: Callable[[int], None], bound: Decider, policy: Policy | PythonPolicy | None, memory: Memory, desk: Desk,
    found: Found, record: Record | None = None, decide: Decide | None = None,
) -> None:
    """Follow everybody to the end, pausing at each look to decide.

    Parameters
    ----------
    go : callable
        Runs the loop until everybody has come to the look of a tick, or is over.
    bound : Decider
        The policy file by which patients are watched.
    policy : Policy or PythonPolicy
        Who decides.
    memory, desk, found
        Are changed.
    record : callable, optional
        Told of each look.
    decide : callable, optional
        Decides in place of a policy file.
    """
    notes = policy.notes(bound) if isinstance(policy, PythonPolicy) else {}
    gone: list[tuple[np.ndarray, Memory]] = []
    over = np.zeros(bound.numbers.size, np.bool_)
    for tick in range(bound.calendar.slot.size):
        go(tick)
        left = np.flatnonzero((desk.place == OVER) & ~over)
        if left.size:  # nothing is remembered of the dead
            gone.append((left, rows_of(memory, left)))
            over[left] = True
        here = desk.place == PAUSED
        if not here.any():
            break
        seen = bound.look(tick * TICK, np.concatenate([desk.flow, desk.state], axis=1), found.latest, memory)
        if isinstance(policy, PythonPolicy):
            orders = PythonRound(bound, tick, memory, policy, seen, notes, desk.inputs).orders
        elif decide is not None:
            orders = decide(bound, tick, memory, desk, found)
        else:
            orders = Round(bound, tick, memory).orders
        desk.supply[here], desk.dosing[here] = orders.inputs[here], orders.dosing[here]
        if record is not None:
            record(tick, memory, orders, desk)
    go(NEVER_PAUSE)
    for rows, kept in gone:
        for field, values in zip(memory, kept, strict=True):
            field[rows] = values
