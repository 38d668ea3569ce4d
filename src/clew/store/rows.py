"""Events as plain rows that JSON can hold, and back: `from_row(to_row(event)) == event`.

Rows are written on the user's time, one for each statement: they are short, and nothing in them is looked up twice.
A row begins with a letter that says what it is; an effect begins with two, its verb and its reason.
"""

from __future__ import annotations

from clew.model.effects import Bound, Changed, Deleted, Effect, Read, Reason
from clew.model.events import (
    Call,
    Event,
    Faulted,
    Kept,
    NamesSeen,
    SessionEnded,
    SessionStarted,
    SourceSeen,
    Step,
    Variable,
)
from clew.model.places import CellPlace, FilePlace, Place, Source, Span
from clew.model.resources import Ambient, Cell, File, Module, Name, Resource
from clew.model.typed import Any, Callable, Mapping, Sequence, TypeAlias, assert_never

Row: TypeAlias = tuple[Any, ...]
AnyRow: TypeAlias = Sequence[Any]  # JSON gives lists back where tuples went in

VERBS: Mapping[type[Effect], str] = {Read: "r", Bound: "b", Changed: "c", Deleted: "d"}
EFFECTS: Mapping[str, tuple[type[Effect], Reason]] = {
    letter + reason[0]: (verb, reason) for verb, letter in VERBS.items() for reason in Reason
}

# A table and not a `match`, which takes three times as long: a step has a dozen of these.
RESOURCE_ROWS: Mapping[type[Resource], Callable[[Any], Row]] = {
    Name: lambda name: ("n", name.name),
    Cell: lambda cell: ("c", cell.number, cell.part, cell.label),
    Ambient: lambda ambient: ("a", ambient.kind, ambient.part) if ambient.part else ("a", ambient.kind),
    File: lambda file: ("f", file.path),
    Module: lambda module: ("m", module.module, module.attribute),
}


def to_row(event: Event) -> Row:  # noqa: RET503  # it ends in `assert_never`, which does not return
    """Give the row of an event."""
    match event:
        case Step():
            calls = [(call.callee, span_row(call.span), call.started) for call in event.calls]
            effects = [effect_row(effect) for effect in event.effects]
            where = (event.number, event.source, event.statement)
            return ("s", *where, event.started, event.seconds, event.raised, calls, effects)
        case NamesSeen(after, variables, gone):
            return ("n", after, [variable_row(variable) for variable in variables], gone)
        case SourceSeen(source, time):
            return ("c", source.number, place_row(source.place), source.text, own_python(source), time)
        case SessionStarted(session, kind, file, argv, folder, python, time):
            return ("a", session, kind, file, argv, folder, python, time)
        case Kept(step, nth, span, direct, variables):
            return ("k", step, nth, span_row(span), direct, [variable_row(variable) for variable in variables])
        case Faulted(step, why):
            return ("f", step, why)
        case SessionEnded(time, error):
            return ("z", time, error)
        case _:
            assert_never(event)


def from_row(row: AnyRow) -> Event:
    """Give the event of a row; ValueError if no event has such a row."""
    match row:
        case ["s", number, source, statement, started, seconds, raised, calls, effects]:
            made = tuple(Call(callee, Span(*span), begun) for callee, span, begun in calls)
            done = tuple(map(effect_from, effects))
            return Step(number, source, statement, started, seconds, raised, made, done)
        case ["n", after, variables, gone]:
            return NamesSeen(after, tuple(map(variable_from, variables)), tuple(gone))
        case ["c", number, place, text, python, time]:
            return SourceSeen(Source(number, place_from(place), text, text if python is None else python), time)
        case ["a", session, kind, file, argv, folder, python, time]:
            return SessionStarted(session, kind, file, tuple(argv), folder, python, time)
        case ["k", step, nth, span, direct, variables]:
            return Kept(step, nth, Span(*span), direct, tuple(map(variable_from, variables)))
        case ["f", step, why]:
            return Faulted(step, why)
        case ["z", time, error]:
            return SessionEnded(time, error)
        case _:
            raise ValueError(f"no event has the row {str(row)[:60]}")


def own_python(source: Source) -> str | None:
    """Give a source's Python where it is not its text: a program without magics is kept once."""
    return None if source.python == source.text else source.python


def span_row(span: Span) -> Row:
    """Give the row of a span."""
    return (span.line, span.column, span.end_line, span.end_column)


def place_row(place: Place) -> Row:  # noqa: RET503  # the same
    """Give the row of a place."""
    match place:
        case FilePlace(path):
            return ("f", path)
        case CellPlace(count, cell):
            return ("c", count, cell)
        case _:
            assert_never(place)


def place_from(row: AnyRow) -> Place:
    """Give the place of a row."""
    match row:
        case ["f", path]:
            return FilePlace(path)
        case ["c", count, cell]:
            return CellPlace(count, cell)
        case _:
            raise ValueError(f"no place has the row {row}")


def effect_row(effect: Effect) -> Row:
    """Give the row of an effect."""
    resource = effect.resource
    # A reason is a string of its own: its first letter tells it from the others.
    return (VERBS[type(effect)] + effect.reason[0], *RESOURCE_ROWS[type(resource)](resource))


def effect_from(row: AnyRow) -> Effect:
    """Give the effect of a row."""
    verb, reason = EFFECTS[row[0]]
    return verb(resource_from(row[1:]), reason)


def variable_row(variable: Variable) -> Row:
    """Give the row of a variable."""
    return (variable.name, variable.type, [resource_row(resource) for resource in variable.reads])


def variable_from(row: AnyRow) -> Variable:
    """Give the variable of a row."""
    name, kind, reads = row
    return Variable(name, kind, tuple(map(resource_from, reads)))


def resource_row(resource: Resource) -> Row:
    """Give the row of a resource."""
    return RESOURCE_ROWS[type(resource)](resource)


def resource_from(row: AnyRow) -> Resource:
    """Give the resource of a row."""
    match row:
        case ["n", name]:
            return Name(name)
        case ["c", number, part, label]:
            return Cell(number, part, label)
        case ["a", kind, *part]:
            return Ambient(kind, *part)
        case ["f", path]:
            return File(path)
        case ["m", module, attribute]:
            return Module(module, attribute)
        case _:
            raise ValueError(f"no resource has the row {row}")
