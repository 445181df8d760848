"""``clsim bedside`` and ``clsim demo --bedside`` from the command line."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from pretend_page import Page

from clsim import store
from clsim.bedside.session import Session
from clsim.bedside.side import case
from clsim.managed.fork import again


@pytest.fixture
def call(invoke):
    """``call("bedside", ...)`` -> exit code, what was printed, what was complained."""
    return invoke


@pytest.mark.parametrize(("words", "said"), [
    (["--out", "x.nc"], "needs a saved session"),
    (["--port", "99999999"], "is out of range"),
    (["--seed", "x"], "is no whole number"),
    (["no-such"], "is not a shipped scenario"),
    (["--policy", "no-such"], "is not a shipped policy"),
    (["--patient", "3"], "is not eligible"),
    (["--lesson", "no-such"], "is not a shipped lesson"),
    (["--twin", "cwg-2014", "no-such"], "is not a shipped policy"),
    (["--load", "no-such.toml"], "there is no such file"),
    (["--host", "no.such.host.invalid"], "cannot be listened at"),
])  # fmt: skip
def test_what_cannot_be_meant_is_said_before_anybody_listens(call, monkeypatch, words, said):
    monkeypatch.delattr("uvicorn.Server.run")
    code, out, err = call("bedside", *words, "--no-open")
    assert code == 2 and said in err and "http" not in out


def test_without_its_packages_it_says_what_to_install(call, monkeypatch):
    import importlib.util

    whole = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "uvicorn" else whole(name))
    for words in (("bedside",), ("demo", "--bedside")):
        code, _, err = call(*words)
        assert code == 2 and "needs uvicorn" in err and 'pip install "clsim[bedside]"' in err


@pytest.mark.parametrize("policy", ["cwg-2014", None])
def test_a_saved_session_is_computed_without_a_page(call, tmp_path, policy):
    """Up to where it was saved every number is that of the page; the file repeats itself to the bit."""
    page = Page(Session("test", case("hd-il2-standard", policy, 1)))
    page.say("pause_on_alarm", on=False)
    page.step(600.0)
    page.say("drip", name="phenylephrine", rate=40)
    page.say("oxygen", rate=2)
    page.step(725.5)
    page.say("fluid", name="albumin_5", volume_mL=250, over_min=20)
    page.step(1200.0)
    page.say("save")
    file, out = tmp_path / "mine.toml", tmp_path / "mine.nc"
    file.write_text(page.last("saved")["toml"], encoding="utf-8")
    code, said, err = call("bedside", "--load", file, "--out", out)
    assert code == 0 and "written" in said and not err
    stored = store.load_result(out)
    mine = page.session.sides[0].bed.told(np.inf)
    assert np.array_equal(stored.states[: len(mine.states)], mine.states) and len(stored.time) == 481
    assert max(again(stored).differences(stored).values()) == 0.0


def test_the_command_starts_and_says_where_it_is():
    words = [sys.executable, "-m", "clsim", "bedside", "--no-open", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout.readline().startswith("the bedside is at http://127.0.0.1:")
        finally:
            server.terminate()
