"""Words of `typing`, `collections.abc` and `enum` that our code uses, for modules that run beside the user's program.

`typing` takes half as long to load as Python itself, `enum` and `collections` a fifth. Type checkers read these as the
words of those modules.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence, Set
    from enum import StrEnum
    from typing import Any, BinaryIO, NamedTuple, Protocol, TypeAlias, assert_never

    tuplegetter: Any  # what a field of a named tuple is
else:
    from _collections import _tuplegetter as tuplegetter
    from _collections_abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence, Set

__all__ = [
    "Any",
    "BinaryIO",
    "Callable",
    "Collection",
    "Container",
    "Iterable",
    "Iterator",
    "Mapping",
    "NamedTuple",
    "Protocol",
    "Sequence",
    "Set",
    "StrEnum",
    "TypeAlias",
    "assert_never",
]


class QuickAny:
    """Stands for any type."""


class QuickProtocol:
    """Stands for `Protocol`: nobody asks at run time who keeps one."""


def quick_assert_never(value: object) -> None:
    """Fail, for what cannot be."""
    raise AssertionError(f"Expected code to be unreachable, but got: {value!r}")


# ---- named tuples -------------------------------------------------------------------------------------------


class QuickNamedTuple:
    """Stands for `NamedTuple`: a class that names it as its base becomes a named tuple."""

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        """Give the base that such a class really has."""
        return (Tuples,)


class NamedTuples(type):
    """Makes classes of named tuples from their annotations."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
        """Make a named tuple with the methods of the class body."""
        if not bases:
            return super().__new__(cls, name, bases, body)
        fields = tuple(body["__annotations__"])
        own = {key: held for key, held in body.items() if key not in fields and key != "__orig_bases__"}
        own.update({field: tuplegetter(place, None) for place, field in enumerate(fields)})
        own["__new__"] = tuple_maker(fields, {field: body[field] for field in fields if field in body})
        own.update(__slots__=(), __match_args__=fields, _fields=fields)
        own.update(__repr__=tuple_said, _replace=tuple_replaced, __getnewargs__=tuple_given)
        return type(name, (tuple,), own)


def tuple_maker(fields: tuple[str, ...], defaults: dict[str, object]) -> Any:
    """Compile what makes a named tuple, which is as quick as one by `collections`."""
    held: dict[str, object] = {"_new": tuple.__new__, **{f"_{field}": default for field, default in defaults.items()}}
    words = [f"{field}=_{field}" if field in defaults else field for field in fields]
    return eval(f"lambda _cls, {', '.join(words)}: _new(_cls, ({', '.join(fields)},))", held)  # of our own names


def tuple_said(one: Any) -> str:
    """Write a named tuple as the call that makes it."""
    return f"{type(one).__name__}({', '.join(f'{field}={getattr(one, field)!r}' for field in one._fields)})"


def tuple_replaced(one: Any, **named: object) -> Any:
    """Give a named tuple with some of its fields other."""
    return type(one)(*[named.get(field, held) for field, held in zip(one._fields, one, strict=True)])


def tuple_given(one: Any) -> tuple[Any, ...]:
    """Give what a named tuple is made from, to those who copy it."""
    return tuple(one)


class Tuples(metaclass=NamedTuples):
    """The base of classes that are to be named tuples."""


# ---- closed sets of texts -----------------------------------------------------------------------------------


class TextSets(type):
    """Makes classes whose texts are all that there is of them, as `StrEnum` does."""

    _members: dict[str, Any]

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        """Make a class, with an object of it for each text in its body."""
        made: Any = super().__new__(cls, name, bases, body)
        texts = {key: text for key, text in body.items() if type(text) is str and key[0] != "_"}
        made._members = {text: str.__new__(made, text) for text in texts.values()}
        for key, text in texts.items():
            setattr(made, key, made._members[text])
        return made

    def __call__(cls, text: str) -> Any:
        """Give the member that is a text; ValueError if there is none."""
        if text not in cls._members:
            raise ValueError(f"{text!r} is not a valid {cls.__name__}")
        return cls._members[text]

    def __iter__(cls) -> Iterator[Any]:
        """Go through the members."""
        return iter(cls._members.values())


class QuickStrEnum(str, metaclass=TextSets):
    """Stands for `StrEnum`. Its members are hashed as texts are, in C."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {str.__repr__(self)}>"

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return type(self), (str(self),)

    @property
    def value(self) -> str:
        """The text."""
        return str(self)


if not TYPE_CHECKING:
    Any, BinaryIO, Protocol, TypeAlias = QuickAny, QuickAny, QuickProtocol, QuickAny
    NamedTuple, StrEnum, assert_never = QuickNamedTuple(), QuickStrEnum, quick_assert_never
