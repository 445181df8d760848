"""Plain ES modules made into one script, so that a page opened from a stick needs no other file.

Browsers refuse modules under ``file://``.  What the modules of this project are written like is all
that is understood: relative named imports, and ``export`` in front of a declaration.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from clsim.errors import BadInput

IMPORT = re.compile(r"^import\s*\{([^}]*)\}\s*from\s*[\"'](\.[^\"']+)[\"'];?[ \t]*$", re.MULTILINE)
EXPORT = re.compile(r"^export\s+((?:async\s+)?(?:function\*?|class|const|let)\s+(\w+))", re.MULTILINE)
LEFT = re.compile(r"^\s*(?:import\b(?!\s*\()|export\b).*$", re.MULTILINE)


def bundle(modules: Mapping[str, str], entry: str) -> str:
    """One script that does what a module and all that it imports do.

    Parameters
    ----------
    modules : mapping of str to str
        Text by path, ``page/wave.js``.
    entry : str
        Path of the module that begins.

    Raises
    ------
    BadInput
        For an import that is not there, goes in a circle, or is of a kind that is not understood.
    """
    order: list[str] = []
    _visit(modules, entry, (), order)
    parts = ['"use strict";', "const modules = {};"]
    parts += [f"modules[{name!r}] = (() => {{\n{_wrapped(name, modules[name])}\n}})();" for name in order]
    return "(() => {\n" + "\n".join(parts) + "\n})();\n"


def _visit(modules: Mapping[str, str], name: str, above: tuple[str, ...], order: list[str]) -> None:
    if name in above:
        raise BadInput("import each other", given=" -> ".join([*above, name]), key="modules")
    if name in order:
        return
    if name not in modules:
        raise BadInput("is imported but not there", given=name, key=above[-1] if above else "modules")
    for found in IMPORT.finditer(modules[name]):
        _visit(modules, _beside(name, found[2]), (*above, name), order)
    order.append(name)


def _beside(name: str, wanted: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), wanted))


def _wrapped(name: str, text: str) -> str:
    """The body of a module as that of a function that gives its exports."""
    def taken(found: re.Match[str]) -> str:
        names = ", ".join(re.sub(r"\s+as\s+", ": ", each.strip()) for each in found[1].split(",") if each.strip())
        return f"const {{ {names} }} = modules[{_beside(name, found[2])!r}];"

    given = [found[2] for found in EXPORT.finditer(text)]
    body = EXPORT.sub(r"\1", IMPORT.sub(taken, text))
    odd = LEFT.search(body)
    if odd:
        raise BadInput("is an import or export of a kind that is not understood", given=odd[0].strip(), key=name)
    return f"{body}\nreturn {{ {', '.join(given)} }};"
