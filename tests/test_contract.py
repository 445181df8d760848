"""Every subsystem honours the contract: five things, complete declarations, laws in order."""

from __future__ import annotations

import ast
from math import isfinite

import numpy as np
import pytest
from reading import PACKAGE, RECORDS, Reader, assigned, kernels, leaves_early, touched, tree

from clsim import units
from clsim.model.layout import FLOWS, INPUTS, PARAMETERS, STATES, SUBSYSTEMS
from clsim.spec import ROLES, SCALES, Flow, Input, Parameter, State

NAMES = tuple(module.__name__.rpartition(".")[2] for module in SUBSYSTEMS)
MODULES = dict(zip(NAMES, SUBSYSTEMS, strict=True))
KINDS = {"PARAMETERS": Parameter, "STATES": State, "FLOWS": Flow, "INPUTS": Input}
DECLARED = {
    "p": {q.name for q in PARAMETERS},
    "x": {q.name for q in STATES},
    "dx": {q.name for q in STATES},
    "f": {q.name for q in FLOWS},
    "u": {q.name for q in INPUTS},
}
QUANTITIES = [*PARAMETERS, *STATES, *FLOWS, *INPUTS]
SHARED = ("oncotic",)  # a law that several subsystems use; declares nothing
LAWS = [*NAMES, *SHARED]
USED_ABOVE = {("p", "sex")}  # clsim.patient scales volumes and filtration with it
PHASES = {
    "flows": ("x", "p", "u", "f"),
    "derivatives": ("x", "p", "u", "f", "dx"),
    "rest": ("p", "x", "f"),
}

# what a law may say in figures; everything else is a parameter with a source
STRUCTURE = {0.0, 0.5, 1.0, 2.0}
FIGURES = {
    "body": {36.0: "Mosteller's formula, as its docstring says"},
    "circulation": {0.95: "second point of the secant, as a share of the first"},
    "lung": {3.0: "the root of a cubic"},
    "capillary": {50.0: "bracket of the factor on PS", 0.2: "bracket of the globulin reflection"},
}


def own(name, kind):
    return {q.name for q in getattr(MODULES[name], kind)}


# ----------------------------------------------------------------------------------- declarations


@pytest.mark.parametrize("name", NAMES)
def test_a_subsystem_has_its_five_things(name):
    module = MODULES[name]
    assert module.__doc__
    assert len(module.__doc__.strip().splitlines()) >= 3
    for kind, cls in KINDS.items():
        assert all(isinstance(q, cls) for q in getattr(module, kind)), kind
    laws = kernels(name)
    assert ("flows" in laws) == bool(module.FLOWS)
    assert not module.STATES or {"derivatives", "rest"} <= set(laws) or name in STATES_OF_OTHERS
    for phase, arguments in PHASES.items():
        if phase in laws:
            assert tuple(a.arg for a in laws[phase].args.args) == arguments, phase
    for law in laws.values():
        assert ast.get_docstring(law), law.name


STATES_OF_OTHERS = ("interstitium",)  # declared here, moved by capillary, lymph and pockets


@pytest.mark.parametrize("q", QUANTITIES, ids=lambda q: q.name)
def test_a_declaration_is_complete(q):
    assert q.name.isidentifier()
    assert q.label and q.label == q.label.strip() and not q.label.endswith(".")
    units.unit(q.unit)
    if q.show:
        units.unit(q.show)
    assert len(set(getattr(q, "per", ()))) == len(getattr(q, "per", ()))
    if isinstance(q, State):
        assert q.size > 0.0
    if isinstance(q, Input):
        assert q.bounds[0] <= q.default <= q.bounds[1]


@pytest.mark.parametrize("q", PARAMETERS, ids=lambda q: q.name)
def test_a_parameter_has_bounds_that_hold_its_default_and_a_source(q):
    low, high = q.bounds
    assert isfinite(low) and isfinite(high) and low < high
    assert q.source.strip()
    assert q.role in ROLES and q.scale in SCALES
    if q.role == "solved":
        assert q.default is None
    else:
        entries = np.atleast_1d(np.asarray(q.default, float))
        assert entries.shape == (max(1, len(q.per)),)
        assert np.all((entries >= low) & (entries <= high))


def test_labels_are_not_shared():
    """Two columns of a plot or a table must be told apart."""
    for group in (PARAMETERS, STATES, FLOWS, INPUTS):
        labels = [q.label for q in group]
        assert not {label for label in labels if labels.count(label) > 1}


# ------------------------------------------------------------------------------------------- laws


@pytest.mark.parametrize("name", LAWS)
def test_every_field_that_a_law_touches_is_declared(name):
    wrong = [
        f"clsim/model/{name}.py:{node.lineno}: {record}.{attribute} is not declared"
        for record, attribute, node in touched(tree(name))
        if attribute not in DECLARED[record]
    ]
    assert not wrong


