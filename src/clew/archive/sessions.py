"""What was recorded of the sessions that saved artifacts: their graphs, and the code of what they saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clew.archive.completing import Cut
from clew.dataflow.graph import fold
from clew.dataflow.saves import cut_save
from clew.dataflow.slicing import cut
from clew.errors import UnknownSave, UnknownSession, UnknownVariable
from clew.model.artifacts import ArtifactRecord
from clew.model.events import Event
from clew.model.graph import Graph
from clew.store.database import Store
from clew.store.location import journal_path
from clew.store.sessions import SessionRow, State

AT_THE_END = -1
"""As the step of a save: when the session ended, of a variable as it stood then."""


class RecordedSessions:
    """The sessions of a store, and the one that is watched in this process, if any. Graphs are folded once."""

    def __init__(self, store: Store, live: Callable[[str], Sequence[Event] | None]) -> None:
        self._store, self._live = store, live
        self._graphs: dict[str, Graph] = {}

    def cut(self, record: ArtifactRecord) -> Cut | None:
        """Give the code of a value that a session kept; None where what is recorded does not reach so far."""
        graph, origin = self.graph(record.origin.session), record.origin
        if graph is None:
            return None
        known = {step.number: step for step in graph.steps}
        try:
            if origin.step == AT_THE_END:
                if not self.is_over(origin.session):
                    return None  # the variable may not yet stand as it will
                made = cut(graph, origin.variable)
                return Cut(made.code, origin.variable, tuple(known[n] for n in made.steps), whole(graph))
            if origin.step not in known:
                return None
            saved = cut_save(graph, origin.step, origin.nth, record.name)
        except (UnknownSave, UnknownVariable):
            return None
        return Cut(saved.code, saved.variable, tuple(known[n] for n in saved.steps), whole(graph))

    def graph(self, session: str) -> Graph | None:
        """Give all that a session did, as far as it is known; None if nothing is."""
        if session not in self._graphs:
            events = self._events(session)
            if events is None:
                return None
            self._graphs[session] = fold(events)
        return self._graphs[session]

    def started(self, session: str) -> SessionRow | None:
        """Give how a session was started; None if nothing is known of it."""
        try:
            return self._store.find(session)
        except UnknownSession:
            return None

    def is_over(self, session: str) -> bool:
        """Tell whether nothing more will be known of a session.

        Where machines share a database, each takes the records of its own sessions into it, when it asks something: of
        another's session more may come.
        """
        if self._live(session) is not None:
            return False
        state = next((row.state for row in self._store.sessions() if row.session == session), None)
        if state is None:
            return not self._store.database.shared and not journal_path(self._store.folder, session).exists()
        return state in (State.ENDED, State.INTERRUPTED)

    def source(self, session: str) -> str:
        """Give all the code of a session."""
        graph = self.graph(session)
        return whole(graph) if graph is not None else ""

    def renew(self, session: str) -> None:
        """Take in what was recorded since."""
        self._store.drain()
        self._graphs.pop(session, None)

    def _events(self, session: str) -> Sequence[Event] | None:
        live = self._live(session)
        if live is not None:
            return live
        try:
            return self._store.events(session)
        except UnknownSession:
            return None


def whole(graph: Graph) -> str:
    """Give all the code of a session, cells in the order they ran."""
    return "\n\n".join(source.text.rstrip("\n") for source in graph.sources) + "\n"
