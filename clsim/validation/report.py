"""The validation table as text and as Markdown, and the page that holds it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from clsim.validation.rows import (
    BAD,
    DECENT,
    GOOD,
    HEALTHY,
    INTERLEUKIN2,
    UNTOUCHED,
    UNTOUCHED_SECOND,
    Row,
    counts,
    number,
)

HEADINGS = (
    "id",
    "experiment",
    "quantity",
    "published",
    "pass band",
    "ours",
    "unit",
    "grade",
    "source",
)
LAYERS = {
    HEALTHY: "## The healthy body",
    UNTOUCHED: "## The healthy body in experiments that nobody tuned to",
    UNTOUCHED_SECOND: "## The healthy body in a second set of experiments that nobody tuned to",
    INTERLEUKIN2: "## The interleukin-2 layer (hand-set)",
}
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"


def cells(row: Row) -> tuple[str, ...]:
    """One row as text, in the order of HEADINGS."""
    return (
        row.id,
        row.experiment,
        row.quantity,
        number(row.published),
        f"{number(row.low)} to {number(row.high)}",
        number(row.value),
        row.unit,
        row.grade,
        row.source,
    )


def summary(rows: Sequence[Row], layer: str = HEALTHY) -> str:
    """How many of which grade."""
    found = counts(rows, layer)
    return (
        f"{layer}: {found[GOOD]} good, {found[DECENT]} decent, {found[BAD]} bad "
        f"of {sum(found.values())}"
    )


def table(rows: Sequence[Row]) -> str:
    """Columns of plain text, with the counts of grades below."""
    lines = [HEADINGS, *map(cells, rows)]
    widths = [max(len(line[j]) for line in lines) for j in range(len(HEADINGS))]
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    failed = ", ".join(row.id for row in rows if row.grade == BAD) or "none"
    return "\n".join([*text, "", *(summary(rows, layer) for layer in LAYERS), f"bad: {failed}"])


def markdown(rows: Iterable[Row]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + " --- |" * len(HEADINGS)]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def section(rows: Sequence[Row]) -> str:
    """What stands between the two marks of the page: counts, the misses first, then the rest."""
    parts = []
    for layer, title in LAYERS.items():
        own = [row for row in rows if row.layer == layer]
        missed = [row for row in own if row.grade != GOOD]
        hit = [row for row in own if row.grade == GOOD]
        parts += [title, summary(rows, layer) + "."]
        parts += ["### Missed", markdown(missed)] if missed else []
        parts += ["### Hit", markdown(hit)] if hit else []
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def rewrite(page: Path, rows: Sequence[Row]) -> None:
    """Put the present results between the marks of the page.

    Raises
    ------
    ValueError
        If the page lacks the marks.
    """
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{page} has no {BEGIN} ... {END}")
    text = f"{before}{BEGIN}\n\n{section(rows)}\n{END}{after}"
    page.write_text(text, encoding="utf-8")
