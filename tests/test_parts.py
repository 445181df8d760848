"""Parts: a run that is killed, stopped or out of room goes on and ends the same."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from toy_crowd import ToyPlan, begun, made

from clsim.crowd import parts
from clsim.crowd.files import Patients, content_hash
from clsim.crowd.output import Output, produce
from clsim.crowd.parts import Parts, difference
from clsim.errors import BadInput

# --------------------------------------------------------------------------------- resuming


def test_a_run_that_stopped_goes_on_and_ends_the_same(tmp_path):
    plan = ToyPlan(700, kept=(3, 17, 650))
    made(tmp_path / "whole", plan=plan)
    left = begun(tmp_path / "a", plan, 5)
    left.file(64).write_bytes(left.file(64).read_bytes()[:-500])  # torn by a power cut
    (left.folder / "000000000320.npz.draft").write_bytes(b"half")
    _, computed = made(tmp_path / "a", plan=plan, size=100, resume=True)
    assert computed == 700 - 4 * 64
    assert content_hash(tmp_path / "a") == content_hash(tmp_path / "whole")
    assert not left.folder.exists()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"seed": 8}, 'seed was "7", is "8"'),
        ({"total": 800}, 'patients was "700", is "800"'),
        ({"kept": (1,)}, 'kept was "", is "1"'),
        ({"scenario": "[run]\nhorizon = '9 h'\n"}, "scenario, line 2, was \"horizon = '6 h'\", is"),
        ({"scenario": "[run]\n"}, "scenario, line 2, was"),
    ],
)
def test_another_plan_is_not_resumed_and_it_is_said_what_differs(other, said, tmp_path):
    begun(tmp_path / "a", ToyPlan(700), 2)
    with pytest.raises(BadInput) as refusal:
        made(tmp_path / "a", plan=replace(ToyPlan(700), **other), resume=True)
    assert said in str(refusal.value)
    assert (tmp_path / "a.parts" / "000000000064.npz").exists()


def test_a_plan_that_differs_in_its_hash_only_is_refused_too():
    plan = ToyPlan(10)
    assert "hash" in difference(parts.identity(plan), plan)


def test_unfinished_work_is_not_thrown_away_unasked(tmp_path):
    begun(tmp_path / "a", ToyPlan(700), 3)
    with pytest.raises(BadInput, match="an unfinished run lies there"):
        made(tmp_path / "a")
    _, computed = made(tmp_path / "a", force=True)
    assert computed == 700


def test_nothing_to_resume_is_said(tmp_path):
    with pytest.raises(BadInput, match="nothing to resume"):
        made(tmp_path / "a", resume=True)
    made(tmp_path / "a")
    with pytest.raises(BadInput, match="it is finished"):
        made(tmp_path / "a", resume=True)
    (tmp_path / "b.parts").mkdir()
    with pytest.raises(BadInput, match="nothing to resume"):
        made(tmp_path / "b", resume=True)


def test_a_result_is_not_replaced_unasked_and_nothing_else_is_touched(tmp_path):
    made(tmp_path / "a", plan=ToyPlan(100, kept=(0,)))
    (tmp_path / "a" / "notes.txt").write_text("mine")
    with pytest.raises(BadInput, match="is there already"):
        made(tmp_path / "a", 100)
    made(tmp_path / "a", 100, force=True)
    left = {file.name for file in (tmp_path / "a").iterdir()}
    assert left == {"patients.parquet", "bands.nc", "summary.json", "notes.txt"}


def test_a_folder_of_parts_with_something_else_in_it_stays(tmp_path):
    (tmp_path / "a.parts").mkdir()
    (tmp_path / "a.parts" / "mine.txt").write_text("mine")
    made(tmp_path / "a", 100)
    assert [file.name for file in (tmp_path / "a.parts").iterdir()] == ["mine.txt"]


def test_two_runs_do_not_write_to_one_place(tmp_path):
    plan = ToyPlan(100)
    first = Parts.begin(tmp_path / "a.parts", plan, 16)
    with pytest.raises(BadInput, match="another run is writing here"):
        made(tmp_path / "a", plan=plan, resume=True)
    first.release()
    made(tmp_path / "a", plan=plan, resume=True)


def test_a_table_may_have_very_many_columns(tmp_path):
    made(tmp_path / "a.parquet", plan=ToyPlan(20, extra=1500))
    assert len(Patients(tmp_path / "a.parquet").columns) > 1500


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import toy_crowd
from clsim.crowd.output import Output, produce

def slow(plan, first, count):
    time.sleep(0.02)
    return toy_crowd.run_block(plan, first, count)

produce(toy_crowd.ToyPlan(3000, kept=(5, 2999)), slow, Output(Path(sys.argv[2])), threads=2)
"""


