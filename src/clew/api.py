"""The functions people call: `clew.slice("df")`, `clew.sessions()` and their like.

Without a session they speak of the program that is running; with one (its number or name), of what the store kept.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Literal

from clew import session as parts
from clew.analysis.notebooks import check_cells, is_notebook, read_notebook
from clew.archive.names import checked_tags, wanted
from clew.archive.times import Moment, moment
from clew.archive.wishes import Wish
from clew.dataflow.explain import explain as chain
from clew.dataflow.explain import line_meant
from clew.dataflow.graph import fold
from clew.dataflow.maker import maker
from clew.dataflow.slicing import cut
from clew.errors import FileMissing, NotCapturing, UnknownVariable
from clew.model.data import dataclass
from clew.model.events import BEFORE, Event, Faulted
from clew.model.files import File
from clew.model.filters import Filter
from clew.model.graph import Graph, Slice
from clew.model.places import place_name
from clew.model.verdicts import Verdict
from clew.replay.process import Cells, Script
from clew.replay.verify import verify as held_against
from clew.screen.artifact import Artifact
from clew.screen.artifacts import ArtifactsView, SettingsView
from clew.screen.chains import ChainView, chain_view
from clew.screen.columns import counted, listed
from clew.screen.differences import DiffView
from clew.screen.history import SessionHistory, history
from clew.screen.sessions import SessionsView
from clew.screen.slices import SliceView, slice_view
from clew.screen.steps import SessionView
from clew.store.sessions import SessionRow
from clew.store.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from clew.archive.archive import Collected


@dataclass(frozen=True)
class Recording:
    """A recorded session, from which the code of any of its variables can be cut, as often as one likes."""

    graph: Graph
    load: Callable[[], tuple[Event, ...]]  # the events: of a session in the store, no slice needs them

    def variables(self) -> tuple[str, ...]:
        """The variables left at the end, modules and names that begin with `_` left out."""
        known = self.graph.variables.values()
        return tuple(v.name for v in known if v.type != "builtins.module" and not v.name.startswith("_"))

    def slice(self, name: str, *, exact: bool = False, keep_asserts: bool = False, script: bool = False) -> SliceView:
        """The code that makes a variable; UnknownVariable if none of that name was left."""
        self._check(name)
        made = cut(self.graph, name, exact=exact, keep_asserts=keep_asserts, script=script)
        return slice_view(made, self._notes(made))

    def explain(self, name: str, line: int, *, exact: bool = False, keep_asserts: bool = False) -> ChainView:
        """Why a line is in the slice of a variable; UnknownStep if the slice has no such line."""
        self._check(name)
        made = cut(self.graph, name, exact=exact, keep_asserts=keep_asserts)
        meant = line_meant(made, line)
        return chain_view(name, meant, chain(self.graph, made, meant), made.lines, made.code)

    def history(self) -> SessionHistory:
        """What each statement of the session did."""
        return history(self.load())

    def _check(self, name: str) -> None:
        if name not in self.graph.variables:
            error = UnknownVariable(name, self.variables())
            error.hint = error.hint or f"there are {listed(error.known)}"
            raise error

    def _notes(self, made: Slice) -> tuple[str, ...]:
        steps = map(self.graph.step, made.steps)
        early = {step.source for step in steps if step.started == BEFORE}
        cells = [place_name(source.place) for source in self.graph.sources if source.number in early]
        if not cells:
            return ()
        return (f"{listed(cells)} ran before clew was loaded: what they did was not seen, so they are here whole",)


def recording_of(events: Sequence[Event]) -> Recording:
    """Fold events to a recording."""
    return Recording(fold(events), lambda: tuple(events))


def recording(session: str | int | None = None, *, store: str | None = None) -> Recording:
    """The recording of a session in the store, or of the program that is running; UnknownSession, NotCapturing."""
    if session is None:
        return recording_of(parts.live().events)
    with closing(parts.open_store(store)) as opened:
        known = opened.find(str(session)).session
        return Recording(opened.graph(known, fold, maker()), partial(kept_events, known, store))


def kept_events(session: str, store: str | None) -> tuple[Event, ...]:
    """The events of a session in the store, by its id."""
    with closing(parts.bare_store(store)) as opened:
        return opened.events(session)


def session_row(session: str, *, store: str | None = None) -> SessionRow:
    """What the store knows of a session without looking at what it did; UnknownSession if there is none."""
    with closing(parts.open_store(store)) as opened:
        return opened.find(session)


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
    if session is None:
        return SessionView(history(parts.live().events))
    return SessionView(history(kept_events(session_row(str(session), store=store).session, store)))


def status() -> str:
    """Whether this program is being watched, and what was recorded of it, in a line or two."""
    try:
        live = parts.live()
    except NotCapturing as error:
        return str(error)
    made = recording_of(live.events)
    seen = f"{counted(len(made.graph.steps), 'step')} and {counted(len(made.variables()), 'variable')}"
    faults = [f"the record is incomplete: {event.why}" for event in live.events if isinstance(event, Faulted)]
    return "\n".join([f"clew is watching: session {live.session}, {seen} so far", *faults])


@dataclass(frozen=True)
class Run:
    """A program that was run to be cut from: its recording, its error text or None, and how long it took."""

    session: str
    recording: Recording
    error: str | None
    seconds: float


def run(path: Path, argv: Sequence[str] = (), *, allow_errors: bool = False, store: str | None = None) -> Run:
    """Run a script or notebook under capture; its output goes to standard error.

    FileMissing, BrokenNotebook, ForeignNotebook or BrokenSource if it cannot be run: then nothing of it has run.
    """
    if is_notebook(path) and not allow_errors:
        check_cells(read_notebook(path))
    done = parts.capture(path, argv, allow_errors=allow_errors, store=store, quiet=False)
    return Run(done.session, recording_of(done.events), done.error, done.seconds)


def verify_program(path: Path, argv: Sequence[str], slices: Mapping[str, SliceView]) -> dict[str, Verdict]:
    """Run a program and each slice of it in clean processes without clew, and compare what they make."""
    codes = {name: view.code for name, view in slices.items()}
    if is_notebook(path):
        where = path.absolute().parent
        return held_against(Cells(tuple(cell.text for cell in read_notebook(path)), where), codes)
    return held_against(Script(path.absolute(), Path.cwd(), tuple(argv)), codes)


# ---- artifacts ----------------------------------------------------------------------------------------------

MONTH = 30 * 24 * 3600.0  # seconds
MOST = 100  # artifacts that are listed where nobody says how many


def save(
    value: object,
    name: str,
    *,
    tags: dict[str, str] | None = None,
    note: str = "",
    on_error: Literal["raise", "warn"] | None = None,
    to: str | None = None,
    store: str | None = None,
) -> Artifact | None:
    """Keep a value under a name, as its next version, with the code that makes it.

    CannotKeep, with the reason, for what no format holds; with `on_error="warn"` a warning, and None, for anything that
    goes wrong. `to="mlflow"` has an MLflow server keep the value.
    """
    record = parts.save(value, name, Wish(checked_tags(tags), note, to), on_error, store)
    return None if record is None else Artifact(record, parts.shelf(store))


def get(name: str, version: int | None = None, *, store: str | None = None) -> Artifact:
    """The newest version of an artifact, or the one named: `get("churn@3")`, `get("churn", 3)`; else UnknownArtifact."""
    with parts.archive(store, drained=False) as archive:
        record = archive.get(wanted(name, version))
    parts.note_read(record)
    return Artifact(record, parts.shelf(store))


def artifacts(
    name: str = "",
    *,
    tag: str = "",
    type: str = "",  # noqa: A002  # what users call it
    input: str = "",  # noqa: A002  # the same
    package: str = "",
    since: Moment | None = None,
    until: Moment | None = None,
    newest: bool = False,
    deleted: bool = False,
    limit: int | None = MOST,
    store: str | None = None,
) -> ArtifactsView:
    """The artifacts that fit all that is asked, newest first; `name` is a pattern (`chu*`), `tag` a name or `name=text`.

    `since` and `until` are a `datetime`, or a text: `2026-11-01`, `2026-11-01 12:30`, `7d` (days ago), `12h`. There are
    `limit` of them at most; all of them where it is None or 0.
    """
    now = time.time()
    times = {"since": moment(since, now), "until": moment(until, now)}
    asked = Filter(name, tag, type, input, package, **times, newest=newest, with_deleted=deleted)
    with parts.archive(store, complete=True) as archive:
        most = limit if limit is not None and limit > 0 else None
        found = archive.find(asked, most)
        more = archive.count(asked) - len(found) if len(found) == most else 0
    shelf = parts.shelf(store)
    return ArtifactsView(tuple(Artifact(each, shelf) for each in found), shelf.where, more)


def uses(place: str | Path, *, store: str | None = None) -> ArtifactsView:
    """The artifacts that were made from a file, table or URL, named by all of its place or the end of it."""
    named = os.fspath(place)
    whole = named if "://" in named else os.path.abspath(named)
    return artifacts(input=whole, store=store) or artifacts(input=named, store=store)


def diff(before: str | Artifact, after: str | Artifact, *, store: str | None = None) -> DiffView:
    """How one artifact differs from another, in value, code, inputs and environment, and what can be the cause."""
    with parts.archive(store) as archive:
        first, second = (archive.get(wanted(str(each))) for each in (before, after))
        return DiffView(archive.difference(first, second), (first.checked, second.checked))


def file(path: str | Path) -> File:
    """A file as a value, to be saved; FileMissing if there is none at that path."""
    whole = os.path.abspath(path)
    if not os.path.isfile(whole):
        raise FileMissing(os.fspath(path))
    return File(whole)


def tag(
    name: str,
    tags: dict[str, str] | None = None,
    *,
    version: int | None = None,
    remove: Sequence[str] = (),
    store: str | None = None,
) -> Artifact:
    """Put tags on an artifact, and take those named in `remove` off; give it as it is then."""
    with parts.archive(store, drained=False) as archive:
        record = archive.get(wanted(name, version))
        done = archive.tagged(record, dict(checked_tags(tags)), remove)
    return Artifact(done, parts.shelf(store))


def delete(name: str, version: int | None = None, *, store: str | None = None) -> tuple[str, ...]:
    """Delete a version of an artifact, or all of its versions; give which. `restore` brings them back until `gc`."""
    with parts.archive(store, drained=False) as archive:
        return archive.delete(wanted(name, version), time.time())


def restore(name: str, version: int | None = None, *, store: str | None = None) -> tuple[str, ...]:
    """Bring back a deleted version of an artifact, or all of them; give which."""
    with parts.archive(store, drained=False) as archive:
        return archive.restore(wanted(name, version))


def gc(*, older_than: float = MONTH, store: str | None = None) -> Collected:
    """Let go for good of what was deleted more than `older_than` seconds ago, and of bytes that no artifact needs."""
    with parts.archive(store, drained=False) as archive:
        return archive.collect(time.time() - older_than)


def config(*, store: str | None = None) -> SettingsView:
    """Each setting as it is here, and who said so."""
    return SettingsView(settings(os.getcwd(), {} if store is None else {"store": store}))
