"""Exact likeness: whether a program that is given the one could ever notice that it is not the other.

Types are the same and not only equal, floats have the same bits (or both are NaN), dicts the same order. Arrays and
frames are compared as a whole. What is of another type is compared by what it gives to `pickle`.
"""

from __future__ import annotations

import copyreg
import struct
from collections.abc import Callable
from typing import Any

from clew.store.codecs import alikearrays, alikeframes, alikelibraries, alikesparse

# Types by their ids: a class of the user's may answer `==` and `hash` in its own way.
IDENTICAL = frozenset(map(id, (type(None), bool, type(Ellipsis), type(NotImplemented), type)))
EQUAL = frozenset(map(id, (int, str, bytes, bytearray, range, slice)))
Alike = Callable[[Any, Any], bool]


def alike(one: object, other: object) -> bool:
    """Whether two values are exactly alike. Arrays and frames may be as big as memory; nothing of them is copied."""
    return Likeness().alike(one, other)


class Likeness:
    """One comparison; `met` are the pairs being compared, so that a circle ends."""

    __slots__ = ("met",)

    def __init__(self) -> None:
        self.met: dict[tuple[int, int], tuple[object, object]] = {}

    def alike(self, one: object, other: object) -> bool:
        """Whether two values are exactly alike."""
        if one is other:
            return True
        if type(one) is not type(other) or id(type(one)) in IDENTICAL:
            return False
        if id(type(one)) in EQUAL:
            return one == other
        pair = (id(one), id(other))
        if pair in self.met:
            return True
        self.met[pair] = (one, other)  # kept alive, so that no other object gets the number
        return self.rule(type(one))(one, other)

    def rule(self, kind: type) -> Alike:
        """Give what compares two values of a type."""
        if rule := RULES.get(id(kind)):
            return lambda one, other: rule(self, one, other)
        found = LIBRARIES.get(f"{kind.__module__}.{kind.__qualname__}")
        return self.reduced if found is None else lambda one, other: found(one, other, self.alike)

    def sequences(self, one: Any, other: Any) -> bool:
        """Lists and tuples: item by item."""
        return len(one) == len(other) and all(map(self.alike, one, other))

    def dicts(self, one: dict[Any, Any], other: dict[Any, Any]) -> bool:
        """Dicts: the same keys in the same order."""
        return self.sequences(list(one), list(other)) and self.sequences(list(one.values()), list(other.values()))

    def sets(self, one: Any, other: Any) -> bool:
        """Sets: equal items of the same types."""
        return {(type(item), item) for item in one} == {(type(item), item) for item in other}

    def floats(self, one: float, other: float) -> bool:
        """Floats: the same bits, or both NaN."""
        return struct.pack("<d", one) == struct.pack("<d", other) or (one != one and other != other)

    def complexes(self, one: complex, other: complex) -> bool:
        """Complex numbers: part by part."""
        return self.floats(one.real, other.real) and self.floats(one.imag, other.imag)

    def reduced(self, one: object, other: object) -> bool:
        """Other objects: what `pickle` would keep of them."""
        return self.alike(reduction(one), reduction(other))


RULES: dict[int, Callable[[Likeness, Any, Any], bool]] = {
    id(list): Likeness.sequences,
    id(tuple): Likeness.sequences,
    id(dict): Likeness.dicts,
    id(set): Likeness.sets,
    id(frozenset): Likeness.sets,
    id(float): Likeness.floats,
    id(complex): Likeness.complexes,
}

LIBRARIES = {**alikearrays.RULES, **alikeframes.RULES, **alikesparse.RULES, **alikelibraries.RULES}


def reduction(value: object) -> object:
    """Give what `pickle` keeps of an object, its iterators as lists."""
    reducer = copyreg.dispatch_table.get(type(value))
    found: Any = reducer(value) if reducer is not None else value.__reduce_ex__(4)
    if type(found) is not tuple:
        return found
    items, pairs = (list(each) if each is not None else None for each in (*found[3:5], None, None)[:2])
    return (*found[:3], items, pairs, *found[5:])
