"""The tables of the store. `migrations/` brings those that an older clew made up to them.

Everything a session did is in `pieces`, some events in each, as rows in JSON, packed by zlib; `graphs` are made from these, and kept because that takes
time. `executions` are further runs of sessions, each with its own events, steps and values told apart. `artifacts` has
a row a version; what belongs to a version is in the tables that point at it. Their values are in the blob store.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from clew.store.text import BIG, Exact

SCHEMA = 6  # the version of what is below
METADATA = MetaData()


def key(name: str) -> Column[int]:
    """Give a column of a primary key that is not counted by the database."""
    return Column(name, Integer, primary_key=True, autoincrement=False)


def numbered() -> Column[int]:
    """Give the key of a table whose rows are pointed at."""
    return Column("number", Integer, primary_key=True)


def of_session(name: str, *columns: Column[Any]) -> Table:
    """Make a table of what sessions did, each row with the number of its session and further keys."""
    session = Column("session", Integer, ForeignKey("sessions.number"), primary_key=True, autoincrement=False)
    return Table(name, METADATA, session, *columns)  # SQLite keeps long rows better by its own row numbers


def of_artifact(name: str, *columns: Column[Any]) -> Table:
    """Make a table of what belongs to versions of artifacts, and goes with them."""
    whole = ForeignKey("artifacts.number", ondelete="CASCADE")
    artifact = Column("artifact", Integer, whole, primary_key=True, autoincrement=False)
    return Table(name, METADATA, artifact, *columns, sqlite_with_rowid=False)


def of_execution(name: str, *columns: Column[Any]) -> Table:
    """Make a table of what executions did, and goes with them."""
    whole = ForeignKey("executions.number", ondelete="CASCADE")
    execution = Column("execution", Integer, whole, primary_key=True, autoincrement=False)
    return Table(name, METADATA, execution, *columns)


VERSION = Table("clew_schema", METADATA, Column("version", Integer, primary_key=True))

SESSIONS = Table(
    "sessions",
    METADATA,
    numbered(),
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
    Column("drained", BIG, nullable=False),  # the offset in its journal up to which it is in these tables
    Column("events", Integer, nullable=False),  # how many events are in these tables
    Column("damage", Exact, nullable=False),  # why the rest of its journal cannot be read, or empty
    Column("steps", Integer, nullable=False, server_default="0"),  # how many of the events are steps
    sqlite_autoincrement=True,  # a number is never given again: users write them down
)

PIECES = of_session(
    "pieces",
    key("position"),  # of its first event in the session, from 0
    Column("events", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

GRAPHS = of_session(
    "graphs",
    Column("events", Integer, nullable=False),  # how many it was made from
    Column("maker", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

EXECUTIONS = Table(
    "executions",
    METADATA,
    numbered(),
    Column("execution", Exact, unique=True, nullable=False),
    Column("session", Exact, nullable=False),  # the id of what was run; empty for code of no session
    Column("what", Exact, nullable=False),  # in words, where it was not all of the session
    Column("folder", Exact, nullable=False),
    Column("python", Exact, nullable=False),
    Column("started", Float, nullable=False),
    Column("ended", Float),  # null while it runs, or where it was interrupted
    Column("error", Exact, nullable=False),
    sqlite_autoincrement=True,
)
Index("executions_session", EXECUTIONS.c.session)

EXECUTED = of_execution(
    "executed",
    key("position"),
    Column("step", Integer, nullable=False),  # its number in the session
    Column("own", Integer, nullable=False),  # its number among the events of this execution
    Column("started", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("raised", Exact, nullable=False),
)

EXECUTION_VALUES = of_execution(
    "execution_values",
    key("position"),  # of the step
    Column("name", Exact, primary_key=True),  # of a variable; empty for what an expression gave
    Column("type", Exact, nullable=False),
    Column("digest", Text, nullable=False),  # equal values have equal ones; empty where that cannot be told
)

EXECUTION_PIECES = of_execution(
    "execution_pieces", key("position"), Column("content", LargeBinary, nullable=False)
)  # its events, packed as those of sessions

NAMES = Table(
    "artifact_names",
    METADATA,
    numbered(),
    Column("name", Exact, unique=True, nullable=False),
    Column("latest", Integer, nullable=False),  # the version given last; never given again
)

TEXTS = Table(
    "texts",  # codes, each kept once: a session saves more than one artifact
    METADATA,
    Column("hash", Text, primary_key=True),  # SHA-256 of the text, in hexadecimal digits
    Column("text", Exact, nullable=False),
    sqlite_with_rowid=False,
)

ARTIFACTS = Table(
    "artifacts",
    METADATA,
    numbered(),
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
    Column("session", Exact, nullable=False),  # its id: an artifact outlives the record of its session
    Column("step", Integer, nullable=False),
    Column("nth", Integer, nullable=False),
    Column("variable", Exact, nullable=False),
    Column("whence", Text, nullable=False),
    Column("code", Text, ForeignKey("texts.hash")),
    Column("session_code", Text, ForeignKey("texts.hash")),
    Column("python", Exact, nullable=False),
    Column("platform", Exact, nullable=False),
    Column("commit", Text, nullable=False),
    Column("dirty", Boolean, nullable=False),
    Column("user", Exact, nullable=False),
    Column("host", Exact, nullable=False),
    UniqueConstraint("name", "version"),
    sqlite_autoincrement=True,
)
PENDING = ARTIFACTS.c.whence == literal_column("'pending'")  # as it stands: databases match it with the index below
Index("artifacts_created", ARTIFACTS.c.created, ARTIFACTS.c.number, ARTIFACTS.c.deleted)
Index("artifacts_type", ARTIFACTS.c.type)
Index("artifacts_blob", ARTIFACTS.c.blob)
Index("artifacts_preview", ARTIFACTS.c.preview)
Index("artifacts_code", ARTIFACTS.c.code)
Index("artifacts_session_code", ARTIFACTS.c.session_code)
Index("artifacts_pending", ARTIFACTS.c.session, sqlite_where=PENDING, postgresql_where=PENDING)

TAGS = of_artifact("artifact_tags", Column("key", Exact, primary_key=True), Column("value", Exact, nullable=False))
Index("artifact_tags_key", TAGS.c.key, TAGS.c.value)

PLACES = Table(
    "places",  # what codes read from outside, each once: the same files are read again and again
    METADATA,
    numbered(),
    Column("hash", Text, unique=True, nullable=False),  # SHA-256 of kind and place, which may be long
    Column("kind", Text, nullable=False),
    Column("place", Exact, nullable=False),
)

INPUTS = of_artifact(
    "artifact_inputs",
    key("position"),
    Column("place", Integer, ForeignKey("places.number"), nullable=False),
    Column("hash", Text, nullable=False),
    Column("size", BIG, nullable=False),
    Column("modified", Float, nullable=False),
)
Index("artifact_inputs_place", INPUTS.c.place)

PACKAGES = of_artifact(
    "artifact_packages", Column("package", Exact, primary_key=True), Column("version", Exact, nullable=False)
)
Index("artifact_packages_package", PACKAGES.c.package, PACKAGES.c.version)

VERDICTS = Table(
    "artifact_verdicts",
    METADATA,
    numbered(),
    Column("artifact", Integer, ForeignKey("artifacts.number", ondelete="CASCADE"), nullable=False),
    Column("finding", Text, nullable=False),
    Column("said", Exact, nullable=False),  # where it differs, or why nobody can tell
    Column("time", Float, nullable=False),
    Column("seconds", Float, nullable=False),  # for which the code ran; 0 where it did not
    Column("python", Exact, nullable=False),
    Column("packages", Exact, nullable=False),  # a JSON list of names and versions
    Column("tolerance", Float, nullable=False),
    sqlite_autoincrement=True,
)
Index("artifact_verdicts_artifact", VERDICTS.c.artifact, VERDICTS.c.number)

KEPT_VALUES = Table(
    "kept_values",
    METADATA,
    numbered(),
    Column("session", Exact, nullable=False),
    Column("names", Exact, nullable=False),  # a JSON list: variables that share memory are one group
    Column("needs", Exact, nullable=False),  # a JSON list: classes and functions of the program, needed to load it
    Column("ambient", Exact, nullable=False),  # the kind of hidden state, where it is no variable's value
    Column("step", Integer, nullable=False),  # after which it was like this
    Column("blob", Text, nullable=False),
    Column("size", BIG, nullable=False),
    Column("signature", Text, nullable=False),
    Column("signer", Text, nullable=False),
    Column("seconds", Float, nullable=False),  # that it would take to make it again
    Column("created", Float, nullable=False),
    sqlite_autoincrement=True,
)
Index("kept_values_session", KEPT_VALUES.c.session)

KEPT_NOTES = Table(
    "kept_notes",
    METADATA,
    Column("session", Exact, primary_key=True),
    Column("note", Exact, nullable=False),  # JSON: digests of values, and what the session found around it
)
