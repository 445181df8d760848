"""Sobol' indices: of functions whose indices are known, and as scipy estimates them."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

sys.path.insert(0, str(Path(__file__).parent))

from known import Known, ishigami, ishigami_indices, spans

from clsim.errors import BadInput
from clsim.sensitivity.sobol import design, indices, sobol

NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def found():
    return sobol(Known(ishigami), spans(*NAMES, low=-np.pi, high=np.pi), 1024, resamples=300)


def test_indices_of_a_known_function_are_found_and_lie_within_their_intervals(found):
    first, total = ishigami_indices()
    assert [each.value for each in found.first] == pytest.approx(first, abs=0.03)
    assert [each.value for each in found.total] == pytest.approx(total, abs=0.03)
    for truth, each in zip([*first, *total], [*found.first, *found.total], strict=True):
        assert each.low - 0.01 <= truth <= each.high + 0.01
        assert 0.0 < each.high - each.low < 0.4
    assert (found.runs, found.patients, found.unknown) == (1024 * 5, 3, 0)
    assert found.mean == pytest.approx(3.5, abs=0.1)


def test_the_strongest_stands_first_in_records(found):
    records = found.records()
    assert [each["knob"] for each in records] == ["a", "b", "c"]
    assert records[0]["total"] > records[0]["first"] and records[0]["low"] == pytest.approx(np.exp(-np.pi))


def test_estimates_are_those_of_scipy():
    cube = design(NAMES, 64, 9) * 2.0 * np.pi - np.pi
    values = ishigami(*np.moveaxis(cube, -1, 0))
    theirs = stats.sobol_indices(
        func={"f_A": values[:1], "f_B": values[1:2], "f_AB": values[2:, None]}, n=64)
    first, total = indices(values)
    assert first == pytest.approx(theirs.first_order.ravel(), rel=1e-10, abs=1e-12)
    assert total == pytest.approx(theirs.total_order.ravel(), rel=1e-10, abs=1e-12)


def test_without_interactions_first_and_total_are_the_shares_of_the_variance():
    found = sobol(Known(lambda a, b, c: 3.0 * a - 4.0 * b + 0.0 * c), spans(*NAMES), 256, resamples=50)
    for each in (found.first, found.total):
        assert [one.value for one in each] == pytest.approx([0.36, 0.64, 0.0], abs=0.02)
    assert found.total[2].value == found.total[2].high == 0.0


def test_a_design_mixes_one_column_at_a_time_and_is_addressed():
    cube = design(NAMES, 16, 3)
    assert cube.shape == (5, 16, 3) and (cube > 0.0).all() and (cube < 1.0).all()
    for k in range(3):
        assert np.array_equal(cube[2 + k, :, k], cube[1, :, k])
        others = [j for j in range(3) if j != k]
        assert np.array_equal(cube[2 + k][:, others], cube[0][:, others])
        assert np.array_equal(np.sort(np.floor(cube[0, :, k] * 16.0)), np.arange(16))  # one point in each sixteenth
    assert np.array_equal(cube, design(NAMES, 16, 3)) and not np.array_equal(cube, design(NAMES, 16, 4))


def test_patients_who_answer_differently_make_the_interval_wider():
    """Half of the patients answer to a, half to b: with other patients the shares would be others."""
    class Two(Known):
        def measured(self, settings, threads=None, tell=None):
            values = np.log([list(each.values()) for each in settings])
            return np.repeat(values[:, :2], 3, axis=1), 0

    alike = sobol(Known(lambda a, b: 0.5 * (a + b), 6), spans("a", "b"), 64, resamples=300).first[0]
    apart = sobol(Two(None), spans("a", "b"), 64, resamples=300).first[0]
    assert apart.value == pytest.approx(alike.value, abs=1e-12)
    assert apart.high - apart.low > 1.5 * (alike.high - alike.low)


def test_an_outcome_that_never_changes_has_no_indices():
    found = sobol(Known(lambda a, b: 0.7, 7, 0.1), spans("a", "b"), 8, resamples=20)
    assert found.sd < 1e-12 and found.records()[0]["first"] is None and found.records()[0]["total_low"] is None


@pytest.mark.parametrize(("base", "said"), [(12, "is no power of two; given: 12"), (4, "is too few; given: 4")])
def test_points_that_do_not_fit_are_refused(base, said):
    with pytest.raises(BadInput, match=said):
        sobol(Known(ishigami), spans(*NAMES), base)


def test_an_outcome_that_is_known_of_nobody_in_some_run_is_refused():
    with pytest.raises(BadInput, match="is known of nobody in some run; given: 3 patients"):
        sobol(Known(lambda a, b: np.nan if a > 0.5 else b), spans("a", "b"), 8)
