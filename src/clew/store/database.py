"""The store: all sessions in one database, filled from the journals that they write, and the catalog of artifacts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self, TypeAlias

from sqlalchemy import Connection, Row, delete, insert, select, update

from clew.errors import DamagedRecord, NewerStore, ReadOnlyStore, SessionRunning, StoreError, UnknownSession
from clew.model.events import Event, Faulted, SessionEnded, SessionStarted, SourceSeen, Step
from clew.model.graph import Graph
from clew.store.catalog import Catalog
from clew.store.databases import Database, Sealed, at_url, in_folder
from clew.store.executions import forget_executions
from clew.store.journal import Record, being_written, records
from clew.store.location import database_path, journal_path, journals_folder, make_store
from clew.store.pieces import add_events, keep_graph, kept_graph, remove, stored_events
from clew.store.schema import SESSIONS
from clew.store.sealed import copied_database, is_sealed, says_all
from clew.store.sessions import SessionRow, State, find
from clew.store.upgrade import MIGRATIONS, bring_up_to_date

Fold: TypeAlias = Callable[[tuple[Event, ...]], Graph]

# Whole records are drained until they come to this many bytes; then others get their turn at the database.
BATCH = 500_000
NOTHING = "[]"  # most programs are given no arguments
WORDS = "number session kind file argv folder python started latest steps error damage ended"
LISTED = tuple(SESSIONS.c[name] for name in WORDS.split())


class Store:
    """What clew remembers. It may be open in any number of processes, beside running sessions.

    `folder` has the journals of this machine's sessions; `where` names the store for people.
    """

    def __init__(self, folder: Path, database: Database, *, copied: bool = False) -> None:
        """Take a database whose tables are up to date, or a copy of the folder's; `Store.open` makes one."""
        self.folder = folder
        self._copied = copied
        self.catalog = Catalog(database)
        self.database = database
        self.where = database.where
        self._reading, self._writing = database.reading, database.writing

    @classmethod
    def open(cls, folder: Path, url: str = "", migrations: Path = MIGRATIONS) -> Self:
        """Open the store in a folder, which is made if it is not there; its database is there too, or at a URL.

        NewerStore if a newer clew wrote it; OlderStore if it has to be migrated first; StoreError if it cannot be used.
        Where nothing can be written to it, it can be read all the same.
        """
        if not url and is_sealed(folder):
            return cls(folder, sealed_database(folder, migrations))
        database = database_of(folder, url)
        try:
            bring_up_to_date(database, migrations)
        except BaseException:
            database.close()
            raise
        return cls(folder, database)

    def close(self) -> None:
        """Let the database go."""
        self.database.close()

    def drain(self) -> tuple[StoreError, ...]:
        """Bring what sessions have written since into the database; give what of it could not be read.

        Safe at any time, beside running sessions and others that drain: each record comes in once and whole. Where a
        journal is damaged, the session keeps what came before, is `Faulted` from there on, and this says so once.
        """
        try:
            return tuple(problem for path in self._journals() for problem in self._drained(path))
        except ReadOnlyStore:
            return ()  # who can write to it will take them in

    def sessions(self) -> tuple[SessionRow, ...]:
        """Give all sessions that have been drained, oldest first."""
        with self._reading() as connection:
            lines = connection.execute(select(*LISTED).order_by(SESSIONS.c.number)).all()
        return tuple(self._session_row(*line) for line in lines)

    def find(self, wanted: str) -> SessionRow:
        """Give the session of that number, id, beginning of an id, or file (its newest); else UnknownSession."""
        plain = wanted.removeprefix("#")
        named = (
            SESSIONS.c.number == int(plain) if plain.isdecimal() and len(plain) < 10 else SESSIONS.c.session == wanted
        )
        with self._reading() as connection:
            lines = connection.execute(select(*LISTED).where(named)).all()
        # Most are named so; the others are looked for among all.
        return find(tuple(self._session_row(*line) for line in lines) or self.sessions(), wanted)

    def events(self, session: str) -> tuple[Event, ...]:
        """Give the events of a session as far as they have been drained, by its id; else UnknownSession.

        DamagedRecord if somebody has put into the tables what clew does not write.
        """
        with self._reading() as connection, self._understood(session):
            return stored_events(connection, known(connection, session).number)

    def graph(self, session: str, fold: Fold, maker: str) -> Graph:
        """Give the graph of a session by its id; else UnknownSession.

        Folding takes its time: what came of it is kept, until there are more events, or another `maker` folds.
        """
        with self._reading() as connection, self._understood(session):
            line = known(connection, session)
            found = kept_graph(connection, line.number, line.events, maker)
            events = () if found is not None else stored_events(connection, line.number)
        if found is not None:
            return found
        made = fold(events)
        with suppress(ReadOnlyStore), self._writing(session) as connection:
            if line_of(connection, session) is not None:  # nobody has forgotten it since
                keep_graph(connection, line.number, len(events), maker, made)
        return made

    def forget(self, session: str) -> None:
        """Take a session out of the store for good, by its id; SessionRunning if it is not over."""
        path = journal_path(self.folder, session)
        with self._writing(session) as connection:
            number = known(connection, session).number
            if being_written(path):
                raise SessionRunning(session)
            remove(connection, number)
            forget_executions(connection, session)
            connection.execute(delete(SESSIONS).where(SESSIONS.c.number == number))
            # Before the rows are committed, so that nobody who drains can bring the session back.
            path.unlink(missing_ok=True)

    def _journals(self) -> list[Path]:
        """Give the journals in the order in which their sessions began: the order of their numbers."""
        paths = journals_folder(self.folder).glob("*.journal")
        return sorted(paths, key=lambda path: (began(path), path.name))

    def _drained(self, path: Path) -> Iterator[StoreError]:
        """Drain one journal to where it ends now; give what of it cannot be read."""
        try:
            end = path.stat().st_size  # a session may write faster than we drain: we do not run after it
            while self._took_some(path, end):
                pass
        except FileNotFoundError:
            return  # another has drained it
        except DamagedRecord as damage:
            if self._marked(path, damage):
                yield damage
        except NewerStore as newer:
            yield newer
        except OSError as error:
            yield StoreError(f"{path} cannot be read: {error.strerror}")

    def _took_some(self, path: Path, end: int) -> bool:
        """Move a batch of records into the database, in one transaction; tell whether there were any."""
        with self._writing(path.stem) as connection:
            line = line_of(connection, path.stem)
            if line is not None and (line.damage or (line.drained >= end and line.ended is None)):
                return False
            batch = batch_of(path, 0 if line is None else line.drained)
            if batch:
                line = line or new_line(connection, path, batch[0].events)
                take(connection, line, batch)
            elif line is not None and line.ended is not None and not self._copied and not being_written(path):
                # All of it is in the database, on the disk: the commits before this one have been synced.
                path.unlink(missing_ok=True)
                connection.execute(change(line.number).values(drained=0))
            return bool(batch)

    def _marked(self, path: Path, damage: DamagedRecord) -> bool:
        """Write down that the rest of a journal is damaged; tell whether this was not known yet."""
        if being_written(path):
            return False  # on some file systems a record can be seen before it is whole; ask again another time
        with self._writing(path.stem) as connection:
            line = line_of(connection, path.stem) or new_line(connection, path, ())
            if not line.damage:
                add_events(connection, line.number, line.events, (Faulted(line.steps, str(damage)),))
                connection.execute(change(line.number).values(damage=str(damage), events=line.events + 1))
            return not line.damage

    def _session_row(  # in the order of `LISTED`: a listing has thousands
        self,
        number: int,
        session: str,
        kind: str,
        file: str,
        argv: str,
        folder: str,
        python: str,
        started: float,
        latest: float,
        steps: int,
        error: str,
        damage: str,
        ended: float | None,
    ) -> SessionRow:
        """Give a session's line as users see it."""
        words = () if argv == NOTHING else tuple(json.loads(argv))
        ran = (started, max(0.0, latest - started), steps, error or damage)
        state = State.ENDED if ended is not None else self._state(session)
        return SessionRow(number, session, kind, file, words, folder, python, *ran, state)

    def _state(self, session: str) -> State:
        """Tell how far a session has come that has not ended: asked each time, for a killed process leaves no word."""
        path = journal_path(self.folder, session)
        if self.database.shared and not path.exists():
            return State.ELSEWHERE
        return State.RUNNING if being_written(path) else State.INTERRUPTED

    @contextmanager
    def _understood(self, session: str) -> Iterator[None]:
        """Say whose rows cannot be understood."""
        try:
            yield
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedRecord(
                f"in the store {self.where} the record of session {session} is damaged: {error}"
            ) from error


