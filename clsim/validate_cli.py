"""``clsim validate``: the model beside published experiments, and beside what a clinician expects."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from clsim.arguments import AsJson, whole_number
from clsim.calibrate_cli import TargetsOption

validate = typer.Typer(help="Compare the model with what is published and expected.", no_args_is_help=True)


@validate.callback()
def experiments() -> None:
    """Compare the model with what is published and expected."""


@validate.command()
def physiology(as_json: AsJson = False) -> None:
    """Classical experiments on the healthy body, graded against what was published.

    Ends with status 1 while any row is bad, those included that nobody tuned to.
    """
    from clsim.progress import bar

    with bar("experiments") as tell:
        from clsim import validation

        rows = validation.physiology(
            lambda done, total: tell(f"experiment {done} of {total}", done / total)
        )
    if as_json:
        print(json.dumps([row.record() for row in rows], indent=1))
    else:
        print(validation.table(rows))
    if any(row.grade == "bad" for row in rows):
        raise typer.Exit(1)


@validate.command()
def clinical(
    targets: TargetsOption = "hd-il2",
    patients: Annotated[str, typer.Option("-n", metavar="N", help="Eligible patients of every study.")] = "256",
    seed: Annotated[str, typer.Option(metavar="N", help="Of all that is drawn.")] = "2014",
    as_json: AsJson = False,
) -> None:
    """Published outcomes of interleukin-2, each simulated as its study was run, with its tolerance.

    Ends with status 1 if a target is off by more than twice its tolerance.
    """
    from clsim.progress import bar

    number, chosen = whole_number(patients, "-n", 16, 1_000_000), whole_number(seed, "--seed", 0, 2**63 - 1)
    with bar("studies") as tell:
        from clsim.evidence.clinical import clinical as compared
        from clsim.evidence.clinical import table
        from clsim.evidence.targets import load_targets

        found = compared(load_targets(targets), number, chosen, tell=tell)
    print(json.dumps([row.record() for row in found.rows], indent=1) if as_json else table(found))
    if found.beyond:
        raise typer.Exit(1)


@validate.command()
def trends(as_json: AsJson = False) -> None:
    """Directions that a clinician expects, with a least size; fails if one does not hold, known or not."""
    from clsim.progress import bar

    with bar("runs") as tell:
        from clsim.validation.trends import find_trends, load_table, report

        found = find_trends(load_table(), progress=lambda done, total: tell(f"run {done} of {total}", done / total))
    print(json.dumps([each.record() for each in found], indent=1) if as_json else report.table(found))
    if not all(each.holds for each in found):
        raise typer.Exit(1)
