"""A store made, brought up to date, or refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, inspect, select, update

from clew.errors import NewerStore, OlderStore
from clew.store.databases import Database
from clew.store.schema import METADATA, SCHEMA, VERSION

MIGRATIONS = Path(__file__).with_name("migrations")


def bring_up_to_date(database: Database, migrations: Path = MIGRATIONS, *, asked: bool = False) -> tuple[int, int]:
    """Make the tables of a new store, or migrate those of an old one; give its version before (0 if new) and now.

    Either all of it is done or nothing. NewerStore if a newer clew wrote the store; OlderStore if migrating takes long
    or keeps others out, and nobody `asked` for it.
    """
    ours = SCHEMA if migrations == MIGRATIONS else newest(migrations)
    with database.reading() as connection:
        found = version_of(connection)
    check(database, found, ours)
    if found == ours:
        return found, ours
    with database.writing(alone=True) as connection:
        found = version_of(connection)  # another may have been quicker
        check(database, found, ours)
        if not found:
            METADATA.create_all(connection)
            connection.execute(insert(VERSION).values(version=ours))
        elif found < ours:
            migrate(connection, database, revisions(migrations, found), asked=asked)
            connection.execute(update(VERSION).values(version=ours))
    return found, ours


def version_of(connection: Connection) -> int:
    """Give the version of a store's tables; 0 if it has none."""
    if not inspect(connection).has_table(VERSION.name):
        return 0
    return int(connection.execute(select(func.max(VERSION.c.version))).scalar_one() or 0)


def check(database: Database, found: int, ours: int) -> None:
    """Refuse a store that a newer clew wrote."""
    if found > ours:
        raise NewerStore(database.where, found, ours)


def migrate(connection: Connection, database: Database, wanted: Sequence[Any], *, asked: bool) -> None:
    """Run revisions in the caller's transaction; OlderStore where that has to be asked for."""
    # Loaded here: nearly always the store is up to date.
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    if not asked and (database.shared or not all(is_quick(revision.module.quick, connection) for revision in wanted)):
        raise OlderStore(database.where, int(wanted[0].revision) - 1, int(wanted[-1].revision))
    with Operations.context(MigrationContext.configure(connection)):
        for revision in wanted:
            revision.module.upgrade()


def is_quick(said: bool | Callable[[Connection], bool], connection: Connection) -> bool:
    """Tell whether a revision takes only a moment: some say so, for others it hangs on what is in the store."""
    return said(connection) if callable(said) else said


def revisions(migrations: Path, found: int) -> Sequence[Any]:
    """Give the revisions after a version, in their order."""
    from alembic.script import ScriptDirectory  # as above

    return [*ScriptDirectory(str(migrations)).iterate_revisions("head", f"{found:04}")][::-1]


def newest(migrations: Path) -> int:
    """Give the version that the revisions lead to."""
    from alembic.script import ScriptDirectory  # as above

    return int(ScriptDirectory(str(migrations)).get_current_head() or 0)
