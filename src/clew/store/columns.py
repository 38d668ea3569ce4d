"""Events in the tables of the store: written at their positions, read back in their order."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, assert_never

from sqlalchemy import Connection, Row, Table, delete, insert, select

from clew.model.effects import Bound, Changed, Deleted, Effect, Read, Reason
from clew.model.events import Call, Event, SourceSeen, Step
from clew.model.graph import Dependence, Via
from clew.model.places import CellPlace, FilePlace, Place, Source, Span
from clew.model.resources import Ambient, Cell, File, Module, Name, Resource
from clew.store.rows import from_row, own_python, to_row
from clew.store.schema import CALLS, DEPENDENCES, EFFECTS, REMARKS, SOURCES, STEPS

Line: TypeAlias = dict[str, Any]  # what goes into one row of a table, by column

VERBS: Mapping[str, type[Effect]] = {
    "read": Read,
    "bound": Bound,
    "changed": Changed,
    "deleted": Deleted,
}
WORDS: Mapping[type[Effect], str] = {verb: word for word, verb in VERBS.items()}
EVENT_TABLES = (SOURCES, STEPS, CALLS, EFFECTS, REMARKS)


def add_events(connection: Connection, session: int, position: int, events: Sequence[Event]) -> None:
    """Write the events of a session into the tables, the first of them at `position`."""
    lines: dict[Table, list[Line]] = {table: [] for table in EVENT_TABLES}
    for at, event in enumerate(events, position):
        place = {"session": session, "position": at}
        match event:
            case Step():
                lines[STEPS].append(place | step_line(event))
                lines[CALLS] += [place | call_line(*call) for call in enumerate(event.calls)]
                lines[EFFECTS] += [place | effect_line(*effect) for effect in enumerate(event.effects)]
            case SourceSeen(source, time):
                lines[SOURCES].append(place | source_line(source, time))
            case _:
                lines[REMARKS].append(place | {"row": json.dumps(to_row(event))})
    for table, new in lines.items():
        if new:
            connection.execute(insert(table), new)


def stored_events(connection: Connection, session: int) -> tuple[Event, ...]:
    """Read the events of a session, in their order."""
    found: dict[int, Event] = {line.position: source_of(line) for line in lines_of(connection, SOURCES, session)}
    found |= {line.position: from_row(json.loads(line.row)) for line in lines_of(connection, REMARKS, session)}
    calls, effects = defaultdict(list), defaultdict(list)
    for line in lines_of(connection, CALLS, session):
        calls[line.position].append(call_of(line))
    for line in lines_of(connection, EFFECTS, session):
        effects[line.position].append(effect_of(line))
    for line in lines_of(connection, STEPS, session):
        at = line.position
        found[at] = step_of(line, tuple(calls[at]), tuple(effects[at]))
    return tuple(found[at] for at in sorted(found))


def replace_dependences(connection: Connection, session: int, dependences: Iterable[Dependence]) -> None:
    """Write the dependences of a session in place of those that are there."""
    connection.execute(delete(DEPENDENCES).where(DEPENDENCES.c.session == session))
    lines = [{"session": session} | dependence_line(*each) for each in enumerate(dependences)]
    if lines:
        connection.execute(insert(DEPENDENCES), lines)


def stored_dependences(connection: Connection, session: int) -> tuple[Dependence, ...]:
    """Read the dependences of a session."""
    return tuple(map(dependence_of, lines_of(connection, DEPENDENCES, session)))


def remove(connection: Connection, session: int) -> None:
    """Take everything about a session out of the tables, but for its own line."""
    for table in (*EVENT_TABLES, DEPENDENCES):
        connection.execute(delete(table).where(table.c.session == session))


def lines_of(connection: Connection, table: Table, session: int) -> Sequence[Row[Any]]:
    """Read what a table has of a session, in the order of its key."""
    wanted = select(table).where(table.c.session == session).order_by(*table.primary_key.columns)
    return connection.execute(wanted).all()


def step_line(step: Step) -> Line:
    """Give the line of a step without its calls and effects."""
    return {
        "number": step.number,
        "source": step.source,
        "statement": step.statement,
        "started": step.started,
        "seconds": step.seconds,
        "raised": step.raised,
    }


def step_of(line: Row[Any], calls: tuple[Call, ...], effects: tuple[Effect, ...]) -> Step:
    """Give the step of a line."""
    where = (line.number, line.source, line.statement)
    return Step(*where, line.started, line.seconds, line.raised, calls, effects)


def call_line(number: int, call: Call) -> Line:
    """Give the line of a step's call."""
    span = call.span
    return {
        "number": number,
        "callee": call.callee,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "started": call.started,
    }


