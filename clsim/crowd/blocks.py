"""Blocks of patients handed to threads of this machine, or to a cluster that is already there.

A block is a pure function of the plan and of the numbers of its patients, so it does not matter
who computes it, when, or how large it is.  Only a few blocks are ever held: what is finished
goes to disk before the next is handed out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from clsim.crowd.columns import Plan, RunBlock
from clsim.crowd.parts import Parts, pack
from clsim.errors import BadInput
from clsim.progress import Pace, Tell, silent

LARGEST = 1024  # patients in a block
MULTIPLE = 16  # a block fills whole groups of lanes, of 8 or 16
AHEAD = 2  # blocks handed out for each one that can run
PATIENCE = 20.0  # seconds that a scheduler has to answer

Workers = tuple[Executor, Callable[[], int], Any]  # who runs, how many at once, the plan as he has it


def cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def block_size(total: int, workers: int) -> int:
    """Patients in a block: small enough that all workers have several, at most `LARGEST`."""
    share = -(-total // (4 * workers))
    return max(MULTIPLE, min(LARGEST, -(-share // MULTIPLE) * MULTIPLE))


def compute(run_block: RunBlock, plan: Plan, first: int, count: int) -> bytes:
    """One block, packed by whoever computed it."""
    return pack(plan, run_block(plan, first, count), first, count)


def run_blocks(
    plan: Plan,
    run_block: RunBlock,
    parts: Parts,
    *,
    threads: int = 1,
    scheduler: str = "",
    tell: Tell = silent,
) -> int:
    """Compute every block that is missing.

    Parameters
    ----------
    plan, run_block
        What is computed; with a scheduler both are pickled.
    parts : Parts
        Where finished blocks are kept.
    threads : int
        Blocks computed at once on this machine.
    scheduler : str
        Address of a dask scheduler, ``tcp://host:8786``; empty for this machine.
    tell : callable
        Told after each block.

    Returns
    -------
    int
        Patients computed now; the others were there.

    Raises
    ------
    BadInput
        If the disk refuses a block, or the cluster cannot be used; what is finished stays.
    """
    todo = parts.missing()
    sizes = dict(todo)
    waiting = sum(sizes.values())
    pace = Pace(plan.total, plan.total - waiting)
    if not todo:
        return 0
    tell(pace.more(0), pace.done / plan.total)
    workers = _cluster(scheduler, plan) if scheduler else _threads(threads, plan)
    with workers as (executor, room, there):
        for first, content in _finished(executor, room, run_block, there, todo):
            parts.keep(first, content)
            tell(pace.more(sizes[first]), pace.done / plan.total)
    return waiting


def _finished(
    executor: Executor,
    room: Callable[[], int],
    run_block: RunBlock,
    plan: Any,
    todo: list[tuple[int, int]],
) -> Iterator[tuple[int, bytes]]:
    """(first, packed block) as they are finished, never more than `room` of them held."""
    waiting = iter(todo)
    running: dict[Any, int] = {}
    try:
        while True:
            for _ in range(max(1, room()) - len(running)):
                block = next(waiting, None)
                if block is None:
                    break
                running[executor.submit(compute, run_block, plan, *block)] = block[0]
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()
    finally:
        for future in running:
            future.cancel()


@contextmanager
def _threads(threads: int, plan: Plan) -> Iterator[Workers]:
    with ThreadPoolExecutor(threads, "block") as executor:
        yield executor, lambda: AHEAD * threads, plan


def _cluster(address: str, plan: Plan) -> AbstractContextManager[Workers]:
    try:
        import distributed
    except ImportError:
        allowed = 'pip install "clsim[cluster]"'
        raise _refused("needs the package distributed", address, allowed) from None
    return _connected(distributed, address, plan)


@contextmanager
def _connected(distributed: Any, address: str, plan: Plan) -> Iterator[Workers]:
    """A client whose workers compute with the same sources as this process."""
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError):
        raise _refused("no scheduler answers", address, "such as tcp://host:8786") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise _refused("the scheduler has no workers", address) from None
        _same_sources(client, address)
        there = client.scatter(plan, broadcast=True, hash=False)
        executor = client.get_executor(pure=False)
        try:
            yield executor, lambda: AHEAD * sum(client.nthreads().values()), there
        except (CancelledError, distributed.KilledWorker, distributed.comm.CommClosedError) as lost:
            raise _refused(f"the cluster was lost ({lost!r})", address, "--resume goes on") from None
        finally:
            executor.shutdown(wait=False)


def _same_sources(client: Any, address: str) -> None:
    from clsim.result import stamp

    mine = stamp()["source_hash"]
    try:
        found = client.run(stamp)
    except ImportError as error:
        raise _refused(f"a worker cannot import clsim ({error})", address) from None
    for worker, theirs in found.items():
        if theirs["source_hash"] != mine:
            other = f"clsim {theirs['clsim']} with sources {theirs['source_hash']}"
            raise _refused(f"the worker {worker} has {other}", address, f"sources {mine}")


def _refused(problem: str, address: str, allowed: str = "") -> BadInput:
    return BadInput(problem, given=repr(address), allowed=allowed, key="--scheduler")
