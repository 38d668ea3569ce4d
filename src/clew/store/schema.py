"""The tables of the store, and how a store written by an older clew is brought up to them.

Everything a session did is in `sources`, `steps`, `calls`, `effects` and `remarks`, each event at its `position` in
the session (from 0). `dependences` are derived from these and kept so that one can ask for them in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
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
BIG = BigInteger().with_variant(Integer, "sqlite")  # SQLite's integers are big ones


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


def number() -> Column[int]:
    """Give the key of a table whose rows are pointed at."""
    return Column("number", Integer, primary_key=True)


def artifact_column() -> Column[int]:
    """Give the first column of what belongs to a version of an artifact."""
    whole = ForeignKey("artifacts.number", ondelete="CASCADE")
    return Column("artifact", Integer, whole, primary_key=True, autoincrement=False)


NAMES = Table(
    "artifact_names",
    METADATA,
    number(),
    Column("name", Exact, unique=True, nullable=False),
    Column("latest", Integer, nullable=False),  # the version given last; never given again
)

TEXTS = Table(
    "texts",  # codes, each kept once: sessions save more than one artifact
    METADATA,
    Column("hash", Text, primary_key=True),  # SHA-256 of the text, in hexadecimal digits
    Column("text", Exact, nullable=False),
    sqlite_with_rowid=False,
)

ARTIFACTS = Table(
    "artifacts",
    METADATA,
    number(),
    Column("name", Integer, ForeignKey("artifact_names.number"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created", Float, nullable=False),
    Column("deleted", Float),  # null where it is not
    Column("note", Exact, nullable=False),
    Column("type", Exact, nullable=False),
    Column("codec", Text, nullable=False),
    Column("blob", Text),  # the hash of its bytes in the blob store,
    Column("size", BIG),
    Column("uri", Exact),  # or else where another system keeps it
    Column("preview", Text),
    Column("preview_size", BIG),
    Column("signature", Text, nullable=False),
    Column("signer", Exact, nullable=False),
    Column("session", Exact, nullable=False),  # its id; an artifact outlives the session's record
    Column("step", Integer, nullable=False),
    Column("nth", Integer, nullable=False),
    Column("variable", Exact, nullable=False),
    Column("whence", Text, nullable=False),
    Column("code", Text, ForeignKey("texts.hash")),
    Column("session_code", Text, ForeignKey("texts.hash")),
    Column("python", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("commit", Text, nullable=False),
    Column("dirty", Boolean, nullable=False),
    Column("user", Exact, nullable=False),
    Column("host", Exact, nullable=False),
    UniqueConstraint("name", "version"),
    sqlite_autoincrement=True,
)
Index("artifacts_created", ARTIFACTS.c.created)
Index("artifacts_type", ARTIFACTS.c.type)
Index("artifacts_blob", ARTIFACTS.c.blob)
Index("artifacts_code", ARTIFACTS.c.code)
Index("artifacts_session_code", ARTIFACTS.c.session_code)
PENDING = ARTIFACTS.c.whence == "pending"
Index("artifacts_pending", ARTIFACTS.c.session, sqlite_where=PENDING, postgresql_where=PENDING)

TAGS = Table(
    "artifact_tags",
    METADATA,
    artifact_column(),
    Column("key", Exact, primary_key=True),
    Column("value", Exact, nullable=False),
    sqlite_with_rowid=False,
)
Index("artifact_tags_key", TAGS.c.key, TAGS.c.value)

PLACES = Table(
    "places",  # what codes read from outside: the same file is read again and again
    METADATA,
    number(),
    Column("kind", Text, nullable=False),
    Column("place", Exact, nullable=False),
    UniqueConstraint("place", "kind"),
)

INPUTS = Table(
    "artifact_inputs",
    METADATA,
    artifact_column(),
    key("position"),
    Column("place", Integer, ForeignKey("places.number"), nullable=False),
    Column("hash", Text, nullable=False),
    Column("size", BIG, nullable=False),
    Column("modified", Float, nullable=False),
    sqlite_with_rowid=False,
)
Index("artifact_inputs_place", INPUTS.c.place)

PACKAGES = Table(
    "artifact_packages",
    METADATA,
    artifact_column(),
    Column("package", Exact, primary_key=True),
    Column("version", Exact, nullable=False),
    sqlite_with_rowid=False,
)
Index("artifact_packages_package", PACKAGES.c.package, PACKAGES.c.version)

ARTIFACT_TABLES = (NAMES, TEXTS, ARTIFACTS, TAGS, PLACES, INPUTS, PACKAGES)

Migration: TypeAlias = Callable[[Connection], None]

# The function at index n takes a store from schema n + 1 to n + 2. A new store is made as METADATA says.
MIGRATIONS: Sequence[Migration] = (lambda connection: METADATA.create_all(connection, ARTIFACT_TABLES),)


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
