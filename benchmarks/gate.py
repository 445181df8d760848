"""The regression gate of CI: has the cohort loop become slower than it was?

    python benchmarks/gate.py

Two kinds of figures, neither of them seconds.  Counts do not depend on the machine: steps per
patient-day of the standard course, and how many of them were refused.  The speed of the loop is
taken as a ratio to a reference loop of bare lane arithmetic, in turns in the same process; the
machine's noise cancels to within some tens of per cent, so that ratio fails only at twice its
recorded value.  Ends with code 1 if something is worse than it may be.
"""

from __future__ import annotations

import sys
import time
from functools import partial

import numpy as np
from cohorts import drawn, follow, planned

from clsim.crowd import plan as crowd
from clsim.engine import block
from clsim.jit import LANES, driver
from clsim.lanes import lanes, widen
from clsim.vmath import exp, log

ROUNDS = 5
TURNS = 40_000
STEPS_PER_DAY, REFUSED_PER_DAY = 192.0, 0.3  # recorded with the default tolerance, rounded up
RATIO = 0.26  # recorded time of one patient-day over that of the reference loop
COUNT_MARGIN, TIME_MARGIN = 1.10, 2.0
PAIR = np.dtype((np.record, [("a", "f8"), ("b", "f8")]))
WIDE = widen(PAIR, LANES)


@driver(exp, log, WIDE)
def reference(row, turns):  # type: ignore[no-untyped-def]
    """A chain of exponentials, logarithms and divisions in lanes, as the laws are made of."""
    r = lanes(row.view(WIDE)[0])
    for _ in range(turns):
        r.a = exp(-r.b * r.b) + 1.0 / (1.0 + r.a)
        r.b = log(1.0 + r.a * r.a)


def main() -> int:
    plan = planned(4096)
    states, accuracy = drawn().states, crowd.accuracy()
    found: list[block.Found] = []
    loop = partial(follow, crowd.relay(), plan, states, accuracy, found.append)
    row = np.ones(2 * LANES)
    loop()
    reference(row, 10)
    days = float(np.sum(found[0].ended_at)) / 1440.0
    tried, refused = found[0].attempts.sum(axis=0) / days
    times = {}
    for name, run in (("loop", loop), ("reference", partial(reference, row, TURNS))):
        times[name] = np.inf
        for _ in range(ROUNDS):
            begun = time.process_time()
            run()
            times[name] = min(times[name], time.process_time() - begun)
    ratio = times["loop"] / days / times["reference"]
    rows = (
        ("steps per patient-day", tried, STEPS_PER_DAY, COUNT_MARGIN),
        ("steps refused per patient-day", refused, REFUSED_PER_DAY, 1.5),
        ("time of a patient-day over the reference loop", ratio, RATIO, TIME_MARGIN),
    )
    worse = False
    for name, value, recorded, margin in rows:
        failed = not value <= recorded * margin
        worse = worse or failed
        print(f"{name:48s} {value:9.4g}  recorded {recorded:g}, allowed {recorded * margin:g}"
              f"{'  TOO MUCH' if failed else ''}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
