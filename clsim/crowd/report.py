"""What a cohort came to: who was treated, what happened to how many, and who could not be computed.

Everything is read from the table of patients, one column at a time.  Whoever failed numerically
stays in the number that shares are taken of, and every table says how many they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clsim.crowd.columns import Column
from clsim.crowd.files import Patients
from clsim.printing import columns_of_text

ALLOWED = 0.001  # of those who were to be treated may not be solved
NAMED = 10  # failures told in full
Z = 1.959963984540054  # 95 % of a normal distribution lie within
GRADES = range(6)
SHARE = ("n", "%", "95 % interval")  # heads of what `share` tells

Flags = NDArray[np.bool_]
Sentence = Callable[[Mapping[str, Any]], str]


def share(n: int, of: int) -> dict[str, Any]:
    """Number, per cent and its 95 % interval for the chance of drawing these patients.

    The interval is that of Wilson (1927), which is right for none and for all as well.  It is the
    Monte Carlo error: it shrinks with more patients, and knows nothing of the model's own error.
    """
    if of == 0:
        return {"n": 0, "percent": None, "low": None, "high": None}
    p, spread = n / of, Z * Z / of
    middle = (p + spread / 2.0) / (1.0 + spread)
    half = Z * np.sqrt(p * (1.0 - p) / of + spread / (4.0 * of)) / (1.0 + spread)
    low, high = 0.0 if n == 0 else middle - half, 1.0 if n == of else middle + half
    return {"n": n, "percent": 100.0 * p, "low": 100.0 * float(low), "high": 100.0 * float(high)}


def happened(values: NDArray[Any]) -> Flags:
    """Whom an event befell: true, above 0, or a time."""
    return ~np.isnan(values) if values.dtype.kind == "f" else values > 0


def summarise(table: Patients, sentence: Sentence | None = None) -> dict[str, Any]:
    """Everything that the command tells of a cohort, ready for JSON.

    Parameters
    ----------
    table : Patients
        What was written.
    sentence : callable, optional
        Why the patient of a row, {column: value}, could not be computed.

    Returns
    -------
    dict
        ``patients``, ``drawn``, ``criteria``, ``treated``, ``failed``, ``ends``, ``outcomes``,
        ``events``, ``symptoms``, ``grades``, ``covariates``; shares are of the treated, those of
        ``drawn`` and of the criteria of all.
    """
    (status,) = table.of("status")
    codes = table[status.name]
    treated = codes == 0
    for column in table.of("treated"):
        treated = table[column.name] != 0
    n = int(treated.sum())
    failed = np.zeros(len(table), bool)
    for column in table.of("failure"):
        failed |= table[column.name] != 0

    def shares(kind: str, among: Flags) -> dict[str, Any]:
        of = int(among.sum())
        found = {}
        for column in table.of(kind):
            hit = int((happened(table[column.name]) & among).sum())
            found[column.name] = {"label": column.label, **share(hit, of)}
        return found

    return {
        "patients": len(table),
        "drawn": {
            word: share(int((codes == code).sum()), len(table))
            for code, word in status.meanings.items()
        },
        "criteria": shares("criterion", np.ones(len(table), bool)),
        "treated": n,
        "failed": _failures(table, failed, int((treated | failed).sum()), sentence),
        "ends": {column.name: _ends(column, table[column.name][treated & ~failed], n)
                 for column in table.of("end")},
        "outcomes": _spreads(table, "outcome", treated & ~failed),
        "events": shares("event", treated),
        "symptoms": shares("symptom", treated),
        "grades": {
            column.name: _grades(column, table[column.name][treated])
            for column in table.of("grade")
        },
        "covariates": _spreads(table, "covariate", treated),
    }  # fmt: skip


def _ends(column: Column, values: NDArray[Any], treated: int) -> dict[str, Any]:
    words = {
        word: share(int((values == code).sum()), treated) for code, word in column.meanings.items()
    }
    return {"label": column.label, "words": words}


def _failures(
    table: Patients, failed: Flags, tried: int, sentence: Sentence | None
) -> dict[str, Any]:
    codes = {}
    for column in table.of("failure"):
        values, counts = np.unique(table[column.name][failed], return_counts=True)
        for code, count in zip(values.tolist(), counts.tolist(), strict=True):
            if code:
                codes[f"{column.name} {code}"] = {"meaning": column.meanings.get(code, ""), "n": count}
    numbers = np.flatnonzero(failed)[:NAMED].tolist()
    said = [sentence(row) for row in table.rows(numbers)] if sentence else []
    found = share(int(failed.sum()), tried) | {"of": tried}
    return found | {"allowed_percent": 100.0 * ALLOWED, "codes": codes, "sentences": said}


def _spreads(table: Patients, kind: str, among: Flags) -> dict[str, Any]:
    found = {}
    for column in table.of(kind):
        values = np.asarray(table[column.name][among], np.float64)
        values = values[~np.isnan(values)]
        if column.meanings:
            words = {word: int((values == code).sum()) for code, word in column.meanings.items()}
            found[column.name] = {"label": column.label, "n": len(values), "words": words}
            continue
        low, median, high = (
            np.quantile(values, (0.05, 0.5, 0.95)).tolist() if len(values) else (None, None, None)
        )
        found[column.name] = {
            **{"label": column.label, "unit": column.unit, "n": len(values)},
            **{"median": median, "p5": low, "p95": high},
        }
    return found


def _grades(column: Column, values: NDArray[Any]) -> dict[str, Any]:
    counts = [int((values == grade).sum()) for grade in GRADES]
    known = sum(counts)
    return {
        "label": column.label,
        "known": known,
        "counts": counts,
        "any": share(known - counts[0], known),
        "severe": share(sum(counts[3:]), known),
    }


def too_many_failed(summary: Mapping[str, Any]) -> bool:
    """More could not be settled at rest, or failed numerically while treated, than may."""
    return bool(summary["failed"]["n"] > ALLOWED * summary["failed"]["of"])


# ---------------------------------------------------------------------------------- for people


def text(summary: Mapping[str, Any]) -> str:
    """The tables of a summary, as the command prints them; failures stand under each."""
    drawn = [_share_row("treated", share(summary["treated"], summary["patients"]))]
    drawn += [_share_row(word, each) for word, each in [*summary["drawn"].items()][1:]]
    drawn += [_share_row(f"  {x['label']}", x) for x in summary["criteria"].values() if x["n"]]
    found = [_table(("drawn", *SHARE), drawn, 1)]
    if summary["treated"]:
        failed = [
            (f"failed: {each['meaning']}", each["n"]) for each in summary["failed"]["codes"].values()
        ]
        shares = [_share_row(word, share(n, summary["treated"])) for word, n in failed]
        for each in summary["ends"].values():
            words = [_share_row(word, end) for word, end in each["words"].items() if end["n"]]
            found.append(_table((each["label"], *SHARE), words + shares, 1))
        spreads = [_spread_row(each) for each in summary["outcomes"].values()]
        spreads += [(word, "", f"{n:,}", "", "", "") for word, n in failed if spreads]
        found.append(_table(("outcome", "unit", "n", "median", "5 %", "95 %"), spreads, 2))
        for name in ("events", "symptoms"):
            rows = [_share_row(each["label"], each) for each in summary[name].values()]
            found.append(_table((name[:-1], *SHARE), rows + shares * bool(rows), 1))
        grades = [_grade_row(each) for each in summary["grades"].values()]
        grades += [(word, f"{n:,}", *[""] * 7) for word, n in failed if grades]
        found.append(_table(("% with grade", "n", *map(str, GRADES), "3 or more"), grades, 1))
    found.append("\n".join(summary["failed"]["sentences"]))
    return "\n\n".join(table for table in found if table)


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]], left: int) -> str:
    return columns_of_text([heads, *rows], left) if rows else ""


def _share_row(label: str, each: Mapping[str, Any]) -> tuple[str, ...]:
    if each["percent"] is None:
        return (label, f"{each['n']:,}", "-", "-")
    interval = f"{each['low']:.2f} to {each['high']:.2f}"
    return (label, f"{each['n']:,}", f"{each['percent']:.2f}", interval)


def _spread_row(each: Mapping[str, Any]) -> tuple[str, ...]:
    numbers = [each[key] for key in ("median", "p5", "p95")]
    shown = ["-" if number is None else f"{number:.4g}" for number in numbers]
    return (each["label"], each["unit"], f"{each['n']:,}", *shown)


def _grade_row(each: Mapping[str, Any]) -> tuple[str, ...]:
    known = each["known"]
    shown = [f"{100.0 * n / known:.1f}" if known else "-" for n in each["counts"]]
    severe = each["severe"]["percent"]
    return (each["label"], f"{known:,}", *shown, "-" if severe is None else f"{severe:.1f}")
