"""From edge to edge: amounts, order of things at an edge, outcomes, one patient and many."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from engine_toy import ANY, FREE, GROUP, ONE, P, X, course, start

from clsim.engine.advance import integrate
from clsim.engine.outcome import Outcome
from clsim.engine.timeline import Event, make_timeline

NAMES, USUAL = ["filling", "eating"], [0.0, 0.2]
N = 16
EVENTS = (
    Event("filling", 1.37, 8.67, 34.25),
    Event("filling", 2.0, 3.1, 1.5),
    Event("eating", 4.44, 7.03, 0.0, "set"),
)
OUTPUTS = np.linspace(0.0, 10.0, 7)
AMOUNT, SPENT = X.names.index("amount"), X.names.index("spent")


def timeline(events=EVENTS, outputs=OUTPUTS):
    return make_timeline(events, NAMES, USUAL, outputs)


def alone(i, line, h_max=0.5, **limits):
    states, params = start(N)
    return course(ONE, states[i : i + 1], params[i : i + 1], line, h_max, 0, **limits)


@pytest.mark.parametrize("h_max", [7.0, 1.0, 0.3, 0.011])
def test_events_off_the_grid_deliver_exactly_their_amount(h_max):
    line = timeline()
    found = alone(0, line, h_max)[0][:, AMOUNT, 0]
    expected = 34.25 * (8.67 - 1.37) + 1.5 * (3.1 - 2.0)
    assert found[-1] - found[0] == pytest.approx(expected, rel=1e-13)
    assert line.amounts()[0] == pytest.approx(expected, rel=1e-13)


def test_a_row_shows_the_states_there_and_the_flows_from_there_on():
    states, params = start(1)
    line = timeline((Event("eating", 2.0, 4.0, 5.0),), [0.0, 2.0, 4.0, 6.0])
    found, flows, _ = integrate(ONE, states[0], params[0], line, 0.1, FREE, ANY)
    np.testing.assert_array_equal(found[0], states[0])
    row = found.view(X)[:, 0]
    p = params.view(P)[0, 0]
    pace = p.growth * row["crowd"] * (1.0 - row["crowd"])
    np.testing.assert_array_equal(flows[:, 0], pace)


def test_integrate_leaves_the_rows_it_was_given_alone():
    states, params = start(1)
    before = states.copy(), params.copy()
    integrate(ONE, states[0], params[0], timeline(), 0.5, FREE, ANY)
    assert np.array_equal(states, before[0])
    assert np.array_equal(params, before[1])


def test_a_course_may_be_cut_at_any_edge():
    whole = alone(3, timeline())[3]
    first = timeline(outputs=OUTPUTS[:3])
    second = timeline(outputs=OUTPUTS[2:])
    states, params = start(N)
    half = course(ONE, states[3:4], params[3:4], first, 0.5, 0)[3]
    rest = course(ONE, half.T, params[3:4], second, 0.5, 0)[3]
    assert rest.tobytes() == whole.tobytes()


def test_steps_are_the_fewest_equal_ones_not_longer_than_allowed():
    line = timeline((), [0.0, 0.125])
    assert alone(0, line, 0.125)[3].tobytes() == alone(0, line, 9.0)[3].tobytes()
    assert alone(0, line, 0.12)[3].tobytes() == alone(0, line, 0.0625)[3].tobytes()
    assert alone(0, line, 0.12)[3].tobytes() != alone(0, line, 0.125)[3].tobytes()


@pytest.mark.parametrize("width", GROUP)
def test_a_patient_in_a_group_equals_the_patient_alone_bit_for_bit(width):
    line = timeline()
    states, params = start(N)
    for g in range(N // width):
        member = slice(g * width, (g + 1) * width)
        found = course(GROUP[width], states[member], params[member], line, 0.5, width)
        for lane in range(width):
            single = alone(member.start + lane, line)
            assert found[0][..., lane].tobytes() == single[0][..., 0].tobytes()
            assert found[1][..., lane].tobytes() == single[1][..., 0].tobytes()
            assert found[2][lane] == single[2][0]


def everything():
    """All that a course leaves, for one patient and for a group."""
    states, params = start(N)
    floor = FREE.copy()
    floor[SPENT] = -10.0  # some patients fall below
    found = {"one": alone(2, timeline(), floor=floor)}
    for width, advance in GROUP.items():
        found[str(width)] = course(
            advance, states[:width], params[:width], timeline(), 0.5, width, floor=floor
        )
    return {
        f"{k}_{i}": np.asarray(part) for k, parts in found.items() for i, part in enumerate(parts)
    }


def test_plain_python_leaves_the_same_bits(tmp_path):
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "error"}
    file = tmp_path / "plain.npz"
    subprocess.run([sys.executable, __file__, str(file)], check=True, env=environment)
    plain = np.load(file)
    for name, part in everything().items():
        assert plain[name].tobytes() == part.tobytes(), name


def test_other_lengths_need_no_other_machine_code():
    alone(0, timeline())
    alone(0, timeline((), [0.0, 1.0]), 1.0)
    signatures = getattr(ONE, "signatures", None)
    assert signatures is None or len(signatures) == 1


class TestOutcomes:
    """What goes wrong is reported with time, column and value, and stays with its patient."""

    def test_all_is_well(self):
        report = alone(0, timeline())[2][0]
        assert report["code"] == Outcome.FINISHED
        assert report["time"] == OUTPUTS[-1]
        assert report["column"] == -1

    def test_a_state_below_its_floor(self):
        floor = FREE.copy()
        floor[SPENT] = -2.0
        states, _, report, y = alone(0, timeline(), floor=floor)
        assert report[0]["code"] == Outcome.NEGATIVE_STATE
        assert report[0]["column"] == SPENT
        assert report[0]["value"] < -2.0
        seen = timeline().outputs < report[0]["time"]
        assert np.all(np.isfinite(states[seen]))
        assert np.all(np.isnan(states[~seen]))
        assert np.all(np.isnan(y))

    def test_a_residual_above_its_ceiling(self):
        ceiling = ANY.copy()
        ceiling[2] = 3.0
        report = alone(0, timeline(), ceiling=ceiling)[2][0]
        assert report["code"] == Outcome.ROOT_NOT_FOUND
        assert report["column"] == 2
        assert abs(report["value"]) > 3.0

    def test_a_number_that_is_none(self):
        states, params = start(1)
        states[0, SPENT] = np.nan
        report = course(ONE, states, params, timeline(), 0.5, 0)[2][0]
        assert (report["code"], report["time"], report["column"]) == (1, 0.0, SPENT)
        assert np.isnan(report["value"])

    def test_one_patient_leaving_does_not_move_the_others(self):
        line = timeline()
        states, params = start(8)
        floor = FREE.copy()
        floor[SPENT] = -10.0
        found, flows, report, _ = course(GROUP[8], states, params, line, 0.5, 8, floor=floor)
        assert 0 < np.count_nonzero(report["code"]) < 8
        for lane in range(8):
            one = course(
                ONE, states[lane : lane + 1], params[lane : lane + 1], line, 0.5, 0, floor=floor
            )
            assert found[..., lane].tobytes() == one[0][..., 0].tobytes()
            assert flows[..., lane].tobytes() == one[1][..., 0].tobytes()
            assert report[lane].tobytes() == one[2][0].tobytes()


if __name__ == "__main__":
    np.savez(Path(sys.argv[1]), **everything())
