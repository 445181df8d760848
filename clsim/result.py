"""What a run leaves: arrays with names, units and labels, and everything needed to repeat it."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clsim import units
from clsim.disclaimer import DISCLAIMER
from clsim.errors import BadInput, nearest
from clsim.model.beds import BEDS, POCKETS
from clsim.spec import Flow, Input, State
from clsim.substances import molar_mass

if TYPE_CHECKING:
    import pandas
    import xarray
    from matplotlib.figure import Figure

    from clsim.managed.hand import Fork
    from clsim.policy.policy import Policy
    from clsim.scenario.orders import Order
    from clsim.scenario.scenario import Scenario

Row = NDArray[np.float64]

KINDS = ("state", "flow", "input")
DIMENSIONS = {BEDS: "bed", POCKETS: "pocket"}
HEADLINES = (
    *("MAP", "SBP", "DBP", "HR", "CO", "SVR", "CVP", "EF"),
    *("weight_now", "V_plasma", "hematocrit", "albumin", "escape_rate"),
    *("urine_flow", "GFR", "creatinine_concentration", "urea_concentration"),
    *("Na", "K", "Cl", "HCO3", "lactate_concentration"),
    *("SaO2", "oxygen_needed", "temperature", "platelets", "interleukin2_concentration"),
)


@dataclass(frozen=True)
class Variable:
    """A column (or, with `per`, several) of a result."""

    name: str
    kind: str
    unit: str
    label: str
    per: tuple[str, ...] = ()
    show: str = ""

    @property
    def width(self) -> int:
        """Number of columns."""
        return max(1, len(self.per))

    @property
    def shown(self) -> str:
        """Unit for people."""
        return self.show or self.unit


@dataclass(frozen=True)
class Series:
    """One variable over time; behaves as an array of its values.

    Parameters
    ----------
    name, label, unit : str
    time : float64 (m,)
        Minutes.
    values : float64 (m,) or (m, n)
        In `unit`; one column for each of `per`.
    per : tuple of str
        Beds or pockets.
    """

    name: str
    label: str
    unit: str
    time: Row = field(repr=False)
    values: Row = field(repr=False)
    per: tuple[str, ...] = ()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Row:
        return np.array(self.values, dtype=dtype, copy=True if copy is None else copy)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, str):
            if index not in self.per:
                raise KeyError(f"{self.name} has {', '.join(self.per) or 'no parts'}, not {index}")
            return self.values[:, self.per.index(index)]
        return self.values[index]

    def to(self, unit: str) -> Series:
        """The same in another unit."""
        values = units.convert(self.values, self.unit, unit, molar_mass(self.name))
        return Series(self.name, self.label, unit, self.time, values, self.per)

    def at(self, time: str | float) -> Any:
        """Value at a time ("36 h", or minutes), linear between outputs."""
        minute = units.parse(time, "min") if isinstance(time, str) else float(time)
        if not self.time[0] <= minute <= self.time[-1]:
            raise BadInput(
                "lies outside the run",
                given=repr(time),
                allowed=units.show(float(self.time[-1]), "min", "h"),
            )
        columns = self.values.reshape(len(self.time), -1).T
        found = [float(np.interp(minute, self.time, column)) for column in columns]
        return np.array(found) if self.per else found[0]


def declared() -> tuple[Variable, ...]:
    """All states, flows and inputs of the model, in the order of their columns."""
    from clsim.model.layout import FLOWS, INPUTS, STATES

    groups: tuple[tuple[str, Sequence[State | Flow | Input]], ...] = (
        ("state", STATES),
        ("flow", FLOWS),
        ("input", INPUTS),
    )
    return tuple(
        Variable(each.name, kind, each.unit, each.label, getattr(each, "per", ()), each.show)
        for kind, group in groups
        for each in group
    )


@cache
def stamp() -> Mapping[str, str]:
    """Versions and the hash of the sources that computed a result."""
    import clsim
    from clsim.jit import stamp as hash_of

    found = {"clsim": clsim.__version__, "source_hash": hash_of(Path(clsim.__file__).parent)}
    for package in ("numpy", "numba"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found | {"python": platform.python_version(), "machine": platform.machine()}


@dataclass(frozen=True)
class Result:
    """One run.

    Parameters
    ----------
    time : float64 (m,)
        Output times [min].
    states, flows, inputs : float64 (m, n)
        One row per output time; columns as `variables` says.  Inputs are those that hold
        from the output time on.
    scenario : Scenario
        What was simulated; its text alone reproduces the run.
    parameters : mapping of str to float or tuple of float
        All parameters of the patient, the solved ones included.
    variables : tuple of Variable
        The columns; by default those that the model declares.
    stamp : mapping of str to str
        Versions and source hash.
    forks : tuple of Fork
        Changes by hand, if it was forked from another result.
    """

    time: Row
    states: Row
    flows: Row
    inputs: Row
    scenario: Scenario
    parameters: Mapping[str, float | tuple[float, ...]] = field(default_factory=dict)
    variables: tuple[Variable, ...] = field(default_factory=declared)
    stamp: Mapping[str, str] = field(default_factory=stamp)
    forks: tuple[Fork, ...] = ()
    _columns: dict[str, tuple[Variable, slice]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        columns: dict[str, tuple[Variable, slice]] = {}
        width = dict.fromkeys(KINDS, 0)
        for variable in self.variables:
            first = width[variable.kind]
            width[variable.kind] += variable.width
            columns[variable.name] = (variable, slice(first, width[variable.kind]))
        for kind in KINDS:
            matrix = self._matrix(kind)
            if matrix.shape != (len(self.time), width[kind]):
                expected = (len(self.time), width[kind])
                raise ValueError(f"{kind}s have shape {matrix.shape}, expected {expected}")
            matrix.flags.writeable = False
        object.__setattr__(self, "_columns", columns)

    def _matrix(self, kind: str) -> Row:
        return {"state": self.states, "flow": self.flows, "input": self.inputs}[kind]

    def __getitem__(self, name: str) -> Series:
        """A state, flow or input by name."""
        if name not in self._columns:
            raise BadInput(f'"{name}" is not in this result', nearest=nearest(name, self._columns))
        variable, place = self._columns[name]
        values = self._matrix(variable.kind)[:, place]
        return Series(
            *(name, variable.label, variable.unit, self.time),
            values if variable.per else values[:, 0],
            variable.per,
        )

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        hours = self.time[-1] / 60.0
        return f"<Result of {self.scenario.name}: {hours:g} h, {len(self)} variables>"

    def show(self, name: str) -> Series:
        """A variable in the unit for people."""
        return self[name].to(self._columns[name][0].shown)

    @property
    def orders(self) -> tuple[Order, ...]:
        """What was ordered: doses given and held, fluids, drugs, the ward."""
        return self.scenario.orders

    @property
    def doses(self) -> tuple[Order, ...]:
        """Doses of interleukin-2 that were given."""
        return tuple(order for order in self.orders if order.kind == "dose")

    @property
    def held(self) -> tuple[Order, ...]:
        """Planned doses that were not given."""
        return tuple(order for order in self.orders if order.kind == "held")

    @property
    def facts(self) -> dict[str, str]:
        """By name, all that determines the numbers."""
        from clsim.managed.hand import forks_text

        forks = {"forks": forks_text(self.forks)} if self.forks else {}
        return {"scenario": self.scenario.text, "seed": str(self.scenario.seed), **forks}

    def digest(self) -> str:
        """Hash of all that determines the numbers."""
        text = "\0".join(f"{name}={fact}" for name, fact in sorted({**self.facts, **self.stamp}.items()))
        return hashlib.sha256(text.encode()).hexdigest()

    def fork(
        self, at: str | float, *, hold: Sequence[int] = (), give: Sequence[int] = (), stop: bool = False,
        fluid: Sequence[Mapping[str, Any]] = (), drug: Sequence[Mapping[str, Any]] = (),
        policy: str | Path | Policy | None = None,
    ) -> Result:
        """The same run with other orders from a minute on; see `clsim.managed.fork.fork`."""
        from clsim.managed.fork import fork

        return fork(self, at, hold=hold, give=give, stop=stop, fluid=fluid, drug=drug, policy=policy)

    def attributes(self) -> dict[str, str]:
        """What a file of this result says about itself."""
        return {
            "title": self.scenario.title,
            "scenario_name": self.scenario.name,
            **self.facts,
            **{f"{key}_version" if "_" not in key else key: x for key, x in self.stamp.items()},
            "disclaimer": DISCLAIMER,
        }

    def summary(self, names: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
        """Start, extremes and end of the headline variables (or of `names`).

        Returns
        -------
        dict
            name -> label, unit, start, low, low_at, high, high_at, end; times in h.
        """
        rows = {}
        for name in names or [each for each in HEADLINES if each in self]:
            series = self.show(name)
            if series.per:
                raise BadInput(f'"{name}" has several parts', allowed=", ".join(series.per))
            low, high = int(np.argmin(series.values)), int(np.argmax(series.values))
            rows[name] = {
                "label": series.label,
                "unit": series.unit,
                "start": float(series.values[0]),
                "low": float(series.values[low]),
                "low_at": float(self.time[low]) / 60.0,
                "high": float(series.values[high]),
                "high_at": float(self.time[high]) / 60.0,
                "end": float(series.values[-1]),
            }
        return rows

    def differences(self, other: Result) -> dict[str, float]:
        """Largest absolute difference of every variable that both have, in internal units.

        Infinite where times or shapes differ or only one of both is a number.
        """
        same = np.array_equal(self.time, other.time)
        found = {}
        for name in self:
            if name in other:
                mine, theirs = self[name].values, other[name].values
                found[name] = gap(mine, theirs) if same else np.inf
        return found

    def to_xarray(self) -> xarray.Dataset:
        """Every state, flow and input over ``time`` [min], with units; beds are a dimension."""
        import xarray

        data: dict[str, Any] = {}
        coordinates: dict[str, Any] = {
            "time": ("time", self.time, {"units": "min", "long_name": "time from the start"})
        }
        for name, (variable, _) in self._columns.items():
            dims = ["time"]
            if variable.per:
                dims.append(dimension(variable))
                coordinates[dims[1]] = list(variable.per)
            data[name] = (dims, self[name].values, attributes_of(variable))
        return xarray.Dataset(data, coordinates, self.attributes())

    def to_pandas(self) -> pandas.DataFrame:
        """One row per output time [min], one column per number; units in ``attrs["units"]``."""
        import pandas

        table: dict[str, Row] = {}
        unit: dict[str, str] = {}
        for name, (variable, _) in self._columns.items():
            values = self[name].values.reshape(len(self.time), -1)
            for i, part in enumerate(variable.per or ("",)):
                column = f"{name}_{part}" if part else name
                table[column], unit[column] = values[:, i], variable.unit
        frame = pandas.DataFrame(table, index=pandas.Index(self.time, name="time"))
        frame.attrs |= {"units": unit, "time": "min"}
        return frame

    def plot(self) -> Figure:
        """Overview of the course as a matplotlib figure."""
        from clsim.plots import overview

        return overview(self)

    def save(self, path: str | Path) -> Path:
        """Write a netCDF-4 file (``.nc``) or a table (``.csv``); see `clsim.store`."""
        from clsim.store import save

        return save(self, path)


def attributes_of(variable: Variable) -> dict[str, str]:
    """Attributes of a variable in files and datasets."""
    found = {"units": variable.unit, "long_name": variable.label, "kind": variable.kind}
    return found | ({"shown_unit": variable.show} if variable.show else {})


def dimension(variable: Variable) -> str:
    """Name of the second dimension of a variable with parts."""
    return DIMENSIONS.get(variable.per, f"part_of_{variable.name}")


def gap(mine: ArrayLike, theirs: ArrayLike) -> float:
    """Largest absolute difference; infinite if the shapes differ or only one is a number."""
    a, b = np.asarray(mine, np.float64), np.asarray(theirs, np.float64)
    if a.shape != b.shape or not np.array_equal(np.isnan(a), np.isnan(b)):
        return np.inf
    with np.errstate(invalid="ignore"):  # inf - inf
        distance = np.where((a == b) | np.isnan(a), 0.0, np.abs(a - b))
    return float(np.max(distance, initial=0.0))
