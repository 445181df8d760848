"""One self-contained HTML page of a study: nothing is fetched, everything is escaped.

Figures are pictures inside the page (SVG as data).  Colours have a contrast of at least 4.5 to 1
on light and on dark ground; figures stand on a white card in both.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from clsim.compare.endpoints import ENDPOINTS, Endpoint
from clsim.compare.subgroups import Row
from clsim.compare.tables import (
    HEAD,
    MEMBERS_SAY,
    SAYS,
    between,
    cautions,
    cells,
    decimals_of,
    digits,
    members,
    number,
    probability,
    verdict,
)
from clsim.compare.win import SOURCE, Level, Wins
from clsim.disclaimer import DISCLAIMER

ALLOWED = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"  # a browser fetches and runs nothing
LABELS = {each.name: each.label for each in ENDPOINTS}
Table = tuple[Sequence[str], Sequence[Sequence[str]]]
CSS = """
:root { color-scheme: light dark; --ink: #1a1a1a; --soft: #545454; --ground: #ffffff; --band: #f3f4f6; --edge: #c4c8ce;
  --link: #00568a; --warn: #7a3b00; --warm: #fff4e5; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --soft: #b4b4b4; --ground: #16181b; --band: #22262b;
  --edge: #4a5058; --link: #7cc4f5; --warn: #ffc98a; --warm: #33261a; } }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; } h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; }
p.question { font-size: 1.1rem; } small, figcaption, .soft { color: var(--soft); } a { color: var(--link); }
.disclaimer, .warn { border-left: .3rem solid var(--warn); background: var(--warm); color: var(--warn);
  padding: .6rem .9rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .88rem; margin: .4rem 0 1rem; }
th, td { padding: .25rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--edge); }
thead th { background: var(--band); } td.number, th.number { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0 1.6rem; } figure img { background: #ffffff; max-width: 100%; height: auto;
  border: 1px solid var(--edge); }
