"""Compiled code is kept for the next process, and never survives an edit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import clsim.jit
from clsim.jit import cache_root, driver, kernel, prune, stamp

PACKAGE = Path(clsim.jit.__file__).parent
OLD = 10 * clsim.jit.GRACE
KERNEL_FLOOR = ("jit.py", "lanes.py", "lane_types.py", "lane_records.py", "vmath.py", "engine")

LAW = """
import numpy as np
from clsim.jit import kernel
from clsim.engine.advance import make_advance

X = np.dtype((np.record, [("a", "f8")]))

@kernel
def rhs(x, p, u, f, dx):
    f.a = {constant} * x.a
    dx.a += u.a + p.a - f.a

advance = make_advance(rhs, X, X, X, X)
"""

USE = """
import time
import numpy as np
from clsim.law import advance
from clsim.engine.advance import integrate
from clsim.engine.timeline import make_timeline

line = make_timeline([], ["a"], [0.0], [0.0, 1.0])
begin = time.perf_counter()
one = np.ones(1)
states, flows, report = integrate(advance, one, 0 * one, line, 0.5, -one, np.inf * one)
print(flows[0, 0], len(advance.stats.cache_hits), time.perf_counter() - begin)
"""


def test_a_second_process_starts_at_once_and_an_edited_law_is_compiled_anew(tmp_path):
    package = tmp_path / "clsim"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in KERNEL_FLOOR:
        source = PACKAGE / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, package / name)
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(tmp_path / "cache"),
        "PYTHONPATH": str(tmp_path),
        "NUMBA_DISABLE_JIT": "0",
    }

    def use(constant):
        (package / "law.py").write_text(LAW.format(constant=constant))
        command = [sys.executable, "-c", USE]
        done = subprocess.run(
            command, check=True, env=environment, cwd=tmp_path, text=True, stdout=subprocess.PIPE
        )
        flow, hits, seconds = done.stdout.split()
        return float(flow), int(hits), float(seconds)

    assert use(2.0)[:2] == (2.0, 0)
    flow, hits, seconds = use(2.0)
    assert (flow, hits) == (2.0, 1)
    assert seconds < 1.0
    assert use(3.0)[:2] == (3.0, 0)
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_the_stamp_knows_every_source_by_name_and_content(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "inner" / "b.py").write_text("y = 1\n")
    (tmp_path / "notes.txt").write_text("first\n")
    first = stamp(tmp_path)
    assert re.fullmatch("[0-9a-f]{16}", first)
    (tmp_path / "notes.txt").write_text("second\n")
    assert stamp(tmp_path) == first
    (tmp_path / "inner" / "b.py").write_text("y = 2\n")
    second = stamp(tmp_path)
    (tmp_path / "inner" / "b.py").rename(tmp_path / "inner" / "c.py")
    assert len({first, second, stamp(tmp_path)}) == 3


def make_stamps(root, ages):
    for i, age in enumerate(ages):
        folder = root / f"{i:016x}"
        folder.mkdir()
        (folder / "code").touch()
        touched = time.time() - age
        os.utime(folder, (touched, touched))


def test_old_stamps_are_pruned_and_nothing_else(tmp_path):
    make_stamps(tmp_path, [OLD + i for i in range(7)])
    (tmp_path / "somebody_else").mkdir()
    prune(tmp_path)
    kept = [f"{i:016x}" for i in range(clsim.jit.KEEP)]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*kept, "somebody_else"])


def test_stamps_that_may_be_in_use_stay(tmp_path):
    make_stamps(tmp_path, [60.0 * i for i in range(7)])
    prune(tmp_path)
    assert len(list(tmp_path.iterdir())) == 7


def test_several_processes_may_prune_at_once(tmp_path):
    make_stamps(tmp_path, [OLD + i for i in range(40)])
    script = "import sys, pathlib; from clsim.jit import prune; prune(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-c", script, str(tmp_path)]
    runs = [subprocess.Popen(command) for _ in range(3)]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert len(list(tmp_path.iterdir())) == clsim.jit.KEEP


def test_the_cache_root_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "given"))
    assert cache_root() == tmp_path / "given"
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_root() == tmp_path / "clsim"


def test_a_folder_that_cannot_be_written_means_no_cache(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert clsim.jit.open_cache() is None


@pytest.mark.skipif(clsim.jit.CACHE is None, reason="nothing is compiled or kept")
def test_loops_from_outside_the_package_are_not_kept():
    @driver()
    def loop(x):
        return 2.0 * x

    assert loop(3.0) == 6.0
    assert loop.stats.cache_path is None


def test_a_division_by_zero_is_an_infinity_not_an_exception():
    @kernel
    def divide(a, b):
        return a / b

    with np.errstate(divide="ignore"):
        assert divide(np.float64(1.0), np.float64(0.0)) == np.inf


def test_numba_is_decided_upon_in_one_file_only():
    for file in PACKAGE.rglob("*.py"):
        if file.name != "jit.py":
            assert not re.search(r"\b(njit|jitclass|vectorize)\b", file.read_text()), file
