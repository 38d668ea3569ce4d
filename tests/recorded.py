"""Sessions for the tests of the store: one that says a bit of everything, and processes that write and drain.

`python -m tests.recorded write JOURNAL` appends records for ever and prints the number of each when it is written;
`python -m tests.recorded session JOURNAL STEPS` writes a whole session, slowly;
`python -m tests.recorded drain FOLDER [URL]` drains a store until its sessions have ended.
"""

from __future__ import annotations

import sys
import time
from itertools import count
from pathlib import Path

from clew.model.effects import Bound, Changed, Deleted, Read, Reason
from clew.model.events import (
    Call,
    Event,
    Faulted,
    Kept,
    NamesSeen,
    SessionEnded,
    SessionStarted,
    SourceSeen,
    Step,
    Variable,
)
from clew.model.places import CellPlace, FilePlace, Source, Span
from clew.model.resources import Ambient, Cell, File, Module, Name
from clew.store.journal import Journal

ODD = "ä\udce9 \0 \x1b'\n"  # a name that is not UTF-8, and what databases do not hold


def start(session: str = "s1", file: str = "/project/train.py", time: float = 100.0) -> SessionStarted:
    return SessionStarted(session, "script", file, ("--epochs", "3"), "/project", "3.11.4", time)


def step(number: int) -> Step:
    """An ordinary step: one call, some reads, one name bound."""
    call = Call("pandas.core.frame.DataFrame.head", Span(number + 1, 0, number + 1, 12), 101.0 + number)
    reads = (Read(Name("frame")), Read(Cell(7, "price", "frame")), Read(Cell(7, "size", "frame")))
    return Step(number, 0, number, 101.0 + number, 0.25, "", (call,), (*reads, Bound(Name("top"))))


EVERYTHING: tuple[Event, ...] = (
    start(file=f"/project/{ODD}.py"),
    SourceSeen(Source(0, FilePlace(f"/project/{ODD}.py"), "a = 1\n", "a = 1\n"), 100.5),
    SourceSeen(Source(1, CellPlace(3, 2), "%cd x", "get_ipython().run_line_magic('cd', 'x')"), 100.75),
    step(0),
    Step(1, 1, 0, 103.0, 0.5, "ValueError", (), ()),
    Step(
        2,
        1,
        1,
        104.0,
        0.125,
        effects=(
            Changed(Ambient("random"), Reason.KNOWN),
            Deleted(File(f"/data/{ODD}")),
            Read(Module("math", "pi")),
            Bound(Module("math"), Reason.ASSUMED),
        ),
    ),
    NamesSeen(2, (Variable("a", "int", (Name("a"), Cell(3, ODD, "a"))), Variable("b", "str", ())), ("c",)),
    Kept(
        2,
        1,
        Span(4, 0, 4, 27),
        True,
        (Variable("df", "pandas.core.frame.DataFrame", (Name("df"), Cell(4, "a", "df"))),),
    ),
    Faulted(3, "the heap was too large"),
    SessionEnded(110.0, "KeyError: 'x'"),
)


def write_for_ever(path: Path) -> None:
    journal = Journal(path)
    for number in count():
        # Now and then a record of a megabyte, for a kill to hit in the middle.
        journal.append((Faulted(number, "x" * (1_000_000 if number % 5 == 0 else 10)),))
        print(number, flush=True)


def write_session(path: Path, steps: int) -> None:
    journal = Journal(path)
    journal.append((start(path.stem),))
    print("begun", flush=True)
    for number in range(steps):
        journal.append((step(number),))
        time.sleep(0.001)
    journal.append((SessionEnded(200.0),))


def drain_until_ended(folder: Path, url: str = "") -> None:
    # Not at the top: the writers are to be as light as a user's process.
    from clew.store.database import Store
    from clew.store.sessions import State

    store = Store.open(folder, url)
    print("open", flush=True)
    while not store.sessions() or any(session.state is not State.ENDED for session in store.sessions()):
        store.drain()


def main(what: str, path: str, *more: str) -> None:
    match what:
        case "write":
            write_for_ever(Path(path))
        case "session":
            write_session(Path(path), int(more[0]))
        case "drain":
            drain_until_ended(Path(path), *more)


if __name__ == "__main__":
    main(*sys.argv[1:])
