"""Opening the artifacts of a store for as long as one question takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from clew.archive.archive import Archive
from clew.archive.mlflow import NAME as MLFLOW
from clew.archive.mlflow import Mlflow
from clew.archive.sessions import RecordedSessions
from clew.capture.watching import OwnLoading
from clew.model.artifacts import ArtifactRecord
from clew.model.events import Event, Step
from clew.model.graph import Graph
from clew.model.verdicts import Checked, Manner, Verdict
from clew.observe.audit import WIRE, OwnWork
from clew.store.blobs import Blobs
from clew.store.codecs.codec import Codec
from clew.store.database import Store
from clew.store.trust import Keys


class Open:
    """An archive that is open within a `with`, where nothing that we do is taken for the program's doing."""

    def __init__(
        self,
        store: Callable[[], Store],
        blobs: Callable[[Store], str],
        codecs: Callable[[], Sequence[Codec]],
        live: Callable[[str], Sequence[Event] | None],
        *,
        complete: bool,
    ) -> None:
        self._open, self._blobs, self._codecs, self._live = store, blobs, codecs, live
        self._complete = complete
        self._own: OwnWork | None = None
        self._loading = OwnLoading()
        self._store: Store | None = None

    def __enter__(self) -> Archive:
        self._own = WIRE.own_work()
        self._own.__enter__()
        self._loading.__enter__()
        try:
            self._store = store = self._open()
            sessions = RecordedSessions(store, self._live)
            blobs = Blobs(self._blobs(store))
            keys = Keys()
            archive = Archive(store.catalog, blobs, self._codecs(), keys, sessions, {MLFLOW: Mlflow(keys)})
            if self._complete:
                archive.complete_all()
        except BaseException:
            self.__exit__()
            raise
        return archive

    def __exit__(self, *raised: object) -> None:
        if self._store is not None:
            self._store.close()
        self._loading.__exit__(*raised)
        if self._own is not None:
            self._own.__exit__(*raised)


class Desk(Protocol):
    """Where values are made again."""

    def verify_one(self, record: ArtifactRecord, manner: Manner, watcher: Any) -> tuple[ArtifactRecord, Verdict]:
        """Verify an artifact; give it with the verdict."""

    def replay(self, record: ArtifactRecord, manner: Manner, watcher: Any, *, here: bool) -> object:
        """Make its value again."""

    def verdicts(self, record: ArtifactRecord) -> tuple[Checked, ...]:
        """Give what came of all checks of it."""


class Shelf:
    """Where artifacts are taken from: the store is opened whenever something of one is asked for."""

    def __init__(self, open_: Callable[[bool], Open], where: str, desk: Callable[[], Desk]) -> None:
        self._open, self.where, self.desk = open_, where, desk

    def value(self, record: ArtifactRecord) -> object:
        """The value of an artifact."""
        with self._open(False) as found:
            return found.value(record)

    def completed(self, record: ArtifactRecord) -> ArtifactRecord:
        """An artifact with its code."""
        with self._open(True) as found:
            return found.completed(found.get_again(record))

    def steps(self, record: ArtifactRecord) -> tuple[Step, ...]:
        """The steps that the code of an artifact repeats."""
        with self._open(True) as found:
            return found.steps(record)

    def graph(self, record: ArtifactRecord) -> Graph | None:
        """The graph of the session that saved an artifact."""
        with self._open(True) as found:
            return found.graph(record)

    def export(self, record: ArtifactRecord, path: Path) -> Path:
        """Write the value's file."""
        with self._open(False) as found:
            return found.export(record, path)

    def write(self, record: ArtifactRecord, value: object, path: Path) -> None:
        """Write another value in the format of an artifact."""
        with self._open(False) as found:
            found.write(record, value, path)

    def suffix(self, record: ArtifactRecord) -> str:
        """What the names of files of its format end in."""
        with self._open(False) as found:
            return found.suffix(record)

    def picture(self, record: ArtifactRecord) -> bytes:
        """A PNG or SVG of the value."""
        if record.value.preview is None:
            return b""
        with self._open(False) as found, found.blobs.open(record.value.preview) as file:
            return file.read()

    def tagged(self, record: ArtifactRecord, tags: dict[str, str], remove: tuple[str, ...]) -> ArtifactRecord:
        """An artifact with tags put on and taken off."""
        with self._open(False) as found:
            return found.tagged(record, tags, remove)
