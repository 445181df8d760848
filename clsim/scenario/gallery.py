"""The scenarios that come with clsim: in the wheel as package data, in a checkout as a folder."""

from __future__ import annotations

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
    path = Path(source)
    if isinstance(source, Path) or path.suffix == ".toml" or len(path.parts) > 1:
        return (beside or Path()) / path
    sibling = (beside or Path()) / f"{source}.toml"
    if beside is not None and sibling.is_file():
        return sibling
    if source in scenarios():
        return folder() / f"{source}.toml"
    raise BadInput(
        f'"{source}" is not a shipped scenario',
        allowed=", ".join(scenarios()) + ", or the path of a .toml file",
        nearest=nearest(str(source), scenarios()),
    )
