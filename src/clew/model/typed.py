"""The words of `typing` that our own code uses, for modules that run beside the user's program.

`typing` takes half as long to load as Python itself; type checkers read these as the words of that module.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO, NamedTuple, Protocol, TypeAlias, assert_never

__all__ = ["Any", "BinaryIO", "NamedTuple", "Protocol", "TypeAlias", "assert_never"]


class QuickAny:
    """Stands for any type."""


class QuickProtocol:
    """Stands for `Protocol`: nobody asks at run time who keeps one."""


class QuickNamedTuple:
    """Stands for `NamedTuple`: a class that names it as its base becomes a named tuple."""

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        """Give the base that such a class really has."""
        return (Tuples,)


class NamedTuples(type):
    """Makes classes of named tuples from their annotations."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, object]) -> type:
        """Make a named tuple with the methods of the class body."""
        if not bases:
            return super().__new__(cls, name, bases, body)
        from collections import namedtuple  # loaded by now, but not by who asks for `Any` alone

        fields = body["__annotations__"]
        assert isinstance(fields, dict)
        defaults = [body[field] for field in fields if field in body]
        make: Any = namedtuple  # type checkers know it with literals only
        made: type = make(name, list(fields), defaults=defaults, module=body["__module__"])
        for key, held in body.items():
            if key not in fields and key not in ("__module__", "__qualname__", "__orig_bases__"):
                setattr(made, key, held)
        return made


class Tuples(metaclass=NamedTuples):
    """The base of classes that are to be named tuples."""


def quick_assert_never(value: object) -> None:
    """Fail, for what cannot be."""
    raise AssertionError(f"Expected code to be unreachable, but got: {value!r}")


if not TYPE_CHECKING:
    Any, BinaryIO, Protocol, TypeAlias = QuickAny, QuickAny, QuickProtocol, QuickAny
    NamedTuple, assert_never = QuickNamedTuple(), quick_assert_never
