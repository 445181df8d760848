"""The part of a result file that only courses under a policy have: chart, trace, outcomes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from clsim.cohort.cohort import loads_cohort
from clsim.managed.result import Chart, ManagedResult, units_of
from clsim.managed.trace import from_data, to_data
from clsim.policy.policy import loads_policy

if TYPE_CHECKING:
    from clsim.result import Result

GROUP = "bedside"


def write(result: Result, file: Any) -> None:
    """Chart and trace into a group of an open file."""
    assert isinstance(result, ManagedResult) and result.chart is not None
    chart, group = result.chart, file.createGroup(GROUP)
    group.createDimension("look", chart.time.size)
    made = group.createVariable("look", "f8", ("look",))
    made.setncatts({"units": "min", "long_name": "when somebody decided"})
    made[:] = chart.time
    for c, name in enumerate(chart.names):
        unit, show, _ = units_of(name)
        for variable, values, words in ((name, chart.value, "latest reading"), (f"{name}_at", chart.at, "read at")):
            made = group.createVariable(variable, "f8", ("look",), compression="zlib", complevel=1, shuffle=True)
            made.setncatts({"units": "min" if values is chart.at else unit, "shown_unit": show,
                            "long_name": f"{name}, {words}"})
            made[:] = values[:, c]
    group.setncattr("columns", json.dumps(chart.names))
    for name, rows in (("met", chart.met), ("running", chart.running), ("stopped", chart.stopped)):
        _texts(group, name, "look", [json.dumps(each) for each in rows])
    group.createDimension("entry", len(result.trace))
    _texts(group, "trace", "entry", [json.dumps(to_data(each)) for each in result.trace])


def _texts(group: Any, name: str, dimension: str, texts: list[str]) -> None:
    made = group.createVariable(name, str, (dimension,))
    if texts:
        made[:] = np.array(texts, dtype=object)


def read(found: Mapping[str, Any], attributes: Mapping[str, str], file: Any) -> ManagedResult:
    """The result of a file, given all that every result has."""
    group = file[GROUP]
    names = tuple(json.loads(group.getncattr("columns")))
    looks = np.array(group["look"][:])

    def table(ending: str) -> np.ndarray[Any, Any]:
        return np.stack([group[f"{name}{ending}"][:] for name in names], axis=1)

    def texts(name: str) -> list[Any]:
        return [json.loads(each) for each in group[name][:]]

    chart = Chart(looks, names, table(""), table("_at"), tuple(map(tuple, texts("met"))), tuple(texts("running")),
                  tuple(texts("stopped")))
    cohort = attributes["cohort"]
    return ManagedResult(
        **found, policy=loads_policy(attributes["policy"], attributes["policy_name"]), seed=int(attributes["seed"]),
        patient=int(attributes["patient"]) if attributes["patient"] else None,
        cohort=loads_cohort(cohort, attributes["cohort_name"]) if cohort else None,
        everyone=bool(attributes["everyone"]), written=bool(attributes.get("written", "")),
        trace=tuple(map(from_data, texts("trace"))), chart=chart,
        outcomes={name: math.nan if value is None else value
                  for name, value in json.loads(attributes["outcomes"]).items()},
        swings=json.loads(attributes["swings"]))
