"""Many processes at once: savers who put, name and forget the same few blobs, while others collect what nobody names."""

from __future__ import annotations

import fcntl
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clew.model.artifacts import Blob
from clew.store.blobs import Blobs
from tests import s3
from tests.crashes import dies, points
from tests.test_blobs import writes

STRIDE = 8  # of the points of a put to S3, each of which takes seconds; all 96 were tried, none failed
GRACE = 0.5  # seconds; a save below takes some milliseconds from its blob to its row
CONTENTS = [f"one of a few contents: {number}".encode() * 100 for number in range(4)]


class Rows:
    """What rows name: a catalog of its own, in one file, read and changed under a lock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def changing(self) -> Iterator[list[str]]:
        with self.path.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            rows = file.read().split()
            yield rows
            file.truncate(0)
            file.write("\n".join(rows))

    def named(self) -> set[str]:
        with self.changing() as rows:
            return set(rows)


def save_and_forget(blobs: Blobs, rows: Rows, seconds: float, seed: int) -> int:
    """Put blobs and write rows; read what was saved; take rows away. Gives how many saves there were."""
    random.seed(seed)
    saves, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        content = random.choice(CONTENTS)
        blob = blobs.put(writes(content))
        time.sleep(random.random() / 50)
        with rows.changing() as named:
            named.append(blob.hash)
        with blobs.open(blob) as file:
            assert file.read() == content
        time.sleep(random.random() / 2)
        with rows.changing() as named:
            assert blobs.exists(blob), "a blob that a row names is gone"
            named.remove(blob.hash)
        saves += 1
    return saves


def collect(blobs: Blobs, rows: Rows, seconds: float) -> int:
    """Collect again and again; gives how many blobs were removed."""
    removed, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        removed += len(blobs.gc(rows.named, GRACE))
    return removed


def count_of(act: Callable[[], int]) -> Callable[[], int]:
    """Start something in a child; what is given waits for it and gives what it counted."""
    reads, writes_to = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writes_to, str(act()).encode())
            os._exit(0)
        except BaseException as error:
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
    os.close(writes_to)

    def counted() -> int:
        _, status = os.waitpid(child, 0)
        with open(reads, "rb") as said:
            assert status == 0
            return int(said.read())

    return counted


def run_together(folder: Path, seconds: float) -> tuple[int, int]:
    blobs, rows = Blobs(folder / "blobs"), Rows(folder / "rows")
    blobs.put(writes(b"so that the folder is there"))
    savers = [count_of(lambda n=n: save_and_forget(blobs, rows, seconds, n)) for n in range(4)]  # type: ignore[misc]  # bound now
    collectors = [count_of(lambda: collect(blobs, rows, seconds)) for _ in range(2)]
    return sum(wait() for wait in savers), sum(wait() for wait in collectors)


def test_gc_beside_running_saves_removes_only_what_nobody_names(tmp_path: Path) -> None:
    saves, removed = run_together(tmp_path, 5)
    assert saves > 20
    assert removed > 0


@pytest.mark.slow
def test_gc_beside_running_saves_for_a_minute(tmp_path: Path) -> None:
    saves, removed = run_together(tmp_path, 60)
    print(f"{saves} saves, {removed} blobs removed")
    assert saves > 300
    assert removed > 10


@pytest.mark.slow
def test_a_put_to_s3_killed_at_some_points_leaves_the_blob_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Points of our own code and of the sockets beneath; the parent never speaks to S3, for it forks."""
    with s3.server(tmp_path / "log") as environ:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        url = f"s3://{s3.BUCKET}/crashes"
        count = points(lambda: ready_to_put(url, 0))
        killed = left = 0
        for point in range(1, count + 1, STRIDE):
            killed += dies(lambda point=point: ready_to_put(url, point), point)  # type: ignore[misc]  # bound now
            left += count_of(lambda point=point: whole_or_not(url, point))()  # type: ignore[misc]  # bound now
        print(f"{count} points, {killed} killed, {left} of them after the blob was there")
        assert killed >= 10
        assert 0 < left < killed
        assert count_of(lambda: drafts_left(url))() > 0
        assert count_of(lambda: len(Blobs(url).gc(set, grace=-60)))() == left + 1  # that of the count
        assert count_of(lambda: drafts_left(url))() == 0


def ready_to_put(url: str, number: int) -> Callable[[], Blob]:
    blobs = Blobs(url)
    blobs.exists(Blob("0" * 64, 0))  # connected
    return lambda: blobs.put(writes(b"put %d" % number))


def whole_or_not(url: str, number: int) -> int:
    """Whether the blob is there, and then it is whole; nothing else is there but drafts."""
    blobs = Blobs(url)
    found = list(blobs.all())
    for blob in found:
        blobs.open(blob).close()
    contents = {blobs.open(blob).read() for blob in found}
    assert contents <= {b"put %d" % each for each in range(number + 1)}
    return int(b"put %d" % number in contents)


def drafts_left(url: str) -> int:
    import s3fs

    files = s3fs.S3FileSystem(skip_instance_cache=True)
    return len(files.find(f"{url}/drafts"))
