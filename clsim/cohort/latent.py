"""The Gaussian copula: correlated normal scores from independent ones.

Every name has an independent score of its own, and there is one more for the latent *frailty*.
The score of a name is a fixed combination of the independent scores of frailty and of the names
down to itself, in the order of the file (a row of the Cholesky factor).  What stands in no
correlation takes no part, and what is appended moves nobody above it.

Two names without a ``[[correlation]]`` share frailty only: their correlation is the product of
their loadings.  With one, ``r`` is the whole correlation, frailty included.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

Pair = tuple[str, str]
Row = tuple[tuple[str, float], ...]

FRAILTY = "frailty"
GRID = [round(0.05 * i, 2) for i in range(-19, 20)]  # correlations tried, to say what would be possible
MARGIN = 1e-9  # smallest pivot: the part of a score that nothing above it explains


def correlation(a: str, b: str, loadings: Mapping[str, float], declared: Mapping[Pair, float]) -> float:
    """Correlation of two scores, one of which may be frailty."""
    if a == b:
        return 1.0
    if FRAILTY in (a, b):
        return loadings.get(b if a == FRAILTY else a, 0.0)
    found = declared.get((a, b), declared.get((b, a)))
    return loadings.get(a, 0.0) * loadings.get(b, 0.0) if found is None else found


def mixing(
    names: Iterable[str], loadings: Mapping[str, float], declared: Mapping[Pair, float]
) -> tuple[dict[str, Row], str]:
    """For each correlated name, its row of the Cholesky factor: (name, coefficient) pairs.

    Parameters
    ----------
    names : in the order of the file
    loadings : correlation with frailty, by name
    declared : correlation of two names

    Returns
    -------
    rows : dict of name to row
    impossible : str
        The first name whose correlations contradict those above it; empty if the matrix is
        positive definite.
    """
    taking_part = {name for pair in declared for name in pair} | set(loadings)
    order = [FRAILTY, *(name for name in names if name in taking_part)]
    factor: list[list[float]] = []
    for i, name in enumerate(order):
        row: list[float] = []
        for j in range(i):
            rest = correlation(name, order[j], loadings, declared)
            for k in range(j):
                rest -= row[k] * factor[j][k]
            row.append(rest / factor[j][j])
        pivot = 1.0
        for each in row:
            pivot -= each * each
        if not pivot > MARGIN:
            return {}, name
        factor.append([*row, math.sqrt(pivot)])
    rows = {
        name: tuple((other, c) for other, c in zip(order, row, strict=False) if c != 0.0)
        for name, row in zip(order[1:], factor[1:], strict=True)
    }
    return rows, ""


def culprit(
    names: Iterable[str], loadings: Mapping[str, float], declared: Mapping[Pair, float], impossible: str
) -> tuple[Pair, tuple[float, float] | None]:
    """The pair to blame for a matrix that is not positive definite, and the range it may have.

    It is the pair that has to move least to repair the matrix alone; if none can, the strongest
    one of the name at which the factor broke down, without a range.
    """
    names = list(names)
    repairs: list[tuple[float, Pair, tuple[float, float]]] = []
    for pair, given in declared.items():
        possible = [r for r in GRID if not mixing(names, loadings, {**declared, pair: r})[1]]
        if possible:
            move = min(abs(r - given) for r in possible)
            repairs.append((move, pair, (possible[0], possible[-1])))
    if repairs:
        return min(repairs)[1:]
    own = [pair for pair in declared if impossible in pair]
    return max(own, key=lambda pair: abs(declared[pair])), None
