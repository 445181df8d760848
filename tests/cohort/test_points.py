"""Where in (0, 1) a patient falls: even, random, and the same in every block."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from scipy import special
from scipy.stats import kstest, qmc

from clsim.cohort import normal
from clsim.cohort.points import METHODS, directions, points

N = 1024
SEED = 5


def drawn(method, patients, stream="cohort/age", position=3, dimensions=9, total=N):
    return points(method, SEED, stream, position, dimensions, np.asarray(patients), total)


@pytest.mark.parametrize("method", METHODS)
def test_a_patient_falls_where_he_falls_alone_and_in_any_block(method):
    crowd = drawn(method, np.arange(N))
    order = np.random.default_rng(1).permutation(N)
    assert np.array_equal(drawn(method, order), crowd[order])
    for k in (0, 1, 17, 512, N - 1):
        assert drawn(method, [k])[0] == crowd[k]
    assert np.array_equal(np.concatenate([drawn(method, np.arange(300)), drawn(method, np.arange(300, N))]), crowd)


@pytest.mark.parametrize("method", METHODS)
def test_points_lie_within_and_fill_the_interval(method):
    u = drawn(method, np.arange(N))
    assert np.all((u > 0.0) & (u < 1.0))
    assert kstest(u, "uniform").pvalue > 0.01
    assert not np.array_equal(u, drawn(method, np.arange(N), stream="cohort/sex"))


@pytest.mark.parametrize("method", ["sobol", "latin-hypercube"])
def test_even_methods_put_one_patient_into_each_stratum(method):
    for stream in ("cohort/age", "cohort/sex"):
        assert np.array_equal(np.sort(np.floor(drawn(method, np.arange(N), stream) * N)), np.arange(N))


@pytest.mark.parametrize("total", [1, 2, 3, 100, 1000, 4097])
def test_the_latin_hypercube_has_a_stratum_for_each_of_any_number(total):
    u = drawn("latin-hypercube", np.arange(total), total=total)
    assert np.array_equal(np.sort(np.floor(u * total)), np.arange(total))


def test_strata_of_two_streams_are_unrelated():
    a, b = (drawn("latin-hypercube", np.arange(N), stream) for stream in ("cohort/a", "cohort/b"))
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.1  # three standard errors


def test_directions_rebuild_the_points_of_scipy():
    expected = qmc.Sobol(7, scramble=False, bits=32).random(64)
    found = directions(7, 6)
    for k in range(64):
        gray = k ^ (k >> 1)
        words = [functools.reduce(lambda a, b: a ^ b, [int(row[j]) for j in range(6) if gray >> j & 1], 0)
                 for row in found]
        assert np.array_equal(np.array(words) / 2.0**32, expected[k])


def test_a_further_dimension_moves_nobody():
    assert np.array_equal(drawn("sobol", np.arange(64), dimensions=9), drawn("sobol", np.arange(64), dimensions=60))


def test_scrambling_keeps_pairs_of_dimensions_even():
    sobol, random = (
        np.array([drawn(method, np.arange(N), f"cohort/{d}", d) for d in range(6)]).T
        for method in ("sobol", "random")
    )
    assert qmc.discrepancy(sobol) < 0.1 * qmc.discrepancy(random)


def test_the_normal_distribution_agrees_with_scipy():
    u = np.concatenate([np.linspace(1e-4, 1.0 - 1e-4, 4001), 10.0 ** -np.arange(5.0, 16.0)])
    z = normal.quantiles(u)
    assert np.max(np.abs(z - special.ndtri(u)) / np.maximum(1.0, np.abs(z))) < 4e-15
    z = np.linspace(-9.0, 9.0, 4001)
    assert np.max(np.abs(normal.shares(z) - special.ndtr(z))) < 4e-15
    ends = normal.shares(np.array([-np.inf, np.inf, np.nan]))
    assert ends[0] == 0.0 and ends[1] == 1.0 and np.isnan(ends[2])
