"""Every outcome has its sentence."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.engine.outcome import MESSAGES, REPORT, Outcome, describe


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_sentence_with_who_when_and_what(outcome):
    assert set(MESSAGES) == set(Outcome)
    report = np.zeros(1, REPORT)[0]
    report.code, report.time, report.column, report.value = outcome, 123.5, 1, -0.25
    said = describe(report, ["volume", "albumin"], ["MAP", "imbalance"], "patient 17")
    assert "patient 17" in said
    assert "123.5 min" in said
    name = "imbalance" if outcome in (Outcome.ROOT_NOT_FOUND, Outcome.FLOW_NOT_FINITE) else "albumin"
    assert (name in said) == (outcome is not Outcome.FINISHED)
