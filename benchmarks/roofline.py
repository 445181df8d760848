"""How near the right-hand side comes to what one core can do.

    python benchmarks/roofline.py [--rounds 5]

Peaks are loops of independent vector operations (fused multiply-add, add with multiply,
division), written as LLVM instructions on vectors of 8 doubles.  Operations of the right-hand
side are counted twice:

source
    the kernels run over numbers that count what is done to them: additions, multiplications,
    divisions and square roots, at the rest state with a running drip; what the
    arterial pressure's search really took is in it;
machine code
    vector instructions in the assembly text of the driver, times the lanes of each: every
    instruction once, so loops that the compiler left are undercounted.

A division counts as one operation though it takes as long as several; the bound by
divisions alone stands beside it.  The kernels never fuse (all widths give the same bits), so
the peak of fused operations can be reached at most where multiplications and additions
are as many and overlap.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from peer_course import N_F, N_P, N_U, N_X, courses
from peers import machine, one_core
from replant import Named, Planter

from clsim import lanes as plain
from clsim.engine.relay import room
from clsim.jit import kernel
from clsim.lanes import lanes, widen
from clsim.model.equations import rhs
from clsim.model.layout import F, P, U, X

WIDTHS = (1, 8, 16)
CHAINS = 12  # independent chains: latency times throughput of a fused operation, and some more
VECTOR = 8  # doubles
TURNS = 200_000
DOUBLE = ir.DoubleType()
ROW = ir.VectorType(DOUBLE, VECTOR)
FLOPS = ("add", "mul", "div", "sqrt")

# ---------------------------------------------------------------------------- peaks


def spread(builder: Any, number: Any) -> Any:
    """A vector of one number."""
    word = ir.IntType(32)
    first = builder.insert_element(ir.Constant(ROW, ir.Undefined), number, ir.Constant(word, 0))
    return builder.shuffle_vector(first, ir.Constant(ROW, ir.Undefined),
                                  ir.Constant(ir.VectorType(word, VECTOR), [0] * VECTOR))


def fused(builder: Any, value: Any, a: Any, b: Any) -> Any:
    kind = ir.FunctionType(ROW, [ROW] * 3)
    name = f"llvm.fma.v{VECTOR}f64"
    known = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    return builder.call(known, [value, a, b])


def separate(builder: Any, value: Any, a: Any, b: Any) -> Any:
    return builder.fadd(builder.fmul(value, a), b)


def division(builder: Any, value: Any, a: Any, b: Any) -> Any:
    return builder.fdiv(a, value)


def chains(operation: Callable[..., Any]) -> Any:
    """A compiled loop (turns, a, b) -> float that does the operation on all chains each turn."""

    @intrinsic
    def loop(typing: Any, turns: Any, a: Any, b: Any) -> Any:
        def write(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            count, a, b = given[0], spread(builder, given[1]), spread(builder, given[2])
            starts = [builder.fadd(a, ir.Constant(ROW, [float(i)] * VECTOR)) for i in range(CHAINS)]
            before = builder.basic_block
            body, after = builder.append_basic_block("turn"), builder.append_basic_block("done")
            builder.branch(body)
            builder.position_at_end(body)
            left = builder.phi(count.type)
            values = [builder.phi(ROW) for _ in range(CHAINS)]
            following = [operation(builder, value, a, b) for value in values]
            fewer = builder.sub(left, ir.Constant(count.type, 1))
            left.add_incoming(count, before)
            left.add_incoming(fewer, body)
            for value, start, new in zip(values, starts, following, strict=True):
                value.add_incoming(start, before)
                value.add_incoming(new, body)
            builder.cbranch(builder.icmp_signed(">", fewer, ir.Constant(count.type, 0)), body, after)
            builder.position_at_end(after)
            total = following[0]
            for new in following[1:]:
                total = builder.fadd(total, new)
            return builder.extract_element(total, ir.Constant(ir.IntType(32), 0))

        return types.float64(types.int64, types.float64, types.float64), write

    @njit
    def run(turns, a, b):  # type: ignore[no-untyped-def]
        return loop(turns, a, b)

    return run


def least(run: Callable[[], Any], rounds: int) -> float:
    """Processor time [s], least of some rounds after one that compiles."""
    run()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def peak(operation: Callable[..., Any], per_element: int, rounds: int) -> float:
    """Operations per nanosecond of one core."""
    run = chains(operation)
    seconds = least(lambda: run(TURNS, 0.999999, 1e-6), rounds)
    return TURNS * CHAINS * VECTOR * per_element / seconds * 1e-9


# ---------------------------------------------------------------------------- counting in the source


class Counted:
    """A number that counts what is done to it."""

    tally: ClassVar[Counter[str]] = Counter()

    def __init__(self, value: Any) -> None:
        self.value = float(value)

    def __neg__(self) -> Counted:
        return Counted(-self.value)

    def __abs__(self) -> Counted:
        return Counted(abs(self.value))


def number(x: Any) -> float:
    return x.value if isinstance(x, Counted) else float(x)


def teach(name: str, kind: str, result: Callable[[Any], Any]) -> None:
    """Give ``Counted`` an operator of Python."""

    def forward(self: Counted, other: Any) -> Any:
        Counted.tally[kind] += 1
        return result(getattr(self.value, f"__{name}__")(number(other)))

    def backward(self: Counted, other: Any) -> Any:
        Counted.tally[kind] += 1
        return result(getattr(number(other), f"__{name}__")(self.value))

    setattr(Counted, f"__{name}__", forward)
    setattr(Counted, f"__r{name}__", backward)


for operator, kind in (("add", "add"), ("sub", "add"), ("mul", "mul"), ("truediv", "div")):
    teach(operator, kind, Counted)
for comparison in ("lt", "le", "gt", "ge", "eq", "ne"):
    teach(comparison, "compare", bool)


def choose(kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of ``clsim.lanes`` that counts itself."""

    def counted(*given: Any) -> Any:
        Counted.tally[kind] += 1
        got = function(*(each if isinstance(each, bool) else number(each) for each in given))
        return tuple(map(Counted, got)) if isinstance(got, tuple) else Counted(got)

    return counted


