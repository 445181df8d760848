"""Ensembles that commands of tests find under any name."""

from __future__ import annotations

import pytest
import small_ensemble

from clsim.errors import BadInput
from clsim.evidence import ensemble as ensembles


@pytest.fixture
def call(monkeypatch, invoke, tmp_path):
    """``call("tornado", "--outcome", "MAP_min")`` -> exit code, what was printed, what was complained."""
    monkeypatch.chdir(tmp_path)

    def load(name="hd-il2"):
        if str(name) != "hd-il2":
            raise BadInput("is not a shipped ensemble", given=str(name))
        return small_ensemble.made()

    monkeypatch.setattr(ensembles, "load_ensemble", load)

    def called(*words):
        return invoke("sensitivity", *words)

    return called
