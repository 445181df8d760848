"""``clsim lesson``: lessons listed, checked against the model, printed for instructors, and exported for students."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import clsim
from clsim.arguments import AsJson
from clsim.disclaimer import DISCLAIMER
from clsim.errors import BadInput, Place
from clsim.printing import columns_of_text

if TYPE_CHECKING:
    from clsim.lessons.parts import Lesson

Named = Annotated[str, typer.Argument(metavar="NAME", help="Name of a shipped lesson, or a TOML file.")]
Page = Annotated[Path, typer.Option("--out", metavar="FILE.html", help="Page to write.")]

lesson = typer.Typer(
    help="Lessons for the bedside: prompts with answers that the model computes.", epilog=DISCLAIMER,
    no_args_is_help=True, rich_markup_mode=None)


@lesson.command("list")
def list_lessons(as_json: AsJson = False) -> None:
    """List the shipped lessons."""
    from clsim.lessons.lesson import lessons, load_lesson

    found = [load_lesson(name) for name in lessons()]
    if as_json:
        print(json.dumps([_told(each) for each in found], indent=1))
    else:
        print(columns_of_text([(each.name, f"{each.minutes} min", each.level, each.title) for each in found]))


@lesson.command()
def show(name: Named, as_json: AsJson = False) -> None:
    """Print what a lesson is for, and its prompts."""
    from clsim.lessons.lesson import load_lesson
    from clsim.lessons.sheet import when_asked

    found = load_lesson(name)
    if as_json:
        print(json.dumps(_told(found), indent=1))
        return
    print(f"{found.title} ({found.minutes} min, {found.level})\n{found.summary}\n")
    for each in found.objectives:
        print(f"  - {each}")
    for prompt in found.prompts:
        print(f"\n{prompt.id}, {when_asked(prompt)}: {prompt.question}")
        for option in prompt.options:
            print(f"  {option.id}: {option.label}{f' [{option.verdict}]' if option.verdict else ''}")
    print(f"\n{DISCLAIMER}")


@lesson.command()
def check(name: Named, as_json: AsJson = False) -> None:
    """Read a lesson, run it, and compare what it says of the run with what the model shows."""
    from clsim.lessons.claims import look_at
    from clsim.lessons.course import Courses
    from clsim.lessons.lesson import load_lesson
    from clsim.progress import bar

    found = load_lesson(name)
    with bar(f"running {found.name}"):
        courses = Courses(found)
        ways = sum(1 for _ in courses)
        claims = look_at(courses)
    wrong = [each for each in claims if not each.holds]
    if as_json:
        print(json.dumps({"lesson": found.name, "ways": ways, "runs": len(courses.known), "good": not wrong, "claims": [
            {"says": each.claim.says, "shows": each.words, "holds": each.holds} for each in claims]}, indent=1))
    else:
        print(columns_of_text([("" if each.holds else "NOT SO", each.words, each.claim.says) for each in claims]))
        print(f"{found.name}: {ways} ways through {len(found.prompts)} prompts, {len(courses.known)} runs, "
              f"{len(claims) - len(wrong)} of {len(claims)} claims hold")
    if wrong:
        raise typer.Exit(1)


@lesson.command()
def sheet(name: Named, out: Page) -> None:
    """Write the instructor's sheet, to be printed: objectives, prompts with answers, debrief, checklists."""
    target = _target(out)
    from clsim.lessons.lesson import load_lesson
    from clsim.lessons.sheet import sheet as made
    from clsim.progress import bar

    found = load_lesson(name)
    with bar(f"running {found.name}"):
        text = made(found)
    _write(target, text)


@lesson.command()
def export(name: Named, out: Page) -> None:
    """Write a lesson as one file for students: it opens from a stick, without clsim and without a network."""
    target = _target(out)
    from clsim.lessons.export import export as made
    from clsim.lessons.lesson import load_lesson
    from clsim.progress import bar

    found = load_lesson(name)
    with bar(f"running every way through {found.name}"):
        text = made(found)
    _write(target, text)


@lesson.command()
def debrief(
    file: Annotated[Path, typer.Argument(metavar="RESULT.nc", help="Result file of clsim run or of the bedside.")],
    out: Page,
) -> None:
    """Write the debrief of a saved run: what happened and why, what it came to, what the leak did."""
    target = _target(out)
    from clsim.lessons.debrief import report
    from clsim.store import load_result

    _write(target, report(load_result(file)))


def checked_lesson(file: str) -> dict[str, Any]:
    """What is said of a lesson that can be read, and whose patient can rest."""
    from clsim.lessons.lesson import load_lesson
    from clsim.patient import settle_patient

    found = load_lesson(file)
    settle_patient(found.scenario.values)
    return {"file": file, "good": True, "lesson": found.name, "title": found.title, "version": clsim.__version__,
            "prompts": len(found.prompts), "claims": len(found.claims), "notes": []}


def _told(found: Lesson) -> dict[str, object]:
    return {"name": found.name, "title": found.title, "summary": found.summary, "level": found.level,
            "minutes": found.minutes, "objectives": list(found.objectives), "scenario": found.scenario.name,
            "policy": found.policy.name if found.policy else None,
            "prompts": [{"id": each.id, "question": each.question, "options": [
                {"id": option.id, "label": option.label, "verdict": option.verdict} for option in each.options]}
                for each in found.prompts]}


def _target(out: Path) -> Path:
    from clsim.store import check_target

    try:
        return check_target(out, (".html",))
    except BadInput as error:
        error.key = "--out"
        raise


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"cannot be written ({error})", place=Place(str(target))) from None
    print(f"written: {target} ({len(text.encode()) / 1e6:.2f} MB)")
