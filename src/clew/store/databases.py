"""A database that many processes use at once: read as it is at one moment, written by one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from clew.errors import StoreError

PATIENCE = 30.0  # seconds to wait for another process to finish its writing


class Database:
    """A database and how one reads and writes in it. `where` names it for people."""

    def __init__(self, engine: Engine, where: str) -> None:
        """Take an engine; `sqlite_engine` makes one."""
        self.where = where
        self.dialect = engine.dialect.name
        self._reads = engine
        self._writes = engine.execution_options(immediate=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See the database as it is at one moment."""
        with self._told(), self._reads.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Be the only one who writes, from the first look on."""
        with self._told(), self._writes.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let the database go."""
        self._reads.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what the database says in our own words."""
        try:
            yield
        except DBAPIError as error:
            raise StoreError(f"the store {self.where} cannot be used: {error.orig}") from error


def sqlite_engine(path: Path) -> Engine:
    """Give an engine on an SQLite file that several processes use at once."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": PATIENCE})
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def prepare(connection: Any, _: object) -> None:
    """Set up a new connection: readers beside a writer, commits that survive a power cut."""
    connection.isolation_level = None  # SQLAlchemy's events below begin the transactions, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def begin(connection: Connection) -> None:
    """Begin a transaction, taking the write lock first where it is going to write."""
    # A transaction that reads and then writes can fail half way where another has written in between.
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def insert_new(connection: Connection, table: Table, lines: Sequence[Mapping[str, Any]]) -> None:
    """Write those of the lines whose keys are not there yet."""
    if lines:
        connection.execute(dialect_insert(connection, table).on_conflict_do_nothing(), lines)


def upsert(
    connection: Connection, table: Table, line: Mapping[str, Any], keys: Sequence[str], change: Mapping[str, Any]
) -> postgresql.Insert | sqlite.Insert:
    """Give the statement that writes a line, or changes the one that has its keys."""
    made = dialect_insert(connection, table).values(line)
    return made.on_conflict_do_update(index_elements=list(keys), set_=dict(change))


def dialect_insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Give an `insert` of the database's own kind, which knows what to do where a line is there already."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
