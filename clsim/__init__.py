"""A virtual patient with capillary leak under high-dose interleukin-2.

    import clsim
    result = clsim.run("hd-il2-standard")
    result["MAP"]                  # values, time, unit, label
    result.plot()

Everything here is imported when it is first asked for, so that ``import clsim``
costs nothing and ``clsim --help`` answers at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from clsim.disclaimer import DISCLAIMER

if TYPE_CHECKING:
    from clsim.engine.timeline import Event as Event
    from clsim.errors import BadInput as BadInput
    from clsim.errors import BadPatient as BadPatient
    from clsim.errors import NumericalFailure as NumericalFailure
    from clsim.gallery import scenarios as scenarios
    from clsim.orders import Order as Order
    from clsim.result import Result as Result
    from clsim.result import Series as Series
    from clsim.run import run as run
    from clsim.scenario import Scenario as Scenario
    from clsim.scenario import load as load
    from clsim.store import load_result as load_result

__version__ = "0.1.0"

_HOME = {
    "BadInput": "clsim.errors",
    "BadPatient": "clsim.errors",
    "Event": "clsim.engine.timeline",
    "NumericalFailure": "clsim.errors",
    "Order": "clsim.orders",
    "Result": "clsim.result",
    "Scenario": "clsim.scenario",
    "Series": "clsim.result",
    "load": "clsim.scenario",
    "load_result": "clsim.store",
    "run": "clsim.run",
    "scenarios": "clsim.gallery",
}
__all__ = ["DISCLAIMER", "__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'clsim' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """The package, where ``clsim.run`` is the function also after ``clsim/run.py`` is imported.

    Importing a submodule sets an attribute of its name on the package; a property
    of the class stands above that.
    """

    @property
    def run(self) -> Any:
        """`clsim.run.run`."""
        return __getattr__("run")

    @run.setter
    def run(self, module: ModuleType) -> None:
        """The import system's attempt to put the module there."""


sys.modules[__name__].__class__ = _Package
