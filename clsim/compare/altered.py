"""The same people with other values of uncertain parameters: settled once, treated under each setting.

Uncertain parameters belong to the effect of interleukin-2, which does not touch a body at rest: people
need not be settled again, and who is eligible stays so.  Patients, their draws and the noise of their
monitors are the same under every setting and every policy, so that only the setting differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clsim.cohort import People, draw_people
from clsim.compare.endpoints import FAILURE, Endpoint, values
from clsim.crowd.plan import Plan, treat
from clsim.errors import BadInput
from clsim.evidence.knobs import applied
from clsim.progress import Pace, Tell, silent

Numbers = NDArray[np.float64]
Setting = Mapping[str, float]  # value of each knob that is turned, by name
MOST = 20_000  # patients that are held at once


class Reading(NamedTuple):
    """What became of the treated under one setting.

    values : float64 (policies, outcomes, treated), not-a-number where not known.
    failed : patients who could not be computed, added up over policies.
    """

    values: Numbers
    failed: int


def few_enough(n: int) -> None:
    """Refuse more patients than can be held.

    Raises
    ------
    BadInput
    """
    if n > MOST:
        raise BadInput("is too many to treat again and again", given=f"{n:,}", allowed=f"at most {MOST:,}", key="n")


def settled(plan: Plan) -> People:
    """Everybody of a plan, drawn and settled once.

    Raises
    ------
    BadInput
        If there are more than can be held.
    """
    few_enough(plan.total)
    return draw_people(plan.cohort, plan.scenario.values, plan.seed, 0, plan.total, plan.total)


def readings(
    plans: Sequence[Plan], people: People, settings: Sequence[Setting], endpoints: Sequence[Endpoint], workers: int,
    tell: Tell = silent,
) -> Iterator[Reading]:
    """Treat the same people under every plan with each setting of the knobs.

    Parameters
    ----------
    plans : sequence of Plan
        Policies; they share scenario, cohort and seed.
    people : People
        As `settled` gives them.
    settings : sequence of mapping
        Of knobs to values; what is not named stays as it is, and an empty one changes nothing.
    endpoints : sequence of Endpoint
    workers : int
        Settings at once; any number gives the same numbers.
    tell : callable
        Told how far it is.

    Yields
    ------
    Reading
        In the order of the settings.

    Raises
    ------
    BadInput
        If nobody is treated.
    """
    names = frozenset({FAILURE, "treated", *(column for each in endpoints for column in each.columns)})
    pace = Pace(people.number.size * len(plans) * len(settings))

    def one(setting: Setting) -> Reading:
        changed = applied(people, setting) if setting else people
        found, failed = [], 0
        for plan in plans:
            rows = treat(plan, changed, names).rows
            mine = {name: column[rows["treated"]] for name, column in rows.items()}
            if not mine[FAILURE].size:
                raise BadInput("nobody is treated", given=f"{plan.total} drawn", allowed="more patients, or everyone",
                               key="n")
            failed += int((mine[FAILURE] != 0).sum())
            found.append([values(each, mine) for each in endpoints])
        return Reading(np.asarray(found, np.float64), failed)

    pool = ThreadPoolExecutor(workers, "setting")
    try:
        for reading in pool.map(one, settings):
            told = pace.more(people.number.size * len(plans))
            tell(f"with other parameters: {told}", pace.done / pace.total)
            yield reading
    finally:
        pool.shutdown(cancel_futures=True)
