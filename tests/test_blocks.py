"""Blocks: the same rows however the work is cut or handed out."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
import toy_crowd
from toy_crowd import ToyPlan, begun, course, made, run_block

from clsim.crowd import blocks
from clsim.crowd.blocks import block_size
from clsim.crowd.columns import Column
from clsim.crowd.files import GROUP, PATIENTS, Patients, content_hash, quantile, write_courses, write_patients
from clsim.crowd.parts import Parts, pack, unpack
from clsim.errors import BadInput
from clsim.progress import Pace

# ------------------------------------------------------------------------------- same rows


def test_the_file_is_the_same_for_any_threads_and_block_size(tmp_path):
    first = tmp_path / "a.parquet"
    made(first, 700, size=700)
    for i, (size, threads) in enumerate([(16, 4), (64, 2), (333, 3), (1024, 1)]):
        file = tmp_path / f"{i}.parquet"
        made(file, 700, size=size, threads=threads)
        assert file.read_bytes() == first.read_bytes()
        assert content_hash(file) == content_hash(first)


def test_rows_stand_in_order_with_units_labels_and_meanings(tmp_path):
    from pyarrow import parquet

    file = tmp_path / "a.parquet"
    made(file, 500, size=48, threads=2)
    table = Patients(file)
    expected = run_block(ToyPlan(500), 0, 500).rows
    for name, values in expected.items():
        assert table[name].dtype == values.dtype
        np.testing.assert_array_equal(table[name], values)
    assert table.columns == ToyPlan(500).columns
    assert table.about["scenario"] == ToyPlan(500).scenario
    assert table.about["plan_digest"] == ToyPlan(500).digest()
    assert len(table) == 500
    field = parquet.read_schema(file).field("MAP_lowest")
    assert field.metadata[b"unit"] == b"mmHg"


def test_groups_of_rows_are_of_one_size_however_the_work_is_cut(tmp_path):
    from pyarrow import parquet

    file = tmp_path / "a.parquet"
    made(file, GROUP + 1000, size=1000, threads=2)
    metadata = parquet.read_metadata(file)
    assert [metadata.row_group(i).num_rows for i in range(2)] == [GROUP, 1000]


def test_another_number_has_another_hash(tmp_path):
    made(tmp_path / "a.parquet", 300)
    made(tmp_path / "b.parquet", plan=ToyPlan(300, seed=8))
    assert content_hash(tmp_path / "a.parquet") != content_hash(tmp_path / "b.parquet")


def test_a_folder_holds_table_bands_courses_and_summary(tmp_path):
    import xarray

    plan = ToyPlan(400, kept=(0, 11, 17))
    summary, computed = made(tmp_path / "out", plan=plan, size=32, threads=2)
    assert computed == 400
    assert summary["kept"] == (0, 17)  # 11 was not treated
    assert {file.name for file in (tmp_path / "out").iterdir()} == {
        "patients.parquet", "bands.nc", "courses.nc", "summary.json",
    }  # fmt: skip
    with xarray.open_dataset(tmp_path / "out" / "bands.nc", decode_times=False) as bands:
        lowest = run_block(plan, 0, 400).rows["MAP_lowest"]
        found = bands["MAP"].sel(quantile=0.5).values[0]
        assert found == pytest.approx(np.nanmedian(lowest), abs=1.0)
        assert bands["MAP"].attrs["units"] == "mmHg"
        assert bands["MAP_patients"].values.tolist() == [350] * 7
    with xarray.open_dataset(tmp_path / "out" / "courses.nc", decode_times=False) as courses:
        assert courses["patient"].values.tolist() == [0, 17]
        states, flows = course(17)
        one = courses.sel(patient=17)
        np.testing.assert_array_equal(one["V_interstitium"].values, states[:, 1:])
        np.testing.assert_array_equal(one["MAP"].values, flows[:, 0])
        assert np.isnan(courses["MAP"].values[0, 4:]).all()  # his course ended early
        assert courses["MAP"].attrs["units"] == "mmHg"
    other = tmp_path / "other"
    made(other, plan=plan, size=400)
    assert content_hash(other) == content_hash(tmp_path / "out")


def test_quantiles_of_counts_come_close_to_those_of_values():
    values = np.random.default_rng(1).normal(80.0, 10.0, 5000)
    edges = np.array([-np.inf, *np.linspace(0.0, 160.0, 321), np.inf])
    counts = np.histogram(values, edges)[0][None]
    for share in (0.05, 0.5, 0.95):
        assert quantile(counts, edges, share)[0] == pytest.approx(np.quantile(values, share), abs=0.5)
    assert np.isnan(quantile(counts * 0, edges, 0.5)[0])
    outside = np.zeros((1, len(edges) - 1), np.int64)
    outside[0, -1] = 3
    assert quantile(outside, edges, 0.5)[0] == 160.0


def test_a_block_that_is_not_what_the_plan_says_is_refused(monkeypatch):
    plan = ToyPlan(100)
    block = run_block(plan, 0, 10)
    with pytest.raises(ValueError, match="shape"):
        pack(plan, block, 0, 11)
    fewer = {name: values for name, values in block.rows.items() if name != "age"}
    with pytest.raises(ValueError, match="age"):
        pack(plan, replace(block, rows=fewer), 0, 10)
    with monkeypatch.context() as patch:
        patch.setattr(toy_crowd, "COLUMNS", (*toy_crowd.COLUMNS, toy_crowd.COLUMNS[5]))
        with pytest.raises(ValueError, match="age"):
            pack(plan, block, 0, 10)


def test_a_course_of_another_width_is_refused(tmp_path):
    plan = ToyPlan(16, kept=(0,), variables=toy_crowd.VARIABLES[1:])
    folder = begun(tmp_path / "a", plan, 1, 16)
    with pytest.raises(ValueError, match="state columns"):
        write_courses(iter(folder), plan, tmp_path / "courses.nc")


def test_blocks_are_small_enough_for_all_workers_and_fill_the_lanes():
    assert block_size(1_000_000, 2) == 1024
    assert block_size(1000, 2) == 128
    assert block_size(1, 64) == 16


def test_blocks_are_smaller_where_many_courses_are_kept(tmp_path):
    plan = ToyPlan(400, kept=(3, *range(100, 130)))
    folder = Parts.begin(tmp_path / "a.parts", plan, 100)
    folder.release()
    assert folder.blocks() == [(0, 100), *((first, 16) for first in range(100, 196, 16)), (196, 4),
                               (200, 100), (300, 100)]  # fmt: skip
    made(tmp_path / "b", plan=plan, size=100)
    made(tmp_path / "c", plan=plan, size=400, threads=2)
    assert content_hash(tmp_path / "b") == content_hash(tmp_path / "c")


def test_a_column_is_of_a_kind_that_tables_know():
    with pytest.raises(ValueError, match="no kind evnt"):
        Column("sepsis", "", "sepsis", "evnt")


def test_only_a_few_blocks_are_held_at_once(tmp_path):
    folder = Parts.begin(tmp_path / "a.parts", ToyPlan(2000), 16)
    handed = []

    def slow(plan, first, count):
        handed.append(first)
        return run_block(plan, first, count)

    ahead = []
    blocks.run_blocks(
        ToyPlan(2000), slow, folder, threads=2,
        tell=lambda *_: ahead.append(len(handed) - len(list(folder.folder.glob("*.npz")))),
    )  # fmt: skip
    folder.release()
    assert max(ahead) <= 2 * blocks.AHEAD


# --------------------------------------------------------------------------------- the pace


def test_the_pace_is_that_of_late_and_does_not_count_what_was_there():
    now = [0.0]
    pace = Pace(10_000, 4000, window=10.0, clock=lambda: now[0])
    assert pace.more(0) == "4,000 of 10,000 patients"
    for _ in range(3):
        now[0] += 5.0
        words = pace.more(100)
    assert words == "4,300 of 10,000 patients, 20/s, 0:04:45 left"
    now[0] += 100.0
    assert pace.more(10) == "4,310 of 10,000 patients, 0.1/s, 15:48:20 left"


# ---------------------------------------------------------------------------------- a cluster


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # what the library itself warns of is not ours
def test_a_cluster_computes_the_same_bits(tmp_path):
    distributed = pytest.importorskip("distributed")
    cloudpickle = pytest.importorskip("cloudpickle")
    cloudpickle.register_pickle_by_value(toy_crowd)  # workers have clsim, not its tests
    made(tmp_path / "here", plan=ToyPlan(700, kept=(5,)))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        made(
            tmp_path / "there", plan=ToyPlan(700, kept=(5,)), size=64,
            scheduler=cluster.scheduler_address,
        )  # fmt: skip
    assert content_hash(tmp_path / "there") == content_hash(tmp_path / "here")
    for name in ("patients.parquet", "summary.json"):
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


def test_a_cluster_that_cannot_be_used_is_one_message(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(blocks, "PATIENCE", 0.5)
    with pytest.raises(BadInput, match="no scheduler answers"):
        made(tmp_path / "a", scheduler="tcp://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BadInput, match=r"clsim\[cluster\]"):
        made(tmp_path / "a", scheduler="tcp://127.0.0.1:1")


class Worker:
    """A client whose worker answers with what it is given."""

    def __init__(self, answer):
        self.answer = answer

    def run(self, _):
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"tcp://there:1": self.answer}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"source_hash": "0" * 16, "clsim": "0.0.1"}, "clsim 0.0.1 with sources 0000"),
        (ImportError("No module named 'clsim'"), "a worker cannot import clsim"),
    ],
)
def test_workers_with_other_sources_are_refused(answer, said):
    with pytest.raises(BadInput, match=said):
        blocks._same_sources(Worker(answer), "tcp://there:8786")


def test_patients_and_part_survive_an_empty_plan_of_bands(tmp_path):
    plan = ToyPlan(50, bands=())
    made(tmp_path / "a", plan=plan)
    assert not (tmp_path / "a" / "bands.nc").exists()
    left = begun(tmp_path / "b", plan, 1)
    assert unpack(left.file(0)).histograms.shape[0] == 0
    assert write_patients(iter(()), plan, tmp_path / PATIENTS) is None
