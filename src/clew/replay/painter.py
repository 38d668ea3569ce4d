"""Portray any value: finds how by type, follows parts, and never fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from clew.model.data import dataclass
from clew.replay.portrait import Portrait, leaf, unseen, whole


@dataclass(frozen=True, slots=True)
class Brush:
    """How to portray values of one type.

    `own` are the attributes that the type's library keeps in `__dict__`; `complete` where subclasses, however they
    came about, have nothing to add.
    """

    paint: Callable[[Any, Painter], Portrait]
    own: frozenset[str] = frozenset()
    complete: bool = False


class Painter:
    """Portrays values by a table of brushes keyed `module.qualname`; `rest` portrays what no brush is for.

    One painter is for one moment: it remembers what it portrayed, so a value reached twice is looked at once.
    """

    def __init__(self, brushes: Mapping[str, Brush], rest: Callable[[Any, Painter], Portrait]) -> None:
        self._brushes, self._rest = brushes, rest
        self._done: dict[int, tuple[object, Portrait]] = {}
        # What leads into a cycle looks as the cycle was entered: such portraits are kept for one variable only.
        self._cyclic: dict[int, tuple[object, Portrait]] = {}
        self._open: dict[int, int] = {}
        self._met_cycle = False

    def paint(self, value: object) -> Portrait:
        """Portray a value. What cannot be seen is marked so; nothing is raised."""
        done = self._done.get(id(value))
        if done is not None:
            return done[1]
        if id(value) in self._open:  # the value holds itself: say how far up
            self._met_cycle = True
            return leaf("cycle", str(len(self._open) - self._open[id(value)]).encode())
        if not self._open:
            self._cyclic.clear()
        if id(value) in self._cyclic:
            self._met_cycle = True
            return self._cyclic[id(value)][1]
        return self._remember(value)

    def _remember(self, value: object) -> Portrait:
        self._open[id(value)] = len(self._open)
        before, self._met_cycle = self._met_cycle, False
        try:
            portrait = self._look(value)
        except Exception as error:  # a value whose own methods fail is one that we cannot see
            portrait = unseen(type_name(type(value)), f"{type(error).__name__}: {error}"[:200])
        finally:
            del self._open[id(value)]
        kept = self._cyclic if self._met_cycle else self._done
        kept[id(value)] = (value, portrait)
        self._met_cycle |= before
        return portrait

    def _look(self, value: object) -> Portrait:
        for cls in type(value).__mro__[:-1]:
            brush = self._brushes.get(type_name(cls))
            if brush is not None:
                painted = brush.paint(value, self)
                done = brush.complete or _library(cls) == _library(type(value))
                return painted if done else self._subclass(value, painted, brush)
        return self._rest(value, self)

    def _subclass(self, value: object, painted: Portrait, brush: Brush) -> Portrait:
        """Add to a portrait of a base type what the subclass has of its own."""
        own = {key: item for key, item in attributes(value).items() if key not in brush.own}
        if not own and painted.kind == type_name(type(value)):
            return painted
        parts = [*painted.parts, *((f".{key}", self.paint(item)) for key, item in own.items())]
        return whole(type_name(type(value)), parts, painted.digest.encode())


def _library(cls: type) -> str:
    return cls.__module__.partition(".")[0]


def type_name(cls: type) -> str:
    """Name a type by module and qualified name."""
    return f"{cls.__module__}.{cls.__qualname__}"


def attributes(value: object) -> dict[str, Any]:
    """Return a copy of an object's own attributes (`__dict__`, then slots), caches left out."""
    own = (getattr(value, "__dict__", None) or {}).items()
    found = {key: item for key, item in own if isinstance(key, str) and not _is_cache(type(value), key)}
    for cls in type(value).__mro__:
        found.update(_slots(value, cls, found))
    return found


def _slots(value: object, cls: type, known: Mapping[str, Any]) -> dict[str, Any]:
    """Read the slots that a class written in Python declares."""
    slots = cls.__dict__.get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    missing = object()
    read = {name: getattr(value, name, missing) for name in names if name not in known}
    hidden = ("__dict__", "__weakref__")
    return {name: item for name, item in read.items() if item is not missing and name not in hidden}


def _is_cache(cls: type, key: str) -> bool:
    """Tell whether an attribute is what a cached property remembered, or a library's cache by its name."""
    if key.startswith("_") and "cache" in key:
        return True
    for base in cls.__mro__:
        if key in base.__dict__:
            held = base.__dict__[key]
            kind = type(held)
            if kind is property:  # one that nobody can set hides what it keeps under its own name
                return held.fset is None
            # What can be set by hand is more than a cache: networkx keeps a graph's edges behind such a property.
            return "cache" in kind.__name__.lower() and not hasattr(kind, "__set__")
    return False
