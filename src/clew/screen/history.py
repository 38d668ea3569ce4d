"""What a session did, statement by statement: a fold over its events."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

from clew.analysis.outline import outline
from clew.model.data import dataclass, field
from clew.model.effects import Bound, Changed, Deleted, Effect, Read
from clew.model.events import BEFORE, Event, SessionEnded, SessionStarted, SourceSeen, Step
from clew.model.places import FilePlace, Source, place_name
from clew.model.resources import Ambient, Cell, Module, Name, Resource, resource_name
from clew.model.statements import Statement

UNSEEN = "unknown: it ran before clew was loaded"
SHELLS = re.compile(r"_{1,3}|_i*|_i?\d+|__builtins__")  # what IPython keeps in the namespace for itself


@dataclass(frozen=True, slots=True)
class StatementHistory:
    """What one statement of a source did, all its runs taken together; `started` is None where it never ran."""

    line: int
    code: str
    times: int
    started: float | None
    seconds: float
    changes: tuple[str, ...]
    calls: tuple[str, ...]
    raised: str


@dataclass(frozen=True, slots=True)
class SourceHistory:
    """One run of a cell or file: what it is called, when it began, and its statements in text order."""

    place: str
    started: float
    statements: tuple[StatementHistory, ...]


@dataclass(frozen=True, slots=True)
class SessionHistory:
    """What a session did, in the order in which its sources ran."""

    session: str
    program: str
    kind: str
    started: float
    seconds: float | None
    error: str
    sources: tuple[SourceHistory, ...]


@dataclass(slots=True)
class _Tally:
    started: SessionStarted | None = None
    ended: SessionEnded | None = None
    seen: list[SourceSeen] = field(default_factory=list)
    steps: dict[tuple[int, int], list[Step]] = field(default_factory=dict)


def history(events: Iterable[Event]) -> SessionHistory:
    """Fold a session's events to what each statement did."""
    tally = _tallied(events)
    started, ended = tally.started, tally.ended
    return SessionHistory(
        session=started.session if started else "",
        program=started.file if started else "",
        kind=started.kind if started else "",
        started=started.time if started else 0.0,
        seconds=ended.time - started.time if started and ended else None,
        error=ended.error if ended else "",
        sources=tuple(_source(seen, tally.steps) for seen in tally.seen),
    )


def _tallied(events: Iterable[Event]) -> _Tally:
    tally = _Tally()
    for event in events:
        match event:
            case SessionStarted():
                tally.started = event
            case SourceSeen():
                tally.seen.append(event)
            case Step(source=source, statement=statement):
                tally.steps.setdefault((source, statement), []).append(event)
            case SessionEnded():
                tally.ended = event
            case _:
                pass  # variables and faults are no statement's doing
    return tally


def _source(seen: SourceSeen, steps: dict[tuple[int, int], list[Step]]) -> SourceHistory:
    source = seen.source
    rows = [_statement(s, source, steps.get((source.number, s.number), [])) for s in _statements(source)]
    return SourceHistory(place_name(source.place), seen.time, tuple(rows))


def _statements(source: Source) -> Sequence[Statement]:
    try:
        return outline(ast.parse(source.python)).statements
    except (SyntaxError, ValueError):
        return ()  # a cell that never ran because it is not Python


def _statement(statement: Statement, source: Source, runs: list[Step]) -> StatementHistory:
    known = [step for step in runs if step.started != BEFORE]
    changes = _unique(_change(effect) for step in known for effect in step.effects)
    return StatementHistory(
        line=statement.span.line,
        code=_first_line(statement, source),
        times=len(runs),
        started=runs[0].started if runs else None,
        seconds=sum(step.seconds for step in runs),
        changes=changes if len(known) == len(runs) else (UNSEEN,),
        calls=_unique(call.callee for step in runs for call in step.calls),
        raised=next((step.raised for step in reversed(runs) if step.raised), ""),
    )


def _first_line(statement: Statement, source: Source) -> str:
    """The line that the statement begins on, as the user wrote it where magics left the lines alone."""
    lines, number = source.text.splitlines(), statement.span.line
    if source.text.lstrip().startswith("%%"):
        return source.text.strip().splitlines()[0]  # the whole cell is one call of a magic
    if isinstance(source.place, FilePlace) or len(lines) != len(source.python.splitlines()):
        lines = source.python.splitlines()
    return lines[number - 1].strip() if number <= len(lines) else ""


def _change(effect: Effect) -> str:
    match effect:
        case Bound(Name(name)) | Changed(Name(name)) | Deleted(Name(name)) if SHELLS.fullmatch(name):
            return ""
        case Changed(Ambient("subclasses")):
            return ""  # that a class is known to its bases goes without saying, too
        case Bound(Ambient(kind, part)) | Changed(Ambient(kind, part)):
            return f"({kind}[{part!r}])" if part else f"({kind})"
        case Bound(Module()):
            return ""  # that an import binds a submodule on its package goes without saying
        case Bound(resource) | Changed(resource):
            return named(resource)
        case Deleted(resource):
            return f"deletes {named(resource)}"
        case Read():
            return ""


def named(resource: Resource) -> str:
    """Name a resource as a user would; an object that nothing names is said to be some object."""
    match resource:
        case Cell(_, _, ""):
            return "an object"
        case Cell(_, "*", label):
            return label  # the object's own make-up: the order of its parts, its class
        case _:
            return resource_name(resource)


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
