"""Checked records: run the model as plain Python and be told what goes wrong, where.

With the JIT off (``NUMBA_DISABLE_JIT=1``) kernels accept these in place of numpy
records and compute the same bits.  An unknown field, a flow that is read before
it was written and a number that is not finite raise at the line that did it.
"""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np

from clsim.lanes import lane_width


class CheckedRow:
    """The entries of a field that comes per bed."""

    def __init__(self, owner: Checked, name: str, values: Any) -> None:
        self._owner, self._name, self._values = owner, name, values

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, i: int) -> Any:
        return self._owner.read(f"{self._name}[{i}]", self._values[i])

    def __setitem__(self, i: int, value: Any) -> None:
        self._values[i] = self._owner.checked(f"{self._name}[{i}]", value)


class Checked:
    """A numpy record, of one patient or of a group of lanes, that watches its fields.

    Parameters
    ----------
    record : numpy.record
        Where the numbers are.
    fresh : bool
        True fills the record with not-a-number first, so that a field which is
        read before it is written raises.

    Raises
    ------
    AttributeError
        On an unknown field.
    FloatingPointError
        On reading or writing a number that is not finite.
    """

    def __init__(self, record: Any, fresh: bool = False) -> None:
        names = record.dtype.names
        dimensions = 1 if lane_width(record.dtype[name].shape for name in names) else 0
        object.__setattr__(self, "_record", record)
        object.__setattr__(self, "_dimensions", dimensions)
        if fresh:
            for name in names:
                record[name] = np.nan

    def field(self, name: str) -> Any:
        """The memory of a field."""
        names = self._record.dtype.names
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise AttributeError(f"no field {name!r} here{hint}")
        return self._record[name]

    def read(self, name: str, value: Any) -> Any:
        """A copy, as compiled code reads it."""
        if not np.all(np.isfinite(value)):
            raise FloatingPointError(f"{name} is read, and is {value}")
        return np.copy(value)[()]

    def checked(self, name: str, value: Any) -> Any:
        """The value, if it may be written."""
        if not np.all(np.isfinite(value)):
            raise FloatingPointError(f"{name} becomes {value}")
        return value

    def __getattr__(self, name: str) -> Any:
        value = self.field(name)
        if np.ndim(value) > self._dimensions:
            return CheckedRow(self, name, value)
        return self.read(name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        self.field(name)
        self._record[name] = self.checked(name, value)
