"""The command line: each command reads, calls one function, prints, and ends with a code.

0 done, 1 a check failed, 2 bad input, 3 numerical failure.  Nothing heavy is imported
before a command needs it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import clsim
from clsim.arguments import AsJson, ScenarioArgument, Setting, overrides
from clsim.bedside_cli import bedside, demo
from clsim.calibrate_cli import calibrate
from clsim.cohort_cli import cohort as cohort_command
from clsim.compare_cli import WithEnsemble, compare, sweep
from clsim.disclaimer import DISCLAIMER
from clsim.errors import BadInput, ClsimError, Place
from clsim.lesson_cli import checked_lesson, lesson
from clsim.managed_cli import (
    AllOption,
    CohortOption,
    PatientOption,
    PolicyOption,
    SeedOption,
    described,
    explain,
    fork,
    managed,
    notes,
    overlook,
    print_summary,
    say,
)
from clsim.printing import columns_of_text
from clsim.sensitivity_cli import sensitivity
from clsim.study_cli import study
from clsim.validate_cli import validate

if TYPE_CHECKING:
    from clsim.result import Result
    from clsim.scenario.scenario import Scenario

FIGURES = (".png", ".svg", ".pdf")
BELOW = {"policies": "about", "cohorts": "about", "studies": "study", "lessons": "lesson", "ensembles": "provenance"}
# folders of shipped files beside the scenarios, and the table in which they say what they are

app = typer.Typer(
    help="A virtual patient with capillary leak under high-dose interleukin-2.",
    epilog=DISCLAIMER,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(validate, name="validate")
app.add_typer(sensitivity, name="sensitivity")
app.add_typer(lesson, name="lesson")
app.command("cohort")(cohort_command)
app.command()(explain)
app.command()(fork)
app.command(cls=WithEnsemble)(compare)
app.command()(sweep)
app.command()(study)
app.command()(calibrate)
app.command()(bedside)
app.command()(demo)


def main() -> None:
    """Entry point of ``clsim``."""
    try:
        app(prog_name="clsim")
    except ClsimError as error:
        print(f"clsim: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"clsim {clsim.__version__}\n\n{DISCLAIMER}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version.")
    ] = False,
) -> None:
    """Common options."""


@app.command()
def run(
    scenario: ScenarioArgument,
    policy: PolicyOption = "",
    patient: PatientOption = None,
    cohort: CohortOption = "",
    seed: SeedOption = None,
    everyone: AllOption = False,
    out: Annotated[Path | None, typer.Option(help="Write the result (.nc or .csv).")] = None,
    as_json: AsJson = False,
    setting: Setting = None,
) -> None:
    """Simulate one patient, under a policy or without one, and print what happened."""
    from clsim.progress import bar

    if out is not None:
        from clsim.store import check_target

        check_target(out)
    tables = overrides(setting)
    with bar("running") as tell:
        from clsim.scenario.scenario import load

        planned = load(scenario, **tables)
        tell(f"running {planned.name}", 0.0)
        result = managed(planned, scenario, policy, patient, cohort, seed, everyone)
    say(notes(result))
    if out is not None:
        result.save(out)
    if as_json:
        found = _described(planned) | described(result)
        print(json.dumps(found | {"out": str(out) if out else None, "summary": result.summary()}, indent=1))
        return
    print(f"{planned.title} ({planned.name})")
    print(overlook(result), end="")
    print_summary(result)
    if out is not None:
        print(f"written: {out}")


@app.command("list")
def list_shipped(
    what: Annotated[str, typer.Argument(
        help="scenarios, policies, cohorts, studies, lessons or ensembles")] = "scenarios",
    as_json: AsJson = False,
) -> None:
    """List the shipped scenarios, policies, cohorts, studies, lessons or ensembles."""
    from clsim.errors import nearest
    from clsim.scenario import gallery, toml_text

    homes = {"scenarios": gallery.folder(), **{each: gallery.folder() / each for each in BELOW}}
    if what not in homes:
        raise BadInput("cannot be listed", given=what, allowed=", ".join(homes), nearest=nearest(what, homes))
    read = {file.stem: toml_text.read(file).data for file in sorted(homes[what].glob("*.toml"))}
    titles = {name: data.get(BELOW.get(what, "about"), {}) for name, data in read.items()
              if what != "lessons" or "lesson" in data}  # beside them lies the demonstration
    if as_json:
        print(json.dumps([{"name": name, **about} for name, about in titles.items()], indent=1))
    else:
        print(columns_of_text([(name, about.get("title", "")) for name, about in titles.items()]))


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Scenario, policy, cohort, study, lesson, fluid, parameter or variable.")],
    whole: Annotated[
        bool, typer.Option("--whole", help="With everything that it extends, and all defaults.")
    ] = False,
) -> None:
    """Print a scenario, policy, cohort, study or lesson, or what is known of a fluid, a parameter or a variable."""
    from clsim.fluids import FLUIDS
    from clsim.policy.policy import find, is_policy, load_policy
    from clsim.scenario import gallery, toml_text

    if is_policy(name):
        print(load_policy(name).text if whole else find(name).read_text(encoding="utf-8"), end="")
        return
    below = [file for each in BELOW for file in sorted((gallery.folder() / each).glob("*.toml"))]
    for file in below:
        if file.stem == name:
            print(file.read_text(encoding="utf-8"), end="")
            return
    if name in gallery.scenarios() or name.endswith(".toml"):
        file = gallery.find(name)
        toml_text.read(file)
        if whole:
            from clsim.scenario.scenario import load

            print(load(name).text, end="")
        else:
            print(file.read_text(encoding="utf-8"), end="")
        return
    from dataclasses import asdict

    from clsim.errors import nearest
    from clsim.model.layout import FLOWS, INPUTS, PARAMETERS, STATES, home

    groups: dict[str, tuple[Any, ...]] = {
        "parameter": PARAMETERS,
        "state": STATES,
        "output": FLOWS,
        "input": INPUTS,
    }
    known: dict[str, tuple[str, Any]] = {key: ("fluid", fluid) for key, fluid in FLUIDS.items()}
    for kind, group in groups.items():
        known |= {each.name: (f"{kind} of {home(each.name)}", each) for each in group}
    if name not in known:
        every = [*gallery.scenarios(), *(file.stem for file in below), *known]
        what = "scenario, policy, cohort, study, lesson, fluid, parameter or variable"
        raise BadInput(f'"{name}" is no {what}', nearest=nearest(name, every))
    kind, found = known[name]
    rows = [(key, str(value)) for key, value in asdict(found).items() if value not in ("", (), 0.0)]
    print(columns_of_text([("kind", kind), *rows]))


@app.command()
def check(
    files: Annotated[list[str], typer.Argument(help="Files or names of scenarios, policies or lessons.")],
    as_json: AsJson = False,
) -> None:
    """Read scenarios and settle their patients, without running them; read policies and look for contradictions.

    Lessons are read; whether what they say of the run is so is told by clsim lesson check.
    """
    from clsim.lessons.lesson import is_lesson
    from clsim.patient import settle_patient
    from clsim.policy.policy import is_policy
    from clsim.scenario.scenario import load

    rows: list[dict[str, Any]] = []
    for file in files:
        try:
            if is_policy(file):
                rows.append(_checked_policy(file))
                continue
            if is_lesson(file):
                rows.append(checked_lesson(file))
                continue
            scenario = load(file)
            settle_patient(scenario.values)
        except BadInput as error:
            rows.append({"file": file, "good": False, "message": str(error.at("", Place(file)))})
        else:
            rows.append({"file": file, "good": True, **_described(scenario)})
    if as_json:
        print(json.dumps(rows, indent=1))
    for row in rows:
        if not row["good"]:
            print(f"clsim: {row['message']}", file=sys.stderr)
        elif not as_json:
            notes = "".join(f"; note: {note}" for note in row["notes"])
            print(f"good: {row['file']}: {_brief(row)}{notes}")
    if not all(row["good"] for row in rows):
        raise typer.Exit(2)


@app.command()
def plot(
    file: Annotated[str, typer.Argument(help="Result file, or a scenario to run first.")],
    out: Annotated[Path | None, typer.Option(help="Picture: .png, .svg or .pdf.")] = None,
) -> None:
    """Draw an overview of a course."""
    from clsim.progress import bar
    from clsim.store import check_target, load_result

    target = check_target(out or Path(f"{Path(file).stem}.png"), FIGURES)
    with bar("drawing") as tell:
        from clsim.plots import overview, write

        if Path(file).suffix == ".nc":
            result = load_result(file)
        else:
            from clsim.scenario.scenario import load

            tell("running", 0.0)
            result = _simulated(load(file), file)
        tell("drawing", 0.5)
        try:
            write(overview(result), target)
        except OSError as error:
            raise BadInput(f"cannot be written ({error})", place=Place(str(target))) from None
    print(target)


@app.command()
def repro(
    file: Annotated[Path, typer.Argument(help="Result file (.nc).")], as_json: AsJson = False
) -> None:
    """Run a result file again from its own text and report the largest difference."""
    from clsim.progress import bar
    from clsim.result import stamp
    from clsim.store import load_result

    stored = load_result(file)
    with bar(f"repeating {stored.scenario.name}"):
        from clsim.managed.fork import again

        gaps = again(stored).differences(stored)
    worst = max(gaps, key=lambda name: gaps[name])
    changed = {
        key: f"{old} -> {stamp().get(key)}"
        for key, old in stored.stamp.items()
        if old != stamp().get(key)
    }
    different = {name: gap for name, gap in gaps.items() if gap > 0.0}
    if as_json:
        found = {"file": str(file), "identical": not different, "changed": changed}
        print(json.dumps(found | {"largest_difference": different}, indent=1))
    else:
        for name in sorted(different, key=lambda each: -different[each]):
            print(f"{name}: differs by up to {different[name]:.3g} {stored[name].unit}")
        for key, change in changed.items():
            print(f"{key}: {change}")
        verdict = f"identical in all {len(gaps)} variables"
        if different:
            verdict = f"largest difference {gaps[worst]:.3g} {stored[worst].unit} in {worst}"
        print(f"{file}: {verdict}")
    if different:
        raise typer.Exit(1)


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(help="scenario, policy, cohort or lesson")] = "scenario",
) -> None:
    """Print the JSON Schema of scenario, policy, cohort or lesson files, for editors."""
    from clsim.errors import nearest
    from clsim.reference import SCHEMAS

    if kind not in SCHEMAS:
        raise BadInput("has no schema", given=kind, allowed=", ".join(SCHEMAS), nearest=nearest(kind, SCHEMAS))
    print(SCHEMAS[kind](), end="")


@app.command()
def docs(
    out: Annotated[Path, typer.Option(help="Folder of the reference pages.")] = Path(
        "docs/reference"
    ),
) -> None:
    """Write the reference pages from the declarations of the model."""
    from clsim.reference import write

    if not out.is_dir():
        raise BadInput("is no folder", key="--out", place=Place(str(out)))
    for file in write(out):
        print(file)


def _checked_policy(file: str) -> dict[str, Any]:
    """What is said of a policy: bad if something in it cannot be meant."""
    from clsim.policy.lint import lint
    from clsim.policy.policy import load_policy

    policy = load_policy(file)
    findings = lint(policy)
    wrong = [str(each) for each in findings if each.wrong]
    return {
        "file": file, "good": not wrong, "message": "\nclsim: ".join(wrong), "policy": policy.name,
        "title": policy.title, "version": clsim.__version__, "digest": policy.digest,
        "rules": sum(not row.unmodelled for row in policy.rows),
        "not_modelled": [row.name for row in policy.rows if row.unmodelled],
        "notes": [str(each) for each in findings if not each.wrong],
    }


def _brief(row: dict[str, Any]) -> str:
    """A scenario, policy or lesson that is good, in a few words."""
    if "rules" in row:
        return f"{row['rules']} rules"
    if "prompts" in row:
        return f"{row['prompts']} prompts; whether its {row['claims']} claims hold is told by clsim lesson check"
    return f"{row['horizon_h']:g} h, {row['doses_given']} doses, {row['doses_held']} held"


def _simulated(scenario: Scenario, written: str) -> Result:
    """`clsim.run`; a patient who cannot rest is blamed on what the user wrote."""
    from clsim.simulate import run as simulate

    try:
        return simulate(scenario)
    except BadInput as error:
        raise error.at("", Place(written)) from None


def _described(scenario: Scenario) -> dict[str, Any]:
    """What JSON says of a scenario."""
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "version": clsim.__version__,
        "seed": scenario.seed,
        "horizon_h": scenario.horizon / 60.0,
        "doses_given": len(scenario.doses),
        "doses_held": len(scenario.held),
        "notes": list(scenario.notes),
    }
