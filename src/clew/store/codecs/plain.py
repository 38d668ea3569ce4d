"""JSON for plain data.

What JSON has no word for is a dict of one key that begins with `$`:

    (1, 2)            {"$tuple": [1, 2]}
    {1: "a"}          {"$dict": [[1, "a"]]}
    date(2024, 5, 1)  {"$date": "2024-05-01"}
    nan               {"$float": "nan"}

So any other tool reads the file, and clew reads the very value. Numbers keep all their digits, dicts their order.
"""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import fractions
import json
import math
import pathlib
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from clew.errors import NotExact
from clew.store.codecs.alike import alike
from clew.store.codecs.codec import Codec

JSON_TYPES = (type(None), bool, int, str)
ITEMS = 10_000  # of a long list that are written at a time
HELD = (list, dict, set, bytearray)  # what can be changed: it must be met once, or it would come back as two


def fits(value: object) -> bool:
    """Whether a value is of a type that JSON has, or we have a word for. No method of its type is asked."""
    return id(type(value)) in PLAIN or is_number(value)


def write(value: object, file: BinaryIO) -> None:
    """Write a value as JSON in UTF-8; NotExact if something in it is not plain."""
    for text, _ in pieces(value):
        file.write(text)


def read(file: BinaryIO) -> object:
    """Read a value."""
    return decoded(json.loads(file.read()))


def matches(value: object, file: BinaryIO) -> bool:
    """Whether the file holds the value: read piece by piece, so that no second value is needed."""
    for text, items in pieces(value):
        if file.read(len(text)) != text:
            return False
        if items is not None and not alike(decoded(json.loads(listed(text, items is value))), items):
            return False
    return not file.read(1)


def pieces(value: object) -> Iterator[tuple[bytes, object]]:
    """Give the text of a value piece by piece, each with what it says (None for what joins them).

    A long list has many: some thousand items each, as they stand between the brackets.
    """
    encoding = Encoding()
    if type(value) is not list or len(value) <= ITEMS:
        yield text_of(encoding.encoded(value)), value
        return
    encoding.meet(value)
    for start in range(0, len(value), ITEMS):
        items = value[start : start + ITEMS]
        yield b", " if start else b"[", None
        yield text_of([encoding.encoded(item) for item in items])[1:-1], items
    yield b"]", None


def listed(text: bytes, whole: bool) -> bytes:
    """Give what stands between brackets as a list."""
    return text if whole else b"[" + text + b"]"


def text_of(said: object) -> bytes:
    """Give what JSON can say as text in UTF-8."""
    try:
        return json.dumps(said, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair, which Python's text may hold
        return json.dumps(said, allow_nan=False).encode("ascii")


class Encoding:
    """One value being turned into what JSON can say; `met` are the objects in it that can be changed.

    `other` says what JSON has no word for; NotExact if it has none either.
    """

    __slots__ = ("met", "other")

    def __init__(self, other: Callable[[Any], object] | None = None) -> None:
        self.met: set[int] = set()
        self.other = numbered if other is None else other

    def encoded(self, value: Any) -> object:
        """Give a value as JSON can say it."""
        kind = type(value)
        if id(kind) not in PLAIN:
            return self.other(value)
        if kind in JSON_TYPES:
            return value
        if kind in HELD:
            self.meet(value)
        if kind is float:
            return value if math.isfinite(value) else {"$float": repr(value)}
        if kind is list:
            return [self.encoded(item) for item in value]
        if kind is dict:
            return self.encoded_dict(value)
        if kind in (tuple, set, frozenset):
            items = [self.encoded(item) for item in value]
            return {f"${kind.__name__}": items if kind is tuple else sorted(items, key=json.dumps)}
        name, say, _ = WORDS[kind]
        return {name: say(value)}

    def meet(self, value: object) -> None:
        """Note that an object was met; NotExact if it was met before."""
        if id(value) in self.met:
            raise NotExact("json", "something in it is there twice")
        self.met.add(id(value))

    def encoded_dict(self, value: dict[Any, Any]) -> object:
        """Give a dict as one of JSON, or as pairs where its keys are not all text that means itself."""
        if all(type(key) is str and not key.startswith("$") for key in value):
            return {key: self.encoded(held) for key, held in value.items()}
        return {"$dict": [[self.encoded(key), self.encoded(held)] for key, held in value.items()]}


def numbered(value: Any) -> object:
    """Give a number of NumPy; NotExact for anything else."""
    if not is_number(value):
        raise NotExact("json", f"there is no word in it for a {type(value).__name__}")
    return {"$numpy": [value.dtype.str, base64.b64encode(value.tobytes()).decode(), str(value)]}


def is_number(value: object) -> bool:
    """Whether a value is a number of NumPy, as most metrics are."""
    numpy = sys.modules.get("numpy")
    kinds = (getattr(numpy, "number", None), getattr(numpy, "bool_", None), getattr(numpy, "datetime64", None))
    return numpy is not None and type(value).__module__ == "numpy" and isinstance(value, tuple(filter(None, kinds)))


def decoded(said: Any, other: Callable[[str, Any], Any] | None = None) -> Any:
    """Give the value that JSON says; `other` gives what is said in words that are not ours."""
    if type(said) is list:
        return [decoded(item, other) for item in said]
    if type(said) is not dict:
        return said
    name = next(iter(said), "")
    if not name.startswith("$"):
        return {key: decoded(held, other) for key, held in said.items()}
    if name in CONTAINERS:
        return CONTAINERS[name](decoded(item, other) for item in said[name])
    return UNSAID[name](said[name]) if other is None or name in UNSAID else other(name, said[name])


def decoded_number(said: list[str]) -> object:
    """Give a number of NumPy."""
    import numpy as np  # only who saved such a number needs it

    return np.frombuffer(base64.b64decode(said[1]), dtype=said[0])[0]


WORDS: dict[type, tuple[str, Callable[[Any], object], Callable[[Any], object]]] = {
    complex: ("$complex", repr, complex),
    bytes: ("$bytes", lambda value: base64.b64encode(value).decode(), base64.b64decode),
    bytearray: (
        "$bytearray",
        lambda value: base64.b64encode(value).decode(),
        lambda said: bytearray(base64.b64decode(said)),
    ),
    dt.datetime: ("$datetime", lambda value: value.isoformat(), dt.datetime.fromisoformat),
    dt.date: ("$date", lambda value: value.isoformat(), dt.date.fromisoformat),
    dt.time: ("$time", lambda value: value.isoformat(), dt.time.fromisoformat),
    dt.timedelta: (
        "$timedelta",
        lambda value: [value.days, value.seconds, value.microseconds],
        lambda said: dt.timedelta(*said),
    ),
    decimal.Decimal: ("$decimal", str, decimal.Decimal),
    fractions.Fraction: ("$fraction", str, fractions.Fraction),
    uuid.UUID: ("$uuid", str, uuid.UUID),
    pathlib.PosixPath: ("$path", str, pathlib.PosixPath),
    range: ("$range", lambda value: [value.start, value.stop, value.step], lambda said: range(*said)),
}

CONTAINERS: dict[str, Callable[[Iterator[Any]], object]] = {
    "$tuple": tuple,
    "$set": set,
    "$frozenset": frozenset,
    "$dict": dict,
}

UNSAID: dict[str, Callable[[Any], object]] = {
    "$float": float,
    "$numpy": decoded_number,
    **{name: unsay for name, _, unsay in WORDS.values()},
}

PLAIN = frozenset(map(id, [*JSON_TYPES, float, list, dict, tuple, set, frozenset, *WORDS]))

JSON = Codec("json", ".json", True, fits, write, read, matches)
