"""Blobs in a folder of this machine, or of a file server."""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from clew.model.data import dataclass
from clew.store.progress import Told

DRAFTS, LOCK = "drafts", "lock"
HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of blobs. A blob is moved in by one rename, after its bytes are on the disk."""

    root: Path
    in_place: bool = True

    def draft(self) -> BinaryIO:
        """Open a new file in the same file system, so that it can be moved."""
        drafts = self.root / DRAFTS
        drafts.mkdir(parents=True, exist_ok=True)
        return open(drafts / uuid.uuid4().hex, "x+b")  # closed by `commit` or `drop`

    def commit(self, draft: BinaryIO, name: str, told: Told) -> None:
        """Move a draft to its name. What was there is replaced: it is the same, or was damaged.

        The blob is as old as its commit: a value that took a day to write is not yet an orphan.
        """
        target = self._path(name)
        draft.flush()
        os.fsync(draft.fileno())
        seal(draft.name)
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            keep_names(self.root)
        with self._locked():
            os.utime(draft.name)
            os.replace(draft.name, target)
        keep_names(target.parent)

    def drop(self, draft: BinaryIO) -> None:
        """Close a draft, and remove it if it is one still."""
        with suppress(OSError):  # a full disk: what was to be written is not wanted any more
            draft.close()
        with suppress(FileNotFoundError):
            os.unlink(draft.name)

    def open(self, name: str) -> BinaryIO:
        """Open a blob; FileNotFoundError if there is none."""
        return open(self._path(name), "rb")

    def size(self, name: str) -> int | None:
        """Tell how many bytes a blob has; None if there is none."""
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError:
            return None

    def names(self) -> Iterator[tuple[str, int]]:
        """Give each blob and its size."""
        for path in sorted(self.root.glob("[0-9a-f][0-9a-f]/*")):
            size = self.size(path.name) if is_hash(path.name) else None
            if size is not None:
                yield path.name, size

    def remove(self, name: str) -> None:
        """Remove a blob, if it is there."""
        self._path(name).unlink(missing_ok=True)

    def remove_older(self, name: str, seconds: float) -> bool:
        """Remove a blob unless it was committed in the last `seconds`; tell whether it was removed.

        The lock is why no commit comes between the look and the removal.
        """
        path = self._path(name)
        with self._locked():
            if not path.exists() or self._now() - path.stat().st_mtime < seconds:
                return False
            path.unlink()
            return True

    def remove_drafts(self, seconds: float) -> None:
        """Remove the drafts that nobody has written to for so long."""
        before = self._now() - seconds
        for path in (self.root / DRAFTS).glob("*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()

    def _path(self, name: str) -> Path:
        return self.root / name[:2] / name

    def _now(self) -> float:
        """Give the time by the clock that dates the files, which may be a server's."""
        lock = self.root / LOCK
        if not lock.exists():
            return time.time()
        os.utime(lock)
        return lock.stat().st_mtime

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Be the only one who moves a blob in or out."""
        lock = os.open(self.root / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            with suppress(OSError):  # a file system without locks: an instant's risk, not a refusal
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def is_hash(name: str) -> bool:
    """Whether a file's name is that of a blob."""
    return len(name) == 64 and HEX.issuperset(name)


def seal(path: str) -> None:
    """Take the right to write from a file, so that nobody changes it by mistake."""
    os.chmod(path, os.stat(path).st_mode & 0o444)


def keep_names(folder: Path) -> None:
    """Have the names in a folder outlive a power cut."""
    file = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems cannot, and need not
            os.fsync(file)
    finally:
        os.close(file)
