"""What it takes to look at one kind of object: where it leads, and what a user can see of it."""

from __future__ import annotations

from types import MappingProxyType

from clew.model.data import dataclass, field
from clew.model.typed import Any, Callable, Mapping, Sequence

NO_PARTS: Mapping[str, Any] = MappingProxyType({})


def _no_parts() -> Mapping[str, Any]:
    return NO_PARTS  # by a factory: before Python 3.12 a dataclass takes a mapping proxy for a mutable default


@dataclass(frozen=True, slots=True)
class Reach:
    """The objects that one object leads to.

    `children` have state of their own and are looked at as cells of their own; `parts` are children by a part that
    a user can name (`df["a"]`, `cfg["lr"]`, `obj.x`); `keys` are memory shared with others (the ultimate owner of a
    buffer, or as a number the address of memory), of which only the identity matters: two objects with a key in
    common are aliases. `lent` is memory that those who hold it copy before they write, as far as they know of each
    other: only who shares it by `keys` is an alias of who shares it so.
    """

    children: Sequence[object] = ()
    parts: Mapping[str, Sequence[object]] = field(default_factory=_no_parts)
    keys: Sequence[object] = ()
    lent: Sequence[object] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """A fingerprint of what a user can see of an object itself, its children left out.

    `whole` covers what belongs to no part (class, index, order), `parts` the rest, by part. Caches that a library
    keeps inside its objects are not state.
    """

    whole: int
    parts: Mapping[str, int] = field(default_factory=_no_parts)


@dataclass(frozen=True, slots=True)
class Opaque:
    """We cannot see the object's state, and why: an unknown call that touches it is assumed to change it."""

    why: str


@dataclass(frozen=True, slots=True)
class Kind:
    """How to look at objects of some types, named `module.qualname`; `reach` is cheap, `digest` may read memory.

    `ignores` are the attributes in a subclass's `__dict__` that are the library's own, not the user's.
    """

    name: str
    types: tuple[str, ...]
    reach: Callable[[Any], Reach]
    digest: Callable[[Any], Digest | Opaque]
    ignores: frozenset[str] = frozenset()
