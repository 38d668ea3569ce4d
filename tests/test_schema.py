"""The schema: made, migrated, refused when newer, and text that comes back as it was."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from sqlalchemy import Connection, inspect, update

from clew.errors import NewerStore, OlderStore
from clew.model.events import Kept
from clew.store.database import Store
from clew.store.databases import Database, at_url, in_folder
from clew.store.schema import METADATA, SCHEMA, VERSION
from clew.store.sessions import State
from clew.store.text import holds, shown, stored
from clew.store.upgrade import MIGRATIONS, bring_up_to_date, newest, revisions, version_of
from tests.postgres import Server
from tests.recorded import EVERYTHING
from tests.test_catalog import record as artifact
from tests.test_rows import TEXT

STORES = Path(__file__).parent / "stores"  # one that each released schema wrote
EVERYTHING_THEN = tuple(event for event in EVERYTHING if not isinstance(event, Kept))  # of every schema so far
REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, quick = {number!r}, {before!r}, {quick}

def upgrade():
    {what}
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = in_folder(tmp_path / "clew.db", "here")
    yield made
    made.close()


def after(folder: Path, *steps: str, quick: bool = True) -> Path:
    """A folder of revisions: today's, which do nothing here, and more that do these."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    for number, what in enumerate(("pass",) * SCHEMA + steps, 1):
        before = f"{number - 1:04}" if number > 1 else None
        text = REVISION.format(number=f"{number:04}", before=before, quick=quick, what=what)
        (versions / f"v{number:04}.py").write_text(text)
    return versions.parent


def columns(database: Database, table: str) -> list[str]:
    with database.reading() as connection:
        return [column["name"] for column in inspect(connection).get_columns(table)]


def version(database: Database) -> int:
    with database.reading() as connection:
        return version_of(connection)


def test_the_revisions_lead_to_todays_schema() -> None:
    assert newest(MIGRATIONS) == SCHEMA


def test_a_new_store_has_every_table(database: Database) -> None:
    assert bring_up_to_date(database) == (0, SCHEMA)
    with database.reading() as connection:
        assert set(inspect(connection).get_table_names()) >= set(METADATA.tables)
    assert bring_up_to_date(database) == (SCHEMA, SCHEMA)


FIRST = "op.create_table('extra', sa.Column('a', sa.Text))"
SECOND = "op.add_column('extra', sa.Column('b', sa.Text))"


def test_an_old_store_is_migrated_in_order(database: Database, tmp_path: Path) -> None:
    bring_up_to_date(database)
    both = after(tmp_path, FIRST, SECOND)
    assert bring_up_to_date(database, both) == (SCHEMA, SCHEMA + 2)
    assert columns(database, "extra") == ["a", "b"]
    assert bring_up_to_date(database, both) == (SCHEMA + 2, SCHEMA + 2)


def test_only_the_migrations_not_yet_done_are_run(database: Database, tmp_path: Path) -> None:
    bring_up_to_date(database)
    bring_up_to_date(database, after(tmp_path, FIRST))
    bring_up_to_date(database, after(tmp_path, "raise AssertionError", SECOND))
    assert columns(database, "extra") == ["a", "b"]


def test_a_failed_migration_leaves_the_old_store(database: Database, tmp_path: Path) -> None:
    bring_up_to_date(database)
    with pytest.raises(KeyboardInterrupt):
        bring_up_to_date(database, after(tmp_path, FIRST, "raise KeyboardInterrupt"))
    assert columns(database, "clew_schema") == ["version"]
    with database.reading() as connection:
        assert not inspect(connection).has_table("extra")
    assert version(database) == SCHEMA


