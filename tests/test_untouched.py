"""The experiments nobody tuned to: written down before they were run, and out of reach of the search."""

from __future__ import annotations

from math import isfinite

import numpy as np
import pytest

from clsim.model.layout import FLOWS, STATES, F, X, columns
from clsim.validation import EXPERIMENTS, untouched
from clsim.validation.bench import Bench, Course
from clsim.validation.rows import UNTOUCHED

FIRST, LAST = 24, 29


class StillBench:
    """A bench on which nothing ever happens: every state and flow stays at 100; only plasma creeps up by a trace."""

    def __init__(self):
        self.reference = self.settle()
        self.told = []

    def settle(self, **observables):
        return {"weight": 75.0, "hematocrit_rest": 0.4, **observables}

    def run(self, events, minutes, every=1.0, body=None):
        self.told.append((tuple(events), minutes))
        times = np.arange(0.0, minutes + 0.5 * every, every)
        states, flows = (np.full((times.size, len(columns(kind))), 100.0) for kind in (STATES, FLOWS))
        states.view(X)["V_plasma"][:, 0] += 1e-5 * times  # so that no quotient is of nothing by nothing
        flows.view(F)["hemoglobin"][:, 0] -= 1e-5 * times
        return Course(times, states, flows)


@pytest.fixture
def still(monkeypatch):
    monkeypatch.setattr(untouched, "altered", lambda body, **entries: {**body, **entries})
    return StillBench()


def test_each_number_written_down_has_one_row_and_each_row_a_number_written_down(still):
    made = [row.id for experiment in untouched.EXPERIMENTS for row in experiment(still)]
    written = [row[0] for row in untouched.PUBLISHED]
    assert made == written == sorted(set(written), key=lambda name: (int(name[:-1]), name))
    assert {int(name[:-1]) for name in written} == set(range(FIRST, LAST + 1))


def test_a_body_on_which_nothing_acts_does_badly(still):
    rows = [row for experiment in untouched.EXPERIMENTS for row in experiment(still)]
    grades = [row.grade for row in rows]
    assert grades.count("good") <= 2, "filtration and renal plasma flow over rest are 1 where nothing happens"
    assert grades.count("bad") > 0.8 * len(rows)


def test_a_band_holds_its_number_and_every_row_is_of_this_layer(still):
    for experiment in untouched.EXPERIMENTS:
        for row in experiment(still):
            assert row.layer == UNTOUCHED
            assert row.low <= row.published <= row.high
            assert all(isfinite(number) for number in (row.published, row.low, row.high))
            assert row.source and row.unit


def test_the_search_for_constants_does_not_see_them():
    assert not set(untouched.EXPERIMENTS) & set(EXPERIMENTS)


@pytest.mark.validation
def test_blood_is_exchanged_at_a_volume_that_stays():
    bench = Bench()
    course = untouched.diluted(bench, bench.reference, 80.0)
    end = float(course.minutes[-1]) - 20.0
    assert course.at("hemoglobin", end) == pytest.approx(80.0, abs=1.5)
    assert abs(course.change("V_blood", end)) < untouched.SAME_VOLUME
    assert course.percent("V_plasma", end) > 20.0


def test_what_is_given_is_what_the_papers_say(still):
    """Volumes in litres and amounts in mmol, mcg and L of blood, whatever the rates."""
    given = []
    for experiment in untouched.EXPERIMENTS:
        still.told.clear()
        experiment(still)
        given.append([events for events, _ in still.told])

    def total(events, name):
        return sum(event.rate * (event.stop - event.start) for event in events if event.input == name)

    saline, albumin, dilution, pressors, hypovolaemia, salt = given
    assert total(saline[0], "water_in") == pytest.approx(0.26)
    assert total(saline[0], "sodium_in") == pytest.approx(0.26 * 75.0 / 58.44 * 1e3)
    assert total(saline[0], "sodium_in") == total(saline[0], "chloride_in")
    assert total(albumin[0], "water_in") == pytest.approx(0.75)
    assert total(albumin[0], "albumin_in") == pytest.approx(37.5)
    for events in dilution[1:3]:  # the first attempt gives as much as it takes
        assert total(events, "bleeding") == pytest.approx(total(events, "water_in"))
    assert total(pressors[0], "norepinephrine") == pytest.approx(75.0 * 60.0 * (0.04 + 0.08 + 0.15))
    assert total(pressors[1], "dopamine") == pytest.approx(75.0 * 180.0 * 4.0)
    assert total(hypovolaemia[1], "bleeding") == pytest.approx(1.0)
    assert total(salt[0], "salt_by_mouth") == pytest.approx(3.0 * (4400.0 - 50.0))
