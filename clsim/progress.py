"""A bar on a terminal, nothing in a pipe: how long work tells that it is alive, and how fast."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[str, float], None]


def silent(words: str, share: float) -> None:
    """Tells nobody."""


@contextmanager
def bar(words: str) -> Iterator[Tell]:
    """A progress bar on standard error; call it with what is done now and the share done.

    While the share is not known (0) the bar only moves.
    """
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(words, total=None)

        def tell(words: str, share: float) -> None:
            total = 1.0 if share > 0.0 else None
            progress.update(task, description=words, completed=share, total=total)

        yield tell


class Pace:
    """How fast patients are finished and how long the others will take.

    Parameters
    ----------
    total, done : int
        Patients in all, and those that were finished before (they tell nothing of the pace).
    window : float
        Seconds over which the pace is taken.
    clock : callable
        Seconds.
    """

    def __init__(
        self,
        total: int,
        done: int = 0,
        window: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total = total
        self.done = done
        self.window = window
        self.clock = clock
        self.seen = deque([(clock(), done)])

    def more(self, count: int) -> str:
        """What to say when `count` more are finished."""
        self.done += count
        now = self.clock()
        self.seen.append((now, self.done))
        while len(self.seen) > 2 and now - self.seen[1][0] > self.window:
            self.seen.popleft()
        then, before = self.seen[0]
        words = f"{self.done:,} of {self.total:,} patients"
        if now <= then or self.done == before:
            return words
        rate = (self.done - before) / (now - then)
        left = round((self.total - self.done) / rate)
        clock = f"{left // 3600}:{left // 60 % 60:02}:{left % 60:02}"
        return f"{words}, {rate:,.{0 if rate >= 10 else 1}f}/s, {clock} left"
