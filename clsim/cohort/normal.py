"""The normal distribution from IEEE operations only: the same bits on every machine.

The quantile is algorithm AS 241, PPND16 (Wichura 1988, "The percentage points of the normal
distribution", Applied Statistics 37:477-484), good to about 1 part in 10^16.  The distribution
function is the series of Marsaglia 2004 ("Evaluating the normal distribution", Journal of
Statistical Software 11(4)), good to 1e-15 in absolute terms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clsim import vmath
from clsim.jit import driver, kernel

Numbers = NDArray[np.float64]

# numerator and denominator, constant term first: near the middle, in the tails, in the far tails
MIDDLE = (
    (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3),
    (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3),
)  # fmt: skip
TAIL = (
    (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
)  # fmt: skip
FAR = (
    (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
)  # fmt: skip
PER_SQRT_TAU = 0.3989422804014327  # 1/sqrt(2 pi)
CERTAIN = 8.3  # beyond it the distribution function is 0 or 1 in double precision


@kernel
def ratio(terms, x):  # type: ignore[no-untyped-def]
    """A rational function: numerator over denominator, each by Horner's rule."""
    above, below = 0.0, 0.0
    for i in range(7, -1, -1):
        above = above * x + terms[0][i]
        below = below * x + terms[1][i]
    return above / below


@kernel
def quantile(u):  # type: ignore[no-untyped-def]
    """The normal score below which a share u lies; u strictly between 0 and 1."""
    q = u - 0.5
    if abs(q) <= 0.425:
        return q * ratio(MIDDLE, 0.180625 - q * q)
    r = np.sqrt(-vmath.log(u if q < 0.0 else 1.0 - u))
    z = ratio(TAIL, r - 1.6) if r <= 5.0 else ratio(FAR, r - 5.0)
    return -z if q < 0.0 else z


@kernel
def share(z):  # type: ignore[no-untyped-def]
    """The share of a normal population that lies below the score z."""
    if not abs(z) < CERTAIN:  # also not-a-number
        return z if z != z else (1.0 if z > 0.0 else 0.0)
    term, total, before, odd = z, z, 0.0, 1.0
    while total != before:
        before = total
        odd += 2.0
        term *= z * z / odd
        total += term
    return 0.5 + total * (PER_SQRT_TAU * vmath.exp(-0.5 * z * z))


@driver(quantile)
def fill_quantiles(u, out):  # type: ignore[no-untyped-def]
    """``quantile`` of each."""
    for i in range(u.size):
        out[i] = quantile(u[i])


@driver(share)
def fill_shares(z, out):  # type: ignore[no-untyped-def]
    """``share`` of each."""
    for i in range(z.size):
        out[i] = share(z[i])


@driver(vmath.pow)
def fill_powers(x, y, out):  # type: ignore[no-untyped-def]
    """x to the y of each; x above 0."""
    for i in range(x.size):
        out[i] = vmath.pow(x[i], y[i])


@driver(vmath.exp)
def fill_exponentials(x, out):  # type: ignore[no-untyped-def]
    """e to the x of each."""
    for i in range(x.size):
        out[i] = vmath.exp(x[i])


@driver(vmath.log)
def fill_logarithms(x, out):  # type: ignore[no-untyped-def]
    """Natural logarithm of each; x above 0."""
    for i in range(x.size):
        out[i] = vmath.log(x[i])


def quantiles(u: Numbers) -> Numbers:
    """Normal scores of shares strictly between 0 and 1, (n,)."""
    out = np.empty_like(u)
    fill_quantiles(u, out)
    return out


def shares(z: Numbers) -> Numbers:
    """Shares of a normal population below the scores, (n,)."""
    out = np.empty_like(z)
    fill_shares(z, out)
    return out


def powers(x: Numbers, y: Numbers | float) -> Numbers:
    """``x**y`` for x above 0, (n,)."""
    out = np.empty_like(x)
    fill_powers(x, np.broadcast_to(np.asarray(y, np.float64), x.shape).copy(), out)
    return out


def exponentials(x: Numbers) -> Numbers:
    """``exp(x)``, (n,)."""
    out = np.empty_like(x)
    fill_exponentials(x, out)
    return out


def logarithms(x: Numbers) -> Numbers:
    """``log(x)`` for x above 0, (n,)."""
    out = np.empty_like(x)
    fill_logarithms(x, out)
    return out
