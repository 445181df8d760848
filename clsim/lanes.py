"""Arithmetic that means the same for one patient, for lanes of patients and in plain Python.

A record is declared by a structured numpy dtype.  Its fields have shape ``()``
for one patient, or ``(W,)`` for a group of W patients that share one register;
quantities that come per bed have shapes ``(beds,)`` and ``(beds, W)``.  The
width stands in the dtype and nowhere else: laws and drivers are the same source.

Here are the plain-Python meanings.  ``clsim.lane_types`` teaches the same
functions to compiled code, built from the same IEEE operations, so that results
agree bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

SHIFT = 52  # bits of a double's fraction
BIAS = 1023
SQRT_HALF = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2)
WHOLE = 6755399441055744.0  # 1.5 * 2**52: added to a whole number, it leaves it in the low bits


def where(mask: Any, a: Any, b: Any) -> Any:
    """``a`` where the mask is true, else ``b``; both are always computed."""
    if isinstance(mask, (bool, np.bool_)):
        return a if mask else b
    if getattr(mask, "dtype", None) != np.bool_:
        raise TypeError(f"where needs a comparison, not {mask!r}")
    return np.where(mask, a, b)


def minimum(a: Any, b: Any) -> Any:
    """The smaller; ``b`` where either is NaN, so put the limit first: ``minimum(limit, x)``."""
    return where(a < b, a, b)


def maximum(a: Any, b: Any) -> Any:
    """The larger; ``b`` where either is NaN, so put the limit first: ``maximum(limit, x)``."""
    return where(a > b, a, b)


def sqrt(x: Any) -> Any:
    """Square root, correctly rounded."""
    return np.sqrt(x)


def rint(x: Any) -> Any:
    """Nearest whole number, ties to even."""
    return np.rint(x)


def bits(x: Any) -> Any:
    """The 64 bits of each double, as integers."""
    return np.asarray(x, np.float64).view(np.int64)[()]


def split2(x: Any) -> Any:
    """``(m, e)`` with x = m 2**e and m in [sqrt(1/2), sqrt(2)); x > 0 and normal."""
    i = bits(x)
    e = (i - SQRT_HALF) >> SHIFT
    return (i - (e << SHIFT)).view(np.float64), e.astype(np.float64)


def scale2(x: Any, n: Any) -> Any:
    """``x * 2**n`` for a whole number n in [-1022, 1023] held as a double."""
    return x * (bits(n + (WHOLE + BIAS)) << SHIFT).view(np.float64)


def anyone(mask: Any) -> Any:
    """True if the mask holds for any lane."""
    return np.any(mask)


def lanes(record: Any) -> Any:
    """The record as kernels use it: in compiled code, one patient's numbers or vectors of W."""
    return record


def local(dtype: np.dtype) -> Any:
    """A zeroed record that lives as long as its caller (on the stack in compiled code)."""
    return np.zeros(1, dtype)[0]


def lane_width(shapes: Iterable[tuple[int, ...]]) -> int:
    """Lanes of a record whose fields have these shapes; 0 for the record of one patient."""
    lengths = {shape[-1] if shape else 0 for shape in shapes}
    return lengths.pop() if len(lengths) == 1 else 0


def widen(dtype: np.dtype, width: int) -> np.dtype:
    """The record type of ``width`` patients, from that of one.

    Raises
    ------
    ValueError
        If every field of one patient's record is a sub-array, all of one length:
        such a record could not be told from a record of lanes.
    """
    names = dtype.names or ()
    if lane_width(dtype[name].shape for name in names):
        raise ValueError("one patient's record needs a field that is a single number")
    return np.dtype((np.record, [(name, "f8", (*dtype[name].shape, width)) for name in names]))
