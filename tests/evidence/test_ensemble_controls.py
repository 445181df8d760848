"""What must hold whatever is not known: controls and invariants in every member of the shipped ensemble."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from small_trial import SCENARIO, SEED, SHORT

from clsim import load
from clsim.compare.run import compare
from clsim.evidence.arms import gather
from clsim.evidence.ensemble import load_ensemble
from clsim.evidence.fit import measure_all
from clsim.evidence.reading import Reading
from clsim.evidence.targets import load_targets

DAY = 1440.0
AGAIN = "cwg-2014 (2)"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ensemble():
    return load_ensemble()


@pytest.fixture(scope="module")
def arm():
    return load_targets().arms["fluid_1987"]


def seen(arm, ensemble, readings, patients, without=""):
    """Of every member, less one knob, what is read of each patient, arrays of (readings, patients)."""
    group = gather(arm, [SimpleNamespace(reading=each) for each in readings], patients, 5)
    for i in range(len(ensemble)):
        knobs = {name: value for name, value in ensemble.member(i).items() if name != without}
        measured = measure_all([group], knobs)[0]
        yield np.array([measured.each(each) for each in readings])


def at(name, minutes, form="change"):
    return Reading("signal", name, (minutes,), form=form)


def test_a_policy_against_itself_is_exactly_zero_in_every_member(ensemble):
    found = compare(SCENARIO, ["cwg-2014", "cwg-2014"], 8, seed=SEED, ensemble=ensemble, **SHORT)
    told = [each for each in found.nested.records() if each["policy"] == AGAIN and each["n"]]
    assert told
    for each in told:
        gaps = found.nested.column(AGAIN, each["outcome"], "difference")
        assert len(gaps) == len(ensemble) and (gaps == 0.0).all(), each["outcome"]
    assert not any("something is wrong" in each for each in found.warnings())


def test_who_is_not_treated_is_the_same_in_every_member(arm, ensemble):
    """Knobs are of interleukin-2: nothing moves, but for the trace of injury that frail kidneys have at rest."""
    resting = replace(arm, scenario=load("rest-19-days", run={"horizon": "3 d"}), policy=None)
    readings = [at("MAP", 3.0 * DAY), at("weight_gain", 3.0 * DAY), at("albumin", 3.0 * DAY), at("MAP", 0.0, "value")]
    found = np.stack(list(seen(resting, ensemble, readings, 2)))
    assert np.max(np.abs(found[:, :3])) < 2e-3  # mmHg, kg and g/L in three days; 0.0015 mmHg found
    others = np.stack(list(seen(resting, ensemble, readings, 2, without="renal_frailty spread")))
    assert np.max(np.abs(others[:, :3])) < 1e-5  # 3e-6: what that trace takes of concentrating power
    assert np.ptp(found[:, 3], axis=0).max() == 0.0


def test_salt_is_neither_made_nor_lost_and_all_stays_positive(arm, ensemble):
    salts = [(name, at(name, 4.0 * DAY), at(f"ledger_{name}", 4.0 * DAY)) for name in ("sodium", "chloride")]
    positive = [at(name, 4.0 * DAY, "value") for name in ("MAP", "albumin", "V_plasma", "GFR", "K")]
    readings = [each for _, one, other in salts for each in (one, other)] + positive
    for found in seen(arm, ensemble, readings, 4):
        alive = np.isfinite(found).all(axis=0)
        assert alive.any()
        for k in range(len(salts)):
            assert found[2 * k, alive] == pytest.approx(found[2 * k + 1, alive], abs=1e-6)  # mmol, of some 2000
        assert np.all(found[2 * len(salts):, alive] > 0.0)
