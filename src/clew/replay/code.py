"""Portraits of functions and classes: by their code where the user wrote them, by name where a library did."""

from __future__ import annotations

import sys
from operator import itemgetter
from types import CodeType
from typing import Any

from clew.replay.painter import Brush, Painter, type_name
from clew.replay.portrait import Portrait, leaf, whole

# What Python itself puts into a class, which says nothing of what the class does.
CLASS_FURNITURE = frozenset(
    [
        "__dict__",
        "__weakref__",
        "__module__",
        "__qualname__",
        "__firstlineno__",
        "__static_attributes__",
        "__slotnames__",
        "_abc_impl",
        "__annotate__",
        "__annotations_cache__",
        "__annotate_func__",
        "__abstractmethods__",
    ]
)


def _code(value: CodeType, painter: Painter) -> Portrait:
    """Portray code by what it does: neither its file nor its lines."""
    parts = [(f".co_consts[{index}]", painter.paint(item)) for index, item in enumerate(value.co_consts)]
    names = repr((value.co_name, value.co_names, value.co_varnames, value.co_freevars, value.co_cellvars))
    counts = repr((value.co_argcount, value.co_posonlyargcount, value.co_kwonlyargcount, value.co_flags))
    return whole("builtins.code", parts, value.co_code + names.encode() + counts.encode())


def _function(value: Any, painter: Painter) -> Portrait:
    if _found_by_name(value):
        return leaf("builtins.function", f"{value.__module__}.{value.__qualname__}".encode())
    cells = zip(value.__code__.co_freevars, value.__closure__ or (), strict=False)
    parts = [
        (".__code__", painter.paint(value.__code__)),
        (".__defaults__", painter.paint(value.__defaults__)),
        (".__kwdefaults__", painter.paint(value.__kwdefaults__)),
        *((f".closure[{name}]", painter.paint(cell)) for name, cell in cells),
        *((f".{key}", painter.paint(item)) for key, item in vars(value).items()),
    ]
    return whole("builtins.function", parts)


def _found_by_name(value: Any) -> bool:
    """Tell whether this is a library's function or class, so that its name says all."""
    if value.__module__ in (None, "__main__"):
        return False
    found: Any = sys.modules.get(value.__module__)
    for part in value.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is value


def _cell(value: Any, painter: Painter) -> Portrait:
    try:
        return whole("builtins.cell", [(".cell_contents", painter.paint(value.cell_contents))])
    except ValueError:
        return leaf("builtins.cell", b"empty")


def _method(value: Any, painter: Painter) -> Portrait:
    parts = [(".__func__", painter.paint(value.__func__)), (".__self__", painter.paint(value.__self__))]
    return whole("builtins.method", parts)


def _builtin(value: Any, painter: Painter) -> Portrait:
    """Portray a function written in C by its name and by what it is bound to."""
    owner = getattr(value, "__self__", None)
    bound = [] if owner is None or isinstance(owner, type(sys)) else [(".__self__", painter.paint(owner))]
    return whole(type_name(type(value)), bound, f"{getattr(value, '__module__', '')}.{value.__qualname__}".encode())


def _wrapper(value: Any, painter: Painter) -> Portrait:
    """Portray a descriptor or cache around functions by those functions."""
    names = ("fget", "fset", "fdel", "__func__", "func", "__wrapped__", "attrname")
    parts = [(f".{name}", painter.paint(getattr(value, name))) for name in names if hasattr(value, name)]
    return whole(type_name(type(value)), parts)


def _class(value: Any, painter: Painter) -> Portrait:
    if _found_by_name(value):
        return leaf("builtins.type", type_name(value).encode())
    bases = [(f".__bases__[{index}]", painter.paint(base)) for index, base in enumerate(value.__bases__)]
    # By name: their order is not kept where a class is pickled by what is in it, and what goes by it has its own lists.
    members = sorted(
        ((key, item) for key, item in value.__dict__.items() if key not in CLASS_FURNITURE), key=itemgetter(0)
    )
    parts = [(f".{key}", painter.paint(item)) for key, item in members]
    return whole("builtins.type", [*bases, *parts], value.__qualname__.encode())


def _module(value: Any, _painter: Painter) -> Portrait:
    return leaf("builtins.module", str(value.__name__).encode())


def _member(value: Any, _painter: Painter) -> Portrait:
    return leaf(type_name(type(value)), value.__qualname__.encode())


CODE = {
    "builtins.code": Brush(_code),
    "builtins.function": Brush(_function),
    "builtins.cell": Brush(_cell),
    "builtins.method": Brush(_method),
    **dict.fromkeys(("builtins.builtin_function_or_method", "builtins.method-wrapper"), Brush(_builtin)),
    **dict.fromkeys(("builtins.property", "builtins.staticmethod", "builtins.classmethod"), Brush(_wrapper)),
    **dict.fromkeys(("functools._lru_cache_wrapper", "functools.cached_property"), Brush(_wrapper)),
    "builtins.type": Brush(_class, complete=True),
    "builtins.module": Brush(_module, complete=True),
    **dict.fromkeys(("builtins.member_descriptor", "builtins.getset_descriptor"), Brush(_member)),
    **dict.fromkeys(("builtins.method_descriptor", "builtins.wrapper_descriptor"), Brush(_member)),
}
