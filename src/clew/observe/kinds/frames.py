"""pandas, polars and Arrow: frames by column, series, indexes, and the objects that stand for a frame.

A part of a frame is one column; the index, which every column is seen with, belongs to the whole. Blocks, their
consolidation and the library's caches are not state.
"""

from __future__ import annotations

from _weakref import ref

from clew.knowledge.lines import identity
from clew.model.typed import Any, Iterable, Iterator, Mapping
from clew.observe.digests import ATOMS, of_mapping, of_plain
from clew.observe.kind import Digest, Kind, Opaque, Reach
from clew.observe.kinds.arrays import constant, nothing
from clew.observe.kinds.columns import content, frequency, held, labels, memory, names
from clew.observe.kinds.plain import ORDER
from clew.observe.kinds.raw import attribute, attributes, class_digest, loaded

FRAME_OWN = frozenset({"_mgr", "_item_cache", "_attrs", "_flags", "_is_copy", "_name", "_cacher", "_index", "_cache"})
INDEX_OWN = frozenset(
    {"_data", "_name", "_names", "_cache", "_id", "_references", "_range", "_freq", "_levels", "_codes", "sortorder",
     "_engine", "_reset_identity", "_no_setting_name"}
)  # fmt: skip


def columns(manager: Any) -> Iterator[tuple[int, Any]]:
    """Yield the place and the values of each column, from blocks or (pandas 1.3 to 2.x) from single arrays."""
    blocks = attribute(manager, "blocks")
    if blocks is None:
        yield from enumerate(attribute(manager, "arrays"))
        return
    for block in blocks:
        values, places = attribute(block, "values"), attribute(block, "_mgr_locs")
        places = attribute(block, "mgr_locs") if places is None else places
        if values.ndim == 1:
            yield from ((place, values) for place in places)
        else:
            yield from ((place, values[row]) for row, place in enumerate(places))


def arrays(manager: Any) -> list[Any]:
    """Return the arrays that a manager keeps, each once, whatever number of columns each holds."""
    blocks = attribute(manager, "blocks")
    return list(attribute(manager, "arrays")) if blocks is None else [attribute(block, "values") for block in blocks]


def frame_reach(df: Any) -> Reach:
    """Lead from a frame to its labels and, by column, to the objects in it; its memory is shared with its views."""
    state = attributes(df)
    manager = state.get("_mgr")
    if manager is None:
        return Reach()
    header, index = attribute(manager, "axes")
    found = arrays(manager)
    parts: dict[str, tuple[object, ...]] = {name: () for name in _part_names(header) if name is not None}
    if any(held(values) for values in found):
        parts |= _held_by_column(manager, _part_names(header))
    return Reach([header, index, *_own_children(state)], parts, *_shared(found))


def _shared(found: Iterable[Any]) -> tuple[list[object], list[object]]:
    """Return the memory that a frame shares with its views, or is lent where the library copies on write."""
    whose = [each for values in found for each in memory(values)]
    return ([], whose) if copies_on_write() else (whose, [])


def copies_on_write() -> bool:
    """Tell whether a write to a frame can never be seen through another: always from pandas 3 on."""
    asked = loaded("pandas._config", "using_copy_on_write")
    return bool(asked()) if asked is not None else str(loaded("pandas", "__version__")) >= "3"


def _held_by_column(manager: Any, said: list[str | None]) -> dict[str, tuple[object, ...]]:
    found = ((said[place], held(values)) for place, values in columns(manager))
    return {name or "": tuple(objects) for name, objects in found if objects}


def _own_children(state: Mapping[str, Any]) -> list[object]:
    """Return the attributes that the user set on a frame, and its `attrs`."""
    extra = [value for name, value in state.items() if name not in FRAME_OWN and type(value) not in ATOMS]
    return [state["_attrs"], *extra] if state.get("_attrs") else extra


def frame_digest(df: Any) -> Digest | Opaque:
    """Digest a frame by column; `whole` is the index, the class, attrs and flags; ORDER is a part of its own."""
    state = attributes(df)
    manager = state.get("_mgr")
    if manager is None:
        return Opaque("a frame under construction")
    header, index = attribute(manager, "axes")
    rows = labels(index)
    said = _part_names(header)
    parts: dict[str, int] = {}
    nameless: list[tuple[int, int]] = []
    for place, values in columns(manager):
        _note(said[place], place, content(values), parts, nameless)
    # Which columns there are is a part of its own: who reads one column does not care for the others.
    parts[ORDER] = labels(header)
    return Digest(of_plain((class_digest(df), rows, sorted(nameless), _manners(state))), parts)


def has_column(df: Any, name: str) -> bool:
    """Tell whether a frame has a column of that name."""
    manager = attributes(df).get("_mgr")
    return manager is not None and name in _part_names(attribute(manager, "axes")[0])


def place_of(df: Any, name: str) -> int | None:
    """Find the one column of that name: its place, -1 where there is none; None where that cannot be told."""
    manager = attributes(df).get("_mgr")
    said = [] if manager is None else _part_names(attribute(manager, "axes")[0])
    if manager is None or said.count(name) > 1:
        return None
    return said.index(name) if name in said else -1


def column_seen(df: Any, name: str) -> int | None:
    """Digest the one column of that name, 0 where there is none; None where that cannot be told."""
    place = place_of(df, name)
    if place is None or place < 0:
        return None if place is None else 0
    return content(_column_at(df, place))


def column_leads_on(df: Any, name: str) -> bool:
    """Tell whether a column, by its name, leads to anything: objects in it, or memory shared with others."""
    place = place_of(df, name)
    return place is None or place < 0 or not copies_on_write() or bool(held(_column_at(df, place)))


