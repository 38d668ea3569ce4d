"""Blobs: whole or not there, checked when read, stored once, removed only when nobody needs them."""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from clew.errors import BadSetting, DamagedBlob, MissingBlob, MissingExtra
from clew.model.artifacts import Blob
from clew.store import bucket
from clew.store.blobs import Blobs, Report
from clew.store.bucket import Bucket
from clew.store.drafts import IN_MEMORY
from tests import s3

PLACES = ("folder", "memory", "s3")


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with s3.server(tmp_path_factory.mktemp("s3") / "log") as environ:
        yield environ


def url_of(place: str, request: pytest.FixtureRequest) -> str:
    if place == "folder":
        return str(request.getfixturevalue("tmp_path") / "blobs")
    if place == "memory":
        pytest.importorskip("fsspec")
        return f"memory://{uuid.uuid4().hex}"
    monkeypatch = request.getfixturevalue("monkeypatch")
    for name, value in request.getfixturevalue("s3_server").items():
        monkeypatch.setenv(name, value)
    return f"s3://{s3.BUCKET}/{uuid.uuid4().hex}"


@pytest.fixture(params=PLACES)
def blobs(request: pytest.FixtureRequest) -> Blobs:
    return Blobs(url_of(request.param, request))


def writes(content: bytes) -> Callable[[BinaryIO], None]:
    def write(file: BinaryIO) -> None:
        file.write(content)

    return write


def content_of(blobs: Blobs, blob: Blob, private: bool = False) -> bytes:
    with blobs.open(blob, private) as file:
        return file.read()


def none_needed() -> set[str]:
    return set()


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("content", [b"", b"a", b"some\n" * 1000, bytes(IN_MEMORY + 1)], ids=len)
def test_what_was_put_comes_back(blobs: Blobs, content: bytes, private: bool) -> None:
    blob = blobs.put(writes(content))
    assert blob == Blob(hashlib.sha256(content).hexdigest(), len(content))
    assert content_of(blobs, blob, private) == content
    assert blobs.exists(blob)


def test_equal_bytes_are_stored_once(blobs: Blobs) -> None:
    assert blobs.put(writes(b"same")) == blobs.put(writes(b"same"))
    blobs.put(writes(b"other"))
    assert len(list(blobs.all())) == 2


def test_what_is_not_there_is_said_to_be_missing(blobs: Blobs) -> None:
    blob = blobs.put(writes(b"gone"))
    blobs.delete(blob)
    blobs.delete(blob)
    assert not blobs.exists(blob)
    with pytest.raises(MissingBlob):
        blobs.open(blob)


class Stop(Exception):
    pass


def test_what_cannot_be_written_leaves_nothing(blobs: Blobs) -> None:
    def write(file: BinaryIO) -> None:
        file.write(b"half")
        raise Stop

    with pytest.raises(Stop):
        blobs.put(write)
    assert list(blobs.all()) == []
    assert drafts(blobs) == []


def test_what_fails_its_check_leaves_nothing(blobs: Blobs) -> None:
    def check(file: BinaryIO) -> None:
        assert file.read() == b"written"
        raise Stop

    with pytest.raises(Stop):
        blobs.put(writes(b"written"), check)
    assert list(blobs.all()) == []
    assert drafts(blobs) == []


def drafts(blobs: Blobs) -> list[str]:
    import fsspec.core

    files, root = fsspec.core.url_to_fs(blobs.url)
    files.invalidate_cache()
    found: list[str] = files.find(f"{root}/drafts")
    return found


def overwrite(blobs: Blobs, blob: Blob, content: bytes) -> None:
    """Do what a bad disk or a bad colleague does."""
    import fsspec.core

    files, root = fsspec.core.url_to_fs(blobs.url)
    path = f"{root}/{blob.hash[:2]}/{blob.hash}"
    if Path(path).exists():
        Path(path).chmod(0o600)
    files.pipe_file(path, content)


@pytest.mark.parametrize("changed", [b"", b"kepT", b"kept and more"], ids=["emptied", "one bit", "longer"])
def test_changed_bytes_are_refused(blobs: Blobs, changed: bytes) -> None:
    blob = blobs.put(writes(b"kept"))
    overwrite(blobs, blob, changed)
    with pytest.raises(DamagedBlob):
        blobs.open(blob)
    assert blobs.check([blob]).damaged == (blob,)


def test_a_big_blob_is_checked_too(blobs: Blobs) -> None:
    content = bytes(IN_MEMORY + 1)
    blob = blobs.put(writes(content))
    overwrite(blobs, blob, content[:-1] + b"1")
    for private in (False, True):
        with pytest.raises(DamagedBlob):
            blobs.open(blob, private)


def test_putting_a_value_again_mends_it(blobs: Blobs) -> None:
    blob = blobs.put(writes(b"kept"))
    overwrite(blobs, blob, b"kepT")
    blobs.put(writes(b"kept"))
    assert content_of(blobs, blob) == b"kept"


def test_a_check_finds_all_that_is_wrong(blobs: Blobs) -> None:
    sound, damaged, gone, orphan = (blobs.put(writes(content)) for content in (b"a", b"b", b"c", b"d"))
    overwrite(blobs, damaged, b"B")
    blobs.delete(gone)
    report = blobs.check([sound, damaged, gone])
    assert report == Report((gone,), (damaged,), (orphan,))
    assert not report.sound
    assert Report((), (), (orphan,)).sound


