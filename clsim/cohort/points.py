"""Where in (0, 1) a patient falls, for each stream: at random, or spread evenly.

Whatever the method, the number depends on (seed, stream, patient) and on nothing that was drawn
before, so that a patient is the same alone and in any block.

``random``  Independent numbers (`clsim.draws`).
``sobol``  Sobol' points as scipy.stats.qmc gives them (directions of Joe and Kuo 2008); the
    position of the stream in the file is its dimension.  Each stream is scrambled by itself with
    the nested scrambling of Owen 1995: every binary digit is flipped or not, depending on the
    digits before it; what flips is drawn at an address of the stream.
``latin-hypercube``  Each stream is cut into as many strata as there are patients, and each stratum
    is given to one patient by a permutation of its own: a Feistel network on pairs of digits
    (Black and Rogaway 2002), walked until it lands within the strata.
"""

from __future__ import annotations

import contextlib
import os
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clsim.draws import philox, stream_key, uniform, uniforms
from clsim.jit import CACHE, driver, kernel

METHODS = ("sobol", "latin-hypercube", "random")
DIGITS = 32  # of a Sobol' point, binary
LEVELS = 6  # digits scrambled with one random word: a word has a bit for each of their 63 prefixes
ROUNDS = 6  # of the Feistel network
ONE = np.uint64(1)
BELOW_ONE = 1.0 - 2.0**-53


@lru_cache(maxsize=16)
def directions(dimensions: int, bits: int) -> NDArray[np.uint64]:
    """Direction numbers of Sobol' points, (dimensions, bits).

    Point k is the exclusive or of those directions whose bit is set in the Gray code of k.  Point
    2^(j+1) - 1 has bit j only, so that it is direction j itself.  What was found is kept beside
    the compiled code, because scipy.stats takes longer to import than a first block to compute.
    """
    kept = CACHE / f"sobol-{dimensions}-{bits}.npy" if CACHE is not None else None
    if kept is not None and kept.exists():
        with contextlib.suppress(OSError, ValueError):  # torn by another process: worked out again
            return np.asarray(np.load(kept), np.uint64)
    from scipy.stats import qmc

    points = qmc.Sobol(dimensions, scramble=False, bits=DIGITS)
    found = np.empty((dimensions, bits), np.uint64)
    at = 0
    for j in range(bits):
        points.fast_forward(2 ** (j + 1) - 1 - at)
        found[:, j] = points.random(1)[0] * 2.0**DIGITS
        at = 2 ** (j + 1)
    if kept is not None:
        with contextlib.suppress(OSError):
            draft = kept.with_name(f"{kept.stem}.{os.getpid()}.npy")
            np.save(draft, found)
            draft.replace(kept)
    return found


@kernel
def scrambled(key, word):  # type: ignore[no-untyped-def]
    """The word with its binary digits flipped, each depending on those before it."""
    out, before = np.uint64(0), np.uint64(0)
    for top in range(DIGITS, 0, -LEVELS):
        flips = philox(key, before, np.uint64(top))
        node = ONE
        for digit in range(top - 1, max(top - LEVELS, 0) - 1, -1):
            bit = (word >> np.uint64(digit)) & ONE
            out |= (bit ^ ((flips >> node) & ONE)) << np.uint64(digit)
            node = (node << ONE) | bit
            before |= bit << np.uint64(digit)
    return out


@driver(philox, scrambled)
def fill_sobol(key, direction, patients, out):  # type: ignore[no-untyped-def]
    """The scrambled Sobol' point of each patient in one dimension."""
    for i in range(patients.size):
        gray = patients[i] ^ (patients[i] >> ONE)
        word = np.uint64(0)
        for j in range(direction.size):
            word ^= direction[j] * ((gray >> np.uint64(j)) & ONE)
        out[i] = (scrambled(key, word) + 0.5) * 2.0**-DIGITS


@kernel
def stratum(key, patient, half, total):  # type: ignore[no-untyped-def]
    """Where a permutation of ``total`` strata sends the patient; 2^(2 half) is at least ``total``."""
    mask = (ONE << half) - ONE
    place = patient
    while True:
        left, right = place >> half, place & mask
        for turn in range(ROUNDS):
            left, right = right, left ^ (philox(key, right, np.uint64(turn)) & mask)
        place = (left << half) | right
        if place < total:
            return place


@driver(philox, uniform, stratum)
def fill_strata(key, patients, half, total, within, out):  # type: ignore[no-untyped-def]
    """A place within each patient's own stratum."""
    for i in range(patients.size):
        out[i] = min((stratum(key, patients[i], half, total) + within[i]) / total, BELOW_ONE)


def points(
    method: str, seed: int, stream: str, position: int, dimensions: int, patients: NDArray[np.int64], total: int
) -> NDArray[np.float64]:
    """A number strictly between 0 and 1 for each patient.

    Parameters
    ----------
    method : {"sobol", "latin-hypercube", "random"}
    seed, stream : int, str
        The address.
    position, dimensions : int
        Of the stream among all, and how many there are; for Sobol' points only.
    patients : int64 (n,)
        Numbers of the patients, in any order.
    total : int
        How many patients there are in all; for the Latin hypercube only.

    Returns
    -------
    float64 (n,)
    """
    key = stream_key(seed, stream)
    numbers = np.ascontiguousarray(patients, np.uint64)
    if method == "random":
        return uniforms(key, numbers)
    out = np.empty(numbers.size)
    if method == "sobol":
        most = int(numbers.max()) if numbers.size else 0
        fill_sobol(key, directions(dimensions, max(1, most.bit_length()))[position].copy(), numbers, out)
    else:
        half = max(1, ((total - 1).bit_length() + 1) // 2)
        within = uniforms(stream_key(seed, f"{stream}/within"), numbers)
        fill_strata(key, numbers, np.uint64(half), np.uint64(total), within, out)
    return out
