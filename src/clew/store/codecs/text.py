"""Text as text, bytes as bytes."""

from __future__ import annotations

from typing import BinaryIO

from clew.store.codecs.codec import Codec, read_alike


def write_text(value: str, file: BinaryIO) -> None:
    """Write text in UTF-8, its line ends as they are."""
    file.write(value.encode("utf-8"))


def read_text(file: BinaryIO) -> str:
    """Read text."""
    return file.read().decode("utf-8")


def write_bytes(value: bytes | bytearray, file: BinaryIO) -> None:
    """Write bytes."""
    file.write(value)


def read_bytes(file: BinaryIO) -> bytes:
    """Read bytes."""
    return file.read()


def read_bytearray(file: BinaryIO) -> bytearray:
    """Read bytes that can be changed."""
    return bytearray(file.read())


TEXT = Codec("text", ".txt", True, lambda value: type(value) is str, write_text, read_text, read_alike(read_text))
BYTES = Codec(
    "bytes", ".bin", True, lambda value: type(value) is bytes, write_bytes, read_bytes, read_alike(read_bytes)
)
BYTEARRAY = Codec(
    "bytearray",
    ".bin",
    True,
    lambda value: type(value) is bytearray,
    write_bytes,
    read_bytearray,
    read_alike(read_bytearray),
)
