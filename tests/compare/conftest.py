"""A small comparison, computed once a session."""

from __future__ import annotations

import pytest
import small_trial


@pytest.fixture(scope="session")
def trial():
    """Thirty patients for 26 h under five policies, of which the first two are one."""
    return small_trial.compared(threads=2)
