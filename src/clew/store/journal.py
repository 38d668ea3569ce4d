"""The journal of one session: records appended while the program runs, whole or not at all.

A journal is a line that says so, then records. A record is a head (length of the payload, its CRC-32, and the CRC-32
of these two) and a payload (a JSON list of rows in UTF-8). Each record goes out in one write, so that a process
killed at any moment loses at most the record it was writing: a record that stops short is the end of the journal.
A record that is all there and does not agree with its sums is damage, and is said to be.

The writer keeps a lock on its journal. The system drops it when the writer dies, however it dies: so a journal
without a lock and without a `SessionEnded` belongs to a session that was interrupted.

Nothing here takes long to load: it is imported into the user's own process.
"""

from __future__ import annotations

import fcntl
import os
import time
import zlib
from _json import encode_basestring, make_encoder
from _weakref import ref

from clew.errors import DamagedRecord, NewerStore, StoreError
from clew.model.data import dataclass
from clew.model.events import Event
from clew.model.typed import BinaryIO, Iterator, Sequence
from clew.store.rows import from_row, to_row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
OPENING = b"clew journal "
MAGIC = OPENING + b"%d\n" % FORMAT
FIELD = 4  # bytes of each field of a record's head, the lowest first; the last sums the others
HEAD = 3 * FIELD

# A reader that asks whether a journal is being written holds its lock for an instant; we outwait it.
LOCK_TRIES, LOCK_PAUSE = 100, 0.005

# The number of a journal's open file, or more: programs hardly ever have so many open.
HIGH = 240  # the least limit in use is 256


def refused(value: object) -> str:
    """Fail, for what JSON cannot hold."""
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


# What `json` does, which loads much besides. Not ASCII only: text stays short, and what is not Unicode (a file name in
# Latin-1) comes back as it was.
ENCODER = make_encoder(None, refused, encode_basestring, None, ":", ",", False, False, True)


@dataclass(frozen=True, slots=True)
class Record:
    """What one record of a journal says, and the offset at which the next one begins."""

    events: tuple[Event, ...]
    end: int


class Journal:
    """The journal that a running session writes. It is for one process: in a forked child it is closed."""

    __slots__ = ("__weakref__", "_file", "_identity", "path")

    def __init__(self, path: str | Path) -> None:
        """Open the journal at `path` to go on at its end; StoreError if another process is writing it."""
        self.path = str(path)
        os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        self._file = -1
        self._open()
        close_in_children(ref(self))

    def append(self, events: Sequence[Event]) -> None:
        """Write the events as one record, which outlives this process from now on; nothing if closed.

        OSError if the disk is full: what was written of the record is taken back.
        """
        if self._file >= 0 and events:
            # Programs close files by number (daemons close them all): ours may be another file by now.
            if identity(self._file) != self._identity:
                self._open()
            write_whole(self._file, encode(events))

    def close(self) -> None:
        """Let the journal go; closing it twice is no error."""
        file, self._file = self._file, -1
        if file >= 0 and identity(file) == self._identity:
            os.close(file)

    def _open(self) -> None:
        """Take the file, to go on at its end."""
        file = out_of_the_way(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666))
        try:
            claim(file, self.path)
            begin(file, self.path)
        except BaseException:
            os.close(file)
            raise
        self._file, self._identity = file, identity(file)


def read_journal(path: str | Path) -> Iterator[tuple[Event, ...]]:
    """Give the events of a journal, record by record; DamagedRecord after the records before the damage."""
    for record in records(path):
        yield record.events


def records(path: str | Path, start: int = 0) -> Iterator[Record]:
    """Give the records of a journal from the offset `start` on."""
    with open(path, "rb") as file:
        offset = max(start, opening(file, path))
        file.seek(offset)
        while payload := payload_at(file, path, offset):
            end = offset + HEAD + len(payload)
            yield Record(decode(payload, path, offset), end)
            offset = end


def being_written(path: str | Path) -> bool:
    """Tell whether a living process has this journal open for writing."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return False  # it is gone, or not ours to look at
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # a file system without locks cannot tell: nobody is known to write
    finally:
        os.close(file)
    return False


def encode(events: Sequence[Event]) -> bytes:
    """Give the bytes of one record."""
    payload = "".join(ENCODER([to_row(event) for event in events], 0)).encode("utf-8", "surrogatepass")
    summed = field(len(payload)) + field(zlib.crc32(payload))
    return b"".join((summed, field(zlib.crc32(summed)), payload))


def field(number: int) -> bytes:
    """Give one field of a record's head."""
    return number.to_bytes(FIELD, "little")


