"""``clsim validate``: the model beside published experiments."""

from __future__ import annotations

import json

import typer

from clsim.arguments import AsJson

validate = typer.Typer(help="Compare the model with published experiments.", no_args_is_help=True)


@validate.callback()
def experiments() -> None:
    """Compare the model with published experiments."""


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
