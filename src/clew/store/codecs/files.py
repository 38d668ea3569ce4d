"""Files as they are, for `clew.file("out.csv")`."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import BinaryIO

from clew.model.files import File
from clew.store.codecs.codec import Codec

CHUNK = 1 << 20


def write(value: File, file: BinaryIO) -> None:
    """Copy the file's bytes."""
    with open(value.path, "rb") as source:
        shutil.copyfileobj(source, file, CHUNK)


def read(file: BinaryIO) -> File:
    """Write the bytes to a file in a folder of its own, which goes when nobody holds the value any more."""
    home = tempfile.TemporaryDirectory(prefix="clew-")
    path = os.path.join(home.name, "file")
    with open(path, "wb") as copy:
        shutil.copyfileobj(file, copy, CHUNK)
    return File(path, home)


def matches(value: File, file: BinaryIO) -> bool:
    """Whether the bytes are those of the file."""
    with open(value.path, "rb") as source:
        while (mine := source.read(CHUNK)) == (kept := file.read(CHUNK)):
            if not mine and not kept:
                return True
    return False


def named(value: File, name: str) -> File:
    """Give a copy of a kept file its own name back."""
    path = os.path.join(os.path.dirname(value.path), os.path.basename(name) or "file")
    os.replace(value.path, path)
    return File(path, value.home)


FILE = Codec("file", "", True, lambda value: type(value) is File, write, read, matches)
