"""Finished blocks on disk, so that a killed run can go on where it was.

Beside the output ``x`` stands a folder ``x.parts`` with a manifest (what is computed, and how it
is cut) and one file for each finished block.  Every file is written under another name and then
renamed: what bears its final name is whole, whenever the process was killed.  A file that a
power cut has torn is found by its checksums and computed again.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import zipfile
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from clsim.crowd.columns import Block, Plan
from clsim.errors import BadInput, Place

Course = tuple[NDArray[np.float64], NDArray[np.float64]]

MANIFEST = "manifest.json"
DRAFT = ".draft"
HEADER = 1_000_000  # bytes that name the columns of a part
CROWDED = 16  # kept courses in a block; each takes some megabytes
FILES = ("*.npz", f"*{DRAFT}")


@dataclass(frozen=True)
class Part:
    """A block as it is kept: a structured array of rows, histograms, and kept courses."""

    rows: NDArray[Any]
    histograms: NDArray[np.int64]
    kept: Mapping[int, Course]


def pack(plan: Plan, block: Block, first: int, count: int) -> bytes:
    """A block as bytes: numpy arrays in a zip archive, nearly empty histograms made small.

    Raises
    ------
    ValueError
        If the block is not what the plan says of it.
    """
    names = tuple(column.name for column in plan.columns)
    if tuple(block.rows) != names:
        twice = sorted({name for name in names if names.count(name) > 1})
        wrong = twice or sorted(set(block.rows) ^ set(names)) or "their order"
        raise ValueError(f"block {first} has other columns than the plan: {wrong}")
    arrays = {name: np.asarray(block.rows[name]) for name in names}
    for name, values in arrays.items():
        if values.shape != (count,):
            raise ValueError(f"block {first}: {name} has shape {values.shape}, not ({count},)")
    rows = np.empty(count, np.dtype([(name, each.dtype) for name, each in arrays.items()]))
    for name, values in arrays.items():
        rows[name] = values
    counts = np.asarray(block.histograms)
    smallest = np.min_scalar_type(int(counts.max(initial=0)))
    members: dict[str, NDArray[Any]] = {"rows": rows, "histograms": counts.astype(smallest)}
    for number, (states, flows) in block.kept.items():
        members[f"states_{number}"], members[f"flows_{number}"] = states, flows
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compresslevel=1) as archive:
        for name, member in members.items():
            info = zipfile.ZipInfo(f"{name}.npy")
            info.compress_type = zipfile.ZIP_DEFLATED if name == "histograms" else zipfile.ZIP_STORED
            with archive.open(info, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.ascontiguousarray(member), allow_pickle=False)
    return target.getvalue()


def unpack(source: Path | IO[bytes]) -> Part:
    """What `pack` has written."""
    with np.load(source, allow_pickle=False, max_header_size=HEADER) as found:
        numbers = [int(name[7:]) for name in found.files if name.startswith("states_")]
        kept = {n: (found[f"states_{n}"], found[f"flows_{n}"]) for n in numbers}
        return Part(found["rows"], found["histograms"].astype(np.int64), kept)


def identity(plan: Plan) -> dict[str, str]:
    """What must be the same for two runs to share their parts, by name."""
    kept = ", ".join(map(str, plan.kept))
    return {"patients": str(plan.total), "kept": kept, **plan.facts}


@dataclass
class Parts:
    """The folder of one run.

    Parameters
    ----------
    folder : Path
        Where the parts lie.
    total, size : int
        Number of patients, and of patients in a block (the last may be smaller).
    kept : tuple of int
        Patients whose courses are kept; where they stand close together, blocks are smaller.
    """

    folder: Path
    total: int
    size: int
    kept: tuple[int, ...] = ()
    _lock: IO[bytes] | None = field(default=None, repr=False)

    @classmethod
    def begin(
        cls, folder: Path, plan: Plan, size: int, *, resume: bool = False, force: bool = False
    ) -> Parts:
        """Make the folder, or take up the one that is there.

        Raises
        ------
        BadInput
            If there is nothing to resume, if what lies there belongs to another plan, or if
            something unfinished lies there and nobody said what to do with it.
        OSError
            If the folder cannot be written.
        """
        found = _manifest(folder)
        if resume:
            if found is None:
                raise BadInput("there is nothing to resume", key="--resume", place=_place(folder))
            if found["digest"] != plan.digest() or found["identity"] != identity(plan):
                raise BadInput(
                    f"what was begun is another run: {difference(found['identity'], plan)}",
                    allowed="the same command, or --force to begin anew",
                    key="--resume",
                    place=_place(folder),
                )
            parts = cls(folder, plan.total, int(found["block"]), plan.kept)
            parts._hold()
            parts._sweep(f"*{DRAFT}")
            return parts
        parts = cls(folder, plan.total, size, plan.kept)
        if found is not None and not force and any(folder.glob(FILES[0])):
            raise BadInput(
                "an unfinished run lies there",
                allowed="--resume to continue it, --force to begin anew",
                place=_place(folder),
            )
        folder.mkdir(exist_ok=True)
        if found is not None:
            parts._hold()
        parts._sweep(*FILES)
        about = {"digest": plan.digest(), "block": size, "identity": identity(plan)}
        write(folder / MANIFEST, json.dumps(about, indent=1).encode())
        parts._hold()
        return parts

    def blocks(self) -> list[tuple[int, int]]:
        """All (first, count), in order."""
        found = []
        for start in range(0, self.total, self.size):
            stop = min(start + self.size, self.total)
            courses = bisect_left(self.kept, stop) - bisect_left(self.kept, start)
            step = self.size if courses <= CROWDED else CROWDED
            found += [(first, min(step, stop - first)) for first in range(start, stop, step)]
        return found

    def file(self, first: int) -> Path:
        """Where the block that begins with a patient lies."""
        return self.folder / f"{first:012d}.npz"

    def missing(self) -> list[tuple[int, int]]:
        """The (first, count) that are not there, or not whole."""
        return [block for block in self.blocks() if not _whole(self.file(block[0]))]

    def keep(self, first: int, content: bytes) -> None:
        """Write a finished block."""
        write(self.file(first), content)

    def told(self) -> str:
        """How much is finished, in words."""
        blocks = self.blocks()
        done = sum(self.file(first).is_file() for first, _ in blocks)
        return f"{done} of {len(blocks)} blocks are finished"

    def __iter__(self) -> Iterator[Part]:
        """All parts in the order of patients."""
        for first, _ in self.blocks():
            yield unpack(self.file(first))

    def with_courses(self) -> Iterator[Part]:
        """The parts that hold kept patients, in order."""
        for first, count in self.blocks():
            if bisect_left(self.kept, first) < bisect_left(self.kept, first + count):
                yield unpack(self.file(first))

    def remove(self) -> None:
        """Take away what is ours; a folder that holds something else stays."""
        self._sweep(*FILES)
        (self.folder / MANIFEST).unlink(missing_ok=True)
        self.release()
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def release(self) -> None:
        """Let another process have the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _sweep(self, *patterns: str) -> None:
        for pattern in patterns:
            for file in self.folder.glob(pattern):
                file.unlink(missing_ok=True)

    def _hold(self) -> None:
        """Keep other processes away; the system lets go when this process ends, however it ends."""
        self.release()
        try:
            import fcntl
        except ImportError:  # not on every system; there two runs on one output are not told apart
            return
        self._lock = (self.folder / MANIFEST).open("rb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            raise BadInput("another run is writing here", place=_place(self.folder)) from None
        except OSError:
            self.release()  # a file system without locks


def write(path: Path, content: bytes) -> None:
    """A file that is whole or not there."""
    draft = path.with_name(path.name + DRAFT)
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def difference(before: Mapping[str, str], plan: Plan) -> str:
    """In which facts a plan differs from what was begun."""
    now = identity(plan)
    told = []
    for name in [*now, *(name for name in before if name not in now)]:
        old, new = before.get(name, ""), now.get(name, "")
        if old == new:
            continue
        lines = zip(_lines(old, new), _lines(new, old), strict=True)
        at, a, b = next((i, a, b) for i, (a, b) in enumerate(lines, 1) if a != b)
        where = f"{name}, line {at}," if "\n" in old + new else name
        told.append(f"{where} was {_short(a)}, is {_short(b)}")
    return "; ".join(told) or "the hash of its plan differs"


def _lines(text: str, other: str) -> list[str]:
    lines = text.split("\n")
    return lines + [""] * (other.count("\n") - text.count("\n"))


def _short(text: str) -> str:
    text = text.strip()
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'


def _manifest(folder: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def _whole(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.testzip() is None
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        return False


def _place(path: Path) -> Place:
    return Place(os.fspath(path))
