"""Which policies no other one beats in both of two outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from clsim.compare.endpoints import LESS, MORE
from clsim.errors import BadInput


class Point(NamedTuple):
    """A policy in the plane of two outcomes, with the 95 % interval of each mean."""

    name: str
    x: float
    y: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float


class Plane(NamedTuple):
    """Two outcomes: labels with units, and which way is better."""

    x_label: str
    y_label: str
    x_better: str
    y_better: str


def plane(records: Sequence[Mapping[str, Any]], x: str, y: str) -> tuple[Plane, list[Point]]:
    """The policies of some records in the plane of outcomes ``x`` and ``y``; those not known are left out.

    Raises
    ------
    BadInput
        If an outcome is not among the records, or says not which way is better.
    """
    by_outcome = {name: {each["policy"]: each for each in records if each["outcome"] == name} for name in (x, y)}
    for name, found in by_outcome.items():
        if not found:
            raise BadInput("is not among the outcomes compared", given=name, key="Pareto front",
                           allowed=", ".join(dict.fromkeys(each["outcome"] for each in records)))  # fmt: skip
        if next(iter(found.values()))["better"] not in (LESS, MORE):
            raise BadInput("has no front: neither more nor less of it is better", given=name, key="Pareto front")
    across, up = by_outcome[x], by_outcome[y]
    first, second = next(iter(across.values())), next(iter(up.values()))
    labels = [each["label"] + (f" [{each['unit']}]" if each["unit"] else "") for each in (first, second)]
    points = [
        Point(name, each["mean"], up[name]["mean"], *_ends(each), *_ends(up[name]))
        for name, each in across.items() if name in up and each["mean"] is not None and up[name]["mean"] is not None
    ]  # fmt: skip
    return Plane(labels[0], labels[1], first["better"], second["better"]), points


def _ends(record: Mapping[str, Any]) -> tuple[float, float]:
    low, high = (record["mean"] if record[key] is None else record[key] for key in ("mean_low", "mean_high"))
    return low, high


def front(points: Sequence[Point], where: Plane) -> list[Point]:
    """The points that no other one equals or beats in both outcomes and beats in one, along x."""
    x, y = (1.0 if better == MORE else -1.0 for better in (where.x_better, where.y_better))

    def beaten(point: Point) -> bool:
        gains = [(x * (other.x - point.x), y * (other.y - point.y)) for other in points]
        return any(across >= 0.0 and up >= 0.0 and across + up > 0.0 for across, up in gains)

    return sorted((point for point in points if not beaten(point)), key=lambda point: (point.x, point.y))
