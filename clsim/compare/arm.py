"""An arm: what became of the treated patients under one policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.errors import BadInput, nearest

WHO = "number"  # the column that says which patient a row is


@dataclass(frozen=True)
class Arm:
    """What became of the treated patients under one policy.

    Parameters
    ----------
    name, title : str
        A word for tables and JSON, and a phrase for people.
    rows : mapping of str to array (n,)
        Columns of the table of patients, the same patients in the same order in each arm.
    digest : str
        Hash of the policy; two arms of the same hash are the same policy under two names.
    """

    name: str
    title: str
    rows: Mapping[str, NDArray[Any]]
    digest: str = ""

    def same(self, other: Arm) -> bool:
        """Both are one policy, so that a difference between them can only be an error."""
        return self.name == other.name or (bool(self.digest) and self.digest == other.digest)


def matched(arms: Sequence[Arm], reference: str) -> Arm:
    """The reference arm, after a look at whether all arms hold the same patients in the same order.

    Raises
    ------
    BadInput
        If there is no such arm, two have one name, or rows cannot belong to the same patients.
    """
    names = [arm.name for arm in arms]
    if reference not in names:
        raise BadInput("is not the name of an arm", given=reference, nearest=nearest(reference, names),
                       allowed=", ".join(names), key="reference")  # fmt: skip
    if len(set(names)) < len(names):
        raise BadInput("two arms have one name", given=", ".join(names), key="arms")
    first = arms[names.index(reference)]
    for arm in arms:
        lengths = {len(values) for each in (first, arm) for values in each.rows.values()}
        if len(lengths) > 1:
            raise BadInput("arms cannot be paired: they hold different numbers of patients",
                           given=", ".join(map(str, sorted(lengths))), key=arm.name)  # fmt: skip
        if WHO in first.rows and WHO in arm.rows and not np.array_equal(first.rows[WHO], arm.rows[WHO]):
            raise BadInput("arms cannot be paired: their rows are not the same patients", key=arm.name)
    return first
