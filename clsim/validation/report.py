"""The validation table as text and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clsim.validation.rows import BAD, DECENT, GOOD, Row, counts, number

HEADINGS = ("id", "experiment", "quantity", "published", "pass band", "ours", "unit", "grade", "source")


def cells(row: Row) -> tuple[str, ...]:
    """One row as text, in the order of HEADINGS."""
    return (row.id, row.experiment, row.quantity, number(row.published),
            f"{number(row.low)} to {number(row.high)}", number(row.value), row.unit, row.grade, row.source)


def summary(rows: Sequence[Row]) -> str:
    """How many of which grade."""
    found = counts(rows)
    return f"{found[GOOD]} good, {found[DECENT]} decent, {found[BAD]} bad of {sum(found.values())} healthy quantities"


def table(rows: Sequence[Row]) -> str:
    """Columns of plain text, with the count of grades below."""
    lines = [HEADINGS, *map(cells, rows)]
    widths = [max(len(line[j]) for line in lines) for j in range(len(HEADINGS))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([*text, "", summary(rows)])


def markdown(rows: Iterable[Row]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + " --- |" * len(HEADINGS)]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"
