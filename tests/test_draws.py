"""Addressed randomness: known answers, independence of order, and uniform numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from clsim.draws import philox, stream_key, stream_keys, uniform, uniforms

ONES = 0xFFFFFFFFFFFFFFFF


@pytest.mark.parametrize(
    ("key", "patient", "decision", "bits"),
    [  # the known answers published with the generator, first two words of four
        (0, 0, 0, 0x6627E8D5E169C58D),
        (ONES, ONES, ONES, 0x408F276D41C83B0E),
    ],
)
def test_the_generator_gives_the_published_answers(key, patient, decision, bits):
    given = [np.uint64(each) for each in (key, patient, decision)]
    assert int(philox(*given)) == bits
    if hasattr(philox, "py_func"):
        assert int(philox.py_func(*given)) == bits


def test_a_draw_is_the_same_alone_and_in_a_crowd_in_any_order():
    key = stream_key(7, "weight")
    crowd = uniforms(key, np.arange(500))
    order = np.random.default_rng(1).permutation(500)
    assert np.array_equal(uniforms(key, order), crowd[order])
    assert uniforms(key, [17])[0] == crowd[17]
    assert uniform(key, np.uint64(17), np.uint64(0)) == crowd[17]


def test_streams_seeds_patients_and_decisions_are_different_draws():
    keys = stream_keys(0, ("weight", "height", "death"))
    assert len({*keys, stream_key(1, "weight")}) == 4
    draws = np.array([uniforms(key, np.arange(4000), decision) for key in keys for decision in (0, 1, 97)])
    far = np.abs(np.corrcoef(draws) - np.eye(len(draws))).max()
    assert far < 5.0 / np.sqrt(4000)


def test_draws_are_uniform_and_never_reach_the_ends():
    draws = uniforms(stream_key(3, "a stream"), np.arange(200_000))
    assert draws.min() > 0.0 and draws.max() < 1.0
    assert stats.kstest(draws, "uniform").pvalue > 1e-3
