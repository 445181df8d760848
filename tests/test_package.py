"""The house from outside: what is installed, what the README promises, what is shipped."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

import clsim
from clsim import reference
from clsim.cohort import json_schema as cohort_schema
from clsim.disclaimer import DISCLAIMER
from clsim.policy import json_schema as policy_schema
from clsim.scenario import gallery, json_schema

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
README = (ROOT / "README.md").read_text()
DIRECT = {"numpy", "scipy", "numba", "matplotlib", "pytest-benchmark"}


def test_the_files_that_people_expect_stand_at_the_root():
    expected = {"README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff", "pyproject.toml"}
    assert expected <= {file.name for file in ROOT.iterdir()}
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert f"version: {clsim.__version__}" in (ROOT / "CITATION.cff").read_text()
    assert clsim.__version__ in (ROOT / "CHANGELOG.md").read_text()


def test_required_packages_and_extras_are_declared():
    names = {re.split(r"[<>=\[ ]", each)[0] for each in PROJECT["dependencies"]}
    assert names >= DIRECT
    assert PROJECT["requires-python"] == ">=3.11"
    extras = PROJECT["optional-dependencies"]
    assert set(extras["all"]) == {f"clsim[{name}]" for name in extras if name != "all"}


def test_no_file_records_the_address_of_a_package_index():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    if not listed:
        pytest.skip("no git checkout")
    assert not [name for name in listed if name.endswith((".lock", "requirements.txt"))]
    for name in listed:
        if Path(name).suffix in (".toml", ".md", ".cfg", ".sh", "") and (ROOT / name).is_file():
            text = (ROOT / name).read_text(errors="ignore")
            assert not re.search(r"(extra-)?index-url|find-links|pypi\.org/simple", text), name


def test_the_first_screen_of_the_readme_has_picture_commands_and_disclaimer():
    screen = README.split("\n## ")[0]
    assert "docs/img/course.png" in screen
    commands = re.findall(r"```sh\n(.*?)\n```", screen, re.S)
    assert len(commands) == 2
    demo, tests = commands
    assert all("\n" not in command and "venv" in command for command in commands)
    assert "clsim demo" in demo
    assert "-m pytest" in tests
    assert "grep -m1 -- '-m pytest' README.md" in (ROOT / ".ci" / "run").read_text()
    assert DISCLAIMER in re.sub(r"\s+", " ", screen.replace("> ", ""))


def test_links_of_the_readme_resolve():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_python_of_the_readme_uses_names_that_exist():
    assert callable(clsim.run)
    assert callable(clsim.load)
    assert clsim.Result.__getitem__
    assert clsim.compare_policies is import_module("clsim.compare.run").compare
    assert {"compare_policies", "Comparison"} <= set(dir(clsim))
    for method in re.findall(r"^result\.(\w+)\(", README, re.M):
        assert hasattr(clsim.Result, method)


def test_the_scenario_of_the_readme_can_be_read(tmp_path):
    text = re.search(r"```toml\n(.*?)```", README, re.S)
    assert text is not None
    file = tmp_path / "readme.toml"
    file.write_text(text[1])
    scenario = clsim.load(file)
    assert len(scenario.doses) == 12


def test_the_wheel_ships_scenarios_and_types(tmp_path):
    pytest.importorskip("hatchling")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for name in gallery.scenarios():
        assert f"clsim/_data/scenarios/{name}.toml" in names
    assert "clsim/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "benchmarks/"))]
    assert wheel.name.startswith(f"clsim-{clsim.__version__}-")


def test_the_reference_pages_are_in_step_with_the_declarations():
    for name, text in reference.pages().items():
        file = ROOT / "docs" / "reference" / name
        assert file.is_file(), f"run: clsim docs ({name} is missing)"
        assert file.read_text() == text, f"run: clsim docs ({name} is out of date)"


def test_shipped_scenarios_satisfy_the_shipped_schema():
    schema = json_schema.schema()
    for name in gallery.scenarios():
        data = tomllib.loads((gallery.folder() / f"{name}.toml").read_text())
        assert set(data) <= set(schema["properties"])
        for table in ("patient", "parameters"):
            assert set(data.get(table, {})) <= set(schema["properties"][table]["properties"])
    assert json.loads(json_schema.text()) == schema


@pytest.mark.parametrize("module", [json_schema, policy_schema, cohort_schema], ids=["scenario", "policy", "cohort"])
def test_every_key_of_a_schema_is_described(module):
    found = module.schema()
    for name, shape in {"the file": found, **found["$defs"]}.items():
        assert shape["description"], name
        for key, each in shape.get("properties", {}).items():
            assert each.get("description"), (name, key)
    assert json.loads(module.text()) == found


def keys_of(shape, found):
    """Keys that a schema allows in a table, or in each of several, with what it says of them."""
    while "properties" not in shape:
        shape = found["$defs"][shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape["items"]
    return shape["properties"]


@pytest.mark.parametrize(
    "file", sorted((gallery.folder() / "policies").rglob("*.toml")), ids=lambda file: file.stem)
def test_shipped_policies_satisfy_the_shipped_schema(file):
    found, data = policy_schema.schema(), tomllib.loads(file.read_text())
    assert set(data) <= set(found["properties"])
    for table, held in data.items():
        for each in [held] if isinstance(held, dict) else held:
            allowed = {} if isinstance(each, str) else keys_of(found["properties"][table], found)
            for key, value in dict(each).items() if allowed else ():
                assert key in allowed, (table, key)
                assert value in allowed[key].get("enum", [value]), (table, key)
