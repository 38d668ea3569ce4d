"""Lists, dicts, sets and their like."""

from __future__ import annotations

import marshal

from xxhash import xxh3_64_intdigest

from clew.knowledge.lines import identity
from clew.model.quick import deque
from clew.model.typed import Any
from clew.observe.atoms import ATOMS, BULKS, PLAIN, digest_of, digest_of_one, stateful, token
from clew.observe.kind import Digest, Kind, Opaque, Reach

ORDER = "*"
"""The part that says which parts there are, in which order."""

MISTAKEN = Opaque("a long container that holds more than it seemed to")

NOTHING = digest_of(())
"""The fingerprint of what is empty."""


def list_reach(value: Any) -> Reach:
    """The elements of a list that have state; none of a long list of plain data."""
    if BULKS.is_bulk(value):
        return Reach()
    return Reach(stateful(list.__iter__(value)))


def list_digest(value: Any) -> Digest | Opaque:
    """By the elements in their order."""
    if (bulk := BULKS.digest(value)) is not None:
        return Digest(bulk)
    if identity(value) in BULKS.mistaken:
        return MISTAKEN
    return Digest(digest_of(list.__iter__(value)))


def dict_reach(value: Any) -> Reach:
    """The values of a dict that have state, by key where the keys are texts."""
    if BULKS.is_bulk(value):
        return Reach()
    parts = {key: () if type(held) in ATOMS else (held,) for key, held in dict.items(value) if type(key) is str}
    if len(parts) == dict.__len__(value):
        return Reach((), parts)
    return Reach(stateful(part for item in dict.items(value) if type(item[0]) is not str for part in item), parts)


def dict_digest(value: Any) -> Digest | Opaque:
    """By key where the keys are texts."""
    if (bulk := BULKS.digest(value)) is not None:
        return Digest(bulk)
    if identity(value) in BULKS.mistaken:
        return MISTAKEN
    parts = {key: digest_of_one(held) for key, held in dict.items(value) if type(key) is str}
    parts[ORDER] = digest_of(parts)
    if len(parts) > dict.__len__(value):
        return Digest(NOTHING, parts)
    rest = [part for item in dict.items(value) if type(item[0]) is not str for part in item]
    return Digest(digest_of(rest), parts)


def set_reach(value: Any) -> Reach:
    """The elements of a set that have state."""
    return Reach(stateful(set.__iter__(value)))


def set_digest(value: Any) -> Digest:
    """By the elements, in no order."""
    return Digest(sum(_one(element) for element in set.__iter__(value)) & (2**64 - 1))


def _one(element: object) -> int:
    written: Any = element if type(element) in PLAIN else token(element)
    return int(xxh3_64_intdigest(marshal.dumps(written, 2)))


def deque_reach(value: Any) -> Reach:
    """The elements of a deque that have state."""
    return Reach(stateful(deque.__iter__(value)))


def deque_digest(value: Any) -> Digest:
    """By the elements in their order."""
    return Digest(digest_of(deque.__iter__(value)))


def bytes_digest(value: Any) -> Digest | Opaque:
    """By content."""
    return Digest(int(xxh3_64_intdigest(memoryview(value))))


def nothing(value: Any) -> Reach:
    """Leads nowhere."""
    return Reach()


KINDS = (
    Kind("list", ("builtins.list",), list_reach, list_digest),
    Kind("dict", ("builtins.dict",), dict_reach, dict_digest),
    Kind("set", ("builtins.set",), set_reach, set_digest),
    Kind("deque", ("collections.deque",), deque_reach, deque_digest),
    Kind("bytes", ("builtins.bytearray", "array.array"), nothing, bytes_digest),
)
