"""Plain tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence


def columns_of_text(rows: Sequence[tuple[str, ...]], left: int = 2) -> str:
    """Columns of text; the first `left` are words, the others numbers that stand to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(widths[i]) if i < left else cell.rjust(widths[i])
            for i, cell in enumerate(row)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
