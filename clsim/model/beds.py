"""Places that come more than once: the microvascular beds and the fluid pockets."""

from __future__ import annotations

BEDS = ("peripheral", "splanchnic", "lung")
PERIPHERAL, SPLANCHNIC, LUNG = 0, 1, 2
N_BEDS = 3

POCKETS = ("third_space", "effusion")
THIRD_SPACE, EFFUSION = 0, 1
N_POCKETS = 2