def sealed_database(folder: Path, migrations: Path) -> Database:
    """Give the database of a store that we can only read: the one that is there, or a copy of it brought up to date."""

    def freshen(copy: Database) -> None:
        bring_up_to_date(copy, migrations, asked=True)
        Store(folder, copy, copied=True).drain()

    if says_all(folder):
        database = Sealed(database_path(folder), str(folder))
        try:
            bring_up_to_date(database, migrations)
        except ReadOnlyStore:  # its schema is an old one
            database.close()
        else:
            return database
    return copied_database(folder, freshen)


def database_of(folder: Path, url: str) -> Database:
    """Give the database of a store, and make the store's folder; StoreError if it cannot be made."""
    try:
        make_store(folder)
    except OSError as error:
        raise StoreError(f"no store can be made at {folder}: {error.strerror}") from error
    return at_url(url) if url else in_folder(database_path(folder), str(folder))


def known(connection: Connection, session: str) -> Row[Any]:
    """Give the line of a session; UnknownSession if there is none."""
    line = line_of(connection, session)
    if line is None:
        raise UnknownSession(session, connection.execute(select(SESSIONS.c.session)).scalars())
    return line


def line_of(connection: Connection, session: str) -> Row[Any] | None:
    """Give the line of a session, if there is one."""
    return connection.execute(select(SESSIONS).where(SESSIONS.c.session == session)).one_or_none()


