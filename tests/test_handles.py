# ruff: noqa: SIM115  # handles are what is tested here
"""Doors to the outside: what they lead to, and when they are seen to differ."""

from __future__ import annotations

import csv
import io
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clew.observe.kind import Digest, Kind, Opaque
from clew.observe.kinds import type_name
from clew.observe.kinds.handles import KINDS
from clew.observe.openhandles import written_path
from clew.observe.outside import Outside

NAMED = {name: kind for kind in KINDS for name in kind.types}


def kind_of(value: object) -> Kind:
    return next(NAMED[type_name(cls)] for cls in type(value).__mro__ if type_name(cls) in NAMED)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder to work in, with an ear for connections."""
    was = os.getcwd()
    os.chdir(tmp_path)
    (tmp_path / "in.txt").write_text("one\ntwo\n")
    heard = Outside()
    heard.install()
    yield tmp_path
    heard.close()
    os.chdir(was)


@dataclass(frozen=True, slots=True)
class Handle:
    """What `open` gives, and the name of the file that it writes, if any."""

    name: str
    open: Callable[[], object]
    writes: str | None


HANDLES = [
    Handle("a text file to write", lambda: open("a", "w"), "a"),
    Handle("a text file to append to", lambda: open("a", "a"), "a"),
    Handle("a text file to read", lambda: open("in.txt"), None),
    Handle("a binary file to write", lambda: open("a", "wb"), "a"),
    Handle("a file without a buffer", lambda: open("a", "wb", buffering=0), "a"),
    Handle("a file to read and write", lambda: open("in.txt", "r+b"), "in.txt"),
    Handle("a text around a buffer", lambda: io.TextIOWrapper(open("a", "wb")), "a"),
    Handle("a path object", lambda: open(Path("a"), "w"), "a"),
    Handle("a file in memory", io.StringIO, None),
    Handle("the program's output", lambda: sys.__stdout__, None),
    Handle("something else", lambda: 7, None),
]


@pytest.mark.parametrize("each", HANDLES, ids=lambda each: each.name)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_handle_knows_the_file_that_it_writes(each: Handle, folder: Path) -> None:
    handle: Any = each.open()
    expected = each.writes and str(folder / each.writes)
    assert written_path(handle) == expected
    if expected:
        os.chdir("/")
        assert written_path(handle) == expected


def test_asking_a_handle_flushes_and_moves_nothing(folder: Path) -> None:
    with open("a", "w") as file, open("in.txt") as read:
        file.write("x")
        next(read)
        written_path(file)
        assert isinstance(kind_of(file).digest(file), Opaque)
        assert os.path.getsize("a") == 0
        assert read.read() == "two\n"


def test_a_closed_file_has_no_state_left(folder: Path) -> None:
    with open("a", "w") as file:
        pass
    assert kind_of(file).digest(file) == Digest(0)
    assert written_path(file) == str(folder / "a")


@dataclass(frozen=True, slots=True)
class Case:
    """After `code`, the fingerprint of `x`, made by `make`, is another one, or not."""

    name: str
    make: Callable[[], Any]
    code: Callable[[Any], object]
    differs: bool = True


def filled(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("create table t(a)")
    return connection


def other_writes(connection: sqlite3.Connection) -> None:
    other = sqlite3.connect("db")
    other.execute("insert into t values (1)")
    other.commit()
    other.close()


CASES = [
    Case("writing to a file in memory", io.StringIO, lambda x: x.write("a")),
    Case("reading a file in memory moves its place", lambda: io.BytesIO(b"ab"), lambda x: x.read(1)),
    Case("looking at a file in memory", lambda: io.BytesIO(b"ab"), lambda x: x.getvalue(), differs=False),
    Case("reading an unbuffered file", lambda: open("in.txt", "rb", buffering=0), lambda x: x.read(1)),
    Case("reading rows", lambda: csv.reader(["a", "b"]), next),
    Case("a table in memory", lambda: sqlite3.connect(":memory:"), lambda x: x.execute("create table t(a)")),
    Case("a row in memory", lambda: filled(":memory:"), lambda x: x.execute("insert into t values (1)")),
    Case("a query in memory", lambda: filled(":memory:"), lambda x: list(x.execute("select * from t")), differs=False),
    Case("a row in a file", lambda: filled("db"), lambda x: x.execute("insert into t values (1)")),
    Case("a query of a file", lambda: filled("db"), lambda x: list(x.execute("select * from t")), differs=False),
    Case("a row written by another connection", lambda: filled("db"), other_writes),
    Case("a database named by an URI", lambda: sqlite3.connect("file:db?mode=rwc", uri=True), lambda x: x.execute("create table t(a)")),
]  # fmt: skip


@pytest.mark.parametrize("each", CASES, ids=lambda case: case.name)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_door_is_seen_to_differ(each: Case, folder: Path) -> None:
    door = each.make()
    kind = kind_of(door)
    before = kind.digest(door)
    assert isinstance(before, Digest)
    assert kind.digest(door) == before
    each.code(door)
    assert (kind.digest(door) != before) is each.differs


def test_connections_to_one_file_are_aliases(folder: Path) -> None:
    first, second, third = sqlite3.connect("db"), sqlite3.connect(folder / "db"), sqlite3.connect(":memory:")
    keys = [kind_of(one).reach(one).keys for one in (first, second, third)]
    assert keys[0][0] is keys[1][0]
    assert keys[2] == ()
    assert list(kind_of(first).reach(first.cursor()).keys) == []
    cursor = first.cursor()
    assert list(kind_of(cursor).reach(cursor).children) == [first]


def test_a_program_that_traces_its_statements_does_not_see_ours(folder: Path) -> None:
    connection = filled(":memory:")
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    assert isinstance(kind_of(connection).digest(connection), Opaque)
    assert seen == []


def test_a_connection_of_another_thread_is_not_looked_into(folder: Path) -> None:
    made: list[sqlite3.Connection] = []
    thread = threading.Thread(target=lambda: made.append(filled(":memory:")))
    thread.start()
    thread.join()
    assert isinstance(kind_of(made[0]).digest(made[0]), Opaque)


def test_a_csv_writer_leads_to_its_file(folder: Path) -> None:
    with open("a", "w") as file:
        table = csv.writer(file)
        assert any(child is file for child in kind_of(table).reach(table).children)


def test_engines_and_connections_to_one_file_are_aliases(folder: Path) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine("sqlite:///db")
    connection = filled("db")
    assert kind_of(engine).reach(engine).keys[0] is kind_of(connection).reach(connection).keys[0]
    before = kind_of(engine).digest(engine)
    other_writes(connection)
    assert kind_of(engine).digest(engine) != before
    opened = engine.connect()
    assert engine in kind_of(opened).reach(opened).children
    opened.close()
