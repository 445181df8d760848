"""What moves what, as a terminal shows it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from clsim.compare.tables import NOTHING, between, digits, number
from clsim.printing import columns_of_text
from clsim.sensitivity.flips import Flips, Pair
from clsim.sensitivity.morris import Morris
from clsim.sensitivity.sobol import Sobol
from clsim.sensitivity.tornado import Tornado

Cells = tuple[str, ...]
LONGEST_LABEL = 40  # characters
MOST_SHOWN = 10  # knobs below each two policies
SURE = 3.0  # over a number of members is the upper end of a 95 % interval of what none of them showed


def knob(record: Mapping[str, Any]) -> Cells:
    """A knob, what it does, and its range."""
    return (record["knob"], textwrap.shorten(record["label"], LONGEST_LABEL, placeholder=" ..."),
            f"{record['low']:.4g} to {record['high']:.4g}")


def index(record: Mapping[str, Any], name: str, decimals: int) -> str:
    """An index with its interval."""
    value = record[name]
    ends = between(record[f"{name}_low"], record[f"{name}_high"], decimals)
    return NOTHING if value is None else f"{number(value, decimals)} ({ends})"


def tornado(found: Tornado, label: str) -> str:
    """The outcome with each knob low and high."""
    records = found.records()
    decimals = digits(max((each["width"] for each in records), default=0.0) / 10.0, found.base)
    rows: list[Cells] = [("parameter", "what it is", "from and to", "at the low end", "at the high end", "apart")]
    for each in records:
        rows.append((*knob(each), number(each["at_low"], decimals), number(each["at_high"], decimals),
                     number(each["width"], decimals)))
    base = number(None if np.isnan(found.base) else found.base, decimals)
    return f"{label}: {base} as the body is\n\n{columns_of_text(rows, 3)}"


def morris(found: Morris) -> str:
    """Elementary effects."""
    records = found.records()
    widest = max((each["mu_star_high"] or 0.0 for each in records), default=0.0)
    decimals = digits(widest / 10.0, widest)
    rows: list[Cells] = [("parameter", "what it is", "from and to", "mu* (95 %)", "mu (95 %)", "sigma (95 %)")]
    rows += [(*knob(each), *(index(each, name, decimals) for name in ("mu_star", "mu", "sigma"))) for each in records]
    return columns_of_text(rows, 3)


def sobol(found: Sobol) -> str:
    """Shares of the variance."""
    rows: list[Cells] = [("parameter", "what it is", "from and to", "first order (95 %)", "total (95 %)")]
    rows += [(*knob(each), index(each, "first", 2), index(each, "total", 2)) for each in found.records()]
    return columns_of_text(rows, 3)


def per_cent(share: float) -> str:
    """A share of 0 to 1 in words."""
    return NOTHING if np.isnan(share) else f"{100.0 * share:.0f} %"


def flips(found: Flips, label: str) -> str:
    """Who is ahead in how much of the ensemble, and what decides it."""
    errors = [float(np.nanmax(pair.error)) for pair in found.pairs]
    decimals = digits(max(errors), float(found.means.flat[0]))
    rows: list[Cells] = [("policy", "best in", label, "95 % of members")]
    for k, (name, best) in enumerate(zip(found.policies, found.best, strict=True)):
        middle, low, high = found.spread(k)
        rows.append((name, per_cent(float(best)), number(middle, decimals), between(low, high, decimals)))
    return "\n\n".join([columns_of_text(rows, 1), *(pair_of(each, found) for each in found.pairs)])


def pair_of(pair: Pair, found: Flips) -> str:
    """Two policies: who is ahead, and which knob separates the members."""
    said = (f"{pair.first} against {pair.second}: ahead in {per_cent(pair.ahead)} of the ensemble, behind in "
            f"{per_cent(pair.behind)} (beyond the Monte Carlo error: {per_cent(pair.sure_ahead)} and "
            f"{per_cent(pair.sure_behind)})")
    if not pair.flips:
        return f"{said}.\n{nothing(pair, found)}"
    rows: list[Cells] = [("parameter", f"higher where {pair.first} is ahead (95 %)", "rank correlation (95 %)", "cut",
                          "ahead above it", "and below")]
    for each in pair.separations[:MOST_SHOWN]:
        rows.append((each.knob, spoken(each.area), spoken(each.correlation), f"{each.cut:.4g}", per_cent(each.above),
                     per_cent(each.below)))
    first, others = pair.separations[0], len(pair.separations) - MOST_SHOWN
    left = f"\n({others} more separate less; JSON has all)" if others > 0 else ""
    verdict = (f"{first.knob} decides it most: above {first.cut:.4g} {pair.first} is ahead in {per_cent(first.above)} "
               f"of the ensemble, below in {per_cent(first.below)}.")
    if not pair.decided:
        verdict = (f"No parameter is seen to decide it: if none had to do with it, the best of {len(pair.separations)} "
                   f"would separate the members as well in {per_cent(pair.chance)} of cases. {strongest(pair)}")
    return f"{said}.\n\n{columns_of_text(rows, 1)}{left}\n\n{verdict}"


def nothing(pair: Pair, found: Flips) -> str:
    """That nothing flips, and how much that says."""
    if not pair.ahead and not pair.behind:
        return "Both are equal in every member: nothing flips."
    most = min(1.0, SURE / found.effective)
    return (f"Nothing flips: no parameter of the ensemble changes which of them comes out ahead. With members that "
            f"count as {found.effective:.1f}, a flip in up to {per_cent(most)} of the ensemble could have been missed. "
            f"{strongest(pair)}")


def strongest(pair: Pair) -> str:
    """What how far they are apart goes with."""
    first = pair.separations[0]
    return (f"How far they are apart goes most with {first.knob} (rank correlation {spoken(first.correlation)}, with "
            f"{pair.first} ahead).")


def spoken(found: Sequence[float]) -> str:
    """A value with its interval."""
    value, low, high = found
    return NOTHING if np.isnan(value) else f"{value:.2f} ({low:.2f} to {high:.2f})"
