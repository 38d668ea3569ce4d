"""Databases that many use at once: forked children, writers that never end, and what is not loaded before it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from clew.errors import OlderStore, StoreError
from clew.store.database import Store
from clew.store.databases import Database, at_url, in_folder
from clew.store.paths import Address
from clew.store.schema import SCHEMA
from clew.store.upgrade import bring_up_to_date
from tests.test_catalog import record
from tests.test_schema import FIRST, after


def in_a_child(what: Callable[[], None]) -> int:
    """Do something in a forked child; give its exit status."""
    child = os.fork()
    if not child:
        status = 1
        try:
            what()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_forked_child_and_its_parent_save_on(store: Store) -> None:
    store.catalog.add(record())

    def save() -> None:
        assert store.catalog.add(record()).version == 2
        assert len(store.catalog.find()) == 2

    assert in_a_child(save) == 0
    assert store.catalog.add(record()).version == 3
    assert [each.version for each in store.catalog.versions("churn")] == [1, 2, 3]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clew.store.databases.PATIENCE", 0.3)


def test_nobody_waits_for_ever(impatient: None, address: Address) -> None:
    store = Store.open(Path(address.folder), address.url)
    other = Store.open(Path(address.folder), address.url)
    with store.database.writing(alone=True), pytest.raises(StoreError, match="lock"):
        other.catalog.add(record())
    assert other.catalog.add(record()).version == 1
    other.close()
    store.close()


def test_who_reads_does_not_wait_for_who_writes(store: Store) -> None:
    store.catalog.add(record())
    found: list[int] = []
    with store.database.writing("a session"):
        reader = threading.Thread(target=lambda: found.append(store.catalog.count()))
        reader.start()
        reader.join(20)
    assert found == [1]


def test_who_reads_sees_one_moment(store: Store) -> None:
    store.catalog.add(record())
    with store.database.reading() as connection:
        asked = "SELECT count(*) FROM artifacts"
        before = connection.exec_driver_sql(asked).scalar_one()
        store.catalog.add(record())
        assert connection.exec_driver_sql(asked).scalar_one() == before == 1
    assert store.catalog.count() == 2


def test_a_save_that_fails_takes_no_version(store: Store) -> None:
    def fail() -> None:
        with store.database.writing() as connection:
            connection.exec_driver_sql("INSERT INTO artifact_names (name, latest) VALUES ('churn', 7)")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert store.catalog.add(record()).version == 1


def database_of(address: Address) -> Database:
    if address.url:
        return at_url(address.url)
    Path(address.folder).mkdir()
    return in_folder(Path(address.folder) / "clew.db", address.folder)


def test_a_shared_database_is_migrated_when_somebody_says_so(address: Address, tmp_path: Path) -> None:
    database, more = database_of(address), after(tmp_path, FIRST)
    bring_up_to_date(database)
    if address.url:
        with pytest.raises(OlderStore, match="older clews cannot open it then"):
            bring_up_to_date(database, more)
    assert bring_up_to_date(database, more, asked=True) == (SCHEMA, SCHEMA + 1)
    database.close()


QUIET = """
import sys, clew
import clew.api
clew.api.status()
found = [name for name in ("sqlalchemy", "alembic", "fsspec", "cryptography", "psycopg") if name in sys.modules]
sys.exit(", ".join(found) or 0)
"""


def test_no_database_is_loaded_before_one_is_asked() -> None:
    done = subprocess.run([sys.executable, "-c", QUIET], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