pre { background: var(--band); padding: .8rem; overflow-x: auto; } code { font-size: .9em; overflow-wrap: anywhere; }
@media print { body { max-width: none; } .wide { overflow: visible; } figure, tr { break-inside: avoid; } }
"""


@dataclass(frozen=True)
class Picture:
    """A figure of the page: ``svg`` its text, ``caption`` what is seen, also for who cannot see it."""

    svg: str
    caption: str


@dataclass(frozen=True)
class Study:
    """Everything that a page tells.

    Parameters
    ----------
    title, question : str
    arms : sequence of (name, title, source)
    reference : str
        The arm that others are compared with.
    cohort : mapping of str to str
        Who was drawn: name, number drawn, treated, failed ... in words.
    records : sequence of mapping
        As `clsim.compare.paired.records` gives them.
    endpoints : sequence of Endpoint
        Whose definitions are told.
    hierarchy : sequence of Level
    wins : sequence of Wins
    subgroups : sequence of Row
    pictures : sequence of Picture
    facts : mapping of str to str
        Seeds, versions, digests: what determines the numbers.
    command : str
        What makes this page again.
    warnings : sequence of str
        Said at the top, before what `clsim.compare.tables.cautions` says of the records.
    notes : sequence of str
        What else a reader should know of the methods.
    members : sequence of mapping
        As `clsim.compare.nested` gives them, if the comparison was repeated over an ensemble.
    """

    title: str
    question: str
    arms: Sequence[tuple[str, str, str]]
    reference: str
    cohort: Mapping[str, str]
    records: Sequence[Mapping[str, Any]]
    endpoints: Sequence[Endpoint]
    facts: Mapping[str, str]
    command: str
    hierarchy: Sequence[Level] = ()
    wins: Sequence[Wins] = ()
    subgroups: Sequence[Row] = ()
    pictures: Sequence[Picture] = ()
    warnings: Sequence[str] = ()
    notes: Sequence[str] = ()
    members: Sequence[Mapping[str, Any]] = ()


def report(study: Study) -> str:
    """The page of a study, a whole HTML document that needs nothing else."""
    said = [*study.warnings, *cautions(study.records)]
    statistic = next((each["statistic"] for each in study.records if each["statistic"] != "mean"), "mean")
    numbers = MEANS if statistic == "mean" else QUANTILES.format(statistic=statistic)
    parts = [
        f"<h1>{escape(study.title)}</h1>",
        f'<p class="question">{escape(study.question)}</p>',
        f'<p class="disclaimer" role="note">{escape(DISCLAIMER)}</p>',
        f'<div class="warn"><strong>Before you read on</strong>{_items(said)}</div>' if said else "",
        _section("Policies", _table(
            (("policy", "in words", "source"),
             [(name + (" (reference)" if name == study.reference else ""), *rest) for name, *rest in study.arms]))),
        _section("Patients", _pairs(study.cohort)),
        _section("Outcomes", f"<p>{escape(SAYS)}</p>" + _table(_outcomes(study.records), numbers_from=3)),
        _section("What is not known of the parameters", _members(study.members)) if study.members else "",
        _section("Who fares better, by what matters most", _wins(study)) if study.wins else "",
        _section("Subgroups", "".join(map(_forest, _by_policy(study.subgroups)))) if study.subgroups else "",
        _section("Figures", "".join(map(_picture, study.pictures))) if study.pictures else "",
        _section("Definitions", _table((("outcome", "word in JSON", "unit", "better", "definition"), [
            (each.label, each.name, each.unit, each.better or "neither", each.source) for each in study.endpoints]))),
        _section("Methods", _items([METHODS[0], numbers, *METHODS[1:], *study.notes])),
        _section("Make this page again", f"<pre><code>{escape(study.command)}</code></pre>" + _pairs(study.facts)),
    ]  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{ALLOWED}">\n'
        f"<title>{escape(study.title)}</title>\n<style>{CSS}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in parts if part)
        + f"\n</main>\n<footer><p><small>{escape(DISCLAIMER)}</small></p></footer>\n</body>\n</html>\n"
    )


SHARES = "Shares: difference with the interval of Newcombe for paired proportions (1998, method 10)."
MEANS = f"Numbers: mean of the paired differences with the interval of Student's t. {SHARES}"
QUANTILES = ("Numbers: difference between the {statistic}s of the arms, with a percentile interval over resampled "
             f"patients, each drawn with his values in both arms. {SHARES}")
METHODS = (
    "Arms hold the same patients with the same randomness, so each patient is his own control.",
    "MC error is the standard error over patients. It shrinks with their number and does not know of errors of the "
    "model.",
    "Many outcomes are looked at and no interval is widened for it.",
    "Hours, amounts and extremes of a patient who dies are those up to his death, so that death can look like less "
    "harm: read them beside the deaths.",
    "A patient who could not be computed, or whose value is not known in one arm, is left out of both and counted.",
)


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>"


def _items(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _pairs(facts: Mapping[str, str]) -> str:
    rows = "".join(f'<tr><th scope="row">{escape(key)}</th><td><code>{escape(str(value))}</code></td></tr>'
                   for key, value in facts.items())
    return f'<div class="wide"><table><tbody>{rows}</tbody></table></div>'


def _table(table: Table, numbers_from: int | None = None) -> str:
    """A table; columns from ``numbers_from`` on stand to the right."""
    head, rows = table

    def kind(i: int) -> str:
        return ' class="number"' if numbers_from is not None and i >= numbers_from else ""

    top = "".join(f'<th scope="col"{kind(i)}>{escape(cell)}</th>' for i, cell in enumerate(head))
    body = "".join(
        "<tr>" + "".join(f"<td{kind(i)}>{escape(cell)}</td>" for i, cell in enumerate(row)) + "</tr>\n" for row in rows
    )
    inner = f"<table><thead><tr>{top}</tr></thead>\n<tbody>\n{body}</tbody></table>"
    return f'<div class="wide" tabindex="0">{inner}</div>'


def _outcomes(records: Sequence[Mapping[str, Any]]) -> Table:
    decimals = decimals_of(records)
    rows, before = [], ""
    for each in records:
        head = (each["label"], each["unit"]) if each["outcome"] != before else ("", "")
        rows.append((*head, each["policy"], *cells(each, decimals[each["outcome"]])))
        before = each["outcome"]
    return HEAD, rows


def _members(records: Sequence[Mapping[str, Any]]) -> str:
    head, *rows = members(records)
    first = records[0]
    said = f"{first['members']} members, as many as {first['effective_members']:.1f} of equal weight."
    return f"<p>{escape(f'{said} {MEMBERS_SAY}')}</p>" + _table((head, rows), numbers_from=3)


def _wins(study: Study) -> str:
    levels = _table((("level", "outcome", "a difference of", "why"), [
        (str(k), each.endpoint.label, f"{each.margin:g} {each.endpoint.unit}".strip() if each.margin else "any",
         each.why) for k, each in enumerate(study.hierarchy, 1)
    ]))  # fmt: skip
    counts = _table((("policy", "decided by", "wins", "losses", "ties left"), [
        (each.policy, level.label, f"{level.wins:,}", f"{level.losses:,}", f"{level.ties:,}")
        for each in study.wins for level in each.levels
    ]), numbers_from=2)  # fmt: skip
    return f"<p>{escape(SOURCE)}.</p>{levels}{_items(map(verdict, study.wins))}{counts}"


def _by_policy(rows: Sequence[Row]) -> list[list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.outcome, row.policy), []).append(row)
    return list(found.values())


def _forest(rows: Sequence[Row]) -> str:
    first = rows[0]
    lines = []
    for row in rows:
        for i, part in enumerate(row.parts):
            decimals = digits(part.mc_error, part.difference)
            lines.append((row.label, part.label, f"{part.n:,}", number(part.difference, decimals, True),
                          between(part.ci_low, part.ci_high, decimals, True),
                          probability(row.p) if i == 0 and len(row.parts) > 1 else ""))
    unit = f" [{first.unit}]" if first.unit else ""
    label = LABELS.get(first.outcome, first.outcome)
    head = ("subgroup", "", "n", f"difference{unit}", "95 % interval", "p of interaction")
    return (f"<h3>{escape(f'{label}: {first.policy} less {first.reference}')}</h3>"
            + _table((head, lines), numbers_from=2))


def _picture(picture: Picture) -> str:
    data = base64.b64encode(picture.svg.encode()).decode()
    words = escape(picture.caption)
    return (f'<figure><img alt="{words}" src="data:image/svg+xml;base64,{data}">'
            f"<figcaption>{words}</figcaption></figure>\n")
