"""``clsim sensitivity``: which uncertain parameter moves what."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from clsim.arguments import AsJson, ScenarioArgument, Setting, overrides, whole_number
from clsim.compare_cli import (
    ENSEMBLE,
    LARGEST_SEED,
    MOST_MEMBERS,
    MOST_THREADS,
    TERMINAL,
    Everyone,
    Force,
    Members,
    People,
    Seed,
    Threads,
    WithEnsemble,
    command,
    judge,
    written_to,
)
from clsim.disclaimer import DISCLAIMER
from clsim.errors import BadInput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from clsim.evidence.ensemble import Ensemble
    from clsim.sensitivity.ranges import Range
    from clsim.sensitivity.trial import Trial

MOST = 20_000  # patients
MOST_POINTS, MOST_TRAJECTORIES = 1024, 1000
OPTIONS = {"n": "-n"} | {key: f"--{key}" for key in (
    "outcome", "patient", "points", "members", "trajectories", "better", "policy", "knob")}
UNKNOWN = 0.05  # of values: more of them are worth a note

sensitivity = typer.Typer(help="Tell which uncertain parameter moves what.", no_args_is_help=True)
OutcomeName = Annotated[
    str, typer.Option("--outcome", metavar="NAME", help="An outcome of clsim compare, or a column of numbers of the "
                      "table of patients.")]
PolicyName = Annotated[
    str, typer.Option("--policy", "-p", metavar="NAME", help="Who decides; without it, the scenario's own orders.")]
Against = Annotated[
    str, typer.Option("--against", metavar="NAME", help="Look at the difference from this policy, same patients.")]
EnsembleName = Annotated[str, typer.Option("--ensemble", metavar="NAME", help="Whose knobs and ranges.")]
Knobs = Annotated[
    list[str] | None,
    typer.Option("--knob", metavar="NAME", help='Turn this one (repeat): NAME, or "NAME=0.8 to 1.2"; without it, all.')]
Declared = Annotated[
    bool, typer.Option("--declared", help="Turn knobs over all that is declared, not where 95 % of the members lie.")]
Patients = Annotated[str, typer.Option("-n", metavar="N", help="Patients to draw; the eligible are treated.")]
Out = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write the figure and JSON.")]


class Asked(NamedTuple):
    """What the commands have in common, as it was typed."""

    scenario: str
    outcome: str
    policies: Sequence[str]
    people: str
    seed: str | None
    everyone: bool
    threads: str | None
    out: Path | None
    force: bool
    as_json: bool
    setting: list[str] | None
    n: str = ""
    patient: str | None = None

    @property
    def workers(self) -> int | None:
        """Threads, if they were given."""
        return None if self.threads is None else whole_number(self.threads, "--threads", 1, MOST_THREADS)


class Told(NamedTuple):
    """What is told: the table, a record for JSON, the figure, and how many courses failed of how many."""

    table: str
    record: dict[str, Any]
    picture: Callable[[], Figure]
    failed: int
    tried: int
    unknown: int


@sensitivity.command(cls=WithEnsemble)
def tornado(
    scenario: ScenarioArgument, outcome: OutcomeName, policy: PolicyName = "", against: Against = "",
    patient: Annotated[str | None, typer.Option("--patient", metavar="N", help="Number in the cohort; without it, the "
                                                "scenario's own patient.")] = None,
    people: People = "hd-il2-candidates", seed: Seed = None, everyone: Everyone = False,
    ensemble: EnsembleName = ENSEMBLE, knob: Knobs = None, declared: Declared = False, threads: Threads = None,
    out: Out = None, force: Force = False, as_json: AsJson = False, setting: Setting = None,
) -> None:
    """One patient, with each parameter low and high in turn.

    Example: clsim sensitivity tornado hd-il2-standard --policy cwg-2014 --patient 17 --outcome MAP_min
    """
    asked = Asked(scenario, outcome, policies_of(policy, against), people, seed, everyone, threads, out, force, as_json,
                  setting, patient=patient)

    def work(trial: Trial, spans: tuple[Range, ...], tell: Any) -> Told:
        from clsim.sensitivity import tables
        from clsim.sensitivity.tornado import tornado as run

        found = run(trial, spans, asked.workers, tell)

        def picture() -> Figure:
            from clsim.sensitivity import pictures

            who = f"{scenario}, {f'patient {patient}' if patient else 'its own patient'}, {' less '.join(trial.plans)}"
            return pictures.tornado(found, trial.label, who)

        return Told(tables.tornado(found, trial.label), {"rows": found.records()}, picture, found.failed,
                    (2 * len(spans) + 1) * len(trial.plans), 0)

    _measured("tornado", asked, ensemble, knob, declared, work)


@sensitivity.command(cls=WithEnsemble)
def morris(
    scenario: ScenarioArgument, outcome: OutcomeName, policy: PolicyName = "", against: Against = "",
    n: Patients = "32", trajectories: Annotated[str, typer.Option(metavar="R", help="Walks through the parameters; "
                                                                  "each is one run more than there are knobs.")] = "16",
    people: People = "hd-il2-candidates", seed: Seed = None, everyone: Everyone = False,
    ensemble: EnsembleName = ENSEMBLE, knob: Knobs = None, declared: Declared = False, threads: Threads = None,
    out: Out = None, force: Force = False, as_json: AsJson = False, setting: Setting = None,
) -> None:
    """Elementary effects: a cheap look at which parameters matter, and which act together.

    Example: clsim sensitivity morris hd-il2-course --policy cwg-2014 --outcome doses_given -n 64
    """
    asked = Asked(scenario, outcome, policies_of(policy, against), people, seed, everyone, threads, out, force, as_json,
                  setting, n)
    walks = whole_number(trajectories, "--trajectories", 1, MOST_TRAJECTORIES)

    def work(trial: Trial, spans: tuple[Range, ...], tell: Any) -> Told:
        from clsim.sensitivity import tables
        from clsim.sensitivity.morris import morris as run

        found = run(trial, spans, walks, asked.workers, tell)
        head = (f"{trial.label}: effect of turning a parameter over its whole range, {found.patients} patients in "
                f"{found.runs} runs\n\n")

        def picture() -> Figure:
            from clsim.sensitivity import pictures

            return pictures.morris(found, trial.label, f"{scenario}, {' less '.join(trial.plans)}")

        record = {"rows": found.records(), "trajectories": walks, "runs": found.runs, "patients": found.patients,
                  "unknown": found.unknown}
        return Told(head + tables.morris(found), record, picture, found.failed,
                    found.runs * found.patients * len(trial.plans), found.unknown)

    _measured("morris", asked, ensemble, knob, declared, work)


@sensitivity.command(cls=WithEnsemble)
def sobol(
    scenario: ScenarioArgument, outcome: OutcomeName, policy: PolicyName = "", against: Against = "",
    n: Patients = "32", points: Annotated[str, typer.Option(metavar="P", help="Base points, a power of two; each is as "
                                                            "many runs as knobs, and two.")] = "64",
    people: People = "hd-il2-candidates", seed: Seed = None, everyone: Everyone = False,
    ensemble: EnsembleName = ENSEMBLE, knob: Knobs = None, declared: Declared = False, threads: Threads = None,
    out: Out = None, force: Force = False, as_json: AsJson = False, setting: Setting = None,
) -> None:
    """Sobol' indices: which share of the variance of an outcome is due to which parameter.

    Example: clsim sensitivity sobol hd-il2-course --policy cwg-2014 --outcome doses_given -n 64 --points 128
    """
    asked = Asked(scenario, outcome, policies_of(policy, against), people, seed, everyone, threads, out, force, as_json,
                  setting, n)
    base = whole_number(points, "--points", 1, MOST_POINTS)

    def work(trial: Trial, spans: tuple[Range, ...], tell: Any) -> Told:
        from clsim.sensitivity import tables
        from clsim.sensitivity.sobol import sobol as run

        found = run(trial, spans, base, asked.workers, tell)
        head = (f"{trial.label}: mean {found.mean:.4g} and SD {found.sd:.3g} over the parameters, {found.patients} "
                f"patients in {found.runs} runs\n\n")
        still = all(each["total"] is None for each in found.records())
        same = "\n\nThe outcome is the same in all runs: nothing moves it." if still else ""

        def picture() -> Figure:
            from clsim.sensitivity import pictures

            return pictures.sobol(found, f"{trial.label}: {scenario}, {' less '.join(trial.plans)}")

        record = {"rows": found.records(), "points": base, "runs": found.runs, "patients": found.patients,
                  "unknown": found.unknown, "mean": found.mean, "sd": found.sd}
        return Told(head + tables.sobol(found) + same, record, picture, found.failed,
                    found.runs * found.patients * len(trial.plans), found.unknown)

    _measured("sobol", asked, ensemble, knob, declared, work)


@sensitivity.command(cls=WithEnsemble)
def flips(
    scenario: ScenarioArgument,
    policy: Annotated[list[str], typer.Option("--policy", "-p", metavar="NAME", help="Policy (twice or more).")],
    outcome: OutcomeName,
    better: Annotated[str, typer.Option(metavar="WAY", help="more or less is better; for an outcome that does not "
                                        "say.")] = "",
    n: Patients = "100", members: Members = None, people: People = "hd-il2-candidates", seed: Seed = None,
    everyone: Everyone = False, ensemble: EnsembleName = ENSEMBLE, threads: Threads = None, out: Out = None,
    force: Force = False, as_json: AsJson = False, setting: Setting = None,
) -> None:
    """The rank-flip map: which uncertain parameter changes which policy comes out ahead.

    Example: clsim sensitivity flips hd-il2-course -p cwg-2014 -p no-pressor-2015 --outcome doses_given
    """
    asked = Asked(scenario, outcome, policy, people, seed, everyone, threads, out, force, as_json, setting, n)
    some = None if members is None else whole_number(members, "--members", 2, MOST_MEMBERS)

    def there(sets: Ensemble) -> Ensemble:
        from clsim.compare.nested import chosen_members

        chosen_members(sets, some, 0)
        return sets

    def work(trial: Trial, sets: Ensemble, tell: Any) -> Told:
        from clsim.sensitivity import tables
        from clsim.sensitivity.flips import flips as run

        found = run(trial, sets, some, better, asked.workers, tell)
        head = (f"{trial.endpoint.label} ({found.better} is better): {found.patients} patients under each policy in "
                f"{len(found.members)} members of {sets.name}, as many as {found.effective:.1f} of equal weight\n\n")

        def picture() -> Figure:
            from clsim.sensitivity import pictures

            return pictures.flip_map(found, f"{trial.endpoint.label}: which policy is ahead, {scenario}")

        return Told(head + tables.flips(found, trial.endpoint.label), found.record(), picture, found.failed, found.runs,
                    found.unknown * len(found.members))

    _run("flips", asked, ensemble, there, work)


def policies_of(policy: str, against: str) -> list[str]:
    """The policy, and the one it is compared with."""
    from clsim.compare.run import AS_WRITTEN

    return [policy or AS_WRITTEN, *([against] if against else [])]


def _measured(name: str, asked: Asked, ensemble: str, knob: list[str] | None, declared: bool,
              work: Callable[[Trial, tuple[Range, ...], Any], Told]) -> None:
    """A command that turns knobs over ranges."""

    def turned(sets: Ensemble) -> tuple[Range, ...]:
        from clsim.sensitivity.ranges import ranges

        return ranges(sets, knob or (), declared)

    _run(name, asked, ensemble, turned, work)


def _run(name: str, asked: Asked, ensemble: str, read: Callable[[Ensemble], Any],
         work: Callable[[Trial, Any, Any], Told]) -> None:
    """Read, check, run, print, and write what was asked for."""
    from clsim.compare.out import check_folder
    from clsim.evidence.ensemble import load_ensemble
    from clsim.progress import bar

    if asked.out is not None:
        check_folder(asked.out, asked.force)
    sets = load_ensemble(ensemble)
    try:
        given = read(sets)
        with bar("reading") as tell:
            from clsim.crowd.warming import prepare

            prepare(tell)
            trial = _trial(asked)
            told = work(trial, given, tell)
    except BadInput as error:
        error.key = OPTIONS.get(error.key, error.key)
        raise
    judge(told.failed, told.tried)
    record = {"analysis": name, **trial.facts(), "ensemble": sets.name,
              "provenance": dict(sets.provenance), **told.record, "command": command(), "disclaimer": DISCLAIMER}
    if asked.as_json:
        print(json.dumps(record, indent=1, allow_nan=False))
    else:
        print("\n".join(_folded(line) for line in told.table.splitlines()))
    if told.unknown > UNKNOWN * told.tried:
        print(f"note: {trial.endpoint.label} is not known in {told.unknown:,} of {told.tried:,} courses, which are "
              "left out of its means; who is left out may differ from run to run", file=sys.stderr)
    if asked.out is not None:
        written_to(asked.out, {name: (told.picture(), "")}, {f"{name}.json": record})
        print(f"written: {asked.out}", file=sys.stderr if asked.as_json else sys.stdout)


def _folded(line: str) -> str:
    """Sentences are folded, rows of tables are not."""
    return line if "  " in line else textwrap.fill(line, TERMINAL)


def _trial(asked: Asked) -> Trial:
    from clsim.compare.arms import policy_of
    from clsim.compare.run import AS_WRITTEN
    from clsim.sensitivity.trial import make_trial

    n = whole_number(asked.n, "-n", 1, MOST) if asked.n else 0
    patient = None if asked.patient is None else whole_number(asked.patient, "--patient", 0, LARGEST_SEED)
    seed = None if asked.seed is None else whole_number(asked.seed, "--seed", 0, LARGEST_SEED)
    policies = [each if each == AS_WRITTEN else policy_of(each) for each in asked.policies]
    return make_trial(asked.scenario, asked.outcome, policies, n, asked.people, patient=patient, seed=seed,
                      everyone=asked.everyone, **overrides(asked.setting))
