"""Sessions as a user sees them, and how one is found by what a user types."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import PurePath

from clew.errors import UnknownSession
from clew.model.data import dataclass


class State(StrEnum):
    """How far a session has come."""

    RUNNING = "running"
    ENDED = "ended"
    ELSEWHERE = "elsewhere"  # another machine has its journal; it may be running there
    INTERRUPTED = "interrupted"  # it was killed: nobody writes its journal any more, and it never said that it ended


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session of the store. `number` is what users say: 1, 2, 3 ... in the order in which they started.

    `started` is in seconds since the epoch; `seconds` reaches to the last thing known of the session; `steps`
    counts its steps; `error` is the program's own, or says what of the session could not be read.
    """

    number: int
    session: str
    kind: str
    file: str
    argv: tuple[str, ...]
    folder: str
    python: str
    started: float
    seconds: float
    steps: int
    error: str
    state: State


def find(sessions: Sequence[SessionRow], wanted: str) -> SessionRow:
    """Give the session that `wanted` means: its number, its id, the beginning of it, or its file (the newest run).

    UnknownSession if there is none, or if several ids begin so.
    """
    for meaning in (of_number, of_id, of_beginning, of_file):
        found = meaning(sessions, wanted)
        if len(found) == 1 or (found and meaning is of_file):
            return max(found, key=lambda session: session.number)
    raise unknown(sessions, wanted)


def of_number(sessions: Sequence[SessionRow], wanted: str) -> list[SessionRow]:
    """Give the session with that number."""
    return [session for session in sessions if str(session.number) == wanted.removeprefix("#")]


def of_id(sessions: Sequence[SessionRow], wanted: str) -> list[SessionRow]:
    """Give the session with that id."""
    return [session for session in sessions if session.session == wanted]


def of_beginning(sessions: Sequence[SessionRow], wanted: str) -> list[SessionRow]:
    """Give the sessions whose ids begin so."""
    return [session for session in sessions if wanted and session.session.startswith(wanted)]


def of_file(sessions: Sequence[SessionRow], wanted: str) -> list[SessionRow]:
    """Give the sessions of a file, named by its path or the end of it."""
    parts = PurePath(wanted).parts
    return [session for session in sessions if parts and PurePath(session.file).parts[-len(parts) :] == parts]


def unknown(sessions: Sequence[SessionRow], wanted: str) -> UnknownSession:
    """Give the error that says which sessions could have been meant."""
    error = UnknownSession(wanted, [PurePath(session.file).name for session in sessions if session.file])
    several = of_beginning(sessions, wanted)
    if several:
        error.hint = f"{len(several)} begin so: {', '.join(session.session for session in several[:4])}"
    return error
