"""Parquet for frames and series of polars, which writes it by itself."""

from __future__ import annotations

from typing import Any, BinaryIO

from clew.store.codecs.codec import Codec, is_a, library, read_alike


def write_frame(value: Any, file: BinaryIO) -> None:
    """Write a frame; polars refuses types that Parquet does not hold."""
    value.write_parquet(file, compression="zstd")


def read_frame(file: BinaryIO) -> Any:
    """Read a frame."""
    return library("polars", "a frame of polars").read_parquet(file)


def write_series(value: Any, file: BinaryIO) -> None:
    """Write a series as a frame of one column."""
    write_frame(value.to_frame(), file)


def read_series(file: BinaryIO) -> Any:
    """Read a series."""
    return read_frame(file).to_series()


FRAME = Codec(
    "polars",
    ".parquet",
    True,
    lambda value: is_a(value, "polars", "DataFrame"),
    write_frame,
    read_frame,
    read_alike(read_frame),
)
SERIES = Codec(
    "polars-series",
    ".parquet",
    True,
    lambda value: is_a(value, "polars", "Series"),
    write_series,
    read_series,
    read_alike(read_series),
)
