"""NumPy's own format for arrays."""

from __future__ import annotations

import sys
from typing import Any, BinaryIO

from clew.store.codecs.alikearrays import pieces
from clew.store.codecs.codec import Codec, is_a, library


def is_array(value: Any) -> bool:
    """Whether a value is a plain array of numbers, dates or text of fixed width."""
    return is_a(value, "numpy", "ndarray") and not value.dtype.hasobject


def write_array(value: Any, file: BinaryIO) -> None:
    """Write an array piece by piece."""
    sys.modules["numpy"].save(file, value, allow_pickle=False)


def read_array(file: BinaryIO) -> Any:
    """Read an array; a pickle in its place is refused."""
    return library("numpy", "an array").load(file, allow_pickle=False)


def matches(value: Any, file: BinaryIO) -> bool:
    """Whether the file holds the array: read piece by piece, so that no second array is needed."""
    form = library("numpy.lib.format", "an array")
    version = form.read_magic(file)
    read = form.read_array_header_1_0 if version == (1, 0) else form.read_array_header_2_0
    shape, is_turned, dtype = read(file)
    turned = value.flags.f_contiguous and not value.flags.c_contiguous
    if (shape, is_turned) != (value.shape, turned) or dtype != value.dtype or dtype.metadata != value.dtype.metadata:
        return False
    return all(piece.tobytes() == file.read(piece.nbytes) for piece in pieces(value.T if turned else value))


NPY = Codec("npy", ".npy", True, is_array, write_array, read_array, matches)
