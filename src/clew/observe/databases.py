"""Databases: which file a connection writes, and a fingerprint of what it holds."""

from __future__ import annotations

import gc
import os
import sys
from _thread import get_ident

from xxhash import xxh3_64_intdigest

from clew.knowledge.lines import identity
from clew.model.typed import Any
from clew.observe.stamps import absolute, plain_path, stamp

MEMORY = ":memory:"
SIDES = ("", "-wal", "-journal")
QUIET = 6  # what a connection refers to when nobody traces it: class, cache, cursors, blobs, row and text factory


class Connections:
    """The file of each sqlite3 connection, heard when it was opened. Connections take no weak references.

    A new connection at the address of a dead one is heard too, and takes its place.
    """

    __slots__ = ("_opening", "_paths", "_tokens")

    def __init__(self) -> None:
        self._opening: dict[int, str] = {}
        self._paths: dict[int, str] = {}
        self._tokens: dict[str, str] = {}

    def hear(self, event: str, args: tuple[Any, ...]) -> str | None:
        """Take note of a connection; the file that is about to be opened, where it is one."""
        if event == "sqlite3.connect":
            path = database_path(args[0])
            self._opening[get_ident()] = path
            return None if path == MEMORY else path
        self._paths[identity(args[0])] = self._opening.pop(get_ident(), "")
        return None

    def path(self, connection: object) -> str:
        """The absolute path of the connection's file, `:memory:`, or empty if it was opened unheard."""
        return self._paths.get(identity(connection), "")

    def token(self, path: str) -> object:
        """The one object that stands for a database file; None for a database that nobody shares."""
        return None if path in ("", MEMORY) else self._tokens.setdefault(path, path)


CONNECTIONS = Connections()


def database_path(given: object) -> str:
    """The absolute path that `sqlite3.connect` was given, as a path or an URI; `:memory:` for none."""
    named = plain_path(given)
    if not named or named == MEMORY:
        return MEMORY
    if not named.startswith("file:"):
        return absolute(named)
    path, _, query = named.removeprefix("file:").partition("#")[0].partition("?")
    if path.startswith("//"):
        path = "/" + path[2:].partition("/")[2]  # after the name of the machine, which is this one
    inside = "mode=memory" in query or path in ("", MEMORY)
    return MEMORY if inside else absolute(unquoted(path))


def unquoted(path: str) -> str:
    """Put the bytes of a URI's path in place of `%41`, as `urllib` does, which takes long to load."""
    first, *others = os.fsencode(path).split(b"%")
    return os.fsdecode(first + b"".join(map(unescaped, others)))


def unescaped(text: bytes) -> bytes:
    """Read what follows a percent sign."""
    try:
        return bytes.fromhex(text[:2].decode("ascii")) + text[2:] if len(text[:2].strip()) == 2 else b"%" + text
    except ValueError:
        return b"%" + text


def connection_state(connection: object) -> tuple[str, int] | None:
    """The file of a connection and a fingerprint of the data as it sees them; None where we cannot see.

    We cannot see connections of other threads, closed ones, and those in memory whose statements the program
    traces: it would see ours.
    """
    sqlite = sys.modules["sqlite3"]  # loaded, for there is a connection
    own = sqlite.Connection.__dict__  # past what a subclass of the program's may override
    path = CONNECTIONS.path(connection)
    try:
        counts = (own["total_changes"].__get__(connection), own["in_transaction"].__get__(connection))
        if path == MEMORY:
            content = _content(connection, own.get("serialize"), sqlite.OperationalError)
            return None if content is None else (MEMORY, xxh3_64_intdigest(content or repr(counts).encode()))
    except sqlite.Error:
        return None
    return (path, xxh3_64_intdigest(repr((counts, database_stamps(path))).encode())) if path else None


def _content(connection: object, serialize: Any, empty: type[Exception]) -> bytes | None:
    """All of a database in memory; None where the build of SQLite cannot tell, or the program would notice."""
    if serialize is None or len(gc.get_referents(connection)) > QUIET:
        return None
    try:
        content: bytes = serialize(connection)
    except empty:  # nothing in it yet
        return b""
    return content


def database_stamps(path: str) -> tuple[tuple[int, int] | None, ...]:
    """Time and size of a database file and of the logs beside it."""
    seen = (stamp(path + side) for side in SIDES)
    return tuple(one and (one.modified, one.size) for one in seen)


def engine_path(database: str | None) -> str:
    """The absolute path in a SQLAlchemy URL of SQLite, or `:memory:`."""
    return MEMORY if not database or MEMORY in database else absolute(os.fspath(database))
