"""The artifacts of a store with all that is kept of them: rows in the catalog, values in blobs, sessions in the record."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from clew.archive.completing import Cut, completed
from clew.archive.diff import called, difference
from clew.archive.names import MARK, Wanted, checked_name, checked_note, checked_tags
from clew.archive.telling import warn_once
from clew.archive.wishes import Wish
from clew.errors import ReadOnlyStore, SessionRunning, UsageError
from clew.model.artifacts import ArtifactRecord, Blob, Elsewhere, Environment, Input, Origin, Value, Whence
from clew.model.data import dataclass
from clew.model.differences import Difference
from clew.model.events import Step
from clew.model.files import File
from clew.model.filters import EVERYTHING, Filter
from clew.model.graph import Graph
from clew.store.blobs import Blobs
from clew.store.codecs.codec import Codec
from clew.store.codecs.files import named
from clew.store.keeping import codec_of, fetch, keep
from clew.store.progress import Bar, size_of
from clew.store.sessions import SessionRow
from clew.store.trust import Keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from clew.store.catalog import Catalog  # it loads SQLAlchemy, and most of what people call has no need of it

FILE_TAG = "file"
"""The tag under which the name of a kept file is kept."""


class Sessions(Protocol):
    """What was recorded of sessions, as far as it is there."""

    def cut(self, record: ArtifactRecord) -> Cut | None:
        """The code of a value that a session kept; None where the session's record does not say."""

    def graph(self, session: str) -> Graph | None:
        """All that a session did; None where nothing is known of it."""

    def started(self, session: str) -> SessionRow | None:
        """How a session was started; None where nothing is known of it."""

    def is_over(self, session: str) -> bool:
        """Whether nothing more will be known of a session."""

    def source(self, session: str) -> str:
        """All the code of a session."""

    def renew(self, session: str) -> None:
        """Look again at what was recorded of a session."""


class Elsewheres(Protocol):
    """Another system that keeps values: an MLflow server."""

    def keep(self, value: object, name: str) -> Value:
        """Have the value kept; say where."""

    def fetch(self, value: Value) -> object:
        """Give the value back."""

    def note(self, record: ArtifactRecord) -> None:
        """Write beside the value which artifact it is."""

    def export(self, value: Value, path: Path) -> None:
        """Write the value's files into a folder."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What `gc` let go of: how many versions, and which blobs."""

    versions: int
    blobs: tuple[Blob, ...]


@dataclass(frozen=True, slots=True)
class Making:
    """What is known of a value's making when it is saved."""

    origin: Origin
    environment: Environment
    inputs: tuple[Input, ...] = ()