def new_line(connection: Connection, path: Path, events: Sequence[Event]) -> Row[Any]:
    """Make the line of the session that writes this journal, whose first events these are."""
    match events:
        case [SessionStarted() as start, *_]:
            said = start
        case _:
            said = SessionStarted(path.stem, "", "", (), "", "", path.stat().st_mtime)
    line = insert(SESSIONS).values(
        session=path.stem,
        kind=said.kind,
        file=said.file,
        argv=json.dumps(said.argv),
        folder=said.folder,
        python=said.python,
        started=said.time,
        latest=said.time,
        error="",
        drained=0,
        events=0,
        damage="",
        steps=0,
    )
    return connection.execute(line.returning(SESSIONS)).one()


def take(connection: Connection, line: Row[Any], batch: Sequence[Record]) -> None:
    """Write a batch of records into the tables and on the session's line."""
    events = [event for record in batch for event in record.events]
    add_events(connection, line.number, line.events, events)
    values = {"drained": batch[-1].end, "events": line.events + len(events)}
    values["steps"] = line.steps + sum(isinstance(event, Step) for event in events)
    values["latest"] = max([line.latest, *map(moment, events)])
    for end in events:
        if isinstance(end, SessionEnded):
            values |= {"ended": end.time, "error": end.error}
    connection.execute(change(line.number).values(values))


def moment(event: Event) -> float:
    """Give the latest time that an event speaks of; 0 if it speaks of none."""
    match event:
        case Step():
            return event.started + event.seconds
        case SessionStarted() | SourceSeen() | SessionEnded():
            return event.time
        case _:
            return 0.0


def batch_of(path: Path, start: int) -> list[Record]:
    """Read whole records from the offset `start` on, up to a batch of them; none if the journal is gone."""
    batch: list[Record] = []
    try:
        for record in records(path, start):
            batch.append(record)
            if record.end - start >= BATCH:
                break
    except FileNotFoundError:
        return []
    except DamagedRecord:
        if not batch:
            raise
    return batch


def began(path: Path) -> float:
    """Give the time at which a journal's session began; late if its first record does not say."""
    try:
        for record in records(path):
            if record.events and isinstance(record.events[0], SessionStarted):
                return record.events[0].time
            break
    except (OSError, StoreError):
        pass  # draining will meet it again, and say so
    return float("inf")


def change(number: int) -> Any:
    """Give the statement that changes a session's line."""
    return update(SESSIONS).where(SESSIONS.c.number == number)
