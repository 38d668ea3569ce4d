"""The executor: code run node by node as it is written, or a recorded session once more, with all that it did at hand."""

from __future__ import annotations

import os
import sys
import time
import weakref
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

from clew import session as parts
from clew.archive.wishes import Wish
from clew.dataflow.graph import fold
from clew.dataflow.outside import cut_outside
from clew.dataflow.slicing import cut
from clew.errors import CannotExecute, FileMissing, NoValue, UnknownSession
from clew.knowledge.registry import Knowledge
from clew.model.artifacts import Origin, Whence
from clew.model.events import Event
from clew.model.graph import Graph, Slice
from clew.model.places import CellPlace, FilePlace, Source
from clew.observe.audit import WIRE
from clew.replay.capturing import KIND, Capture, about_code
from clew.replay.execution import Execution
from clew.replay.external import ExternalState
from clew.replay.nodes import Node, NodeKind
from clew.replay.noting import Notes
from clew.replay.recorded import Recorded, recorded
from clew.replay.running import Run, Values, Wanted
from clew.replay.sideeffects import SideEffect, state_of
from clew.replay.tracebacks import users_frames
from clew.screen.artifact import Artifact
from clew.screen.slices import SliceView
from clew.store.database import Store
from clew.store.executions import ExecutedRow, ExecutionRow, Executions
from clew.store.journal import Journal
from clew.store.paths import journal_in


@dataclass
class OpenParts:
    """What an executor has open: the session that it captures, and the store."""

    capture: Capture | None = None
    store: Store | None = None

    def close(self) -> None:
        """End the session, and let the store go."""
        capture, store = self.capture, self.store
        self.capture = self.store = None
        if capture is not None:
            capture.close()
        if store is not None:
            store.close()


@runtime_checkable
class Loads(Protocol):
    """A recording of a session, such as `clew.api.recording` gives."""

    def load(self) -> tuple[Event, ...]:
        """Give what was recorded."""


Executable = str | int | Graph | SliceView | Slice | Artifact | Recorded | Loads
"""What can be executed: a session by its number or name, a graph or recording of one, a slice, an artifact's code."""


