"""The artifacts of a store: added, found, tagged, deleted. What their values are made of is in the blob store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, select, tuple_, union, update

from clew.errors import UnknownArtifact
from clew.model.artifacts import ArtifactRecord, Blob, Whence
from clew.model.filters import EVERYTHING, Filter
from clew.model.verdicts import Checked
from clew.store import records
from clew.store.databases import Database, upsert
from clew.store.filters import conditions
from clew.store.records import artifact_columns, records_of
from clew.store.schema import ARTIFACTS, KEPT_VALUES, NAMES, PENDING, TAGS, TEXTS
from clew.store.verdicts import add_verdict, verdicts_on

BLOBS = ((ARTIFACTS.c.blob, ARTIFACTS.c.size), (ARTIFACTS.c.preview, ARTIFACTS.c.preview_size))
ALL_BLOBS = union(
    *(select(hash_, size).where(hash_.is_not(None)) for hash_, size in BLOBS),
    select(KEPT_VALUES.c.blob, KEPT_VALUES.c.size),
)
ORDER = (ARTIFACTS.c.created, ARTIFACTS.c.number)
CLOSE = 1000  # names among which the ones nearest to a misspelt one are looked for


class Catalog:
    """The artifacts that a database knows of. Any number of processes may use it at once."""

    def __init__(self, database: Database) -> None:
        """Take a database whose tables are up to date."""
        self._database = database

    def check_writable(self) -> None:
        """ReadOnlyStore where nothing can be written to the store."""
        self._database.check_writable()

    def add(self, record: ArtifactRecord) -> ArtifactRecord:
        """Write a new version of an artifact and give it as written: `version` is the next of its name.

        Its blobs are to be in the blob store by then.
        """
        with self._database.writing() as connection:
            name, version = next_version(connection, record.name)
            made = replace(record, version=version)
            records.add_record(connection, name, made)
        return made

    def get(self, name: str, version: int | None = None, *, with_deleted: bool = False) -> ArtifactRecord:
        """Give a version of an artifact, or its newest, with its codes; else UnknownArtifact."""
        with self._database.reading() as connection:
            line = self._line(connection, name, version, with_deleted=with_deleted)
            [found] = records_of(connection, [line], code=True)
        return found

    def find(
        self,
        wanted: Filter = EVERYTHING,
        *,
        limit: int | None = None,
        after: tuple[str, int] | None = None,
        code: bool = False,
    ) -> tuple[ArtifactRecord, ...]:
        """Give the artifacts wanted, newest first, at most `limit` of them; their codes are empty unless asked for.

        `after` is the name and version of the last one of the page before.
        """
        asked = select(ARTIFACTS.c.number).where(*conditions(wanted, self._database.dialect))
        with self._database.reading() as connection:
            if after is not None:
                asked = asked.where(tuple_(*ORDER) < tuple_(*order_of(connection, *after)))
            # The numbers alone are quickly sorted; then the rows of those that are left.
            some = newest_first(asked).limit(limit).subquery()
            whole = select(*artifact_columns()).join(NAMES).join(some, some.c.number == ARTIFACTS.c.number)
            lines = connection.execute(newest_first(whole)).all()
            return tuple(records_of(connection, lines, code=code))

    def count(self, wanted: Filter = EVERYTHING) -> int:
        """Give how many artifacts are wanted."""
        asked = select(func.count()).select_from(ARTIFACTS).where(*conditions(wanted, self._database.dialect))
        with self._database.reading() as connection:
            found: int = connection.execute(asked).scalar_one()
        return found

    def names(self) -> tuple[str, ...]:
        """Give the names of the artifacts that are not deleted, in their order."""
        there = ARTIFACTS.select().where(ARTIFACTS.c.name == NAMES.c.number, ARTIFACTS.c.deleted.is_(None)).exists()
        with self._database.reading() as connection:
            return tuple(connection.execute(select(NAMES.c.name).where(there).order_by(NAMES.c.name)).scalars())

    def saved_by(self, session: str, names: Collection[str]) -> frozenset[str]:
        """Give those of the names of which a session has saved a version that is there."""
        asked = (
            select(NAMES.c.name)
            .join_from(NAMES, ARTIFACTS)
            .where(NAMES.c.name.in_(names), ARTIFACTS.c.deleted.is_(None))
        )
        with self._database.reading() as connection:
            return frozenset(connection.execute(asked.where(ARTIFACTS.c.session == session)).scalars())

    def versions(self, name: str, *, with_deleted: bool = False) -> tuple[ArtifactRecord, ...]:
        """Give all versions of an artifact, oldest first, without their codes; UnknownArtifact if there are none."""
        with self._database.reading() as connection:
            self._line(connection, name, None, with_deleted=with_deleted)
            asked = of_name(name, with_deleted=with_deleted).order_by(ARTIFACTS.c.version)
            return tuple(records_of(connection, connection.execute(asked).all(), code=False))

    def tag(
        self, name: str, version: int | None = None, tags: Mapping[str, str] | None = None, remove: Iterable[str] = ()
    ) -> ArtifactRecord:
        """Give a version of an artifact, or its newest, these tags, and take those away; give it as it is now."""
        with self._database.writing() as connection:
            line = self._line(connection, name, version)
            gone = [*remove, *(tags or ())]
            connection.execute(delete(TAGS).where(TAGS.c.artifact == line.number, TAGS.c.key.in_(gone)))
            records.add_tags(connection, line.number, (tags or {}).items())
            [found] = records_of(connection, [line], code=True)
        return found

    def note_verdict(self, name: str, version: int, checked: Checked) -> None:
        """Keep what came of a check of an artifact; UnknownArtifact if it went meanwhile."""
        with self._database.writing() as connection:
            add_verdict(connection, self._line(connection, name, version, with_deleted=True).number, checked)

    def verdicts(self, name: str, version: int) -> tuple[Checked, ...]:
        """Give what came of all checks of a version of an artifact, oldest first."""
        with self._database.reading() as connection:
            return verdicts_on(connection, self._line(connection, name, version, with_deleted=True).number)

    def delete(self, name: str, version: int | None = None, *, now: float) -> tuple[int, ...]:
        """Delete a version of an artifact, or all of them; give which. `restore` undoes it until `purge`."""
        return self._mark(name, version, ARTIFACTS.c.deleted.is_(None), now)

    def restore(self, name: str, version: int | None = None) -> tuple[int, ...]:
        """Bring a deleted version of an artifact back, or all of them; give which."""
        return self._mark(name, version, ARTIFACTS.c.deleted.is_not(None), None)

    def purge(self, before: float) -> int:
        """Take what was deleted before then out for good; give how many versions. Their numbers are not given again."""
        gone = ARTIFACTS.c.deleted < before
        named = union(
            *(select(column).where(column.is_not(None)) for column in (ARTIFACTS.c.code, ARTIFACTS.c.session_code))
        )
        with self._database.writing(alone=True) as connection:
            count = connection.execute(delete(ARTIFACTS).where(gone)).rowcount
            if count:
                connection.execute(delete(TEXTS).where(TEXTS.c.hash.not_in(named)))
        return count

    def complete(self, record: ArtifactRecord) -> bool:
        """Write the code of an artifact that was pending, its inputs and environment; tell whether it still was."""
        with self._database.writing() as connection:
            line = self._line(connection, record.name, record.version, with_deleted=True)
            if line.whence == Whence.PENDING:
                records.replace(connection, line.number, record)
        return bool(line.whence == Whence.PENDING)

    def pending(self, session: str | None = None) -> tuple[ArtifactRecord, ...]:
        """Give the artifacts whose code has not been cut yet, of a session or of all."""
        asked = select(*artifact_columns()).join(NAMES).where(PENDING)
        if session is not None:
            asked = asked.where(ARTIFACTS.c.session == session)
        with self._database.reading() as connection:
            # Sorted here: asked for the order, SQLite would go through all artifacts in it.
            lines = sorted(connection.execute(asked).all(), key=lambda line: line.number)
            return tuple(records_of(connection, lines, code=True))

    def uses(self, place: str) -> tuple[ArtifactRecord, ...]:
        """Give the artifacts whose code read a file, table or URL, named by all of its place or the end of it."""
        return self.find(Filter(input=place))

    def blobs(self) -> tuple[Blob, ...]:
        """Give all blobs that are needed: of artifacts, deleted ones too, for they may be restored, and of kept values."""
        with self._database.reading() as connection:
            return tuple(Blob(hash_, size) for hash_, size in connection.execute(ALL_BLOBS))

    def referenced_blobs(self) -> frozenset[str]:
        """Give the hashes of all blobs that are needed."""
        with self._database.reading() as connection:
            return frozenset(connection.execute(ALL_BLOBS).scalars())

    def _line(self, connection: Connection, name: str, version: int | None, *, with_deleted: bool = False) -> Row[Any]:
        """Give the row of a version of an artifact, or of its newest; else UnknownArtifact."""
        asked = of_name(name, with_deleted=with_deleted)
        if version is not None:
            asked = asked.where(ARTIFACTS.c.version == version)
        found = connection.execute(asked.order_by(ARTIFACTS.c.version.desc()).limit(1)).one_or_none()
        if found is None:
            raise unknown(connection, name, version)
        return found

    def _mark(
        self, name: str, version: int | None, those: ColumnElement[bool], deleted: float | None
    ) -> tuple[int, ...]:
        """Mark those versions of an artifact as deleted at a time, or as not deleted; give which."""
        with self._database.writing() as connection:
            line = self._line(connection, name, version, with_deleted=True)
            those &= ARTIFACTS.c.name == line.name
            if version is not None:
                those &= ARTIFACTS.c.version == version
            changed = connection.execute(select(ARTIFACTS.c.version).where(those)).scalars().all()
            connection.execute(update(ARTIFACTS).where(those).values(deleted=deleted))
        return tuple(sorted(changed))


def next_version(connection: Connection, name: str) -> tuple[int, int]:
    """Take the next version of a name for this transaction; give the number of the name and that version."""
    # One statement, so that it counts right whoever else counts: the row is ours until the transaction is over.
    counted = upsert(connection, NAMES, {"name": name, "latest": 1}, ["name"], {"latest": NAMES.c.latest + 1})
    number, version = connection.execute(counted.returning(NAMES.c.number, NAMES.c.latest)).one()
    return number, version


def of_name(name: str, *, with_deleted: bool) -> Select[Any]:
    """Give the query for the versions of an artifact."""
    asked = select(*artifact_columns()).join(NAMES).where(NAMES.c.name == name)
    return asked if with_deleted else asked.where(ARTIFACTS.c.deleted.is_(None))


def newest_first(asked: Select[Any]) -> Select[Any]:
    """Sort artifacts, newest first."""
    return asked.order_by(*(column.desc() for column in ORDER))


def order_of(connection: Connection, name: str, version: int) -> tuple[float, int]:
    """Give what an artifact is sorted by."""
    asked = select(*ORDER).join(NAMES).where(NAMES.c.name == name, ARTIFACTS.c.version == version)
    found = connection.execute(asked).one_or_none()
    if found is None:
        raise unknown(connection, name, version)
    return found.created, found.number


def unknown(connection: Connection, name: str, version: int | None) -> UnknownArtifact:
    """Give the error that says what is there instead."""
    versions = select(ARTIFACTS.c.version, ARTIFACTS.c.deleted).join(NAMES).where(NAMES.c.name == name)
    found = connection.execute(versions.order_by(ARTIFACTS.c.version)).all()
    if any(version in (None, line.version) for line in found):
        return UnknownArtifact(name, (), version, "it was deleted; `clew.restore` brings it back")
    if found:
        return UnknownArtifact(name, (), version, listed([line.version for line in found if line.deleted is None]))
    known = connection.execute(select(NAMES.c.name).limit(CLOSE)).scalars()
    return UnknownArtifact(name, known)


def listed(versions: Sequence[int]) -> str:
    """Say which versions there are."""
    if not versions:
        return "all its versions were deleted"
    if len(versions) == 1:
        return f"it has version {versions[0]} only"
    return f"it has versions {versions[0]} to {versions[-1]}"
