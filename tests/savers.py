"""Processes that save and read at once, for the tests of the store.

`python -m tests.savers catalog FOLDER ROUNDS [URL]` adds versions of one name that all share and of one of its own,
looks around, and takes sessions in; `python -m tests.savers save FOLDER ROUNDS [URL]` does it with `clew.save`, the
way a user would. Each waits for a line, and prints what it was given, and how long it waited for the slowest.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import clew
from clew.model.events import SessionEnded
from clew.model.filters import Filter
from clew.store.database import Store
from clew.store.journal import Journal
from clew.store.location import journal_path
from tests.recorded import start, step
from tests.test_catalog import record

SHARED = "shared"


class Waits:
    """How long the slowest of some doings took."""

    def __init__(self) -> None:
        self.longest = 0.0

    @contextmanager
    def one(self) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.longest = max(self.longest, time.perf_counter() - began)


def with_the_catalog(folder: Path, rounds: int, url: str) -> dict[str, object]:
    own, waits = f"own-{os.getpid()}", Waits()
    given: dict[str, list[int]] = {SHARED: [], own: []}
    for number in range(rounds):
        with waits.one():
            store = Store.open(folder, url)
        for name in (SHARED, own):
            with waits.one():
                given[name].append(store.catalog.add(record(name, time.time())).version)
        with waits.one():
            assert store.catalog.get(own).version == number + 1
            assert store.catalog.find(Filter(name=SHARED), limit=5)[0].name == SHARED
        with waits.one():
            take_in(store, f"{own}-{number}")
        store.close()
    return {"given": given, "longest": waits.longest}


def take_in(store: Store, session: str) -> None:
    """A short session, written and drained."""
    journal = Journal(journal_path(store.folder, session))
    journal.append([start(session), step(0), SessionEnded(200.0)])
    journal.close()
    assert store.drain() == ()
    assert len(store.events(session)) == 3


def with_the_users_words(rounds: int) -> dict[str, object]:
    own, waits = f"own-{os.getpid()}", Waits()
    given: dict[str, list[int]] = {SHARED: [], own: []}
    for number in range(rounds):
        for name in (SHARED, own):
            with waits.one():
                made = clew.save({"number": number, "by": own}, name)
                assert made is not None
                given[name].append(made.version)
        with waits.one():
            assert clew.get(own).value == {"number": number, "by": own}
    return {"given": given, "longest": waits.longest}


def main(what: str, folder: str, rounds: str, url: str = "") -> None:
    if what == "save":
        clew.save(0, f"first-{os.getpid()}")  # what is loaded for the first save is not waiting
    print("ready", flush=True)
    sys.stdin.readline()
    match what:
        case "catalog":
            done = with_the_catalog(Path(folder), int(rounds), url)
        case _:
            done = with_the_users_words(int(rounds))
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