def test_a_killed_process_leaves_blocks_that_can_be_used(tmp_path):
    out = tmp_path / "out"
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(Path(__file__).parent), str(out)])
    for _ in range(3000):
        if len(list(tmp_path.glob("out.parts/*.npz"))) >= 2:
            break
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait(30) == -signal.SIGKILL
    assert not out.exists()
    plan = ToyPlan(3000, kept=(5, 2999))
    _, computed = made(out, plan=plan, resume=True)
    assert 0 < computed < 3000
    made(tmp_path / "whole", plan=plan, size=128)
    assert content_hash(out) == content_hash(tmp_path / "whole")


# ------------------------------------------------------------------------- the disk says no


def full_after(monkeypatch, calls):
    """The disk is full after some writes; returns what makes room."""
    real, count = Path.write_bytes, [0]

    def write(path, content):
        count[0] += 1
        if count[0] > calls:
            real(path, content[:10])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return real(path, content)

    monkeypatch.setattr(Path, "write_bytes", write)


def test_a_full_disk_is_one_error_and_finished_blocks_stay_usable(tmp_path, monkeypatch):
    out = tmp_path / "a"
    with monkeypatch.context() as patch:
        full_after(patch, 4)  # the manifest and three blocks
        with pytest.raises(BadInput) as refusal:
            made(out, size=64)
    assert "No space left on device" in str(refusal.value)
    assert "3 of 11 blocks are finished" in str(refusal.value)
    assert "--resume" in str(refusal.value)
    assert not list((tmp_path / "a.parts").glob("*.draft"))
    _, computed = made(out, resume=True)
    assert computed == 700 - 3 * 64


@pytest.mark.parametrize("writer", ["write_patients", "write_bands", "write_courses"])
def test_a_disk_that_is_full_at_the_end_loses_no_block(writer, tmp_path, monkeypatch):
    plan = ToyPlan(300, kept=(0,))

    def full(*_):
        if writer == "write_courses":
            raise RuntimeError("NetCDF: HDF error")  # what the library makes of it
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(f"clsim.crowd.output.{writer}", full)
        with pytest.raises(BadInput, match=r"cannot be written.*blocks are finished and stay"):
            made(tmp_path / "a", plan=plan)
    assert not (tmp_path / "a").exists()
    _, computed = made(tmp_path / "a", plan=plan, resume=True)
    assert computed == 0


def test_an_error_of_the_program_is_not_taken_for_a_full_disk(tmp_path):
    def broken(plan, first, count):
        raise RuntimeError("no such thing")

    with pytest.raises(RuntimeError, match="no such thing"):
        produce(ToyPlan(100), broken, Output(tmp_path / "a"), threads=2)


@pytest.mark.parametrize(
    ("make", "name", "said"),
    [
        (lambda folder: None, "a.txt", "unknown extension"),
        (lambda folder: None, "nowhere/a.parquet", "there is no folder"),
        (lambda folder: (folder / "a.parquet").mkdir(), "a.parquet", "is a folder, not a file"),
        (lambda folder: (folder / "a").write_text(""), "a", "is a file, not a folder"),
        (lambda folder: (folder / "a.parts").write_text(""), "a", "is not a folder of parts"),
    ],
)
def test_what_cannot_be_written_is_refused_before_any_work(make, name, said, tmp_path):
    make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadInput, match=said):
        made(tmp_path / name)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(BadInput, match="cannot be written"):
        made(tmp_path / "a.parquet")
    monkeypatch.undo()

    def refused(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(BadInput, match="Permission denied"):
        made(tmp_path / "a.parquet")


def test_what_is_no_cohort_is_refused(tmp_path):
    (tmp_path / "a.parquet").write_text("words")
    with pytest.raises(BadInput, match="not a Parquet file"):
        content_hash(tmp_path / "a.parquet")
    with pytest.raises(BadInput, match="no such file"):
        Patients(tmp_path / "b.parquet")
    with pytest.raises(BadInput, match="not a cohort"):
        content_hash(tmp_path)
