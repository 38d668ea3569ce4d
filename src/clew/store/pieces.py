"""What sessions did, in the tables of the store: events by the piece, each piece packed.

A piece is what was taken out of a journal at once, as the rows that the journal had. Row by row in tables of their own
events took seven times the room, and three times the time to read.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from clew.model.events import Event
from clew.model.graph import Graph
from clew.store.databases import upsert
from clew.store.graphs import packed_graph, unpacked_graph
from clew.store.rows import from_row, to_row
from clew.store.schema import GRAPHS, PIECES


def add_events(connection: Connection, session: int, position: int, events: Sequence[Event]) -> None:
    """Write events of a session, the first of them at `position`."""
    if events:
        content = packed([to_row(event) for event in events])
        line = {"session": session, "position": position, "events": len(events), "content": content}
        connection.execute(insert(PIECES).values(line))


def stored_events(connection: Connection, session: int) -> tuple[Event, ...]:
    """Read the events of a session, in their order."""
    asked = select(PIECES.c.content).where(PIECES.c.session == session).order_by(PIECES.c.position)
    pieces = connection.execute(asked).scalars()
    return tuple(from_row(row) for content in pieces for row in unpacked(content))


def keep_graph(connection: Connection, session: int, events: int, maker: str, graph: Graph) -> None:
    """Keep the graph of a session, made from so many of its events, unless one of more of them is there."""
    line = {"session": session, "events": events, "maker": maker, "content": squeezed(packed_graph(graph))}
    change = {name: line[name] for name in ("events", "maker", "content")}
    made = upsert(connection, GRAPHS, line, ["session"], change, where=GRAPHS.c.events <= events)
    connection.execute(made)


def kept_graph(connection: Connection, session: int, events: int, maker: str) -> Graph | None:
    """Give the graph of a session if it is kept, made from just so many events by this maker."""
    asked = select(GRAPHS.c.content).where(GRAPHS.c.session == session)
    current = (GRAPHS.c.events == events, GRAPHS.c.maker == maker)
    content = connection.execute(asked.where(*current)).scalar_one_or_none()
    return None if content is None else unpacked_graph(loose(content))


def remove(connection: Connection, session: int) -> None:
    """Take everything about a session out of the tables, but for its own line."""
    for table in (PIECES, GRAPHS):
        connection.execute(delete(table).where(table.c.session == session))


def packed(rows: Sequence[Any]) -> bytes:
    """Give rows as bytes, few of them."""
    return squeezed(json.dumps(rows, ensure_ascii=False, separators=(",", ":")))


def unpacked(content: bytes) -> Any:
    """Give the rows again; ValueError if the bytes are not what `packed` gave."""
    return json.loads(loose(content))


def squeezed(text: str) -> bytes:
    """Give a text as few bytes."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"))


def loose(content: bytes) -> str:
    """Give the text again; ValueError if the bytes are not what `squeezed` gave."""
    try:
        return zlib.decompress(content).decode("utf-8", "surrogatepass")
    except zlib.error as error:
        raise ValueError(str(error)) from error
