"""Text as text, bytes as bytes, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from clew.store.codecs.codec import Codec

PIECE = 1 << 22


def write_text(value: str, file: BinaryIO) -> None:
    """Write text in UTF-8, its line ends as they are."""
    for piece in text_pieces(value):
        file.write(piece)


def read_text(file: BinaryIO) -> str:
    """Read text."""
    return file.read().decode("utf-8")


def text_matches(value: str, file: BinaryIO) -> bool:
    """Whether the file holds the text."""
    return all(piece == file.read(len(piece)) for piece in text_pieces(value)) and not file.read(1)


def text_pieces(value: str) -> Iterator[bytes]:
    """Give text in pieces; UnicodeEncodeError for what is none."""
    return (value[start : start + PIECE].encode("utf-8") for start in range(0, len(value), PIECE))


def write_bytes(value: bytes | bytearray, file: BinaryIO) -> None:
    """Write bytes."""
    for piece in pieces(value):
        file.write(piece)


def read_bytes(file: BinaryIO) -> bytes:
    """Read bytes."""
    return file.read()


def read_bytearray(file: BinaryIO) -> bytearray:
    """Read bytes that can be changed."""
    return bytearray(file.read())


def bytes_match(value: bytes | bytearray, file: BinaryIO) -> bool:
    """Whether the file holds the bytes."""
    return all(piece == file.read(len(piece)) for piece in pieces(value)) and not file.read(1)


def pieces(value: bytes | bytearray) -> Iterator[memoryview]:
    """Give bytes in pieces, without a copy."""
    view = memoryview(value)
    return (view[start : start + PIECE] for start in range(0, len(view), PIECE))


TEXT = Codec("text", ".txt", True, lambda value: type(value) is str, write_text, read_text, text_matches)
BYTES = Codec("bytes", ".bin", True, lambda value: type(value) is bytes, write_bytes, read_bytes, bytes_match)
BYTEARRAY = Codec(
    "bytearray", ".bin", True, lambda value: type(value) is bytearray, write_bytes, read_bytearray, bytes_match
)