def test_everything_declared_is_used():
    """Parameters and inputs are read somewhere, flows and slopes are written somewhere."""
    read, written = set(USED_ABOVE), set()
    for name in LAWS:
        read |= {(r, a) for r, a, node in touched(tree(name)) if isinstance(node.ctx, ast.Load)}
        written |= {(r, a) for r, a, _ in assigned(tree(name))}
    for record, used in (("p", read), ("u", read), ("f", written), ("dx", written)):
        forgotten = sorted(n for n in DECLARED[record] if (record, n) not in used)
        assert not forgotten, f"{record}: {forgotten}"


@pytest.mark.parametrize("name", NAMES)
def test_a_subsystem_writes_only_what_it_declares(name):
    """Its own flows and, in rest, its own states and solved parameters; slopes of anybody."""
    allowed = {
        "f": own(name, "FLOWS"),
        "x": own(name, "STATES"),
        "p": {q.name for q in MODULES[name].PARAMETERS if q.role == "solved"},
        "u": set(),
        "dx": DECLARED["dx"],
    }
    for record, attribute, node in assigned(tree(name)):
        assert attribute in allowed[record], f"{name}.py:{node.lineno}: {record}.{attribute}"


@pytest.mark.parametrize("name", LAWS)
def test_a_law_holds_no_numbers_of_its_own(name):
    known = STRUCTURE | set(FIGURES.get(name, ()))
    for node in (each for law in kernels(name).values() for each in ast.walk(law)):
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            where = f"clsim/model/{name}.py:{node.lineno}"
            assert node.value in known, f"{where}: {node.value} wants to be a parameter"


@pytest.mark.parametrize("name", LAWS)
def test_a_law_branches_on_nothing(name):
    """No if, while, ternary, comparison chain, power or and/or: lanes could not follow.

    A search may end when no lane goes on searching.
    """
    refused = (ast.If, ast.While, ast.IfExp, ast.BoolOp, ast.Pow, ast.Try, ast.Lambda)
    for law in kernels(name).values():
        for node in ast.walk(law):
            assert leaves_early(node) or not isinstance(node, refused), f"{name}.py:{node.lineno}"


def test_records_go_by_their_names_from_law_to_law():
    """Whoever is handed a record calls it what its owner calls it."""
    for name in NAMES:
        laws = kernels(name)
        for node in (n for law in laws.values() for n in ast.walk(law)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in laws:
                theirs = [a.arg for a in laws[node.func.id].args.args]
                for argument, parameter in zip(node.args, theirs, strict=True):
                    if isinstance(argument, ast.Name) and argument.id in RECORDS:
                        assert argument.id == parameter, f"{name}.py:{node.lineno}"


# ---------------------------------------------------------------------------------- reading order


def reader(law, watched, written=()):
    """What happens from the top of one law of equations.py."""
    found = Reader(set(written), set(watched))
    found.run("equations", law)
    return found


FLOW_FIELDS = {("f", q.name) for q in FLOWS}


def test_no_flow_is_read_before_it_is_written():
    assert not reader("rhs", FLOW_FIELDS).early


def test_a_law_out_of_order_would_be_seen():
    alone = Reader(set(), set(FLOW_FIELDS))
    alone.run("lymph", "flows")
    assert [e.split(" reads ")[1] for e in alone.early] == ["f.vasodilation", "f.P_interstitium"]


def test_the_rest_state_is_closed_in_an_order_that_works():
    """Solved parameters, states and flows are written before anyone reads them."""
    solved = {("p", q.name) for q in PARAMETERS if q.role == "solved"}
    states = {("x", q.name) for q in STATES}
    settled = reader("settle", FLOW_FIELDS | solved | states)
    assert not settled.early
    assert not (FLOW_FIELDS | solved | states) - settled.written


def test_nothing_in_the_body_reads_the_outlook():
    """What may befall the body is seen at observations only; it must not act on the body."""
    body = set(reader("rhs", ()).called)
    seen = set(reader("outlook", ()).called) - {("equations", "outlook"), ("equations", "dangers")} - body
    written = {a for name, law in seen for r, a, _ in assigned(kernels(name)[law]) if r == "f"}
    assert {"hazard", "symptom_hazard", "oxygen_needed"} <= written
    for name, law in body - {("equations", "rhs"), ("equations", "flows")}:
        assert not {a for r, a, _ in touched(kernels(name)[law]) if r == "f"} & written, (name, law)


@pytest.mark.parametrize("name", NAMES)
def test_every_law_is_called(name):
    """A kernel that nobody calls is a law that does not hold."""
    called = set(reader("rhs", ()).called) | set(reader("settle", ()).called)
    idle = [law for law in kernels(name) if (name, law) not in called]
    assert not idle, f"clsim/model/equations.py never calls {name}: {idle}"
    phases = [node.attr for node in ast.walk(tree("equations")) if isinstance(node, ast.Attribute)
              and isinstance(node.value, ast.Name) and node.value.id == name]  # fmt: skip
    assert set(phases) >= set(PHASES) & set(kernels(name))
    assert len(phases) == len(set(phases)) or name in AGAIN


AGAIN = ("blood", "interstitium")  # their flows are wanted while the rest state is being closed


def test_every_file_of_the_model_is_a_subsystem_or_known():
    files = {path.stem for path in (PACKAGE / "model").glob("*.py")}
    assert files == {*NAMES, *SHARED, "__init__", "beds", "layout", "equations"}
