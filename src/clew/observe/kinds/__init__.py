"""Every kind of object that clew knows how to look at, and the table that finds the kind of a class."""

from __future__ import annotations

from clew.model.typed import Any, Iterable
from clew.observe.kind import Digest, Kind, Opaque
from clew.observe.kinds import functions, handles, instances, iterators, plain, standard
from clew.observe.kinds.raw import type_name

__all__ = ["LIBRARIES", "PYTHONS", "KindTable", "type_name"]

PYTHONS: tuple[Kind, ...] = (
    *plain.KINDS,
    *instances.KINDS,
    *functions.KINDS,
    *iterators.KINDS,
    *handles.KINDS,
    *standard.KINDS,
)
"""The kinds of Python's own objects."""

LIBRARIES = frozenset(
    "_cyutility _loss catboost clew lightgbm matplotlib numpy pandas polars pyarrow scipy sklearn statsmodels torch"
    " xgboost".split()
)
"""The packages whose objects have kinds of their own, in `libraries`."""

_MRO_OF = type.__dict__["__mro__"].__get__


class KindTable:
    """Finds the kind of a class: that of the first class in its MRO that a kind names.

    A digest that fails says that we cannot see the object, unless `strict`: a library may hold something in a way
    that we have not met, and another thread may change it while we look. Without `kinds` it knows all that there are.
    """

    def __init__(self, kinds: Iterable[Kind] | None = None, *, strict: bool = False) -> None:
        self._strict = strict
        self._waiting = kinds is None
        self._named: dict[str, Kind] = {}
        self._learn(PYTHONS if kinds is None else kinds)

    def find(self, cls: type) -> Kind | None:
        """Return the kind of a class, or None. The caller keeps the answer: it costs a microsecond or two."""
        for base in _MRO_OF(cls):
            name = type_name(base)
            if self._waiting and name.partition(".")[0] in LIBRARIES:
                self._meet_libraries()
            kind = self._named.get(name)
            if kind is not None:
                return kind
        return None

    def _meet_libraries(self) -> None:
        """Learn the kinds of libraries' objects, now that the first of them is here."""
        from clew.observe.kinds.libraries import KINDS  # every program's start would pay for it

        self._waiting = False
        self._learn(KINDS)

    def _learn(self, kinds: Iterable[Kind]) -> None:
        self._named |= {name: kind if self._strict else _careful(kind) for kind in kinds for name in kind.types}


def _careful(kind: Kind) -> Kind:
    digest = kind.digest

    def tried(value: Any) -> Digest | Opaque:
        try:
            return digest(value)
        except Exception as error:  # whatever a library's C code raises
            return Opaque(f"looking at this {kind.name} failed: {type(error).__name__}")

    return Kind(kind.name, kind.types, kind.reach, tried, kind.ignores)
