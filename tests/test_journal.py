"""Journals: records are whole or not there, whatever happens to the writer or the file."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from clew.errors import DamagedRecord, NewerStore, StoreError
from clew.model.events import Event, Faulted
from clew.store.journal import MAGIC, Journal, being_written, encode, read_journal, records
from tests.recorded import EVERYTHING, step
from tests.test_rows import EVENT

ROOT = Path(__file__).parents[1]
THREE = tuple(encode((step(number),)) for number in range(3))


def written(path: Path, *batches: tuple[Event, ...]) -> Path:
    journal = Journal(path)
    for batch in batches:
        journal.append(batch)
    journal.close()
    return path


def test_what_was_appended_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "deep" / "s.journal", EVERYTHING[:2], EVERYTHING[2:])
    assert list(read_journal(path)) == [EVERYTHING[:2], EVERYTHING[2:]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(batches=some.lists(some.lists(EVENT, min_size=1, max_size=3).map(tuple), max_size=3))
def test_any_events_can_be_read_back(tmp_path: Path, batches: list[tuple[Event, ...]]) -> None:
    path = tmp_path / "s.journal"
    path.unlink(missing_ok=True)
    assert list(read_journal(written(path, *batches))) == batches


def test_a_journal_is_read_beside_its_writer(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "s.journal")
    journal.append((step(0),))
    assert list(read_journal(journal.path)) == [(step(0),)]
    journal.append((step(1),))
    assert list(read_journal(journal.path)) == [(step(0),), (step(1),)]
    journal.close()


def test_a_journal_can_be_read_from_where_one_stopped(tmp_path: Path) -> None:
    path = written(tmp_path / "s.journal", (step(0),), (step(1),))
    first = next(records(path))
    assert [record.events for record in records(path, first.end)] == [(step(1),)]


def test_a_closed_journal_takes_no_more(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "s.journal")
    journal.close()
    journal.close()
    journal.append((step(0),))
    assert list(read_journal(journal.path)) == []


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    content: bytes
    whole: int  # how many records can be read
    damaged_at: int | None = None


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


SECOND = len(MAGIC) + len(THREE[0])
CASES = [
    Case("an empty file is a journal without records", b"", 0),
    Case("an opening line half written is a journal without records", MAGIC[:5], 0),
    Case("three records", MAGIC + b"".join(THREE), 3),
    Case("a record without its last byte is the end", MAGIC + b"".join(THREE)[:-1], 2),
    Case("a head half written is the end", MAGIC + THREE[0] + THREE[1][:7], 1),
    Case("a head without its payload is the end", MAGIC + THREE[0] + THREE[1][:12], 1),
    Case("zeros at the end are what a power cut leaves", MAGIC + THREE[0] + bytes(5000), 1),
    Case("zeros before a record are damage", MAGIC + THREE[0] + bytes(64) + THREE[1], 1, SECOND),
    Case("a flipped bit in a length is damage", MAGIC + THREE[0] + flipped(THREE[1], 1) + THREE[2], 1, SECOND),
    Case("a flipped bit in a payload is damage", MAGIC + THREE[0] + flipped(THREE[1], 40) + THREE[2], 1, SECOND),
    Case("a flipped bit in the last payload is damage", MAGIC + THREE[0] + flipped(THREE[1], 40), 1, SECOND),
    Case("bytes missing in the middle are damage", MAGIC + THREE[0][:-3] + THREE[1], 0, len(MAGIC)),
    Case("another file is damage", b"SQLite format 3\0", 0, 0),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_torn_and_damaged(tmp_path: Path, case: Case) -> None:
    path = tmp_path / "s.journal"
    path.write_bytes(case.content)
    read, said = read_until_damage(path)
    assert read == [(step(number),) for number in range(case.whole)]
    assert (case.damaged_at is None) == (said == "")
    assert case.damaged_at is None or said.startswith(f"{path}: the record at byte {case.damaged_at} is damaged")


def read_until_damage(path: Path) -> tuple[list[tuple[Event, ...]], str]:
    read: list[tuple[Event, ...]] = []
    try:
        for events in read_journal(path):
            read.append(events)  # noqa: PERF402  # extend() would lose them when it raises
    except DamagedRecord as damage:
        return read, str(damage)
    return read, ""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(cut=some.integers(0, len(MAGIC) + sum(map(len, THREE))))
def test_a_journal_cut_anywhere_keeps_its_whole_records(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "s.journal"
    path.write_bytes((MAGIC + b"".join(THREE))[:cut])
    ends = [len(MAGIC) + sum(map(len, THREE[: number + 1])) for number in range(3)]
    assert list(read_journal(path)) == [(step(number),) for number in range(3) if ends[number] <= cut]
    written(path, (step(9),))
    assert list(read_journal(path))[-1] == (step(9),)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(at=some.integers(len(MAGIC), len(MAGIC) + sum(map(len, THREE)) - 1), bit=some.integers(0, 7))
def test_a_flipped_bit_never_goes_unseen(tmp_path: Path, at: int, bit: int) -> None:
    path = tmp_path / "s.journal"
    content = bytearray(MAGIC + b"".join(THREE))
    content[at] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(DamagedRecord):
        list(read_journal(path))


def test_a_journal_of_a_newer_clew_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.journal"
    path.write_bytes(b"clew journal 2\n")
    with pytest.raises(NewerStore) as caught:
        list(read_journal(path))
    assert (caught.value.found, caught.value.ours) == (2, 1)


def test_an_event_of_a_newer_clew_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "s.journal"
    path.write_bytes(MAGIC + THREE[0].replace(b'["s"', b'["?"'))
    with pytest.raises(DamagedRecord):
        list(read_journal(path))


def test_one_journal_has_one_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clew.store.journal.LOCK_TRIES", 2)
    journal = Journal(tmp_path / "s.journal")
    with pytest.raises(StoreError, match="being written"):
        Journal(journal.path)
    assert being_written(journal.path)
    journal.close()
    assert not being_written(journal.path)
    Journal(journal.path).close()


def test_no_journal_is_not_being_written(tmp_path: Path) -> None:
    assert not being_written(tmp_path / "s.journal")


def test_a_file_that_the_program_opens_has_the_number_it_has_without_us(tmp_path: Path) -> None:
    def next_number() -> int:
        file = os.open(os.devnull, os.O_RDONLY)
        os.close(file)
        return file

    before = next_number()
    journal = Journal(tmp_path / "s.journal")
    assert next_number() == before
    journal.close()


def test_a_program_that_closes_all_files_keeps_its_journal_and_its_own_files(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "s.journal")
    journal.append((step(0),))
    os.close(journal._file)
    with (tmp_path / "own").open("wb") as own:
        os.dup2(own.fileno(), journal._file)
        number = journal._file
        journal.append((step(1),))
        journal.append((step(2),))
        os.close(number)
    assert list(read_journal(journal.path)) == [(step(0),), (step(1),), (step(2),)]
    assert (tmp_path / "own").read_bytes() == b""
    assert being_written(journal.path)
    journal.close()
    assert not being_written(journal.path)


def test_closing_leaves_the_programs_own_file_open(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "s.journal")
    number = journal._file
    os.close(number)
    with (tmp_path / "own").open("wb") as own:
        os.dup2(own.fileno(), number)
        journal.close()
        os.write(number, b"still open")
        os.close(number)


def in_child(act: Callable[[], object]) -> None:
    child = os.fork()
    if child == 0:
        act()
        os._exit(0)
    os.waitpid(child, 0)


def test_a_forked_child_does_not_write(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "s.journal")
    in_child(lambda: journal.append((step(0),)))
    journal.append((step(1),))
    assert list(read_journal(journal.path)) == [(step(1),)]
    assert being_written(journal.path)
    journal.close()


def test_a_forked_child_that_outlives_its_parent_does_not_keep_the_session_running(tmp_path: Path) -> None:
    path = tmp_path / "s.journal"
    program = (
        "import os, sys, time; from pathlib import Path; from clew.store.journal import Journal;"
        f"journal = Journal(Path({str(path)!r})); os.fork() and os.kill(os.getpid(), 9);"
        "print(os.getpid(), flush=True); time.sleep(30)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, encoding="utf-8") as parent:
        assert parent.stdout is not None
        orphan = int(parent.stdout.readline())
        parent.wait()
        try:
            os.kill(orphan, 0)  # still there
            assert not being_written(path)
        finally:
            os.kill(orphan, signal.SIGKILL)


def test_a_full_disk_leaves_no_half_record(tmp_path: Path) -> None:
    path = tmp_path / "s.journal"
    # The limit on the size of files stands for the disk; a process of its own, for it cannot be taken back.
    program = f"""
import resource, signal
from pathlib import Path
from clew.model.events import Faulted
from clew.store.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
journal = Journal(Path({str(path)!r}))
journal.append((Faulted(0, "short"),))
try:
    journal.append((Faulted(1, "x" * 20_000),))
except OSError:
    journal.append((Faulted(2, "short"),))
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    assert list(read_journal(path)) == [(Faulted(0, "short"),), (Faulted(2, "short"),)]


@pytest.mark.parametrize("seed", range(8))
def test_a_killed_writer_loses_at_most_the_record_it_was_writing(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "s.journal"
    command = [sys.executable, "-m", "tests.recorded", "write", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8") as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline()]
        time.sleep(random.Random(seed).uniform(0, 0.1))
        writer.kill()
        acknowledged += writer.stdout.readlines()
    numbers = [event.step for event in chain.from_iterable(read_journal(path)) if isinstance(event, Faulted)]
    said = sum(line.endswith("\n") for line in acknowledged)
    assert numbers == list(range(len(numbers)))
    assert said <= len(numbers) <= said + 1
    assert not being_written(path)
    written(path, (Faulted(len(numbers), ""),))
    assert len(list(read_journal(path))) == len(numbers) + 1
