"""A database that many processes use at once: SQLite in a file, or PostgreSQL on a server.

Who reads sees it as it is at one moment, whoever writes meanwhile. Who writes about one thing is the only one to do so;
nobody waits for his turn for ever.
"""

from __future__ import annotations

import os
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote
from weakref import WeakSet

from sqlalchemy import URL, ColumnElement, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from clew.errors import BadSetting, MissingExtra, ReadOnlyStore, StoreError
from clew.store.network import on_network
from clew.store.urls import masked, without_secrets

PATIENCE = 60.0  # seconds to wait for others to finish their writing
PAUSE = 0.01
OUR_LOCK = 0x636C6577  # "clew": which of PostgreSQL's locks by number are ours

SEALED = "its folder is read-only"
REFUSALS = {"42501": "permission denied", "25006": "the database is read-only"}  # by PostgreSQL's number
CAN_WRITE = {
    "25006": "SELECT current_setting('transaction_read_only') = 'off'",
    "42501": "SELECT has_table_privilege('artifacts', 'INSERT')",
}

TAKE_TURN = (
    "SELECT set_config('lock_timeout', :patience, true), "
    f"CASE WHEN :alone THEN pg_advisory_xact_lock({OUR_LOCK}) ELSE pg_advisory_xact_lock_shared({OUR_LOCK}) END"
)
TAKE_THING = f"SELECT pg_advisory_xact_lock({OUR_LOCK}, :thing)"

OPEN: WeakSet[Database] = WeakSet()  # a fork is told to all of a process


class Database:
    """A database and how one reads and writes in it. `where` names it for people, without a password."""

    def __init__(self, engine: Engine, where: str, url: str = "", *, sealed: bool = False) -> None:
        """Take an engine; `in_folder` and `at_url` make one. Nothing can be written to one that is `sealed`."""
        self.where = where
        self.sealed = sealed
        self.own: TemporaryDirectory[str] | None = None  # where it is a copy of our own
        self.dialect = engine.dialect.name
        self._url = url
        self._inherited: object = None
        self._reads = self._writes = engine
        if self.shared:
            # Not said to be read-only: the driver would then say of those that write that they are not, whatever
            # the database says.
            self._reads = engine.execution_options(isolation_level="REPEATABLE READ")
        else:
            self._writes = engine.execution_options(immediate=True)
        OPEN.add(self)

    @property
    def shared(self) -> bool:
        """Whether it is a server's, where others may have other versions of clew."""
        return self.dialect != "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See the database as it is at one moment."""
        with self._told(), self._reads.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, about: str = "", *, alone: bool = False) -> Iterator[Connection]:
        """Be the only one who writes `about` something from the first look on; or the only one who writes at all.

        Rows that are counted up are for one at a time all the same. ReadOnlyStore where nothing can be written.
        """
        if self.sealed:
            raise ReadOnlyStore(self.where, SEALED)
        with self._told(), self._writes.begin() as connection:
            if self.shared:
                connection.execute(text(TAKE_TURN), {"alone": alone, "patience": f"{PATIENCE:.3f}s"})
            if self.shared and about:
                connection.execute(text(TAKE_THING), {"thing": zlib.crc32(about.encode()) - 2**31})
            yield connection

    def check_writable(self) -> None:
        """ReadOnlyStore where nothing can be written: asked before something is done in vain."""
        if self.sealed:
            raise ReadOnlyStore(self.where, SEALED)
        if self.shared:
            with self._told(), self._writes.begin() as connection:
                for sqlstate, question in CAN_WRITE.items():
                    if not connection.exec_driver_sql(question).scalar_one():
                        raise ReadOnlyStore(self.where, REFUSALS[sqlstate])

    def close(self) -> None:
        """Let the database go."""
        self._reads.dispose()
        if self.own is not None:
            self.own.cleanup()

    def forsake(self) -> None:
        """Leave the connections to the process that we were forked from."""
        self._inherited = self._reads.pool  # not collected either: closing them would speak to the server
        self._reads.dispose(close=False)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what the database says in our own words."""
        try:
            yield
        except DBAPIError as error:
            refused = REFUSALS.get(getattr(error.orig, "sqlstate", None) or "")
            if refused is not None:
                raise ReadOnlyStore(self.where, refused) from None
            said = without_secrets(" ".join(str(error.orig).split()), self._url)
            problem = StoreError(f"the store {self.where} cannot be used: {said}")
            # With a server's URL the cause may hold the password.
            raise problem from (None if self._url else error)


def in_folder(path: Path, where: str) -> Database:
    """Give the SQLite database in a file, which is made if it is not there."""
    url = URL.create("sqlite", database=str(path))  # as it stands: a path may have a question mark in it
    engine = create_engine(url, connect_args={"timeout": PATIENCE}, hide_parameters=True)
    network = on_network(path)
    event.listen(engine, "connect", lambda connection, _: prepare(connection, network))
    event.listen(engine, "begin", begin)
    return Database(engine, where)


class Sealed(Database):
    """An SQLite database in a file to which nobody writes just now, and we cannot."""

    def __init__(self, path: Path, where: str) -> None:
        """Take a file whose database says all that there is."""
        # SQLite is told that nobody writes: else it would want to make files beside it, even to read.
        connect = partial(sqlite3.connect, f"file:{quote(str(path))}?immutable=1", uri=True, check_same_thread=False)
        engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
        event.listen(engine, "connect", lambda connection, _: leave_transactions_to_us(connection))
        event.listen(engine, "begin", begin)
        super().__init__(engine, where, sealed=True)
        self._path = path

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See the database as it is at one moment; StoreError if somebody wrote to it in the meantime after all."""
        before = self._path.stat()
        with super().reading() as connection:
            yield connection
        after = self._path.stat()
        if (before.st_mtime_ns, before.st_size, before.st_ino) != (after.st_mtime_ns, after.st_size, after.st_ino):
            raise StoreError(f"somebody wrote to the store {self.where} while it was read: ask again")


