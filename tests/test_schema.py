"""The schema: made, migrated, refused when newer, and text that comes back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from sqlalchemy import Connection, Engine, create_engine, func, inspect, select, text, update

from clew.errors import NewerStore
from clew.store.database import Store
from clew.store.schema import METADATA, MIGRATIONS, VERSION, bring_up_to_date, holds, shown, stored
from tests.test_rows import TEXT


def memory() -> Engine:
    return create_engine("sqlite://")


def version(connection: Connection) -> int:
    return int(connection.execute(select(func.max(VERSION.c.version))).scalar_one())


def test_a_new_store_has_every_table() -> None:
    with memory().begin() as connection:
        bring_up_to_date(connection, "here")
        assert set(inspect(connection).get_table_names()) >= set(METADATA.tables)
        assert version(connection) == len(MIGRATIONS) + 1


def test_an_old_store_is_migrated_in_order() -> None:
    def first(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE extra (a)"))

    def second(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE extra ADD COLUMN b"))

    with memory().begin() as connection:
        bring_up_to_date(connection, "here", ())
        bring_up_to_date(connection, "here", (first, second))
        assert [column["name"] for column in inspect(connection).get_columns("extra")] == ["a", "b"]
        assert version(connection) == 3
        bring_up_to_date(connection, "here", (first, second))  # a second time would fail: the table is there


def test_only_the_migrations_not_yet_done_are_run() -> None:
    def never(connection: Connection) -> None:
        raise AssertionError(connection)

    ran: list[Connection] = []
    with memory().begin() as connection:
        bring_up_to_date(connection, "here", (never,))
        bring_up_to_date(connection, "here", (never, ran.append))
        assert ran == [connection]


def test_a_failed_migration_leaves_the_old_store(tmp_path: Path) -> None:
    def half(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE extra (a)"))
        raise KeyboardInterrupt

    Store.open(tmp_path).close()
    with pytest.raises(KeyboardInterrupt):
        Store.open(tmp_path, (*MIGRATIONS, half))
    store = Store.open(tmp_path)
    with store._reading() as connection:
        assert not inspect(connection).has_table("extra")
        assert version(connection) == len(MIGRATIONS) + 1
    store.close()


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    with store._writing() as connection:
        connection.execute(update(VERSION).values(version=9))
    store.close()
    with pytest.raises(NewerStore) as caught:
        Store.open(tmp_path)
    assert (caught.value.found, caught.value.ours) == (9, len(MIGRATIONS) + 1)
    assert str(tmp_path) in str(caught.value)


@given(TEXT)
def test_text_comes_back_as_it_was(value: str) -> None:
    assert shown(stored(value)) == value


@given(TEXT)
def test_every_database_holds_what_is_stored(value: str) -> None:
    assert "\0" not in stored(value)
    assert stored(value).encode().decode() == stored(value)


def test_ordinary_text_is_stored_as_it_is() -> None:
    assert [stored(value) for value in ("", "größe", "a\nb\t", "\u2028")] == ["", "größe", "a\nb\t", "\u2028"]
    assert not holds("\udce9")
