"""Cohort speed beside other solvers, on this model's own equations: one command, one table.

    python benchmarks/peers.py [--rounds 3] [--only NAME ...] [--json FILE]

Every solver is first tuned: the loosest tolerance with which no patient is ever more than
0.1 mmHg of MAP and 2 mL of any volume away from the reference.  Then all are timed in turn,
for several rounds in this one process and on one core; the least counts.  A figure is
simulated patient-days per second of processor time of one core.  Compare ratios of one run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np
from peer_course import MAP_ALLOWED, PEOPLE, VOLUME_ALLOWED, Array, Course, Error, courses, error, worse
from peer_own import own, reference
from peer_solvers import Solver, peers


@dataclass
class Row:
    """What was found for one solver on one workload."""

    workload: str
    name: str
    own: bool
    tolerance: float
    patients: int
    MAP_error: float
    volume_error: float
    met: bool
    seconds: float = np.inf  # processor time of one course for all its patients, least of the rounds
    speed: float = 0.0  # patient-days per second


def one_core() -> None:
    """Keep this process, and all threads it may start, on one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def tuned(solver: Solver, course: Course, exact: Array) -> tuple[float, Error]:
    """The loosest tolerance that meets the error allowed, or the tightest, and its error."""
    some = course.first(solver.patients)
    exact = exact[: len(some.states)]
    for tolerance in solver.tolerances:
        found = error(some, solver.solve(some, tolerance), exact)
        if solver.stops:
            bare = some.bare()
            found = worse(found, error(bare, solver.solve(bare, tolerance), exact[:, some.cuts]))
        if found.allowed:
            break
    return tolerance, found


def processor_time(solver: Solver, course: Course, tolerance: float) -> float:
    """Seconds for one run."""
    start = time.process_time()
    solver.solve(course, tolerance)
    return time.process_time() - start


def measure(solvers: list[Solver], mine: set[str], rounds: int, count: int = PEOPLE) -> list[Row]:
    """Tune, then time in turn."""
    rows: list[Row] = []
    tasks: list[tuple[Row, Solver, Course]] = []
    both = courses(count)
    exact = reference(both["decisions"])
    for workload, course in both.items():
        for solver in solvers:
            tolerance, found = tuned(solver, course, exact)
            timed = course.bare().first(solver.patients)
            solver.solve(timed, tolerance)  # compiles what is not compiled
            row = Row(workload, solver.name, solver.name in mine, tolerance, len(timed.states), found.MAP,
                      found.volume, found.allowed)
            rows.append(row)
            tasks.append((row, solver, timed))
    for _ in range(rounds):
        for row, solver, timed in tasks:
            row.seconds = min(row.seconds, processor_time(solver, timed, row.tolerance))
            row.speed = timed.days() / row.seconds
    return rows


def fastest(rows: list[Row]) -> Row:
    """The fastest of some rows, of those that met the error if there are any."""
    return max(rows, key=lambda row: (row.met, row.speed))


def table(rows: list[Row]) -> str:
    """Markdown: each solver's ratio to the first row, and how much faster the project's fastest kernel is."""
    lines: list[str] = []
    for workload in dict.fromkeys(row.workload for row in rows):
        group = [row for row in rows if row.workload == workload]
        best = fastest([row for row in group if row.own])
        lines += [f"\n{workload}, worst errors under {MAP_ALLOWED:g} mmHg and {VOLUME_ALLOWED:g} mL\n",
                  "| solver | tolerance | patients | MAP error, mmHg | volume error, mL | patient-days/s/core "
                  f"| to the first row | {best.name}, times as fast |", "|---|---|---|---|---|---|---|---|"]
        for row in group:
            missed = "" if row.met else " (missed)"
            lines.append(f"| {row.name} | {row.tolerance:g} | {row.patients} | {row.MAP_error:.2g} "
                         f"| {row.volume_error:.2g}{missed} | {row.speed:.0f} | {row.speed / group[0].speed:.2f} "
                         f"| {best.speed / row.speed:.2f} |")
    return "\n".join(lines)


def machine() -> str:
    """The machine and what is installed."""
    model = "unknown processor"
    with Path("/proc/cpuinfo").open() if Path("/proc/cpuinfo").exists() else Path(os.devnull).open() as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":")[1].strip()
                break
    return (f"{model}, {os.cpu_count()} cores; Python {platform.python_version()}, numpy {np.__version__}, "
            f"numba {numba.__version__}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[], help="words that a solver's name must hold")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    given = parser.parse_args()
    one_core()
    found, told = peers()
    mine = own()
    chosen = [solver for solver in (*mine, *found)
              if solver is mine[0] or not given.only or any(word in solver.name for word in given.only)]
    start = time.monotonic()
    rows = measure(chosen, {solver.name for solver in mine}, given.rounds)
    print(f"{machine()}; peers: {', '.join(f'{family} {version}' for family, version in told.items())}")
    print(table(rows))
    print(f"\n{given.rounds} rounds, {time.monotonic() - start:.0f} s in all; least processor time of the rounds")
    if given.json:
        written: dict[str, Any] = {"machine": machine(), "peers": told, "rows": [asdict(row) for row in rows]}
        given.json.write_text(json.dumps(written, indent=1))


if __name__ == "__main__":
    main()
