"""``clsim validate``: the model beside published experiments, and beside what a clinician expects."""

from __future__ import annotations

import json

import typer

from clsim.arguments import AsJson

validate = typer.Typer(help="Compare the model with what is published and expected.", no_args_is_help=True)


@validate.callback()
def experiments() -> None:
    """Compare the model with what is published and expected."""


@validate.command()
def physiology(as_json: AsJson = False) -> None:
    """Classical experiments on the healthy body, graded against what was published."""
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
def trends(as_json: AsJson = False) -> None:
    """Directions that a clinician expects, with a least size; fails if one does not hold, known or not."""
    from clsim.progress import bar

    with bar("runs") as tell:
        from clsim.validation.trends import find_trends, load_table, report

        found = find_trends(load_table(), progress=lambda done, total: tell(f"run {done} of {total}", done / total))
    print(json.dumps([each.record() for each in found], indent=1) if as_json else report.table(found))
    if not all(each.holds for each in found):
        raise typer.Exit(1)
