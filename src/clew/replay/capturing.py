"""Code that is run as it is written, recorded as a session like any other: in the store's journal, for slices of it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

from clew.knowledge.registry import Knowledge
from clew.model.events import Event, SessionEnded, SessionStarted
from clew.model.places import CellPlace, FilePlace, Place, Source
from clew.observe.audit import WIRE
from clew.replay.execution import Execution
from clew.replay.nodes import Node
from clew.replay.recorded import Recorded
from clew.replay.running import Run, Wanted
from clew.replay.tracebacks import users_frames
from clew.store.journal import Journal

KIND = "executor"


class Capture:
    """A session whose code comes bit by bit. Its journal is None where it is not to be recorded."""

    def __init__(
        self, about: Recorded, journal: Journal | None, knowledge: Knowledge, *, store: str = "", keep: bool = True
    ) -> None:
        self.about, self.journal = about, journal
        self.execution = Execution(Run(about, Wanted(store=store, results=keep), knowledge), keep=keep)
        self.sent = self.cells = 0
        where = (about.folder, sys.version.split()[0], time.time())
        self.start = SessionStarted(about.session, about.kind, about.file, about.argv, *where)
        self.append([self.start])

    @property
    def events(self) -> tuple[Event, ...]:
        """What was recorded so far."""
        return (self.start, *self.execution.run.events)

    @users_frames
    def execute(self, code: str, path: str = "") -> tuple[Node, ...]:
        """Run code in the session's variables, a cell or all of a file; what failed before and waits is dropped."""
        run = self.execution.run
        run.drop()
        before = len(self.execution.heard)
        source = Source(run.watcher.next_source(), self.place(path), code, code)
        if path:
            run.namespace["__file__"] = path
        run.add(source)
        try:
            self.execution.to_end()
        finally:
            self.append(run.watcher.events[self.sent :])
            self.sent = len(run.watcher.events)
        return tuple(Node(number) for number in self.execution.heard[before:])

    def place(self, path: str) -> Place:
        """Where code stands: a file, or one more cell."""
        if path:
            return FilePlace(path)
        self.cells += 1
        return CellPlace(self.cells)

    def append(self, events: Sequence[Event]) -> None:
        """Write events into the journal."""
        if self.journal is not None:
            with WIRE.own_work():
                self.journal.append(events)

    def close(self) -> None:
        """The session is over."""
        self.execution.run.close()
        error = self.execution.error
        said = "" if error is None else type(error).__name__
        self.append([SessionEnded(time.time(), said)])
        if self.journal is not None:
            self.journal.close()
            self.journal = None


def about_code(session: str, folder: str, path: str) -> Recorded:
    """A session that has run nothing yet: of a file, which is then the main program, or of cells."""
    kind = "script" if path else KIND
    where = os.path.abspath(folder or (os.path.dirname(path) if path else os.getcwd()))
    return Recorded(session, kind, path, where, (path,) if path else (), ())
