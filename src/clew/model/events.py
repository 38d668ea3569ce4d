"""The waist: capture makes events, everything above reads them.

A recorded run is a tuple of events; the dependence graph is a fold over it.
"""

from __future__ import annotations

from clew.model.data import dataclass
from clew.model.effects import Effect
from clew.model.places import Source, Span
from clew.model.resources import Resource

BEFORE = 0.0  # the time of what ran before anybody looked


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A kernel or script began to run. Times are seconds since the epoch; `argv` is the program's own."""

    session: str
    kind: str  # "script", "notebook" or "ipython"
    file: str  # absolute path of the program, or empty for a live shell
    argv: tuple[str, ...]
    folder: str
    python: str
    time: float


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """A cell or file is about to run."""

    source: Source
    time: float


@dataclass(frozen=True, slots=True)
class Call:
    """A call made directly by a straight-line statement: the callee's qualified name, where, and when (seconds)."""

    callee: str
    span: Span
    started: float


@dataclass(frozen=True, slots=True)
class Step:
    """One execution of one statement.

    `number` counts the steps of a session from 0; `statement` is the statement's number in the source's
    outline; `started` is in seconds since the epoch, `seconds` how long it took; `raised` is the name of the
    exception's type that left the statement, or empty.
    """

    number: int
    source: int
    statement: int
    started: float
    seconds: float
    raised: str = ""
    calls: tuple[Call, ...] = ()
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A global name as it stood: the type of its value and the resources whose last writers made it."""

    name: str
    type: str
    reads: tuple[Resource, ...]


@dataclass(frozen=True, slots=True)
class NamesSeen:
    """At this point of the session (after step `after`), these variables stood new or changed; `gone` are no more."""

    after: int
    variables: tuple[Variable, ...]
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """While step `step` ran, the call at `span` of some source kept a value as an artifact.

    `nth` counts such calls of the step from 0. Where the statement itself makes the call, it is `direct`, and
    `variables` are those that the statement mentions, as they stood.
    """

    step: int
    nth: int
    span: Span
    direct: bool
    variables: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class Faulted:
    """clew itself failed while observing: from step `step` on the record is incomplete."""

    step: int
    why: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session ended. `error` is the program's own error text, or empty."""

    time: float
    error: str = ""


Event = SessionStarted | SourceSeen | Step | NamesSeen | Kept | Faulted | SessionEnded
