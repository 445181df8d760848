"""``clsim cohort``: many patients, drawn, treated and told of."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clsim.arguments import AsJson, ScenarioArgument, Setting, overrides, whole_number
from clsim.errors import BadInput, NumericalFailure

if TYPE_CHECKING:
    from clsim.crowd.columns import Plan, RunBlock
    from clsim.crowd.output import Output
    from clsim.progress import Tell

MOST = 1_000_000_000  # patients
LARGEST_SEED = 2**63 - 1
MOST_THREADS = 1024
MOST_KEPT = 1000
STOPPED = 130  # what a shell says of a program that was interrupted


def cohort(
    scenario: ScenarioArgument,
    n: Annotated[str, typer.Option("-n", metavar="N", help="Patients to draw.")],
    seed: Annotated[
        str | None, typer.Option(metavar="N", help="For all that is drawn; the scenario's if not given.")
    ] = None,
    people: Annotated[
        str, typer.Option("--cohort", metavar="NAME", help="Who is drawn: a shipped cohort or a TOML file.")
    ] = "hd-il2-candidates",
    policy: Annotated[
        str, typer.Option(metavar="NAME", help="Who decides in place of the scenario: a policy, or a TOML file.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="Table of patients (.parquet), or a folder for everything.")
    ] = None,
    keep: Annotated[
        str, typer.Option(metavar="N,N", help="Patients whose whole course is kept (--out a folder).")
    ] = "",
    everyone: Annotated[bool, typer.Option("--all", help="Treat also who is not eligible.")] = False,
    threads: Annotated[
        str | None, typer.Option(metavar="N", help="Blocks at once; all cores if not given.")
    ] = None,
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Dask scheduler, such as tcp://host:8786.")
    ] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    as_json: AsJson = False,
    setting: Setting = None,
) -> None:
    """Draw many patients, treat those who are eligible, and tell what happened."""
    from clsim.progress import bar

    total = whole_number(n, "-n", 1, MOST)
    chosen = None if seed is None else whole_number(seed, "--seed", 0, LARGEST_SEED)
    workers = None if threads is None else whole_number(threads, "--threads", 1, MOST_THREADS)
    kept = _numbers(keep, total)
    tables = overrides(setting)
    output = _output(out, kept, resume, force)
    with bar("reading") as tell, _somewhere(output) as place:
        plan, run_block, notes = planned(
            scenario, people, chosen, total, policy=policy, keep=kept, everyone=everyone, tell=tell, **tables
        )
        from clsim.crowd.output import produce

        begun = time.monotonic()
        try:
            summary, computed = produce(
                *(plan, run_block, place),
                threads=workers,
                scheduler=scheduler,
                resume=resume,
                force=force,
                tell=tell,
            )
        except KeyboardInterrupt:
            left = f"; --resume goes on from {place.parts}" if output else ""
            print(f"clsim: stopped{left}", file=sys.stderr)
            raise typer.Exit(STOPPED) from None
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    seconds = time.monotonic() - begun
    run = {
        "scenario": scenario,
        "cohort": people,
        "policy": policy or None,
        "out": str(out) if out else None,
        "scheduler": scheduler or None,
        "computed": computed,
        "seconds": round(seconds, 3),
        "patients_per_second": round(computed / seconds, 3),
    }
    if as_json:
        print(json.dumps(summary | {"run": run}, indent=1))
    else:
        _print(summary, run)
    _judge(summary)


def planned(
    scenario: str,
    people: str,
    seed: int | None,
    total: int,
    *,
    policy: str,
    keep: tuple[int, ...],
    everyone: bool,
    tell: Tell,
    **tables: Any,
) -> tuple[Plan, RunBlock, tuple[str, ...]]:
    """What the command line asks for: a plan, what computes a block of it, and notes for people."""
    from clsim.cohort import load_cohort
    from clsim.compare.arms import policy_of
    from clsim.scenario.scenario import load

    read, drawn = load(scenario, **tables), load_cohort(people)
    from clsim.crowd import plan as crowd
    from clsim.crowd.warming import prepare

    prepare(tell)
    number = read.seed if seed is None else seed
    rules = policy_of(policy) if policy else None
    plan = crowd.make_plan(read, drawn, number, total, keep=keep, everyone=everyone, policy=rules)
    return plan, crowd.run_block, (*read.notes, *drawn.notes(read.values))


def _numbers(text: str, total: int) -> tuple[int, ...]:
    """``"0,17,42"`` as numbers of patients, each once and in order."""
    words = [word.strip() for word in text.split(",")] if text else []
    numbers = sorted({whole_number(word, "--keep", 0, total - 1) for word in words})
    if len(numbers) > MOST_KEPT:
        allowed = f"at most {MOST_KEPT} courses"
        raise BadInput("are too many", given=str(len(numbers)), allowed=allowed, key="--keep")
    return tuple(numbers)


def _output(out: Path | None, kept: tuple[int, ...], resume: bool, force: bool) -> Output | None:
    if resume and force:
        raise BadInput("goes on, --force begins anew", allowed="one of them", key="--resume")
    if out is None:
        for wanted, key in ((resume, "--resume"), (kept, "--keep")):
            if wanted:
                raise BadInput("needs a place", allowed="--out FOLDER", key=key)
        return None
    from clsim.crowd.output import Output

    output = Output(out)
    output.check(resume=resume, force=force)
    if kept and not output.is_folder:
        raise BadInput("needs a folder", given=str(out), allowed="--out FOLDER", key="--keep")
    return output


@contextmanager
def _somewhere(output: Output | None) -> Iterator[Output]:
    """Where to work: a table that nobody asked for is written all the same, and thrown away."""
    if output is not None:
        yield output
        return
    from tempfile import TemporaryDirectory

    from clsim.crowd.output import Output

    with TemporaryDirectory(prefix="clsim-") as folder:
        yield Output(Path(folder) / "patients.parquet")


def _print(summary: dict[str, Any], run: dict[str, Any]) -> None:
    from clsim.crowd.report import text

    seed = f", seed {summary['seed']}" if "seed" in summary else ""
    who = ", ".join(name for name in (run["scenario"], run["cohort"], run["policy"]) if name)
    print(f"{who}: {summary['patients']:,} patients drawn{seed}\n")
    print(text(summary))
    print(f"\nvalues: sha256 {summary['content_hash']}")
    if run["out"]:
        print(f"written: {run['out']}")


def _judge(summary: dict[str, Any]) -> None:
    """More failures than may be end the command with 3."""
    from clsim.crowd.report import too_many_failed

    failed = summary["failed"]
    if too_many_failed(summary):
        raise NumericalFailure(
            f"{failed['n']} of {failed['of']} patients who were to be treated could not be computed "
            f"({failed['percent']:.3g} %); at most {failed['allowed_percent']:g} % may fail"
        )