def header_alone(df: Any) -> object | None:
    """Return the labels of a frame's columns, if the frame leads to them by nothing else."""
    state = attributes(df)
    header, index = attribute(state["_mgr"], "axes")
    return None if header is index or _own_children(state) else header


def column_and_header_reach(df: Any, name: str) -> Reach | None:
    """Lead to what a frame leads to for a column and for its header; None where the column holds objects."""
    place = place_of(df, name)
    if place is None or place < 0 or held(values := _column_at(df, place)):
        return None
    keys, lent = _shared([values])
    return Reach([attribute(attributes(df)["_mgr"], "axes")[0]], keys=keys, lent=lent)


def _column_at(df: Any, place: int) -> Any:
    manager = attributes(df)["_mgr"]
    blocks, numbers = attribute(manager, "blocks"), attribute(manager, "blknos")
    if blocks is None or numbers is None:
        return next(values for other, values in columns(manager) if other == place)
    values = attribute(blocks[numbers[place]], "values")
    return values if values.ndim == 1 else values[attribute(manager, "blklocs")[place]]


def _note(name: str | None, place: int, seen: int, parts: dict[str, int], nameless: list[tuple[int, int]]) -> None:
    """Put down one column: under its name, with others of that name, or, where its name is no text, in the whole."""
    if name is None:
        nameless.append((place, seen))
    else:
        parts[name] = seen if name not in parts else of_plain((parts[name], seen))


def _part_names(header: Any) -> list[str | None]:
    """Return the column names that are texts, and None for the others. An index's labels never change."""
    known = NAMED.get(identity(header))
    if known is not None and known[0]() is header:
        return known[1]
    said = [name if type(name) is str else None for name in header.tolist()]
    if len(NAMED) >= FEW:
        NAMED.clear()
    NAMED[identity(header)] = ref(header), said
    return said


NAMED: dict[int, tuple[ref[Any], list[str | None]]] = {}
"""The names that headers were found to hold, by their addresses, as long as they live."""

FEW = 100


def _manners(state: Mapping[str, Any]) -> tuple[int, bool, int]:
    """Digest a frame's attrs, flags and whatever the user set on it."""
    attrs = state.get("_attrs") or {}
    extra = [(name, value) for name, value in state.items() if name not in FRAME_OWN]
    unique = not attribute(state.get("_flags"), "_allows_duplicate_labels", True)
    return of_mapping(attrs.items()), unique, of_mapping(extra)


def series_reach(s: Any) -> Reach:
    """Lead from a series to the objects in it; its memory and labels are shared with its frame and views."""
    state = attributes(s)
    manager = state.get("_mgr")
    if manager is None:
        return Reach()
    found = arrays(manager)
    objects = [whose for values in found for whose in held(values)]
    keys, lent = _shared(found)
    return Reach([*attribute(manager, "axes"), *_own_children(state), *objects], keys=keys, lent=lent)


def series_digest(s: Any) -> Digest | Opaque:
    """Digest a series: its values, index, name, attrs and flags."""
    state = attributes(s)
    manager = state.get("_mgr")
    if manager is None:
        return Opaque("a series under construction")
    seen = [content(values) for values in arrays(manager)]
    name = of_mapping((("name", state.get("_name")),))
    return Digest(of_plain((class_digest(s), labels(attribute(manager, "axes")[0]), seen, name, _manners(state))))


def index_digest(index: Any) -> Digest:
    """Digest what can change of an index: its names."""
    return Digest(of_plain((class_digest(index), names(index), frequency(index))))


def column_reach(values: Any) -> Reach:
    """Lead from an extension array to the objects in it; its memory is shared with the frames that hold it."""
    return Reach(held(values), keys=memory(values))


def column_digest(values: Any) -> Digest:
    """Digest the values of an extension array."""
    return Digest(content(values))


def standing_reach(x: Any) -> Reach:
    """Lead from an object that stands for a frame (grouped, rolling, an accessor) to the frame."""
    state = attributes(x)
    frames = [state.get(name) for name in ("obj", "_parent", "_data", "_obj", "keys", "data")]
    frames.append(attribute(x, "obj"))
    seen = {identity(found): found for found in frames if type(found) not in ATOMS}
    return Reach(tuple(seen.values()))


KINDS = (
    Kind("calendar offset", ("pandas._libs.tslibs.offsets.BaseOffset", "pandas.DateOffset"), nothing, constant),
    Kind("frame", ("pandas.DataFrame", "pandas.core.frame.DataFrame"), frame_reach, frame_digest, FRAME_OWN),
    Kind("series", ("pandas.Series", "pandas.core.series.Series"), series_reach, series_digest, FRAME_OWN),
    Kind("index", ("pandas.Index", "pandas.core.indexes.base.Index"), nothing, index_digest, INDEX_OWN),
    Kind(
        "extension array",
        ("pandas.api.extensions.ExtensionArray", "pandas.core.arrays.base.ExtensionArray"),
        column_reach,
        column_digest,
    ),
    Kind(
        "grouped or accessed frame",
        (
            "pandas.core.groupby.groupby.BaseGroupBy",
            "pandas.core.window.rolling.BaseWindow",
            "pandas._libs.indexing.NDFrameIndexerBase",
            "pandas.core.strings.accessor.StringMethods",
            "pandas.core.accessor.PandasDelegate",
            "pandas.plotting.PlotAccessor",
            "pandas.plotting._core.PlotAccessor",
        ),
        standing_reach,
        constant,
    ),
    Kind(
        "Arrow memory",
        ("pyarrow.lib._PandasConvertible", "pyarrow.lib._Tabular", "pyarrow.lib.RecordBatch", "pyarrow.lib.Schema",
         "pyarrow.lib.DataType", "pyarrow.lib.Field", "pyarrow.lib._Weakrefable"),
        nothing,
        constant,
    ),
)  # fmt: skip
