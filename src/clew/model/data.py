"""Data classes that are quick to make: those of the standard library, without what they cost a program's start.

A class of `dataclasses` is compiled when it is defined, and `dataclasses` loads `inspect` for it; our classes stand in
the user's own process, and most are never made there. Here a class compiles its `__init__`, `__eq__` and `__hash__`
when they are first called. In all else they are the same, and type checkers see those of the standard library;
`fields`, `replace`, `asdict` and pattern matching work on them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass, field
    from types import CodeType
    from typing import Any

__all__ = ["dataclass", "field"]

CODES: dict[str, CodeType] = {}
"""Methods that were compiled in an earlier process, by their text."""

NOTHING = object()
SET = object.__setattr__


class Made:
    """The default of a field that is made anew for each object."""

    __slots__ = ("factory",)

    def __init__(self, factory: Callable[[], Any]) -> None:
        self.factory = factory


class StandardFields:
    """What `dataclasses` itself wants to know about a class, made when it asks."""

    def __get__(self, one: object, cls: type) -> dict[str, Any]:
        """Give the fields as `dataclasses` describes them, those of a twin."""
        import dataclasses  # in hand already: somebody uses it on the class

        hints, defaults = home(cls).__annotations__, home(cls).__dict__["__defaults__"]
        twin = dataclasses.make_dataclass(cls.__name__, [standard_field(n, hints[n], defaults) for n in names_of(cls)])
        found: dict[str, Any] = twin.__dict__["__dataclass_fields__"]
        home(cls).__dataclass_fields__ = found  # type: ignore[attr-defined]  # in our own place
        return found


def standard_field(name: str, hint: object, defaults: dict[str, Any]) -> tuple[Any, ...]:
    """Describe a field to `dataclasses`."""
    import dataclasses  # as above

    held = defaults.get(name, NOTHING)
    if held is NOTHING:
        return (name, hint)
    if type(held) is Made:
        return (name, hint, dataclasses.field(default_factory=held.factory))
    return (name, hint, dataclasses.field(default=held))


def quick_dataclass(
    *,
    frozen: bool = False,
    slots: bool = False,
    order: bool = False,
    repr: bool = True,  # noqa: A002  # as in `dataclasses`
) -> Callable[[type], type]:
    """Make a class one of data, as `dataclasses.dataclass` does."""

    def made(cls: type) -> type:
        own = dict(cls.__dict__)
        names = tuple(own.get("__annotations__", ()))
        own["__defaults__"] = {name: own[name] for name in names if name in own}
        for name, held in own["__defaults__"].items():
            if slots or type(held) is Made:
                del own[name]
        own["__match_args__"] = names
        given = {**METHODS, **(FROZEN if frozen else {"__hash__": None}), **(ORDER if order else {})}
        own.update({name: method for name, method in given.items() if own.get(name) is None})
        if not repr:
            own["__repr__"] = cls.__repr__
        own.pop("__dict__", None)
        own.pop("__weakref__", None)
        if slots:
            own["__slots__"] = names
        return type(cls)(cls.__name__, cls.__bases__, own)

    return made


def quick_field(*, default_factory: Callable[[], Any]) -> Any:
    """Say that a field's default is made anew for each object."""
    return Made(default_factory)


# ---- what a class begins with; the first call puts the real thing in its place ------------------------------


def first_init(self: Any, *arguments: Any, **named: Any) -> None:
    """Compile the class's `__init__`, and run it."""
    cls = home(type(self))
    held: dict[str, Any] = {"_set": SET, "_nothing": NOTHING}
    for name, default in cls.__dict__["__defaults__"].items():
        held[f"_default_{name}"] = default.factory if type(default) is Made else default
    put(cls, "__init__", init_text(cls), held)
    cls.__init__(self, *arguments, **named)  # type: ignore[misc]  # the one just made


def init_text(cls: type) -> str:
    """Write the class's `__init__`."""
    defaults = cls.__dict__["__defaults__"]
    words, lines = ["self"], []
    for name in names_of(cls):
        made = type(defaults.get(name)) is Made
        value = f"_default_{name}() if {name} is _nothing else {name}" if made else name
        words.append(f"{name}=_nothing" if made else f"{name}=_default_{name}" if name in defaults else name)
        lines.append(f" _set(self, {name!r}, {value})" if "__setattr__" in cls.__dict__ else f" self.{name} = {value}")
    return f"def __init__({', '.join(words)}):\n" + "\n".join(lines or [" pass"])


