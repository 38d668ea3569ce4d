"""Generators and iterators: consuming one changes it."""

from __future__ import annotations

import gc
import types

from clew.model.typed import Any
from clew.observe.atoms import ATOMS, digest_of
from clew.observe.kind import Digest, Kind, Opaque, Reach

FRAMES = (("gi_frame", types.GeneratorType), ("cr_frame", types.CoroutineType), ("ag_frame", types.AsyncGeneratorType))


def frame_of(value: Any) -> types.FrameType | None:
    """The suspended frame of a generator or coroutine, if it has not ended."""
    for attribute, cls in FRAMES:
        if type(value) is cls:
            frame: types.FrameType | None = object.__getattribute__(value, attribute)
            return frame
    return None


def generator_reach(value: Any) -> Reach:
    """What the generator's variables lead to."""
    return Reach([held for held in _variables(value) if type(held) not in ATOMS])


def generator_digest(value: Any) -> Digest:
    """By where it stands and its variables."""
    frame = frame_of(value)
    if frame is None:
        return Digest(0)
    return Digest(digest_of([frame.f_lasti, *_variables(value)]))


def _variables(value: Any) -> list[object]:
    # gc sees the variables of a suspended generator without making a dict of them.
    return [held for held in gc.get_referents(value) if type(held) not in (types.CodeType, types.ModuleType)]


def iterator_reach(value: Any) -> Reach:
    """What it goes over."""
    return Reach(
        [held for held in gc.get_referents(value) if type(held) not in ATOMS and not issubclass(type(held), type)]
    )


def iterator_digest(value: Any) -> Digest | Opaque:
    """By its position, for the iterators of Python's own containers; map, zip and their like have none of their own."""
    kind: Any = type(value)
    reduced = kind.__reduce__(value)
    state = reduced[2] if len(reduced) > 2 else None
    return Digest(digest_of([type(value).__name__, state, *_position(reduced[1])]))


def _position(arguments: Any) -> list[object]:
    return [held for held in arguments if type(held) in ATOMS or type(held) is range]


def stateless_digest(value: Any) -> Digest:
    """It has no state of its own beside what it goes over."""
    return Digest(0)


def counter_digest(value: Any) -> Digest | Opaque:
    """By what it will give next, as its text says."""
    held = [number for number in gc.get_referents(value) if number is not type(value)]  # its class, from Python 3.13 on
    if any(type(number) not in ATOMS for number in held):
        return Opaque("a counter of unknown numbers")
    return Digest(digest_of([repr(value)]))


BUILTIN = (
    "list_iterator list_reverseiterator tuple_iterator str_iterator str_ascii_iterator bytes_iterator "
    "bytearray_iterator range_iterator longrange_iterator reversed enumerate"
)
SIZED = "dict_keyiterator dict_valueiterator dict_itemiterator set_iterator dict_reversekeyiterator"


def sized_digest(value: Any) -> Digest:
    """By how many are left."""
    return Digest(digest_of([type(value).__length_hint__(value)]))


KINDS = (
    Kind(
        "generator",
        ("builtins.generator", "builtins.coroutine", "builtins.async_generator"),
        generator_reach,
        generator_digest,
    ),
    Kind("iterator", tuple(f"builtins.{name}" for name in BUILTIN.split()), iterator_reach, iterator_digest),
    Kind("sized iterator", tuple(f"builtins.{name}" for name in SIZED.split()), iterator_reach, sized_digest),
    Kind("adapter", ("builtins.map", "builtins.filter", "builtins.zip"), iterator_reach, stateless_digest),
    Kind("count", ("itertools.count",), iterator_reach, counter_digest),
)
