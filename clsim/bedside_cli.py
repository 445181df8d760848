"""``clsim bedside`` and ``clsim demo``: a patient to look at and to treat, in a browser on this machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clsim.arguments import whole_number
from clsim.errors import BadInput, Place

if TYPE_CHECKING:
    from clsim.bedside.side import Case

LARGEST_SEED = 2**53 - 1
LARGEST_PATIENT = 10_000_000
PORT = "8765"
HIGHEST_PORT = 65_535
Host = Annotated[str, typer.Option("--host", metavar="NAME", help="Where to listen; any other than this machine itself "
                                   "asks for a token, which is printed.")]
Port = Annotated[str, typer.Option("--port", metavar="N", help="0 for any that is free.")]
OpenPage = Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")]


Whose = Annotated[str, typer.Option("--policy", metavar="NAME", help="Who decides: a shipped policy or a TOML file; "
                                    '"none" for the orders of the scenario, "by-hand" for nobody.')]
Twin = Annotated[tuple[str, str] | None, typer.Option("--twin", metavar="A B", help="The same patient twice, under two "
                                                      "shipped policies.")]


def bedside(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")] = "hd-il2-standard",
    policy: Whose = "cwg-2014",
    patient: Annotated[str | None, typer.Option("--patient", metavar="N", help="Number in the cohort.")] = None,
    seed: Annotated[str, typer.Option("--seed", metavar="N", help="For all that is drawn.")] = "1",
    everyone: Annotated[bool, typer.Option("--all", help="Follow the patient though he is not eligible.")] = False,
    twin: Twin = None,
    lesson: Annotated[str, typer.Option("--lesson", metavar="NAME", help="A lesson that ships.")] = "",
    load: Annotated[Path | None, typer.Option("--load", metavar="FILE", help="A session that was saved.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="With --load: compute it to the end, write "
                   "the result (.nc or .csv), and open no page.")] = None,
    host: Host = "127.0.0.1",
    port: Port = PORT,
    open_page: OpenPage = True,
) -> None:
    """Open a bedside monitor: one patient, or the same one under two policies, with orders by hand.

    Example: clsim bedside hd-il2-standard --policy cwg-2014
    """
    number = None if patient is None else whole_number(patient, "--patient", 0, LARGEST_PATIENT)
    chosen = whole_number(seed, "--seed", 0, LARGEST_SEED)
    place = whole_number(port, "--port", 0, HIGHEST_PORT)
    if out is not None:
        if load is None:
            raise BadInput("needs a saved session", allowed="--load FILE beside it", key="--out")
        _computed(load, out)
        return
    _needed()
    first: list[dict[str, Any]] = []
    if lesson:
        first.append({"do": "lesson", "name": lesson})
    if load is not None:
        first.append({"do": "load", "toml": _text(load)})
    if twin is not None:
        first.append({"do": "twin", "policies": [None if name == "none" else name for name in twin],
                      "from_start": True})
    _served(scenario, policy, chosen, number, everyone, first, host, place, open_page)


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the figures.")] = Path("demo"),
    page: Annotated[bool, typer.Option("--bedside", help="Play the two-minute demonstration in a browser instead; it "
                                       "can be taken over at any moment.")] = False,
    host: Host = "127.0.0.1",
    port: Port = PORT,
    open_page: OpenPage = True,
) -> None:
    """Run the week of the 2014 consensus paper and draw its five figures, or play a demonstration at the bedside."""
    if page:
        place = whole_number(port, "--port", 0, HIGHEST_PORT)
        _needed()
        from clsim.lessons.demo import load_demo

        played = load_demo()
        _served(played.scenario, played.policy or "none", played.seed, played.patient, True, [{"do": "demo"}], host,
                place, open_page)
        return
    from clsim.progress import bar

    if out.exists() and not out.is_dir():
        raise BadInput("is a file, not a folder", key="--out", place=Place(str(out)))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        where = Place(str(out))
        raise BadInput(f"cannot be made ({error.strerror})", key="--out", place=where) from None
    with bar("five figures") as tell:
        from clsim import figures

        try:
            files = figures.demo(out, tell)
        except OSError as error:
            raise BadInput(f"cannot be written ({error})", place=Place(str(out))) from None
    for file in files:
        print(file)


def _served(
    scenario: str, policy: str, seed: int, patient: int | None, everyone: bool, first: list[dict[str, Any]], host: str,
    port: int, open_page: bool,
) -> None:
    from clsim.crowd.warming import prepare
    from clsim.progress import bar

    case = _case(scenario, policy, seed, patient, everyone)
    with bar("compiling") as tell:
        prepare(tell)
        from clsim.bedside.house import House
        from clsim.bedside.messages import INCOMING
        from clsim.bedside.serve import serve
        from clsim.bedside.session import Session

        tell("settling the patient", 0.0)
        trial = Session("trial", case)  # what is wrong is said before anybody listens
        for each in first:
            trial.respond(INCOMING.validate_python(each))
        trial.stop_typical()
        trial.advance(trial.t + 30.0, alarms_stop=False)
    serve(House(case, first), host, port, open_page)


def _case(scenario: str, policy: str, seed: int, patient: int | None, everyone: bool) -> Case:
    from clsim.bedside.side import Case
    from clsim.policy.lint import sound_policy
    from clsim.scenario.scenario import load

    try:
        return Case(load(scenario), None if policy == "none" else sound_policy(policy), seed, patient, everyone)
    except BadInput as error:
        raise error.at("", Place(scenario)) from None


def _needed() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("starlette", "uvicorn", "websockets", "anyio") if find_spec(name) is None]
    if missing:
        raise BadInput(f"needs {', '.join(missing)}, which is not installed", allowed='pip install "clsim[bedside]"',
                       key="bedside")


def _text(file: Path) -> str:
    from clsim.scenario.toml_text import read

    read(file)
    return file.read_text(encoding="utf-8-sig")


def _computed(file: Path, out: Path) -> None:
    """A saved session without its page, to the end of its scenario."""
    from clsim.bedside import saving
    from clsim.bedside.side import forks_of
    from clsim.progress import bar
    from clsim.store import check_target

    targets = [check_target(out)]
    found = saving.read(_text(file))
    if len(found.cases) > 1:
        targets.append(check_target(out.with_name(f"{out.stem}-2{out.suffix}")))
    for case, actions, target in zip(found.cases, found.actions, targets, strict=True):
        with bar(f"running {case.scenario.name}"):
            from clsim.bedside.bed import Bed

            bed = Bed(case.admission, forks_of(actions, case.scenario))
            bed.reach(case.scenario.horizon)
            result = bed.told(case.scenario.horizon)
        assert result is not None
        if bed.dead:
            print(f"note: {bed.dead}", file=sys.stderr)
        result.save(target)
        print(f"written: {target}")
