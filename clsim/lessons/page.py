"""Pages of a lesson that are printed or handed on: whole HTML documents that fetch nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from clsim.compare.page import ALLOWED, CSS
from clsim.disclaimer import DISCLAIMER

PRINT = """
.cols { columns: 2; column-gap: 1.4rem; } .cols > * { break-inside: avoid; }
ul.small { font-size: .85rem; padding-left: 1.1rem; }
ul.tick { list-style: none; padding-left: 0; } ul.tick li::before { content: "\\2610"; padding-right: .4em; }
table.tight { font-size: .8rem; width: 100%; } table.tight td, table.tight th { padding: .15rem .4rem; }
.good::before { content: "\\2713 good: "; } .acceptable::before { content: "~ acceptable: "; }
.poor::before { content: "\\2717 poor: "; } .good::before, .acceptable::before, .poor::before { font-weight: bold; }
.cite { color: var(--soft); font-size: .9em; } .no::before { content: "\\2717 not so: "; color: var(--warn); }
figure svg { width: 100%; height: auto; background: #ffffff; }
@page { size: A4; margin: 11mm 12mm; }
@media print { :root { color-scheme: light; } body { padding: 0; font-size: 8.3pt; line-height: 1.28; }
  h1 { font-size: 13pt; } h2 { font-size: 10pt; margin: .7rem 0 .2rem; } p, ul, ol { margin: .15rem 0; }
  ul.small { font-size: 7.4pt; }
  table, table.tight { font-size: 7.6pt; margin: .1rem 0 .3rem; } .disclaimer { padding: .2rem .5rem; } }
"""


def document(title: str, parts: Iterable[str]) -> str:
    """A whole page with the disclaimer at its head and foot."""
    said = escape(DISCLAIMER)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{ALLOWED}">\n'
        f"<title>{escape(title)}</title>\n<style>{CSS}{PRINT}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{escape(title)}</h1>\n<p class="disclaimer" role="note">{said}</p>\n'
        + "\n".join(part for part in parts if part)
        + f"\n</main>\n<footer><p><small>{said}</small></p></footer>\n</body>\n</html>\n")


def section(title: str, *parts: str) -> str:
    """A heading and what belongs to it."""
    return f"<section>\n<h2>{escape(title)}</h2>\n" + "\n".join(parts) + "\n</section>"


def items(lines: Iterable[str], kind: str = "") -> str:
    """A list of plain texts; ``kind`` is its class."""
    inner = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<ul class="{kind}">{inner}</ul>' if kind else f"<ul>{inner}</ul>"


def paragraphs(text: str) -> str:
    """Text with a blank line between paragraphs."""
    return "".join(f"<p>{escape(' '.join(part.split()))}</p>" for part in text.split("\n\n") if part.strip())


def table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "tight") -> str:
    """A table whose cells are HTML already."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    return (f'<div class="wide" tabindex="0"><table class="{kind}"><thead><tr>{top}</tr></thead>\n'
            f"<tbody>\n{body}</tbody></table></div>")


def cite(text: str) -> str:
    """A citation in small letters; ``model`` says whose word it is."""
    parts = ["this model" if part.strip() == "model" else part.strip() for part in text.split(";")]
    return f'<span class="cite">[{escape("; ".join(parts))}]</span>'
