"""The expected trends as text and as a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import dedent

from clsim.disclaimer import DISCLAIMER
from clsim.printing import columns_of_text
from clsim.spec import CITATION
from clsim.validation.trends.found import Found
from clsim.validation.trends.table import RISING

HEADINGS = ("id", "verdict", "measured", "wanted", "expectation")
HEAD = dedent("""\
    <!-- Written by `python -m clsim.validation.trends docs/trends.md`; changes here are lost. -->

    # Expected trends

    What a clinician expects, as sentences with two or more courses and a comparison. `clsim validate trends`
    computes them; the rows are the files of `scenarios/trends`, so that a row is added or disputed without
    touching the program.

    - **Directions, not fitted numbers.** Numbers are to rise from each to the next by at least what is wanted, or to
      be the same. The sizes are small on purpose: they say that an effect is there, not how large it is.
    - **Written before it was measured.** Rows and sizes were written first and the model was run afterwards, but for
      `bolus_day_4` and `plasma_not_gained`, which came later. A row that is missed stays, with the reason.
      Two readings were corrected after the first run, and no size: `oedema` (first without the slow part of the
      tissue) and `fever_time` (first without antipyretics, under which its source watched).
    - **Sources.** A citation of [references](references.bib), or *physiology* (a textbook reason), *definition* (it
      follows from what the words mean) or *published* (a paper of which too little was seen for an entry). Where
      evidence is silent there is no row: none says that albumin spares boluses, or that a pressor harms or spares
      the kidney in leak.
    - **One patient.** The reference adult, or one who differs in what the row says; rules of management in the same
      64 drawn patients, means of those treated. A trend that holds there may fail in others.
    - **Not all is prediction.** Much of what is published of interleukin-2 was in view when the laws were written:
      most rows check that nothing is broken.
    """)


def measured(found: Found) -> str:
    """The numbers in the order of the expectation."""
    between = " → " if found.trend.kind == RISING else ", "
    return between.join(map(figures, found.values)) + unit_of(found)


def figures(value: float) -> str:
    """Four figures, without an exponent where there can be one."""
    return f"{value:.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"


def unit_of(found: Found) -> str:
    """As it follows a number."""
    return "" if found.trend.unit == "1" else f" {found.trend.unit}"


def wanted(found: Found) -> str:
    """How far apart, or how close, the numbers must be."""
    trend = found.trend
    size = f"{100.0 * trend.least:.3g} %" if trend.is_share else figures(trend.least) + unit_of(found)
    if trend.kind == RISING:
        return f"rise of {size}"
    return f"within {size}" if trend.least else "the same"


def summary(found: Sequence[Found]) -> str:
    """How many hold, and how many of the others were known."""
    missed = [each for each in found if not each.holds]
    known = sum(bool(each.trend.known_miss) for each in missed)
    return f"{len(found) - len(missed)} of {len(found)} hold, {len(missed)} do not ({known} of these are known misses)"


def table(found: Sequence[Found]) -> str:
    """Plain text, a line for each trend, with the counts below."""
    rows = [HEADINGS, *((each.trend.id, each.verdict, measured(each), wanted(each), each.trend.says) for each in found)]
    return f"{columns_of_text(rows, len(HEADINGS))}\n\n{summary(found)}"


def page(found: Sequence[Found]) -> str:
    """The Markdown page: the misses first, then all by topic, an anchor on each."""
    missed = [each for each in found if not each.holds]
    parts = [HEAD.rstrip(), f"{summary(found)}.", "## Missed"]
    parts += [markdown("likely cause", [(each, each.trend.known_miss or "not known") for each in missed])]
    for topic in dict.fromkeys(each.trend.topic for each in found):
        rows = [(each, each.verdict) for each in found if each.trend.topic == topic]
        parts += [f"## {topic}", markdown("verdict", rows, anchored=True)]
    return "\n\n".join([*parts, f"*{DISCLAIMER}*"]) + "\n"


def markdown(heading: str, rows: Iterable[tuple[Found, str]], anchored: bool = False) -> str:
    """A table of trends, with one further column of words."""
    lines = [f"| expectation | measured | wanted | {heading} | source |", "|" + " --- |" * 5]
    for each, words in rows:
        anchor = f'<a id="{each.trend.id}"></a>' if anchored else ""
        source = CITATION.sub(lambda key: f"[{key[0]}](references.bib)", each.trend.source)
        lines.append(f"| {anchor}{each.trend.says} | {measured(each)} | {wanted(each)} | {words} | {source} |")
    return "\n".join(lines)


def rewrite(file: Path, found: Sequence[Found]) -> None:
    """Write the page."""
    file.write_text(page(found), encoding="utf-8")
