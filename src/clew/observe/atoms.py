"""Values without state of their own, and how the rest is written down when a container is fingerprinted."""

from __future__ import annotations

import marshal
import types
from gc import is_tracked
from itertools import islice

from xxhash import xxh3_64, xxh3_64_intdigest

from clew.knowledge.lines import class_module, class_mro, identity, type_name
from clew.model.data import dataclass, field
from clew.model.quick import cache
from clew.model.typed import Any, Iterable, Iterator

PLAIN: frozenset[type] = frozenset({int, float, complex, bool, str, bytes, type(None), type(Ellipsis)})
"""Exact types that marshal writes by value."""

ATOMS: frozenset[type] = PLAIN | {
    range,
    type(NotImplemented),
    types.CodeType,
    types.GenericAlias,
    types.UnionType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
}
"""Exact types that hold nothing that can change."""

ROWS = PLAIN | {list, tuple, dict}
"""Exact types of which tables of plain data are made."""

BULK = 2000
"""Containers longer than this are looked at as one cell where they hold plain data only."""

CHUNK = 10_000
"""Elements that are fingerprinted at a time."""


def digest_of(values: Iterable[object]) -> int:
    """Fingerprint a row of values: plain ones by value, others by identity."""
    written: list[object] = [*values]
    if not PLAIN.issuperset(map(type, written)):
        written = [value if type(value) in PLAIN else token(value) for value in written]
    return xxh3_64_intdigest(marshal.dumps(written, 2))


def digest_of_one(value: Any) -> int:
    """Fingerprint one value: a plain one by value, another by identity."""
    cls: type = type(value)
    if cls in PLAIN:
        return xxh3_64_intdigest(marshal.dumps(value, 2))
    # An identity needs no hash: tables of functions have thousands, looked at again and again.
    written: Any = token(value) if is_scalar(cls) else None
    return identity(value) if written is None else xxh3_64_intdigest(marshal.dumps(written, 2))


def stateful(values: Iterable[object]) -> list[object]:
    """Those of the values that may have state."""
    held = [*values]
    if ATOMS.issuperset(map(type, held)):
        return []
    return [value for value in held if type(value) not in ATOMS]


def token(value: object) -> object:
    """Write down one value that is not plain: a NumPy scalar by its bytes, anything else by identity."""
    cls: type = type(value)
    if is_scalar(cls):
        return cls.__name__, value.tobytes()  # type: ignore[attr-defined]  # bytes(np.int64(9)) would be 9 zeros
    return None, identity(value)


@cache
def is_scalar(cls: type) -> bool:
    """Tell whether a type is one of NumPy's scalars, whose values are their bytes."""
    names = {type_name(base) for base in class_mro(cls)}
    return class_module(cls) == "numpy" and "numpy.generic" in names and "numpy.object_" not in names


@dataclass(slots=True)
class BulkMemory:
    """What was found of long containers, by address, until the program may have changed them.

    `None` stands for a container that holds more than plain data; `unread` are those that hold plain data, as far as
    can be told without reading them; `mistaken`, those of which that was not so.
    """

    digests: dict[int, int | None] = field(default_factory=dict)
    unread: set[int] = field(default_factory=set)
    mistaken: set[int] = field(default_factory=set)

    def is_bulk(self, value: Any) -> bool:
        """Tell whether a container is long and holds plain data only."""
        if size_of(value) <= BULK:
            return False
        address = identity(value)
        if address in self.unread or address in self.mistaken:
            return True
        if address not in self.digests and _seems_plain(value):
            self.unread.add(address)
            return True
        return self.digest(value) is not None

    def digest(self, value: Any) -> int | None:
        """The fingerprint of a long container of plain data, by value; None for any other container."""
        if size_of(value) <= BULK:
            return None
        address = identity(value)
        if address in self.unread or address not in self.digests:
            found = self.digests[address] = _written(value)
            if found is None and address in self.unread:
                self.mistaken.add(address)
            self.unread.discard(address)
        return self.digests[address]

    def forget(self, addresses: Iterable[int]) -> None:
        """The program may have changed these."""
        for address in addresses:
            self.digests.pop(address, None)
            self.unread.discard(address)
            self.mistaken.discard(address)

    def outdate(self, address: int) -> None:
        """The program changed this one; it holds no more than plain data if it did before."""
        if self.digests.get(address) is not None:
            self.unread.add(address)


def _seems_plain(value: Any) -> bool:
    """Tell from the types of the rows, and from Python's own account of what may hold more, whether data is plain.

    A dict that the garbage collector does not track holds nothing that leads on.
    """
    kinds = set(map(type, _rows(value)))
    return kinds <= PLAIN or (kinds <= ROWS and _plain_rows(value) and not any(map(is_tracked, _rows(value))))


def _rows(value: Any) -> Iterable[Any]:
    return dict.values(value) if issubclass(type(value), dict) else list.__iter__(value)


def size_of(value: Any) -> int:
    """The length of a dict or a list, whatever its class says."""
    return dict.__len__(value) if issubclass(type(value), dict) else list.__len__(value)


def _written(value: Any) -> int | None:
    """The fingerprint of plain data, in C; marshal refuses whatever is not plain."""
    if not set(map(type, _rows(value))) <= ROWS or not _plain_rows(value):
        return None
    digest = xxh3_64()
    try:
        for some in _chunks(value):
            digest.update(marshal.dumps(some, 2))
    except ValueError:
        return None
    return digest.intdigest()


def _chunks(value: Any) -> Iterator[list[Any]]:
    """The elements of a list or the items of a dict, some at a time: marshal makes a copy of what it is given."""
    held = iter(dict.items(value)) if issubclass(type(value), dict) else list.__iter__(value)
    while some := list(islice(held, CHUNK)):
        yield some


def _plain_rows(value: Any) -> bool:
    """Tell whether the first rows hold plain data: marshal would copy arrays instead of refusing them."""
    for row in islice(_rows(value), 20):
        if type(row) in (list, tuple, dict):
            inner = row.values() if type(row) is dict else row
            if not set(map(type, inner)) <= ROWS:
                return False
    return True


BULKS = BulkMemory()
"""One for the process: it has one heap."""
