"""SciPy's own format for sparse matrices and arrays: `.npz`."""

from __future__ import annotations

import sys
from typing import Any, BinaryIO

from clew.store.codecs.alikesparse import KINDS
from clew.store.codecs.codec import Codec, is_a, library, read_alike


def is_sparse(value: Any) -> bool:
    """Whether a value is one of those that SciPy can write; of numbers, not of objects."""
    return any(is_a(value, "scipy.sparse", kind) for kind in KINDS) and not value.dtype.hasobject


def write(value: Any, file: BinaryIO) -> None:
    """Write the arrays that it is made of, as they are."""
    sys.modules["scipy.sparse"].save_npz(file, value, compressed=False)


def read(file: BinaryIO) -> Any:
    """Read it again."""
    return library("scipy.sparse", "a sparse matrix").load_npz(file)


NPZ = Codec("npz", ".npz", True, is_sparse, write, read, read_alike(read))
