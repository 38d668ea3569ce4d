"""A draft: the file that a value is written to, hashed as it grows."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, BinaryIO

from clew.model.artifacts import Blob
from clew.store.progress import Told, nobody

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer  # only type checkers have it

CHUNK = 1 << 20  # bytes read at a time
IN_MEMORY = 32 << 20  # a blob up to this size is copied in memory, a bigger one on the disk


class Draft(io.RawIOBase):
    """Writes to a file and hashes what it writes. It only goes forward; what was written is never changed.

    `failed` is what went wrong with the file itself, so that it is not taken for a fault of what is written.
    """

    def __init__(self, file: BinaryIO, told: Told = nobody) -> None:
        self._file, self._told = file, told
        self._hash, self._size = hashlib.sha256(), 0
        self.failed: OSError | None = None

    def writable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """How many bytes were written."""
        return self._size

    def write(self, data: ReadableBuffer) -> int:
        """Write all of `data`."""
        view = memoryview(data).cast("B") if memoryview(data).nbytes else memoryview(b"")
        try:
            self._file.write(view)
        except OSError as error:
            self.failed = error
            raise
        self._hash.update(view)
        self._size += len(view)
        self._told("writing", self._size)
        return len(view)

    def finish(self) -> None:
        """Hand what was written to the system."""
        self._file.flush()

    def blob(self) -> Blob:
        """Give the name of what was written."""
        return Blob(self._hash.hexdigest(), self._size)
