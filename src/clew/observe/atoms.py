"""Values without state of their own, and how the rest is written down when a container is fingerprinted."""

from __future__ import annotations

import marshal
import types
from collections.abc import Iterable
from functools import cache
from itertools import chain

from clew.knowledge.lines import class_module, class_mro, type_name
from xxhash import xxh3_64_intdigest

PLAIN = frozenset({int, float, complex, bool, str, bytes, type(None), type(Ellipsis)})
"""Exact types that marshal writes by value."""

ATOMS = PLAIN | {
    range,
    type(NotImplemented),
    types.CodeType,
    types.GenericAlias,
    types.UnionType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
}
"""Exact types that hold nothing that can change."""

BULK = 2000
"""Containers longer than this are looked at as one cell where they hold plain data only."""

NESTED = frozenset({list, tuple, dict})


def digest_of(values: Iterable[object]) -> int:
    """Fingerprint a row of values: plain ones by value, others by identity."""
    written = [value if type(value) in PLAIN else token(value) for value in values]
    return xxh3_64_intdigest(marshal.dumps(written, 2))


def token(value: object) -> object:
    """Write down one value that is not plain: a NumPy scalar by its bytes, anything else by identity."""
    cls = type(value)
    if is_scalar(cls):
        return cls.__name__, value.tobytes()  # type: ignore[attr-defined]  # bytes(np.int64(9)) would be 9 zeros
    return None, id(value)


@cache
def is_scalar(cls: type) -> bool:
    """Tell whether a type is one of NumPy's scalars, whose values are their bytes."""
    names = {type_name(base) for base in class_mro(cls)}
    return class_module(cls) == "numpy" and "numpy.generic" in names and "numpy.object_" not in names


def is_bulk(values: list[object] | dict[object, object]) -> bool:
    """Tell whether a long container holds plain data only, one level of nesting included."""
    size = dict.__len__ if issubclass(type(values), dict) else list.__len__
    if size(values) <= BULK:  # type: ignore[arg-type]  # it is a list or a dict
        return False
    held = dict.values(values) if issubclass(type(values), dict) else values
    kinds = set(map(type, held))
    if kinds <= PLAIN:
        return True
    return kinds <= (PLAIN | NESTED) and _flat_kinds(held) <= PLAIN


def _flat_kinds(held: Iterable[object]) -> set[type]:
    """The types one level down."""
    rows = [row for row in held if type(row) in NESTED]
    inner = (dict.values(row) if type(row) is dict else row for row in rows)
    return set(map(type, chain.from_iterable(inner)))  # type: ignore[arg-type]  # rows are lists, tuples and dicts


def bulk_digest(values: object) -> int:
    """Fingerprint plain data by value, in C."""
    return xxh3_64_intdigest(marshal.dumps(values, 2))
