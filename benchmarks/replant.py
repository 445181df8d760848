"""The model's own kernels over other arithmetic: the same source, other functions underneath.

A kernel is a plain Python function that calls ``where``, ``exp`` ... and other kernels.
``replant`` copies it with those names bound to something else (and so on down the
calls), which runs the laws on traced arrays or on numbers that count what is done to them.
Nothing is retyped, and nothing of the package is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from numba.core.dispatcher import Dispatcher

from clsim.lanes import lane_width


class PlantedModule:
    """A module of kernels whose kernels come replanted."""

    def __init__(self, module: ModuleType, planter: Planter) -> None:
        self._module, self._planter = module, planter

    def __getattr__(self, name: str) -> Any:
        return self._planter.value(name, getattr(self._module, name))


class Planter:
    """Copies of kernels in which some functions and constants are replaced.

    Parameters
    ----------
    functions : mapping of function to function
        For example ``{vmath.exp: jnp.exp}``.
    constants : mapping of name to value
        Module constants by name, as ``{"ROOT_STEPS": 8}``.
    """

    def __init__(self, functions: Mapping[Any, Any], constants: Mapping[str, Any] | None = None) -> None:
        self._planted = {id(old): new for old, new in functions.items()}
        self._constants = dict(constants or {})
        self._keep = list(functions)  # an id is good as long as its owner lives

    def value(self, name: str, old: Any) -> Any:
        """What stands for a global of a kernel's module."""
        if name in self._constants:
            return self._constants[name]
        if id(old) in self._planted:
            return self._planted[id(old)]
        if isinstance(old, ModuleType) and old.__name__.startswith("clsim."):
            return PlantedModule(old, self)
        return self.plant(old) if isinstance(old, Dispatcher) else old

    def plant(self, kernel: Any) -> Callable[..., Any]:
        """The copy of one kernel."""
        function = kernel.py_func
        names = function.__globals__
        own = {"__builtins__": names["__builtins__"]}
        copy = FunctionType(function.__code__, own, function.__name__, function.__defaults__, function.__closure__)
        self._planted[id(kernel)] = copy  # before its names: an attribute may be called as a global is
        self._keep.append(kernel)
        own |= {name: self.value(name, names[name]) for name in function.__code__.co_names if name in names}
        return copy


class Named:
    """A record of whatever numbers: attributes for fields, lists for fields that come per bed."""

    def __init__(self, dtype: np.dtype, numbers: Iterable[Any]) -> None:
        assert lane_width(dtype[name].shape for name in dtype.names or ()) == 0
        following = iter(numbers)
        for name in dtype.names or ():
            count = int(np.prod(dtype[name].shape, dtype=int))
            entries = [next(following) for _ in range(count)]
            setattr(self, name, entries if dtype[name].shape else entries[0])

    def row(self) -> list[Any]:
        """All numbers in the order of the columns."""
        return [number for value in vars(self).values() for number in (value if isinstance(value, list) else [value])]
