"""polars: frames and series, whose memory cannot change but whose columns can be replaced in place."""

from __future__ import annotations

from clew.model.typed import Any, Callable
from clew.observe.digests import of_array, of_items, of_plain
from clew.observe.kind import Digest, Kind, Opaque, Reach
from clew.observe.kinds.arrays import constant, nothing
from clew.observe.kinds.plain import ORDER
from clew.observe.kinds.raw import attribute

LONGEST_LISTED = 10_000
"""Rows of nested data that are listed where polars does not hash them."""


def frame_reach(df: Any) -> Reach:
    """Name the columns; they hold no objects of their own."""
    return Reach(parts=dict.fromkeys(attribute(attribute(df, "_df"), "columns")(), ()))


def frame_digest(df: Any) -> Digest | Opaque:
    """Digest a frame by column."""
    rust = attribute(df, "_df")
    names = attribute(rust, "columns")()
    dtypes = [str(dtype) for dtype in attribute(rust, "dtypes")()]
    try:
        parts = {name: of_plain((dtype, _column(rust, name))) for name, dtype in zip(names, dtypes, strict=True)}
    except Exception as error:  # polars raises its own for columns that it cannot hash, of Python objects
        return Opaque(f"a polars column that cannot be hashed: {type(error).__name__}")
    return Digest(of_plain(attribute(rust, "height")()), {**parts, ORDER: of_plain(names)})


def _column(rust: Any, name: str) -> int:
    return _rows(attribute(rust, "get_column")(name), lambda: attribute(rust, "select")([name]))


def _rows(series: Any, framed: Callable[[], Any]) -> int:
    """Digest the values of a series, which is alone in a frame for polars to hash its rows."""
    view = _seen(series)
    if view is not None:
        return of_array(view)
    try:
        return _hashed(framed())
    except Exception:  # polars' own: before 1.0 it does not hash lists
        if not _is_nested(series):
            raise
        return of_plain(attribute(series, "to_list")())


def _is_nested(series: Any) -> bool:
    """Tell whether a series is one of lists or of records, and short enough to be listed."""
    nested = str(attribute(series, "dtype")()).startswith(("List", "Array", "Struct"))
    return nested and attribute(series, "len")() <= LONGEST_LISTED


def _seen(series: Any) -> Any:
    """Return a series' memory as a NumPy array where it is one, without a copy."""
    look = attribute(series, "to_numpy_view")
    nulls = attribute(series, "has_nulls") or attribute(series, "null_count", bool)  # the older of the two counts
    return None if look is None or nulls() else look()


def _hashed(rust: Any) -> int:
    """Let polars hash the rows; older versions take four seeds."""
    hash_rows = attribute(rust, "hash_rows")
    try:
        rows = hash_rows(0)
    except TypeError:
        rows = hash_rows(0, 1, 2, 3)
    view = _seen(rows)
    return of_array(view) if view is not None else of_items(attribute(rows, "to_list")())


def series_digest(s: Any) -> Digest | Opaque:
    """Digest a series: name, type and values."""
    rust = attribute(s, "_s")
    said = (attribute(rust, "name")(), str(attribute(rust, "dtype")()), attribute(rust, "len")())
    try:
        rows = _rows(rust, lambda: _framed(s))
    except Exception as error:  # as above
        return Opaque(f"a polars series that cannot be hashed: {type(error).__name__}")
    return Digest(of_plain((*said, rows)))


def _framed(s: Any) -> Any:
    """Return a frame of one column, as Rust holds it: only frames hash rows in every version."""
    return attribute(type(s).__dict__["to_frame"](s), "_df")


KINDS = (
    Kind("polars frame", ("polars.dataframe.frame.DataFrame", "polars.internals.dataframe.frame.DataFrame"),
         frame_reach, frame_digest, frozenset({"_df", "_accessors"})),
    Kind("polars series", ("polars.series.series.Series", "polars.internals.series.series.Series"),
         nothing, series_digest, frozenset({"_s", "_accessors"})),
    Kind("polars query", ("polars.lazyframe.frame.LazyFrame", "polars.expr.expr.Expr", "polars.lazyframe.group_by.LazyGroupBy"),
         nothing, constant, frozenset({"_ldf", "_pyexpr", "_accessors"})),
)  # fmt: skip
