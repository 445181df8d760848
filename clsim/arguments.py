"""Arguments of the command line that several commands take."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Any

import typer

from clsim.errors import BadInput

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ScenarioArgument = Annotated[
    str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")
]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help='Override, such as "patient.weight=82 kg".'),
]


def overrides(settings: Sequence[str] | None) -> dict[str, Any]:
    """``["patient.weight=82 kg"]`` as tables; a value that is no TOML is a text."""
    import tomllib

    tables: dict[str, Any] = {}
    for setting in settings or ():
        key, sign, value = setting.partition("=")
        path = key.strip().split(".")
        if not sign or not all(path):
            raise BadInput(
                "is no setting", given=repr(setting), allowed='"patient.weight=82 kg"', key="--set"
            )
        try:
            read = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            read = value.strip()
        table = tables
        for step in path[:-1]:
            table = table.setdefault(step, {})
        table[path[-1]] = read
    return tables


def whole_number(text: str, key: str, low: int, high: int) -> int:
    """A whole number between `low` and `high`; "10_000" may be written.

    Raises
    ------
    BadInput
        For anything else; `key` is the option as the user writes it.
    """
    number: int | None = None
    with suppress(ValueError):
        number = int(text)
    if number is None or not low <= number <= high:
        problem = "is no whole number" if number is None else "is out of range"
        raise BadInput(problem, given=repr(text), allowed=f"{low} to {high}", key=key)
    return number
