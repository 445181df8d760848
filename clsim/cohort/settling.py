"""Many patients at rest: the loop of `clsim.patient`, several patients side by side."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from clsim.jit import LANES
from clsim.lanes import widen
from clsim.model.layout import FLOWS, INPUTS, STATES, F, P, U, X, columns, spread
from clsim.patient import complete, make_settle

Numbers = NDArray[np.float64]


@cache
def driver_of(width: int) -> Callable[..., None]:
    """The compiled loop for groups of ``width`` patients."""
    return make_settle(*(widen(kind, width) for kind in (X, P, U, F)))


def side_by_side(rows: Numbers, width: int) -> Numbers:
    """Rows of patients as rows of groups: (n, k) to (n / width, k * width); n is a multiple of it."""
    count, numbers = rows.shape
    grouped = rows.reshape(count // width, width, numbers).transpose(0, 2, 1)
    return np.ascontiguousarray(grouped).reshape(count // width, numbers * width)


def one_by_one(groups: Numbers, width: int) -> Numbers:
    """Rows of groups as rows of patients: the way back."""
    count, numbers = len(groups) * width, groups.shape[1] // width
    rows = groups.reshape(len(groups), numbers, width).transpose(0, 2, 1)
    return np.ascontiguousarray(rows).reshape(count, numbers)


def settle_many(params: Numbers, width: int = LANES) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Solve the rest state of many patients; the same bits as one at a time.

    Parameters
    ----------
    params : float64 (n, n_parameters)
        From `clsim.patient.rows`; not changed.
    width : int
        Patients side by side; any gives the same bits.

    Returns
    -------
    params, states, flows, slopes : float64 (n, ...)
        Parameters with the closing ones solved, and states, flows and derivatives at rest.
    """
    count = len(params)
    missing = -count % width
    if missing:  # the last group is filled up with reference adults
        params = np.concatenate([params, np.repeat(complete({})[None], missing, axis=0)])
    groups = side_by_side(params, width)
    y, flow, slope = (np.zeros((len(groups), len(columns(kind)) * width)) for kind in (STATES, FLOWS, STATES))
    inputs = np.repeat(spread(INPUTS, "default"), width)
    driver_of(width)(y, groups, inputs, flow, slope)
    settled, states, flows, slopes = (one_by_one(each, width)[:count] for each in (groups, y, flow, slope))
    return settled, states, flows, slopes
