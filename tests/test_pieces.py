"""Sessions in the tables of the store: events and graphs come back as they were, in their places."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from sqlalchemy import Connection, create_engine, func, select

from clew.dataflow.graph import fold
from clew.model.events import Event
from clew.model.graph import Graph
from clew.store.pieces import add_events, keep_graph, kept_graph, remove, stored_events, unpacked
from clew.store.schema import GRAPHS, METADATA, PIECES
from tests.recorded import EVERYTHING
from tests.test_rows import EVENT, tuples

ENGINE = create_engine("sqlite://")


@contextmanager
def tables() -> Iterator[Connection]:
    """Empty tables, gone afterwards."""
    with ENGINE.connect() as connection:
        METADATA.create_all(connection)
        yield connection
        connection.rollback()
        METADATA.drop_all(connection)


@settings(deadline=None)
@given(tuples(EVENT))
def test_events_come_back_as_they_were(events: tuple[Event, ...]) -> None:
    with tables() as connection:
        add_events(connection, 1, 0, events)
        assert stored_events(connection, 1) == events


def test_events_are_added_at_the_end() -> None:
    with tables() as connection:
        add_events(connection, 1, 0, EVERYTHING[:4])
        add_events(connection, 1, 4, EVERYTHING[4:])
        assert stored_events(connection, 1) == EVERYTHING


def test_sessions_are_kept_apart() -> None:
    with tables() as connection:
        add_events(connection, 1, 0, EVERYTHING[:4])
        add_events(connection, 2, 0, EVERYTHING[4:])
        assert stored_events(connection, 1) == EVERYTHING[:4]
        remove(connection, 1)
        assert stored_events(connection, 1) == ()
        assert stored_events(connection, 2) == EVERYTHING[4:]


def faults_kept(connection: Connection, maker: str) -> tuple[str, ...]:
    found = kept_graph(connection, 1, 10, maker)
    assert found is not None
    return found.faults


def test_a_graph_is_kept_for_its_events_and_its_maker() -> None:
    graph, none = fold(()), Graph((), (), {}, {}, {}, faults=("none",))
    assert graph.faults == ()
    with tables() as connection:
        keep_graph(connection, 1, 10, "me", graph)
        assert faults_kept(connection, "me") == ()
        assert kept_graph(connection, 1, 11, "me") is None
        assert kept_graph(connection, 1, 10, "you") is None
        keep_graph(connection, 1, 9, "you", none)  # who has seen less comes late
        assert faults_kept(connection, "me") == ()
        keep_graph(connection, 1, 10, "you", none)
        assert faults_kept(connection, "you") == ("none",)


def test_nothing_of_a_removed_session_stays() -> None:
    with tables() as connection:
        add_events(connection, 1, 0, EVERYTHING)
        keep_graph(connection, 1, len(EVERYTHING), "me", fold(()))
        remove(connection, 1)
        counts = [select(func.count()).select_from(table) for table in (PIECES, GRAPHS)]
        assert [connection.execute(count).scalar_one() for count in counts] == [0, 0]


@pytest.mark.parametrize("content", [b"", b"no zlib at all", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_what_is_no_piece_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # of zlib or of JSON, in their words
        unpacked(content)
