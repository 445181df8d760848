"""A cohort from Python: drawn, treated, and the table of patients in memory."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.cohort import Cohort, load_cohort
from clsim.crowd.blocks import block_size, cores
from clsim.crowd.columns import Column
from clsim.crowd.plan import Plan, make_plan, run_block
from clsim.errors import BadInput
from clsim.policy.lint import sound_policy
from clsim.policy.policy import Policy
from clsim.policy.python import PythonPolicy
from clsim.scenario.scenario import Scenario, load


@dataclass(frozen=True)
class CohortResult:
    """What became of some patients, a row each; ``result["MAP_min"]`` is a column.

    Parameters
    ----------
    rows : mapping of str to array (n,)
        In the order of the patients' numbers.
    plan : Plan
        What was done, and what the columns mean.
    """

    rows: Mapping[str, NDArray[Any]] = field(repr=False)
    plan: Plan = field(repr=False)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.rows[name]

    def __len__(self) -> int:
        return self.plan.total

    def column(self, name: str) -> Column:
        """What is said of a column: unit, label, what its codes mean."""
        return next(column for column in self.plan.columns if column.name == name)

    def to_pandas(self) -> Any:
        """The table as a data frame with the patients' numbers as index."""
        from pandas import DataFrame

        return DataFrame(dict(self.rows)).set_index("number")


def run_cohort(
    scenario: str | Path | Scenario,
    n: int,
    cohort: str | Path | Cohort = "hd-il2-candidates",
    *,
    policy: str | Path | Policy | PythonPolicy | None = None,
    seed: int | None = None,
    everyone: bool = False,
    threads: int | None = None,
    **overrides: Any,
) -> CohortResult:
    """Draw patients, treat those who are eligible, and keep a row of each.

    Parameters
    ----------
    scenario : str, Path or Scenario
        What everybody is given.
    n : int
        Patients drawn.
    cohort : str, Path or Cohort
        Who is drawn.
    policy : Policy, PythonPolicy, name or path, optional
        Decides at each look what is given, in place of the scenario's fluids and drugs.
    seed : int, optional
        Of all that is drawn; the scenario's if not given.
    everyone : bool
        Treat those who are not eligible too.
    threads : int, optional
        All cores if not given; any number gives the same numbers.
    **overrides
        Tables of the scenario, ``run={"horizon": "3 d"}``.

    Returns
    -------
    CohortResult

    Raises
    ------
    BadInput
        If the scenario or the cohort cannot be meant, or n or threads is below 1.
    """
    for key, number in (("n", n), ("threads", cores() if threads is None else threads)):
        if number < 1:
            raise BadInput("is too small", given=str(number), allowed="1 or more", key=key)
    read = load(scenario, **overrides)
    plan = make_plan(read, load_cohort(cohort), read.seed if seed is None else seed, n, everyone=everyone,
                     policy=policy if policy is None or isinstance(policy, PythonPolicy) else sound_policy(policy))
    workers = cores() if threads is None else threads
    size = block_size(n, workers)
    with ThreadPoolExecutor(workers) as pool:
        firsts = range(0, n, size)
        parts = list(pool.map(lambda first: run_block(plan, first, min(size, n - first)).rows, firsts))
    return CohortResult({column.name: np.concatenate([rows[column.name] for rows in parts])
                         for column in plan.columns}, plan)
