"""A shell that is being watched: its recorder, its journal, and its session."""

from __future__ import annotations

import ast
import atexit
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from clew.capture.recorder import Recorder
from clew.capture.rewriting import rewritten
from clew.capture.watching import _LIVE as LIVE
from clew.capture.watching import _STORE as STORE
from clew.capture.watching import keep_values, over, recorder_of
from clew.ipython.prelude import earlier_cells, prelude_events
from clew.ipython.watch import Watch
from clew.model.events import Event, NamesSeen, SessionEnded, SessionStarted, Step
from clew.model.places import Source
from clew.model.resources import Ambient, Name, Resource
from clew.store.journal import Journal
from clew.store.location import journal_path, make_store


@dataclass(frozen=True, slots=True)
class About:
    """What a session of a shell is called, and where it is kept; `file` is the notebook's path, or empty.

    `address` is the store itself, a folder or URL, where `store` is the folder of its journals.
    """

    session: str
    kind: str
    file: str
    store: Path
    address: str = ""


class ShellSession:
    """Watches a shell from its next cell on; the cells before it are recorded as one unknown.

    It hears of cells as a `Recorder` does, and hands on to the real one.
    """

    def __init__(self, shell: Any, about: About) -> None:
        make_store(about.store)
        self.shell, self.about = shell, about
        self.journal = Journal(journal_path(about.store, about.session))
        self.recorded: list[Event] = []
        self.recorder: Recorder = recorder_of(shell.user_ns, self.emit, str(about.store))
        self.watch = Watch(shell, self, self.recorder.fault, self.end)
        self.error = ""
        self._fresh = True
        self._process = os.getpid()

    def start(self) -> None:
        """Begin with the next cell."""
        self.emit([self._started()])
        LIVE.append((self.about.session, self, self.recorder))
        STORE[:] = [self.about.address or str(self.about.store)]
        self.recorder.guard(keep_values, self.recorder, str(self.about.store))
        self.watch.start()
        atexit.register(self.end)

    def stop(self) -> None:
        """Watch no more; the session ends with the cell that runs now."""
        self.watch.stop()

    def end(self) -> None:
        """Close the record and take back what we put into the process. A forked child has nothing to say."""
        atexit.unregister(self.end)
        if os.getpid() != self._process:
            return
        over(self.recorder, self.about.session)
        if not self._fresh:
            self.recorder.uninstall()
            self.recorder.outside.close()
        self.emit([SessionEnded(time.time(), self.error)])
        self.journal.close()
        LIVE[:] = [entry for entry in LIVE if entry[2] is not self.recorder]

    def __iter__(self) -> Iterator[Event]:
        """The events so far, the finished statements of the cell that runs now included."""
        self.recorder.guard(self.recorder.look_at_names)
        self.recorder.flush()
        return iter(tuple(self.recorded))

    def emit(self, events: Sequence[Event]) -> None:
        """Keep events: in the journal for later, here for questions while the shell runs."""
        kept = [self._without_the_shells_own(event) for event in events]
        self.recorded += kept
        self.journal.append(kept)

    def _without_the_shells_own(self, event: Event) -> Event:
        """Leave out the names that IPython puts into the namespace, where the user has not taken them."""
        if not isinstance(event, NamesSeen):
            return event
        return replace(event, variables=tuple(v for v in event.variables if not self._is_the_shells(v.name)))

    def _is_the_shells(self, name: str) -> bool:
        own = self.shell.user_ns_hidden
        return name in own and own[name] is self.shell.user_ns.get(name)

    # ---- a recorder's part ------------------------------------------------------------------------------

    def next_source(self) -> int:
        """The number of the next source; the earlier cells come before it."""
        if self._fresh:
            self._fresh = False
            # Not sooner: the cell that loads us may hold the probes of a session that ends with it (`%reload_ext`).
            self.recorder.install()
            self.recorder.outside.install()
            self._record_earlier_cells()
        return self.recorder.next_source()

    def begin(self, source: Source) -> None:
        """A cell is about to run."""
        self.recorder.begin(source)

    def rewrite(self, tree: ast.Module, source: Source) -> ast.Module:
        """Put the markers into the tree of a cell."""
        return rewritten(self.recorder, tree, source.number)

    def finish(self, error: BaseException | None) -> None:
        """The cell has run, or failed."""
        self.recorder.finish(error)

    def _record_earlier_cells(self) -> None:
        """Record the cells that ran before we looked: each may have made all there is."""
        cells = earlier_cells(self.shell)
        if not cells:
            return
        events = prelude_events(cells, self._touched(), self.recorder.steps)
        self.recorder.sources += len(cells)
        self.recorder.steps += sum(isinstance(event, Step) for event in events)
        self.emit(events)

    def _touched(self) -> list[Resource]:
        names = [name for name in self.shell.user_ns if not (name.startswith("_") or self._is_the_shells(name))]
        kinds = self.recorder.closer.state
        return [*(Name(name) for name in names), *(Ambient(kind) for kind in kinds)]

    def _started(self) -> SessionStarted:
        about = self.about
        python = sys.version.split()[0]
        return SessionStarted(about.session, about.kind, about.file, (), os.getcwd(), python, time.time())
