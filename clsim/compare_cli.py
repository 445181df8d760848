"""``clsim compare`` and ``clsim sweep``: the same patients under several policies."""

from __future__ import annotations

import json
import shlex
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from clsim.arguments import AsJson, ScenarioArgument, Setting, overrides, whole_number
from clsim.errors import BadInput, NumericalFailure, Place
from clsim.printing import columns_of_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from clsim.compare.publish import Wanted
    from clsim.compare.run import Comparison
    from clsim.progress import Tell
    from clsim.scenario.scenario import Scenario

MOST = 10_000_000  # patients
LARGEST_SEED = 2**63 - 1
MOST_THREADS = 1024
MOST_MEMBERS = 100_000
ALLOWED_TO_FAIL = 0.001

TERMINAL = 120  # characters of a line
Patients = Annotated[str, typer.Option("-n", metavar="N", help="Patients to draw; the eligible are treated.")]
Seed = Annotated[str | None, typer.Option(metavar="N", help="Of all that is drawn; without it, the scenario's.")]
People = Annotated[str, typer.Option("--cohort", metavar="NAME", help="Who is drawn: a shipped cohort or a TOML file.")]
Everyone = Annotated[bool, typer.Option("--all", help="Treat also those who are not eligible.")]
Threads = Annotated[str | None, typer.Option(metavar="N", help="Blocks at once; without it, one for each core.")]
Out = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Write a report (HTML), figures, the table of patients and JSON.")
]
Force = Annotated[bool, typer.Option("--force", help="Write into FOLDER although it is not empty.")]
Outcomes = Annotated[
    list[str] | None,
    typer.Option("--outcome", metavar="NAME", help="Outcome to print (repeat); without it, the main ones."),
]
ENSEMBLE = "hd-il2"
EnsembleName = Annotated[
    str, typer.Option("--ensemble", metavar="[NAME]", help="Repeat it in each member of an ensemble of parameters: "
                      f"a shipped one or a TOML file; without a name, {ENSEMBLE}.")
]
Members = Annotated[str | None, typer.Option(metavar="M", help="Members, drawn by weight; without it, all.")]


class WithEnsemble(TyperCommand):
    """A command whose ``--ensemble`` may stand without a name."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As usual, after the name has been put where none is."""
        for i in reversed([i for i, each in enumerate(args) if each == "--ensemble"]):
            if args[i + 1 : i + 2] == [] or args[i + 1].startswith("-"):
                args = [*args[: i + 1], ENSEMBLE, *args[i + 1 :]]
        return super().parse_args(ctx, args)


def compare(
    scenario: ScenarioArgument,
    policy: Annotated[
        list[str],
        typer.Option("--policy", metavar="NAME", help='Policy (repeat): a shipped one or a TOML file; "as-written" '
                     'for what the scenario itself orders; "cwg-2014:targets.sbp.value=85 mmHg" for another value.'),
    ],
    n: Patients = "1000",
    reference: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="The policy that the others are compared with; without it, the first."),
    ] = None,
    seed: Seed = None,
    people: People = "hd-il2-candidates",
    everyone: Everyone = False,
    threads: Threads = None,
    outcome: Outcomes = None,
    median: Annotated[bool, typer.Option("--median", help="Compare medians of numbers, not means.")] = False,
    ensemble: EnsembleName = "",
    members: Members = None,
    out: Out = None,
    force: Force = False,
    as_json: AsJson = False,
    setting: Setting = None,
) -> None:
    """Treat the same patients under several policies, and tell the paired differences.

    Example: clsim compare hd-il2-course --policy cwg-2014 --policy label-2023 -n 2000 --out mine
    """
    from clsim.compare import publish

    if reference and len(reference) > 1:
        raise BadInput("is given more than once", given=", ".join(reference), key="--reference")
    base = reference[0] if reference else ""
    uncertain: dict[str, Any] = {"ensemble": ensemble} if ensemble else {}
    if members is not None:
        if not ensemble:
            raise BadInput("has a meaning only with --ensemble", given=members, key="--members")
        uncertain["members"] = whole_number(members, "--members", 2, MOST_MEMBERS)
    if median and ensemble:
        raise BadInput("compares medians, --ensemble means", allowed="one of them", key="--median")
    wanted = publish.Wanted(outcomes=tuple(outcome or ()), quantile=0.5 if median else None)
    found = _compared(scenario, policy, n, base, seed, people, everyone, threads, out, force, outcome, setting,
                      uncertain=uncertain)
    _told(found, wanted, out, as_json, f"{found.plans[0].scenario.title}: {', '.join(policy)}",
          "What do these policies do to the same patients?")


