"""The tables of the store, and how a store written by an older clew is brought up to them.

Everything a session did is in `sources`, `steps`, `calls`, `effects` and `remarks`, each event at its `position` in
the session (from 0). `dependences` are derived from these and kept so that one can ask for them in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    func,
    insert,
    inspect,
    select,
    update,
)

from clew.errors import NewerStore

ESCAPED = "\x1b"  # begins a text that is kept escaped


class Exact(TypeDecorator[str]):
    """Text that comes back as it was.

    What databases do not hold (halves of surrogate pairs, as in a file name that is not UTF-8, and NUL) goes in
    escaped.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _: Dialect) -> str | None:
        """Give what the database is to hold."""
        return None if value is None else stored(value)

    def process_result_value(self, value: str | None, _: Dialect) -> str | None:
        """Give the text as it was."""
        return None if value is None else shown(value)


def stored(text: str) -> str:
    """Give the text as a database is to hold it."""
    return text if holds(text) else ESCAPED + text.encode("unicode_escape").decode("ascii")


def shown(text: str) -> str:
    """Give the text as it was, from what a database holds."""
    return text[1:].encode("ascii").decode("unicode_escape") if text.startswith(ESCAPED) else text


def holds(text: str) -> bool:
    """Tell whether any database holds this text as it is."""
    if text.startswith(ESCAPED) or "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


METADATA = MetaData()


def session_column() -> Column[int]:
    """Give the first column of each table but the first: the number of the session."""
    return Column("session", Integer, ForeignKey("sessions.number"), primary_key=True, autoincrement=False)


def key(name: str) -> Column[int]:
    """Give a further column of a primary key."""
    return Column(name, Integer, primary_key=True, autoincrement=False)


def resource_columns() -> tuple[Column[str], Column[str], Column[str], Column[int]]:
    """Give the columns that name a resource: its kind, its name, and for cells and modules the part and number."""
    return (
        Column("resource", Text),
        Column("name", Exact),
        Column("part", Exact),
        Column("cell", Integer),
    )


VERSION = Table("clew_schema", METADATA, Column("version", Integer, primary_key=True))

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("session", Exact, unique=True, nullable=False),
    Column("kind", Text, nullable=False),
    Column("file", Exact, nullable=False),
    Column("argv", Exact, nullable=False),  # a JSON list
    Column("folder", Exact, nullable=False),
    Column("python", Exact, nullable=False),
    Column("started", Float, nullable=False),
    Column("latest", Float, nullable=False),  # when the last thing known of it happened
    Column("ended", Float),  # null until it says that it ended
    Column("error", Exact, nullable=False),
    Column("drained", Integer, nullable=False),  # the offset in its journal up to which it is in these tables
    Column("events", Integer, nullable=False),  # how many events are in these tables
    Column("folded", Integer, nullable=False),  # how many of them the dependences were derived from
    Column("damage", Exact, nullable=False),  # why the rest of its journal cannot be read, or empty
    sqlite_autoincrement=True,  # a number is never given again: users write them down
)

SOURCES = Table(
    "sources",
    METADATA,
    session_column(),
    key("position"),
    Column("number", Integer, nullable=False),
    Column("path", Exact),  # a file, or else a cell:
    Column("execution", Integer),
    Column("cell", Integer),
    Column("text", Exact, nullable=False),
    Column("python", Exact),  # null where it is the text
    Column("time", Float, nullable=False),
)

STEPS = Table(
    "steps",
    METADATA,
    session_column(),
    key("position"),
    Column("number", Integer, nullable=False),
    Column("source", Integer, nullable=False),
    Column("statement", Integer, nullable=False),
    Column("started", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("raised", Exact, nullable=False),
)

CALLS = Table(
    "calls",
    METADATA,
    session_column(),
    key("position"),  # of the step
    key("number"),
    Column("callee", Exact, nullable=False),
    Column("line", Integer, nullable=False),
    Column("column", Integer, nullable=False),
    Column("end_line", Integer, nullable=False),
    Column("end_column", Integer, nullable=False),
    Column("started", Float, nullable=False),
    sqlite_with_rowid=False,
)

EFFECTS = Table(
    "effects",
    METADATA,
    session_column(),
    key("position"),  # of the step
    key("number"),
    Column("verb", Text, nullable=False),
    Column("reason", Text, nullable=False),
    *resource_columns(),
    sqlite_with_rowid=False,
)

REMARKS = Table(
    "remarks",  # the other events, as their rows
    METADATA,
    session_column(),
    key("position"),
    Column("row", Exact, nullable=False),
)

DEPENDENCES = Table(
    "dependences",
    METADATA,
    session_column(),
    key("number"),
    Column("step", Integer, nullable=False),
    Column("on", Integer, nullable=False),
    Column("via", Text, nullable=False),
    Column("reason", Text, nullable=False),
    *resource_columns(),
    sqlite_with_rowid=False,
)

Migration: TypeAlias = Callable[[Connection], None]

# The function at index n takes a store from schema n + 1 to n + 2. A new store is made as METADATA says.
MIGRATIONS: Sequence[Migration] = ()


def bring_up_to_date(connection: Connection, where: str, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Make the tables of a new store, or migrate those of an old one, in the caller's transaction.

    NewerStore if the store was written by a clew that knows more migrations than this one.
    """
    ours = len(migrations) + 1
    if not inspect(connection).has_table(VERSION.name):
        METADATA.create_all(connection)
        connection.execute(insert(VERSION).values(version=ours))
        return
    found = connection.execute(select(func.max(VERSION.c.version))).scalar_one()
    if found > ours:
        raise NewerStore(where, found, ours)
    for migration in migrations[found - 1 :]:
        migration(connection)
    if found < ours:
        connection.execute(update(VERSION).values(version=ours))
