"""Records in compiled code: named fields that are doubles or lanes.

``lanes(record)`` retypes the pointer to a numpy record, so that reading
``x.V_plasma`` is a load and ``x.V_plasma = ...`` a store: of one double where the
fields are single numbers, of a vector where they have shape ``(W,)``.  A field
that comes per bed is a row: ``x.V_interstitium[b]``.
"""

from __future__ import annotations

import difflib
import hashlib
import operator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils, errors
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    infer_getattr,
    lower_builtin,
    lower_getattr_generic,
    lower_setattr_generic,
    models,
    register_model,
)

from clsim import lanes as plain
from clsim.lane_types import I64, Lane, result_type

POINTER = ir.IntType(8).as_pointer()
BYTES = 8  # of a double; also the alignment that numpy guarantees
LINE = 64  # alignment of a record of our own


class Row(types.Type):
    """Several numbers or lanes in a row: one for each bed or compartment."""

    def __init__(self, element: types.Type, count: int) -> None:
        self.element, self.count = element, count
        super().__init__(f"Row({element} x {count})")

    @property
    def size(self) -> int:
        """Bytes from one entry to the next."""
        return BYTES * getattr(self.element, "width", 1)


class Fields(types.Type):
    """A pointer to a record whose fields are numbers or lanes."""

    def __init__(self, record: types.Record) -> None:
        self.record = record
        width = plain.lane_width(shape(field.type) for field in record.fields.values())
        self.element = Lane(width) if width else types.float64
        short = hashlib.sha256(str(record).encode()).hexdigest()[:8]
        super().__init__(f"Fields({short})")  # a name of all fields would stand in every symbol that takes them

    @property
    def key(self) -> Any:
        return self.record

    def field(self, name: str) -> tuple[types.Type, int]:
        """Type and offset in bytes of a field; a misspelt name is answered with the nearest."""
        if name not in self.record.fields:
            near = difflib.get_close_matches(name, self.record.fields, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise errors.NumbaAttributeError(f"no field {name!r} here{hint}")
        outer = shape(self.record.typeof(name))
        if isinstance(self.element, Lane):
            outer = outer[:-1]
        return Row(self.element, *outer) if outer else self.element, self.record.offset(name)


def shape(ty: types.Type) -> tuple[int, ...]:
    """Shape of a field: () for a single number."""
    return getattr(ty, "shape", ())


@register_model(Fields)
@register_model(Row)
class PointerModel(models.PrimitiveModel):
    """An address."""

    def __init__(self, manager: Any, ty: types.Type) -> None:
        super().__init__(manager, ty, POINTER)


def place(context: Any, builder: Any, pointer: Any, offset: Any, ty: types.Type) -> Any:
    """The address ``offset`` bytes on, as one of ``ty``."""
    pointer = builder.gep(pointer, [offset], inbounds=True)
    return builder.bitcast(pointer, context.get_value_type(ty).as_pointer())


# ---------------------------------------------------------------------------- whole records


@result_type(plain.lanes)
def type_lanes(record: Any) -> Any:
    return Fields(record) if isinstance(record, types.Record) else None


@lower_builtin(plain.lanes, types.Record)
def lower_lanes(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.bitcast(args[0], POINTER)


@result_type(plain.local)
def type_local(dtype: Any) -> Any:
    return Fields(dtype.dtype) if isinstance(dtype, types.DType) else None


@lower_builtin(plain.local, types.DType)
def lower_local(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    size = sig.return_type.record.size
    space = cgutils.alloca_once(builder, ir.ArrayType(ir.IntType(8), size))
    space.align = LINE
    cgutils.memset(builder, space, ir.Constant(I64, size), 0)
    return builder.bitcast(space, POINTER)


# ---------------------------------------------------------------------------- fields


@infer_getattr
class FieldTypes(AttributeTemplate):
    """x.name"""

    key = Fields

    def generic_resolve(self, record: Fields, name: str) -> types.Type:
        return record.field(name)[0]


@lower_getattr_generic(Fields)
def get_field(context: Any, builder: Any, ty: Fields, pointer: Any, name: str) -> Any:
    inner, offset = ty.field(name)
    offset = ir.Constant(I64, offset)
    if isinstance(inner, Row):
        return builder.gep(pointer, [offset], inbounds=True)
    return builder.load(place(context, builder, pointer, offset, inner), align=BYTES)


@lower_setattr_generic(Fields)
def set_field(context: Any, builder: Any, sig: Any, args: Any, name: str) -> None:
    ty, value = sig.args
    inner, offset = ty.field(name)
    address = place(context, builder, args[0], ir.Constant(I64, offset), inner)
    builder.store(context.cast(builder, args[1], value, inner), address, align=BYTES)


# ---------------------------------------------------------------------------- rows


def entry(context: Any, builder: Any, row: Row, pointer: Any, index: Any, indexty: Any) -> Any:
    """The address of one entry of a row."""
    index = context.cast(builder, index, indexty, types.intp)
    offset = builder.mul(index, ir.Constant(index.type, row.size))
    return place(context, builder, pointer, offset, row.element)


@result_type(operator.getitem)
def type_getitem(row: Any, i: Any) -> Any:
    return row.element if isinstance(row, Row) and isinstance(i, types.Integer) else None


@lower_builtin(operator.getitem, Row, types.Integer)
def get_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    row, index = sig.args
    return builder.load(entry(context, builder, row, args[0], args[1], index), align=BYTES)


@result_type(operator.setitem)
def type_setitem(row: Any, i: Any, value: Any) -> Any:
    fits = isinstance(value, (Lane, types.Number)) and isinstance(i, types.Integer)
    return types.none if isinstance(row, Row) and fits else None


@lower_builtin(operator.setitem, Row, types.Integer, types.Any)
def set_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    row, index, value = sig.args
    address = entry(context, builder, row, args[0], args[1], index)
    builder.store(context.cast(builder, args[2], value, row.element), address, align=BYTES)
    return context.get_dummy_value()
