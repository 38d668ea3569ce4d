"""Looking after a store: what is in it, whether all of it is sound, bringing it up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, func, select

from clew.errors import StoreError
from clew.model.data import dataclass
from clew.store.blobs import Blobs, Report
from clew.store.database import Store, database_of
from clew.store.journal import records
from clew.store.location import Address, database_path, journals_folder
from clew.store.schema import ARTIFACTS, NAMES, SCHEMA, SESSIONS
from clew.store.upgrade import bring_up_to_date, version_of

SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}
PRODUCT = {
    "sqlite": "SELECT 'SQLite ' || sqlite_version() || ', ' || journal_mode FROM pragma_journal_mode()",
    "postgresql": "SELECT 'PostgreSQL ' || current_setting('server_version')",
}


@dataclass(frozen=True, slots=True)
class Inventory:
    """What is in a store. `database` says what kind it is; sizes are in bytes; `deleted` versions can be restored."""

    where: str
    folder: str
    database: str
    schema: int
    sessions: int
    steps: int
    names: int
    versions: int
    deleted: int
    pending: int
    database_size: int
    journals_size: int
    blobs: str
    blobs_count: int
    blobs_size: int


@dataclass(frozen=True, slots=True)
class Health:
    """What is wrong with a store, in words, and with its blobs."""

    where: str
    database: tuple[str, ...]
    journals: tuple[str, ...]
    blobs: Report

    @property
    def sound(self) -> bool:
        """Whether everything in the store can be read."""
        return not (self.database or self.journals) and self.blobs.sound


class Kept:
    """A store and its blobs, open within a `with`."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self.store, self.blobs = store, blobs

    def __enter__(self) -> tuple[Store, Blobs]:
        return self.store, self.blobs

    def __exit__(self, *raised: object) -> None:
        self.store.close()


def inventory(store: Store, blobs: Blobs) -> Inventory:
    """Count what is in a store."""
    kept = [blob.size for blob in blobs.all()]
    journals = [path.stat().st_size for path in journals_folder(store.folder).glob("*.journal")]
    dialect = store.database.dialect
    deleted, pending = ARTIFACTS.c.deleted.is_not(None), ARTIFACTS.c.whence == "pending"
    with store.database.reading() as connection:
        return Inventory(
            where=store.where,
            folder=str(store.folder),
            database=connection.exec_driver_sql(PRODUCT[dialect]).scalar_one(),
            schema=version_of(connection),
            sessions=counted(connection, SESSIONS),
            steps=connection.execute(select(func.coalesce(func.sum(SESSIONS.c.steps), 0))).scalar_one(),
            names=counted(connection, NAMES),
            versions=counted(connection, ARTIFACTS),
            deleted=counted(connection, ARTIFACTS, deleted),
            pending=counted(connection, ARTIFACTS, pending),
            database_size=connection.exec_driver_sql(SIZE[dialect]).scalar_one(),
            journals_size=sum(journals),
            blobs=blobs.url,
            blobs_count=len(kept),
            blobs_size=sum(kept),
        )


def counted(connection: Connection, table: object, *conditions: object) -> int:
    """Count the rows of a table for which the conditions hold."""
    asked = select(func.count()).select_from(table).where(*conditions)  # type: ignore[arg-type]  # tables and columns
    found: int = connection.execute(asked).scalar_one()
    return found


def health(store: Store, blobs: Blobs) -> Health:
    """Read all of a store, and say what is wrong with it."""
    with store.database.reading() as connection:
        wrong = (*broken_pages(connection), *late_versions(connection), *damaged_sessions(connection))
    return Health(store.where, wrong, tuple(broken_journals(store.folder)), blobs.check(store.catalog.blobs()))


def broken_pages(connection: Connection) -> Iterator[str]:
    """Give what SQLite finds wrong with its file; a server looks after its own."""
    if connection.dialect.name != "sqlite":
        return
    for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if said != "ok":
            yield f"the file is damaged: {said}"
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} points at a row of {parent} that is not there"


def late_versions(connection: Connection) -> Iterator[str]:
    """Give the names that would give a version twice."""
    asked = select(NAMES.c.name, NAMES.c.latest, func.max(ARTIFACTS.c.version).label("found")).join_from(
        NAMES, ARTIFACTS
    )
    late = asked.group_by(NAMES.c.number, NAMES.c.name, NAMES.c.latest).having(
        func.max(ARTIFACTS.c.version) > NAMES.c.latest
    )
    for line in connection.execute(late):
        yield f"the artifact {line.name} has a version {line.found}, but {line.latest} were counted"


def damaged_sessions(connection: Connection) -> Iterator[str]:
    """Give what was found wrong with the journals of sessions when they were taken in."""
    asked = select(SESSIONS.c.number, SESSIONS.c.damage).where(SESSIONS.c.damage != "").order_by(SESSIONS.c.number)
    for line in connection.execute(asked):
        yield f"session {line.number} is incomplete: {line.damage}"


def broken_journals(folder: Path) -> Iterator[str]:
    """Give what is wrong with the journals that have not been taken in."""
    for path in sorted(journals_folder(folder).glob("*.journal")):
        try:
            for _ in records(path):
                pass
        except FileNotFoundError:
            continue  # another has taken it in
        except StoreError as error:
            yield str(error)
        except OSError as error:
            yield f"{path} cannot be read: {error.strerror}"


@dataclass(frozen=True, slots=True)
class Migrated:
    """What migrating did: the schemas before (0 if there was no store) and after, and the copy of the old database."""

    where: str
    before: int
    after: int
    kept: str = ""


def migrated(address: Address) -> Migrated:
    """Bring a store up to date, whatever that takes; in a folder, the old database is kept beside the new one."""
    database = database_of(Path(address.folder), address.url)
    try:
        with database.reading() as connection:
            found = version_of(connection)
        kept = "" if database.shared or found in (0, SCHEMA) else set_aside(Path(address.folder), found)
        before, after = bring_up_to_date(database, asked=True)
    finally:
        database.close()
    return Migrated(address.where, before, after, kept)


def set_aside(folder: Path, schema: int) -> str:
    """Copy the database of a folder, as it is at one moment; give the copy's path."""
    path = database_path(folder)
    copy = path.with_name(f"{path.name}.schema-{schema}")
    with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    return str(copy)
