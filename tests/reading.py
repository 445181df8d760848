"""Reading the laws as text: which fields a kernel touches, in which order it touches them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import clsim

PACKAGE = Path(clsim.__file__).parent
RECORDS = ("x", "p", "u", "f", "dx")


@cache
def tree(name):
    """The syntax tree of a file of the model."""
    return ast.parse((PACKAGE / "model" / f"{name}.py").read_text(encoding="utf-8"))


@cache
def kernels(name):
    """{name: definition} of what a file decorates with @kernel."""
    return {
        node.name: node
        for node in tree(name).body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(d, ast.Name) and d.id == "kernel" for d in node.decorator_list)
    }


def touched(node):
    """Every (record, field, node) below a node."""
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and getattr(each.value, "id", "") in RECORDS:
            yield each.value.id, each.attr, each


def assigned(node):
    """Every (record, field, node) that assignments below a node write, entries of beds too."""
    for each in ast.walk(node):
        targets = getattr(each, "targets", []) or [getattr(each, "target", None)]
        for target in targets if isinstance(each, (ast.Assign, ast.AugAssign)) else []:
            place = target.value if isinstance(target, ast.Subscript) else target
            if isinstance(place, ast.Attribute) and getattr(place.value, "id", "") in RECORDS:
                yield place.value.id, place.attr, place


def leaves_early(node):
    """``if not anyone(...): break``: no lane goes on searching, the one question a law may ask."""
    return isinstance(node, ast.If) and ast.unparse(node).startswith("if not anyone(") and (
        [type(each) for each in node.body + node.orelse] == [ast.Break])


@dataclass
class Reader:
    """Walks calls in the order in which they run; notes what is read before it is written.

    Parameters
    ----------
    written : set of (record, field)
        What is there from the start; grows on the way.
    watched : container of (record, field)
        What must be written before it is read.
    """

    written: set
    watched: set
    early: list = field(default_factory=list)
    called: list = field(default_factory=list)

    def run(self, module, name):
        """Walk one kernel."""
        self.called.append((module, name))
        for statement in kernels(module)[name].body:
            self.statement(module, statement)

    def statement(self, module, node):
        if isinstance(node, ast.Assign):
            self.read(module, node.value)
            self.write(node)
        elif isinstance(node, ast.AugAssign):
            self.read(module, node.target)
            self.read(module, node.value)
            self.write(node)
        elif isinstance(node, ast.For):
            for inner in node.body:
                self.statement(module, inner)
        elif isinstance(node, (ast.Expr, ast.Return)) and node.value is not None:
            self.read(module, node.value)
        elif leaves_early(node):
            self.read(module, node.test)
        else:
            raise AssertionError(f"{module}.py:{node.lineno}: a kernel holds {ast.dump(node)[:60]}")

    def write(self, node):
        self.written |= {(record, name) for record, name, _ in assigned(node)}

    def read(self, module, node):
        for each in ast.iter_child_nodes(node):
            self.read(module, each)
        if isinstance(node, ast.Call):
            self.call(module, node)
        for record, name, found in touched(node) if isinstance(node, ast.Attribute) else ():
            if found is node and (record, name) in self.watched - self.written:
                self.early.append(f"{module}.py:{node.lineno} reads {record}.{name}")

    def call(self, module, node):
        """Follow a call into a kernel of the model; other calls take numbers only."""
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            home, name = node.func.value.id, node.func.attr
            if (PACKAGE / "model" / f"{home}.py").exists():
                self.run(home, name)
        elif isinstance(node.func, ast.Name) and node.func.id in kernels(module):
            self.run(module, node.func.id)
