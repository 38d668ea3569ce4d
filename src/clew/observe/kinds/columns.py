"""What pandas keeps in its columns and labels: NumPy arrays, extension arrays, indexes, Arrow memory."""

from __future__ import annotations

import sys

from xxhash import xxh3_64

from clew.model.typed import Any, Callable, Mapping
from clew.observe.digests import ATOMS, of_array, of_items, of_plain, of_text
from clew.observe.kinds.arrays import array_items, owner
from clew.observe.kinds.raw import attribute, attributes, lively

CACHES = frozenset({"_cache", "_readonly", "_id", "_references", "_freq"})
ARROW_LIMIT = 1 << 24  # bytes of Arrow memory read whole; beyond, its address and samples tell columns apart
SAMPLE = 1 << 16


def content(values: Any) -> int:
    """Digest the values of a column: a NumPy array, an extension array, Arrow memory, or labels."""
    if issubclass(type(values), sys.modules["numpy"].ndarray):
        return of_plain((values.dtype.str, values.shape, of_array(values)))
    found = _reader(type(values))
    return found(values) if found else _extension(values)


def _extension(values: Any) -> int:
    """Digest an extension array by what it is made of; of strangers, by what their `__dict__` holds."""
    said: list[object] = [type(values).__name__]
    backed = attribute(values, "_ndarray")
    if backed is not None:
        said += [content(backed), _extra(attribute(values, "_dtype"))]
    for name, part in attributes(values).items():
        if name not in CACHES:
            said += [name, part if type(part) in ATOMS else _extra(part)]
    return of_plain(said)


def _extra(part: Any) -> int:
    """Digest one component of an extension array: memory by content, a categorical type by its categories."""
    cls = type(part)
    if issubclass(cls, sys.modules["numpy"].ndarray):
        return content(part)
    reader = _reader(cls)
    if reader is not None:
        return reader(part)
    if attribute(part, "_ndarray") is not None:
        return _extension(part)
    if cls.__module__.startswith(("pandas.", "numpy.")) or cls.__module__ in ("pandas", "numpy"):
        return of_text(f"{cls.__name__} {part}")
    return of_items([part])


def labels(index: Any) -> int:
    """Digest an index: its labels and their names."""
    state = attributes(index)
    spread = state.get("_range")
    if spread is not None:
        return of_plain(("range", spread.start, spread.stop, spread.step, names(index)))
    if "_levels" in state:
        return of_plain((names(index), _levels(state)))
    data = state.get("_data")
    return of_plain((type(index).__name__, names(index), frequency(index), 0 if data is None else content(data)))


def frequency(index: Any) -> str:
    """Return the frequency that somebody gave an index of times, as text."""
    state = attributes(index)
    given = state.get("_freq") or attribute(state.get("_data"), "_freq")
    return str(attribute(given, "freqstr", ""))


def names(index: Any) -> int:
    """Digest the name of an index, or the names of its levels."""
    state = attributes(index)
    many = state.get("_names")
    return of_items(list(many)) if many is not None else of_items([state.get("_name")])


def _levels(state: Mapping[str, Any]) -> list[int]:
    """Digest the levels and codes of a MultiIndex, which FrozenLists (plain lists) hold."""
    return [labels(level) for level in state["_levels"]] + [content(codes) for codes in state["_codes"]]


def _categories(dtype: Any) -> int:
    index = attribute(dtype, "_categories")
    return of_plain((bool(attribute(dtype, "_ordered")), 0 if index is None else labels(index)))


def _sparse_places(index: Any) -> int:
    spots = [attribute(index, name) for name in ("indices", "blocs", "blengths")]
    return of_plain([of_array(spot) for spot in spots if spot is not None])


def arrow(values: Any) -> int:
    """Digest Arrow memory, which cannot change: what it is, and its bytes (of very much of it, samples)."""
    chunks = attribute(values, "chunks")
    digest = xxh3_64(str(attribute(values, "type")).encode())
    for chunk in [values] if chunks is None else chunks:
        digest.update(of_plain((len(chunk), chunk.offset)).to_bytes(8, "little"))
        for buffer in chunk.buffers():
            _feed(digest, buffer)
        words = attribute(chunk, "dictionary")
        if words is not None:
            digest.update(arrow(words).to_bytes(8, "little"))
    return digest.intdigest()


def _feed(digest: xxh3_64, buffer: Any) -> None:
    if buffer is None:
        return
    if buffer.size <= ARROW_LIMIT:
        digest.update(buffer)
        return
    digest.update(of_plain((buffer.address, buffer.size)).to_bytes(8, "little"))
    view = memoryview(buffer)
    for start in range(0, buffer.size - SAMPLE, buffer.size // 16):
        digest.update(view[start : start + SAMPLE])


def _reader(cls: type) -> Callable[[Any], int] | None:
    """Find the digest for the components of pandas' own arrays, by the name of their class."""
    return _READERS.get(cls.__name__)


_INDEXES = (
    "Index", "RangeIndex", "MultiIndex", "DatetimeIndex", "TimedeltaIndex", "PeriodIndex", "CategoricalIndex",
    "IntervalIndex", "Int64Index", "UInt64Index", "Float64Index", "NumericIndex",
)  # fmt: skip
_READERS: dict[str, Callable[[Any], int]] = {
    **dict.fromkeys(_INDEXES, labels),
    "CategoricalDtype": _categories,
    "IntIndex": _sparse_places,
    "BlockIndex": _sparse_places,
    "ChunkedArray": arrow,
}


def memory(values: Any) -> list[object]:
    """Return what a column shares with its views: its array object and the owners of its memory."""
    ndarray = sys.modules["numpy"].ndarray
    if issubclass(type(values), ndarray):
        return [found for found in owner(values) if found is not None]
    parts = [attribute(values, "_ndarray"), *attributes(values).values()]
    shared: list[object] = [values]
    for part in parts:
        if part is not None and issubclass(type(part), ndarray):
            shared += memory(part)
    return shared


def held(values: Any) -> list[object]:
    """Return the objects with state of their own in a column of objects."""
    ndarray = sys.modules["numpy"].ndarray
    if issubclass(type(values), ndarray):
        return array_items(values) if values.dtype.kind == "O" else []
    backed: Any = attributes(values).get("_data")
    if type(backed) is ndarray and backed.dtype.kind == "O":
        return lively(backed.tolist())
    return []