def call_of(line: Row[Any]) -> Call:
    """Give the call of a line."""
    return Call(line.callee, Span(line.line, line.column, line.end_line, line.end_column), line.started)


def effect_line(number: int, effect: Effect) -> Line:
    """Give the line of a step's effect."""
    said = {"number": number, "verb": WORDS[type(effect)], "reason": effect.reason.value}
    return said | resource_line(effect.resource)


def effect_of(line: Row[Any]) -> Effect:
    """Give the effect of a line."""
    return VERBS[line.verb](resource_of(line), Reason(line.reason))


def source_line(source: Source, time: float) -> Line:
    """Give the line of a source."""
    said = {"number": source.number, "text": source.text, "python": own_python(source), "time": time}
    return said | place_line(source.place)


def source_of(line: Row[Any]) -> SourceSeen:
    """Give the source of a line."""
    place = CellPlace(line.execution, line.cell) if line.path is None else FilePlace(line.path)
    python = line.text if line.python is None else line.python
    return SourceSeen(Source(line.number, place, line.text, python), line.time)


def place_line(place: Place) -> Line:
    """Give the columns of a place."""
    match place:
        case FilePlace(path):
            return {"path": path, "execution": None, "cell": None}
        case CellPlace(count, cell):
            return {"path": None, "execution": count, "cell": cell}
        case _:
            assert_never(place)


def dependence_line(number: int, dependence: Dependence) -> Line:
    """Give the line of a dependence."""
    said = {
        "number": number,
        "step": dependence.step,
        "on": dependence.on,
        "via": dependence.via.value,
        "reason": dependence.reason.value,
    }
    return said | resource_line(dependence.resource)


def dependence_of(line: Row[Any]) -> Dependence:
    """Give the dependence of a line."""
    resource = None if line.resource is None else resource_of(line)
    return Dependence(line.step, line.on, Via(line.via), resource, Reason(line.reason))


def resource_line(resource: Resource | None) -> Line:
    """Give the columns of a resource: all of them, so that lines can be written many at a time."""
    match resource:
        case None:
            return columns(None, None)
        case Name(name):
            return columns("name", name)
        case Cell(number, part, label):
            return columns("cell", label, part, number)
        case Ambient(kind, part):
            return columns("ambient", kind, part or None)
        case File(path):
            return columns("file", path)
        case Module(module, attribute):
            return columns("module", module, attribute)
        case _:
            assert_never(resource)


def columns(kind: str | None, name: str | None, part: str | None = None, cell: int | None = None) -> Line:
    """Give the four columns that name a resource."""
    return {"resource": kind, "name": name, "part": part, "cell": cell}


def resource_of(line: Row[Any]) -> Resource:
    """Give the resource of a line."""
    match line.resource:
        case "name":
            return Name(line.name)
        case "cell":
            return Cell(line.cell, line.part, line.name)
        case "ambient":
            return Ambient(line.name, line.part or "")
        case "file":
            return File(line.name)
        case "module":
            return Module(line.name, line.part)
        case kind:
            raise ValueError(f"no resource is of the kind {kind!r}")
