"""The rank-flip map: on members whose answer is known, and on policies that are one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import small_ensemble
from small_trial import SCENARIO, SEED, SHORT

sys.path.insert(0, str(Path(__file__).parent))

from known import DOSES, Planned

from clsim.compare.endpoints import ENDPOINTS
from clsim.errors import BadInput
from clsim.sensitivity import tables
from clsim.sensitivity.flips import flips
from clsim.sensitivity.trial import make_trial


@pytest.fixture(scope="module")
def ensemble():
    return small_ensemble.made(60)


def test_the_knob_that_decides_is_named(ensemble):
    trial = Planned(a=lambda NO_max, **_: 10.0 * NO_max, b=lambda **_: 10.4)
    found = flips(trial, ensemble, resamples=100)
    (pair,) = found.pairs
    truth = ensemble.weights[ensemble.values[:, 0] > 1.04].sum()
    assert pair.ahead == pytest.approx(truth) and pair.behind == pytest.approx(1.0 - truth) and pair.flips
    assert found.best == pytest.approx([truth, 1.0 - truth])
    best = pair.separations[0]
    assert best.knob == "NO_max" and best.area.value == pytest.approx(1.0) and pair.chance == 0.0
    assert best.cut == pytest.approx(1.04, abs=0.01) and (best.above, best.below) == (1.0, 0.0)
    assert 0.0 < pair.sure_ahead < pair.ahead  # near the border patients are too few to tell
    said = f"NO_max decides it most: above {best.cut:.4g} a is ahead in 100 % of the ensemble, below in 0 %."
    assert said in tables.flips(found, "doses given")
    told = found.record()
    assert told["flips"] is True and told["pairs"][0]["knobs"][0]["area"] == pytest.approx(1.0)
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_less_is_better_where_the_outcome_says_so(ensemble):
    low = next(each for each in ENDPOINTS if each.name == "hours_MAP_below_65")
    more, less = (flips(Planned(endpoint, a=lambda NO_max, **_: NO_max, b=lambda **_: 1.04), ensemble, resamples=20)
                  for endpoint in (DOSES, low))
    assert (more.better, less.better) == ("more", "less")
    assert more.pairs[0].ahead == pytest.approx(less.pairs[0].behind) != less.pairs[0].ahead
    assert more.best == pytest.approx(less.best[::-1])


def test_that_nothing_flips_is_said_plainly(ensemble):
    found = flips(Planned(a=lambda NO_max, Z_max, **_: 8.0 + 2.0 * Z_max, b=lambda **_: 5.0), ensemble, resamples=50)
    (pair,) = found.pairs
    assert (pair.ahead, pair.behind) == (pytest.approx(1.0), 0.0) and not pair.flips
    told = found.record()
    assert told["flips"] is False and told["pairs"][0]["knobs"][0]["area"] is None
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    said = tables.pair_of(pair, found)
    assert "Nothing flips: no parameter of the ensemble changes which of them comes out ahead." in said
    assert f"a flip in up to {100.0 * 3.0 / found.effective:.0f} % of the ensemble could have been missed" in said
    assert "goes most with Z_max (rank correlation 1.00" in said


def test_chance_alone_is_not_called_a_cause():
    draw = np.random.default_rng(8)
    noise = iter(draw.normal(size=24))
    found = flips(Planned(a=lambda **_: next(noise), b=lambda **_: 0.0), small_ensemble.made(24), resamples=200)
    (pair,) = found.pairs
    assert pair.chance > 0.05 and pair.flips and not pair.decided
    sizes = [abs(each.correlation.value) for each in pair.separations]
    assert sizes == sorted(sizes, reverse=True)
    assert "No parameter is seen to decide it: if none had to do with it, the best of 4" in tables.flips(found, "x")


def test_three_policies_share_the_ensemble(ensemble):
    found = flips(Planned(a=lambda NO_max, **_: NO_max, b=lambda Z_max, **_: Z_max, c=lambda **_: 1.0), ensemble,
                  resamples=20)
    assert len(found.pairs) == 3 and found.best.sum() == pytest.approx(1.0) and (found.best > 0.0).all()
    best = np.argmax(np.c_[ensemble.values[:, :2], np.ones(60)], axis=1)
    assert found.best == pytest.approx(np.bincount(best, ensemble.weights, 3))


def test_members_are_drawn_by_weight_and_one_that_is_lacking_is_left_out(ensemble):
    some = flips(Planned(a=lambda NO_max, **_: NO_max, b=lambda **_: 1.0), ensemble, 20, resamples=20)
    assert len(some.members) <= 20 and some.weights.sum() == pytest.approx(1.0)

    class Lacking(Planned):
        def runs(self, settings, threads=None, tell=None):
            found, failed = super().runs(settings)
            found[:, 1, :3] = np.nan
            return found, failed

    trial = Lacking(a=lambda NO_max, **_: NO_max, b=lambda **_: 1.0, c=lambda **_: 1.1)
    found = flips(trial, ensemble, resamples=20)
    assert found.unknown == 3
    assert found.means[:, 0] == pytest.approx(ensemble.values[:, 0] + trial.own[0, 3:].mean())


@pytest.mark.parametrize(("how", "said"), [
    ({"members": 61}, "members: is more than the ensemble small has; given: 61; allowed: 2 to 60"),
    ({"members": 1}, "members: is too few; given: 1"),
    ({"better": "most"}, "better: is no way to be better; given: most; allowed: more, less"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(ensemble, how, said):
    with pytest.raises(BadInput, match=said):
        flips(Planned(a=lambda **_: 1.0, b=lambda **_: 2.0), ensemble, **how)


def test_one_policy_or_no_direction_is_refused(ensemble):
    with pytest.raises(BadInput, match="policy: compares two policies or more; given: a"):
        flips(Planned(a=lambda **_: 1.0), ensemble)
    fluid = next(each for each in ENDPOINTS if each.name == "fluid_in")
    trial = Planned(fluid, a=lambda **_: 1.0, b=lambda **_: 2.0)
    with pytest.raises(BadInput, match="better: fluid_in says not which way is better; allowed: more, less"):
        flips(trial, ensemble)
    assert flips(trial, ensemble, better="less", resamples=20).best == pytest.approx([1.0, 0.0])


def test_a_policy_against_itself_is_equal_in_every_member():
    trial = make_trial(SCENARIO, "MAP_min", ["cwg-2014", "cwg-2014"], 16, seed=SEED, **SHORT)
    found = flips(trial, small_ensemble.made(4), resamples=20)
    (pair,) = found.pairs
    assert (pair.gain == 0.0).all() and (pair.ahead, pair.behind) == (0.0, 0.0)
    assert found.best == pytest.approx([0.5, 0.5]) and len(set(found.means[:, 0])) > 1
    assert "Both are equal in every member: nothing flips." in tables.pair_of(pair, found)
