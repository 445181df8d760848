"""What can go wrong, in words: where, what was given, what is allowed, what comes nearest.

The command line ends with ``exit_code`` of the exception; Python callers catch
the classes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Place:
    """Where a value was written: file (or ``--set``), line (1-based, 0 if unknown)."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class ClsimError(Exception):
    """Base of all errors that are reported without a traceback."""

    exit_code = 1


class BadInput(ClsimError):
    """Something a user wrote cannot be used.

    Parameters
    ----------
    problem : str
        One clause saying what is wrong.
    given, allowed, nearest : str
        What was written, what may be written, the nearest good answer; empty if
        there is nothing to say.
    key : str
        The key as a user would write it, for example ``[course] dose``.
    place : Place or None
        File and line.
    """

    exit_code = 2

    def __init__(
        self,
        problem: str,
        *,
        given: str = "",
        allowed: str = "",
        nearest: str = "",
        key: str = "",
        place: Place | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.given = given
        self.allowed = allowed
        self.nearest = nearest
        self.key = key
        self.place = place

    def at(self, key: str, place: Place | None) -> BadInput:
        """The same error, now knowing where it happened (never forgets what it knew)."""
        self.key = self.key or key
        self.place = self.place or place
        return self

    def __str__(self) -> str:
        head = "".join(f"{part}: " for part in (self.place, self.key) if part)
        parts = [head + self.problem]
        if self.given:
            parts.append(f"given: {self.given}")
        if self.nearest:
            parts.append(f"did you mean {self.nearest}?")
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        return "; ".join(parts)


class BadPatient(BadInput):
    """The observables cannot belong to one resting body."""


class NumericalFailure(ClsimError):
    """The solver gave up: the message names time and state."""

    exit_code = 3


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like `word`, or an empty string."""
    by_lower = {name.lower(): name for name in known}
    hits = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[hits[0]] if hits else ""
