"""What a fitted set of parameters belongs to: the equations, and every value that was not fitted.

The hash is taken of the model's sources without their texts and without the declared values, and of the
values themselves, so that a better docstring does not make an ensemble stale and another law does.
"""

from __future__ import annotations

import ast
import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path

from clsim.model.layout import PARAMETERS


@cache
def laws() -> str:
    """Hash of the equations, 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for file in sorted(Path(str(files("clsim.model"))).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
                node.body = [each for each in node.body if not _text(each) and not _declares(each)] or [ast.Pass()]
        digest.update(ast.dump(tree).encode())
    return digest.hexdigest()[:16]


@cache
def identity() -> str:
    """Hash of the equations and of all declared values, fitted or not: knobs are factors on what is shipped."""
    values = {each.name: each.default for each in PARAMETERS}
    return hashlib.sha256(f"{laws()}{json.dumps(values)}".encode()).hexdigest()[:16]


def _text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _declares(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(each, ast.Name) and each.id in ("PARAMETERS", "BASES", "LIMITS", "HALVES", "WEIGHTS")
        for each in node.targets)
