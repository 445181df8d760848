"""One source, one patient or many: the same bits everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import typeof

from clsim import lanes, vmath
from clsim.debug_records import Checked
from clsim.jit import driver, kernel
from clsim.lanes import anyone, local, maximum, minimum, rint, sqrt, where, widen

N, N_BEDS = 256, 3
RESULTS = ("sums", "choice", "roots", "mixed", "growth", "step", "bend", "power", "inside", "total")
ONE = np.dtype((np.record, [(n, "f8") for n in ("a", "b", *RESULTS)] + [("bed", "f8", (N_BEDS,))]))
WIDTHS = (4, 8, 16)
compiled_only = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") == "1", reason="the JIT is off"
)


@kernel
def law(r):
    """Something of everything that a law may contain."""
    r.sums = r.a + 2 * r.b - r.a / 7.0
    r.sums -= 0.5
    inside = (r.a > 0) & ~(r.b < 1.0) | (r.a == r.b) | (r.a != r.a)
    r.choice = where(inside, 1, -r.a)
    r.roots = sqrt(abs(r.a)) + rint(r.a) + minimum(r.a, r.b) + maximum(0, r.a)
    r.mixed = where(r.b >= 2.0, r.a, 3) * where(r.a <= 0.0, 1.0, 2.0)
    r.growth = vmath.exp(r.a) + vmath.expm1(0.01 * r.a) + vmath.log(r.b) + vmath.log1p(r.b)
    r.step = vmath.sigmoid(r.a) + vmath.tanh(r.a) + vmath.hill(maximum(0.0, r.a), 2.0, r.b)
    r.step += vmath.hill(r.a, 2.0, r.b) + vmath.hill1(r.a, 2.0) + vmath.hill2(r.a, r.b)
    r.bend = vmath.softplus(r.a, 0.3) + vmath.phi(r.a)
    r.power = vmath.pow(r.b, 1.5) + vmath.pow(r.b, r.a)
    total = 0
    for bed in range(N_BEDS):
        r.bed[bed] = bed * r.a
        r.bed[bed] += r.b
        total = total + r.bed[bed]
    r.bed[0] -= total
    r.inside = where(inside, total, r.bed[N_BEDS - 1])
    r.total = total


@driver()
def run(records):
    """The law for every row: a patient or a group."""
    for i in range(records.shape[0]):
        law(lanes.lanes(records[i]))


def drawn():
    rng = np.random.default_rng(1)
    a = rng.normal(0.0, 3.0, N)
    a[:6] = 0.0, -0.0, 1e-300, -1e-18, 1e-9, 300.0
    return a, rng.lognormal(0.0, 1.0, N)


def evaluate(width, order=None, calculate=run):
    """Every result of every patient, (fields, N)."""
    order = np.arange(N) if order is None else order
    a, b = drawn()
    dtype = widen(ONE, width) if width else ONE
    records = np.zeros(N // max(width, 1), dtype)
    records["a"] = a[order].reshape(records["a"].shape)
    records["b"] = b[order].reshape(records["b"].shape)
    calculate(records)
    out = np.empty((len(RESULTS) + N_BEDS, N))
    for i, name in enumerate(RESULTS):
        out[i, order] = records[name].ravel()
    for bed in range(N_BEDS):
        out[len(RESULTS) + bed, order] = records["bed"][:, bed].ravel()
    return out


def run_checked(records):
    """The law on watched records; for plain Python only."""
    for i in range(records.shape[0]):
        law(Checked(records[i]))


@pytest.fixture(scope="module")
def scalar():
    return evaluate(0)


@pytest.mark.parametrize("width", WIDTHS)
def test_lanes_equal_one_patient_bit_for_bit(scalar, width):
    assert np.all(np.isfinite(scalar))
    assert evaluate(width).tobytes() == scalar.tobytes()


def test_lanes_do_not_touch_their_neighbours(scalar):
    order = np.random.default_rng(2).permutation(N)
    assert evaluate(8, order).tobytes() == scalar.tobytes()


def test_plain_python_equals_compiled_code_bit_for_bit(scalar, tmp_path):
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "error"}
    file = tmp_path / "plain.npz"
    subprocess.run([sys.executable, __file__, str(file)], check=True, env=environment)
    plain = np.load(file)
    for width in (0, *WIDTHS):
        assert plain[f"bare_{width}"].tobytes() == scalar.tobytes(), f"width {width}"
        assert plain[f"checked_{width}"].tobytes() == scalar.tobytes(), f"width {width}"


@compiled_only
def test_compiled_lanes_use_vector_registers():
    evaluate(8)
    texts = run.inspect_llvm().values()
    assert any("fmul <8 x double>" in text for text in texts)


def test_masks_know_whether_any_lane_is_true():
    @kernel
    def some(record, limit):
        return anyone(lanes.lanes(record).a > limit)

    for width in (0, 8):
        record = np.zeros(1, widen(ONE, width) if width else ONE)[0]
        record["a"] = np.arange(width)[()] if width else 7.0
        assert some(record, 6.0)
        assert not some(record, 7.0)


def make_local_user(dtype):
    @kernel
    def use(record):
        own = local(dtype)
        own.a += 2.0 + own.b
        own.bed[1] = own.a * 3
        lanes.lanes(record).total = own.bed[1] + own.bed[0]

    return use


@pytest.mark.parametrize("width", [0, 4])
def test_local_records_are_zeroed_and_writable(width):
    dtype = widen(ONE, width) if width else ONE
    assert np.all(local(dtype)["bed"] == 0)
    record = np.zeros(1, dtype)[0]
    make_local_user(dtype)(record)
    assert np.all(record["total"] == 6.0)


@compiled_only
def test_records_have_short_names_of_their_own():
    """A name stands in the symbol of each kernel that takes the record; all fields in it doubled the memory."""
    from clsim.lane_records import Fields  # where nothing is compiled, numba is not taught the types

    four, eight = (Fields(typeof(np.zeros(1, widen(ONE, width))[0])) for width in (4, 8))
    assert four != eight
    assert four.name != eight.name
    assert max(len(four.name), len(eight.name)) < 20


@pytest.mark.parametrize("width", [0, 4])
@compiled_only
def test_a_misspelt_field_is_answered_with_the_nearest_name(width):
    @kernel
    def read(record):
        return anyone(lanes.lanes(record).chioce > 0.0)

    @kernel
    def write(record):
        lanes.lanes(record).chioce = 1.0

    record = np.zeros(1, widen(ONE, width) if width else ONE)[0]
    for wrong in (read, write):
        with pytest.raises(Exception, match="no field 'chioce' here; did you mean 'choice'"):
            wrong(record)


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        (lambda a, b: 1.0 if a > b else 2.0, "choose with where"),
        (lambda a, b: a**2, r"write x \* x"),
        (lambda a, b: max(a, b), "clsim.lanes.maximum"),
        (lambda a, b: min(a, b), "clsim.lanes.minimum"),
    ],
)
@compiled_only
def test_what_lanes_cannot_do_is_refused_with_advice(body, advice):
    inner = kernel(body)

    @kernel
    def outer(record):
        r = lanes.lanes(record)
        r.total = inner(r.a, r.b)

    with pytest.raises(Exception, match=advice):
        outer(np.zeros(1, widen(ONE, 4))[0])


def test_where_wants_a_comparison():
    with pytest.raises(TypeError, match="comparison"):
        lanes.where(-2, 1.0, 2.0)


def test_limits_pass_not_a_number_on():
    assert np.isnan(lanes.minimum(1.0, np.nan))
    assert np.isnan(lanes.maximum(np.array([1.0]), np.array([np.nan])))[0]


def test_widen_keeps_the_order_of_fields_and_refuses_what_it_cannot_tell():
    wide = widen(ONE, 16)
    assert wide.names == ONE.names
    assert wide["bed"].shape == (N_BEDS, 16)
    assert wide.itemsize == 16 * ONE.itemsize
    with pytest.raises(ValueError, match="single number"):
        widen(np.dtype([("bed", "f8", (3,))]), 16)


def test_checked_records_watch_reads_writes_and_names():
    record = np.zeros(1, ONE)[0]
    watched = Checked(record, fresh=True)
    with pytest.raises(FloatingPointError, match="a is read"):
        _ = watched.a
    watched.a = 2.0
    watched.bed[1] = 3.0
    assert (record.a, record.bed[1], len(watched.bed)) == (2.0, 3.0, N_BEDS)
    with pytest.raises(FloatingPointError, match=r"bed\[2\] is read"):
        _ = watched.bed[2]
    with pytest.raises(FloatingPointError, match="b becomes inf"):
        watched.b = np.inf
    with pytest.raises(AttributeError, match="did you mean 'choice'"):
        watched.chioce = 1.0


if __name__ == "__main__":
    found = {}
    for each in (0, *WIDTHS):
        found[f"bare_{each}"] = evaluate(each)
        found[f"checked_{each}"] = evaluate(each, calculate=run_checked)
    np.savez(Path(sys.argv[1]), **found)
