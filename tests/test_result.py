"""Results: names, units and everything needed to repeat them survive every road out."""

from __future__ import annotations

import numpy as np
import pytest
import xarray

from clsim import disclaimer, units
from clsim.errors import BadInput
from clsim.model.beds import BEDS
from clsim.model.layout import FLOWS, INPUTS, PARAMETERS, STATES
from clsim.result import Result, declared, gap
from clsim.scenario.scenario import load
from clsim.store import check_target, load_result, save
from clsim.substances import molar_mass

TIME = np.arange(0.0, 121.0, 5.0)


def made_up(scenario=None, seed=1):
    """A result of numbers that mean nothing."""
    draw = np.random.default_rng(seed)
    width = {kind: sum(v.width for v in declared() if v.kind == kind) for kind in ("state", "flow")}
    return Result(
        time=TIME,
        states=draw.uniform(1.0, 2.0, (TIME.size, width["state"])),
        flows=draw.uniform(-1.0, 1.0, (TIME.size, width["flow"])),
        inputs=draw.uniform(0.0, 1.0, (TIME.size, len(INPUTS))),
        scenario=scenario or load("hd-il2-standard", run={"horizon": "2 h"}),
        parameters={
            "weight": 75.0,
            "J_lymph_rest": (0.002, 0.001, 0.0002),
            "k_effusion": (1.0, 2.0),
        },
    )


@pytest.fixture
def result():
    return made_up()


def test_every_declared_quantity_can_be_asked_for_by_name(result):
    for quantity in (*STATES, *FLOWS, *INPUTS):
        series = result[quantity.name]
        assert (series.unit, series.label) == (quantity.unit, quantity.label)
        per = getattr(quantity, "per", ())
        assert series.values.shape == ((TIME.size, len(per)) if per else (TIME.size,))


def test_every_declared_unit_is_known_and_can_be_shown():
    for quantity in (*PARAMETERS, *STATES, *FLOWS, *INPUTS):
        shown = quantity.show or quantity.unit
        assert units.convert(1.0, quantity.unit, shown, molar_mass(quantity.name)) != 0.0
        assert units.parse(f"1 {quantity.unit}", quantity.unit) == 1.0


def test_columns_follow_the_records_of_the_model(result):
    from clsim.model.layout import X

    row = result.states[3].copy().view(X)[0]
    assert row.V_plasma == result["V_plasma"].values[3]
    np.testing.assert_array_equal(row.V_interstitium, result["V_interstitium"].values[3])


def test_a_series_is_an_array_with_unit_label_and_time(result):
    series = result["MAP"]
    assert np.mean(series) == np.mean(series.values)
    assert len(series) == TIME.size
    assert series[2] == series.values[2]
    assert series.to("kPa").values[0] == pytest.approx(series.values[0] * 0.133322387415)
    assert series.at("7.5 min") == pytest.approx((series[1] + series[2]) / 2)
    assert series.at(10.0) == series[2]
    with pytest.raises(BadInput, match="outside the run"):
        series.at("3 h")
    beds = result["V_interstitium"]
    assert beds.per == BEDS
    np.testing.assert_array_equal(beds["lung"], beds.values[:, 2])
    assert beds.at("5 min").shape == (3,)
    with pytest.raises(KeyError, match="peripheral"):
        beds["leg"]


def test_an_unknown_variable_is_answered_with_the_nearest(result):
    with pytest.raises(BadInput, match="did you mean MAP"):
        result["MAPP"]
    assert "MAP" in result
    assert "MAPP" not in result


def test_a_result_cannot_be_changed(result):
    with pytest.raises(ValueError, match="read-only"):
        result.states[0, 0] = 0.0
    with pytest.raises(AttributeError):
        result.time = TIME


def test_matrices_of_another_shape_are_refused(result):
    with pytest.raises(ValueError, match="states have shape"):
        Result(TIME, result.states[:, 1:], result.flows, result.inputs, result.scenario)


def test_the_summary_says_when_extremes_were(result):
    row = result.summary()["MAP"]
    values = result["MAP"].values
    assert row["low"] == values.min()
    assert row["low_at"] == TIME[values.argmin()] / 60.0
    assert (row["start"], row["end"]) == (values[0], values[-1])
    assert result.summary(["V_plasma"]).keys() == {"V_plasma"}
    with pytest.raises(BadInput, match="several parts"):
        result.summary(["V_interstitium"])


