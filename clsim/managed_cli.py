"""``clsim run --policy``, ``clsim explain`` and ``clsim fork``: one patient, what was decided, and what if not."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clsim.arguments import AsJson, whole_number
from clsim.errors import BadInput, Place
from clsim.printing import columns_of_text

if TYPE_CHECKING:
    from clsim.result import Result
    from clsim.scenario.scenario import Scenario

LARGEST = 2**63 - 1
PolicyOption = Annotated[
    str, typer.Option("--policy", metavar="NAME", help="Who decides: a shipped policy or a TOML file.")]
PatientOption = Annotated[
    str | None, typer.Option("--patient", metavar="N", help="Number in the cohort (with --policy).")]
CohortOption = Annotated[
    str, typer.Option("--cohort", metavar="NAME", help="Who is drawn, hd-il2-candidates if not given.")]
SeedOption = Annotated[str | None, typer.Option("--seed", metavar="N", help="For all that is drawn (with --policy).")]
AllOption = Annotated[bool, typer.Option("--all", help="Follow the patient though he is not eligible.")]
ResultFile = Annotated[Path, typer.Argument(metavar="RESULT.nc", help="Result file.")]


def managed(
    planned: Scenario, written: str, policy: str, patient: str | None, cohort: str, seed: str | None, everyone: bool
) -> Result:
    """The result that ``clsim run`` is asked for, under a policy or without one."""
    from clsim.simulate import run

    number = None if patient is None else whole_number(patient, "--patient", 0, LARGEST)
    chosen = None if seed is None else whole_number(seed, "--seed", 0, LARGEST)
    if not policy:
        for key, given in (("--patient", patient), ("--cohort", cohort), ("--seed", seed), ("--all", everyone)):
            if given not in (None, "", False):
                raise BadInput("has a meaning only with --policy", key=key, given="" if given is True else str(given))
    try:
        if not policy:
            return run(planned)
        return run(planned, policy=policy, patient=number, cohort=cohort or None, seed=chosen, everyone=everyone)
    except BadInput as error:
        if error.key in ("patient", "cohort", "seed"):
            error.key = f"--{error.key}"
            raise
        raise error.at("", None if policy else Place(written)) from None


def notes(result: Result) -> list[str]:
    """What is said beside the numbers."""
    from clsim.managed.result import ManagedResult

    if not isinstance(result, ManagedResult):
        return list(result.scenario.notes)
    from clsim.managed.course import notes_of

    return notes_of(result)


def say(found: list[str]) -> None:
    """Notes and warnings to standard error."""
    for note in found:
        print(note if note.startswith("warning: ") else f"note: {note}", file=sys.stderr)


def overlook(result: Result) -> str:
    """Doses and support of a run under a policy; nothing without one."""
    from clsim.managed.result import ManagedResult

    if not isinstance(result, ManagedResult):
        return ""
    from clsim.managed import explain as words

    return f"{result.named}\n{columns_of_text(words.overlook(result), 2)}\n"


def described(result: Result) -> dict[str, Any]:
    """What JSON says of who decided."""
    from clsim.managed.result import ManagedResult, plain

    if not isinstance(result, ManagedResult):
        return {}
    assert result.policy is not None
    return {
        "policy": result.policy.name, "policy_digest": result.policy.digest, "patient": result.patient,
        "cohort": result.cohort.name if result.cohort else None, "seed": result.seed,
        "doses_given": len(result.doses), "doses_held": len(result.held), "swings": dict(result.swings),
        "outcomes": {name: plain(value) for name, value in result.outcomes.items()}}


def print_summary(result: Result) -> None:
    """Headline variables: start, extremes and end."""
    rows: list[tuple[str, ...]] = [("", "unit", "start", "lowest", "at h", "highest", "at h", "end")]
    for name, row in result.summary().items():
        numbers = ("start", "low", "low_at", "high", "high_at", "end")
        rows.append((name, row["unit"], *(f"{row[key]:.4g}" for key in numbers)))
    print(columns_of_text(rows))


def explain(
    file: ResultFile,
    at: Annotated[str | None, typer.Option(metavar="TIME", help='One time only, such as "36 h" or "1 d 12 h".')] = None,
    as_json: AsJson = False,
) -> None:
    """Say why each dose was given or held and each drip was changed: the whole run, or one time."""
    from clsim.managed import explain as words
    from clsim.store import load_result

    result = load_result(file)
    try:
        said = json.dumps(words.data(result, at), indent=1) if as_json else words.text(result, at)
    except BadInput as error:
        if error.key == "at":
            error.key = "--at"
            raise
        raise error.at("", Place(str(file))) from None
    print(said)


def fork(
    file: ResultFile,
    at: Annotated[str, typer.Option(metavar="TIME", help='From when on orders change, such as "36 h".')],
    out: Annotated[Path, typer.Option(help="Write the other course (.nc or .csv).")],
    hold: Annotated[list[str] | None, typer.Option(metavar="N", help="Hold planned dose N; may be repeated.")] = None,
    give: Annotated[list[str] | None, typer.Option(metavar="N", help="Give planned dose N; may be repeated.")] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Give no further dose.")] = False,
    fluid: Annotated[list[str] | None, typer.Option(
        metavar="ORDER", help='Such as "saline_0.9 500 mL over 30 min" or "dextrose_5 50 mL/h until 60 h".')] = None,
    drug: Annotated[list[str] | None, typer.Option(
        metavar="ORDER", help='Such as "phenylephrine 50 mcg/min until 40 h" or "furosemide 20 mg over 15 min".',
    )] = None,
    policy: Annotated[str, typer.Option(metavar="NAME", help="Another policy decides from then on.")] = "",
    as_json: AsJson = False,
) -> None:
    """Change the orders of a run from a time on; all before it stays, and so does what is drawn."""
    from clsim.managed.hand import spoken
    from clsim.progress import bar
    from clsim.store import check_target, load_result

    check_target(out)
    parent = load_result(file)
    numbers = {key: [whole_number(each, f"--{key}", 1, LARGEST) for each in given or ()]
               for key, given in (("hold", hold), ("give", give))}
    orders = {kind: [spoken(kind, each) for each in given or ()] for kind, given in (("fluid", fluid), ("drug", drug))}
    with bar(f"running {parent.scenario.name} from {at} on another way"):
        from clsim.managed.fork import fork as forked

        try:
            result = forked(parent, at, hold=numbers["hold"], give=numbers["give"], stop=stop, fluid=orders["fluid"],
                            drug=orders["drug"], policy=policy or None)
        except BadInput as error:
            kind = error.key.removeprefix("[[").partition("]]")[0]
            if error.key in ("at", "hold", "give", "stop", "policy"):
                error.key = f"--{error.key}"
            elif kind in orders and error.key.startswith("[["):
                number = int(error.key.partition("]] ")[2].partition(",")[0] or 1)
                given = (fluid if kind == "fluid" else drug) or []
                error.key = f'--{kind} "{given[number - 1]}"' if number <= len(given) else f"--{kind}"
            raise
    changed = [key for key, mine in result.stamp.items() if parent.stamp.get(key) != mine]
    if changed:
        say([f"{file} was computed with another {', '.join(changed)}: what lies before the fork is computed anew and "
             "may differ from it"])
    say(notes(result))
    result.save(out)
    if as_json:
        print(json.dumps({"parent": str(file), "parent_digest": parent.digest(), "digest": result.digest(),
                          "at_h": result.forks[-1].at / 60.0, "out": str(out), **described(result),
                          "summary": result.summary()}, indent=1))
        return
    from clsim.managed import explain as words

    if not overlook(result):
        print(words.text(result))
    print(overlook(result), end="")
    print_summary(result)
    print(f"written: {out}")
