"""The search finds what is there, says when it cannot, and goes on where it was stopped."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from clsim.errors import BadInput
from clsim.evidence import calibrate as whole
from clsim.evidence.calibrate import calibrate
from clsim.evidence.ensemble import Ensemble, load_ensemble, write_ensemble
from clsim.evidence.equations import identity, laws
from clsim.evidence.fit import Point, Problem, residual, search
from clsim.evidence.knobs import Knob, applied, parameter
from clsim.evidence.targets import Targets, load_targets
from clsim.evidence.waves import Standing, admissible, standing
from clsim.patient import SPAN

TRUTH = {"NO_on_SVR": 1.7, "Z_max": 0.6}


class Linear(Problem):
    """Targets that follow from two knobs without a patient."""

    def point(self, knobs):
        self.computed += 1
        a, b = (np.log(knobs[name] / TRUTH[name]) for name in TRUTH)
        values = {}
        for k, each in enumerate(self.targets.targets):
            half = residual_scale(each)
            values[each.id] = each.value + half * (a * (1 + k % 3) + b * (k % 5 - 2))
        return Point(values, values)


def residual_scale(target):
    """The half-width that `residual` divides by, the same on both sides."""
    return min(x for x in (target.high - target.value, target.value - target.low) if x > 0.0)


@pytest.fixture(scope="module")
def shipped():
    return load_targets()


@pytest.fixture
def two(shipped):
    """The shipped targets with two knobs, their tolerances the same on both sides."""
    even = tuple(replace(each, low=each.value - residual_scale(each), high=each.value + residual_scale(each))
                 for each in shipped.targets)
    knobs = (Knob("NO_on_SVR", "factor", "tone", 0.2, 5.0), Knob("Z_max", "factor", "leak", 0.2, 5.0))
    return Targets("two", "two", shipped.arms, even, knobs, "two")


def test_the_search_finds_the_knobs_behind_the_targets(two):
    found = search(Linear(two, 16, 1), rounds=20)
    assert found["NO_on_SVR"] == pytest.approx(1.7, rel=0.03)  # the prior draws a little towards 1
    assert found["Z_max"] == pytest.approx(0.6, rel=0.03)


def test_what_no_target_speaks_of_stays(two):
    silent = replace(two, targets=tuple(replace(each, sure="MEMORY") for each in two.targets))
    found = search(Linear(silent, 16, 1), rounds=5)
    assert found == pytest.approx({"NO_on_SVR": 1.0, "Z_max": 1.0}, abs=1e-6)


def test_a_target_that_nobody_was_left_for_counts_as_far_off(shipped):
    assert residual(shipped.targets[0], float("nan")) == 5.0
    assert residual(shipped.targets[0], shipped.targets[0].high) == pytest.approx(1.0)
    assert residual(shipped.targets[0], shipped.targets[0].low) == pytest.approx(-1.0)


def test_members_are_as_good_as_the_fit_two_targets_aside():
    fit = Standing(29, frozenset({"T11"}))
    assert admissible(Standing(27, frozenset()), fit)
    assert not admissible(Standing(26, frozenset()), fit)
    assert not admissible(Standing(30, frozenset({"T12"})), fit)


def test_timing_facts_are_not_counted_among_the_targets(shipped):
    perfect = {each.id: each.value for each in shipped.targets}
    assert standing(shipped, perfect) == Standing(32, frozenset())
    assert standing(shipped, {**perfect, "F05": 99.0}) == Standing(32, frozenset())
    assert standing(shipped, {**perfect, "T30b": 99.0}).met == 31


def fitted(tmp_path, two, monkeypatch, **given):
    monkeypatch.setattr(whole, "load_targets", lambda source: two)
    monkeypatch.setattr(whole, "Problem", Linear)
    return calibrate("two", tmp_path / "two.toml", **({"patients": 16, "seed": 1, "members": 8, "rounds": 8} | given))


def test_calibrate_writes_an_ensemble_that_can_be_read(tmp_path, two, monkeypatch):
    found = fitted(tmp_path, two, monkeypatch)
    assert found.fit == Standing(32, frozenset())
    assert found.fit_cost < found.shipped_cost
    read = load_ensemble(tmp_path / "two.toml")
    assert len(read) == 8 and read.weights.sum() == pytest.approx(1.0)
    assert read.member(0)["NO_on_SVR"] == pytest.approx(1.7, rel=0.03)
    assert len({tuple(row) for row in read.values}) == 8
    assert read.targets["T01"].shape == (8,)


def test_a_search_that_cannot_improve_keeps_what_is_shipped(tmp_path, two, monkeypatch):
    monkeypatch.setattr(whole, "search", lambda problem, **_: {"NO_on_SVR": 0.3, "Z_max": 3.0})
    found = fitted(tmp_path, two, monkeypatch)
    assert "could not improve" in found.notes[0]
    assert found.ensemble.member(0) == {"NO_on_SVR": 1.0, "Z_max": 1.0}
    assert found.fit_cost == found.shipped_cost


def test_what_lies_there_is_not_overwritten(tmp_path, two, monkeypatch):
    fitted(tmp_path, two, monkeypatch)
    with pytest.raises(BadInput, match="exists already"):
        fitted(tmp_path, two, monkeypatch)
    fitted(tmp_path, two, monkeypatch, force=True)
    with pytest.raises(BadInput, match="nothing to resume"):
        calibrate("two", tmp_path / "other.toml", patients=16, seed=1, members=8, rounds=8, resume=True)
    with pytest.raises(BadInput, match=r"no TOML file"):
        calibrate("two", tmp_path / "other.csv", patients=16, seed=1, members=8, rounds=8)


def test_computed_points_are_not_computed_again(tmp_path, two):
    file = tmp_path / "points.jsonl"
    problem = Problem(two, 16, 1, file)
    known = {"NO_on_SVR": 1.0, "Z_max": 1.0}
    key_maker = Problem(two, 16, 1, file)
    values = {each.id: each.value for each in two.targets}
    file.write_text(json.dumps({"key": key_maker.key(known), "knobs": known, "values": values, "soft": values}) + "\n"
                    + '{"key": "half a li', encoding="utf-8")
    problem = Problem(two, 16, 1, file)
    assert problem.point(known).values == values and problem.computed == 0
    assert Problem(two, 16, 2).key(known) != key_maker.key(known) != Problem(two, 32, 1).key(known)


KNOBS = Knob("Z_max", "factor", "leak", 0.5, 2.0), Knob("NO_on_SVR spread", "spread", "x", 0.5, 2.0)
ENSEMBLE = Ensemble("small", KNOBS,
                    np.array([[1.0, 1.0], [1.2, 0.8]]), np.array([0.5, 0.5]), {"T01": np.array([0.6, 0.7])},
                    {"targets": "x", "equations": identity(), "patients": "16", "seed": "1", "admissible": "x",
                     "made_by": "clsim calibrate -n 16 --out small.toml"})


def test_an_ensemble_comes_back_as_it_was_written(tmp_path):
    write_ensemble(ENSEMBLE, tmp_path / "small.toml")
    read = load_ensemble(tmp_path / "small.toml")
    assert read.knobs == ENSEMBLE.knobs and np.array_equal(read.values, ENSEMBLE.values)
    assert read.member(1) == {"Z_max": 1.2, "NO_on_SVR spread": 0.8}
    assert dict(read.provenance) == dict(ENSEMBLE.provenance)


@pytest.mark.parametrize(
    ("suffix", "written", "instead", "said"),
    [(".toml", identity(), "0123456789abcdef", "small.toml --force"), (".toml", 'seed = "1"\n', "", "seed"),
     (".toml", '"Z_max"', '"Z_maks"', "Z_max"), (".csv", "weight,Z_max", "weight,Z_min", "columns"),
     (".csv", "0.5,1,1", "0.5,1,one", ":2"), (".csv", "0.5,1.2", "0.5,-1.2", "positive"),
     (".csv", "0.5,1.2,0.8,0.7", "0.5,1.2", ":3")],
)
def test_an_ensemble_that_cannot_be_used_is_refused(tmp_path, suffix, written, instead, said):
    write_ensemble(ENSEMBLE, tmp_path / "small.toml")
    file = tmp_path / f"small{suffix}"
    assert written in file.read_text(encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace(written, instead), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_ensemble(tmp_path / "small.toml")
    assert said in str(caught.value)


def test_an_ensemble_without_its_table_is_refused(tmp_path):
    write_ensemble(ENSEMBLE, tmp_path / "small.toml")
    (tmp_path / "small.csv").unlink()
    with pytest.raises(BadInput, match="not there"):
        load_ensemble(tmp_path / "small.toml")


def test_the_equations_have_a_hash():
    assert len(laws()) == len(identity()) == 16 and laws() != identity()


def test_a_knob_that_is_no_parameter_is_refused():
    with pytest.raises(BadInput, match="base_hazard_death"):
        parameter("base_hazard_deaths")


def test_knobs_turn_everybody(people):
    place = SPAN["Z_max"].start
    before = people.parameters[:, place].copy()
    assert np.allclose(applied(people, {"Z_max": 1.5}).parameters[:, place], 1.5 * before)
    assert np.array_equal(people.parameters[:, place], before)
    narrow = applied(people, {"Z_max spread": 0.5}).parameters[:, place]
    middle = np.median(before)
    assert np.allclose(np.log(narrow / middle), 0.5 * np.log(before / middle))
    assert np.array_equal(applied(people, {"Z_max": 1.0}).parameters, people.parameters)


@pytest.fixture(scope="module")
def people():
    from clsim.cohort import draw_people, load_cohort

    return draw_people(load_cohort("hd-il2-candidates"), {}, 5, 0, 16, 16)
