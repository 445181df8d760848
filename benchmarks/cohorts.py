"""What a cohort costs: threads, sizes, lanes, one more state, policies, cold and warm start.

    python benchmarks/cohorts.py [--patients 100000] [--policy cwg-2014]

Everybody of the default cohort is treated by the standard five-day course, with summaries, events
and bands, as ``clsim cohort --all`` does it, but for files and printed tables.  Figures are ratios
within this process; the only absolute ones are patients per second, which belong to the machine
they were taken on.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from clsim.cohort import People, draw_people, load_cohort
from clsim.crowd import plan as crowd
from clsim.crowd import summaries
from clsim.crowd.blocks import block_size, cores
from clsim.engine import block
from clsim.engine.embedded import TSITOURAS
from clsim.engine.relay import make_relay
from clsim.jit import LANES, kernel
from clsim.model.equations import outlook, rhs
from clsim.model.layout import FLOOR, F, P, U, X
from clsim.policy.compiled import no_rules
from clsim.policy.policy import load_policy, policies
from clsim.scenario.by_size import measures
from clsim.scenario.scenario import load

ROUNDS = 3
EXTRA = 32  # more states, each a linear decay, to see what one costs
GROUP = 512  # patients of a timing
BIGGER = np.dtype((np.record, [*X.descr, ("extra", "f8", (EXTRA,))]))
START = """
from clsim.cohort import load_cohort
from clsim.crowd import plan as crowd
from clsim.crowd.warming import prepare
from clsim.scenario.scenario import load
prepare()
plan = crowd.make_plan(load("hd-il2-standard"), load_cohort("hd-il2-candidates"), 0, 16)
crowd.run_block(plan, 0, 16)
"""


@kernel
def bigger_rhs(x, p, u, f, dx):
    """The body and some more states that decay."""
    rhs(x, p, u, f, dx)
    for j in range(EXTRA):
        dx.extra[j] -= 0.01 * x.extra[j]


def planned(total: int, policy: str = "") -> crowd.Plan:
    """The default cohort under the standard course, or under a policy; everybody treated."""
    return crowd.make_plan(load("hd-il2-standard"), load_cohort("hd-il2-candidates"), 0, total, everyone=True,
                           policy=load_policy(policy) if policy else None)


def least(run: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """The least time of a few rounds, s."""
    found = np.inf
    for _ in range(ROUNDS):
        begun = clock()
        run()
        found = min(found, clock() - begun)
    return float(found)


def follow(
    loop: Callable[..., None], plan: crowd.Plan, states: NDArray[np.float64], accuracy: block.Accuracy,
    keep: Callable[[block.Found], object] = id,
) -> None:
    """The compiled loop alone, for people who were drawn before; ``keep`` is told what was found."""
    people = drawn()
    found = block.blank(GROUP, plan.watch, summaries.BINS, np.full(GROUP, -1), (states.shape[1], F.itemsize // 8))
    size = measures(people.known("weight"), people.known("height"))
    desk = block.make_desk(states, plan.course, plan.watch, F.itemsize // 8)
    loop(people.number.astype(np.uint64), people.parameters, size, plan.course, accuracy, plan.watch, found, desk,
         no_rules(), block.NEVER_PAUSE)
    keep(found)


@cache
def drawn() -> People:
    """The people of a timing, drawn once."""
    plan = planned(GROUP)
    return draw_people(plan.cohort, plan.scenario.values, 0, 0, GROUP, GROUP)


def lanes_and_states(plan: crowd.Plan) -> None:
    """One patient against lanes, and the cost of one more state."""
    states, accuracy = drawn().states, crowd.accuracy()
    loops = {width: crowd.relay(width) for width in (1, 8, 16)}
    times = {}
    for width, loop in loops.items():
        follow(loop, plan, states, accuracy)
        times[width] = least(partial(follow, loop, plan, states, accuracy))
    for width, seconds in times.items():
        print(f"{width:3d} lanes: {times[1] / seconds:5.2f} x one lane")
    more = make_relay(bigger_rhs, outlook, (BIGGER, P, U, F), TSITOURAS, LANES)
    wide = np.hstack([states, np.ones((GROUP, EXTRA))])
    finer = accuracy._replace(scale=np.append(accuracy.scale, np.ones(EXTRA)), floor=np.append(FLOOR, np.zeros(EXTRA)))
    follow(more, plan, wide, finer)
    ratio = least(partial(follow, more, plan, wide, finer)) / times[LANES]
    share = (ratio - 1.0) / EXTRA
    print(f"one more state (a linear decay): {100.0 * share:.2f} % of the run; 1 / {states.shape[1]} would be "
          f"{100.0 / states.shape[1]:.2f} %")


def threads(plan: crowd.Plan) -> None:
    """Two threads against one, wall clock."""
    firsts = range(0, 4 * GROUP, GROUP // 2)
    job = partial(crowd.run_block, plan, count=GROUP // 2)
    alone = least(lambda: [job(first) for first in firsts], time.perf_counter)

    def both() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(job, firsts))

    print(f"two threads: {alone / least(both, time.perf_counter):.2f} x one")


def decisions() -> None:
    """What deciding costs: time for each step tried under every policy, against the scenario as it is written.

    In turns, so that a machine that becomes slower does so for all.
    """
    jobs = {name: decided(name) for name in ("", *policies())}
    steps = {name: float(job()[0].attempts[:, 0].mean()) for name, job in jobs.items()}
    least_of = dict.fromkeys(jobs, np.inf)
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            begun = time.process_time()
            job()
            least_of[name] = min(least_of[name], time.process_time() - begun)
    print(f"{'as written':24s} {steps['']:6.0f} steps a patient")
    for name in policies():
        whole = least_of[name] / least_of[""]
        rules = sum(not row.unmodelled for row in load_policy(name).rows)
        print(f"{name:24s} {steps[name]:6.0f} steps a patient, each {whole * steps[''] / steps[name]:5.2f} x, "
              f"the whole course {whole:5.2f} x; {rules} rules", flush=True)


def decided(policy: str) -> Callable[[], tuple[block.Found, ...]]:
    """What follows some patients under a policy."""
    plan, people = planned(GROUP, policy), drawn()
    rows = np.flatnonzero(people.status <= crowd.NOT_ELIGIBLE)
    return partial(crowd.follow, plan, people, rows, np.full(rows.size, -1))


def sizes(most: int, policy: str) -> None:
    """Cost per patient of cohorts of rising size, all cores."""
    first = None
    for total in (1000, 10_000, 100_000, 1_000_000):
        if total > most:
            break
        plan = planned(total, policy)
        begun, size = time.perf_counter(), block_size(total, cores())
        with ThreadPoolExecutor(cores()) as pool:
            failed = sum(pool.map(partial(failures, plan, size), range(0, total, size)))
        seconds = time.perf_counter() - begun
        first = first or seconds / total
        print(f"{total:9,d} patients: {total / seconds:6.0f} a second, each {seconds / total / first:.2f} x one of the "
              f"first thousand, {failed} failed", flush=True)


def failures(plan: crowd.Plan, size: int, first: int) -> int:
    """Patients of one block who could not be settled or solved."""
    rows = crowd.run_block(plan, first, min(size, plan.total - first)).rows
    return int(((rows["failure"] != 0) | (rows["fault"] != 0)).sum())


def starts() -> None:
    """A new process with an empty cache, and with a warm one."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        for word in ("cold", "warm", "warm"):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", START], check=True, env=environment)
            print(f"{word} start, sixteen patients and all imports: {time.perf_counter() - begun:.1f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--patients", type=int, default=10_000, help="largest cohort")
    parser.add_argument("--policy", default="", help="under which the rising sizes are run")
    asked = parser.parse_args()
    plan = planned(4 * GROUP)
    crowd.run_block(plan, 0, LANES)
    lanes_and_states(plan)
    threads(plan)
    decisions()
    sizes(asked.patients, asked.policy)
    starts()


if __name__ == "__main__":
    main()
