"""``clsim compare`` and ``clsim sweep``: the same patients under several policies."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clsim.arguments import AsJson, ScenarioArgument, Setting, overrides, whole_number
from clsim.errors import BadInput, NumericalFailure

if TYPE_CHECKING:
    from clsim.compare.publish import Wanted
    from clsim.compare.run import Comparison
    from clsim.progress import Tell

MOST = 10_000_000  # patients
LARGEST_SEED = 2**63 - 1
MOST_THREADS = 1024
ALLOWED_TO_FAIL = 0.001

Patients = Annotated[str, typer.Option("-n", metavar="N", help="Patients to draw.")]
Seed = Annotated[str | None, typer.Option(metavar="N", help="For all that is drawn; the scenario's if not given.")]
People = Annotated[str, typer.Option("--cohort", metavar="NAME", help="Who is drawn: a shipped cohort or a TOML file.")]
Everyone = Annotated[bool, typer.Option("--all", help="Treat also who is not eligible.")]
Threads = Annotated[str | None, typer.Option(metavar="N", help="Blocks at once; all cores if not given.")]
Out = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Report, figures, table of patients, records.")]
Force = Annotated[bool, typer.Option("--force", help="Write into a folder that is not empty.")]
Outcomes = Annotated[
    list[str] | None,
    typer.Option("--outcome", metavar="NAME", help="Outcomes to print (repeat); the main ones if none."),
]


def compare(
    scenario: ScenarioArgument,
    policy: Annotated[
        list[str],
        typer.Option("--policy", metavar="NAME", help='Policy (repeat): name, file, "as-written" for the '
                     'scenario itself, or with other thresholds "cwg-2014:targets.sbp.value=85 mmHg".'),
    ],
    n: Patients = "1000",
    reference: Annotated[str, typer.Option(metavar="NAME", help="Compared with this one; the first if none.")] = "",
    seed: Seed = None,
    people: People = "hd-il2-candidates",
    everyone: Everyone = False,
    threads: Threads = None,
    outcome: Outcomes = None,
    median: Annotated[bool, typer.Option("--median", help="Compare medians of numbers instead of means.")] = False,
    out: Out = None,
    force: Force = False,
    as_json: AsJson = False,
    setting: Setting = None,
) -> None:
    """Treat the same patients under several policies, and tell the paired differences."""
    from clsim.compare import publish

    wanted = publish.Wanted(outcomes=tuple(outcome or ()), quantile=0.5 if median else None)
    found = _compared(scenario, policy, n, reference, seed, people, everyone, threads, out, force, outcome, setting)
    _told(found, wanted, out, as_json, f"{found.plans[0].scenario.title}: {', '.join(policy)}",
          "What do these policies do to the same patients?")


def sweep(
    scenario: ScenarioArgument,
    policy: Annotated[str, typer.Option("--policy", metavar="NAME", help="The policy whose thresholds are varied.")],
    over: Annotated[
        list[str],
        typer.Option("--over", metavar="RANGE", help='One or two: "targets.sbp.value=70 to 95 mmHg in 6", or values '
                     'with commas between.'),
    ],
    beside: Annotated[
        list[str] | None, typer.Option("--with", metavar="NAME", help="Policies shown beside it (repeat).")
    ] = None,
    gain: Annotated[str, typer.Option(metavar="OUTCOME", help="Across.")] = "doses_given",
    cost: Annotated[str, typer.Option(metavar="OUTCOME", help="Up.")] = "hours_MAP_below_65",
    n: Patients = "1000",
    seed: Seed = None,
    people: People = "hd-il2-candidates",
    everyone: Everyone = False,
    threads: Threads = None,
    out: Out = None,
    force: Force = False,
    as_json: AsJson = False,
    setting: Setting = None,
) -> None:
    """Vary one or two thresholds of a policy, and draw what is gained against what it costs."""
    from clsim.compare.arms import axis, policy_of, swept

    axes = [axis(each) for each in over]
    points = swept(policy, axes)
    arms = [policy_of(each) for each in (policy, *(beside or ()))]
    found = _compared(scenario, [*arms, *points], n, arms[0].name, seed, people, everyone, threads, out, force,
                      [gain, cost], setting)
    _swept(found, [key for key, _ in axes], len(arms), (gain, cost), out, as_json)


def _compared(
    scenario: str, policies: Sequence[Any], n: str, reference: str, seed: str | None, people: str, everyone: bool,
    threads: str | None, out: Path | None, force: bool, outcomes: Sequence[str] | None, setting: list[str] | None,
) -> Comparison:
    """Read, check and run."""
    total = whole_number(n, "-n", 1, MOST)
    chosen = None if seed is None else whole_number(seed, "--seed", 0, LARGEST_SEED)
    workers = None if threads is None else whole_number(threads, "--threads", 1, MOST_THREADS)
    tables = overrides(setting)
    from clsim.compare.arms import policy_of
    from clsim.compare.out import check_folder
    from clsim.compare.run import AS_WRITTEN
    from clsim.compare.run import compare as run

    if out is not None:
        check_folder(out, force)
    _check_outcomes(outcomes or ())
    arms = [policy_of(each) if isinstance(each, str) and each != AS_WRITTEN else each for each in policies]
    return run_with_bar(lambda tell: run(scenario, arms, total, people, reference=reference, seed=chosen,
                                         everyone=everyone, threads=workers, tell=tell, **tables))


def run_with_bar(work: Callable[[Tell], Comparison]) -> Comparison:
    """With a bar, after compiling; too many failures end the command with 3."""
    from clsim.crowd.warming import prepare
    from clsim.progress import bar

    with bar("reading") as tell:
        prepare(tell)
        found = work(tell)
    for note in found.plans[0].cohort.notes(found.plans[0].scenario.values):
        print(f"note: {note}", file=sys.stderr)
    tried = found.treated + found.unsettled
    if found.failed + found.unsettled > ALLOWED_TO_FAIL * tried:
        raise NumericalFailure(f"{found.failed + found.unsettled} of {tried} patients who were to be treated could "
                               f"not be computed; at most {100.0 * ALLOWED_TO_FAIL:g} % may fail")
    return found


def _check_outcomes(names: Sequence[str]) -> None:
    from clsim.compare.endpoints import CYCLE, NAMES
    from clsim.errors import nearest

    for name in names:
        if name not in NAMES and not name.startswith(CYCLE):
            raise BadInput("is not an outcome", given=name, allowed=", ".join(NAMES), nearest=nearest(name, NAMES),
                           key="--outcome")  # fmt: skip


def command() -> str:
    """What was typed."""
    return shlex.join(["clsim", *sys.argv[1:]])


def _told(found: Comparison, wanted: Wanted, out: Path | None, as_json: bool, title: str, question: str) -> None:
    """Print, and write what was asked for."""
    from clsim.compare import out as files

    everything = found.records(quantile=wanted.quantile)
    if as_json:
        print(json.dumps(files.described(found, everything, command(), wanted.hierarchy), indent=1, allow_nan=False))
    else:
        show(found, wanted)
    warn(found, wanted)
    if out is not None:
        publish_to(found, wanted, out, everything, title, question)
        print(f"written: {out}", file=sys.stderr if as_json else sys.stdout)


def show(found: Comparison, wanted: Wanted) -> None:
    """The tables of a comparison."""
    from clsim.compare import tables

    _print(found, found.records(wanted.outcomes, everything=False, quantile=wanted.quantile))
    if found.others:
        print(f"\n{tables.hierarchy(found.wins(wanted.hierarchy))}")


def warn(found: Comparison, wanted: Wanted) -> None:
    """What a reader must know before he believes the tables."""
    from clsim.compare import tables

    for line in tables.cautions(found.records(wanted.outcomes, everything=False, quantile=wanted.quantile)):
        print(f"note: {line}", file=sys.stderr)
    for line in found.warnings():
        print(f"warning: {line}", file=sys.stderr)


def publish_to(found: Comparison, wanted: Wanted, out: Path, everything: list[dict[str, Any]], title: str,
               question: str) -> None:
    """Report, figures, table of patients and records, in a folder."""
    from clsim.compare import out as files
    from clsim.compare import publish
    from clsim.errors import Place
    from clsim.progress import bar

    shown = found.records(wanted.outcomes, everything=False, quantile=wanted.quantile)
    with bar("figures and report"):
        try:
            out.mkdir(exist_ok=True)
            made = publish.figures(found, shown, wanted)
            publish.write_figures(made, out / files.FIGURES)
            text = publish.page(found, shown, made, wanted, title, question, command())
            (out / files.REPORT).write_text(text, encoding="utf-8")
            files.write_patients(found, out / files.PATIENTS)
            files.write_json(files.described(found, everything, command(), wanted.hierarchy), out / files.RESULTS)
        except OSError as error:
            raise BadInput(f"cannot be written ({error.strerror})", place=Place(str(out))) from None


def _print(found: Comparison, shown: list[dict[str, Any]]) -> None:
    from clsim.compare import tables

    first = found.plans[0]
    print(f"{first.scenario.name}, {first.cohort.name}: {first.total:,} patients drawn, {found.treated:,} treated "
          f"under each policy, seed {first.seed}\n")
    print(tables.outcomes(shown))
    print(f"\n{tables.SAYS}")


def _swept(found: Comparison, keys: Sequence[str], first: int, front: tuple[str, str], out: Path | None,
           as_json: bool) -> None:
    """The points of a sweep, what they gain and what they cost."""
    from clsim.compare import out as files
    from clsim.compare import pareto, pictures, tables
    from clsim.compare.publish import write_figures

    records = found.records(front)
    where, points = pareto.plane(records, *front)
    along = ", ".join(keys)
    named, moved = points[:first], points[first:]
    best = {point.name for point in pareto.front(points, where)}
    if as_json:
        rows = [{**each, "on_front": each["policy"] in best} for each in records]
        print(json.dumps(files.described(found, rows, command()) | {"over": list(keys)}, indent=1, allow_nan=False))
    else:
        _print(found, records)
        print(f"\nover {along}; none is better in both than: {', '.join(p.name for p in points if p.name in best)}")
        for line in tables.cautions(records):
            print(f"note: {line}", file=sys.stderr)
    for line in found.warnings():
        print(f"warning: {line}", file=sys.stderr)
    if out is not None:
        out.mkdir(exist_ok=True)
        figure = pictures.pareto(where, named, moved, along)
        write_figures({"sweep": (figure, "")}, out / files.FIGURES)
        files.write_json(files.described(found, records, command()) | {"over": list(keys)}, out / files.RESULTS)
        files.write_patients(found, out / files.PATIENTS)
        print(f"written: {out}", file=sys.stderr if as_json else sys.stdout)
