"""A recorded session as something that can be run again: its sources, where it ran, and what ran of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from clew.model.events import BEFORE, Event, Faulted, SessionStarted, SourceSeen, Step
from clew.model.places import CellPlace, FilePlace, Place, Source

UNSEEN = "{} ran before clew was loaded: what they did was not seen"


@dataclass(frozen=True)
class Recorded:
    """What a session ran: `file` is its program or notebook (empty for a live shell), `folder` where it stood.

    `sources` are in the order in which they ran; `notes` say what of the session was not seen.
    """

    session: str
    kind: str
    file: str
    folder: str
    argv: tuple[str, ...]
    sources: tuple[Source, ...]
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_script(self) -> bool:
        """Whether it is a program that has a file, and not cells."""
        return self.kind == "script"

    def name_of(self, source: Source) -> str:
        """The name of a source in tracebacks: its file, or the notebook and the cell's number."""
        return source_name(source.place, self.file or os.path.join(self.folder, self.kind))


def source_name(place: Place, above: str) -> str:
    """The name of a source in tracebacks: its file, or what it is a cell of, and the cell's number."""
    match place:
        case FilePlace(path):
            return path
        case CellPlace(count, _):
            return f"{above}, cell {count}"


def recorded(events: Sequence[Event]) -> Recorded:
    """Give what a session's events say of what it ran."""
    start = next((event for event in events if isinstance(event, SessionStarted)), None)
    if start is None:
        start = SessionStarted("", "", "", (), os.getcwd(), "", 0.0)
    sources = tuple(event.source for event in events if isinstance(event, SourceSeen))
    steps = tuple(event for event in events if isinstance(event, Step))
    holes = [f"the record is incomplete: {event.why}" for event in events if isinstance(event, Faulted)]
    early = {step.source for step in steps if step.started == BEFORE}
    unseen = [UNSEEN.format(f"{len(early)} cells" if len(early) > 1 else "a cell")] if early else []
    about = (start.session, start.kind, start.file, start.folder, start.argv)
    return Recorded(*about, sources, steps, (*unseen, *holes))
