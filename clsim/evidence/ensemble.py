"""Sets of knobs that meet the targets equally well, shipped as data with where they come from.

An ensemble is two files: ``NAME.toml`` with its provenance, and ``NAME.csv`` with a row for each member:
its weight, its knobs (factors on what is shipped) and what it makes of every target.
"""

from __future__ import annotations

import csv
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.errors import BadInput, Place
from clsim.evidence.equations import identity
from clsim.evidence.knobs import FACTOR, SPREAD, Knob, parameter
from clsim.scenario import gallery, toml_text

COMMAND = "clsim calibrate"
WEIGHT = "weight"
FACTS = ("targets", "equations", "patients", "seed", "admissible", "made_by")  # provenance that must be there


@dataclass(frozen=True)
class Ensemble:
    """Equally admissible sets of knobs.

    Parameters
    ----------
    name : str
    knobs : tuple of Knob
    values : float64 (M, K)
        Factors on what is shipped.
    weights : float64 (M,)
        Summing to 1.
    targets : mapping of str to float64 (M,)
        What each member makes of every target, by id.
    provenance : mapping of str to str
    """

    name: str
    knobs: tuple[Knob, ...]
    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    targets: Mapping[str, NDArray[np.float64]] = field(repr=False)
    provenance: Mapping[str, str] = field(repr=False)

    def __len__(self) -> int:
        return len(self.values)

    def member(self, i: int) -> dict[str, float]:
        """Knobs of a member by name."""
        return {knob.name: float(value) for knob, value in zip(self.knobs, self.values[i], strict=True)}


def ensembles() -> list[str]:
    """Names of the shipped ensembles."""
    return sorted(file.stem for file in folder().glob("*.toml"))


def folder() -> Path:
    """Where the shipped ensembles lie."""
    return gallery.folder() / "ensembles"


def load_ensemble(source: str | Path = "hd-il2") -> Ensemble:
    """Read an ensemble.

    Parameters
    ----------
    source : str or Path
        Name of a shipped ensemble, or path of its TOML file.

    Raises
    ------
    BadInput
        If there is none, its files contradict each other, or it was made with other equations.
    """
    path = gallery.shipped(source, "ensemble", folder(), ensembles())
    document = toml_text.read(path)
    place = Place(str(path))
    facts = document.data.get("provenance", {})
    missing = [key for key in FACTS if key not in facts]
    if missing:
        raise BadInput("says not where it comes from", allowed=", ".join(missing), key="[provenance]", place=place)
    knobs = tuple(_knob(each, document.place(("knob", i)) or place)
                  for i, each in enumerate(document.data.get("knob", [])))
    if facts["equations"] != identity():
        raise BadInput(
            "was made with other equations or values than those that are here", given=str(facts["equations"]),
            allowed=f"{identity()}; make it anew: {_remake(str(facts['made_by']), path)}", key="[provenance] equations",
            place=document.place(("provenance", "equations")) or place)
    return _table(path, knobs, {key: str(value) for key, value in facts.items()})


def write_ensemble(ensemble: Ensemble, path: Path) -> None:
    """Both files of an ensemble, the table first."""
    header = [WEIGHT, *(knob.name for knob in ensemble.knobs), *ensemble.targets]
    with path.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        for i in range(len(ensemble)):
            row = [ensemble.weights[i], *ensemble.values[i], *(each[i] for each in ensemble.targets.values())]
            table.writerow([f"{value:.6g}" for value in row])
    data: dict[str, Any] = {"provenance": dict(ensemble.provenance), "knob": [
        {"name": knob.name, "low": knob.low, "high": knob.high, "why": knob.label} for knob in ensemble.knobs]}
    path.with_suffix(".toml").write_text(
        f"# Sets of knobs that meet the targets; written by `{COMMAND}`, changes here are lost.\n"
        + toml_text.write(data), encoding="utf-8")


def _remake(made_by: str, path: Path) -> str:
    """The command that made an ensemble, such that it replaces it."""
    return made_by.replace(f"--out {path.name}", f"--out {shlex.quote(str(path))} --force")


def _knob(row: Mapping[str, Any], place: Place) -> Knob:
    try:
        parameter(row["name"])
    except BadInput as error:
        raise error.at("[[knob]]", place) from None
    return Knob(row["name"], SPREAD if row["name"].endswith(SPREAD) else FACTOR, row["why"], row["low"], row["high"])


def _table(path: Path, knobs: tuple[Knob, ...], provenance: Mapping[str, str]) -> Ensemble:
    file = path.with_suffix(".csv")
    if not file.exists():
        raise BadInput("the table of its members is not there", given=file.name, place=Place(str(path)))
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    names = [WEIGHT, *(knob.name for knob in knobs)]
    if not rows or rows[0][: len(names)] != names:
        raise BadInput("its columns are not those of the knobs", given=", ".join(rows[0][:4] if rows else []),
                       allowed=", ".join(names), place=Place(str(file), 1))
    for i, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]) or not all(map(_is_number, row)):
            raise BadInput("is no row of numbers", given=", ".join(row)[:60], allowed=f"{len(rows[0])} numbers",
                           place=Place(str(file), i))
    table = np.array(rows[1:], np.float64)
    if not len(table) or not np.all(table[:, 0] > 0.0) or not np.all(table[:, 1 : len(names)] > 0.0):
        raise BadInput("weights and factors are positive, and there is at least one member", place=Place(str(file)))
    return Ensemble(path.stem, knobs, table[:, 1 : len(names)], table[:, 0] / table[:, 0].sum(),
                    {name: table[:, len(names) + k] for k, name in enumerate(rows[0][len(names):])}, provenance)


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