class Archive:
    """The artifacts of one store."""

    def __init__(
        self,
        catalog: Catalog,
        blobs: Blobs,
        codecs: Sequence[Codec],
        keys: Keys,
        sessions: Sessions,
        elsewhere: Mapping[str, Elsewheres],
    ) -> None:
        self.catalog, self.blobs, self.codecs, self.keys = catalog, blobs, codecs, keys
        self.sessions = sessions
        self.elsewhere = elsewhere

    # ---- saving -------------------------------------------------------------------------------------------

    def save(self, value: object, name: str, wish: Wish, making: Callable[[], Making], now: float) -> ArtifactRecord:
        """Keep a value as the next version of a name; CannotKeep, with the reason, if no format holds it.

        The row is written after the bytes: `making` is asked once they are there.
        """
        checked_name(name)
        checked_note(wish.note)
        self.catalog.check_writable()
        kept = self._keep(value, name, wish.to)
        made = making()
        tags = {FILE_TAG: value.name, **dict(wish.tags)} if type(value) is File else dict(wish.tags)
        facts = (made.origin, made.environment, made.inputs, checked_tags(tags), wish.note)
        record = self.catalog.add(ArtifactRecord(name, 0, now, kept, *facts))
        if isinstance(kept.kept, Elsewhere):
            self.elsewhere[kept.codec].note(record)
        return record

    def _keep(self, value: object, name: str, to: str | None) -> Value:
        """Keep a value's bytes, here or elsewhere."""
        if to is None:
            bar = Bar(name, size_of(value))
            try:
                return keep(value, self.blobs, self.codecs, self.keys, bar, warn_once)
            finally:
                bar.close()
        if to not in self.elsewhere:
            raise UsageError(f"to={to!r}: what can keep a value is {' or '.join(self.elsewhere) or 'this store'}")
        return self.elsewhere[to].keep(value, name)

    # ---- finding ------------------------------------------------------------------------------------------

    def get(self, wanted: Wanted) -> ArtifactRecord:
        """Give an artifact; UnknownArtifact, which says what there is, if there is none."""
        return self.catalog.get(wanted.name, wanted.version)

    def get_again(self, record: ArtifactRecord) -> ArtifactRecord:
        """Give an artifact as it is by now, deleted or not."""
        return self.catalog.get(record.name, record.version, with_deleted=True)

    def find(self, wanted: Filter = EVERYTHING, limit: int | None = None) -> tuple[ArtifactRecord, ...]:
        """Give the artifacts wanted, newest first; `name@version` for a name is that version."""
        name, mark, version = wanted.name.partition(MARK)
        if not mark:
            return self.catalog.find(wanted, limit=limit)
        found = self.catalog.find(replace(wanted, name=name))
        return tuple(each for each in found if str(each.version) == version)

    def count(self, wanted: Filter) -> int:
        """Give how many artifacts are wanted."""
        return self.catalog.count(wanted)

    def value(self, record: ArtifactRecord) -> object:
        """Give the value of an artifact; DamagedBlob, MissingBlob or UntrustedValue where it cannot be had."""
        if isinstance(record.value.kept, Elsewhere):
            return self.elsewhere[record.value.codec].fetch(record.value)
        value = fetch(record.value, self.blobs, self.codecs, self.keys)
        return named(value, file_name(record)) if isinstance(value, File) else value

    def export(self, record: ArtifactRecord, path: Path) -> Path:
        """Write the value's file to a path; into a folder, under its own name. Its bytes are those that were saved."""
        if isinstance(record.value.kept, Elsewhere):
            self.elsewhere[record.value.codec].export(record.value, path)
            return path
        target = path / f"{file_name(record)}{self.suffix(record)}" if path.is_dir() else path
        try:
            with self.blobs.open(record.value.kept) as source, open(target, "wb") as copy:
                shutil.copyfileobj(source, copy)
        except FileNotFoundError:
            raise UsageError(f"{target}: no such folder") from None
        return target

    def write(self, record: ArtifactRecord, value: object, path: Path) -> None:
        """Write another value to a file in the format of an artifact."""
        codec = codec_of(record.value, self.codecs)
        try:
            with open(path, "wb") as file:
                codec.write(value, file)
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None

    def suffix(self, record: ArtifactRecord) -> str:
        """Tell what the names of files of an artifact's format end in."""
        known = (codec.suffix for codec in self.codecs if codec.name == record.value.codec)
        return next(known, "")

    # ---- code ---------------------------------------------------------------------------------------------

    def completed(self, record: ArtifactRecord) -> ArtifactRecord:
        """Give an artifact with its code, which is cut and kept if it has not been yet.

        SessionRunning while the statement that saved it is not over.
        """
        if record.origin.whence is not Whence.PENDING:
            return record
        found = self._cut(record)
        if found is None:
            raise running(record)
        with suppress(ReadOnlyStore):
            self.catalog.complete(found)
        return found

    def complete_all(self) -> None:
        """Cut the code of all artifacts whose sessions are known well enough by now."""
        with suppress(ReadOnlyStore):  # who can write to the store will do it
            self.complete_session(None)

    def complete_session(self, session: str | None) -> None:
        """Cut the code of the artifacts of a session, or of all, as far as it can be; ReadOnlyStore."""
        for record in self.catalog.pending(session):
            found = self._cut(record)
            if found is not None:
                self.catalog.complete(found)

    def steps(self, record: ArtifactRecord) -> tuple[Step, ...]:
        """Give the steps that the code of an artifact repeats; none where nobody watched."""
        cut = self.sessions.cut(record) if record.origin.session else None
        return cut.steps if cut is not None else ()

    def graph(self, record: ArtifactRecord) -> Graph | None:
        """Give the graph of the session that saved an artifact; None where nobody watched."""
        return self.sessions.graph(record.origin.session) if record.origin.session else None

    def _cut(self, record: ArtifactRecord) -> ArtifactRecord | None:
        """Give a record with its code; with all the session's where the record of it ends too early; None if it runs."""
        session, cut = record.origin.session, self.sessions.cut(record)
        if cut is None and self.sessions.is_over(session):
            self.sessions.renew(session)  # it may have gone on, and ended, since it was looked at
            cut = self.sessions.cut(record)
        if cut is not None:
            return completed(record, cut)
        if not self.sessions.is_over(session):
            return None
        source = self.sessions.source(session)
        origin = replace(record.origin, whence=Whence.SOURCE, code=source, session_code=source)
        return replace(record, origin=origin)

    # ---- comparing, tagging, deleting ---------------------------------------------------------------------

    def difference(self, before: ArtifactRecord, after: ArtifactRecord) -> Difference:
        """Say how one artifact differs from another."""
        return difference(self.completed(before), self.completed(after), self.value)

    def tagged(self, record: ArtifactRecord, tags: Mapping[str, str], remove: Iterable[str]) -> ArtifactRecord:
        """Put tags on an artifact and take others off; give it as it is then."""
        return self.catalog.tag(record.name, record.version, tags, remove)

    def delete(self, wanted: Wanted, now: float) -> tuple[str, ...]:
        """Delete a version, or all of a name; give which. UnknownArtifact if there is none."""
        done = self.catalog.delete(wanted.name, wanted.version, now=now)
        if not done:
            self.catalog.get(wanted.name, wanted.version)  # says that it was deleted
        return tuple(str(Wanted(wanted.name, version)) for version in done)

    def restore(self, wanted: Wanted) -> tuple[str, ...]:
        """Bring back what was deleted of a name, or one version; give which."""
        done = self.catalog.restore(wanted.name, wanted.version)
        return tuple(str(Wanted(wanted.name, version)) for version in done)

    def collect(self, before: float) -> Collected:
        """Let go of what was deleted before a time, and of blobs that no artifact names; safe beside running saves."""
        versions = self.catalog.purge(before)
        return Collected(versions, self.blobs.gc(self.catalog.referenced_blobs))


def running(record: ArtifactRecord) -> SessionRunning:
    """Give the error for code that cannot be cut yet."""
    error = SessionRunning(record.origin.session)
    when = "when the statement that saved it is over, and on another machine, when clew was asked something there"
    error.hint = f"the code of {called(record)} can be cut {when}"
    return error


def file_name(record: ArtifactRecord) -> str:
    """Give the name that a value's file has: its own for a file that was kept, else the artifact's."""
    own = dict(record.tags).get(FILE_TAG, "") if record.value.codec == FILE_TAG else ""
    return os.path.basename(own) or record.name.replace("/", "-")
