"""Events in the tables of the store: each comes back as it was, in its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import Connection, create_engine, func, select

from clew.model.effects import Effect, Reason
from clew.model.events import Event
from clew.model.graph import Dependence, Via
from clew.store.columns import (
    EVENT_TABLES,
    VERBS,
    add_events,
    remove,
    replace_dependences,
    stored_dependences,
    stored_events,
)
from clew.store.schema import DEPENDENCES, EFFECTS, METADATA
from tests.recorded import EVERYTHING
from tests.test_rows import EVENT, NUMBER, RESOURCE, tuples

DEPENDENCE = some.builds(
    Dependence,
    NUMBER | some.just(-1),
    NUMBER,
    some.sampled_from(list(Via)),
    some.none() | RESOURCE,
    some.sampled_from(list(Reason)),
)
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


@settings(deadline=None)
@given(tuples(DEPENDENCE))
def test_dependences_come_back_as_they_were(dependences: tuple[Dependence, ...]) -> None:
    with tables() as connection:
        replace_dependences(connection, 1, dependences)
        assert stored_dependences(connection, 1) == dependences


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


def test_dependences_are_replaced() -> None:
    old, new = (Dependence(2, on, Via.DATA, None, Reason.OBSERVED) for on in (0, 1))
    with tables() as connection:
        replace_dependences(connection, 1, (old, old))
        replace_dependences(connection, 2, (old,))
        replace_dependences(connection, 1, (new,))
        assert stored_dependences(connection, 1) == (new,)
        assert stored_dependences(connection, 2) == (old,)


def test_nothing_of_a_removed_session_stays() -> None:
    with tables() as connection:
        add_events(connection, 1, 0, EVERYTHING)
        replace_dependences(connection, 1, (Dependence(2, 1, Via.DATA, None, Reason.OBSERVED),))
        remove(connection, 1)
        counts = [select(func.count()).select_from(table) for table in (*EVENT_TABLES, DEPENDENCES)]
        assert [connection.execute(count).scalar_one() for count in counts] == [0] * 6


def test_each_verb_has_its_word() -> None:
    assert set(VERBS.values()) == set(get_args(Effect))


def test_effects_can_be_asked_for_in_words() -> None:
    drawn = (EFFECTS.c.verb == "changed", EFFECTS.c.resource == "ambient", EFFECTS.c.name == "random")
    with tables() as connection:
        add_events(connection, 1, 0, EVERYTHING)
        assert connection.execute(select(EFFECTS.c.position, EFFECTS.c.reason).where(*drawn)).all() == [(5, "known")]
