"""Ensembles that commands of tests find under any name."""

from __future__ import annotations

import sys

import pytest
import small_ensemble

from clsim import cli
from clsim.errors import BadInput
from clsim.evidence import ensemble as ensembles


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    """``call("tornado", "--outcome", "MAP_min")`` -> exit code, what was printed, what was complained."""
    monkeypatch.chdir(tmp_path)

    def load(name="hd-il2"):
        if str(name) != "hd-il2":
            raise BadInput("is not a shipped ensemble", given=str(name))
        return small_ensemble.made()

    monkeypatch.setattr(ensembles, "load_ensemble", load)

    def called(*words):
        monkeypatch.setattr(sys, "argv", ["clsim", "sensitivity", *map(str, words)])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code or 0
        told = capsys.readouterr()
        return code, told.out, told.err

    return called
