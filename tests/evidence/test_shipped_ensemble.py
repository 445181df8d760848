"""The ensemble that is shipped belongs to the equations that are shipped, and its members to the published numbers."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.evidence.ensemble import ensembles, load_ensemble
from clsim.evidence.fit import met
from clsim.evidence.targets import load_targets
from clsim.evidence.waves import HEADLINE, SLACK, standing


@pytest.fixture(scope="module", params=ensembles())
def shipped(request):
    """An ensemble; refused if law or value has changed since it was made."""
    return load_ensemble(request.param)


def test_it_has_two_hundred_different_members_inside_their_ranges(shipped):
    assert len(shipped) >= 200
    assert len({tuple(row) for row in shipped.values}) == len(shipped)
    low, high = (np.array([getattr(knob, end) for knob in shipped.knobs]) for end in ("low", "high"))
    assert np.all(shipped.values >= low * (1.0 - 1e-5)) and np.all(shipped.values <= high * (1.0 + 1e-5))
    assert shipped.weights.sum() == pytest.approx(1.0, rel=1e-4)


def test_its_knobs_are_those_of_the_targets_it_was_made_for(shipped):
    targets = load_targets(shipped.provenance["targets"])
    assert [knob.name for knob in shipped.knobs] == [knob.name for knob in targets.knobs]
    assert set(shipped.targets) == {each.id for each in targets.targets}


def test_every_member_meets_the_published_numbers_as_well_as_is_said(shipped):
    targets = load_targets(shipped.provenance["targets"])
    wanted = int(shipped.provenance["admissible"].split()[2])
    rows = [{name: float(values[i]) for name, values in shipped.targets.items()} for i in range(len(shipped))]
    found = [standing(targets, row) for row in rows]
    assert min(each.met for each in found) >= wanted
    assert not any(each.beyond for each in found)
    assert max(each.met for each in found) >= wanted + SLACK
    counted = [sum(name.startswith(HEADLINE) for name, _ in met(targets, row)) for row in rows]
    assert set(counted) == {32}
