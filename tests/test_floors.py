"""Who may import whom; what only one file may do; how long a file may be."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from reading import PACKAGE

from clsim.jit import compiled_from
from clsim.model.layout import SUBSYSTEMS

LONGEST = 400  # lines
LONGER: dict[str, str] = {}  # file: why it cannot be shorter

# the house, from the ground up: a module imports from lower floors, or from its own
FLOORS = (
    ("disclaimer errors spec printing crowd.columns",),
    ("units jit draws grades lanes lane_types lane_records debug_records vmath substances scenario.toml_text",),
    ("model.beds model.oncotic fluids",),
    (" ".join(f"model.{module.__name__.rpartition('.')[2]}" for module in SUBSYSTEMS),),
    ("model.layout model.equations engine.outcome engine.stepper engine.timeline engine.advance "
        "engine.embedded engine.block engine.inspection engine.relay",),
    (
        "patient scenario.settings scenario.section scenario.schema scenario.extends "
        "scenario.gallery scenario.orders scenario.course scenario.schedule scenario.scenario scenario.by_size "
        "cohort cohort.schema cohort.derived cohort.normal cohort.points cohort.varied cohort.latent "
        "cohort.reading cohort.criteria cohort.cohort cohort.settling cohort.people cohort.page "
        "policy policy.signals policy.language policy.schema policy.rules policy.orders policy.chart policy.table "
        "policy.policy "
        "policy.memory policy.monitor policy.clauses policy.interpreter policy.seeing policy.compiled policy.python "
        "policy.lint policy.page policy.why",
    ),
    ("result store simulate scenario.json_schema policy.json_schema cohort.json_schema progress "
        "crowd.parts crowd.blocks crowd.files crowd.report "
        "crowd.output crowd crowd.summaries crowd.seen crowd.treatment "
        "crowd.outcomes crowd.steering crowd.plan crowd.warming crowd.run crowd.__main__ "
        "managed managed.trace managed.hand managed.decisions managed.bedside managed.result managed.course "
        "managed.fork managed.files managed.explain",),
    ("evidence evidence.knobs evidence.equations evidence.ensemble "
        "compare compare.arm compare.forms compare.endpoints compare.paired compare.win compare.incidence "
        "compare.subgroups compare.pareto compare.tables compare.page compare.altered compare.nested compare.run "
        "compare.arms compare.out compare.study "
        "sensitivity sensitivity.ranges sensitivity.trial sensitivity.resampling sensitivity.tornado "
        "sensitivity.morris sensitivity.sobol sensitivity.separation sensitivity.flips sensitivity.tables",),
    ("plots figures validation compare.pictures compare.publish sensitivity.pictures",),
    ("evidence.kinetics evidence.reading evidence.targets evidence.arms evidence.fit evidence.waves evidence.clinical "
        "evidence.calibrate evidence.identify evidence.variants evidence.report evidence.__main__",),
    ("lessons lessons.parts lessons.schema lessons.lesson lessons.demo lessons.course lessons.claims lessons.page "
        "lessons.drawing lessons.debriefing lessons.sheet lessons.debrief lessons.grid lessons.bundle lessons.export "
        "lessons.json_schema reference "
        "bedside bedside.messages bedside.answers bedside.signals bedside.bed bedside.by_hand bedside.alarms "
        "bedside.side bedside.view bedside.saving bedside.typical bedside.learning bedside.demonstration bedside.room "
        "bedside.session bedside.greeting bedside.house bedside.app bedside.serve",),
    ("arguments calibrate_cli cohort_cli managed_cli compare_cli study_cli sensitivity_cli validate_cli "
        "lesson_cli bedside_cli cli __main__",),
)
FLOOR = {name: level for level, names in enumerate(FLOORS) for name in names[0].split()}
SUBSYSTEM_FILES = {f"model.{module.__name__.rpartition('.')[2]}" for module in SUBSYSTEMS}

ONLY = {  # what may be imported by these alone
    "numba": {"jit", "lane_types", "lane_records"},
    "llvmlite": {"jit", "lane_types", "lane_records"},
    "matplotlib": {"plots", "figures", "compare.pictures", "sensitivity.pictures", "cli"},
    "typer": {"cli", "arguments", "calibrate_cli", "cohort_cli", "managed_cli", "compare_cli", "study_cli",
              "sensitivity_cli", "validate_cli", "lesson_cli", "bedside_cli"},
    "pydantic": {"scenario.schema", "scenario.json_schema", "cohort.schema", "policy.schema", "compare.study",
                 "evidence.targets", "reference", "validation.trends.table", "lessons.schema", "bedside.messages",
                 "bedside.answers", "bedside.saving"},
    "starlette": {"bedside.app"},
    "uvicorn": {"bedside.serve"},
    "anyio": {"bedside.house"},
}
KERNEL_FLOOR = ("model.", "engine.")
CLOSED_TO_KERNELS = {  # nothing that opens a file, knows a unit or calls a library of mathematics
    "scipy", "math", "os", "io", "pathlib", "json", "tomllib", "sys", "xarray", "pandas", "netCDF4",
    "clsim.units", "clsim.scenario.toml_text", "clsim.store",
}  # fmt: skip

FILES = sorted(PACKAGE.rglob("*.py"))


def dotted(path):
    """``model.kidney`` for clsim/model/kidney.py; a folder's __init__ is the folder."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def top(name):
    """The part that has a floor: files of validation/ stand together."""
    return name.split(".")[0] if name.startswith("validation") else name