def sweep(
    scenario: ScenarioArgument,
    policy: Annotated[str, typer.Option("--policy", metavar="NAME", help="The policy whose thresholds are varied.")],
    over: Annotated[
        list[str],
        typer.Option("--over", metavar="RANGE", help='Threshold and range (once or twice): "targets.sbp.value=70 to 95 '
                     'mmHg in 6", or values with commas between.'),
    ],
    beside: Annotated[
        list[str] | None, typer.Option("--with", metavar="NAME", help="Policy to show beside it (repeat).")
    ] = None,
    gain: Annotated[str, typer.Option(metavar="OUTCOME", help="What is gained, drawn across.")] = "doses_given",
    cost: Annotated[str, typer.Option(metavar="OUTCOME", help="What it costs, drawn up.")] = "hours_MAP_below_65",
    n: Patients = "1000",
    seed: Seed = None,
    people: People = "hd-il2-candidates",
    everyone: Everyone = False,
    threads: Threads = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the figure, the table of patients and JSON.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
    setting: Setting = None,
) -> None:
    """Vary one or two thresholds of a policy, and draw what is gained against what it costs.

    Example: clsim sweep hd-il2-course --policy cwg-2014 --over "targets.sbp.value=70 to 95 mmHg in 6" --out mine
    """
    from clsim.compare.arms import axis, policy_of, swept

    axes = [axis(each) for each in over]
    points = swept(policy, axes)
    arms = [policy_of(policy), *(beside or ())]
    found = _compared(scenario, [*arms, *points], n, arms[0].name, seed, people, everyone, threads, out, force,
                      [gain, cost], setting, directed=True)
    _swept(found, axes, len(arms), (gain, cost), out, as_json)