def test_xarray_holds_every_state_and_output_over_time_with_units(result):
    data = result.to_xarray()
    assert set(data.data_vars) == set(result)
    assert all("time" in each.dims and "units" in each.attrs for each in data.data_vars.values())
    assert data["V_interstitium"].dims == ("time", "bed")
    assert data["V_pocket"].dims == ("time", "pocket")
    lung = data["V_interstitium"].sel(bed="lung")
    np.testing.assert_array_equal(lung, result["V_interstitium"]["lung"])
    assert data.attrs["scenario"] == result.scenario.text
    assert data["time"].attrs["units"] == "min"


def test_pandas_has_one_column_per_number(result):
    frame = result.to_pandas()
    assert frame.shape == (TIME.size, sum(v.width for v in declared()))
    assert frame.loc[10.0, "MAP"] == result["MAP"][2]
    assert frame.attrs["units"]["V_interstitium_lung"] == "L"


def test_a_file_brings_back_the_same_result(result, tmp_path):
    back = load_result(result.save(tmp_path / "a.nc"))
    assert back.scenario == result.scenario
    assert back.variables == result.variables
    assert back.parameters == result.parameters
    assert back.stamp == result.stamp
    assert set(result.differences(back).values()) == {0.0}
    assert (tmp_path / "a.nc").stat().st_mode & 0o444
    assert [file.name for file in tmp_path.iterdir()] == ["a.nc"]


def test_a_file_says_by_itself_what_it_is(result, tmp_path):
    result.save(tmp_path / "a.nc")
    with xarray.open_dataset(tmp_path / "a.nc") as data:
        assert data["MAP"].attrs["units"] == "mmHg"
        assert data["MAP"].attrs["long_name"]
        assert list(data["bed"].values) == list(BEDS)
        assert data["time"].dtype == np.float64
        assert data.attrs["disclaimer"] == disclaimer.DISCLAIMER
        assert "[course]" in data.attrs["scenario"]
        assert {"clsim_version", "source_hash", "seed", "title"} <= set(data.attrs)


def test_only_the_outputs_that_the_scenario_wants_are_saved(tmp_path):
    scenario = load("hd-il2-standard", run={"horizon": "2 h", "outputs": ["HR", "V_interstitium"]})
    back = load_result(made_up(scenario).save(tmp_path / "a.nc"))
    assert list(back) == ["V_interstitium", "HR"]


def test_a_table_can_be_saved_as_csv(result, tmp_path):
    lines = result.save(tmp_path / "a.csv").read_text().splitlines()
    assert lines[0].startswith("time,")
    assert len(lines) == TIME.size + 1


def test_differences_are_found_where_they_are(result):
    flows = result.flows.copy()
    flows[4, 7] += 0.5
    other = Result(TIME, result.states, flows, result.inputs, result.scenario)
    found = {name: gap for name, gap in result.differences(other).items() if gap}
    assert list(found.values()) == [pytest.approx(0.5)]
    assert gap([1.0, np.nan], [1.0, np.nan]) == 0.0
    assert gap([1.0, np.nan], [1.0, 2.0]) == np.inf
    assert gap([np.inf], [np.inf]) == 0.0
    assert gap([1.0], [1.0, 2.0]) == np.inf


def test_a_place_that_cannot_be_written_is_refused_before_the_work(result, tmp_path):
    (tmp_path / "folder.nc").mkdir()
    for path, words in [
        (tmp_path / "a.txt", "extension"),
        (tmp_path / "a", "extension"),
        (tmp_path / "folder.nc", "is a folder"),
        (tmp_path / "nowhere" / "a.nc", "there is no folder"),
    ]:
        with pytest.raises(BadInput, match=words):
            check_target(path)
        with pytest.raises(BadInput, match=words):
            save(result, path)
    assert [file.name for file in tmp_path.iterdir()] == ["folder.nc"]


def test_files_that_are_not_ours_are_refused(tmp_path):
    (tmp_path / "a.nc").write_text("no netCDF")
    with pytest.raises(BadInput, match="not a netCDF file"):
        load_result(tmp_path / "a.nc")
    with pytest.raises(BadInput, match="no such file"):
        load_result(tmp_path / "b.nc")
    xarray.Dataset({"x": ("t", [1.0])}).to_netcdf(tmp_path / "c.nc")
    with pytest.raises(BadInput, match="not a result of clsim"):
        load_result(tmp_path / "c.nc")
