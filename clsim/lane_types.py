"""Lanes in compiled code: W patients per vector register, from the source of one patient.

``Lane(W)`` is an LLVM vector of W doubles and ``Mask(W)`` one of W truth values;
``clsim.lane_records`` loads them from records and stores them there.

Only IEEE operations without flags are emitted (no contraction, no reordering),
which is why every width gives the same bits as the plain functions of
``clsim.lanes``.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from typing import Any, ClassVar

from llvmlite import ir
from numba import types
from numba.core import cgutils, errors
from numba.core.typeconv import Conversion
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, lower_cast, models, register_model

from clsim import lanes as plain
from clsim.lanes import BIAS, SHIFT, SQRT_HALF, WHOLE

DOUBLE, I64, I32 = ir.DoubleType(), ir.IntType(64), ir.IntType(32)


# ---------------------------------------------------------------------------- types


class Lane(types.Type):
    """W doubles, one for each patient of a group."""

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__(f"Lane({width})")

    def can_convert_from(self, context: Any, other: Any) -> Any:
        return Conversion.safe if isinstance(other, types.Number) else None

    def unify(self, context: Any, other: Any) -> Any:
        return self if isinstance(other, types.Number) else None


class Mask(types.Type):
    """W truth values, one for each patient of a group."""

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__(f"Mask({width})")


@register_model(Lane)
class LaneModel(models.PrimitiveModel):
    """A vector of doubles."""

    def __init__(self, manager: Any, ty: Lane) -> None:
        super().__init__(manager, ty, ir.VectorType(DOUBLE, ty.width))


@register_model(Mask)
class MaskModel(models.PrimitiveModel):
    """A vector of single bits."""

    def __init__(self, manager: Any, ty: Mask) -> None:
        super().__init__(manager, ty, ir.VectorType(ir.IntType(1), ty.width))


# ---------------------------------------------------------------------------- operators


def result_type(function: Any) -> Callable[[Callable[..., Any]], Any]:
    """Tell numba what ``function`` returns: the decorated function's answer, None if it has none.

    Numba asks its own rules for every kind of machine first, and for an operator they are dozens
    that know nothing of lanes; a rule for this kind of machine is asked before them.
    """

    def decorate(answer: Callable[..., Any]) -> Any:
        class Rule(AbstractTemplate):
            key = function
            metadata: ClassVar = {"target": "cpu"}

            def generic(self, args: Any, kws: Any) -> Any:
                ty = answer(*args)
                return None if ty is None else signature(ty, *args)

        infer_global(function, types.Function(Rule))
        return answer

    return decorate


@lower_cast(types.Number, Lane)
def broadcast(context: Any, builder: Any, number: Any, lane: Lane, value: Any) -> Any:
    """The same number in every lane."""
    value = context.cast(builder, value, number, types.float64)
    vector = context.get_value_type(lane)
    if isinstance(value, ir.Constant):
        return ir.Constant(vector, [value.constant] * lane.width)
    undefined = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(I32, 0))
    zeros = ir.Constant(ir.VectorType(I32, lane.width), [0] * lane.width)
    return builder.shuffle_vector(first, undefined, zeros)


def common(*args: Any) -> Any:
    """The lane type among operands, float64 if all are numbers, None if they do not go together."""
    found = {a for a in args if isinstance(a, Lane)}
    if not all(isinstance(a, (Lane, types.Number)) for a in args) or len(found) > 1:
        return None
    return found.pop() if found else types.float64


def same(ty: Any) -> Any:
    """Result type of arithmetic."""
    return ty


def truth(ty: Any) -> Any:
    """Result type of a comparison."""
    return Mask(ty.width) if isinstance(ty, Lane) else types.boolean


def define(
    function: Any,
    arity: int,
    emit: Callable[..., Any],
    result: Callable[[Any], Any] = same,
    lanes_only: bool = True,
) -> None:
    """Teach numba ``function``; ``emit(builder, llvm type, *values)`` writes its code."""

    @result_type(function)
    def typing(*args: Any) -> Any:
        ty = common(*args) if len(args) == arity else None
        return None if ty is None or (lanes_only and not isinstance(ty, Lane)) else result(ty)

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        ty = common(*sig.args)
        values = [context.cast(builder, v, t, ty) for v, t in zip(args, sig.args, strict=True)]
        return emit(builder, context.get_value_type(ty), *values)

    for kinds in itertools.product((Lane, types.Number), repeat=arity):
        if Lane in kinds or not lanes_only:
            lower_builtin(function, *kinds)(lower)


def llvm(name: str) -> Callable[..., Any]:
    """An LLVM intrinsic of one argument."""

    def emit(builder: Any, ty: Any, x: Any) -> Any:
        suffix = f"v{ty.count}f64" if isinstance(ty, ir.VectorType) else "f64"
        kind = ir.FunctionType(ty, [ty])
        return builder.call(
            cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.{suffix}"), [x]
        )

    return emit


def full(ty: Any, kind: Any, value: Any) -> Any:
    """A constant of element type ``kind``, in as many lanes as ``ty`` has."""
    if isinstance(ty, ir.VectorType):
        return ir.Constant(ir.VectorType(kind, ty.count), [value] * ty.count)
    return ir.Constant(kind, value)


def emit_scale2(b: Any, ty: Any, x: Any, n: Any) -> Any:
    shift = full(ty, I64, SHIFT)
    whole = b.fadd(n, full(ty, DOUBLE, WHOLE + BIAS))
    return b.fmul(x, b.bitcast(b.shl(b.bitcast(whole, shift.type), shift), ty))


def emit_split2(b: Any, ty: Any, x: Any) -> Any:
    shift = full(ty, I64, SHIFT)
    i = b.bitcast(x, shift.type)
    e = b.ashr(b.sub(i, full(ty, I64, SQRT_HALF)), shift)
    m = b.bitcast(b.sub(i, b.shl(e, shift)), ty)
    return cgutils.pack_array(b, [m, b.sitofp(e, ty)])


ARITHMETIC = (
    (operator.add, operator.iadd, "fadd"),
    (operator.sub, operator.isub, "fsub"),
    (operator.mul, operator.imul, "fmul"),
    (operator.truediv, operator.itruediv, "fdiv"),
)
for op, inplace, name in ARITHMETIC:
    for o in (op, inplace):
        define(o, 2, lambda b, ty, x, y, name=name: getattr(b, name)(x, y))
ORDER = (
    (operator.lt, "<"),
    (operator.le, "<="),
    (operator.gt, ">"),
    (operator.ge, ">="),
    (operator.eq, "=="),
)
for op, sign in ORDER:
    define(op, 2, lambda b, ty, x, y, sign=sign: b.fcmp_ordered(sign, x, y), truth)
define(operator.ne, 2, lambda b, ty, x, y: b.fcmp_unordered("!=", x, y), truth)
define(operator.neg, 1, lambda b, ty, x: b.fneg(x))
define(operator.pos, 1, lambda b, ty, x: x)
define(abs, 1, llvm("fabs"))
define(plain.sqrt, 1, llvm("sqrt"), lanes_only=False)
define(plain.rint, 1, llvm("rint"), lanes_only=False)
for function, sign in ((plain.minimum, "<"), (plain.maximum, ">")):
    define(
        function,
        2,
        lambda b, ty, x, y, sign=sign: b.select(b.fcmp_ordered(sign, x, y), x, y),
        lanes_only=False,
    )
define(plain.scale2, 2, emit_scale2, lanes_only=False)
define(plain.split2, 1, emit_split2, lambda ty: types.UniTuple(ty, 2), lanes_only=False)


# ---------------------------------------------------------------------------- masks


def define_mask(function: Any, name: str) -> None:
    """Teach numba ``&`` and ``|`` of two masks."""

    @result_type(function)
    def typing(a: Any, b: Any) -> Any:
        return a if isinstance(a, Mask) and a == b else None

    @lower_builtin(function, Mask, Mask)
    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return getattr(builder, name)(*args)


for op, name in (
    (operator.and_, "and_"),
    (operator.iand, "and_"),
    (operator.or_, "or_"),
    (operator.ior, "or_"),
):
    define_mask(op, name)


@result_type(operator.invert)
def type_invert(a: Any) -> Any:
    return a if isinstance(a, (Mask, types.Boolean)) else None


@lower_builtin(operator.invert, Mask)
@lower_builtin(operator.invert, types.Boolean)
def lower_invert(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.not_(args[0])


@result_type(plain.where)
def type_where(mask: Any, a: Any, b: Any) -> Any:
    ty = common(a, b)
    if isinstance(mask, Mask) and ty == types.float64:
        ty = Lane(mask.width)
    return ty if isinstance(mask, (Mask, types.Boolean)) else None


@lower_builtin(plain.where, types.Any, types.Any, types.Any)
def lower_where(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    values = zip(args[1:], sig.args[1:], strict=True)
    return builder.select(
        args[0], *(context.cast(builder, v, t, sig.return_type) for v, t in values)
    )


@result_type(plain.anyone)
def type_anyone(mask: Any) -> Any:
    return types.boolean if isinstance(mask, (Mask, types.Boolean)) else None


@lower_builtin(plain.anyone, types.Boolean)
def lower_anyone(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return args[0]


@lower_builtin(plain.anyone, Mask)
def lower_anyone_lane(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    word = builder.bitcast(args[0], ir.IntType(sig.args[0].width))
    return builder.icmp_unsigned("!=", word, ir.Constant(word.type, 0))


def refuse(function: Any, advice: str) -> None:
    """Answer something that lanes cannot do with what to write instead."""

    @result_type(function)
    def typing(*args: Any) -> None:
        if any(isinstance(a, (Lane, Mask)) for a in args):
            raise errors.NumbaTypeError(advice)


refuse(bool, "lanes may disagree: choose with where(mask, a, b), not with if, and, or, not")
refuse(operator.pow, "write x * x, or vmath.pow(x, y) for x > 0, not **")
refuse(max, "write clsim.lanes.maximum, not max")
refuse(min, "write clsim.lanes.minimum, not min")
