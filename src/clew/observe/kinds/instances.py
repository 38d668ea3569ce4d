"""Instances: of the user's classes, and of library classes that nobody else knows."""

from __future__ import annotations

import types

from clew.knowledge.lines import class_mro, class_names, identity, type_name
from clew.model.quick import lru_cache
from clew.model.typed import Any, Iterable
from clew.observe.atoms import ATOMS, digest_of, digest_of_one
from clew.observe.kind import Digest, Kind, Opaque, Reach
from clew.observe.kinds.functions import held_reach
from clew.observe.kinds.plain import ORDER
from clew.observe.ours import is_users_class, module_of

HEAP_TYPE = 1 << 9
"""The flag of types that are made at run time, by a class statement or by a C extension."""

FLAGS, BASE, SIZE = (type.__dict__[name].__get__ for name in ("__flags__", "__base__", "__basicsize__"))

CACHE = frozenset({"cache", "cached", "memo", "lru"})
"""Words in the names of private attributes in which libraries keep what they can work out again."""


@lru_cache(maxsize=4096)
def slots_of(cls: type) -> tuple[types.MemberDescriptorType, ...]:
    """The slots of a class and its bases."""
    spaces = [class_names(base) for base in class_mro(cls)]
    return tuple(held for space in spaces for held in space.values() if type(held) is types.MemberDescriptorType)


@lru_cache(maxsize=4096)
def computed_names(cls: type) -> frozenset[str]:
    """Attributes that a class computes on demand and stores in its instances (cached properties)."""
    held = [item for base in class_mro(cls) for item in class_names(base).items()]
    return frozenset(name for name, each in held if _computes(each))


def _computes(held: object) -> bool:
    """Tell whether what a class holds under a name gives what an instance keeps under it, and nobody can set."""
    kind = type(held)
    if kind is property:
        return held.fset is None  # type: ignore[attr-defined]  # it is a property
    return _has(kind, "__get__") and not _has(kind, "__set__") and kind is not types.FunctionType


def _has(cls: type, name: str) -> bool:
    return any(name in class_names(base) for base in class_mro(cls))


def attributes_of(value: Any) -> dict[str, object]:
    """An instance's attributes that are not caches, without running its code."""
    cls: type = type(value)
    held: dict[str, object] = {}
    try:  # noqa: SIM105  # done for every object that is looked at: `suppress` takes longer than the look
        held.update(dict.items(object.__getattribute__(value, "__dict__")))  # it may be a subclass of dict
    except AttributeError:
        pass  # no __dict__: slots only
    if not is_users_class(cls):
        computed = computed_names(cls)
        held = {n: v for n, v in held.items() if not (n in computed or is_cache(n))}
    for slot in slots_of(cls):
        try:
            held[slot.__name__] = slot.__get__(value)
        except AttributeError:
            continue  # a slot that is not filled
    return held


def is_cache(name: str) -> bool:
    """Tell whether a library's attribute is a cache of its own; `shelf.cache` and `SVC.cache_size` are not."""
    return name[:1] == "_" and not CACHE.isdisjoint(name.split("_"))


def own_attributes(value: object) -> dict[str, object] | None:
    """The dictionary that an instance keeps its attributes in, if it has one."""
    try:
        held = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return None
    return held if type(held) is dict else None


def instance_reach(value: Any) -> Reach:
    """The values of its attributes, by attribute; whatever C holds; the class, where it is the user's."""
    cls: type = type(value)
    held = attributes_of(value)
    if not held and not is_python_made(cls):
        return held_reach(value)
    children: list[object] = [cls] if is_users_class(cls) else []
    return Reach(children, {n: () if type(v) in ATOMS else (v,) for n, v in held.items()})


def instance_digest(value: Any) -> Digest | Opaque:
    """By its attributes; an object of C that nobody knows cannot be seen into."""
    cls: type = type(value)
    held = attributes_of(value)
    if not is_python_made(cls):
        return Opaque(f"{type_name(cls)} is made in C")
    parts = {name: digest_of_one(attribute) for name, attribute in held.items()}
    parts[ORDER] = digest_of(held)
    return Digest(identity(cls), parts)


def all_is_seen(value: Any) -> bool:
    """Tell whether nothing of an instance is hidden in C."""
    cls: type = type(value)
    return is_python_made(cls)


@lru_cache(maxsize=4096)
def is_python_made(cls: type) -> bool:
    """Tell whether all of an instance's state is in attributes: no class in between is made in C."""
    return all(_adds_no_hidden_state(base) for base in class_mro(cls))


def _adds_no_hidden_state(cls: type) -> bool:
    if cls is object or (module_of(cls) == "builtins" and issubclass(cls, BaseException)):
        return True
    if not FLAGS(cls) & HEAP_TYPE:
        return False
    held = class_names(cls)
    stated = any(name in held for name in ("__dict__", "__slots__", "__weakref__", "__static_attributes__"))
    base = BASE(cls) or object
    return stated or SIZE(cls) == SIZE(base) or _defines_functions(held.values())


def _defines_functions(values: Iterable[object]) -> bool:
    return any(type(value) is types.FunctionType for value in values)


KINDS = (Kind("instance", ("builtins.object",), instance_reach, instance_digest),)
