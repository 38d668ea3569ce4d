"""The store: drained once and whole, whoever else drains, writes, dies or damages."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from clew.errors import DamagedRecord, NewerStore, SessionRunning, StoreError, UnknownSession
from clew.model.effects import Reason
from clew.model.events import Event, Faulted, SessionEnded, Step
from clew.model.graph import Dependence, Graph, Via
from clew.store.database import Store, take
from clew.store.journal import MAGIC, Journal, read_journal
from clew.store.location import Address, database_path, journal_path
from clew.store.pieces import packed, squeezed
from clew.store.schema import GRAPHS, PIECES
from clew.store.sessions import State
from tests.recorded import EVERYTHING, start, step

ROOT = Path(__file__).parents[1]
END = SessionEnded(200.0)


def journal_of(store: Store, session: str, *batches: Sequence[Event]) -> Journal:
    journal = Journal(journal_path(store.folder, session))
    for batch in batches:
        journal.append(batch)
    return journal


def write(store: Store, session: str, *batches: Sequence[Event]) -> Path:
    journal = journal_of(store, session, *batches)
    journal.close()
    return Path(journal.path)


def test_a_session_comes_back_as_it_was(store: Store) -> None:
    write(store, "s1", EVERYTHING[:1], EVERYTHING[1:5], EVERYTHING[5:])
    assert store.drain() == ()
    assert store.events("s1") == EVERYTHING


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.drain() == ()
    assert store.sessions() == ()


def test_what_a_session_says_of_itself(store: Store) -> None:
    write(store, "s1", [start()], [step(0), step(1)], [SessionEnded(131.5, "KeyError: 'x'")])
    store.drain()
    [session] = store.sessions()
    assert (session.number, session.session, session.kind, session.file) == (1, "s1", "script", "/project/train.py")
    assert (session.argv, session.folder, session.python) == (("--epochs", "3"), "/project", "3.11.4")
    assert (session.started, session.seconds, session.steps) == (100.0, 31.5, 2)
    assert (session.error, session.state) == ("KeyError: 'x'", State.ENDED)


def test_sessions_are_numbered_as_they_began(store: Store) -> None:
    write(store, "a", [start("a", time=300.0)])
    write(store, "b", [start("b", time=100.0)])
    store.drain()
    write(store, "0", [start("0", time=200.0)])
    store.drain()
    assert [(session.number, session.session) for session in store.sessions()] == [(1, "b"), (2, "a"), (3, "0")]


def test_a_running_session_is_read_while_it_is_written(store: Store) -> None:
    journal = journal_of(store, "s1", [start()], [step(0)])
    store.drain()
    assert store.events("s1") == (start(), step(0))
    assert store.sessions()[0].state is State.RUNNING
    assert store.sessions()[0].seconds == 1.25  # as far as the last step reached
    journal.append([step(1)])
    store.drain()
    assert store.events("s1") == (start(), step(0), step(1))
    journal.append([END])
    store.drain()
    assert store.sessions()[0].state is State.ENDED
    journal.close()


def test_a_session_whose_writer_is_gone_was_interrupted(store: Store) -> None:
    write(store, "s1", [start()], [step(0)])
    store.drain()
    assert store.sessions()[0].state is State.INTERRUPTED


def test_draining_again_changes_nothing(store: Store) -> None:
    write(store, "s1", [start()], [step(0)])
    for _ in range(3):
        store.drain()
        assert store.events("s1") == (start(), step(0))


def test_the_journal_of_an_ended_session_goes_once_it_is_drained(store: Store) -> None:
    journal = journal_of(store, "s1", [start()], [END])
    store.drain()
    assert Path(journal.path).exists()
    journal.close()
    store.drain()
    assert not Path(journal.path).exists()
    assert store.events("s1") == (start(), END)


def test_the_journal_of_an_interrupted_session_can_go_on(store: Store) -> None:
    path = write(store, "s1", [start()])
    store.drain()
    assert path.exists()
    write(store, "s1", [step(0)], [END])
    store.drain()
    assert store.events("s1") == (start(), step(0), END)


def test_a_journal_that_begins_again_after_its_end_is_read(store: Store) -> None:
    write(store, "s1", [start()], [END])
    store.drain()
    write(store, "s1", [step(0)])
    store.drain()
    assert store.events("s1") == (start(), END, step(0))


def test_a_torn_record_is_taken_when_it_is_whole(store: Store) -> None:
    path = write(store, "s1", [start()], [step(0)])
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    assert store.drain() == ()
    assert store.events("s1") == (start(),)
    path.write_bytes(whole)
    assert store.drain() == ()
    assert store.events("s1") == (start(), step(0))


def damage(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_what_came_before_the_damage_is_kept(store: Store) -> None:
    path = write(store, "s1", [start()], [step(0)])
    second = path.stat().st_size
    write(store, "s1", [step(1)], [END])
    write(store, "s2", [start("s2", time=300.0)])
    damage(path, second + 30)
    [problem] = store.drain()
    assert isinstance(problem, DamagedRecord)
    assert f"{path}: the record at byte {second} is damaged" in str(problem)
    assert store.events("s1") == (start(), step(0), Faulted(1, str(problem)))
    assert store.find("s1").error == str(problem)
    assert store.find("s1").state is State.INTERRUPTED
    assert store.events("s2") == (start("s2", time=300.0),)


def test_damage_is_said_once(store: Store) -> None:
    path = write(store, "s1", [start()], [step(0)])
    damage(path, path.stat().st_size - 1)
    assert len(store.drain()) == 1
    before = store.events("s1")
    assert store.drain() == ()
    assert store.events("s1") == before


def test_a_journal_damaged_from_its_beginning_is_a_session_that_can_be_forgotten(store: Store) -> None:
    path = write(store, "s1", [start()])
    path.write_bytes(b"not a journal at all")
    assert len(store.drain()) == 1
    [session] = store.sessions()
    assert session.session == "s1"
    assert "does not begin as a journal does" in session.error
    store.forget("s1")
    assert not path.exists()


def test_the_journal_of_a_newer_clew_waits_for_one(store: Store) -> None:
    path = write(store, "s1", [start()])
    ours = path.read_bytes()
    path.write_bytes(MAGIC.replace(b"1", b"2"))
    [problem] = store.drain()
    assert isinstance(problem, NewerStore)
    path.write_bytes(ours)
    assert store.drain() == ()
    assert store.events("s1") == (start(),)


def test_a_session_can_be_forgotten(store: Store) -> None:
    path = write(store, "s1", *([event] for event in EVERYTHING[:-1]))
    write(store, "s2", [start("s2")])
    store.drain()
    store.graph("s1", Chained(), "me")
    store.forget("s1")
    store.drain()
    assert [session.session for session in store.sessions()] == ["s2"]
    assert not path.exists()
    with pytest.raises(UnknownSession):
        store.events("s1")
    with pytest.raises(UnknownSession):
        store.forget("s1")


def test_the_number_of_a_forgotten_session_is_not_given_again(store: Store) -> None:
    write(store, "s1", [start("s1")])
    store.drain()
    store.forget("s1")
    write(store, "s2", [start("s2")])
    store.drain()
    assert store.sessions()[0].number == 2


def test_a_running_session_is_not_forgotten(store: Store) -> None:
    journal = journal_of(store, "s1", [start()])
    store.drain()
    with pytest.raises(SessionRunning):
        store.forget("s1")
    assert store.events("s1") == (start(),)
    journal.close()


class Chained:
    """Folds so that each step depends on the one before, and counts how many events there were each time."""

    def __init__(self) -> None:
        self.folded: list[int] = []

    def __call__(self, events: tuple[Event, ...]) -> Graph:
        self.folded.append(len(events))
        steps = tuple(event for event in events if isinstance(event, Step))
        found = {each.number: (control(each.number),) if each.number else () for each in steps}
        return Graph((), steps, found, {}, {})


def control(step: int) -> Dependence:
    return Dependence(step, step - 1, Via.CONTROL, None, Reason.OBSERVED)


def test_a_graph_is_folded_once_and_again_when_there_is_more(store: Store) -> None:
    fold = Chained()
    journal = journal_of(store, "s1", [start()], [step(0), step(1)])
    store.drain()
    for _ in range(2):
        found = store.graph("s1", fold, "me")
        assert [*found.steps] == [step(0), step(1)]
        assert found.dependences == {0: (), 1: (control(1),)}
    journal.append([step(2)])
    store.drain()
    for _ in range(2):
        assert store.graph("s1", fold, "me").dependences == {0: (), 1: (control(1),), 2: (control(2),)}
    assert fold.folded == [3, 4]
    journal.close()


def test_another_maker_folds_again(store: Store) -> None:
    fold = Chained()
    write(store, "s1", [start()], [step(0)])
    store.drain()
    for maker in ("me", "you", "you"):
        store.graph("s1", fold, maker)
    assert fold.folded == [2, 2]


def test_who_has_seen_less_of_a_session_keeps_no_graph(store: Store) -> None:
    fold = Chained()
    write(store, "s1", [start()], [step(0)])
    store.drain()

    def slow(events: tuple[Event, ...]) -> Graph:
        """While it folds, another takes in more, and folds that."""
        write(store, "s1", [step(1)])
        store.drain()
        store.graph("s1", fold, "me")
        return fold(events)

    assert len(store.graph("s1", slow, "me").steps) == 1
    assert len(store.graph("s1", fold, "me").steps) == 2
    assert fold.folded == [3, 2]


def test_the_graph_of_a_session_that_is_forgotten_meanwhile_is_not_kept(store: Store) -> None:
    write(store, "s1", [start()], [step(0)])
    store.drain()

    def slow(events: tuple[Event, ...]) -> Graph:
        store.forget("s1")
        return Chained()(events)

    assert len(store.graph("s1", slow, "me").steps) == 1
    with pytest.raises(UnknownSession):
        store.graph("s1", Chained(), "me")


def test_a_fold_that_fails_loses_no_events(store: Store) -> None:
    def fails(events: tuple[Event, ...]) -> Graph:
        raise ZeroDivisionError(events)

    write(store, "s1", [start()], [step(0)])
    store.drain()
    with pytest.raises(ZeroDivisionError):
        store.graph("s1", fails, "me")
    assert store.events("s1") == (start(), step(0))
    store.graph("s1", Chained(), "me")


def test_a_batch_holds_whole_records(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clew.store.database.BATCH", 3)  # bytes: each record is a batch
    write(store, "s1", [start()], *([step(2 * number), step(2 * number + 1)] for number in range(5)))
    store.drain()
    assert store.events("s1") == (start(), *map(step, range(10)))


def test_draining_ends_though_a_session_writes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = journal_of(store, "s1", [start()], [step(0)], [step(1)])
    numbers = count(2)

    def take_and_write(*taken: Any) -> None:
        take(*taken)
        journal.append([step(next(numbers))])

    monkeypatch.setattr("clew.store.database.BATCH", 3)
    monkeypatch.setattr("clew.store.database.take", take_and_write)
    store.drain()
    assert store.events("s1") == (start(), step(0), step(1))
    journal.close()


def test_a_folder_that_cannot_be_one_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="no store can be made"):
        Store.open(tmp_path / "file" / "store")


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    database_path(tmp_path).write_bytes(b"no database " * 100)
    with pytest.raises(StoreError, match="file is not a database"):
        Store.open(tmp_path)


HARMS: dict[str, Any] = {
    "a verb that there is none of": [["s", 0, 0, 0, 1.0, 1.0, "", [], [["xo", "n", "a"]]]],
    "a resource that there is none of": [["s", 0, 0, 0, 1.0, 1.0, "", [], [["ro", "x", "a"]]]],
    "an event that there is none of": [["?"]],
    "no list": 3,
    "no event": [None],
}


@pytest.mark.parametrize("harm", [*HARMS, "no rows", "no bytes of ours"])
def test_rows_that_cannot_be_understood_are_said(store: Store, harm: str) -> None:
    write(store, "s1", EVERYTHING)
    store.drain()
    others = {"no rows": zlib.compress(b"["), "no bytes of ours": b"["}
    with store._writing() as connection:
        connection.execute(update(PIECES).values(content=others.get(harm) or packed(HARMS[harm])))
    with pytest.raises(DamagedRecord, match=r"the record of session s1 is damaged"):
        store.events("s1")


def test_a_graph_that_cannot_be_understood_is_said(store: Store) -> None:
    write(store, "s1", [start()], [step(0)])
    store.drain()
    store.graph("s1", Chained(), "me")
    with store._writing() as connection:
        connection.execute(update(GRAPHS).values(content=squeezed("[1, 2]")))
    with pytest.raises(DamagedRecord, match=r"the record of session s1 is damaged"):
        store.graph("s1", Chained(), "me")


def test_a_store_can_be_used_from_threads(store: Store) -> None:
    write(store, "s1", [start()], *([step(number)] for number in range(50)), [END])
    threads = [threading.Thread(target=store.drain) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.events("s1") == (start(), *map(step, range(50)), END)


def run(what: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.recorded", what, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8")


def test_two_drain_at_once_beside_writers(address: Address) -> None:
    folder = Path(address.folder)
    sessions = ("a", "b")
    writers = [run("session", journal_path(folder, session), 300) for session in sessions]
    drainers = [run("drain", folder, address.url) for _ in range(2)]  # both make the new store, too
    assert [process.wait(60) for process in (*writers, *drainers)] == [0] * 4
    store = Store.open(folder, address.url)
    store.drain()
    for session in sessions:
        assert store.events(session) == (start(session), *map(step, range(300)), END)
    store.close()


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_drainer_loses_nothing(store: Store, address: Address, seed: int) -> None:
    steps = [[step(number)] for number in range(3000)]
    write(store, "s1", [start()], *steps, [END])
    for attempt in range(2):
        with run("drain", store.folder, address.url) as drainer:
            assert drainer.stdout is not None
            drainer.stdout.readline()
            time.sleep(random.Random(10 * seed + attempt).uniform(0, 0.3))
            drainer.kill()
    store.drain()
    assert store.events("s1") == (start(), *chain.from_iterable(steps), END)


def test_a_killed_session_is_shown_as_interrupted(store: Store) -> None:
    path = journal_path(store.folder, "s1")
    with run("session", path, 100_000) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        store.drain()
        assert store.sessions()[0].state is State.RUNNING
        writer.kill()
    store.drain()
    assert store.sessions()[0].state is State.INTERRUPTED
    assert store.events("s1") == tuple(chain.from_iterable(read_journal(path)))


def test_the_database_of_a_folder_is_sound_and_can_be_read_by_others(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    write(store, "s1", EVERYTHING)
    store.drain()
    plain = sqlite3.connect(database_path(store.folder))
    assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    assert plain.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
    [[content]] = plain.execute("SELECT content FROM pieces").fetchall()
    assert ["ck", "a", "random"] in json.loads(zlib.decompress(content))[5][8]
    plain.close()
    store.close()
