"""Exact likeness of SciPy's sparse matrices and arrays: the same form, and the same arrays inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Alike = Callable[[Any, Any], bool]

PARTS = {
    "csr": ("data", "indices", "indptr"),
    "csc": ("data", "indices", "indptr"),
    "bsr": ("data", "indices", "indptr"),
    "coo": ("data", "coords"),
    "dia": ("data", "offsets"),
}
KINDS = tuple(f"{form}_{kind}" for form in PARTS for kind in ("matrix", "array"))


def sparse_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Whether two of one type are exactly alike; what SciPy remembers of their order is its own affair."""
    return one.shape == other.shape and all(
        alike(part_of(one, part), part_of(other, part)) for part in PARTS[one.format]
    )


def part_of(value: Any, part: str) -> Any:
    """Give one of the arrays inside; the coordinates of older SciPy by its names for them."""
    if part == "coords" and not hasattr(value, "coords"):
        return (value.row, value.col)
    return getattr(value, part)


RULES: dict[str, Callable[[Any, Any, Alike], bool]] = {
    f"scipy.sparse._{name.partition('_')[0]}.{name}": sparse_alike for name in KINDS
}
