"""Every decision about numba: flags, how many lanes, and where compiled code is kept.

``kernel``  compiles a law of the model (inner function, not cached by itself);
``inline``  compiles a piece of arithmetic that is always copied into its caller;
``borrower``  the same for a piece that reads and writes many arrays of its caller and makes none: it
counts no references to them, which would cost more than the work;
``driver(...)``  compiles the outermost loop and keeps it on disk.

All use numpy's error model (a division by zero gives an infinity, as in
lanes) and no fast-math: with IEEE operations only and nothing fused or
reordered, one patient, a group of lanes and plain Python
(``NUMBA_DISABLE_JIT=1``) give the same bits.

Numba decides whether a cached driver is still valid by looking at the driver's
own file, not at the kernels it calls.  The folder of the cache therefore bears
the hash of every source that machine code can be made of: an edited law can never
meet an old machine code.  The rooms in `FRONT` only use what is compiled; a test
sees to it that no kernel stands there, and that nothing below imports them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from llvmlite.binding import get_host_cpu_features
from numba import njit
from numba.core.caching import FunctionCache

if not numba.config.DISABLE_JIT:
    import clsim.lane_records  # noqa: F401  (teaches numba the lanes that kernels work on)

PACKAGE = Path(__file__).parent
FRONT = ("bedside", "compare", "evidence", "lessons", "managed", "sensitivity", "validation",
         "reference.py")  # and *cli.py
KEEP = 4
GRACE = 3600.0  # seconds during which a superseded stamp may still be in use elsewhere
STAMP = re.compile(r"[0-9a-f]{16}")
LANES = 16 if get_host_cpu_features().get("avx512f") else 8  # patients side by side; any width gives the same bits


def stamp(package: Path, files: Iterable[Path] | None = None) -> str:
    """Hash of Python sources below ``package``, all if none are named: 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for file in sorted(package.rglob("*.py")) if files is None else files:
        digest.update(str(file.relative_to(package)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def compiled_from(package: Path) -> list[Path]:
    """The sources that machine code can be made of: all but the front rooms and the command line."""
    files = [(file, file.relative_to(package)) for file in sorted(package.rglob("*.py"))]
    return [file for file, inside in files if inside.parts[0] not in FRONT and not inside.stem.endswith("cli")]


def cache_root() -> Path:
    """Folder of all stamps: ``NUMBA_CACHE_DIR`` if set, else the user's cache folder."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return Path(given)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "clsim"


def prune(root: Path, keep: int = KEEP, grace: float = GRACE) -> None:
    """Remove all but the ``keep`` newest stamps of ``root`` that are older than ``grace`` seconds.

    Safe beside other processes: a folder is first renamed (only one process can
    win), and one that is in use was touched when its process began.
    """
    aged = []
    for folder in root.iterdir():
        if STAMP.fullmatch(folder.name):
            with contextlib.suppress(OSError):
                aged.append((folder.stat().st_mtime, folder))
    for touched, folder in sorted(aged, reverse=True)[keep:]:
        if time.time() - touched > grace:
            gone = folder.with_name(f"{folder.name}.{os.getpid()}.gone")
            with contextlib.suppress(OSError):
                folder.rename(gone)
                shutil.rmtree(gone, ignore_errors=True)


def open_cache() -> Path | None:
    """This source's own cache folder, marked as used; None where nothing can be written."""
    root = cache_root()
    folder = root / stamp(PACKAGE, compiled_from(PACKAGE))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        prune(root)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


CACHE = None if numba.config.DISABLE_JIT else open_cache()

PLAIN = {"error_model": "numpy", "nogil": True, "no_cfunc_wrapper": True}  # nobody calls a kernel from C
kernel: Callable[..., Any] = njit(**PLAIN)
inline: Callable[..., Any] = njit(**PLAIN, forceinline=True)
borrower: Callable[..., Any] = njit(**PLAIN, forceinline=True, _nrt=False)


class Kept(FunctionCache):
    """Numba's cache of one function on disk, told by a key of ours what the function closes over.

    Numba itself would compare pickles of the enclosed kernels, which differ in every process.
    """

    def __init__(self, function: Callable[..., Any], key: str) -> None:
        super().__init__(function)
        self.key = key

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        return sig, codegen.magic_tuple(), self.key


def driver(*enclosed: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile an outermost loop and keep the machine code for the next process.

    Parameters
    ----------
    *enclosed : kernels and record types
        Everything the loop closes over or calls.  Only what stands under the stamp is kept: a
        loop or a kernel from outside this package is compiled anew in each process.
    """
    kernels = [e for e in enclosed if not isinstance(e, np.dtype)]
    names = [f"{k.__module__}.{k.__qualname__}" for k in kernels]
    records = [repr(e.descr) for e in enclosed if isinstance(e, np.dtype)]

    def decorate(function: Callable[..., Any]) -> Any:
        compiled = kernel(function)
        modules = (each.__module__ for each in (function, *kernels))
        if CACHE is not None and all(name.startswith(f"{PACKAGE.name}.") for name in modules):
            before = numba.config.CACHE_DIR
            numba.config.CACHE_DIR = str(CACHE)  # read by Kept, then put back for other users
            try:
                compiled._cache = Kept(function, "\n".join(names + records))
            finally:
                numba.config.CACHE_DIR = before
        return compiled

    return decorate
