"""How much of the validation table is prediction: set the constants on some rows, look at the others.

A random search from the first hand-set values sees the rows of saline, Ringer's, albumin,
phenylephrine and furosemide (2, 3, 4, 8, 13, 16) and no others; then every row is graded.

    .venv/bin/python benchmarks/hold_out.py SEED SECONDS

prints the grades of the rows it saw and of those it did not.  `docs/validation.md` keeps what came out.
"""

from __future__ import annotations

import math
import sys
import time
from collections import Counter

import numpy as np

from clsim.errors import ClsimError
from clsim.validation import EXPERIMENTS, Bench, order
from clsim.validation.rows import HEALTHY, Row

SEEN = ("saline", "ringer", "albumin_20", "phenylephrine", "furosemide")
CONSTANTS = {  # first hand-set value, lowest and highest tried
    "volume_on_CD": (16.0, 6.0, 24.0), "volume_on_ADH": (3.5, 2.0, 40.0), "ADH_volume_range": (0.08, 0.02, 0.2),
    "Na_on_ADH": (0.28, 0.15, 0.45), "CVP_on_volume_signal": (0.02, 0.002, 0.06),
    "tau_volume_signal": (12.0, 6.0, 30.0), "tau_ADH": (18.0, 12.0, 30.0), "MAP_on_CD": (0.03, 0.005, 0.08),
    "MAP_on_PT": (0.008, 0.002, 0.03), "pi_on_PT": (0.05, 0.02, 0.15), "oncotic_on_GFR": (0.018, 0.01, 0.04),
    "chloride_on_GFR": (0.03, 0.01, 0.08), "chloride_on_PT": (0.05, 0.001, 0.15),
    "chloride_on_CD": (0.15, 0.001, 0.4), "load_on_DT": (0.3, 0.2, 1.6), "load_on_CD": (0.45, 0.3, 1.8),
    "aldosterone_on_CD": (0.45, 0.2, 0.8), "U_osm_lowest": (60.0, 45.0, 70.0), "k_cells": (0.0021, 0.0012, 0.005),
    "furosemide_on_loop": (0.75, 0.6, 1.0), "furosemide_ED50": (0.065, 0.02, 0.07),
    "loop_on_concentration": (0.7, 0.4, 0.9), "g_HR": (0.45, 0.25, 0.5), "g_SVR": (0.45, 0.25, 0.5),
    "g_veins": (0.085, 0.07, 0.17), "g_E": (0.2, 0.05, 0.25), "g_veins_pressor": (0.15, 0.1, 0.35),
    "k_afterload": (0.15, 0.04, 0.2), "k_baroreflex": (0.06, 0.04, 0.065), "SVR_on_R_vr": (0.1, 0.03, 0.2),
    "phenylephrine_Emax": (1.8, 1.5, 5.0), "phenylephrine_ED50": (0.9, 0.5, 1.5), "C_vascular": (0.16, 0.14, 0.2),
    "k_third_in": (0.02, 0.005, 0.05), "third_opening": (0.083, 0.06, 0.09), "k_viscosity": (1.5, 0.8, 2.0),
    "volume_on_angiotensin": (4.0, 2.0, 10.0), "volume_on_thirst": (5.0, 1.0, 15.0), "Na_on_thirst": (0.45, 0.2, 0.8),
}  # fmt: skip
PER_BED = {  # bed-wise first values, of which the search moves the peripheral one
    "L_capillary": (2.6e-3, 1.3e-3, 0.26e-3), "k_tight": (19.8, 15.2, 18.0), "lymph_width": (1.2, 1.5, 1.5),
    "lymph_maximum": (8.0, 6.0, 10.0),
}  # fmt: skip
SPREAD = 0.25  # of a range: the usual step of the search


def graded(trial: dict[str, float], names: tuple[str, ...] = ()) -> list[Row]:
    """The rows of some experiments (all without names) with the constants of a trial."""
    values = {name: trial[name] for name in CONSTANTS}
    beds = {name: (first[0] * trial[name], *first[1:]) for name, first in PER_BED.items()}
    bench = Bench({**values, **beds})
    rows = [row for each in EXPERIMENTS if not names or each.__name__ in names for row in each(bench)]
    return sorted((row for row in rows if row.layer == HEALTHY), key=order)


def distance(row: Row) -> float:
    """How far outside the band, in e-folds where signs agree."""
    edge = row.low if row.value < row.low else row.high
    if edge * row.value > 0.0:
        return min(2.5, abs(math.log(row.value / edge)))
    return min(4.0, 2.0 + abs(row.value - edge) / (abs(edge) + 0.1 * abs(row.published) + 1e-9))


def cost(trial: dict[str, float]) -> float:
    """Misses of the rows seen, and a small price for leaving the first values."""
    try:
        rows = graded(trial, SEEN)
    except ClsimError:
        return math.inf
    price = {"good": 0.0, "decent": 1.0, "bad": 5.0}
    missed = sum(price[row.grade] + (1.0 if row.grade == "bad" else 0.6) * distance(row)
                 for row in rows if row.grade != "good")
    moved = sum(abs(trial[name] - first) / (high - low) for name, (first, low, high) in CONSTANTS.items())
    return missed + 0.12 * moved


def search(seed: int, seconds: float) -> tuple[dict[str, float], int]:
    """The best trial found, and how many were made."""
    rng, trials = np.random.default_rng(seed), 0
    ranges = {**CONSTANTS, **dict.fromkeys(PER_BED, (1.0, 0.4, 1.6))}
    best = {name: first for name, (first, _, _) in ranges.items()}
    lowest, end = cost(best), time.monotonic() + seconds
    while time.monotonic() < end:
        trial = dict(best)
        for name in rng.choice([*ranges], rng.integers(1, 6), replace=False):
            _, low, high = ranges[name]
            step = SPREAD * (high - low) * rng.choice([0.3, 1.0]) * rng.normal()
            trial[name] = float(np.clip(trial[name] + step, low, high))
        trials += 1
        if (found := cost(trial)) < lowest:
            lowest, best = found, trial
    return best, trials


def main() -> None:
    seed, seconds = int(sys.argv[1]), float(sys.argv[2])
    best, trials = search(seed, seconds)
    rows, seen = graded(best), {row.id for row in graded(best, SEEN)}
    print(f"seed {seed}: {trials} trials, {len(CONSTANTS) + len(PER_BED)} constants")
    for words, chosen in (("seen", True), ("not seen", False)):
        group = [row for row in rows if (row.id in seen) == chosen]
        print(f"{words}: {len(group)} quantities, {dict(Counter(row.grade for row in group))}; "
              f"bad: {', '.join(row.id for row in group if row.grade == 'bad') or 'none'}")


if __name__ == "__main__":
    main()
