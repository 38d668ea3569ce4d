"""Reading an object's memory in place: the state of a random generator in 0.1 µs, where its own way takes 10 to 40.

The layout of others' objects is not ours to know, so each use is proved against the object's own account of itself
before it is trusted, and not used where the proof fails.
"""

from __future__ import annotations

import sys

from clew.model.quick import cache
from clew.model.standard import standard
from clew.model.typed import Any

VERSION = object.__basicsize__ + 8  # behind the number of items


def memory(address: int, size: int) -> Any:
    """The bytes at an address, as they will be whenever looked at. The owner must outlive this."""
    ctypes = standard("ctypes")
    return (ctypes.c_char * size).from_address(address)


@cache
def versions_count() -> bool:
    """Prove that each dict holds a version, behind its size, which differs after every kind of change."""
    tried: dict[str, int] = {"a": 1}
    block = memory(id(tried) + VERSION, 8)
    seen = [bytes(block)]
    for change in (lambda: tried.update(a=2), lambda: tried.update(b=3), lambda: tried.pop("a"), tried.clear):
        change()
        seen.append(bytes(block))
    return len(set(seen)) == len(seen)


def version(held: dict[Any, Any], *, at_any_cost: bool = False) -> Any:
    """The memory of a dict's version, the same as long as nothing in it was set or deleted; None where there is none.

    None also in a program that has not loaded ctypes (NumPy and most others do): that takes longer than it saves, but
    for dicts that are long and looked at often.
    """
    known = at_any_cost or "ctypes" in sys.modules
    return memory(id(held) + VERSION, 8) if known and versions_count() else None