class Executor:
    """Runs code node by node as it is written, or recorded sessions once more; each run is an execution of its own.

        with clew.Executor() as ex:
            ex.execute("a = [1]")
            [node] = ex.execute("a.append(2)")
            ex.side_effects(node)          # it changed what step 0 made
            again = ex.execute_graph(ex.graph)
            again.get_value("a")

    A node is a step of the session's graph, by its number, or something within one: see `nodes_of`. The questions
    about nodes are about the latest execution; `execute_graph` and `run` give theirs, which can be asked the same.

    `store` is the store in which executions are recorded (the usual one by default); with `record=False` nothing is
    written. With `keep=False` no values are kept in memory, but the variables as they stand. Code that is executed as it is written stands in `folder` (the working directory by default). `packs` are
    folders of library knowledge whose word counts before clew's own.
    """

    def __init__(
        self,
        store: str | None = None,
        *,
        folder: str | Path | None = None,
        packs: Iterable[str | Path] = (),
        record: bool = True,
        keep: bool = True,
    ) -> None:
        self.setting, self.folder = store, "" if folder is None else os.path.abspath(folder)
        self.record, self.keep = record, keep
        self.knowledge = Knowledge(packs)
        self.latest: Execution | None = None
        self._open = OpenParts()
        weakref.finalize(self, self._open.close)  # who forgets to close it, or leaves
        self._address = parts.ready_store(os.getcwd(), store) if record else None
        self._folder = "" if self._address is None else self._address.folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session of the code that was executed as it was written, and let the store go."""
        self._open.close()

    # ---- as it is written -------------------------------------------------------------------------------

    @users_frames
    def execute(self, code: str) -> tuple[Node, ...]:
        """Run code in this executor's session, node by node; give the nodes. The user's own error where one fails.

        What failed before and has not been mended is dropped, as after a failed cell of a notebook.
        """
        capture = self._capturing("")
        return capture.execute(code)

    @users_frames
    def execute_file(self, path: str | Path) -> tuple[Node, ...]:
        """Run a program's file in this executor's session: it is the main program if it comes first."""
        whole = os.path.abspath(path)
        try:
            code = Path(whole).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise FileMissing(str(path)) from None
        return self._capturing(whole).execute(code, whole)

    @property
    def session(self) -> str:
        """The session of the code that is executed as it is written, by its name in the store; empty before the first."""
        return "" if self._open.capture is None else self._open.capture.about.session

    @property
    def graph(self) -> Graph:
        """The dependence graph of the code that was executed as it was written; else of the latest execution."""
        if self._open.capture is not None:
            return fold(self._open.capture.events)
        return self._latest().graph

    def _capturing(self, path: str) -> Capture:
        """The session of code that is executed as it is written, begun with its first code."""
        if self._open.capture is None:
            about = about_code(parts.new_session(), self.folder, path)
            journal = None if self._address is None else Journal(journal_in(self._address.folder, about.session))
            self._open.capture = Capture(about, journal, self.knowledge, store=self._folder, keep=self.keep)
            self._recorded(self._open.capture.execution, about, "")
        self.latest = self._open.capture.execution
        return self._open.capture

    # ---- after the fact ---------------------------------------------------------------------------------

    @users_frames
    def execute_graph(
        self, graph: Executable, *, chosen: Collection[int] | None = None, values: Mapping[int, Values] | None = None
    ) -> Execution:
        """Run a session, or a graph or slice of one, once more: in its working directory, which is left as it was found.

        `chosen` are the steps to run, all without it; `values`, by step, the values of variables that steps which are
        not run had made. The user's own error where a node fails; then `latest.resume()` goes on.
        """
        return self.start(graph, chosen=chosen, values=values).to_end()

    run = execute_graph

    def start(
        self, graph: Executable, *, chosen: Collection[int] | None = None, values: Mapping[int, Values] | None = None
    ) -> Execution:
        """The same, of which nothing has run yet: going through it runs it, with a `Progress` for each step."""
        wanted = self._executable(graph)
        if not wanted.sources:
            raise CannotExecute("nothing was recorded of it")
        execution = Execution(
            Run(wanted, Wanted(chosen, values or {}, store=self._folder, results=self.keep), self.knowledge),
            keep=self.keep,
        )
        self._recorded(execution, wanted, "" if chosen is None else f"{len(chosen)} chosen steps")
        self.latest = execution
        return execution

    @users_frames
    def resume(self, code: str | None = None, values: Values | None = None) -> Execution:
        """Go on after a failure, with other code or values in the place of the node that failed, or try it again."""
        return self._latest().resume(code, values)

    def _executable(self, graph: Executable) -> Recorded:
        """What is to be run, as a session."""
        match graph:
            case Recorded():
                return graph
            case str() | int():
                return self._session(str(graph))
            case Graph():
                return self._of_graph(graph)
            case Slice() | SliceView():
                return of_code(graph.code, self.folder or os.getcwd())
            case Artifact():
                return self._of_artifact(graph)
            case Loads():
                return recorded(graph.load())
            case _:
                raise CannotExecute(f"a {type(graph).__name__} is no session, graph, slice or artifact")

    def _session(self, wanted: str) -> Recorded:
        """A session of the store."""
        opened = self._store()
        with WIRE.own_work():
            opened.drain()
            return recorded(opened.events(opened.find(wanted).session))

    def _of_graph(self, graph: Graph) -> Recorded:
        """A graph as a session: of this executor's own code, or else of who knows what."""
        if self._open.capture is not None and graph.sources == fold(self._open.capture.events).sources:
            return recorded(self._open.capture.events)
        file = next((each.place.path for each in graph.sources if isinstance(each.place, FilePlace)), "")
        folder = self.folder or (os.path.dirname(file) if file else os.getcwd())
        kind = "script" if file else KIND
        return Recorded(
            "", kind, file, folder, (file,) if file else (), graph.sources, tuple(graph.steps), graph.faults
        )

    def _of_artifact(self, artifact: Artifact) -> Recorded:
        """The code of an artifact, where its session stood."""
        folder = self.folder or os.getcwd()
        with suppress(UnknownSession):  # where it is gone, or nobody watched, the code runs here
            folder = self._session(artifact.record.origin.session).folder
        return of_code(artifact.code, folder)

    # ---- asking -----------------------------------------------------------------------------------------

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The steps that the latest execution has run, in their order."""
        return self._latest().nodes

    def nodes_of(self, node: Node | int) -> tuple[Node, ...]:
        """The nodes within a step: literals, look-ups, imports, calls, the variables that called functions set."""
        return self._latest().nodes_of(node)

    def look_up(self, name: str, *, outside: bool = False) -> Node:
        """The node that a name leads to: a step, a builtin, `__file__`, `file_system`, `database` ...; else NameError.

        With `outside` only state outside the program: a variable may have the name of one.
        """
        return self._latest().look_up(name, outside=outside)

    def get_value(self, node: Node | int | str, name: str | None = None) -> object:
        """The value of a node, in memory; see `Execution.get_value`."""
        return self._latest().get_value(node, name)

    def get_execution_time(self, node: Node | int) -> tuple[datetime, datetime]:
        """When a node began and ended, in local time."""
        return self._latest().get_execution_time(node)

    def side_effects(self, node: Node | int) -> tuple[SideEffect, ...]:
        """What a node did besides giving its value: see `clew.replay.sideeffects`."""
        return self._latest().side_effects(node)

    @property
    def values(self) -> dict[str, object]:
        """The variables as the latest execution has left them."""
        return self._latest().values

    def executions(self, session: str | None = None) -> tuple[ExecutionRow, ...]:
        """What the store knows of executions, of one session or of all, oldest first."""
        with WIRE.own_work():
            return Executions(self._store().database).all(session)

    def executed(self, execution: int) -> tuple[ExecutedRow, ...]:
        """The steps of an execution by its number in the store, with the types and digests of their values."""
        with WIRE.own_work():
            return Executions(self._store().database).steps(execution)

    # ---- more -------------------------------------------------------------------------------------------

    def code(self, name: str) -> str:
        """The code that makes a variable, or that leaves outside state (`file_system`) as the latest execution did."""
        execution = self._latest()
        graph = execution.graph
        node = execution.look_up(name)
        if node.kind is not NodeKind.EXTERNAL:
            return cut(graph, name).code
        effects = (effect for step in graph.steps for effect in step.effects)
        of_it = {e.resource for e in effects if (found := state_of(e.resource)) is not None and found[0] == node}
        return cut_outside(graph, name, of_it).code

    def save(self, name: str, artifact: str = "", **tags: str) -> Artifact:
        """Keep a variable, or outside state (`file_system`), as an artifact with the code that makes it."""
        value = self.get_value(name)
        kept = value.as_plain() if isinstance(value, ExternalState) else value
        variable = "" if isinstance(value, ExternalState) else name
        session = self._latest().run.recorded.session
        whole = "\n\n".join(source.text.rstrip("\n") for source in self._latest().graph.sources) + "\n"
        origin = Origin(session, len(self._latest().ran) - 1, 0, variable, Whence.SLICE, self.code(name), whole)
        with parts.archive(self.setting, drained=False) as archive:
            wish = Wish(tuple(tags.items()))
            record = archive.save(kept, artifact or name, wish, lambda: parts.making(origin), time.time())
        return Artifact(record, parts.shelf(self.setting))

    def reload_knowledge(self) -> None:
        """Have packs of library knowledge that changed on disk count from now on, in this session too."""
        self.knowledge.reload()
        if self.latest is not None:
            self.latest.run.watcher.renew_knowledge(self.knowledge)

    def _latest(self) -> Execution:
        """The latest execution; NoValue where there is none yet."""
        if self.latest is None:
            raise NoValue("anything", "nothing was executed yet")
        return self.latest

    def _store(self) -> Store:
        """The store, opened when it is first needed."""
        if self._open.store is None:
            with WIRE.own_work():
                self._open.store = parts.bare_store(self.setting)
        return self._open.store

    def _recorded(self, execution: Execution, what: Recorded, part: str) -> None:
        """Have an execution written down in the store."""
        if self.record:
            python = sys.version.split()[0]
            row = ExecutionRow(0, parts.new_session(), what.session, part, what.folder, python, time.time())
            Notes(execution, Executions(self._store().database), row)


def of_code(code: str, folder: str) -> Recorded:
    """Code that is part of no session, as one cell of its own."""
    return Recorded("", KIND, "", folder, (), (Source(0, CellPlace(1), code, code),))
