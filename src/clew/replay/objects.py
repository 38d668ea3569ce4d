"""Portraits of everything else: instances by their attributes, C objects by what `pickle` would ask of them."""

from __future__ import annotations

import copyreg
import sys
import warnings
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from clew.replay.painter import Painter, attributes, type_name
from clew.replay.portrait import Portrait, leaf, unseen, whole


def paint_object(value: Any, painter: Painter, but: Collection[str] = ()) -> Portrait:
    """Portray an object by its class, its attributes and, where it has a part written in C, its reduced form.

    `but` are attributes to leave out: they are worked out again when they are asked for.
    """
    if _is_process_wide(value):
        return leaf(type_name(type(value)), b"the one of the process")
    shown = {} if type(value).__module__ == "__main__" else _shown(value)
    own = {key: item for key, item in attributes(value).items() if key not in shown and key not in but}
    own |= {key[1:]: item for key, item in shown.items()}
    parts = [(".__class__", painter.paint(type(value)))] if type(value).__module__ == "__main__" else []
    parts += [(f".{key}", painter.paint(item)) for key, item in own.items()]
    if isinstance(value, BaseException):
        parts.append((".args", painter.paint(value.args)))
    elif _has_c_part(type(value)) or not (own or hasattr(value, "__dict__")):
        return _reduced(value, painter, parts)
    return whole(type_name(type(value)), parts)


def _shown(value: Any) -> dict[str, Any]:
    """Return what properties show of the attributes that stand behind them, which may be worked out on the first look."""
    shown: dict[str, Any] = {}
    for key in attributes(value):
        for cls in type(value).__mro__ if key.startswith("_") else ():
            if type(cls.__dict__.get(key[1:])) is property:
                with suppress(Exception):  # a property that fails shows nothing: the attribute is looked at
                    shown[key] = getattr(value, key[1:])
                break
    return shown


def _reduced(value: Any, painter: Painter, parts: list[tuple[str, Portrait]]) -> Portrait:
    """Add what `pickle` would store."""
    kind = type_name(type(value))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            registered = copyreg.dispatch_table.get(type(value))
            reduced = registered(value) if registered else value.__reduce_ex__(4)
    except Exception as error:  # objects say in many ways that they cannot be stored
        return unseen(kind, str(error)[:200])
    if isinstance(reduced, str):
        return whole(kind, parts, reduced.encode())
    pieces = [list(item) if number in (3, 4) and item is not None else item for number, item in enumerate(reduced)]
    return whole(kind, [*parts, *((f".reduced[{number}]", painter.paint(item)) for number, item in enumerate(pieces))])


def _has_c_part(cls: type) -> bool:
    """Tell whether a class, or a base of it, has room for more than its attributes, slots and weak references."""
    pointer = 8
    for base in cls.__mro__[:-1]:
        slots = base.__dict__.get("__slots__", ())
        room = pointer * (2 + (1 if isinstance(slots, str) else len(tuple(slots))))
        if base.__base__ is not None and base.__basicsize__ - base.__base__.__basicsize__ > room:
            return True
    return False


def _is_process_wide(value: Any) -> bool:
    """Tell whether this is a library's one generator that all share: hidden state, not part of a value."""
    shared = (("numpy.random.mtrand", "_rand"), ("random", "_inst"))
    return any(value is getattr(sys.modules.get(module), name, value.__class__) for module, name in shared)
