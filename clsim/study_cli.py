"""``clsim study``: a study file, executed as written."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from clsim.arguments import AsJson, whole_number
from clsim.compare_cli import MOST_THREADS, Force, Threads, publish_to, run_with_bar, show, warn
from clsim.errors import BadInput


def study(
    file: Annotated[str, typer.Argument(help="Name of a shipped study, or a TOML file.")],
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Report, figures, table, records.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Read the file and all that it names; run nothing.")] = False,
    threads: Threads = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Execute a study file as written, and make one page of it."""
    workers = None if threads is None else whole_number(threads, "--threads", 1, MOST_THREADS)
    from clsim.compare import out as files
    from clsim.compare import publish
    from clsim.compare.study import load_study

    planned = load_study(file)
    if check:
        print(f"good: {file}: {len(planned.policies)} arms, {planned.n:,} patients of {planned.cohort.name}, "
              f"{planned.scenario.name}, seed {planned.seed}")
        return
    if out is None:
        raise BadInput("needs a place", allowed="a new folder for the report and its data", key="--out")
    files.check_folder(out, force)
    analysis = planned.analysis
    wanted = publish.Wanted(
        outcomes=tuple(analysis.outcomes), subgroups=tuple(analysis.subgroups), of=analysis.subgroup_outcome,
        incidence=tuple(analysis.incidence), front=(analysis.front[0], analysis.front[1]) if analysis.front else (),
        hierarchy=planned.hierarchy, quantile=analysis.quantile)
    found = run_with_bar(lambda tell: planned.run(workers, tell))
    everything = found.records(quantile=wanted.quantile)
    if as_json:
        print(json.dumps(everything, indent=1, allow_nan=False))
    else:
        print(f"{planned.about['title']}\n{planned.about['question']}\n")
        show(found, wanted)
    warn(found, wanted)
    publish_to(found, wanted, out, everything, planned.about["title"], planned.about["question"])
    (out / "study.toml").write_text(planned.text, encoding="utf-8")
    print(f"written: {out / files.REPORT}", file=sys.stderr if as_json else sys.stdout)
