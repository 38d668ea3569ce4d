"""Exact likeness of arrays: the same dtype, shape, order in memory and bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Alike = Callable[[Any, Any], bool]
PIECE = 1 << 22  # bytes compared at a time


def arrays_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Whether two NumPy arrays are exactly alike."""
    return shapes_alike(one, other) and items_alike(one, other, alike)


def shapes_alike(one: Any, other: Any) -> bool:
    """Whether two arrays are of the same dtype, with what it holds for users, shape and order."""
    return bool(
        one.dtype == other.dtype
        and one.dtype.metadata == other.dtype.metadata
        and one.shape == other.shape
        and (one.flags.f_contiguous and not one.flags.c_contiguous)
        == (other.flags.f_contiguous and not other.flags.c_contiguous)
    )


def items_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Whether two arrays of one shape and dtype hold the same."""
    if one.dtype.names:  # field by field: what lies between them is nobody's
        return all(items_alike(one[name], other[name], alike) for name in one.dtype.names)
    if one.dtype.hasobject:
        return all(alike(*pair) for pair in zip(one.ravel(), other.ravel(), strict=True))
    if one.flags.f_contiguous:
        one, other = one.T, other.T
    return all(mine.tobytes() == theirs.tobytes() for mine, theirs in zip(pieces(one), pieces(other), strict=True))


def pieces(array: Any) -> Iterator[Any]:
    """Give an array in pieces of moderate size along its first axis."""
    if array.ndim == 0 or not array.size:
        return iter([array])
    rows = max(1, PIECE // (array.nbytes // len(array)))
    return (array[start : start + rows] for start in range(0, len(array), rows))


RULES: dict[str, Callable[[Any, Any, Alike], bool]] = {"numpy.ndarray": arrays_alike}
