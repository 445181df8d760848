"""Files of a cohort: patients as Parquet, bands and kept courses as netCDF, the hash of values.

The bytes of a table do not depend on how the work was cut: rows stand in the order of patients,
in groups of a fixed size, and nothing tells when or where they were computed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.crowd.columns import Band, Column, Plan
from clsim.crowd.parts import Course, Part
from clsim.disclaimer import DISCLAIMER
from clsim.errors import BadInput, Place
from clsim.result import Variable, attributes_of, dimension
from clsim.store import CONVENTIONS

GROUP = 8192  # rows that stand together in a table
QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)
PATIENTS, BANDS, COURSES, SUMMARY = "patients.parquet", "bands.nc", "courses.nc", "summary.json"


def about(plan: Plan) -> dict[str, str]:
    """What every file of a cohort says of itself."""
    return {**plan.facts, "plan_digest": plan.digest(), "disclaimer": DISCLAIMER}


# ------------------------------------------------------------------------------------- patients


def write_patients(parts: Iterator[Part], plan: Plan, path: Path) -> NDArray[np.int64] | None:
    """One row for each patient, in order; the parts are read once and never held together.

    Returns
    -------
    int64 (n_bands, n_times, n_bins) or None
        The sum of the histograms on the way; None without patients.
    """
    import pyarrow as pa
    from pyarrow import parquet

    counts: NDArray[np.int64] | None = None
    writer: Any = None
    held: list[NDArray[Any]] = []
    waiting = 0
    try:
        for part in parts:
            counts = part.histograms.copy() if counts is None else counts + part.histograms
            if writer is None:
                schema = _schema(pa, plan, part.rows.dtype)
                floats = [each.name for each in schema if pa.types.is_floating(each.type)]
                writer = parquet.ParquetWriter(
                    *(path, schema),
                    compression="zstd",
                    use_dictionary=False,
                    use_byte_stream_split=floats,
                )
            held.append(part.rows)
            waiting += len(part.rows)
            while waiting >= GROUP:
                rows = np.concatenate(held)
                writer.write_table(_table(pa, rows[:GROUP], schema), GROUP)
                held, waiting = [rows[GROUP:].copy()], waiting - GROUP
        if waiting:
            writer.write_table(_table(pa, np.concatenate(held), schema), GROUP)
    finally:
        if writer is not None:
            writer.close()
    return counts


def _schema(pa: Any, plan: Plan, dtype: np.dtype[Any]) -> Any:
    fields = []
    for column in plan.columns:
        said = {"unit": column.unit, "label": column.label, "kind": column.kind}
        if column.meanings:
            said["meanings"] = json.dumps({str(code): x for code, x in column.meanings.items()})
        kind = pa.from_numpy_dtype(dtype[column.name])
        fields.append(pa.field(column.name, kind, nullable=False, metadata=said))
    return pa.schema(fields, metadata=about(plan))


def _table(pa: Any, rows: NDArray[Any], schema: Any) -> Any:
    arrays = [pa.array(np.ascontiguousarray(rows[name])) for name in schema.names]
    return pa.Table.from_arrays(arrays, schema=schema)


class Patients:
    """A table of patients that was written; columns are read one at a time.

    Raises
    ------
    BadInput
        If the file is missing, no Parquet, or not ours.
    """

    def __init__(self, path: str | Path) -> None:
        import pyarrow
        from pyarrow import parquet

        where = Place(str(path))
        if not Path(path).is_file():
            raise BadInput("there is no such file", place=where)
        try:
            self._file = parquet.ParquetFile(path)
        except pyarrow.ArrowInvalid:
            raise BadInput("is not a Parquet file", place=where) from None
        schema = self._file.schema_arrow
        told = schema.metadata or {}
        if b"plan_digest" not in told:
            raise BadInput("is not a cohort of clsim", place=where)
        self.about = {key.decode(): value.decode() for key, value in told.items() if key != b"ARROW:schema"}
        self.columns = tuple(_column(each.name, each.metadata) for each in schema)

    def __len__(self) -> int:
        return int(self._file.metadata.num_rows)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Values of a column, in the order of patients."""
        return np.asarray(self._file.read([name]).column(0).to_numpy())

    def of(self, kind: str) -> tuple[Column, ...]:
        """The columns of a kind."""
        return tuple(column for column in self.columns if column.kind == kind)

    def rows(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Whole rows, {column: value}, by their place in the file."""
        found: list[dict[str, Any]] = [{} for _ in numbers]
        for column in self.columns if numbers else ():
            values = self[column.name]
            for row, number in zip(found, numbers, strict=True):
                row[column.name] = values[number].item()
        return found

    def groups(self) -> Iterator[dict[str, NDArray[Any]]]:
        """The columns of some thousand rows after the other."""
        for i in range(self._file.num_row_groups):
            group = self._file.read_row_group(i)
            yield {name: group[name].to_numpy() for name in group.column_names}

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def _column(name: str, metadata: Mapping[bytes, bytes]) -> Column:
    said = {key.decode(): value.decode() for key, value in metadata.items()}
    meanings = {int(code): word for code, word in json.loads(said.get("meanings", "{}")).items()}
    return Column(name, said["unit"], said["label"], said["kind"], meanings)


# ---------------------------------------------------------------------------------------- bands


def quantile(counts: NDArray[np.int64], edges: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """The value below which a share of the counted lies, (n_times,).

    Parameters
    ----------
    counts : int64 (n_times, n_bins)
    edges : float64 (n_bins + 1,)
        Within a bin values are taken as evenly spread; in an open bin its finite edge is told.
    share : float
        Between 0 and 1.

    Returns
    -------
    float64
        Not a number where nobody was counted.
    """
    below = np.cumsum(counts, axis=1)
    total = below[:, -1]
    wanted = share * total
    bins = np.argmax(below >= np.maximum(wanted, 1e-9)[:, None], axis=1)
    here = np.take_along_axis(counts, bins[:, None], 1)[:, 0]
    before = np.take_along_axis(below, bins[:, None], 1)[:, 0] - here
    low, high = edges[bins], edges[bins + 1]
    low, high = np.where(np.isinf(low), high, low), np.where(np.isinf(high), low, high)
    inside = (wanted - before) / np.maximum(here, 1)
    return np.where(total > 0, low + (high - low) * inside, np.nan)


def write_bands(counts: NDArray[np.int64], plan: Plan, path: Path) -> None:
    """Quantiles of each signal over time, and how many patients were counted."""
    with _dataset(path, plan) as file:
        _axis(file, "time", plan.bands[0].times, {"units": "min", "axis": "T"})
        _axis(file, "quantile", np.array(QUANTILES), {"units": "1"})
        for band, each in zip(plan.bands, counts, strict=True):
            made = file.createVariable(band.name, "f8", ("quantile", "time"))
            made.setncatts({"units": band.unit, "long_name": band.label} | _accuracy(band))
            for i, share in enumerate(QUANTILES):
                made[i] = quantile(each, band.edges, share)
            made = file.createVariable(f"{band.name}_patients", "i8", ("time",))
            made.setncatts({"units": "1", "long_name": f"patients counted: {band.label}"})
            made[:] = each.sum(axis=1)


def _accuracy(band: Band) -> dict[str, Any]:
    widths = np.diff(band.edges)
    return {"widest_bin": float(widths[np.isfinite(widths)].max(initial=0.0))}


# ---------------------------------------------------------------------------------- kept courses


def write_courses(parts: Iterator[Part], plan: Plan, path: Path) -> tuple[int, ...]:
    """States and flows of the kept patients over time; a course that ends early ends in NaN.

    Returns
    -------
    tuple of int
        Whose courses there are: those who were treated.
    """
    found: list[int] = []
    with _dataset(path, plan) as file:
        file.createDimension("patient", None)
        number = file.createVariable("patient", "i8", ("patient",))
        number.setncatts({"long_name": "number of the patient"})
        _axis(file, "time", plan.times, {"units": "min", "axis": "T"})
        for variable in plan.variables:
            if variable.kind in ("state", "flow"):
                dims = ("patient", "time", *_parts_of(file, variable))
                made = file.createVariable(
                    *(variable.name, "f8", dims),
                    compression="zlib",
                    complevel=1,
                    shuffle=True,
                    fill_value=np.nan,
                    chunksizes=(1, len(plan.times), *([variable.width] if variable.per else [])),
                )
                made.setncatts(attributes_of(variable))
        for part in parts:
            for patient, course in sorted(part.kept.items()):
                number[len(found)] = patient
                _one_course(file, len(found), course, plan.variables)
                found.append(patient)
    return tuple(found)


def _one_course(file: Any, row: int, course: Course, variables: Sequence[Variable]) -> None:
    for kind, matrix in zip(("state", "flow"), course, strict=True):
        first = 0
        for variable in variables:
            if variable.kind == kind:
                values = matrix[:, first : first + variable.width]
                first += variable.width
                shape = (len(values), variable.width) if variable.per else (len(values),)
                file[variable.name][row, : len(values)] = values.reshape(shape)
        if first != matrix.shape[1]:
            raise ValueError(f"a course has {matrix.shape[1]} {kind} columns, not {first}")


def _parts_of(file: Any, variable: Variable) -> tuple[str, ...]:
    if not variable.per:
        return ()
    name = dimension(variable)
    if name not in file.dimensions:
        _axis(file, name, np.array(variable.per, dtype=object), {})
    return (name,)


def _dataset(path: Path, plan: Plan) -> Any:
    from netCDF4 import Dataset

    file = Dataset(str(path), "w", format="NETCDF4")
    file.setncatts({"Conventions": CONVENTIONS, **about(plan)})
    return file


def _axis(file: Any, name: str, values: NDArray[Any], attributes: Mapping[str, str]) -> None:
    file.createDimension(name, len(values))
    made = file.createVariable(name, str if values.dtype == object else "f8", (name,))
    made.setncatts(attributes)
    made[:] = values


# ------------------------------------------------------------------------------------ the hash


def content_hash(path: str | Path) -> str:
    """SHA-256 of names and values in a file or folder of a cohort, whatever its bytes.

    Equal for two runs exactly when every number of every patient has the same bits (all that
    are not a number count as one).
    """
    target = Path(path)
    if target.is_dir():
        files = [target / name for name in (PATIENTS, BANDS, COURSES) if (target / name).is_file()]
        if not files:
            raise BadInput("is not a cohort of clsim", place=Place(str(path)))
        digests = "".join(f"{file.name} {content_hash(file)}\n" for file in files)
        return hashlib.sha256(digests.encode()).hexdigest()
    return _hash_of_values(_netcdf(target) if target.suffix == ".nc" else _parquet(target))


def _parquet(path: Path) -> Iterator[tuple[str, NDArray[Any]]]:
    table = Patients(path)
    for group in table.groups():
        yield from group.items()
    table.close()


def _netcdf(path: Path) -> Iterator[tuple[str, NDArray[Any]]]:
    from netCDF4 import Dataset

    with Dataset(str(path), "r") as file:
        file.set_auto_mask(False)
        for name in sorted(file.variables):
            stored = file[name]
            if stored.dtype is str:
                yield name, np.frombuffer("\n".join(stored[:]).encode(), np.uint8)
            elif stored.ndim < 2:
                yield name, np.asarray(stored[:])
            else:  # may be large
                yield from ((name, np.asarray(stored[i])) for i in range(len(stored)))


def _hash_of_values(pieces: Iterator[tuple[str, NDArray[Any]]]) -> str:
    hashes: dict[str, Any] = {}
    for name, values in pieces:
        column = hashes.get(name)
        if column is None:
            column = hashes[name] = hashlib.sha256(f"{name} {values.dtype.str}\n".encode())
        if values.dtype.kind == "f":
            values = np.where(np.isnan(values), np.nan, values)
        column.update(np.ascontiguousarray(values).tobytes())
    whole = "".join(f"{name} {column.hexdigest()}\n" for name, column in hashes.items())
    return hashlib.sha256(whole.encode()).hexdigest()
