"""Where the files of a cohort go: a table, or a folder of everything, put in place when whole."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clsim.crowd.blocks import block_size, cores, run_blocks
from clsim.crowd.columns import Plan, RunBlock
from clsim.crowd.files import (
    BANDS,
    COURSES,
    PATIENTS,
    SUMMARY,
    Patients,
    about,
    content_hash,
    write_bands,
    write_courses,
    write_patients,
)
from clsim.crowd.parts import DRAFT, Parts
from clsim.crowd.report import summarise
from clsim.errors import BadInput, Place
from clsim.progress import Tell, silent

FILES = (PATIENTS, BANDS, COURSES, SUMMARY)  # the summary last: where it is, the others are


@dataclass(frozen=True)
class Output:
    """What ``--out`` names.

    Parameters
    ----------
    path : Path
        A table (``.parquet``), or a folder.
    """

    path: Path

    @property
    def is_folder(self) -> bool:
        """Everything is wanted, not only the table."""
        return self.path.suffix != ".parquet"

    @property
    def parts(self) -> Path:
        """Where finished blocks are kept until all are there."""
        return self.path.with_name(self.path.name + ".parts")

    def check(self, *, resume: bool = False, force: bool = False) -> None:
        """Refuse what cannot be written, or would replace something, before any work is done.

        Raises
        ------
        BadInput
        """
        path, where = self.path, Place(str(self.path))
        if not path.name or path.name == "..":
            raise BadInput("has no name of its own", given=str(path), allowed="a new folder, or a file", key="--out")
        if path.suffix not in ("", ".parquet") and not path.is_dir():
            raise BadInput(
                "has an unknown extension",
                given=repr(path.suffix),
                allowed=".parquet for a table of patients, none for a folder of everything",
                key="--out",
                place=where,
            )
        if path.exists() and path.is_dir() != self.is_folder:
            said = "is a file, not a folder" if self.is_folder else "is a folder, not a file"
            raise BadInput(said, key="--out", place=where)
        if path.exists() and path.stat().st_dev != path.parent.stat().st_dev:
            raise BadInput("lies on another disk than the folder it is in", key="--out", place=where,
                           allowed="a place on that disk: finished blocks are kept beside it and moved")
        if not path.parent.is_dir():
            raise BadInput(f'there is no folder "{path.parent}"', key="--out", place=where)
        for each in (path.parent, path):
            if each.exists() and not os.access(each, os.W_OK):
                raise BadInput("cannot be written", key="--out", place=Place(str(each)))
        if self.parts.exists() and not self.parts.is_dir():
            raise BadInput("is not a folder of parts", place=Place(str(self.parts)))
        if resume and not self.parts.is_dir():
            problem = "there is nothing to resume"
            problem += ": it is finished" if self._there() else ""
            raise BadInput(problem, key="--resume", place=where)
        if self._there() and not (force or resume):
            raise BadInput(
                "is there already", allowed="--force to replace it", key="--out", place=where
            )

    def _there(self) -> bool:
        if self.is_folder:
            return any((self.path / name).exists() for name in FILES)
        return self.path.exists()

    def finish(self, plan: Plan, parts: Parts) -> dict[str, Any]:
        """Write the files from the finished blocks and put each in its place.

        Returns
        -------
        dict
            The summary, with the hash of the values.

        Raises
        ------
        OSError
            If the disk refuses; then the blocks are still there.
        """
        drafts = {name: parts.folder / f"{name}{DRAFT}" for name in FILES}
        counts = write_patients(iter(parts), plan, drafts[PATIENTS])
        table = Patients(drafts[PATIENTS])
        summary: dict[str, Any] = about(plan) | summarise(table, plan.sentence)
        table.close()
        summary["content_hash"] = content_hash(drafts[PATIENTS])
        if not self.is_folder:
            _settle(drafts[PATIENTS], self.path)
            return summary
        if plan.bands and counts is not None:
            write_bands(counts, plan, drafts[BANDS])
        if plan.kept:
            summary["kept"] = write_courses(parts.with_courses(), plan, drafts[COURSES])
        drafts[SUMMARY].write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
        self.path.mkdir(exist_ok=True)
        for name, draft in drafts.items():
            if draft.exists():
                _settle(draft, self.path / name)
            else:
                (self.path / name).unlink(missing_ok=True)
        return summary


def _settle(draft: Path, place: Path) -> None:
    """On the disk before it has its name: the blocks it was made of will be removed."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(place)


def produce(
    plan: Plan,
    run_block: RunBlock,
    output: Output,
    *,
    threads: int | None = None,
    scheduler: str = "",
    resume: bool = False,
    force: bool = False,
    tell: Tell = silent,
) -> tuple[dict[str, Any], int]:
    """Compute what is missing of a cohort and write its files.

    Parameters
    ----------
    plan, run_block
        What is computed.
    output : Output
        Where to.
    threads : int, optional
        Blocks at once; as many as cores if not given.
    scheduler : str
        Address of a dask scheduler that computes instead.
    resume, force : bool
        Go on with what was begun; begin anew whatever is there.
    tell : callable
        Told how far it is.

    Returns
    -------
    dict, int
        The summary, and how many patients were computed now.

    Raises
    ------
    BadInput
        If something cannot be written, resumed or replaced; finished blocks stay.
    """
    output.check(resume=resume, force=force)
    workers = threads or cores()
    try:
        size = block_size(plan.total, workers)
        parts = Parts.begin(output.parts, plan, size, resume=resume, force=force)
    except OSError as error:
        where = Place(str(output.parts))
        raise BadInput(f"cannot be written ({error.strerror})", place=where) from None
    try:
        with _usable(output.path, parts):
            computed = run_blocks(
                plan, run_block, parts, threads=workers, scheduler=scheduler, tell=tell
            )
            tell("writing", 1.0)
            summary = output.finish(plan, parts)
            parts.remove()
    except BadInput as error:
        if error.key == "--scheduler" and len(parts.missing()) == len(parts.blocks()):
            parts.remove()  # nothing was begun
        raise
    finally:
        parts.release()
    return summary, computed


@contextmanager
def _usable(path: Path, parts: Parts) -> Iterator[None]:
    """What the disk refuses is one clear error that says what is left and how to go on."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "NetCDF" not in str(error):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(
            f"cannot be written ({reason}); {parts.told()} and stay in {parts.folder}",
            allowed="make room, then repeat with --resume",
            place=Place(str(path)),
        ) from None
