"""Result files: netCDF-4 with names, units, the scenario's text, versions and seed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from clsim.errors import BadInput, Place
from clsim.model.layout import PARAMETERS
from clsim.result import KINDS, Result, Variable, attributes_of, dimension
from clsim.scenario.scenario import loads

SUFFIXES = (".nc", ".csv")
CONVENTIONS = "CF-1.11"


def check_target(path: str | Path, suffixes: tuple[str, ...] = SUFFIXES) -> Path:
    """A path that can be written; raises `BadInput` before any work is done."""
    target = Path(path)
    where = Place(str(target))
    if target.suffix not in suffixes:
        raise BadInput(
            "has an unknown extension",
            given=repr(target.suffix),
            allowed=", ".join(suffixes),
            place=where,
        )
    if target.is_dir():
        raise BadInput("is a folder, not a file", place=where)
    if not target.parent.is_dir():
        raise BadInput(f'there is no folder "{target.parent}"', place=where)
    if not os.access(target.parent, os.W_OK) or (
        target.exists() and not os.access(target, os.W_OK)
    ):
        raise BadInput("cannot be written", place=where)
    return target


def save(result: Result, path: str | Path) -> Path:
    """Write a result; an existing file is replaced only when the new one is complete."""
    target = check_target(path)
    try:
        handle, draft = tempfile.mkstemp(suffix=target.suffix, dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise BadInput(f"cannot be written ({error.strerror})", place=Place(str(target))) from None
    try:
        if target.suffix == ".csv":
            result.to_pandas().to_csv(draft)
        else:
            _write(result, draft)
        umask = os.umask(0)
        os.umask(umask)
        Path(draft).chmod(0o666 & ~umask)  # mkstemp makes private files
        Path(draft).replace(target)
    except OSError as error:
        raise BadInput(f"cannot be written ({error})", place=Place(str(target))) from None
    finally:
        Path(draft).unlink(missing_ok=True)
    return target


def _write(result: Result, path: str) -> None:
    from netCDF4 import Dataset

    wanted = result.scenario.outputs or tuple(result)
    with Dataset(path, "w", format="NETCDF4") as file:
        file.setncatts({"Conventions": CONVENTIONS, **result.attributes()})
        file.createDimension("time", len(result.time))
        time = file.createVariable("time", "f8", ("time",))
        time.setncatts({"units": "min", "long_name": "time from the start", "axis": "T"})
        time[:] = result.time
        for variable in result.variables:
            if variable.name in wanted:
                dims = ("time", *_second(file, variable))
                made = file.createVariable(
                    variable.name, "f8", dims, compression="zlib", complevel=1, shuffle=True
                )
                made.setncatts(attributes_of(variable))
                made[:] = result[variable.name].values
        group = file.createGroup("parameters")
        known = {each.name: each for each in PARAMETERS}
        for name, value in result.parameters.items():
            parameter = known[name]
            described = Variable(name, "", parameter.unit, parameter.label, parameter.per)
            made = group.createVariable(name, "f8", _second(file, described))
            made.setncatts({"units": parameter.unit, "long_name": parameter.label})
            made[...] = value
        if "policy" in result.facts:
            from clsim.managed.files import write

            write(result, file)


def _second(file: Any, variable: Variable) -> tuple[str, ...]:
    """The dimension of beds or pockets, made when it is first needed."""
    if not variable.per:
        return ()
    name = dimension(variable)
    if name not in file.dimensions:
        file.createDimension(name, len(variable.per))
        labels = file.createVariable(name, str, (name,))
        labels[:] = np.array(variable.per, dtype=object)
    return (name,)


def load_result(path: str | Path) -> Result:
    """Read a file that `save` has written.

    Raises
    ------
    BadInput
        If it is missing, no netCDF file, or not one of ours.
    """
    from netCDF4 import Dataset

    where = Place(str(path))
    if not Path(path).is_file():
        raise BadInput("there is no such file", place=where)
    try:
        file = Dataset(str(path), "r")
    except OSError:
        raise BadInput("is not a netCDF file", place=where) from None
    with file:
        file.set_auto_mask(False)
        if "clsim_version" not in file.ncattrs() or "scenario" not in file.ncattrs():
            raise BadInput("is not a result of clsim", place=where)
        attributes = {name: str(file.getncattr(name)) for name in file.ncattrs()}
        try:
            scenario = loads(attributes["scenario"], attributes["scenario_name"])
        except BadInput as error:
            raise BadInput(
                f"holds a scenario of clsim {attributes['clsim_version']} "
                f"that this version cannot read ({error})",
                place=where,
            ) from None
        variables = tuple(
            _variable(file, name) for name in file.variables if name not in file.dimensions
        )
        matrices = {kind: _matrix(file, variables, kind) for kind in KINDS}
        found: dict[str, Any] = {
            "time": np.array(file["time"][:]),
            **{f"{kind}s": matrix for kind, matrix in matrices.items()},
            "scenario": scenario,
            "parameters": _parameters(file),
            "variables": variables,
            "stamp": _stamp(attributes),
        }
        try:
            if "forks" in attributes:
                from clsim.managed.hand import forks_of

                found["forks"] = forks_of(attributes["forks"])
            if "policy" not in attributes:
                return Result(**found)
            from clsim.managed.files import read

            return read(found, attributes, file)
        except BadInput as error:
            raise BadInput(f"holds a policy or orders of clsim {attributes['clsim_version']} "
                           f"that this version cannot read ({error})", place=where) from None


def _variable(file: Any, name: str) -> Variable:
    stored = file[name]
    per = tuple(str(part) for part in file[stored.dimensions[1]][:]) if stored.ndim > 1 else ()
    show = stored.shown_unit if "shown_unit" in stored.ncattrs() else ""
    return Variable(name, stored.kind, stored.units, stored.long_name, per, show)


def _matrix(file: Any, variables: tuple[Variable, ...], kind: str) -> np.ndarray[Any, Any]:
    length = len(file.dimensions["time"])
    columns = [file[v.name][:].reshape(length, -1) for v in variables if v.kind == kind]
    return np.concatenate(columns, axis=1) if columns else np.empty((length, 0))


def _parameters(file: Any) -> dict[str, float | tuple[float, ...]]:
    if "parameters" not in file.groups:
        return {}
    return {
        name: tuple(map(float, stored[:])) if stored.ndim else float(stored[...])
        for name, stored in file["parameters"].variables.items()
    }


def _stamp(attributes: Mapping[str, str]) -> dict[str, str]:
    keys = {"source_hash": "source_hash"}
    keys |= {f"{key}_version": key for key in ("clsim", "numpy", "numba", "python", "machine")}
    return {short: attributes[key] for key, short in keys.items() if key in attributes}
