"""``clsim calibrate``: the fit to published numbers, and the sets of parameters that meet them as well."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from clsim.arguments import AsJson, whole_number

TargetsOption = Annotated[
    str, typer.Option("--targets", metavar="NAME", help="Published numbers: a shipped file or a path.")]


def calibrate(
    out: Annotated[Path, typer.Option(help="Write the ensemble here (.toml; its table beside it as .csv).")],
    targets: TargetsOption = "hd-il2",
    patients: Annotated[str, typer.Option("-n", metavar="N", help="Eligible patients of every study.")] = "64",
    seed: Annotated[str, typer.Option(metavar="N", help="Of all that is drawn.")] = "1",
    members: Annotated[str, typer.Option(metavar="N", help="Sets of parameters wanted.")] = "200",
    rounds: Annotated[str, typer.Option(metavar="N", help="Rounds of the search; 0: none.")] = "2",
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run of the same kind was stopped.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace what lies there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fit the interleukin-2 layer to published numbers and collect sets of parameters that meet them as well."""
    from clsim.progress import bar

    asked = {"patients": whole_number(patients, "-n", 16, 100_000),
             "seed": whole_number(seed, "--seed", 0, 2**31 - 1),
             "members": whole_number(members, "--members", 1, 10_000),
             "rounds": whole_number(rounds, "--rounds", 0, 100)}
    with bar("calibration") as tell:
        from clsim.evidence.calibrate import calibrate as calibrated

        found = calibrated(targets, out, resume=resume, force=force, tell=tell, **asked)
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    if as_json:
        print(json.dumps(found.record(), indent=1))
    else:
        print(found.text())