def from_source(data: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Counter[str]:
    """What one right-hand side does for one patient: (state, parameters, inputs)."""
    functions = {plain.where: choose("select", plain.where), plain.anyone: lambda mask: mask}
    kinds = {plain.minimum: "select", plain.maximum: "select", plain.sqrt: "sqrt", plain.rint: "round",
             plain.split2: "bits", plain.scale2: "mul"}
    functions |= {function: choose(kind, function) for function, kind in kinds.items()}
    x, p, u = (Named(kind, map(Counted, row)) for kind, row in zip((X, P, U), data, strict=True))
    f, dx = Named(F, map(Counted, np.zeros(N_F))), Named(X, map(Counted, np.zeros(N_X)))
    Counted.tally.clear()
    Planter(functions).plant(rhs)(x, p, u, f, dx)
    return Counted.tally.copy()


# ---------------------------------------------------------------------------- the right-hand side


def compiled(width: int) -> Any:
    """(y, params, inputs, flow, out, turns): the right-hand side again and again."""
    kinds = (X, P, U, F) if width == 1 else tuple(widen(kind, width) for kind in (X, P, U, F))
    Xw, Pw, Uw, Fw = kinds

    @kernel
    def again(y, params, inputs, flow, out, turns):  # type: ignore[no-untyped-def]
        x, p, u = lanes(y.view(Xw)[0]), lanes(params.view(Pw)[0]), lanes(inputs.view(Uw)[0])
        f, dx = lanes(flow.view(Fw)[0]), lanes(out.view(Xw)[0])
        for _ in range(turns):
            out[:] = 0.0
            rhs(x, p, u, f, dx)

    return again


INSTRUCTION = re.compile(r"\bv?(f?n?m?add|sub|mul|div|sqrt)\w*?([ps])d\b.*?%([xyz])mm")
LINE = re.compile(r"^\t[a-z]", re.MULTILINE)
REGISTER = {"x": 2, "y": 4, "z": 8}


def from_assembly(text: str, width: int) -> Counter[str]:
    """Floating operations per lane: each instruction in the text once, times the doubles it holds."""
    found: Counter[str] = Counter()
    for line in text.splitlines():
        match = INSTRUCTION.search(line)
        if match:
            word, packed, register = match.groups()
            kind = {"sub": "add"}.get(word, word)
            found[kind] += REGISTER[register] if packed == "p" else 1
    return Counter({kind: round(count / width) for kind, count in found.items()})


def aligned(rows: np.ndarray) -> np.ndarray:
    """(W, columns) as a row of a group that starts at a cache line."""
    group: np.ndarray = room(rows.size)
    group[:] = rows.T.ravel()
    return group


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    one_core()
    print(machine(), os.linesep)
    peaks = {"fused multiply-add": peak(fused, 2, rounds), "multiply, then add": peak(separate, 2, rounds),
             "division": peak(division, 1, rounds)}
    print("| peak of one core | operations per ns |\n|---|---|")
    print("\n".join(f"| {name} | {value:.1f} |" for name, value in peaks.items()))
    course = courses(max(WIDTHS))["decisions"]
    held = course.inputs[:, np.flatnonzero(course.times[:-1] >= 0.5 * course.times[-1])[0]]
    tally = from_source((course.states[0], course.parameters[0], held[0]))
    flops = sum(tally[kind] for kind in FLOPS)
    print(f"\nsource, one patient: {flops} operations: "
          + ", ".join(f"{tally[kind]} {kind}" for kind in (*FLOPS, "compare", "select", "round", "bits")))
    print(f"memory of one lane: {8 * (2 * N_X + N_P + N_U + N_F)} bytes of records\n")
    print("| lanes | ns per lane | faster than one | operations per ns | of the fused peak | of multiply, then add "
          "| divisions alone, of the time | machine code: operations per lane | instructions |\n" + "|---" * 9 + "|")
    alone = 0.0
    for width in WIDTHS:
        run, turns = compiled(width), 20_000 // width
        rows = [aligned(each[:width]) for each in (course.states, course.parameters, held)]
        flow, out = aligned(np.zeros((width, N_F))), aligned(np.zeros((width, N_X)))
        ns = least(partial(run, *rows, flow, out, turns), rounds) / turns / width * 1e9
        alone = alone or ns
        text = next(iter(run.inspect_asm().values()))
        code = from_assembly(text, width)
        print(f"| {width} | {ns:.0f} | {alone / ns:.2f} | {flops / ns:.2f} "
              f"| {flops / ns / peaks['fused multiply-add']:.0%} | {flops / ns / peaks['multiply, then add']:.0%} "
              f"| {tally['div'] / peaks['division'] / ns:.0%} "
              f"| {', '.join(f'{count} {kind}' for kind, count in sorted(code.items()))} "
              f"| {len(LINE.findall(text))} |")


if __name__ == "__main__":
    main()