def at_url(url: str) -> Database:
    """Give the PostgreSQL database at a URL. BadSetting if it is none, MissingExtra without its driver."""
    asked = understood(url)
    if asked is None:  # raised here, where the error does not remember the one that quotes the URL
        raise BadSetting(f"{masked(url)} is no URL of a database")
    try:
        return Database(create_engine(asked, pool_pre_ping=True, hide_parameters=True), masked(url), url)
    except ImportError:
        raise MissingExtra("psycopg", "a store in PostgreSQL", "'clew[postgres]'") from None


def understood(url: str) -> URL | None:
    """Read the URL of a PostgreSQL database; nothing if it cannot be read."""
    known = {"connect_timeout": str(int(PATIENCE)), "application_name": "clew"}
    try:
        asked = make_url(url).set(drivername="postgresql+psycopg")
        return asked.update_query_dict({name: said for name, said in known.items() if name not in asked.query})
    except (ArgumentError, ValueError):
        return None


def prepare(connection: Any, network: bool) -> None:
    """Set up a new connection to SQLite: commits that survive a power cut, keys that are kept."""
    leave_transactions_to_us(connection)
    settle(connection, network)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def leave_transactions_to_us(connection: Any) -> None:
    """Have SQLAlchemy's events begin the transactions, not the driver."""
    connection.isolation_level = None


def settle(connection: Any, network: bool) -> None:
    """See to it that readers need not wait for writers (WAL), except where machines share the file: WAL breaks there.

    What was settled when the database was made stays so: others who see the same file as their own may use it.
    """
    began = time.monotonic()
    while wrong_mode(connection, network):
        try:
            connection.execute(f"PRAGMA journal_mode={'DELETE' if network else 'WAL'}")
        except Exception as error:
            # SQLite itself waits for others everywhere but here.
            if "locked" not in str(error) or time.monotonic() - began > PATIENCE:
                raise
            time.sleep(PAUSE)


def wrong_mode(connection: Any, network: bool) -> bool:
    """Tell whether the way of writing has to be changed."""
    [mode] = connection.execute("PRAGMA journal_mode").fetchone()
    [pages] = connection.execute("PRAGMA page_count").fetchone()
    return bool(mode == "wal" if network else mode != "wal" and pages == 0)


def begin(connection: Connection) -> None:
    """Begin a transaction of SQLite, taking the write lock first where it is going to write."""
    # A transaction that reads and then writes can fail half way where another has written in between.
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def forsake_all() -> None:
    """Have a forked child make connections of its own: two processes that speak on one understand nothing."""
    for database in list(OPEN):
        database.forsake()


os.register_at_fork(after_in_child=forsake_all)


def insert_new(connection: Connection, table: Table, lines: Sequence[Mapping[str, Any]]) -> None:
    """Write those of the lines whose keys are not there yet."""
    if lines:
        connection.execute(dialect_insert(connection, table).on_conflict_do_nothing(), lines)


def upsert(
    connection: Connection,
    table: Table,
    line: Mapping[str, Any],
    keys: Sequence[str],
    change: Mapping[str, Any],
    where: ColumnElement[bool] | None = None,
) -> postgresql.Insert | sqlite.Insert:
    """Give the statement that writes a line, or changes the one that has its keys, if `where` holds of that."""
    made = dialect_insert(connection, table).values(line)
    return made.on_conflict_do_update(index_elements=list(keys), set_=dict(change), where=where)


def dialect_insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Give an `insert` of the database's own kind, which knows what to do where a line is there already."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
