"""What a file looks like from outside: enough to tell that it was written again, without reading it."""

from __future__ import annotations

import os
import stat
import sys
import time
from types import ModuleType

from xxhash import xxh3_64, xxh3_64_intdigest

from clew.knowledge.lines import class_module
from clew.model.typed import Any, NamedTuple
from clew.observe.audit import WIRE

FRESH = 50_000_000  # nanoseconds: clocks of file systems tick every 4 ms or so, two writes may share a tick
SMALL = 4 << 20  # bytes: a file of this size is read in about a millisecond
LARGE = 64 << 20  # bytes: beyond this only the ends of a file are read
BLOCK = 1 << 20

STANDARD = os.path.dirname(os.path.abspath(os.__file__))
PATH_TYPES = ("Path", "PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath")


class Stamp(NamedTuple):
    """A file's time (nanoseconds), size and identity; `content` is its hash where the time alone cannot tell.

    A named tuple, not a dataclass: many are made in audit hooks and while walking folders.
    """

    modified: int
    size: int
    inode: int
    device: int
    kind: int
    content: int = 0

    @property
    def folder(self) -> bool:
        """Tell whether it is a folder."""
        return self.kind == stat.S_IFDIR

    @property
    def regular(self) -> bool:
        """Tell whether it is a plain file, with content of its own."""
        return self.kind == stat.S_IFREG


def stamp_of(found: os.stat_result) -> Stamp:
    """Keep what we compare of a stat result."""
    return Stamp(found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev, stat.S_IFMT(found.st_mode))


def stamp(path: str) -> Stamp | None:
    """Look at the file; None where there is none, or none that we may see."""
    try:
        # Most texts that are looked at name no file, and `access` says so without an exception.
        return stamp_of(os.stat(path)) if os.access(path, os.F_OK) else None
    except (OSError, ValueError):
        return None


def sealed(path: str, seen: Stamp | None) -> Stamp | None:
    """Add the content's hash to a stamp so fresh that a second write might leave the same one."""
    if seen is None or not seen.regular or seen.size > SMALL or time.time_ns() - seen.modified > FRESH:
        return seen
    return seen._replace(content=content_hash(path, seen.size) or 0)


def same(path: str, before: Stamp | None, after: Stamp | None) -> bool:
    """Tell whether nobody wrote the file between two looks at it."""
    if before is None or after is None:
        return before is after
    if before[:5] != after[:5]:
        return False
    return not before.content or before.content == content_hash(path, after.size)


def content_hash(path: str, size: int) -> int | None:
    """Hash a file's content (xxh3, 64 bits); of a file above 64 MB the size and both ends. None: unreadable."""
    try:
        with WIRE.own_work(), open(path, "rb", buffering=0) as file:
            if size <= LARGE:
                digest = xxh3_64()
                while block := file.read(BLOCK):
                    digest.update(block)
                return digest.intdigest()
            head = file.read(BLOCK)
            file.seek(-BLOCK, os.SEEK_END)
            return xxh3_64_intdigest(head + file.read(BLOCK) + size.to_bytes(8, "little"))
    except (OSError, ValueError):
        return None


def plain_path(path: Any) -> str | None:
    """Read a path that the program gave, running none of its code; None for descriptors and for types of its own."""
    # Not `isinstance`, which would ask an object of the program's for its `__class__`.
    if issubclass(type(path), str):
        return str.__str__(path)
    if issubclass(type(path), bytes):
        return os.fsdecode(bytes.__getitem__(path, slice(None)))
    return os.fspath(path) if type(path) is os.DirEntry or is_standard_path(path) else None


def is_standard_path(path: object) -> bool:
    """Tell whether an object is a path of `pathlib`'s own types; without it there are none, and it takes long to load."""
    said = class_module(type(path))
    if type(said) is not str or not said.startswith("pathlib"):
        return False
    held = sys.modules.get("pathlib")
    if type(held) is not ModuleType:
        return False
    names = ModuleType.__getattribute__(held, "__dict__")
    place = names.get("__file__")
    ours = type(place) is str and place.startswith(STANDARD)  # the program may have a `pathlib` of its own
    return ours and any(names.get(name) is type(path) for name in PATH_TYPES)


def absolute(path: str) -> str:
    """Anchor a path at the working directory as it is now."""
    if not os.path.isabs(path):
        path = f"{os.getcwd()}{os.sep}{path}"
    return os.path.normpath(path)


def within(folder: str) -> str:
    """What the paths of everything in a folder begin with."""
    return folder if folder.endswith(os.sep) else folder + os.sep
