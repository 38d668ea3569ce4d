"""Events by the piece, packed: a step takes a tenth of the room. Graphs are kept as they are asked for."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op

from clew.store.text import Exact

revision = "0003"
down_revision = "0002"

AT_ONCE = 2000  # events of one piece
QUICK = 20_000  # steps: a second or two
RESOURCE = ("resource", "name", "part", "cell")
OLD = {
    "sources": ("position", "number", "path", "execution", "cell", "text", "python", "time"),
    "steps": ("position", "number", "source", "statement", "started", "seconds", "raised"),
    "calls": ("position", "number", "callee", "line", "column", "end_line", "end_column", "started"),
    "effects": ("position", "number", "verb", "reason", *RESOURCE),
    "remarks": ("position", "row"),
}
EXACT = frozenset({"path", "text", "python", "raised", "callee", "name", "part", "row"})

Line: TypeAlias = sa.Row[Any]


def quick(connection: sa.Connection) -> bool:
    """Tell whether this takes only a moment."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM steps").scalar_one()) <= QUICK


def upgrade() -> None:
    """Pack the events of each session; let the old tables go."""
    make_tables()
    for (session,) in op.get_bind().exec_driver_sql("SELECT number FROM sessions ORDER BY number").all():
        pack(op.get_bind(), session)
    for table in ("effects", "calls", "steps", "sources", "remarks", "dependences"):
        op.drop_table(table)
    op.drop_column("sessions", "folded")


def make_tables() -> None:
    """Make the new tables."""
    for table, *columns in (
        ("pieces", sa.Column("position", sa.Integer, primary_key=True, autoincrement=False)),
        ("graphs", sa.Column("maker", sa.Text, nullable=False)),
    ):
        op.create_table(
            table,
            sa.Column("session", sa.Integer, sa.ForeignKey("sessions.number"), primary_key=True, autoincrement=False),
            *columns,
            sa.Column("events", sa.Integer, nullable=False),
            sa.Column("content", sa.LargeBinary, nullable=False),
        )


def pack(connection: sa.Connection, session: int) -> None:
    """Write the events of a session as pieces."""
    rows = dict(rows_of(connection, session))
    places = sorted(rows)  # from 0 on, without gaps
    pieces = sa.table("pieces", *map(sa.column, ("session", "position", "events", "content")))
    for first in range(0, len(places), AT_ONCE):
        some = [rows[place] for place in places[first : first + AT_ONCE]]
        text = json.dumps(some, ensure_ascii=False, separators=(",", ":"))
        content = zlib.compress(text.encode("utf-8", "surrogatepass"))
        line = {"session": session, "position": places[first], "events": len(some), "content": content}
        connection.execute(sa.insert(pieces).values(line))


def rows_of(connection: sa.Connection, session: int) -> Iterator[tuple[int, Any]]:
    """Give the events of a session as rows of a journal, each with its place."""
    calls, effects = defaultdict(list), defaultdict(list)
    for line in lines_of(connection, "calls", session):
        calls[line.position].append(call_row(line))
    for line in lines_of(connection, "effects", session):
        effects[line.position].append([line.verb[0] + line.reason[0], *resource_row(line._mapping)])
    for line in lines_of(connection, "remarks", session):
        yield line.position, json.loads(line.row)
    for line in lines_of(connection, "sources", session):
        place = ["c", line.execution, line.cell] if line.path is None else ["f", line.path]
        yield line.position, ["c", line.number, place, line.text, line.python, line.time]
    for line in lines_of(connection, "steps", session):
        step = [line.number, line.source, line.statement, line.started, line.seconds, line.raised]
        yield line.position, ["s", *step, calls[line.position], effects[line.position]]


def lines_of(connection: sa.Connection, table: str, session: int) -> Iterator[Line]:
    """Give the rows that an old table has of a session."""
    columns = [sa.column(name, Exact if name in EXACT else None) for name in OLD[table]]
    old = sa.table(table, sa.column("session"), *columns)
    keys = [column for column in columns if column.name in ("position", "number")]
    return iter(connection.execute(sa.select(*columns).where(old.c.session == session).order_by(*keys)))


def call_row(line: Line) -> list[Any]:
    """Give the row of a call."""
    return [line.callee, [line.line, line.column, line.end_line, line.end_column], line.started]


def resource_row(line: Mapping[Any, Any]) -> list[Any]:
    """Give the row of a resource."""
    kind, name, part, cell = (line[column] for column in RESOURCE)
    rows = {
        "name": ["n", name],
        "cell": ["c", cell, part, name],
        "ambient": ["a", name, part] if part else ["a", name],
        "file": ["f", name],
        "module": ["m", name, part],
    }
    return rows[kind]
