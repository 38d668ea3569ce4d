"""Parquet for frames and series of pandas, a group of rows at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from clew.store.codecs import plain
from clew.store.codecs.alike import alike
from clew.store.codecs.codec import FORMATS, Codec, is_a, library
from clew.store.codecs.framenotes import NOTE, is_named, note_of, noted, restored, texts

GROUP_BYTES, GROUP_ROWS = 24 << 20, 1 << 20


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
    first = source.read(columns=[], use_pandas_metadata=True)
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


def opened(file: BinaryIO) -> Any:
    """Open a Parquet file, to be read as a frame."""
    library("pandas", "a DataFrame")
    return library("pyarrow.parquet", "Parquet", FORMATS).ParquetFile(file)


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