def first_eq(self: Any, other: object) -> Any:
    """Compile the class's `__eq__`, and ask it."""
    cls = home(type(self))
    mine, others = tupled(cls, "self"), tupled(cls, "other")
    body = f" if other.__class__ is self.__class__:\n  return {mine} == {others}\n return NotImplemented"
    put(cls, "__eq__", f"def __eq__(self, other):\n{body}", {})
    return cls.__eq__(self, other)  # type: ignore[call-arg]  # the function just made


def first_hash(self: Any) -> int:
    """Compile the class's `__hash__`, and ask it."""
    cls = home(type(self))
    put(cls, "__hash__", hash_text(cls), {})
    return cls.__hash__(self)  # type: ignore[call-arg]  # the same


def hash_text(cls: type) -> str:
    """Write the class's `__hash__`."""
    return f"def __hash__(self):\n return hash({tupled(cls, 'self')})"


def put(cls: type, name: str, text: str, held: dict[str, Any]) -> None:
    """Compile a method into its class."""
    # Compiled first: running text would make Python forget that an interrupt ended the program.
    code = CODES.get(text) or compile(text, "<clew>", "exec")
    exec(code, held)  # our own text, of names that Python took as names
    held[name].__qualname__ = f"{cls.__qualname__}.{name}"
    setattr(cls, name, held[name])


def methods_of(cls: type) -> dict[str, CodeType]:
    """Compile the methods that a class will need when it is used, for `CODES` of later processes."""
    texts = [init_text(cls), *([hash_text(cls)] if "__setattr__" in cls.__dict__ else [])]
    return {text: compile(text, "<clew>", "exec") for text in texts}


def home(cls: type) -> type:
    """Give the class of data that a class is, or comes from."""
    return next(one for one in cls.__mro__ if "__defaults__" in one.__dict__)


def tupled(cls: type, one: str) -> str:
    """Write the tuple of an object's fields."""
    return "(" + "".join(f"{one}.{name}, " for name in names_of(cls)) + ")"


def names_of(cls: type) -> tuple[str, ...]:
    """Give the names of a class's fields."""
    names: tuple[str, ...] = home(cls).__dict__["__match_args__"]
    return names


# ---- what is quick enough as it is --------------------------------------------------------------------------


def values(one: Any) -> tuple[Any, ...]:
    """Give the values of an object's fields."""
    return tuple([getattr(one, name) for name in one.__match_args__])


def said(self: Any) -> str:
    """Write an object as the call that makes it."""
    pairs = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({pairs})"


def reduced(self: Any) -> tuple[type, tuple[Any, ...]]:
    """Pickle an object as the call that makes it."""
    return type(self), values(self)


def refuse_set(self: Any, name: str, value: object) -> None:
    """Refuse to change what is frozen."""
    from dataclasses import FrozenInstanceError  # only a mistake needs it

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def refuse_delete(self: Any, name: str) -> None:
    """Refuse to change what is frozen."""
    from dataclasses import FrozenInstanceError  # only a mistake needs it

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, object], Any]:
    """Compare objects of one class by the values of their fields."""

    def compared(self: Any, other: object) -> Any:
        return compare(values(self), values(other)) if type(other) is type(self) else NotImplemented

    return compared


METHODS: dict[str, Any] = {
    "__init__": first_init,
    "__eq__": first_eq,
    "__repr__": said,
    "__reduce__": reduced,
    "__dataclass_fields__": StandardFields(),
}
FROZEN: dict[str, Any] = {"__hash__": first_hash, "__setattr__": refuse_set, "__delattr__": refuse_delete}
ORDER: dict[str, Any] = {
    "__lt__": ordered(tuple.__lt__),
    "__le__": ordered(tuple.__le__),
    "__gt__": ordered(tuple.__gt__),
    "__ge__": ordered(tuple.__ge__),
}

if not TYPE_CHECKING:
    dataclass, field = quick_dataclass, quick_field
