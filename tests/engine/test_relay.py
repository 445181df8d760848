"""Blocks of patients through lanes: the same alone and in a crowd, and what is noted on the way."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from clsim.draws import stream_keys, uniforms
from clsim.engine.block import (
    ENDS_LIFE,
    GOES_ON,
    NEVER_PAUSE,
    NOTHING,
    OVER,
    PAUSED,
    STOPS_DOSING,
    Accuracy,
    Watch,
    blank,
    make_course,
    make_desk,
)
from clsim.engine.embedded import BOGACKI_SHAMPINE, TSITOURAS
from clsim.engine.outcome import Outcome
from clsim.engine.relay import make_relay, room
from clsim.jit import kernel
from clsim.vmath import exp

X = np.dtype((np.record, [("amount", "f8"), ("crowd", "f8"), ("store", "f8"), ("lost", "f8")]))
P = np.dtype((np.record, [("growth", "f8"), ("danger", "f8"), ("drain", "f8")]))
U = np.dtype((np.record, [("dose", "f8"), ("water", "f8")]))
F = np.dtype((np.record, [("pace", "f8"), ("hazard", "f8"), ("seen", "f8"), ("residual", "f8")]))
EDGES = np.array([0.0, 7.3, 15.0, 22.5, 30.0, 41.1, 45.0, 60.0])
OBSERVED = np.array([True, False, True, False, True, False, True, True])


@kernel
def rhs(x, p, u, f, dx):
    f.pace = p.growth * x.crowd * (1.0 - x.crowd)
    f.residual = x.lost
    dx.amount += u.dose + u.water
    dx.crowd += f.pace
    dx.store -= p.drain * exp(-x.crowd)


@kernel
def outlook(x, p, u, f):
    f.hazard = p.danger
    f.seen = 10.0 * x.crowd


NONE = np.zeros(0, np.int64)
RELAYS = {w: make_relay(rhs, outlook, (X, P, U, F), TSITOURAS, w) for w in (1, 16)}


def course(ticks=None):
    inputs = np.zeros((EDGES.size - 1, 2, 2))
    doses = np.zeros_like(inputs)
    doses[1, 0, 0] = 3.0  # a dose for all, from 7.3 to 15 min
    doses[4, 0, 1] = 0.5  # one by weight, from 30 to 41.1 min
    inputs[:, 1, 0] = 0.1
    return make_course(EDGES, inputs, doses, OBSERVED, ticks)


def watch(effect=GOES_ON, seed=0):
    rows = np.where(OBSERVED, np.cumsum(OBSERVED) - 1, -1)
    return Watch(
        signals=np.array([2, 5]), limited=np.array([2, 2]), limit=np.array([5.0, 5.0]),
        above=np.array([True, False]), together=np.array([[True, False], [True, True]]),
        hazards=np.array([1]), effects=np.array([effect]),
        keys=stream_keys(seed, ("event",)), banded=np.array([2]), low=np.array([1.0]),
        width=np.array([1.0]), band_row=rows, kept_row=rows)


def accuracy(tolerance=1e-6, floor=-np.inf):
    return Accuracy(np.full(4, tolerance), np.full(4, floor), np.array([3]), np.array([1e-9]), 1.0, 60.0)


def people(n, most=64):
    """Parameters, states and measures of the first n of always the same patients."""
    rng = np.random.default_rng(4)
    params, states, measures = everybody(rng, most)
    return params[:n], states[:n], measures[:n]


def everybody(rng, n):
    params = np.stack([rng.uniform(0.05, 0.2, n), rng.uniform(0.0, 0.03, n), rng.uniform(0.0, 0.01, n)], axis=1)
    states = np.stack([np.zeros(n), rng.uniform(0.1, 0.6, n), np.ones(n), np.zeros(n)], axis=1)
    return params, states, np.stack([np.ones(n), rng.uniform(0.8, 1.2, n)], axis=1)


def follow(n, width=16, numbers=None, effect=GOES_ON, relay=None, change=None, **how):
    numbers = np.arange(n) if numbers is None else np.asarray(numbers)
    params, states, measures = (each[numbers] for each in people(numbers.max() + 1))
    if change:
        change(params, states)
    noted = watch(effect)
    found = blank(numbers.size, noted, 8, np.arange(numbers.size), (4, 4))
    desk = make_desk(states, course(), noted, 4)
    (relay or RELAYS[width])(
        numbers.astype(np.uint64), params, measures, course(), accuracy(**how), noted, found, desk, 0, NEVER_PAUSE)
    return found


def alike(a, b, rows=slice(None)):
    for name, one, other in zip(a._fields, a, b, strict=True):
        if name not in ("bins", "keep"):
            assert np.array_equal(one[rows], other, equal_nan=one.dtype.kind == "f"), name


def test_a_patient_is_the_same_alone_in_any_crowd_at_any_place_and_width():
    crowd = follow(37)
    alike(crowd, follow(37, 1))
    order = np.random.default_rng(2).permutation(37)
    alike(crowd, follow(37, numbers=order), order)
    for k in (0, 17, 36):
        alike(crowd, follow(1, numbers=[k]), [k])


def test_what_is_given_arrives_to_the_last_bit_of_rounding():
    found = follow(20)
    weight = people(20)[2][:, 1]
    assert found.state[:, 0] == pytest.approx(3.0 * 7.7 + 0.5 * 11.1 * weight + 0.1 * 60.0, rel=1e-14)


@pytest.mark.parametrize("pair", [TSITOURAS, BOGACKI_SHAMPINE], ids=lambda pair: pair.name)
def test_the_error_shrinks_with_the_tolerance(pair):
    relay = make_relay(rhs, outlook, (X, P, U, F), pair, 1)
    params, states, _ = people(5)
    exact = [solve_ivp(lambda _, y, p=p: p[0] * y * (1.0 - y), (0.0, 60.0), [s[1]], "DOP853", rtol=1e-13, atol=1e-13)
             .y[0, -1] for p, s in zip(params, states, strict=True)]
    miss = [np.abs(follow(5, relay=relay, tolerance=each).state[:, 1] - exact).max() for each in (1e-3, 1e-6, 1e-9)]
    assert miss[0] < 3e-3 and miss[1] < 3e-6 and miss[2] < 3e-9
    assert miss[0] > miss[1] > miss[2]


@pytest.mark.parametrize("pair", [TSITOURAS, BOGACKI_SHAMPINE], ids=lambda pair: pair.name)
def test_a_pair_is_consistent(pair):
    assert sum(pair.stages[-1]) == pytest.approx(1.0, abs=1e-15)  # the solution moves on by one step
    assert sum(pair.error) == pytest.approx(0.0, abs=1e-15)  # a constant slope has no error
    nodes = [0.0, *(sum(row) for row in pair.stages)]
    weights = [*pair.stages[-1], 0.0]
    for power in range(1, pair.order):
        moment = sum(w * c**power for w, c in zip(weights, nodes, strict=True))
        assert moment == pytest.approx(1.0 / (power + 1.0), abs=1e-13)


def test_what_is_noted_is_what_was_seen():
    found = follow(20)
    seen = found.flows[:, :, 2]
    assert np.array_equal(found.lowest[:, 0], seen.min(axis=1))
    assert np.array_equal(found.highest[:, 0], seen.max(axis=1))
    assert np.array_equal(found.first[:, 0], seen[:, 0]) and np.array_equal(found.last[:, 0], seen[:, -1])
    times = EDGES[OBSERVED]
    assert np.array_equal(found.lowest_at[:, 0], times[seen.argmin(axis=1)])
    assert np.array_equal(found.first[:, 1], found.states[:, 0, 1])
    lapse = np.diff(times)
    assert found.beyond[:, 0] == pytest.approx((seen[:, 1:] > 5.0) @ lapse)
    assert found.beyond.sum(axis=1) == pytest.approx(np.full(20, 60.0))
    counts = found.bins[0]
    assert np.array_equal(counts.sum(axis=1), np.full(5, 20))
    assert np.array_equal(counts[2], np.histogram(seen[:, 2], [-np.inf, *range(1, 10), np.inf])[0])


def test_an_event_happens_when_its_hazard_passes_the_threshold_drawn_for_it():
    found = follow(60)
    danger = people(60)[0][:, 1]
    assert found.risk[:, 0] == pytest.approx(danger * 60.0)
    due = -np.log(uniforms(stream_keys(0, ("event",))[0], np.arange(60)))
    happened = due <= danger * 60.0
    assert np.array_equal(found.happened[:, 0] > 0, happened)
    times = EDGES[OBSERVED]
    first = [times[np.searchsorted(danger[k] * times, due[k] * (1.0 - 1e-12))] for k in np.flatnonzero(happened)]
    assert np.array_equal(found.when[happened, 0], first)
    assert np.isnan(found.when[~happened, 0]).all()
    assert np.array_equal(found.stopped_by, np.full(60, NOTHING))


def test_the_end_of_life_ends_the_course_and_the_end_of_dosing_only_the_doses():
    usual, dead, stopped = follow(60), follow(60, effect=ENDS_LIFE), follow(60, effect=STOPS_DOSING)
    hit = usual.happened[:, 0] > 0
    assert 5 < hit.sum() < 55
    assert np.array_equal(dead.ended_by, np.where(hit, 0, NOTHING))
    assert np.array_equal(dead.ended_at[hit], usual.when[hit, 0]) and (dead.ended_at[~hit] == 60.0).all()
    assert np.isnan(dead.states[:, :, 0]).sum() == sum((EDGES[OBSERVED] > t).sum() for t in dead.ended_at)
    assert np.array_equal(stopped.stopped_at[hit], usual.when[hit, 0]) and (stopped.ended_at == 60.0).all()
    early = hit & (stopped.stopped_at <= 15.0)  # before the dose by weight
    assert early.any() and stopped.state[early, 0] == pytest.approx(3.0 * 7.7 + 6.0, rel=1e-14)
    assert np.array_equal(usual.state[~hit], stopped.state[~hit])


def test_a_patient_who_cannot_be_solved_is_reported_and_disturbs_nobody():
    def spoil(params, states):
        states[3, 1] = np.nan
        params[5, 2] = 1.0
        params[7, 0] = np.inf

    usual, found = follow(20, floor=0.0), follow(20, floor=0.0, change=spoil)
    codes = found.report["code"]
    assert codes[3] == Outcome.NOT_FINITE and codes[7] == Outcome.NOT_FINITE
    assert found.report[3].column == 1 and found.report[7].column == 1  # crowd: there, or by its growth
    assert codes[5] == Outcome.NEGATIVE_STATE and found.report[5].column == 2
    assert 0.0 < found.ended_at[5] < 60.0
    others = np.delete(np.arange(20), [3, 5, 7])
    assert (codes[others] == Outcome.FINISHED).all()
    alike(usual, type(found)(*(each if name in ("bins", "keep") else each[others]
                               for name, each in zip(found._fields, found, strict=True))), others)


def test_a_flow_or_a_hazard_that_is_not_a_number_is_told_by_its_column():
    def poison(params, states):
        params[1, 1] = np.nan

    found = follow(4, change=poison)
    assert found.report["code"].tolist() == [0, Outcome.FLOW_NOT_FINITE, 0, 0]
    assert found.report[1].column == 1 and found.ended_at[1] == 0.0
    assert found.happened[1, 0] == 0


def test_an_equation_left_unsolved_is_a_fault():
    def lost(params, states):
        states[2, 3] = 1e-3

    found = follow(4, change=lost)
    assert found.report["code"].tolist() == [0, 0, Outcome.ROOT_NOT_FOUND, 0]
    assert found.report[2].column == 3 and found.report[2].value == 1e-3 and found.ended_at[2] == 0.0


def test_pausing_at_looks_changes_nothing():
    ticks = np.where(OBSERVED, np.cumsum(OBSERVED) - 1, -1)
    ticks[-1] = -1
    n = 21
    numbers, (params, states, measures), noted = np.arange(n, dtype=np.uint64), people(n), watch()
    whole, stepped = (blank(n, noted, 8, np.arange(n), (4, 4)) for _ in range(2))
    desks = [make_desk(states, course(ticks), noted, 4) for _ in range(2)]
    RELAYS[16](numbers, params, measures, course(ticks), accuracy(), noted, whole, desks[0], 0, NEVER_PAUSE)
    for until in (*ticks[ticks >= 0], NEVER_PAUSE):
        RELAYS[16](numbers, params, measures, course(ticks), accuracy(), noted, stepped, desks[1], 0, until)
        if until != NEVER_PAUSE:
            here = desks[1].place == PAUSED
            assert (desks[1].time[here] == EDGES[ticks == until]).all() and here.sum() > 0
    alike(whole, stepped)
    assert (desks[1].place == OVER).all()


def test_what_is_decided_at_a_pause_is_given_from_then_on():
    ticks = np.where(OBSERVED, np.cumsum(OBSERVED) - 1, -1)
    ticks[-1] = -1
    n = 5
    numbers, (params, states, measures), noted = np.arange(n, dtype=np.uint64), people(n), watch()
    found, plan = blank(n, noted, 8, np.arange(n), (4, 4)), course(ticks)
    desk = make_desk(states, plan, noted, 4, dosing=False)
    for until in (0, 1, 2, NEVER_PAUSE):
        RELAYS[16](numbers, params, measures, plan, accuracy(), noted, found, desk, 0, until)
        if until == 1:  # at 15 min: water for patients 1 and 2
            desk.supply[1:3, 1] = 2.0
        if until == 2:  # at 30 min: the second dose for all, no water
            desk.dosing[:], desk.supply[:] = True, 0.0
    weight, water = measures[:, 1], np.array([0.0, 1.0, 1.0, 0.0, 0.0])
    given = 0.5 * 11.1 * weight + 0.1 * 60.0 + 2.0 * 15.0 * water
    assert found.state[:, 0] == pytest.approx(given, rel=1e-13)
    assert found.amount.sum(axis=1) == pytest.approx(given, rel=1e-13)
    assert found.running[:, 0] == pytest.approx(11.1) and found.running_until[:, 0] == pytest.approx(41.1)
    assert found.running[:, 1] == pytest.approx(60.0) and (found.running[:, 2:].T == found.running[:, :2].T).all()


def test_the_longest_stretch_is_not_the_sum():
    edges = np.arange(0.0, 91.0, 15.0)
    inputs = np.zeros((6, 2, 2))
    inputs[:, 0, 0] = [1.0, -1.0, 1.0, 1.0, 1.0, -1.0]  # the amount: 0, 15, 0, 15, 30, 45, 30
    plan = make_course(edges, inputs, np.zeros_like(inputs), np.ones(7, bool))
    noted = watch()._replace(
        signals=np.array([4]), limited=np.array([4]), limit=np.array([10.0]), above=np.array([True]), hazards=NONE,
        effects=NONE, keys=np.zeros(0, np.uint64), banded=NONE, low=np.zeros(0), width=np.zeros(0),
        band_row=np.full(7, -1), kept_row=np.full(7, -1))
    params, states, measures = people(1)
    found = blank(1, noted, 8, np.full(1, -1), (4, 4))
    desk = make_desk(states, plan, noted, 4)
    RELAYS[16](np.zeros(1, np.uint64), params, measures, plan, accuracy(), noted, found, desk, 0, NEVER_PAUSE)
    assert found.beyond[0, 0] == 75.0 and found.longest[0, 0] == 60.0 and found.beyond_at[0, 0] == 90.0


def test_working_room_begins_at_a_cache_line_and_is_zero():
    rooms = [room(count) for count in (1, 7, 8, 1000, 40_001)]
    assert [each.size for each in rooms] == [1, 7, 8, 1000, 40_001]
    assert not any(each.any() or each.ctypes.data % 64 for each in rooms)
