"""Commands: what they print, how they end, and that they stay light."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys

import pytest

import clsim
from clsim.disclaimer import DISCLAIMER

COMMANDS = ("demo", "run", "cohort", "list", "show", "check", "plot", "validate", "repro", "docs",
            "schema", "explain", "fork")
HEAVY = ("numba", "scipy", "matplotlib", "xarray", "numpy", "pydantic", "netCDF4", "pandas")
SHORT = '[run]\nhorizon = "1 h"\n'


@pytest.fixture
def call(invoke):
    """``call("run", "x")`` -> exit code, what was printed, what was complained."""
    return invoke


@pytest.fixture
def short(tmp_path):
    """A scenario that takes no time."""
    file = tmp_path / "short.toml"
    file.write_text(SHORT)
    return file


def python(*words):
    """A fresh interpreter."""
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, timeout=600
    )


def test_help_names_every_command(call):
    code, out, _ = call("--help")
    assert code == 0
    assert all(command in out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, call):
    code, out, _ = call(command, "--help")
    assert code == 0
    assert "Usage" in out


def test_the_version_comes_with_the_disclaimer(call):
    code, out, _ = call("--version")
    assert code == 0
    assert clsim.__version__ in out
    assert DISCLAIMER in out


def test_help_imports_nothing_heavy_and_answers_in_half_a_second():
    program = (
        "import sys, time; start = time.perf_counter(); sys.argv = ['clsim', '--help']\n"
        "from clsim.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
        "print(time.perf_counter() - start)"
    )
    runs = [python("-c", program).stdout.splitlines()[-2:] for _ in range(3)]
    assert all(heavy == "[]" for heavy, _ in runs)
    assert min(float(seconds) for _, seconds in runs) < 0.5


def test_the_package_is_light_until_something_is_asked_for():
    program = f"import sys, clsim; print([n for n in {HEAVY!r} if n in sys.modules])"
    assert python("-c", program).stdout.strip() == "[]"


def test_public_names_are_found_and_others_are_refused():
    assert all(hasattr(clsim, name) for name in clsim.__all__)
    with pytest.raises(AttributeError, match="no attribute 'walk'"):
        clsim.walk  # noqa: B018


def test_list_names_the_shipped_scenarios(call):
    code, out, _ = call("list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == clsim.scenarios()
    assert {row["name"] for row in json.loads(call("list", "--json")[1])} == set(clsim.scenarios())


def test_policies_are_listed_shown_and_checked(call, tmp_path):
    code, out, _ = call("list", "policies")
    assert code == 0 and {line.split()[0] for line in out.splitlines()} >= {"cwg-2014", "label-2023"}
    assert "did you mean policies?" in call("list", "policy")[2]
    code, out, _ = call("show", "schwartzentruber-2001")
    assert code == 0 and 'extends = "cwg-2014"' in out
    assert "extends" not in call("show", "schwartzentruber-2001", "--whole")[1]
    code, out, err = call("check", "cwg-2014", "hd-il2-standard")
    assert (code, err) == (0, "") and re.search(r"good: cwg-2014: \d+ rules\n", out)
    mine = tmp_path / "mine.toml"
    mine.write_text('extends = "cwg-2014"\n[[stop]]\nname = "never"\nwhen = "sbp < 80 mmHg and sbp > 90 mmHg"\n'
                    'source = "assumed: a test"\n')
    code, out, err = call("check", mine)
    assert (code, out) == (2, "") and f'{mine}:2: never: "when" can never hold' in err
    mine.write_text(mine.read_text().replace("sbp < 80 mmHg and", "sbq < 80 mmHg and"))
    assert f"{mine}:4: [[stop]] 3, when: is not a signal" in call("check", mine)[2]
    (row,) = json.loads(call("check", "cwg-2014", "--json")[1])
    assert row["good"] and "rel_skin" in row["not_modelled"] and len(row["digest"]) == 64


def test_show_prints_a_scenario_as_it_is_and_whole(call, tmp_path):
    code, out, _ = call("show", "hd-il2-course")
    assert code == 0
    assert 'extends = "hd-il2-standard"' in out
    code, whole, _ = call("show", "hd-il2-course", "--whole")
    assert "extends" not in whole
    assert "600000 IU/kg" in whole


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("albumin_20", ["fluid", "200"]),
        ("weight", ["parameter", "body.py", "75"]),
        ("MAP", ["output", "mmHg"]),
        ("V_plasma", ["state", "L"]),
        ("phenylephrine", ["input", "mcg/min"]),
    ],
)
def test_show_knows_every_name(name, words, call):
    code, out, _ = call("show", name)
    assert code == 0
    assert all(word in out for word in words)


def test_show_answers_an_unknown_name_with_the_nearest(call):
    code, out, err = call("show", "albumen_20")
    assert (code, out) == (2, "")
    assert "did you mean albumin_20?" in err


def test_check_reads_files_and_settles_their_patients(call, short, tmp_path):
    code, out, err = call("check", "hd-il2-standard", short)
    assert (code, err) == (0, "")
    assert "14 doses" in out
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(SHORT + "[patient]\nweigth = '80 kg'\n")
    code, out, err = call("check", short, wrong)
    assert code == 2
    assert "good" in out
    assert f"{wrong}:4: [patient] weigth" in err
    rows = json.loads(call("check", short, wrong, "--json")[1])
    assert [row["good"] for row in rows] == [True, False]


def test_check_names_the_file_of_a_patient_that_cannot_rest(call, tmp_path):
    file = tmp_path / "nobody.toml"
    file.write_text(SHORT + "[patient]\nNa_rest = '125 mmol/L'\nCl_rest = '112 mmol/L'\n")
    for command in ("check", "run"):
        code, out, err = call(command, file)
        assert (code, out) == (2, "")
        assert str(file) in err


def test_run_prints_a_table_and_writes_a_file_that_repeats_itself(call, short, tmp_path):
    out_file = tmp_path / "short.nc"
    code, out, err = call("run", short, "--out", out_file)
    assert (code, err) == (0, "")
    assert "MAP" in out
    assert out_file.is_file()
    code, out, err = call("repro", out_file)
    assert (code, err) == (0, "")
    assert "identical in all" in out
    found = json.loads(call("repro", out_file, "--json")[1])
    assert found["identical"] is True


def test_run_prints_json_with_overrides(call, short):
    code, out, err = call("run", short, "--json", "--set", "patient.weight=82 kg")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["scenario"] == "short"
    assert found["horizon_h"] == 1.0
    assert found["summary"]["weight_now"]["start"] == pytest.approx(82.0)


def test_a_changed_result_does_not_repeat(call, short, tmp_path):
    from netCDF4 import Dataset

    file = tmp_path / "short.nc"
    call("run", short, "--out", file)
    with Dataset(file, "a") as data:
        data["MAP"][3] += 1.0
    code, out, _ = call("repro", file)
    assert code == 1
    assert "MAP: differs by up to 1 mmHg" in out
    assert "largest difference 1 mmHg in MAP" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "nothing.toml"], "nothing.toml: there is no such file"),
        (["run", "hd-il2-standrad"], "did you mean hd-il2-standard?"),
        (["run", "rest-19-days", "--set", "weight"], "--set"),
        (["run", "rest-19-days", "--set", "patient.weight=8 kg"], "35 kg to 160 kg"),
        (["run", "rest-19-days", "--out", "result.txt"], ".nc, .csv"),
        (["run", "rest-19-days", "--out", "nowhere/result.nc"], "there is no folder"),
        (["run", "rest-19-days", "--out", "."], "extension"),
        (["plot", "nothing.nc"], "there is no such file"),
        (["plot", "nothing.nc", "--out", "picture.jpg"], ".png, .svg, .pdf"),
        (["repro", "nothing.nc"], "there is no such file"),
        (["docs", "--out", "nowhere"], "is no folder"),
        (["run"], "scenario"),
        (["walk"], "walk"),
        (["run", "rest-19-days", "--fast"], "--fast"),
    ],
)
def test_bad_input_ends_with_2_and_writes_nothing(words, said, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_demo_refuses_a_file_in_place_of_a_folder(call, short):
    code, _, err = call("demo", "--out", short)
    assert code == 2
    assert "is a file" in err


def test_repro_refuses_what_is_no_result(call, tmp_path):
    (tmp_path / "a.nc").write_text("words")
    code, _, err = call("repro", tmp_path / "a.nc")
    assert code == 2
    assert "not a netCDF file" in err


def test_numerical_failure_ends_with_3(call, short, monkeypatch):
    from clsim import run
    from clsim.errors import NumericalFailure

    def fails(planned):
        raise NumericalFailure("albumin fell below zero at 3 min")

    monkeypatch.setattr(sys.modules["clsim.simulate"], "run", fails)
    assert run is not fails
    code, _, err = call("run", short)
    assert code == 3
    assert "albumin fell below zero" in err


def test_plot_draws_a_result_and_a_scenario(call, short, tmp_path):
    file = tmp_path / "short.nc"
    call("run", short, "--out", file)
    for source, picture in ((file, "a.png"), (short, "b.svg")):
        code, _, err = call("plot", source, "--out", tmp_path / picture)
        assert (code, err) == (0, "")
        assert (tmp_path / picture).stat().st_size > 1000


def test_schema_is_json_that_knows_the_model(call):
    code, out, _ = call("schema")
    assert code == 0
    found = json.loads(out)
    assert "weight" in found["properties"]["patient"]["properties"]
    assert "BSA" not in found["properties"]["patient"]["properties"]
    assert "null" not in out


@pytest.mark.parametrize("kind", ["scenario", "policy", "cohort"])
def test_schemas_are_those_that_are_shipped(call, kind):
    code, out, _ = call("schema", kind)
    assert code == 0 and "null" not in out
    assert json.loads(out)["title"] == f"clsim {kind}"


def test_a_schema_of_what_has_none_is_refused(call):
    code, _, err = call("schema", "polcy")
    assert code == 2 and "did you mean policy?" in err


def test_docs_writes_the_reference(call, tmp_path):
    code, _, _ = call("docs", "--out", tmp_path)
    assert code == 0
    assert {file.name for file in tmp_path.iterdir()} >= {"parameters.md", "scenario.schema.json"}
    assert "`weight`" in (tmp_path / "parameters.md").read_text()


BAR = "from clsim.progress import bar\nwith bar('working') as tell: tell('half', 0.5)"


def test_a_pipe_sees_no_progress_bar():
    told = python("-c", BAR)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


def test_a_terminal_sees_a_progress_bar():
    leader, follower = pty.openpty()
    environment = os.environ | {"TERM": "xterm"}
    done = subprocess.run(
        [sys.executable, "-c", BAR], stderr=follower, check=False, env=environment, timeout=60
    )
    os.close(follower)
    seen = os.read(leader, 65536).decode()
    os.close(leader)
    assert done.returncode == 0
    assert "half" in seen


@pytest.mark.parametrize(("what", "name"), [
    ("policies", "cwg-2014"), ("cohorts", "hd-il2-candidates"), ("studies", "pressor-or-stop"),
    ("scenarios", "hd-il2-course"), ("lessons", "third-day")])
def test_everything_shipped_is_listed_with_a_title_and_shown(what, name, call):
    code, out, _ = call("list", what)
    assert code == 0 and any(line.startswith(f"{name}  ") for line in out.splitlines())
    code, out, _ = call("show", name)
    assert code == 0 and "title = " in out
