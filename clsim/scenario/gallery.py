"""The scenarios that come with clsim: in the wheel as package data, in a checkout as a folder."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from clsim.errors import BadInput, nearest


def folder() -> Path:
    """Where the shipped scenarios lie."""
    inside = Path(str(files("clsim"))) / "_data" / "scenarios"
    return inside if inside.is_dir() else Path(str(files("clsim"))).parent / "scenarios"


def scenarios() -> list[str]:
    """Names of the shipped scenarios."""
    return sorted(file.stem for file in folder().glob("*.toml"))


def find(source: str | Path, beside: Path | None = None) -> Path:
    """The file of a shipped name or of a path.

    Parameters
    ----------
    source : str or Path
        ``hd-il2-standard``, or anything that ends in ``.toml`` or names a folder.
    beside : Path, optional
        Folder in which relative paths and names are looked up first.

    Raises
    ------
    BadInput
        For a name that is not shipped; a path is returned whether it exists or not.
    """
    if is_path(source):
        return (beside or Path()) / source
    sibling = (beside or Path()) / f"{source}.toml"
    if beside is not None and sibling.is_file():
        return sibling
    return shipped(source, "scenario", folder(), scenarios())


def is_path(source: str | Path) -> bool:
    """Whether a file is meant and not a shipped name: it ends in .toml or names a folder."""
    return isinstance(source, Path) or Path(source).suffix == ".toml" or len(Path(source).parts) > 1


def shipped(source: str | Path, kind: str, home: Path, names: Sequence[str]) -> Path:
    """The file of a shipped name of some kind, or of a path.

    Parameters
    ----------
    source : str or Path
    kind : str
        What it is a name of, for the refusal.
    home : Path
        Where files of that kind lie.
    names : sequence of str
        Those that are shipped.

    Raises
    ------
    BadInput
        For a name that is not shipped; a path is returned whether it exists or not.
    """
    if is_path(source):
        return Path(source)
    if source not in names:
        raise BadInput(f'"{source}" is not a shipped {kind}', nearest=nearest(str(source), names),
                       allowed=", ".join([*names, "or the path of a .toml file"]))
    return home / f"{source}.toml"
