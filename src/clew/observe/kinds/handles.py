"""Open files, files in memory, databases and connections: doors to what is outside the heap."""

from __future__ import annotations

import gc
import io
import os
import sys

from xxhash import xxh3_64_intdigest

from clew.model.typed import Any
from clew.observe.atoms import digest_of
from clew.observe.databases import CONNECTIONS, MEMORY, connection_state, database_stamps, engine_path
from clew.observe.kind import Digest, Kind, Opaque, Reach
from clew.observe.kinds.raw import attribute
from clew.observe.openhandles import below, file_of

CLOSED = Digest(0)

_closed = io.FileIO.__dict__["closed"].__get__


def handle_reach(handle: Any) -> Reach:
    """The handle that it hands its bytes to."""
    inner = below(handle)
    return Reach() if inner is None else Reach([inner])


def handle_digest(handle: Any) -> Digest | Opaque:
    """Where an open file stands cannot be asked without flushing what waits in its buffer."""
    file = file_of(handle)
    if file is None:
        return Opaque("a handle on something other than a file")
    if _closed(file):
        return CLOSED
    return _raw_digest(file) if handle is file else Opaque("the place in an open file")


def _raw_digest(file: io.FileIO) -> Digest | Opaque:
    try:
        return Digest(1 + os.lseek(io.FileIO.fileno(file), 0, os.SEEK_CUR))
    except (OSError, ValueError):
        return Opaque("a pipe or terminal")


def memory_digest(file: Any) -> Digest | Opaque:
    """Content and place of a file in memory."""
    try:
        if isinstance(file, io.BytesIO):
            content, place = io.BytesIO.getvalue(file), io.BytesIO.tell(file)
        else:
            content, place = io.StringIO.getvalue(file).encode("utf-8", "surrogatepass"), io.StringIO.tell(file)
    except ValueError:
        return CLOSED
    return Digest(xxh3_64_intdigest(content, place & (2**64 - 1)))


def csv_reach(table: Any) -> Reach:
    """The handle behind a csv writer, of which it keeps the `write` method; what a reader goes over."""
    return Reach([getattr(held, "__self__", held) if type(held) is _METHOD else held for held in _referents(table)])


_METHOD = type(io.StringIO().write)


def _referents(table: Any) -> list[object]:
    return [held for held in gc.get_referents(table) if not isinstance(held, type)]


def csv_digest(table: Any) -> Digest:
    """How many lines a reader has read; a writer has no state of its own."""
    line = type(table).__dict__.get("line_num")
    return Digest(line.__get__(table) if line is not None else 0)


def connection_reach(connection: Any) -> Reach:
    """Connections to one file share what is in it."""
    token = CONNECTIONS.token(CONNECTIONS.path(connection))
    return Reach() if token is None else Reach(keys=(token,))


def connection_digest(connection: Any) -> Digest | Opaque:
    """What the database holds: by its file, or by its content if it is in memory; and how rows are handed out."""
    state = connection_state(connection)
    if state is None:
        return Opaque("a database connection that cannot be looked into")
    named = sys.modules["sqlite3"].Connection.__dict__
    return Digest(digest_of([state[1], *(named[name].__get__(connection) for name in ("row_factory", "text_factory"))]))


def cursor_reach(cursor: Any) -> Reach:
    """The connection of a cursor."""
    held = sys.modules["sqlite3"].Cursor.__dict__["connection"].__get__(cursor)
    return Reach() if held is None else Reach([held])


def unseen(door: Any) -> Opaque:
    """What lies behind cannot be seen."""
    return Opaque(f"what lies behind a {type(door).__name__}")


def engine_reach(engine: Any) -> Reach:
    """Engines share the SQLite file they are for with every other connection to it."""
    token = CONNECTIONS.token(_sqlite_path(engine))
    return Reach() if token is None else Reach(keys=(token,))


def engine_digest(engine: Any) -> Digest | Opaque:
    """A SQLite file by time and size; other databases are out of sight."""
    path = _sqlite_path(engine)
    if path in ("", MEMORY):
        return Opaque("a database out of sight")
    return Digest(xxh3_64_intdigest(repr(database_stamps(path)).encode()))


def _sqlite_path(engine: Any) -> str:
    url = object.__getattribute__(engine, "__dict__").get("url")
    if not isinstance(url, tuple):  # SQLAlchemy's URL is a named tuple
        return ""
    driver, database = url[0], url[5]
    return engine_path(database) if type(driver) is str and driver.startswith("sqlite") else ""


def session_reach(session: Any) -> Reach:
    """The engine of a SQLAlchemy connection or session."""
    held = object.__getattribute__(session, "__dict__")
    pooled = held.get("_dbapi_connection")
    inner = None if pooled is None else attribute(pooled, "dbapi_connection")
    return Reach([one for one in (held.get("engine"), held.get("bind"), inner) if one is not None])


KINDS = (
    Kind(
        "handle",
        ("_io.TextIOWrapper", "_io.BufferedReader", "_io.BufferedWriter", "_io.BufferedRandom", "_io.FileIO"),
        handle_reach,
        handle_digest,
    ),
    Kind("memory file", ("_io.BytesIO", "_io.StringIO"), lambda file: Reach(), memory_digest),
    Kind("csv", ("_csv.writer", "_csv.reader", "_csv.Writer", "_csv.Reader"), csv_reach, csv_digest),
    Kind("database connection", ("sqlite3.Connection",), connection_reach, connection_digest),
    Kind("database cursor", ("sqlite3.Cursor",), cursor_reach, unseen),
    Kind("database engine", ("sqlalchemy.engine.base.Engine",), engine_reach, engine_digest),
    Kind(
        "database session",
        ("sqlalchemy.engine.base.Connection", "sqlalchemy.orm.session.Session"),
        session_reach,
        unseen,
    ),
    Kind("socket", ("_socket.socket",), lambda socket: Reach(), unseen),
)
