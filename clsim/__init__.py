"""A virtual patient with capillary leak under high-dose interleukin-2.

    import clsim
    result = clsim.run("hd-il2-standard")
    result["MAP"]                  # values, time, unit, label
    result.plot()
    clsim.run_cohort("hd-il2-standard", 1000)["MAP_min"]
    clsim.compare_policies("hd-il2-course", ["cwg-2014", "label-2023"], 1000).records()

Everything here is imported when it is first asked for, so that ``import clsim``
costs nothing and ``clsim --help`` answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from clsim.disclaimer import DISCLAIMER

if TYPE_CHECKING:
    from clsim.compare import run as _comparing
    from clsim.compare.run import Comparison as Comparison
    from clsim.crowd.run import CohortResult as CohortResult
    from clsim.crowd.run import run_cohort as run_cohort
    from clsim.engine.timeline import Event as Event
    from clsim.errors import BadInput as BadInput
    from clsim.errors import BadPatient as BadPatient
    from clsim.errors import NumericalFailure as NumericalFailure
    from clsim.managed.result import ManagedResult as ManagedResult
    from clsim.result import Result as Result
    from clsim.result import Series as Series
    from clsim.scenario.gallery import scenarios as scenarios
    from clsim.scenario.orders import Order as Order
    from clsim.scenario.scenario import Scenario as Scenario
    from clsim.scenario.scenario import load as load
    from clsim.simulate import run as run
    from clsim.store import load_result as load_result

    compare_policies = _comparing.compare

__version__ = "0.1.0"

_HOME = {
    "BadInput": "clsim.errors",
    "BadPatient": "clsim.errors",
    "CohortResult": "clsim.crowd.run",
    "Comparison": "clsim.compare.run",
    "Event": "clsim.engine.timeline",
    "ManagedResult": "clsim.managed.result",
    "NumericalFailure": "clsim.errors",
    "Order": "clsim.scenario.orders",
    "Result": "clsim.result",
    "Scenario": "clsim.scenario.scenario",
    "Series": "clsim.result",
    "compare_policies": "clsim.compare.run:compare",  # clsim.compare is the package
    "load": "clsim.scenario.scenario",
    "load_result": "clsim.store",
    "run": "clsim.simulate",
    "run_cohort": "clsim.crowd.run",
    "scenarios": "clsim.scenario.gallery",
}
__all__ = ["DISCLAIMER", "__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'clsim' has no attribute {name!r}")
    home, _, there = _HOME[name].partition(":")
    return getattr(import_module(home), there or name)


def __dir__() -> list[str]:
    return sorted(__all__)
