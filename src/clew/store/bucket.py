"""Blobs wherever fsspec reaches: S3, Google Cloud Storage, Azure, a web disk, memory.

An object cannot be locked there, so saves and `gc` agree by what they leave behind, which holds wherever what was
written is seen by whoever looks next (S3 promises that since 2020):

    commit: 1 write the blob   2 look for the mark "doomed"   3 look whether the blob is there
    gc:     1 write the mark   2 look how old the blob is     3 remove the blob   4 remove the mark

If the blob was written before gc looked, gc sees that it is young. If not, the mark was there before the blob: commit
finds the mark and waits for it to go, or finds it gone, and then sees whether the blob went too. If so it begins anew.
"""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO, cast

from clew.errors import BadSetting, MissingExtra
from clew.store.drafts import CHUNK, IN_MEMORY
from clew.store.folder import is_hash
from clew.store.progress import Told

DRAFTS, DOOMED = "drafts", "doomed"
READ = 16 << 20  # bytes asked for at a time
PATIENCE, PAUSE = 30.0, 0.05  # seconds; a mark that stands longer was left by a gc that was killed
EXTRAS = {"s3": "'clew[s3]'", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}


class Bucket:
    """The blobs under a URL. Credentials come from where the provider's own tools find them, never from the URL."""

    __slots__ = ("_files", "_root", "in_place")

    def __init__(self, url: str) -> None:
        self._files, self._root = file_system(url)
        self.in_place = False

    def draft(self) -> BinaryIO:
        """Open a file of this machine: nothing goes out that is not whole and checked."""
        return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # closed by `drop`

    def commit(self, draft: BinaryIO, name: str, told: Told) -> None:
        """Send a draft to a key of its own, then have the server copy it to its name."""
        while not self._committed(draft, name, told):
            pass

    def drop(self, draft: BinaryIO) -> None:
        """Close a draft."""
        draft.close()

    def open(self, name: str) -> BinaryIO:
        """Open a blob; FileNotFoundError if there is none."""
        self._files.invalidate_cache()
        return cast("BinaryIO", self._files.open(self._key(name), "rb", block_size=READ))

    def size(self, name: str) -> int | None:
        """Tell how many bytes a blob has; None if there is none."""
        self._files.invalidate_cache()
        try:
            return int(self._files.info(self._key(name))["size"])
        except FileNotFoundError:
            return None

    def names(self) -> Iterator[tuple[str, int]]:
        """Give each blob and its size."""
        for key, about in sorted(self._found(self._root)):
            name = key.rpartition("/")[2]
            if is_hash(name) and key.endswith(f"/{name[:2]}/{name}"):
                yield name, int(about["size"])

    def remove(self, name: str) -> None:
        """Remove a blob, if it is there."""
        with suppress(FileNotFoundError):
            self._files.rm_file(self._key(name))

    def remove_older(self, name: str, seconds: float) -> bool:
        """Remove a blob unless it was committed in the last `seconds`; tell whether it was removed."""
        mark = self._mark(name)
        began = time.monotonic()
        self._files.pipe_file(mark, b"")
        try:
            # Both are dated by the server's clock.
            old = self._modified(self._key(name)) <= self._modified(mark) - seconds
            if old and time.monotonic() - began < PATIENCE / 2:  # else who waited may have gone on
                self._files.rm_file(self._key(name))
                return True
        except FileNotFoundError:
            pass  # another gc was quicker
        finally:
            self._remove_mark(mark)
        return False

    def remove_drafts(self, seconds: float) -> None:
        """Remove the drafts that were sent so long ago."""
        now = time.time()
        for key, _ in self._found(f"{self._root}/{DRAFTS}"):
            with suppress(FileNotFoundError):
                if self._modified(key) < now - seconds:
                    self._files.rm_file(key)
        if self._files.protocol[0] == "s3":
            self._abort_uploads(now - seconds)

    def _abort_uploads(self, before: float) -> None:
        """Have S3 forget the parts of big drafts whose sending never ended: nobody sees them, but they are paid for."""
        bucket, _, folder = f"{self._root}/{DRAFTS}/".partition("/")
        for upload in self._files.list_multipart_uploads(bucket):
            if upload["Key"].startswith(folder) and upload["Initiated"].timestamp() < before:
                names = {"Key": upload["Key"], "UploadId": upload["UploadId"]}
                self._files.call_s3("abort_multipart_upload", Bucket=bucket, **names)

    def _committed(self, draft: BinaryIO, name: str, told: Told) -> bool:
        """Send a draft once; tell whether no gc came between."""
        key, sent = self._key(name), f"{self._root}/{DRAFTS}/{uuid.uuid4().hex}"
        draft.seek(0)
        try:
            with self._files.open(sent, "wb") as file:
                while chunk := draft.read(CHUNK):
                    file.write(chunk)
                    told("sending", draft.tell())
            self._move(sent, key)
        finally:
            with suppress(FileNotFoundError):
                self._files.rm_file(sent)
        self._outwait(self._mark(name))
        return self.size(name) is not None

    def _move(self, sent: str, key: str) -> None:
        """Give what was sent its name: a copy on the server where there is such a thing, else a renaming."""
        if "/" in key:
            self._files.makedirs(key.rpartition("/")[0], exist_ok=True)
        try:
            self._files.cp_file(sent, key)
        except NotImplementedError:
            self._files.mv(sent, key)

    def _outwait(self, mark: str) -> None:
        """Wait until no gc is about to remove the blob."""
        began = time.monotonic()
        while self._is_there(mark):
            if time.monotonic() - began > PATIENCE:
                self._remove_mark(mark)
            time.sleep(PAUSE)

    def _remove_mark(self, mark: str) -> None:
        with suppress(FileNotFoundError):
            self._files.rm_file(mark)

    def _is_there(self, key: str) -> bool:
        self._files.invalidate_cache()
        return bool(self._files.exists(key))

    def _modified(self, key: str) -> float:
        self._files.invalidate_cache()
        return float(self._files.modified(key).timestamp())

    def _found(self, under: str) -> list[tuple[str, dict[str, Any]]]:
        self._files.invalidate_cache()
        found: dict[str, dict[str, Any]] = self._files.find(under, detail=True)
        return list(found.items())

    def _key(self, name: str) -> str:
        return f"{self._root}/{name[:2]}/{name}"

    def _mark(self, name: str) -> str:
        return f"{self._root}/{DOOMED}/{name}"


def file_system(url: str) -> tuple[Any, str]:
    """Give fsspec's file system for a URL, and the path in it; MissingExtra where its package is not installed."""
    import fsspec.core  # most stores are folders, and never need it

    scheme = url.partition("://")[0]
    try:
        files, root = fsspec.core.url_to_fs(url)
    except ImportError as error:
        install = EXTRAS.get(scheme, f"'fsspec[{scheme}]'")
        raise MissingExtra(install.strip("'"), f"a store at {scheme}://", install) from error
    except ValueError as error:
        raise BadSetting(f"blobs at {scheme}://: {error}") from None
    return files, str(root).rstrip("/")
