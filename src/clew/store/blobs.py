"""Blobs: bytes under the name of what they contain, in a folder, a bucket or memory.

    blobs/ab/ab12...  a blob, named by its SHA-256
    blobs/drafts/     what is being written

A draft becomes a blob in one move, so a blob is there whole or not at all, whenever the process dies. Equal bytes are
one blob. Whatever is read is hashed first: what is not what its name says is never handed out.

Nobody counts who needs a blob: the catalog's rows name them, and `gc` removes what none names. A row is written after
its blob, so a blob without a row may be one whose row is just being written. That is why `gc` leaves what is younger
than its grace, and why putting a blob that is there already makes it young again.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from clew.errors import DamagedBlob, MissingBlob
from clew.model.artifacts import Blob
from clew.model.data import dataclass
from clew.store.bucket import Bucket
from clew.store.drafts import CHUNK, IN_MEMORY, Draft
from clew.store.folder import Folder
from clew.store.progress import Told, nobody
from clew.store.urls import masked

GRACE = 24 * 3600.0  # seconds; a save takes less from its blob to its row
BATCH = 1000  # blobs that `gc` judges before it asks anew what is needed


class Shelf(Protocol):
    """Where blobs lie."""

    @property
    def in_place(self) -> bool:
        """Whether an opened blob is a file of this machine."""

    def draft(self) -> BinaryIO:
        """Open a new file to write and read, which nobody else sees."""

    def commit(self, draft: BinaryIO, name: str, told: Told) -> None:
        """Make a draft the blob of that name in one move; it is as young as a new one if it was there."""

    def drop(self, draft: BinaryIO) -> None:
        """Forget a draft; nothing happens to one that was committed."""

    def open(self, name: str) -> BinaryIO:
        """Open a blob; FileNotFoundError if there is none."""

    def size(self, name: str) -> int | None:
        """Tell how many bytes a blob has; None if there is none."""

    def names(self) -> Iterator[tuple[str, int]]:
        """Give each blob and its size."""

    def remove(self, name: str) -> None:
        """Remove a blob, if it is there."""

    def remove_older(self, name: str, seconds: float) -> bool:
        """Remove a blob unless it was committed in the last `seconds`; tell whether it was removed."""

    def remove_drafts(self, seconds: float) -> None:
        """Remove the drafts that nobody has written to for so long: those who did were killed."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is wrong with the blobs: those that a row names and nobody has, those changed, those that no row names."""

    missing: tuple[Blob, ...]
    damaged: tuple[Blob, ...]
    orphaned: tuple[Blob, ...]

    @property
    def sound(self) -> bool:
        """Whether every value can be read. An orphan takes room and does no harm."""
        return not (self.missing or self.damaged)


