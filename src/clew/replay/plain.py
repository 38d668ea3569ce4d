"""Portraits of Python's own data: numbers, text, containers and what stands for itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clew.replay.painter import Brush, Painter, type_name
from clew.replay.portrait import Portrait, leaf, unseen, whole

SCALARS = frozenset({int, float, complex, str, bytes, bool, type(None)})


def _scalar(value: Any, _painter: Painter) -> Portrait:
    return leaf(type_name(type(value)), _scalar_text(value))


def _scalar_text(value: Any) -> bytes:
    """Write a scalar so that equal text means the same value; `hex` knows no limit of digits."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, int):
        return int.__format__(value, "x").encode()
    text = str.__str__(value) if isinstance(value, str) else repr(value)
    return text.encode(errors="surrogatepass")


def _sequence(value: Any, painter: Painter) -> Portrait:
    """Portray a list or tuple; a long one of plain scalars in one go."""
    kind, items = type_name(type(value)), _items(value)
    if len(items) > 50 and all(type(item) in SCALARS for item in items):
        return leaf(kind, repr(items).encode(errors="surrogatepass"))
    return whole(kind, ((f"[{index}]", painter.paint(item)) for index, item in enumerate(items)))


def _items(value: Any) -> list[Any]:
    base = next(base for base in (list, tuple) if isinstance(value, base))
    return list(base.__iter__(value))


def _set(value: Any, painter: Painter) -> Portrait:
    """Portray a set by its members' digests, sorted: its order is not the same in every process."""
    members = sorted((painter.paint(item) for item in value), key=lambda member: member.digest)
    return whole(type_name(type(value)), (("{...}", member) for member in members))


def _dict(value: Any, painter: Painter) -> Portrait:
    """Portray a dictionary by its items in their order, which a user can see."""
    factory = getattr(value, "default_factory", None)
    extra = [(".default_factory", painter.paint(factory))] if factory is not None else []
    items = _pairs(dict.items(value), painter)
    return whole(type_name(type(value)), [*items, *extra])


def _pairs(items: Iterable[tuple[Any, Any]], painter: Painter) -> Iterable[tuple[str, Portrait]]:
    for key, item in items:
        name = repr(key)[:60] if type(key) in SCALARS else painter.paint(key).digest[:12]
        yield f"[{name}]", painter.paint(item)
        if type(key) not in SCALARS or len(name) == 60:
            yield f".key[{name}]", painter.paint(key)


def _listed(value: Any, painter: Painter) -> Portrait:
    """Portray what can be listed without being used up: views, mapping proxies, deques."""
    items = list(value.items()) if hasattr(value, "items") else list(value)
    return whole(type_name(type(value)), ((f"[{index}]", painter.paint(item)) for index, item in enumerate(items)))


def _buffer(value: Any, _painter: Painter) -> Portrait:
    return leaf(type_name(type(value)), bytes(value))


def _written(value: Any, _painter: Painter) -> Portrait:
    return leaf(type_name(type(value)), repr(value).encode())


def _kind_only(value: Any, _painter: Painter) -> Portrait:
    return leaf(type_name(type(value)), b"")


def _used_up(value: Any, _painter: Painter) -> Portrait:
    return unseen(type_name(type(value)), f"a {type(value).__name__} cannot be looked at without using it up")


def _enum(value: Any, _painter: Painter) -> Portrait:
    return leaf(type_name(type(value)), str(value.name).encode())


PATH_OWN = frozenset(
    {"_drv", "_root", "_parts", "_str", "_hash", "_pparts", "_cached_cparts", "_raw_path", "_raw_paths", "_tail_cached"}
    | {"_str_normcase_cached", "_parts_normcase_cached", "_lines_cached"}
)

PLAIN = {
    **dict.fromkeys(("builtins.int", "builtins.float", "builtins.complex", "builtins.str"), Brush(_scalar)),
    **dict.fromkeys(("builtins.bool", "builtins.bytes", "builtins.NoneType"), Brush(_scalar)),
    **dict.fromkeys(("builtins.ellipsis", "builtins.NotImplementedType", "builtins.range"), Brush(_written)),
    **dict.fromkeys(("builtins.list", "builtins.tuple"), Brush(_sequence)),
    **dict.fromkeys(("builtins.set", "builtins.frozenset"), Brush(_set)),
    "builtins.dict": Brush(_dict),
    **dict.fromkeys(("builtins.dict_keys", "builtins.dict_values", "builtins.dict_items"), Brush(_listed)),
    **dict.fromkeys(("builtins.mappingproxy", "collections.deque"), Brush(_listed)),
    **dict.fromkeys(("builtins.bytearray", "builtins.memoryview"), Brush(_buffer)),
    **dict.fromkeys(("_thread.lock", "_thread.RLock", "weakref.ReferenceType"), Brush(_kind_only)),
    **dict.fromkeys(("builtins.generator", "builtins.coroutine", "builtins.async_generator"), Brush(_used_up)),
    **dict.fromkeys(("pathlib.PurePath", "pathlib._local.PurePath"), Brush(_written, PATH_OWN)),
    "enum.Enum": Brush(_enum, frozenset({"_value_", "_name_", "__objclass__", "_sort_order_"})),
}
