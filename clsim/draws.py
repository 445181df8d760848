"""Addressed randomness: a draw is a function of where it belongs, never of what was drawn before.

``uniform(key, patient, decision)`` is the same number in every block, thread, lane and program:
a new parameter, another patient or a later decision moves nobody else's draw.  The generator is
Philox 4x32 with ten rounds (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy
as 1, 2, 3", table 2); the key is a hash of the seed and of the name of the stream, the counter is
the patient and the decision.

All arithmetic is on unsigned 64-bit integers whose products of 32-bit halves cannot overflow,
so that plain Python, arrays and compiled code agree bit for bit.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.jit import driver, kernel

ROUNDS = 10
MULTIPLIER = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
WEYL = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
SURPLUS = np.uint64(11)  # bits of 64 beyond a double's 53
SPACING = 2.0**-53
BELOW_ONE = 1.0 - SPACING  # the half above the largest whole number would round to 1
WORD = np.uint64(0xFFFF)  # a quarter of 64 bits
SECOND, THIRD, FOURTH = np.uint64(16), np.uint64(32), np.uint64(48)
MIDDLE, SPREAD = 2.0 * 65535.0, (12.0 / (4.0 * (65536.0**2 - 1.0))) ** 0.5  # of the sum of four words


def stream_key(seed: int, stream: str) -> np.uint64:
    """The key of a named stream: 64 bits of the hash of the seed and the name."""
    digest = hashlib.blake2b(f"{seed}/{stream}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def stream_keys(seed: int, streams: tuple[str, ...]) -> NDArray[np.uint64]:
    """Keys of several streams, (k,)."""
    return np.array([stream_key(seed, stream) for stream in streams], np.uint64)


@kernel
def philox(key, patient, decision):
    """64 random bits for a key and a counter, all unsigned 64-bit (numbers or arrays)."""
    k0, k1 = key & LOW, key >> HALF
    c0, c1 = decision & LOW, decision >> HALF
    c2, c3 = patient & LOW, patient >> HALF
    for _ in range(ROUNDS):
        a, b = MULTIPLIER[0] * c0, MULTIPLIER[1] * c2
        c0, c1, c2, c3 = (b >> HALF) ^ c1 ^ k0, b & LOW, (a >> HALF) ^ c3 ^ k1, a & LOW
        k0, k1 = (k0 + WEYL[0]) & LOW, (k1 + WEYL[1]) & LOW
    return (c0 << HALF) | c1


@kernel
def uniform(key, patient, decision):
    """A number strictly between 0 and 1.

    Parameters
    ----------
    key : uint64
        From ``stream_key``.
    patient, decision : uint64
        Who, and the how-manieth time it is asked of him.
    """
    return min(((philox(key, patient, decision) >> SURPLUS) + 0.5) * SPACING, BELOW_ONE)


@kernel
def deviate(key, patient, decision):
    """A number of mean 0 and standard deviation 1, nearly normal, never beyond 3.5: four words added up."""
    bits = philox(key, patient, decision)
    total = (bits & WORD) + ((bits >> SECOND) & WORD) + ((bits >> THIRD) & WORD) + ((bits >> FOURTH) & WORD)
    return (total - MIDDLE) * SPREAD


@driver(philox, uniform)
def fill(key, patients, decision, out):
    """``uniform`` for each of the patients, into ``out``."""
    for i in range(patients.size):
        out[i] = uniform(key, patients[i], decision)


def uniforms(key: np.uint64, patients: Any, decision: int = 0) -> NDArray[np.float64]:
    """``uniform`` for many patients at the same decision, (n,)."""
    numbers = np.ascontiguousarray(patients, np.uint64)
    out = np.empty(numbers.size)
    fill(key, numbers, np.uint64(decision), out)
    return out


@driver(philox, deviate)
def fill_deviates(key, patients, decision, out):
    """``deviate`` for each of the patients, into ``out``."""
    for i in range(patients.size):
        out[i] = deviate(key, patients[i], decision)


def deviates(key: np.uint64, patients: Any, decision: int = 0) -> NDArray[np.float64]:
    """``deviate`` for many patients at the same decision, (n,)."""
    numbers = np.ascontiguousarray(patients, np.uint64)
    out = np.empty(numbers.size)
    fill_deviates(key, numbers, np.uint64(decision), out)
    return out