class Blobs:
    """The blobs of a store, at a folder or any URL that fsspec knows: `s3://bucket/team`, `memory://test`."""

    __slots__ = ("_shelf", "url")

    def __init__(self, url: str | Path) -> None:
        self.url = masked(str(url))  # for people: a web disk's URL may hold a password
        self._shelf = shelf_at(str(url))

    def put(
        self,
        write: Callable[[BinaryIO], object],
        check: Callable[[BinaryIO], object] | None = None,
        told: Told = nobody,
    ) -> Blob:
        """Keep what `write` writes, and say under which name; `check` may read it first, and raise to have it dropped.

        The file that `write` is given only goes forward. When this returns, the bytes are on the disk or the server.
        """
        file = self._shelf.draft()
        try:
            draft = Draft(file, told)
            write(cast("BinaryIO", draft))
            draft.finish()
            if check is not None:
                file.seek(0)
                check(file)
            blob = draft.blob()
            self._shelf.commit(file, blob.hash, told)
        finally:
            self._shelf.drop(file)
        return blob

    def open(self, blob: Blob, private: bool = False) -> BinaryIO:
        """Open a blob to be read, from its first byte; MissingBlob, or DamagedBlob where it is not what its name says.

        All of it was hashed by then. `private` gives a copy that nobody can change any more, for bytes that run.
        """
        try:
            found = self._shelf.open(blob.hash)
        except FileNotFoundError:
            raise MissingBlob(blob.hash, self.url) from None
        if self._shelf.in_place and not private and blob.size > IN_MEMORY:
            return checked(found, hashed(found), blob, self.url)
        with found:
            copy = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  # the caller's now
            return checked(copy, hashed(found, copy), blob, self.url)

    def exists(self, blob: Blob) -> bool:
        """Whether the blob is there and as long as it should be."""
        return self._shelf.size(blob.hash) == blob.size

    def delete(self, blob: Blob) -> None:
        """Remove a blob, whoever needs it: `gc` is what asks first."""
        self._shelf.remove(blob.hash)

    def all(self) -> Iterator[Blob]:
        """Give every blob."""
        return (Blob(name, size) for name, size in self._shelf.names())

    def check(self, referenced: Iterable[Blob]) -> Report:
        """Read every blob, and say which are missing, damaged or named by nobody."""
        wanted = {blob.hash: blob for blob in referenced}
        there = {blob.hash: wanted.get(blob.hash, blob) for blob in self.all()}
        return Report(
            missing=in_order(wanted[name] for name in wanted.keys() - there.keys()),
            damaged=in_order(filter(self._is_damaged, there.values())),
            orphaned=in_order(there[name] for name in there.keys() - wanted.keys()),
        )

    def gc(self, referenced: Callable[[], Collection[str]], grace: float = GRACE) -> tuple[Blob, ...]:
        """Remove the blobs whose hashes `referenced()` does not give, and say which they were.

        Safe beside running saves, in this process or another, as long as none takes longer than `grace` seconds from
        its blob to its row: what is needed is asked after the blobs were listed, and anew for each batch; and a blob
        that is put again while we look is young again, which is looked at last of all.
        """
        removed: list[Blob] = []
        self._shelf.remove_drafts(grace)
        for batch in batches(self.all()):
            needed = referenced()
            doomed = [blob for blob in batch if blob.hash not in needed]
            removed += [blob for blob in doomed if self._shelf.remove_older(blob.hash, grace)]
        return tuple(removed)

    def _is_damaged(self, blob: Blob) -> bool:
        """Whether a blob that is there is not what it should be."""
        try:
            with self._shelf.open(blob.hash) as file:
                return Blob(hashed(file), file.tell()) != blob
        except FileNotFoundError:
            return False  # deleted since it was listed


def shelf_at(url: str) -> Shelf:
    """Give the shelf at a folder or URL."""
    scheme, found, path = url.partition("://")
    if not found:
        return Folder(Path(url))
    return Folder(Path(path)) if scheme in ("file", "local") else Bucket(url)


def checked(file: BinaryIO, found: str, blob: Blob, where: str) -> BinaryIO:
    """Give a file whose content had the hash `found`, at its beginning; DamagedBlob if it is not the blob."""
    if found != blob.hash or file.tell() != blob.size:
        file.close()
        raise DamagedBlob(blob.hash, where)
    file.seek(0)
    return file


def hashed(file: BinaryIO, copy: BinaryIO | None = None) -> str:
    """Read a file to its end and give its SHA-256; what was read goes into `copy`."""
    sha = hashlib.sha256()
    while chunk := file.read(CHUNK):
        sha.update(chunk)
        if copy is not None:
            copy.write(chunk)
    return sha.hexdigest()


def in_order(blobs: Iterable[Blob]) -> tuple[Blob, ...]:
    """Give blobs in the order of their names."""
    return tuple(sorted(blobs, key=lambda blob: blob.hash))


def batches(blobs: Iterable[Blob]) -> Iterator[list[Blob]]:
    """Give the blobs in lists of a thousand, listed before the first is given."""
    listed = list(blobs)
    return (listed[start : start + BATCH] for start in range(0, len(listed), BATCH))