def test_a_long_migration_has_to_be_asked_for(database: Database, tmp_path: Path) -> None:
    bring_up_to_date(database)
    slow = after(tmp_path, FIRST, quick=False)
    with pytest.raises(OlderStore, match=f"has schema {SCHEMA}; this clew uses {SCHEMA + 1}") as caught:
        bring_up_to_date(database, slow)
    assert "clew store migrate" in caught.value.hint
    assert version(database) == SCHEMA
    assert bring_up_to_date(database, slow, asked=True) == (SCHEMA, SCHEMA + 1)


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    with store._writing() as connection:
        connection.execute(update(VERSION).values(version=9))
    store.close()
    with pytest.raises(NewerStore) as caught:
        Store.open(tmp_path)
    assert (caught.value.found, caught.value.ours) == (9, SCHEMA)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("old", sorted(STORES.glob("*.db")), ids=lambda path: path.stem)
def test_a_store_of_every_released_schema_becomes_one_of_today(old: Path, tmp_path: Path) -> None:
    shutil.copy(old, tmp_path / "clew.db")
    store = Store.open(tmp_path)
    assert store.events("s1") == EVERYTHING_THEN
    assert [(row.session, row.steps, row.state) for row in store.sessions()] == [
        ("s1", 3, State.ENDED),
        ("s2", 2, State.INTERRUPTED),
    ]
    if old.stem != "schema-1":  # it knew no artifacts
        assert store.catalog.get("old") == replace(artifact("old"), version=1)
    assert store.catalog.add(artifact()).version == 1
    with store.database.reading() as connection:
        assert version_of(connection) == SCHEMA
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert connection.exec_driver_sql("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
        migrated = declared(connection)
    store.close()
    assert migrated == declared_new(tmp_path / "new")


@pytest.mark.parametrize("old", sorted(STORES.glob("*.sql")), ids=lambda path: path.stem)
def test_a_database_of_every_released_schema_becomes_one_of_today(old: Path, tmp_path: Path, postgres: Server) -> None:
    url = postgres.new_database()
    postgres.restore(url, old)
    with pytest.raises(OlderStore):  # others may use it with the clew that made it
        Store.open(tmp_path, url)
    database = at_url(url)
    assert bring_up_to_date(database, asked=True) == (int(old.stem.partition("-")[2]), SCHEMA)
    database.close()
    store = Store.open(tmp_path, url)
    assert store.events("s1") == EVERYTHING_THEN
    assert [(row.session, row.steps) for row in store.sessions()] == [("s1", 3), ("s2", 2)]
    assert store.catalog.get("old") == replace(artifact("old"), version=1)
    assert store.catalog.add(artifact()).version == 1
    with store.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    store.close()
    postgres.drop(url)


def declared(connection: Connection) -> dict[str, object]:
    """What SQLite knows of each table and index, in whatever order its columns stand."""
    found: dict[str, object] = {}
    for name, kind, sql in connection.exec_driver_sql("SELECT name, type, sql FROM sqlite_schema").all():
        asked = "table_xinfo" if kind == "table" else "index_xinfo"
        columns = connection.exec_driver_sql(f"PRAGMA {asked}({name})").all()
        words = [word for word in ("WITHOUT ROWID", "AUTOINCREMENT", "WHERE", "CASCADE") if word in (sql or "")]
        found[name] = (words, sorted(str(tuple(column)[kind == "table" :]) for column in columns))
    return found


def declared_new(folder: Path) -> dict[str, object]:
    store = Store.open(folder)
    with store.database.reading() as connection:
        found = declared(connection)
    store.close()
    return found


def test_a_migration_of_much_has_to_be_asked_for(tmp_path: Path) -> None:
    shutil.copy(STORES / "schema-2.db", tmp_path / "clew.db")
    packing = next(each.module for each in revisions(MIGRATIONS, 2) if each.revision == "0003")
    with closing(sqlite3.connect(tmp_path / "clew.db")) as plain:
        many = [(2, place, place, 0, 0, 1.0, 1.0, "") for place in range(3, 3 + packing.QUICK)]
        plain.executemany("INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?)", many)
        plain.commit()
    with pytest.raises(OlderStore):
        Store.open(tmp_path)
    database = in_folder(tmp_path / "clew.db", "here")
    assert bring_up_to_date(database, asked=True) == (2, SCHEMA)
    database.close()
    store = Store.open(tmp_path)
    assert len(store.events("s2")) == 3 + packing.QUICK
    store.close()


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