def test_gc_removes_what_nobody_needs(blobs: Blobs) -> None:
    needed, orphan = blobs.put(writes(b"needed")), blobs.put(writes(b"orphan"))
    assert blobs.gc(lambda: {needed.hash}, grace=-5) == (orphan,)
    assert list(blobs.all()) == [needed]


def test_gc_leaves_what_is_young(blobs: Blobs) -> None:
    orphan = blobs.put(writes(b"its row is just being written"))
    assert blobs.gc(none_needed, grace=60) == ()
    assert blobs.exists(orphan)


def test_a_blob_put_again_is_young(blobs: Blobs) -> None:
    orphan = blobs.put(writes(b"orphan"))
    time.sleep(3)  # S3 tells seconds only
    blobs.put(writes(b"orphan"))
    assert blobs.gc(none_needed, grace=2) == ()
    assert blobs.exists(orphan)


def test_gc_removes_what_killed_saves_left(blobs: Blobs) -> None:
    overwrite_draft(blobs)
    assert len(drafts(blobs)) == 1
    blobs.gc(none_needed, grace=60)
    assert len(drafts(blobs)) == 1
    time.sleep(1.1)
    blobs.gc(none_needed, grace=0)
    assert drafts(blobs) == []


def test_gc_forgets_the_parts_of_what_was_never_sent_whole(request: pytest.FixtureRequest) -> None:
    blobs = Blobs(url_of("s3", request))
    files = blobs._shelf._files  # type: ignore[attr-defined]  # it is a bucket
    folder = blobs.url.removeprefix(f"s3://{s3.BUCKET}/")
    for key in (f"{folder}/drafts/half", f"{folder}-of-others/half"):
        files.call_s3("create_multipart_upload", Bucket=s3.BUCKET, Key=key)
    blobs.gc(none_needed, grace=60)  # this server says of every one that it began in 2010
    assert [each["Key"] for each in files.list_multipart_uploads(s3.BUCKET)] == [f"{folder}-of-others/half"]


def overwrite_draft(blobs: Blobs) -> None:
    import fsspec.core

    files, root = fsspec.core.url_to_fs(blobs.url)
    files.makedirs(f"{root}/drafts", exist_ok=True)
    files.pipe_file(f"{root}/drafts/{uuid.uuid4().hex}", b"half of a val")


def test_a_blob_in_a_folder_cannot_be_written_by_mistake(tmp_path: Path) -> None:
    blob = Blobs(tmp_path).put(writes(b"kept"))
    assert (tmp_path / blob.hash[:2] / blob.hash).stat().st_mode & 0o222 == 0


@pytest.mark.parametrize("url", ["nonsense://somewhere/blobs"])
def test_a_place_that_nobody_knows_is_refused(url: str) -> None:
    with pytest.raises((BadSetting, MissingExtra)):
        Blobs(url)


# --- gc beside running saves -------------------------------------------------------------------------------------


class Turns:
    """A file system on which two threads act one operation at a time, in an order that is given."""

    def __init__(self, files: Any, order: list[str]) -> None:
        self.files, self.order = files, order
        self.turned = threading.Condition()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.files, name)
        if name not in ("cp_file", "exists", "info", "modified", "pipe_file", "rm_file"):
            return found

        def in_turn(*given: Any, **named: Any) -> Any:
            me = threading.current_thread().name
            with self.turned:
                self.turned.wait_for(lambda: not self.order or self.order[0] == me, timeout=10)
                if self.order:
                    self.order.pop(0)
                try:
                    return found(*given, **named)
                finally:
                    self.turned.notify_all()

        return in_turn

    def done(self, name: str) -> None:
        """Take a thread that has ended out of the order."""
        with self.turned:
            self.order[:] = [each for each in self.order if each != name]
            self.turned.notify_all()


STEPS_OF_PUT, STEPS_OF_GC = 6, 5


def orders() -> Iterator[list[str]]:
    """Every order of so many operations of a save and of a gc."""
    whole = range(STEPS_OF_PUT + STEPS_OF_GC)
    for of_gc in combinations(whole, STEPS_OF_GC):
        yield ["gc" if number in of_gc else "put" for number in whole]


def test_no_order_of_a_save_and_a_gc_loses_a_blob(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fsspec")
    monkeypatch.setattr(bucket, "PAUSE", 0.001)
    tried = [loses(order) for order in orders()]
    assert len(tried) == 462
    assert not any(tried)


def loses(order: list[str]) -> bool:
    """Put an old orphan again while a gc looks at it, in this order; whether the blob is gone though it was saved."""
    blobs = Blobs(f"memory://{uuid.uuid4().hex}")
    shelf = blobs._shelf
    assert isinstance(shelf, Bucket)
    blob = blobs.put(writes(b"orphan"))
    age(shelf, blob)
    turns = Turns(shelf._files, order)
    shelf._files = turns

    def run(name: str, what: Callable[[], object]) -> None:
        what()
        turns.done(name)

    acts = {"put": lambda: blobs.put(writes(b"orphan")), "gc": lambda: shelf.remove_older(blob.hash, 3600)}
    threads = [threading.Thread(target=run, args=(name, act), name=name) for name, act in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return not blobs.exists(blob)


def age(shelf: Bucket, blob: Blob) -> None:
    """Make a blob in memory two hours old."""
    from datetime import timedelta

    held = shelf._files.store[shelf._key(blob.hash)]
    held.modified -= timedelta(hours=2)
