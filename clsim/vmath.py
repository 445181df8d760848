"""exp, log and their kin, without branches on which patients side by side could part, from IEEE operations only.

The same source serves plain numbers, numpy arrays and compiled lanes, and gives
the same bits in all of them and on every machine.  Nothing here calls a
mathematics library, whose last digits differ between versions.

Largest errors, in units in the last place (asserted by the tests): exp 1, log 1,
expm1 2, log1p 2, phi 2, sigmoid 3, tanh 3, hill1 1.5, hill2 3.  pow, hill and softplus add what the
rounding of their argument costs: 5 + 1.5 a with a = abs(y log x),
abs(n log(x/k)) and abs(x/w).

Not-a-number passes through everything.  The logarithm's constants and
arrangement are those of the classical minimax approximation on
[sqrt(1/2), sqrt(2)); the exponential is its Taylor series on half of ln 2.
"""

from __future__ import annotations

from typing import Any

from clsim.jit import inline
from clsim.lanes import anyone, maximum, minimum, rint, scale2, split2, where

NAN = float("nan")
SMALLEST = 2.2250738585072014e-308  # normal number
LN2 = 0.6931471805599453
PER_LN2 = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01  # ends in zeros: its product with an exponent is exact
LN2_LOW = 1.90821492927058770002e-10
LIMIT = 708.0  # exp and its inverse stay normal, finite numbers up to here


@inline
def clip(x: Any, low: Any, high: Any) -> Any:
    """x within limits; not-a-number stays so."""
    return minimum(high, maximum(low, x))


@inline
def reduced(x: Any) -> Any:
    """(n, r) with x = n ln 2 + r, n whole and abs(r) < 0.35."""
    n = rint(x * PER_LN2)
    return n, (x - n * LN2_HIGH) - n * LN2_LOW


@inline
def tail(r: Any) -> Any:
    """(exp(r) - 1 - r) / r**2: Taylor to r**13, in pairs so that the machine may overlap them."""
    s = r * r
    q = s * s
    a = 1 / 2 + r * (1 / 6)
    b = 1 / 24 + r * (1 / 120)
    c = 1 / 720 + r * (1 / 5040)
    d = 1 / 40320 + r * (1 / 362880)
    e = 1 / 3628800 + r * (1 / 39916800)
    f = 1 / 479001600 + r * (1 / 6227020800)
    return (a + s * b) + q * ((c + s * d) + q * (e + s * f))


@inline
def exp(x: Any) -> Any:
    """e to the x, for x held within [-708, 708]."""
    n, r = reduced(clip(x, -LIMIT, LIMIT))
    return scale2(1.0 + (r + r * r * tail(r)), n)


@inline
def expm1(x: Any) -> Any:
    """e to the x, less 1, without loss near 0."""
    n, r = reduced(clip(x, -LIMIT, LIMIT))
    s = scale2(1.0, n)
    return s * (r + r * r * tail(r)) + (s - 1.0)


@inline
def tanh(x: Any) -> Any:
    """Hyperbolic tangent."""
    e = expm1(2.0 * clip(x, -20.0, 20.0))
    return e / (e + 2.0)


@inline
def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)): a smooth step from 0 to 1."""
    return 1.0 / (1.0 + exp(-x))


@inline
def log_normal(x: Any) -> Any:
    """Natural logarithm of a normal x > 0; something finite for others."""
    m, k = split2(x)
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    odd = w * (
        3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01)
    )
    even = z * (
        6.666666666666735130e-01
        + w
        * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    h = 0.5 * f * f
    return k * LN2_HIGH - ((h - (s * (h + (odd + even)) + k * LN2_LOW)) - f)


@inline
def log(x: Any) -> Any:
    """Natural logarithm of a normal x > 0; not-a-number for x <= 0 (and 709.8 for infinity)."""
    positive = x > 0.0
    return where(positive, log_normal(where(positive, x, 1.0)), NAN)


@inline
def log1p(x: Any) -> Any:
    """log(1 + x) without loss near 0; x > -1."""
    y = 1.0 + x
    positive = y > 0.0
    safe = where(positive, y, 1.0)
    return where(positive, log_normal(safe) + (x - (safe - 1.0)) / safe, NAN)


@inline
def pow(x: Any, y: Any) -> Any:
    """x to the y for x > 0.

    A base at or below 0 counts as 0 (states may round to -1e-18): the result is
    then 0 for y > 0 and not-a-number for y <= 0.
    """
    nothing = where(y > 0.0, 0.0, NAN)
    return where(x <= 0.0, nothing, exp(y * log(x)))


@inline
def hill(x: Any, k: Any, n: Any) -> Any:
    """x**n / (k**n + x**n) for k, n > 0: exactly 0 for x <= 0, 1/2 at k, 1 far above."""
    if not anyone(x > 0.0):  # a drug that nobody has, most often
        return where(x <= 0.0, 0.0, x)
    return where(x <= 0.0, 0.0, sigmoid(n * log(maximum(SMALLEST, x / k))))


@inline
def hill1(x: Any, k: Any) -> Any:
    """``hill(x, k, 1)`` without exponential and logarithm, k > 0: how much of a site is occupied."""
    x = maximum(0.0, x)
    return x / (k + x)


@inline
def hill2(x: Any, k: Any) -> Any:
    """``hill(x, k, 2)`` without exponential and logarithm, k > 0."""
    x = maximum(0.0, x)
    return x * x / (k * k + x * x)


@inline
def softplus(x: Any, w: Any) -> Any:
    """w log(1 + exp(x / w)), w > 0: 0 far below 0, x far above, smooth over about w between."""
    return maximum(0.0, x) + w * log1p(exp(-abs(x) / w))


@inline
def phi(x: Any) -> Any:
    """x / (1 - exp(-x)): 0 far below 0, 1 + x/2 near 0 (and there without loss), x far above."""
    near = abs(x) < 1e-8
    return where(near, 1.0 + 0.5 * x, x / where(near, 1.0, -expm1(-x)))
