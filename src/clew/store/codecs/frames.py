"""Parquet for frames and series of pandas, a group of rows at a time.

What Parquet does not say of a frame is in the file's metadata under `clew`: which columns hold Python objects, the
attributes, and what the columns are called where that is not text. Other tools do without.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from clew.store.codecs import labels, plain
from clew.store.codecs.alike import alike
from clew.store.codecs.codec import FORMATS, Codec, is_a, library

NOTE = b"clew"
GROUP_BYTES, GROUP_ROWS = 64 << 20, 1 << 20


def write_frame(value: Any, file: BinaryIO) -> None:
    """Write a frame; any error of Arrow means that Parquet does not hold it."""
    write_noted(value, noted(value), file)


def read_frame(file: BinaryIO) -> Any:
    """Read a frame."""
    return restored(opened(file).read())


def frame_matches(value: Any, file: BinaryIO) -> bool:
    """Whether the file holds the frame: read a group of rows at a time, so that no second frame is needed."""
    source = opened(file)
    if source.metadata.num_row_groups <= 1:
        return alike(value, restored(source.read()))
    first = source.read(columns=source.schema_arrow.names[:1], use_pandas_metadata=True)
    found = enumerate(groups(value))
    return alike(value.index, restored(first).index) and all(
        alike(unnumbered(rows), unnumbered(restored(source.read_row_group(number)))) for number, rows in found
    )


def write_series(value: Any, file: BinaryIO) -> None:
    """Write a series as a frame of one column."""
    frame = value.to_frame(value.name if type(value.name) is str else "value")
    write_noted(frame, {**noted(frame), "name": plain.Encoding().encoded(value.name)}, file)


def read_series(file: BinaryIO) -> Any:
    """Read a series."""
    source = opened(file)
    frame = restored(source.read())
    series = frame.iloc[:, 0].rename(plain.decoded(note_of(source.schema_arrow)["name"]))
    series.attrs = frame.attrs
    return series


def series_matches(value: Any, file: BinaryIO) -> bool:
    """Whether the file holds the series."""
    return alike(value, read_series(file))


def write_noted(frame: Any, note: object, file: BinaryIO) -> None:
    """Write a frame, and a note about it."""
    arrow, parquet = library("pyarrow", "Parquet", FORMATS), library("pyarrow.parquet", "Parquet", FORMATS)
    named = frame if is_named(frame.columns) else frame.set_axis(texts(frame.columns), axis=1)
    schema = arrow.Schema.from_pandas(named)
    schema = schema.with_metadata({**schema.metadata, NOTE: json.dumps(note).encode()})
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in groups(named):
            table = arrow.Table.from_pandas(rows, schema=schema)
            writer.write_table(table.replace_schema_metadata(schema.metadata))


def noted(frame: Any) -> dict[str, object]:
    """Give what Parquet does not say of a frame; NotExact if its attributes are not plain data."""
    objects = [place for place, dtype in enumerate(frame.dtypes) if is_numpy(dtype) and dtype.kind == "O"]
    note = {"objects": objects, "attrs": plain.Encoding().encoded(frame.attrs)}
    return note if is_named(frame.columns) else {**note, "columns": labels.described(frame.columns)}


def is_named(columns: Any) -> bool:
    """Whether the columns have names as Parquet wants them: text, each another."""
    return bool(columns.nlevels == 1 and columns.is_unique and all(type(label) is str for label in columns))


def texts(columns: Any) -> list[str]:
    """Give columns names as Parquet wants them, as like their own as can be."""
    said = ["/".join(map(str, label)) if type(label) is tuple else str(label) for label in columns]
    return said if len(set(said)) == len(said) else [f"{number} {text}" for number, text in enumerate(said)]


def is_numpy(dtype: Any) -> bool:
    """Whether a dtype is NumPy's own."""
    return type(dtype).__module__.partition(".")[0] == "numpy"


def note_of(schema: Any) -> dict[str, Any]:
    """Give what was noted in a file."""
    note: dict[str, Any] = json.loads((schema.metadata or {}).get(NOTE, b"{}"))
    return note


def opened(file: BinaryIO) -> Any:
    """Open a Parquet file."""
    return library("pyarrow.parquet", "Parquet", FORMATS).ParquetFile(file)


def restored(table: Any) -> Any:
    """Give the frame that a table was made of."""
    note = note_of(table.schema)
    library("pandas", "a DataFrame")
    frame = table.to_pandas()
    for place in note.get("objects", ()):
        if place < frame.shape[1]:
            frame.isetitem(place, objects_of(table.column(place), frame.index))
    if "columns" in note:
        frame.columns = labels.restored(note["columns"])
    frame.attrs = plain.decoded(note.get("attrs", {}))
    return frame


def objects_of(column: Any, index: Any) -> Any:
    """Give a column as Python objects, None where there is none."""
    pandas = sys.modules["pandas"]
    return pandas.Series(column.to_pylist(), index=index, dtype=object)


def groups(frame: Any) -> Iterator[Any]:
    """Give a frame in groups of rows that take some tens of MB each; one group of no rows if it has none."""
    width = int(frame.memory_usage(index=True).sum()) // max(len(frame), 1) + 1
    rows = max(1, min(GROUP_ROWS, GROUP_BYTES // width))
    return (frame.iloc[start : start + rows] for start in range(0, max(len(frame), 1), rows))


def unnumbered(frame: Any) -> Any:
    """Give a frame without its index."""
    return frame.reset_index(drop=True)


PARQUET = Codec(
    "parquet",
    ".parquet",
    True,
    lambda value: is_a(value, "pandas", "DataFrame"),
    write_frame,
    read_frame,
    frame_matches,
    needs="pyarrow",
)
SERIES = Codec(
    "parquet-series",
    ".parquet",
    True,
    lambda value: is_a(value, "pandas", "Series"),
    write_series,
    read_series,
    series_matches,
    needs="pyarrow",
)
