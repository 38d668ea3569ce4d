"""A store copied into another, whatever database and blob store each is in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from sqlalchemy import Connection, Table, func, insert, select, text

from clew.errors import StoreNotEmpty
from clew.model.artifacts import Blob
from clew.model.data import dataclass
from clew.store.blobs import Blobs
from clew.store.database import Store
from clew.store.schema import METADATA, NAMES, SESSIONS, VERSION

AT_ONCE = 1000  # rows
NUMBERED = tuple(table for table in METADATA.sorted_tables if table.c.keys()[0] == "number")


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: how many rows of each table, and how many blobs that were not there."""

    source: str
    target: str
    rows: Mapping[str, int]
    blobs: int


def copied(source: Store, target: Store, source_blobs: Blobs, target_blobs: Blobs) -> Copied:
    """Copy everything in a store as it is at one moment into an empty one; StoreNotEmpty if that one is not.

    All of the rows are there afterwards, or none. What sessions that are running do later is not copied.
    """
    refuse_full(target)
    with source.database.reading() as reading:
        # Blobs first: a row never names one that is not there. Those of before this moment suffice.
        blobs = sum(copy_blob(blob, source_blobs, target_blobs) for blob in source.catalog.blobs())
        with target.database.writing(alone=True) as writing:
            tables = [table for table in METADATA.sorted_tables if table is not VERSION]
            rows = {table.name: copy_table(table, reading, writing) for table in tables}
            rows["steps"] = writing.execute(select(func.coalesce(func.sum(SESSIONS.c.steps), 0))).scalar_one()
            count_on(writing)
    return Copied(source.where, target.where, rows, blobs)


def refuse_full(store: Store) -> None:
    """Refuse a store that has something in it."""
    with store.database.reading() as connection:
        if any(connection.execute(select(table).limit(1)).first() for table in (SESSIONS, NAMES)):
            raise StoreNotEmpty(store.where)


def copy_blob(blob: Blob, source: Blobs, target: Blobs) -> bool:
    """Copy a blob, if it is not there; tell whether it was."""
    if target.exists(blob):
        return False

    def write(file: BinaryIO) -> None:
        with source.open(blob) as found:
            shutil.copyfileobj(found, file)

    target.put(write)
    return True


def copy_table(table: Table, reading: Connection, writing: Connection) -> int:
    """Copy the rows of a table; give how many they are."""
    count = 0
    for lines in pieces(table, reading):
        writing.execute(insert(table), lines)
        count += len(lines)
    return count


def pieces(table: Table, reading: Connection) -> Iterator[list[dict[str, Any]]]:
    """Give the rows of a table, some at a time."""
    asked = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=AT_ONCE)
    for some in reading.execute(asked).mappings().partitions():
        yield [dict(line) for line in some]


def count_on(writing: Connection) -> None:
    """Have the database number new rows from the highest number on. SQLite does so by itself."""
    if writing.dialect.name != "postgresql":
        return
    for table in NUMBERED:
        highest = writing.execute(select(func.max(table.c.number))).scalar_one()
        if highest is not None:
            asked = text("SELECT setval(pg_get_serial_sequence(:name, 'number'), :highest)")
            writing.execute(asked, {"name": table.name, "highest": highest})
