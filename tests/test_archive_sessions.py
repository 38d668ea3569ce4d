"""When the code of an artifact can be cut: not before all that it depends on is recorded, and not by guessing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.archive.sessions import AT_THE_END, RecordedSessions
from clew.model.artifacts import ArtifactRecord, Blob, Environment, Origin, Value, Whence
from clew.model.effects import Bound
from clew.model.events import Event, NamesSeen, SessionEnded, SessionStarted, SourceSeen, Step, Variable
from clew.model.places import FilePlace, Source
from clew.model.resources import Name
from clew.store.database import Store
from clew.store.journal import Journal
from clew.store.location import journal_path

CODE = "a = 1\nb = 2\n"
EVENTS: tuple[Event, ...] = (
    SessionStarted("s", "script", "/p.py", (), "/", "3.11", 1.0),
    SourceSeen(Source(0, FilePlace("/p.py"), CODE, CODE), 1.0),
    Step(0, 0, 0, 2.0, 0.1, "", (), (Bound(Name("a")),)),
    NamesSeen(0, (Variable("a", "int", (Name("a"),)),)),
)
END = SessionEnded(3.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


def record(step: int) -> ArtifactRecord:
    origin = Origin("s", step, 0, "a", Whence.PENDING)
    return ArtifactRecord("a", 1, 1.0, Value("int", "json", Blob("a" * 64, 1)), origin, Environment("3", "L"))


def write(store: Store, *events: Event, running: bool, drained: bool = True) -> Journal:
    journal = Journal(str(journal_path(store.folder, "s")))
    journal.append(events)
    if not running:
        journal.close()
    if drained:
        store.drain()
    return journal


def test_a_variable_at_the_end_waits_for_the_end(store: Store) -> None:
    journal = write(store, *EVENTS, running=True)
    assert RecordedSessions(store, lambda session: None).cut(record(AT_THE_END)) is None
    journal.append((END,))
    journal.close()
    store.drain()
    cut = RecordedSessions(store, lambda session: None).cut(record(AT_THE_END))
    assert cut is not None
    assert (cut.code, [step.number for step in cut.steps], cut.whole) == ("a = 1\n", [0], CODE)


def test_a_step_that_is_not_recorded_yet_has_no_code(store: Store) -> None:
    write(store, *EVENTS, running=False)
    assert RecordedSessions(store, lambda session: None).cut(record(7)) is None


def test_the_live_session_is_asked_itself(store: Store) -> None:
    sessions = RecordedSessions(store, lambda session: EVENTS if session == "s" else None)
    assert sessions.source("s") == CODE
    assert not sessions.is_over("s")


@dataclass(frozen=True, slots=True)
class Case:
    """A session: what was recorded of it, whether it is being written, whose database it is, and whether more may come."""

    name: str
    events: tuple[Event, ...] = ()
    running: bool = False
    shared: bool = False
    here: bool = True
    drained: bool = True
    over: bool = True


CASES = [
    Case("one that ended", (*EVENTS, END)),
    Case("one that runs", EVENTS, running=True, over=False),
    Case("one that was killed", EVENTS),
    Case("one that nobody knows"),
    Case("one that ended on another machine", (*EVENTS, END), shared=True, here=False),
    Case("one of another machine, which may be running there", EVENTS, shared=True, here=False, over=False),
    Case("one of which another machine has told nothing yet", shared=True, here=False, over=False),
    Case("one that was killed on this machine", EVENTS, shared=True),
    Case("one that has written, and of which nothing was taken in yet", EVENTS, drained=False, over=False),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whether_more_may_come(case: Case, store: Store, tmp_path: Path) -> None:
    journal = write(store, *case.events, running=case.running, drained=case.drained) if case.events else None
    if case.shared:  # what PostgreSQL would hold is the same
        store.database.dialect = "postgresql"
    if not case.here:
        store.folder = tmp_path / "another"
    assert RecordedSessions(store, lambda session: None).is_over("s") is case.over
    if journal is not None and case.running:
        journal.close()