def fields(head: bytes) -> tuple[int, int, int]:
    """Give the fields of a record's head: the length of the payload, its sum, and the sum of these two."""
    length, payload_sum, head_sum = (
        int.from_bytes(head[start : start + FIELD], "little") for start in range(0, HEAD, FIELD)
    )
    return length, payload_sum, head_sum


def decode(payload: bytes, path: str | Path, offset: int) -> tuple[Event, ...]:
    """Give the events of a payload whose sum is right."""
    import json  # those who write a journal do not read it

    try:
        return tuple(map(from_row, json.loads(payload.decode("utf-8", "surrogatepass"))))
    except (ValueError, KeyError, TypeError) as error:
        raise damage(path, offset, f"an event that this clew does not know: {error}") from error


def payload_at(file: BinaryIO, path: str | Path, offset: int) -> bytes:
    """Give the payload of the record at the offset, where the file stands; empty at the end of the journal."""
    head = file.read(HEAD)
    if len(head) < HEAD or only_zeros(head, file):
        return b""
    length, payload_sum, head_sum = fields(head)
    if zlib.crc32(head[:-FIELD]) != head_sum or length == 0:
        raise damage(path, offset, "its head does not agree with its sum")
    payload = file.read(length)
    if len(payload) < length:
        return b""
    if zlib.crc32(payload) != payload_sum:
        raise damage(path, offset, "its content does not agree with its sum")
    return payload


def only_zeros(head: bytes, file: BinaryIO) -> bool:
    """Tell whether zeros are all that is left: a power cut can leave a file longer than what was written."""
    return not any(head) and not file.read().strip(b"\0")


def opening(file: BinaryIO, path: str | Path) -> int:
    """Give the offset of the first record, from the line that opens a journal."""
    line = file.read(len(MAGIC))
    if MAGIC.startswith(line):
        return len(MAGIC)
    found = line.removeprefix(OPENING).split(b"\n")[0]
    if line.startswith(OPENING) and found.isdigit():
        raise NewerStore(str(path), int(found), FORMAT)
    raise damage(path, 0, "it does not begin as a journal does")


def damage(path: str | Path, offset: int, why: str) -> DamagedRecord:
    """Give the error that says where a journal is damaged."""
    return DamagedRecord(f"{path}: the record at byte {offset} is damaged: {why}")


def begin(file: int, path: str | Path) -> None:
    """Make the journal ready for its next record: cut off what a killed writer left half written."""
    whole = len(MAGIC)
    for record in records(path):
        whole = record.end
    size = os.fstat(file).st_size
    if size < whole:
        os.ftruncate(file, 0)
        write_whole(file, MAGIC)
    elif size > whole:
        os.ftruncate(file, whole)


def write_whole(file: int, data: bytes) -> None:
    """Write all of the data at the end of the file, or leave the file as it was."""
    written = os.write(file, data)
    while written < len(data):
        try:
            written += os.write(file, data[written:])
        except OSError:
            os.ftruncate(file, os.fstat(file).st_size - written)
            raise


def out_of_the_way(file: int) -> int:
    """Give the file a high number: the files that the program opens keep the numbers they have without clew."""
    try:
        high = fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, HIGH)
    except OSError:
        return file  # so many files are not allowed here
    os.close(file)
    return high


def identity(file: int) -> tuple[int, int]:
    """Tell which file an open file is; no file at all if it has been closed."""
    try:
        found = os.fstat(file)
    except OSError:
        return (-1, -1)
    return (found.st_dev, found.st_ino)


def claim(file: int, path: str | Path) -> None:
    """Take the lock that says a journal is being written."""
    for _ in range(LOCK_TRIES):
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_PAUSE)
        except OSError:
            return None  # a file system without locks: the session will be shown as interrupted while it runs
    raise StoreError(f"{path} is being written by another process")


def close_in_children(journal: ref[Journal]) -> None:
    """Have a forked child close its copy: the lock is the parent's, and so are the events."""

    def closed() -> None:
        still = journal()
        if still is not None:
            try:
                still.close()
            except OSError:
                return

    os.register_at_fork(after_in_child=closed)