def _compared(
    scenario: str, policies: Sequence[Any], n: str, reference: str, seed: str | None, people: str, everyone: bool,
    threads: str | None, out: Path | None, force: bool, outcomes: Sequence[str] | None, setting: list[str] | None,
    directed: bool = False, uncertain: Mapping[str, Any] | None = None,
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
    from clsim.scenario.scenario import load

    if out is not None:
        check_folder(out, force)
    _check_outcomes(outcomes or (), load(scenario, **tables), directed)
    arms = [policy_of(each) if isinstance(each, str) and each != AS_WRITTEN else each for each in policies]
    return run_with_bar(lambda tell: run(scenario, arms, total, people, reference=reference, seed=chosen,
                                         everyone=everyone, threads=workers, tell=tell, **(uncertain or {}), **tables))


def run_with_bar(work: Callable[[Tell], Comparison]) -> Comparison:
    """With a bar, after compiling; too many failures end the command with 3."""
    from clsim.crowd.warming import prepare
    from clsim.progress import bar

    with bar("reading") as tell:
        prepare(tell)
        found = work(tell)
    for note in found.plans[0].cohort.notes(found.plans[0].scenario.values):
        print(f"note: {note}", file=sys.stderr)
    judge(found.failed + found.unsettled, found.treated + found.unsettled)
    if found.nested is not None:
        judge(found.nested.failed, found.nested.tried)
    return found


def judge(failed: int, tried: int) -> None:
    """Too many who could not be computed are no result."""
    if failed > ALLOWED_TO_FAIL * tried:
        raise NumericalFailure(f"{failed} of {tried} patients who were to be treated could not be computed; at most "
                               f"{100.0 * ALLOWED_TO_FAIL:g} % may fail")


def _check_outcomes(names: Sequence[str], scenario: Scenario, directed: bool) -> None:
    """Before anything is computed: there are such outcomes, and more or less of each is better if that must be so."""
    from clsim.compare.endpoints import CYCLE, ENDPOINTS, NEITHER
    from clsim.crowd.treatment import planned
    from clsim.errors import nearest

    cycles = len({(each.course, each.cycle) for each in planned(scenario)})
    known = [each.name for each in ENDPOINTS if each.better != NEITHER or not directed]
    known += [f"{CYCLE}{k + 1}" for k in range(cycles)]
    for name in names:
        if name not in known:
            aimless = directed and name in {each.name for each in ENDPOINTS}
            raise BadInput("has no front: neither more nor less of it is better" if aimless else "is not an outcome",
                           given=name, nearest=nearest(name, known), allowed=", ".join(known),
                           key="--gain, --cost" if directed else "--outcome")  # fmt: skip


def command() -> str:
    """What was typed."""
    return shlex.join(["clsim", *sys.argv[1:]])


def _told(found: Comparison, wanted: Wanted, out: Path | None, as_json: bool, title: str, question: str) -> None:
    """Print, and write what was asked for."""
    everything = found.records(quantile=wanted.quantile) if as_json or out is not None else []
    everything = found.nested.beside(everything) if found.nested else everything
    if as_json:
        rows = [each for name in wanted.outcomes for each in everything if each["outcome"] == name] or everything
        print(json.dumps(rows, indent=1, allow_nan=False))
    else:
        show(found, wanted)
    warn(found, wanted)
    if out is not None:
        publish_to(found, wanted, out, everything, title, question)
        print(f"written: {out}", file=sys.stderr if as_json else sys.stdout)


def show(found: Comparison, wanted: Wanted) -> None:
    """The tables of a comparison."""
    from clsim.compare import tables

    shown = found.records(wanted.outcomes, everything=False, quantile=wanted.quantile)
    _print(found, shown)
    if found.nested:
        first = found.nested
        print(f"\nWhat is not known of the parameters: {len(first.members)} members of {first.ensemble.name}, as many "
              f"as {first.effective:.1f} of equal weight\n")
        print(columns_of_text(tables.members(first.records([each["outcome"] for each in shown])), 3))
        print(f"\n{textwrap.fill(tables.MEMBERS_SAY, TERMINAL)}")
    if found.others:
        print(f"\nWho fares better, by what matters most:\n\n{tables.hierarchy(found.wins(wanted.hierarchy))}")


def warn(found: Comparison, wanted: Wanted) -> None:
    """What a reader must know before he believes the tables."""
    from clsim.compare import tables

    _say("note", tables.cautions(found.records(wanted.outcomes, everything=False, quantile=wanted.quantile)))
    _say("warning", found.warnings())


def publish_to(found: Comparison, wanted: Wanted, out: Path, everything: list[dict[str, Any]], title: str,
               question: str) -> None:
    """Report, figures, table of patients and records, in a folder."""
    from clsim.compare import out as files
    from clsim.compare import publish
    from clsim.progress import bar

    shown = found.records(wanted.outcomes, everything=False, quantile=wanted.quantile)
    with bar("figures and report"):
        made = publish.figures(found, shown, wanted)
        text = publish.page(found, shown, made, wanted, title, question, command())
        with _writing(out):
            publish.write_figures(made, out / files.FIGURES)
            (out / files.REPORT).write_text(text, encoding="utf-8")
            files.write_patients(found, out / files.PATIENTS)
            if found.nested:
                files.write_members(found.nested, out / files.MEMBERS)
            files.write_json(files.described(found, everything, command(), wanted.hierarchy), out / files.RESULTS)


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    """A folder that is there; what the disk refuses is said in words."""
    try:
        out.mkdir(exist_ok=True)
        yield
    except OSError as error:
        raise BadInput(f"cannot be written ({error.strerror})", place=Place(str(out))) from None


def written_to(out: Path, made: dict[str, tuple[Figure, str]], records: Mapping[str, Any]) -> None:
    """Figures and records, by file name, in a folder."""
    from clsim.compare import out as files
    from clsim.compare.publish import write_figures

    with _writing(out):
        write_figures(made, out / files.FIGURES)
        for name, record in records.items():
            files.write_json(record, out / name)


def _say(kind: str, lines: Sequence[str]) -> None:
    """Beside the tables, so that a pipe holds tables alone."""
    for line in lines:
        print(f"{kind}: {line}", file=sys.stderr)


def _print(found: Comparison, shown: list[dict[str, Any]]) -> None:
    from clsim.compare import tables

    first = found.plans[0]
    print(f"{first.scenario.name}, {first.cohort.name}: {first.total:,} patients drawn, {found.treated:,} treated "
          f"under each policy, seed {first.seed}\n")
    print(tables.outcomes(shown))
    print(f"\n{textwrap.fill(tables.SAYS, TERMINAL)}")


def _swept(found: Comparison, axes: Sequence[tuple[str, Sequence[Any]]], first: int, front: tuple[str, str],
           out: Path | None, as_json: bool) -> None:
    """The points of a sweep, what they gain and what they cost."""
    from clsim.compare import out as files
    from clsim.compare import pareto, pictures, tables
    from clsim.compare.publish import write_figures

    records = found.records(front)
    where, points = pareto.plane(records, *front)
    keys = [key for key, _ in axes]
    best = {point.name for point in pareto.front(points, where)}
    rows = [{**each, "on_front": each["policy"] in best} for each in records]
    told = files.described(found, rows, command()) | {"over": keys}
    if as_json:
        print(json.dumps(rows, indent=1, allow_nan=False))
    else:
        print(f"{found.reference} with other values of {' and '.join(keys)}")
        _print(found, records)
        shown = "; ".join(point.name for point in points if point.name in best)
        print(f"\non the front (nothing shown is better in one and as good in the other): {shown}")
        _say("note", tables.cautions(records))
    _say("warning", found.warnings())
    if out is not None:
        named = {arm.name for arm in found.arms[:first]}
        figure = pictures.pareto(where, [each for each in points if each.name in named],
                                 [each for each in points if each.name not in named], " and ".join(keys),
                                 len(axes[1][1]) if len(axes) > 1 else 0)
        with _writing(out):
            write_figures({"sweep": (figure, "")}, out / files.FIGURES)
            files.write_patients(found, out / files.PATIENTS)
            files.write_json(told, out / files.RESULTS)
        print(f"written: {out}", file=sys.stderr if as_json else sys.stdout)
