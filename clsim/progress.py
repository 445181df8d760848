"""A bar on a terminal, nothing in a pipe: how long work tells that it is alive."""

from __future__ import annotations

import sys
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
