"""Correlated scores: as declared, in a fixed order, and refused when they contradict each other."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.cohort.latent import FRAILTY, correlation, culprit, mixing

NAMES = ("a", "b", "c", "d")
LOADINGS = {"a": 0.4, "b": -0.3}
DECLARED = {("a", "c"): 0.5, ("c", "d"): -0.2}


def matrix(rows, order):
    factor = np.zeros((len(order), len(order)))
    factor[0, 0] = 1.0
    for name, row in rows.items():
        for other, coefficient in row:
            factor[order.index(name), order.index(other)] = coefficient
    return factor @ factor.T


def test_rows_give_the_correlations_that_were_declared():
    rows, impossible = mixing(NAMES, LOADINGS, DECLARED)
    order = [FRAILTY, *NAMES]
    found = matrix(rows, order)
    assert impossible == ""
    for i, a in enumerate(order):
        for j, b in enumerate(order):
            assert found[i, j] == pytest.approx(correlation(a, b, LOADINGS, DECLARED), abs=1e-14)
    assert found[1, 2] == pytest.approx(0.4 * -0.3)  # they share frailty and nothing else


def test_what_is_uncorrelated_takes_no_part_and_moves_nobody():
    rows, _ = mixing(NAMES, LOADINGS, DECLARED)
    more, _ = mixing(("x", "a", "y", "b", "c", "z", "d"), LOADINGS, DECLARED)
    assert more == rows


def test_what_is_appended_moves_nobody_above():
    rows, _ = mixing(NAMES, LOADINGS, DECLARED)
    more, _ = mixing((*NAMES, "e"), {**LOADINGS, "e": 0.2}, {**DECLARED, ("a", "e"): 0.3})
    assert {name: more[name] for name in rows} == rows


def test_contradicting_correlations_are_blamed_on_the_pair_that_has_to_move_least():
    declared = {("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.5}
    rows, impossible = mixing(NAMES, {}, declared)
    assert (rows, impossible) == ({}, "c")
    pair, possible = culprit(NAMES, {}, declared, impossible)
    assert pair == ("a", "b")  # as far from its range as (b, c), and before it
    low, high = possible
    assert mixing(NAMES, {}, {**declared, pair: low})[0] and mixing(NAMES, {}, {**declared, pair: high})[0]
    assert not mixing(NAMES, {}, {**declared, pair: high + 0.05})[0]


def test_a_knot_that_no_pair_can_undo_is_named_too():
    declared = {(x, y): -0.9 for i, x in enumerate(NAMES) for y in NAMES[i + 1 :]}
    _, impossible = mixing(NAMES, {}, declared)
    pair, possible = culprit(NAMES, {}, declared, impossible)
    assert impossible in pair and possible is None
