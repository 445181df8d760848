"""What the model makes of the expected trends: runs, each computed once, and the numbers read off them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from clsim.crowd.run import run_cohort
from clsim.errors import BadInput, nearest
from clsim.result import Result
from clsim.simulate import simulate
from clsim.substances import molar_mass
from clsim.units import convert
from clsim.validation.trends.table import RISING, Reading, Run, Table, Trend

Numbers = NDArray[np.float64]
OVER_A_WINDOW: Mapping[str, Callable[[Numbers], np.float64]] = {"lowest": np.min, "highest": np.max, "mean": np.mean}
HOLDS, MISSES = "holds", "does not hold"
KEYS = ("id", "topic", "says", "runs", "kind", "values", "unit", "least", "least_is_share", "holds", "known_miss",
        "source")


@dataclass(frozen=True)
class Found:
    """A trend and its numbers, in the order of its readings and in its unit."""

    trend: Trend
    values: tuple[float, ...]

    @property
    def holds(self) -> bool:
        """Whether the numbers are as expected; what is not a number never is."""
        least, shares = self.trend.least, self.trend.is_share
        if not np.all(np.isfinite(self.values)):
            return False
        if self.trend.kind == RISING:
            return all(b - a >= (least * abs(a) if shares else least) for a, b in pairwise(self.values))
        largest = max(map(abs, self.values))
        return bool(max(self.values) - min(self.values) <= (least * largest if shares else least))

    @property
    def as_told(self) -> bool:
        """Whether it holds, or misses as the table says that it does."""
        return self.holds != bool(self.trend.known_miss)

    @property
    def verdict(self) -> str:
        """In words."""
        if self.holds:
            return f"{HOLDS} (listed as a known miss)" if self.trend.known_miss else HOLDS
        return f"{MISSES} (known)" if self.trend.known_miss else MISSES

    def record(self) -> dict[str, object]:
        """As JSON can hold it, keys `KEYS`."""
        trend = self.trend
        runs = [reading.run + (f" less {reading.minus}" if reading.minus else "") for reading in trend.readings]
        return {"id": trend.id, "topic": trend.topic, "says": trend.says, "runs": runs, "kind": trend.kind,
                "values": [value if np.isfinite(value) else None for value in self.values], "unit": trend.unit,
                "least": trend.least, "least_is_share": trend.is_share, "holds": self.holds,
                "known_miss": trend.known_miss, "source": trend.source}


@dataclass(frozen=True)
class Kept:
    """Of one run, the columns that are read: time [min] and values in a unit."""

    times: Numbers
    columns: Mapping[str, tuple[str, Numbers]] = field(repr=False)


def find_trends(
    table: Table, chosen: Sequence[Trend] | None = None, progress: Callable[[int, int], None] | None = None,
) -> list[Found]:
    """Compute every run that is needed, once, and read the trends off them.

    Parameters
    ----------
    table : Table
    chosen : sequence of Trend, optional
        Only these of its trends.
    progress : callable (done, total) -> None
        Told after each run.
    """
    trends = table.trends if chosen is None else chosen
    needed: dict[str, set[tuple[str, str]]] = {}
    for trend in trends:
        for reading in trend.readings:
            for name in filter(None, (reading.run, reading.minus)):
                needed.setdefault(name, set()).add((reading.of, reading.part))
    kept: dict[str, Kept] = {}
    for done, (name, wanted) in enumerate(needed.items(), 1):
        run = table.runs[name]
        kept[name] = treated(run, {of for of, _ in wanted}) if run.patients else followed(run, wanted)
        if progress is not None:
            progress(done, len(needed))
    return [Found(trend, tuple(number(reading, trend, kept) for reading in trend.readings)) for trend in trends]


def followed(run: Run, wanted: set[tuple[str, str]]) -> Kept:
    """The scenario's own patient."""
    result = simulate(run.scenario)
    return Kept(result.time, {key_of(*each): column(result, *each) for each in wanted})


def column(result: Result, of: str, part: str) -> tuple[str, Numbers]:
    """One part of a variable, or the sum of all."""
    series = result[of]
    values = series.values.sum(axis=1) if part == "all" else series[part] if part else series.values
    return series.unit, np.array(values)


def treated(run: Run, wanted: set[str]) -> Kept:
    """Patients of the default cohort, who can be treated."""
    found = run_cohort(run.scenario, run.patients, policy=run.policy)
    for name in wanted:
        if name not in found.rows:
            raise BadInput(f'"{name}" is not a column of the table of a cohort', nearest=nearest(name, found.rows))
    chosen = found["treated"].astype(bool)
    return Kept(np.zeros(0), {name: (found.column(name).unit or "1", found[name][chosen].astype(float))
                              for name in wanted})


def key_of(of: str, part: str) -> str:
    """How a column is kept."""
    return f"{of}.{part}" if part else of


def number(reading: Reading, trend: Trend, kept: Mapping[str, Kept]) -> float:
    """One number of a trend, in its unit."""
    if reading.value is not None:
        return reading.value
    try:
        own = read(reading, kept[reading.run], trend.unit)
        return own - read(reading, kept[reading.minus], trend.unit) if reading.minus else own
    except BadInput as error:
        raise error.at(f"trend {trend.id}", trend.place) from None


def read(reading: Reading, kept: Kept, unit: str) -> float:
    """The same of one run."""
    given, values = kept.columns[key_of(reading.of, reading.part)]
    if not kept.times.size:
        if given != unit:
            raise BadInput(f"{reading.of} has another unit", given=unit, allowed=f'unit = "{given}"')
        return float(np.mean(values))
    if reading.read == "value":
        found = float(np.interp(reading.begin, kept.times, values))
    else:
        inside = np.flatnonzero((kept.times >= reading.begin) & (kept.times <= reading.end))
        if not inside.size:
            raise BadInput("no output lies in the window", given=f"{reading.begin:g} to {reading.end:g} min")
        window = values[inside]
        if reading.read.startswith("time"):
            worst = np.argmin(window) if reading.read.endswith("lowest") else np.argmax(window)
            return float(kept.times[inside[worst]] - reading.begin) / 60.0
        found = float(OVER_A_WINDOW[reading.read](window))
    mass = molar_mass(reading.of)
    if reading.since is not None:
        before = float(np.interp(reading.since, kept.times, values))
        return float(convert(found, given, unit, mass) - convert(before, given, unit, mass))
    return float(convert(found, given, unit, mass))
