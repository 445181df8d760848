"""The page of the calibration: targets, knobs, what the targets say of them, structural variants."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from clsim.evidence.clinical import HEADINGS, Clinical, cells, said
from clsim.evidence.ensemble import Ensemble
from clsim.evidence.identify import Narrowing, Split
from clsim.evidence.targets import Targets
from clsim.evidence.variants import Fitted
from clsim.validation.report import BEGIN, END

Rows = Sequence[Sequence[str]]


def markdown_table(headings: Sequence[str], rows: Rows) -> list[str]:
    """A table of Markdown."""
    return [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}", *(f"| {' | '.join(row)} |" for row in rows)]


def of_targets(found: Clinical) -> list[str]:
    """Every target, what is missed first."""
    rows = sorted(found.rows, key=lambda row: -row.off)
    return [f"{said(found)}.", "", *markdown_table(HEADINGS, [cells(row) for row in rows])]


def of_arms(targets: Targets) -> list[str]:
    """How each study is simulated."""
    rows = [(name, each.title, each.scenario.name, each.policy.name if each.policy else "as written", each.source)
            for name, each in targets.arms.items()]
    return markdown_table(("arm", "study", "scenario", "rules", "source"), rows)


def of_knobs(narrowed: Sequence[Narrowing], ensemble: Ensemble) -> list[str]:
    """Every knob, the least narrowed first."""
    place = {knob.name: k for k, knob in enumerate(ensemble.knobs)}
    rows = []
    for each in narrowed:
        low, high = np.quantile(ensemble.values[:, place[each.knob]], [0.05, 0.95])
        holds = ", ".join(f"{name} {slope:+.1f}" for name, slope in each.holds)
        rows.append((f"`{each.knob}`", each.label, f"{low:.2f} to {high:.2f}", f"{100 * each.left:.0f} %", holds))
    return markdown_table(
        ("knob", "decides", "90 % of members, factor on what is shipped", "width left of the range before",
         "moves most (half-widths of the tolerance for each e-fold)"), rows)


def of_split(found: Split) -> list[str]:
    """How the fall of pressure divides, and whether members agree."""
    rows = []
    for k, way in enumerate(found.ways):
        low, middle, high = np.quantile(found.rise[:, k], [0.05, 0.5, 0.95])
        others = ", ".join(f"{other} {found.correlation()[k, j]:+.2f}" for j, other in enumerate(found.ways) if j != k)
        rows.append((way, f"{middle:+.1f}", f"{low:+.1f} to {high:+.1f}", others))
    return markdown_table(("taken away", "mean pressure, mmHg", "90 % of members", "correlation over members"), rows)


def of_variants(found: Sequence[Fitted]) -> list[str]:
    """Every variant, before and after its fit."""
    rows = [(each.variant.name, each.variant.label, f"{each.cost_start:.1f}", f"{each.cost_end:.1f}",
             str(each.end.met), ", ".join(sorted(each.end.beyond)) or "none") for each in found]
    return markdown_table(("variant", "what it is", "cost at the start", "cost after its fit", "targets met",
                           "off by more than twice the tolerance"), rows)


def marked(page: Path, part: str) -> bool:
    """Whether a page has marks for a part."""
    return BEGIN.replace("begin", f"begin {part}") in page.read_text(encoding="utf-8")


def fill(page: Path, parts: dict[str, list[str]]) -> None:
    """Put the parts between their marks in the page, such as ``<!-- generated: begin knobs -->``."""
    text = page.read_text(encoding="utf-8")
    for name, lines in parts.items():
        begin = BEGIN.replace("begin", f"begin {name}")
        before, mark, rest = text.partition(begin)
        _, end, after = rest.partition(END)
        if not mark or not end:
            raise ValueError(f"{page} has no part {name}")
        text = "\n".join([f"{before}{mark}", *lines, f"{end}{after}"])
    page.write_text(text, encoding="utf-8")
