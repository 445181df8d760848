"""The experiments nobody tuned to: written down before they were run, and out of reach of the search."""

from __future__ import annotations

from math import isfinite

import numpy as np
import pytest

from clsim.model.layout import FLOWS, INPUTS, STATES, F, X, columns, find
from clsim.validation import EXPERIMENTS, untouched, untouched_second
from clsim.validation.bench import Bench, Course
from clsim.validation.rows import UNTOUCHED, UNTOUCHED_SECOND

SETS = pytest.mark.parametrize(
    ("chosen", "first", "last", "layer"),
    [(untouched, 24, 29, UNTOUCHED), (untouched_second, 30, 37, UNTOUCHED_SECOND)],
    ids=["first set", "second set"],
)


class StillBench:
    """A bench on which nothing ever happens: states and flows stay at 100; only plasma creeps up by a trace."""

    def __init__(self):
        self.reference = self.settle()
        self.told = []

    def settle(self, **observables):
        return {"weight": 75.0, "hematocrit_rest": 0.4, **observables}

    def run(self, events, minutes, every=1.0, body=None):
        events = tuple(events)
        self.told.append((events, minutes))
        for event in events:
            low, high = find(event.input, INPUTS).bounds
            assert low <= event.rate <= high, f"{event.input}: {event.rate}"
        times = np.arange(0.0, minutes + 0.5 * every, every)
        states, flows = (np.full((times.size, len(columns(kind))), 100.0) for kind in (STATES, FLOWS))
        states.view(X)["V_plasma"][:, 0] += 1e-5 * times  # so that no quotient is of nothing by nothing
        flows.view(F)["hemoglobin"][:, 0] -= 1e-5 * times
        flows.view(F)["V_ecf"] += 100.0  # so that there is something outside of the plasma
        flows.view(F)["V_blood"] = 5.0  # so that a share of it can be bled
        return Course(times, states, flows)


@pytest.fixture
def still(monkeypatch):
    for chosen in (untouched, untouched_second):
        monkeypatch.setattr(chosen, "altered", lambda body, **entries: {**body, **entries})
    return StillBench()


@SETS
def test_each_number_written_down_has_one_row_and_each_row_a_number_written_down(still, chosen, first, last, layer):
    made = [row.id for experiment in chosen.EXPERIMENTS for row in experiment(still)]
    written = [row[0] for row in chosen.PUBLISHED]
    assert made == written == sorted(set(written), key=lambda name: (int(name[:-1]), name))
    assert {int(name[:-1]) for name in written} == set(range(first, last + 1))


@SETS
def test_a_body_on_which_nothing_acts_does_badly(still, chosen, first, last, layer):
    rows = [row for experiment in chosen.EXPERIMENTS for row in experiment(still)]
    grades = [row.grade for row in rows]
    assert grades.count("good") <= 2, "two bands of each set hold what a body has on which nothing acts"
    assert grades.count("bad") > 0.8 * len(rows)


@SETS
def test_a_band_holds_its_number_and_every_row_is_of_this_layer(still, chosen, first, last, layer):
    for experiment in chosen.EXPERIMENTS:
        for row in experiment(still):
            assert row.layer == layer
            assert row.low <= row.published <= row.high
            assert all(isfinite(number) for number in (row.published, row.low, row.high))
            assert row.source and row.unit


@SETS
def test_the_search_for_constants_does_not_see_them(chosen, first, last, layer):
    assert not set(chosen.EXPERIMENTS) & set(EXPERIMENTS)


@pytest.mark.validation
def test_blood_is_exchanged_at_a_volume_that_stays():
    bench = Bench()
    course = untouched.diluted(bench, bench.reference, 80.0)
    end = float(course.minutes[-1]) - 20.0
    assert course.at("hemoglobin", end) == pytest.approx(80.0, abs=1.5)
    assert abs(course.change("V_blood", end)) < untouched.SAME_VOLUME
    assert course.percent("V_plasma", end) > 20.0


def total(events, name):
    return sum(event.rate * (event.stop - event.start) for event in events if event.input == name)


def given(still, chosen):
    """The events of each run of each experiment."""
    found = []
    for experiment in chosen.EXPERIMENTS:
        still.told.clear()
        experiment(still)
        found.append([events for events, _ in still.told])
    return found


def test_what_is_given_is_what_the_papers_say(still):
    """Volumes in litres and amounts in mmol, mcg and L of blood, whatever the rates."""
    saline, albumin, dilution, pressors, hypovolaemia, salt = given(still, untouched)
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


def test_what_is_given_in_the_second_set_is_what_the_papers_say(still):
    """Litres, mmol and mg, whatever the rates."""
    five_days, step, levels, tonicity, loss, potassium, litres, indomethacin = given(still, untouched_second)
    for name, amount in (("water_in", 2.0), ("sodium_in", 308.0), ("chloride_in", 308.0)):
        assert total(five_days[0], name) == pytest.approx(amount, rel=1e-3)
    assert not any(five_days[1:] + step), "one level is the diet itself"
    assert total(levels[0], "salt_by_mouth") == pytest.approx(6 * 102.0 + 10 * 457.0 + 6 * 8.0)
    assert total(tonicity[0], "water_in") == pytest.approx(0.55)
    assert total(tonicity[0], "sodium_in") == total(tonicity[0], "chloride_in") == pytest.approx(465.0)
    assert total(tonicity[1], "water_in") == pytest.approx(1.546)
    assert total(loss[0], "bleeding") == pytest.approx(0.47)
    assert total(loss[1], "bleeding") == pytest.approx(0.124 * 5.0)
    assert total(potassium[0], "potassium_in") == total(potassium[0], "chloride_in") == pytest.approx(64.0)
    assert total(litres[0], "water_in") == pytest.approx(4.0)
    assert [total(events, "indomethacin") for events in indomethacin] == pytest.approx([21 * 50.0, 50.0, 0.0])


def test_the_half_time_of_excretion_is_read_off_as_it_is_meant():
    """An exponential with a half-time of 21 h, upwards and downwards, and a body that never changes."""
    minutes = np.arange(0.0, 14400.0 + 30.0, 60.0)
    for before, after in ((150.0, 250.0), (150.0, 50.0)):
        flows = np.zeros((minutes.size, len(columns(FLOWS))))
        course = Course(minutes, np.zeros((minutes.size, len(columns(STATES)))), flows)
        course["sodium_excretion"][:] = (after + (before - after) * 0.5 ** (minutes / (21 * 60.0))) / 1440.0
        assert untouched_second.half_time(course, after) == pytest.approx(21.0, abs=1.0)
        course["sodium_excretion"][:] = before / 1440.0
        assert untouched_second.half_time(course, after) == 240.0


def test_a_quotient_has_the_root_of_both_relative_squares():
    published, low, high = untouched_second.quotient((6.0, 0.6), (3.0, 0.3))
    assert published == 2.0
    assert (high - published, published - low) == pytest.approx((2.0 * 0.02**0.5, 2.0 * 0.02**0.5))