@cache
def imports(path):
    """(module, line, at import time?) of everything a file imports for use, not for types."""
    found = []

    def visit(node, early):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return
        early = early and not isinstance(node, (ast.FunctionDef, ast.Lambda))
        if isinstance(node, ast.Import):
            found.extend((alias.name, node.lineno, early) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: say where from"
            for alias in node.names:
                assert alias.name != "*", f"{path}:{node.lineno}: nobody knows where a name is from"
                whole = f"{node.module}.{alias.name}"
                file = PACKAGE.parent / Path(*whole.split("."))
                is_module = file.with_suffix(".py").exists() or file.is_dir()
                found.append((whole if is_module else node.module, node.lineno, early))
        for child in ast.iter_child_nodes(node):
            visit(child, early)

    visit(ast.parse(path.read_text(encoding="utf-8")), True)
    return tuple(found)


@pytest.mark.parametrize("path", FILES, ids=lambda path: dotted(path) or "clsim")
def test_a_file_imports_from_its_own_floor_or_below(path):
    name = top(dotted(path))
    if name in ("", "model", "engine", "scenario"):
        return  # packages: the public names of clsim are found lazily, the others hold a docstring
    assert name in FLOOR, f"say in test_floors.py on which floor clsim/{name} stands"
    for module, line, early in imports(path):
        if module.startswith("clsim.") and early:
            other = top(module.removeprefix("clsim."))
            assert other in FLOOR, f"{name}:{line} imports {module}, which has no floor"
            assert FLOOR[other] <= FLOOR[name], f"{name}:{line} reaches up to {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: dotted(path) or "clsim")
def test_what_is_reserved_is_left_to_its_files(path):
    name = dotted(path)
    for module, line, _ in imports(path):
        package = module.split(".")[0]
        assert name in ONLY.get(package, {name}), f"{name}:{line} imports {package}"
        if name.startswith(KERNEL_FLOOR):
            assert package not in CLOSED_TO_KERNELS, f"{name}:{line} imports {module}"
            assert module not in CLOSED_TO_KERNELS, f"{name}:{line} imports {module}"
        if name in SUBSYSTEM_FILES:
            other = module.removeprefix("clsim.")
            assert other not in SUBSYSTEM_FILES, f"{name}:{line}: they meet in the record only"
            assert package == "clsim" or package == "__future__", f"{name}:{line} imports {module}"


def test_machine_code_is_made_of_what_its_cache_is_stamped_with():
    stamped = set(compiled_from(PACKAGE))
    front = {dotted(path) for path in FILES if path not in stamped}
    assert {"cli", "compare.run", "managed.course"} < front
    for path in FILES:
        wanted = {module.removeprefix("clsim.") for module, _, early in imports(path) if early}
        if path not in stamped:
            assert "jit" not in wanted, f"{path} compiles, but an edit of it would not be noticed"
        elif dotted(path) not in ("", "__main__"):  # the package finds its public names lazily
            assert not wanted & front, f"{path} imports {wanted & front}, whose edits would not be noticed"


def test_njit_is_decided_in_one_file():
    for path in FILES:
        named = {node.id for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                 if isinstance(node, ast.Name)}  # fmt: skip
        assert "njit" not in named or dotted(path) == "jit", path


@pytest.mark.parametrize("path", FILES, ids=lambda path: dotted(path) or "clsim")
def test_code_is_never_made_from_text(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("exec", "eval"), f"{path}:{node.lineno}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: dotted(path) or "clsim")
def test_kernels_open_no_file(path):
    if dotted(path).startswith(KERNEL_FLOOR):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("open", "print", "input"), f"{path}:{node.lineno}"


HOUSE = PACKAGE.parent
SOURCES = sorted([*FILES, *(HOUSE / "tests").rglob("*.py"), *(HOUSE / "benchmarks").rglob("*.py")])


def test_no_file_is_too_long():
    lengths = {
        str(path.relative_to(HOUSE)): len(path.read_text(encoding="utf-8").splitlines())
        for path in SOURCES
    }
    assert not {file: n for file, n in lengths.items() if n > LONGEST and file not in LONGER}
    assert all(lengths[file] > LONGEST for file in LONGER)  # no leave that is not needed


def test_no_file_is_called_after_nothing():
    for path in SOURCES:
        assert path.stem not in ("utils", "helpers", "common", "misc"), path
