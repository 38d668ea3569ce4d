"""Every kind of object that clew knows how to look at, and the table that finds the kind of a class."""

from __future__ import annotations

from clew.model.typed import Any, Iterable
from clew.observe.kind import Digest, Kind, Opaque
from clew.observe.kinds import (
    arrays,
    estimators,
    figures,
    frames,
    functions,
    handles,
    instances,
    iterators,
    plain,
    polar,
    standard,
    tensors,
)
from clew.observe.kinds.raw import type_name

__all__ = ["ALL", "KindTable", "type_name"]

ALL: tuple[Kind, ...] = (
    *plain.KINDS,
    *instances.KINDS,
    *functions.KINDS,
    *iterators.KINDS,
    *handles.KINDS,
    *standard.KINDS,
    *arrays.KINDS,
    *frames.KINDS,
    *polar.KINDS,
    *tensors.KINDS,
    *figures.KINDS,
    *estimators.KINDS,
)

_MRO_OF = type.__dict__["__mro__"].__get__


class KindTable:
    """Finds the kind of a class: that of the first class in its MRO that a kind names.

    A digest that fails says that we cannot see the object, unless `strict`: a library may hold something in a way
    that we have not met, and another thread may change it while we look.
    """

    def __init__(self, kinds: Iterable[Kind] = ALL, *, strict: bool = False) -> None:
        self._named = {name: kind if strict else _careful(kind) for kind in kinds for name in kind.types}

    def find(self, cls: type) -> Kind | None:
        """Return the kind of a class, or None. The caller keeps the answer: it costs a microsecond or two."""
        for base in _MRO_OF(cls):
            kind = self._named.get(type_name(base))
            if kind is not None:
                return kind
        return None


def _careful(kind: Kind) -> Kind:
    digest = kind.digest

    def tried(value: Any) -> Digest | Opaque:
        try:
            return digest(value)
        except Exception as error:  # whatever a library's C code raises
            return Opaque(f"looking at this {kind.name} failed: {type(error).__name__}")

    return Kind(kind.name, kind.types, kind.reach, tried, kind.ignores)
