"""The functions people call: `clew.slice("df")`, `clew.sessions()` and their like.

Without a session they speak of the program that is running; with one (its number or name), of what the store kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from clew import session as parts
from clew.dataflow.explain import explain as chain
from clew.dataflow.graph import fold
from clew.dataflow.slicing import cut
from clew.errors import UnknownStep, UnknownVariable
from clew.model.events import Event
from clew.model.graph import Graph
from clew.screen.chains import ChainView, chain_view
from clew.screen.history import history
from clew.screen.sessions import SessionsView
from clew.screen.slices import SliceView, slice_view
from clew.screen.steps import SessionView


@dataclass(frozen=True)
class Recording:
    """A recorded session, from which the code of any of its variables can be cut, as often as one likes."""

    events: tuple[Event, ...]
    graph: Graph

    def variables(self) -> tuple[str, ...]:
        """The variables left at the end, modules and names that begin with `_` left out."""
        known = self.graph.variables.values()
        return tuple(v.name for v in known if v.type != "module" and not v.name.startswith("_"))

    def slice(self, name: str, *, exact: bool = False, keep_asserts: bool = False, script: bool = False) -> SliceView:
        """The code that makes a variable; UnknownVariable if none of that name was left."""
        if name not in self.graph.variables:
            raise UnknownVariable(name, self.variables())
        return slice_view(cut(self.graph, name, exact=exact, keep_asserts=keep_asserts, script=script))

    def explain(self, name: str, line: int, *, exact: bool = False, keep_asserts: bool = False) -> ChainView:
        """Why a line is in the slice of a variable; UnknownStep if it is not."""
        if name not in self.graph.variables:
            raise UnknownVariable(name, self.variables())
        made = cut(self.graph, name, exact=exact, keep_asserts=keep_asserts)
        if line not in made.lines:
            raise UnknownStep(line, sorted(made.lines))
        return chain_view(name, line, chain(self.graph, made, line), made.lines, made.code)


def recording_of(events: Sequence[Event]) -> Recording:
    """Fold events to a recording."""
    return Recording(tuple(events), fold(events))


def recording(session: str | int | None = None, *, store: str | None = None) -> Recording:
    """The recording of a session in the store, or of the program that is running; UnknownSession, NotCapturing."""
    if session is None:
        return recording_of(parts.live().events)
    with closing(parts.open_store(store)) as opened:
        return recording_of(opened.events(opened.find(str(session)).session))


def slice(  # noqa: A001  # the word of the trade, and of the command: read as clew.slice
    name: str,
    *,
    session: str | int | None = None,
    exact: bool = False,
    keep_asserts: bool = False,
    script: bool = False,
    store: str | None = None,
) -> SliceView:
    """The code that makes a variable.

    `exact` leaves out branches that did not run; `keep_asserts` keeps asserts on what is needed; `script` puts
    notebook magics into plain Python. UnknownVariable if there is no such variable.
    """
    return recording(session, store=store).slice(name, exact=exact, keep_asserts=keep_asserts, script=script)


def explain(
    name: str,
    line: int,
    *,
    session: str | int | None = None,
    exact: bool = False,
    keep_asserts: bool = False,
    store: str | None = None,
) -> ChainView:
    """Why a line of a variable's slice is in it: the chain of dependences, each with its reason."""
    return recording(session, store=store).explain(name, line, exact=exact, keep_asserts=keep_asserts)


def sessions(*, store: str | None = None) -> SessionsView:
    """What ran, oldest first."""
    with closing(parts.open_store(store)) as opened:
        return SessionsView(opened.sessions(), str(opened.folder))


def show(session: str | int | None = None, *, store: str | None = None) -> SessionView:
    """What each statement of a session did: how often and how long it ran, what it changed and called."""
    return SessionView(history(recording(session, store=store).events))


@dataclass(frozen=True)
class Run:
    """A program that was run to be cut from: its recording, its error text or None, and how long it took."""

    session: str
    recording: Recording
    error: str | None
    seconds: float


def run(path: Path, argv: Sequence[str] = (), *, allow_errors: bool = False, store: str | None = None) -> Run:
    """Run a script or notebook under capture; its output goes to standard error."""
    done = parts.capture(path, argv, allow_errors=allow_errors, store=store, quiet=False)
    return Run(done.session, recording_of(done.events), done.error, done.seconds)
