"""``clsim lesson``: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from toy_lesson import TOY, changed, line_of
from typer.testing import CliRunner

from clsim.cli import app
from clsim.errors import BadInput
from clsim.lessons.lesson import lessons


def clsim(*words):
    return CliRunner().invoke(app, ["lesson", *map(str, words)])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "toy.toml"
    path.write_text(TOY, encoding="utf-8")
    return path


def test_the_shipped_lessons_are_listed():
    assert {"first-dose", "third-day", "fluid-or-pressor", "when-to-stop"} <= set(lessons())
    told = json.loads(clsim("list", "--json").stdout)
    assert [each["name"] for each in told] == lessons()
    assert all(name in clsim("list").stdout for name in lessons())


def test_a_lesson_is_shown_with_its_prompts():
    shown = clsim("show", "first-dose").stdout
    assert "nadir" in shown and "Three hours after the first dose" in shown and "[poor]" in shown
    assert "not a medical device" in " ".join(shown.split())


def test_check_counts_and_ends_by_what_it_finds(file):
    good = clsim("check", file)
    assert good.exit_code == 0 and "7 ways through 2 prompts" in good.stdout and "1 of 1 claims hold" in good.stdout
    file.write_text(changed(('by = "-1 mmHg"', 'by = "1 mmHg"')), encoding="utf-8")
    bad = clsim("check", file)
    assert bad.exit_code == 1 and "NOT SO" in bad.stdout
    told = json.loads(clsim("check", file, "--json").stdout)
    assert told["good"] is False and told["claims"][0]["holds"] is False


@pytest.mark.parametrize("command", ["sheet", "export"])
def test_pages_are_written(file, tmp_path, command):
    out = tmp_path / "x.html"
    done = clsim(command, file, "--out", out)
    assert done.exit_code == 0, done.output
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert out.stat().st_size < 5_000_000


def test_the_debrief_of_a_saved_run_is_written(courses, tmp_path):
    saved = courses.base.save(tmp_path / "x.nc")
    out = tmp_path / "x.html"
    assert clsim("debrief", saved, "--out", out).exit_code == 0
    assert "What the leak did" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [
    ("sheet", "first-dose", "--out", "x.pdf"), ("export", "first-doze", "--out", "x.html"),
    ("sheet", "first-dose", "--out", "nowhere/x.html"), ("debrief", "nothing.nc", "--out", "x.html"),
])
def test_what_cannot_be_done_is_refused_before_anything_is_computed(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = clsim(*words)
    assert isinstance(done.exception, BadInput) and not list(tmp_path.iterdir())


def test_lessons_are_listed_and_read_with_everything_else(file):
    listed = CliRunner().invoke(app, ["list", "lessons", "--json"])
    assert [each["name"] for each in json.loads(listed.output)] == lessons()  # the demonstration is none
    done = CliRunner().invoke(app, ["check", "first-dose", str(file), "hd-il2-standard"])
    assert done.exit_code == 0, done.output
    assert [line.split(": ")[1] for line in done.output.splitlines()] == ["first-dose", str(file), "hd-il2-standard"]
    assert f"good: {file}: 2 prompts; whether its 1 claims" in done.output


@pytest.mark.parametrize(("old", "new", "said"), [
    ('cite = "Dutcher2014, Figure 1; model"', 'cite = "Dutcher2015"', "did you mean Dutcher2014?"),
    ('shows = ["MAP", "leak"]', 'shows = ["MAP", "leek"]', "did you mean leak?"),
])
def test_a_lesson_that_cannot_be_meant_is_refused_with_its_line(old, new, said, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(changed((old, new)), encoding="utf-8")
    done = CliRunner().invoke(app, ["check", str(mine)])
    assert done.exit_code == 2
    assert f"{mine}:{line_of(changed((old, new)), new)}" in done.output and said in done.output


def test_help_computes_nothing():
    script = ("import sys; sys.argv = ['clsim', 'lesson', '--help']\n"
              "from clsim.cli import app\n"
              "try:\n    app()\nexcept SystemExit:\n    pass\n"
              "print([name for name in ('numba', 'scipy', 'matplotlib') if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"
