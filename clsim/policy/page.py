"""The shipped policies in words, side by side: ``docs/policies.md`` is made of it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from clsim.policy.policy import Policy, load_policy, policies
from clsim.policy.rules import Row

PUBLISHED = ("label-2012", "label-2023", "schwartzentruber-2001", "cwg-2014", "no-pressor-2015", "til-2024",
             "nci-surgery-branch")
BASE = "cwg-2014"  # of the contrasts
Cells = tuple[str, ...]
Table = Callable[[Sequence[str], Iterable[Sequence[str]]], str]
HEAD = (
    "# Policies, side by side\n\n"
    "How a patient under high-dose interleukin-2 is watched and supported, and when doses are held: what published "
    "sources say, and a few contrasts, as the files of `scenarios/policies` have it. A policy is named after its "
    "source; nothing here is advice. What the rules mean exactly: [policy language](policy_language.md).\n\n"
    "*Not verified*: the source itself was not seen, the row is recalled or comes second hand. *Assumed*: no source "
    "says it, but a rule needs it. *Not modelled*: the source says it, the model cannot know it, and the row has no "
    "effect.\n"
)


def text(table: Table, linked: Callable[[str], str]) -> str:
    """The page, given how tables and citations are written."""
    known = {name: load_policy(name) for name in policies()}
    published = {name: known[name] for name in PUBLISHED}
    contrasts = {name: known[name] for name in known if name not in PUBLISHED}
    common = [row for row in next(iter(published.values())).rows
              if all(row.data == _rows(each).get(row.name, _NOTHING).data for each in published.values())]
    shared = {row.name for row in common}
    page = HEAD + "\n## Which there are\n\n" + table(
        ("policy", "what", "source"),
        [(f"`{name}`", each.title, linked(_about(each))) for name, each in (published | contrasts).items()])
    page += "\n## Observation and targets\n\n" + table(("", *published), _watched(published))
    for title, kinds in (
        ("Fluids, drips and drugs", ("fluid", "pressor", "oxygen", "electrolyte", "antipyretic", "diuretic")),
        ("Relative and absolute criteria", ("criterion",)),
        ("Doses held, resumed and stopped", ("hold", "resume", "stop", "retreatment")),
    ):
        page += f"\n## {title}\n\n" + table(("entry", *published), _beside(published, kinds, shared))
    page += "\n## Sources, row by row\n\n### Shared by all of the above\n\n" + _listed(common, table, linked)
    for name, each in published.items():
        page += f"\n### {name}\n\n" + linked(_settings(each)) + "\n\n"
        page += _listed([row for row in each.rows if row.name not in shared], table, linked)
    page += f"\n## Contrasts\n\nWhat differs from `{BASE}`; nobody's practice.\n"
    base = _rows(known[BASE])
    for name, each in contrasts.items():
        there = _rows(each)
        changed = [row for row in each.rows if row.data != base.get(row.name, _NOTHING).data]
        gone = [f"`{other}`" for other in base if other not in there]
        page += f"\n### {name}\n\n{each.title.removeprefix('Contrast: ').capitalize()}. {each.about['question']} "
        page += (f"Left out: {', '.join(gone)}." if gone else "").strip() + "\n\n"
        page += _listed(changed, table, linked) if changed else ""
    return page


_NOTHING = Row("", "", "", "", "", {}, True, "", "", {})


def _rows(policy: Policy) -> dict[str, Row]:
    return {row.name: row for row in policy.rows}


def _about(policy: Policy) -> str:
    said = str(policy.about.get("source", ""))
    return said if policy.about.get("verified", True) else f"{said} (*not verified*)"


def _watched(known: Mapping[str, Policy]) -> list[Cells]:
    """Targets and when patients are looked at."""
    data = {name: tomllib.loads(each.text) for name, each in known.items()}
    rows = [("target systolic pressure", *(_target(each["targets"]["sbp"]) for each in data.values()))]
    for group in ("vitals", "urine", "weight", "labs"):
        rows.append((group, *(_looked(each["observe"][group]) for each in data.values())))
    names = list(dict.fromkeys(row.name for each in known.values() for row in each.rows if row.kind == "watch"))
    rows += [(f"`{name}`", *(_watch(_rows(each).get(name)) for each in known.values())) for name in names]
    rows.append(("from order to effect", *(each.get("orders", {}).get("reaction", "15 min") for each in data.values())))
    return rows


def _target(target: Mapping[str, Any]) -> str:
    if "by_baseline" in target:
        steps = [f"{step['value']} if below {step['below']} on admission" if "below" in step
                 else f"{step['value']} otherwise" for step in target["by_baseline"]]
        return _doubt(target, ", ".join(steps))
    parts = [str(target["value"])] if "value" in target else []
    parts += [f"{target['fall']} below admission"] if "fall" in target else []
    return _doubt(target, f" or {target.get('whichever', 'lower')}: ".join(parts))


def _looked(group: Mapping[str, Any]) -> str:
    before = "".join(f", and {lead} before a dose" for lead in group.get("before_dose", []))
    return f"every {group['every']}{before}"


def _watch(row: Row | None) -> str:
    return "" if row is None else _doubt(row.data, f"every {row.data['every']} while `{row.when}`")


def _beside(known: Mapping[str, Policy], kinds: Sequence[str], shared: set[str]) -> list[Cells]:
    """A row for each entry that any of the policies has, those that all share left out."""
    found: dict[str, list[Row | None]] = {}
    for kind in kinds:
        for each in known.values():
            for row in each.rows:
                if row.kind == kind and row.name not in shared:
                    found.setdefault(row.name, [_rows(other).get(row.name) for other in known.values()])
    return [(f"`{name}`", *(_cell(row) for row in cells)) for name, cells in found.items()]


def _cell(row: Row | None) -> str:
    """What a policy says in an entry."""
    if row is None:
        return ""
    level = f"**{row.data['level']}**: " if "level" in row.data else ""
    if row.unmodelled:
        return _doubt(row.data, f"{level}{row.label} (*not modelled*)")
    return _doubt(row.data, level + _does(row))


def _does(row: Row) -> str:
    """The rule, and what is done."""
    data, said = row.data, f"`{row.when}`"
    if row.kind in ("fluid", "electrolyte") and "rate" in data:
        said = f"{data['give']} {data['rate']} while {said}"
    elif row.kind in ("fluid", "electrolyte"):
        limit = f", at most {data['at_most']}" if "at_most" in data else ""
        said = f"{data['give']} {data.get('volume') or data.get('amount')} over {data['over']}{limit}, when {said}"
    elif row.kind in ("diuretic", "antipyretic"):
        said = f"{data['give']} {data['dose']} every {data['every']}, when {said}"
    elif row.kind in ("pressor", "oxygen"):
        raised = f", raised when `{data['raise']}`" if "raise" in data else ""
        weaned = f", lowered when `{data['wean']}`" if "wean" in data else ""
        limit = f"; no dose above {data['dosing_up_to']}" if "dosing_up_to" in data else ""
        said = (f"{data.get('agent', 'oxygen')} from {data['start']} by {data['step']} every {data['every']} up to "
                f"{data['ceiling']}, when {said}{raised}{weaned}{limit}")
    elif row.kind == "watch":
        said = f"vital signs every {data['every']} while {said}"
    elif row.kind == "stop":
        said += f", ends the {data.get('ends', 'cycle')}"
    elif row.kind == "retreatment":
        said += f", no further {data.get('before', 'course')}"
    elif row.kind == "resume":
        said = f"`{data['of']}` until {said}"
    if data.get("at") == "any time":
        said += ", at any time"
    return said + (f", after `{data['after']}` is used up" if data.get("after") else "")


def _doubt(data: Mapping[str, Any], said: str) -> str:
    source = str(data.get("source", ""))
    mark = "" if data.get("verified", True) and not source.startswith("unverified") else "not verified"
    mark = mark or ("assumed" if source.startswith("assumed") else "")
    mark = mark or ("in part assumed" if any(each.startswith("assumed") for each in data.get("sources", {}).values())
                    else "")
    return f"{said} (*{mark}*)" if mark else said


def _listed(rows: Iterable[Row], table: Table, linked: Callable[[str], str]) -> str:
    cells = [
        (row.kind, f"`{row.name}`", row.label,
         f"*not modelled*: {row.unmodelled}" if row.unmodelled else _does(row), linked(_source(row)))
        for row in rows
    ]
    return table(("kind", "entry", "in words", "rule", "source"), cells)


def _source(row: Row) -> str:
    parts = [row.source + ("" if row.verified else " (*not verified*)")]
    parts += [f"{key}: {source}" for key, source in row.sources.items()]
    return "; ".join([*parts, *([f"note: {row.note}"] if row.note else [])])


def _settings(policy: Policy) -> str:
    """Target and observation with their sources, in sentences."""
    data = tomllib.loads(policy.text)
    said = [f"{policy.title}. {policy.about.get('question', '')}"]
    for name, target in data["targets"].items():
        note = f" ({target['note']})" if "note" in target else ""
        said.append(f"Target of `{name}`: {_target(target)}; {_of(target)}{note}.")
    for name, group in data["observe"].items():
        said.append(f"{name.capitalize()} {_looked(group)}; {_of(group)}.")
    return " ".join(said)


def _of(data: Mapping[str, Any]) -> str:
    return "; ".join([data["source"], *(f"{key}: {source}" for key, source in data.get("sources", {}).items())])
