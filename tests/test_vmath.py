"""Errors of the elementary functions, against long double arithmetic, and their limits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from clsim import vmath
from clsim.jit import driver

N = 100_000
LONG = np.longdouble

needs_long_double = pytest.mark.skipif(
    np.finfo(LONG).nmant < 63, reason="long double is no longer than double here"
)


def make_map(function, arity):
    """``function`` over arrays, compiled."""
    if arity == 1:

        @driver()
        def over(x, y, z, out):
            for i in range(x.size):
                out[i] = function(x[i])

    elif arity == 2:

        @driver()
        def over(x, y, z, out):
            for i in range(x.size):
                out[i] = function(x[i], y[i])

    else:

        @driver()
        def over(x, y, z, out):
            for i in range(x.size):
                out[i] = function(x[i], y[i], z[i])

    return over


def mapped(function, *args):
    """``function`` at many points."""
    x, y, z = (*args, *[args[0]] * (3 - len(args)))
    out = np.empty(x.size)
    make_map(function, len(args))(x, y, z, out)
    return out


def both_signs(rng, spread):
    """Numbers of ordinary size and very small ones, of both signs."""
    tiny = rng.lognormal(-10.0, 8.0, N // 2).clip(1e-300, 3 * spread)
    return np.concatenate([rng.normal(0.0, spread, N // 2), tiny * rng.choice([-1.0, 1.0], N // 2)])


def long_phi(x):
    return LONG(x) / -np.expm1(-LONG(x))


def long_hill(x, k, n):
    return 1 / (1 + (LONG(k) / LONG(x)) ** LONG(n))


def long_softplus(x, w):
    x, w = LONG(x), LONG(w)
    return np.maximum(x, 0) + w * np.log1p(np.exp(-abs(x) / w))


def long_sigmoid(x):
    return 1 / (1 + np.exp(-LONG(x)))


def points(name):
    """Where each function is tried."""
    rng = np.random.default_rng(3)
    near_one = rng.lognormal(0.0, 0.1, N // 2)
    return {
        "exp": lambda: (rng.uniform(-700.0, 700.0, N),),
        "expm1": lambda: (both_signs(rng, 30.0),),
        "tanh": lambda: (both_signs(rng, 3.0),),
        "sigmoid": lambda: (both_signs(rng, 60.0),),
        "phi": lambda: (both_signs(rng, 200.0),),
        "log": lambda: (np.concatenate([near_one, rng.lognormal(0.0, 100.0, N // 2)]),),
        "log1p": lambda: (np.maximum(both_signs(rng, 0.5), -0.999),),
        "pow": lambda: (rng.lognormal(0.0, 2.0, N), rng.uniform(-4.0, 4.0, N)),
        "hill": lambda: (
            rng.lognormal(0.0, 4.0, N),
            rng.lognormal(0.0, 1.0, N),
            rng.uniform(0.5, 4.0, N),
        ),
        "hill1": lambda: (rng.lognormal(0.0, 4.0, N), rng.lognormal(0.0, 1.0, N)),
        "hill2": lambda: (rng.lognormal(0.0, 4.0, N), rng.lognormal(0.0, 1.0, N)),
        "softplus": lambda: (both_signs(rng, 20.0), rng.lognormal(0.0, 1.0, N)),
    }[name]()


PLAIN = [
    ("exp", lambda x: np.exp(LONG(x)), 1.0),
    ("log", lambda x: np.log(LONG(x)), 1.0),
    ("expm1", lambda x: np.expm1(LONG(x)), 2.0),
    ("log1p", lambda x: np.log1p(LONG(x)), 2.0),
    ("phi", long_phi, 2.0),
    ("sigmoid", long_sigmoid, 3.0),
    ("tanh", lambda x: np.tanh(LONG(x)), 3.0),
    ("hill1", lambda x, k: long_hill(x, k, 1), 1.5),
    ("hill2", lambda x, k: long_hill(x, k, 2), 3.0),
]
CONDITIONED = [
    ("pow", lambda x, y: LONG(x) ** LONG(y), lambda x, y: abs(y * np.log(x))),
    ("hill", long_hill, lambda x, k, n: abs(n * np.log(x / k))),
    ("softplus", long_softplus, lambda x, w: abs(x / w)),
]

NAMES = [name for name, *_ in PLAIN + CONDITIONED]


def ulps(found, exact):
    """Error in units in the last place, where the result is an ordinary number."""
    with np.errstate(over="ignore", under="ignore"):
        spacing = np.spacing(abs(exact).astype(np.float64))
    return np.where(abs(exact) > 1e-290, abs(found - exact) / spacing, 0)


@needs_long_double
@pytest.mark.parametrize(("name", "exact", "limit"), PLAIN)
def test_error_in_units_in_the_last_place(name, exact, limit):
    args = points(name)
    found = mapped(getattr(vmath, name), *args)
    assert ulps(found, exact(*args)).max() <= limit


@needs_long_double
@pytest.mark.parametrize(("name", "exact", "condition"), CONDITIONED)
def test_error_grows_only_with_the_rounding_of_the_argument(name, exact, condition):
    args = points(name)
    found = mapped(getattr(vmath, name), *args)
    assert np.max(ulps(found, exact(*args)) / (5.0 + 1.5 * condition(*args))) <= 1.0


def test_phi_is_smooth_through_zero():
    x = np.concatenate([np.linspace(-1e-7, 1e-7, 20_001), [0.0, 1e-300, -1e-300]])
    expected = 1.0 + x / 2 + x * x / 12
    assert np.max(abs(mapped(vmath.phi, x) - expected)) < 4e-16
    assert vmath.phi(0.0) == 1.0


def test_exact_values():
    assert vmath.exp(0.0) == 1.0
    assert vmath.expm1(0.0) == vmath.tanh(0.0) == vmath.log(1.0) == vmath.log1p(0.0) == 0.0
    assert vmath.sigmoid(0.0) == 0.5
    assert vmath.pow(1.0, 3.7) == vmath.pow(5.0, 0.0) == 1.0
    assert vmath.hill(40.0, 40.0, 2.3) == vmath.hill1(40.0, 40.0) == vmath.hill2(40.0, 40.0) == 0.5
    assert vmath.exp(-1e5) == vmath.exp(-708.0) > 0.0
    assert vmath.softplus(-1e6, 0.1) < 1e-300
    assert vmath.softplus(1e6, 0.1) == 1e6
    assert vmath.softplus(0.0, 2.0) == 2.0 * np.log(2.0)
    assert vmath.phi(-1e4) < 1e-300
    assert vmath.phi(1e4) == 1e4


def test_bases_that_rounding_took_below_zero_count_as_zero():
    for nothing in (0.0, -0.0, -1e-18):
        assert vmath.hill(nothing, 3.0, 1.7) == vmath.hill1(nothing, 3.0) == vmath.hill2(nothing, 3.0) == 0.0
        assert vmath.pow(nothing, 0.5) == 0.0
        assert np.isnan(vmath.pow(nothing, 0.0))
        assert np.isnan(vmath.log(nothing))
    assert 0.0 <= vmath.hill(5e-324, 3.0, 1.7) < 1e-300


@pytest.mark.parametrize("name", NAMES)
def test_not_a_number_stays_so(name):
    function = getattr(vmath, name)
    rest = [2.0] * (len(points(name)) - 1)
    assert np.isnan(function(np.nan, *rest))
    if rest:
        assert np.isnan(function(2.0, *rest[1:], np.nan))


def few(name):
    return [np.ascontiguousarray(a[::400]) for a in points(name)]


def test_plain_python_gives_the_same_bits_without_warnings(tmp_path):
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "error"}
    file = tmp_path / "plain.npz"
    subprocess.run([sys.executable, __file__, str(file)], check=True, env=environment)
    plain = np.load(file)
    for name in NAMES:
        compiled = mapped(getattr(vmath, name), *few(name)).tobytes()
        assert plain[f"singly_{name}"].tobytes() == compiled, name
        assert plain[f"together_{name}"].tobytes() == compiled, name


if __name__ == "__main__":
    found = {}
    for each in NAMES:
        found[f"singly_{each}"] = mapped(getattr(vmath, each), *few(each))
        found[f"together_{each}"] = getattr(vmath, each)(*few(each))
    np.savez(Path(sys.argv[1]), **found)
