"""What a step did besides giving its value, as it was seen to: found on the recorder's heap while it still stands."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from clew.capture.recorder import Recorder
from clew.knowledge.lines import identity
from clew.model.effects import Bound, Changed, Deleted, Effect, Read, Reason
from clew.model.events import Step
from clew.model.resources import Ambient, Cell, File, Name, Resource
from clew.observe.atoms import ATOMS
from clew.observe.databases import CONNECTIONS
from clew.observe.explore import BUDGET
from clew.observe.heap import Heap
from clew.replay.nodes import Node, external

SHARED_BY_ALL = frozenset({"class", "function", "module"})
"""Kinds of what many values lead to without being views of each other."""

SQLITE = b"SQLite format 3\0"
SERVERS = ("postgresql://", "mysql://", "sqlite://", "mssql://", "oracle://", "mongodb://", "snowflake://", "duckdb://")


@dataclass(frozen=True, slots=True)
class ChangedNode:
    """The step changed in place what another node made: the value of `name`."""

    node: Node
    name: str
    reason: Reason = Reason.OBSERVED


@dataclass(frozen=True, slots=True)
class ViewOf:
    """What the step made (`name`) and what another node made (`of`, in `node`) share memory: to change one is to change both."""

    name: str
    node: Node
    of: str


@dataclass(frozen=True, slots=True)
class DependsOn:
    """The step used state outside the program, as it was then: `node` says which, `place` what of it (a path, a part)."""

    node: Node
    place: str = ""
    reason: Reason = Reason.OBSERVED


@dataclass(frozen=True, slots=True)
class ChangedState:
    """The step changed state outside the program."""

    node: Node
    place: str = ""
    reason: Reason = Reason.OBSERVED


@dataclass(frozen=True, slots=True)
class AccessedGlobals:
    """Variables that functions which the step called have read and set, and that its own text does not speak of."""

    read: tuple[str, ...]
    set: tuple[str, ...]


SideEffect = ChangedNode | ViewOf | DependsOn | ChangedState | AccessedGlobals


@dataclass(frozen=True, slots=True)
class Touched:
    """Variables that a step was seen to change the values of, each with the reason; and pairs that share memory."""

    changed: dict[str, Reason]
    views: tuple[tuple[str, str], ...]


def touched(recorder: Recorder, step: Step, bound: Iterable[str]) -> Touched:
    """What of the variables' memory a step has touched. To be asked when it has just been closed."""
    cells = dict(changed_cells(step))
    names = dict[str, Reason]()
    if cells:
        heap = recorder.heap
        heap.follow_all()
        entries = ((address, heap.entries[address]) for address in heap.touched)
        found = {address: cells[entry.number] for address, entry in entries if entry.number in cells}
        for name, survey in heap.surveys.items():
            for address in survey.cells & found.keys():
                names.setdefault(name, found[address])
    return Touched(names, tuple(views(recorder, bound)))


def changed_cells(step: Step) -> Iterator[tuple[int, Reason]]:
    """The numbers of the cells that a step changed."""
    for effect in step.effects:
        if isinstance(effect, Changed) and isinstance(effect.resource, Cell):
            yield effect.resource.number, effect.reason


def views(recorder: Recorder, bound: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a variable that was just bound and one that shares memory with it."""
    heap = recorder.heap
    for name in bound:
        if type(recorder.namespace.get(name)) in ATOMS or (survey := heap.survey(name)) is None:
            continue
        heap.follow_all()
        own = own_cells(heap, recorder.namespace[name])
        for other, theirs in sorted(heap.surveys.items()):
            if other != name and not (own.isdisjoint(theirs.cells) and survey.keys.isdisjoint(theirs.keys)):
                yield name, other


def own_cells(heap: Heap, value: object) -> set[int]:
    """The addresses of what a value leads to, not by way of what many share."""
    found: set[int] = set()
    todo = [value]
    while todo and len(found) < BUDGET:
        one = todo.pop()
        kind = None if type(one) in ATOMS or identity(one) in found else heap.kind(type(one))
        if kind is not None and kind.name not in SHARED_BY_ALL:
            found.add(identity(one))
            reach = heap.reach(one, kind)
            todo += [*reach.children, *(each for part in reach.parts.values() for each in part)]
    return found


def outside_effects(step: Step) -> Iterator[DependsOn | ChangedState]:
    """What a step used and changed outside the program."""
    for effect in step.effects:
        named = state_of(effect.resource)
        if named is None:
            continue
        node, place = named
        made = DependsOn if isinstance(effect, Read) else ChangedState
        yield made(node, place, effect.reason)


def connected(values: Iterable[object]) -> Iterator[DependsOn]:
    """The databases that a step depends on because its text speaks of a connection to one, or of a cursor."""
    sqlite = sys.modules.get("sqlite3")
    if sqlite is None:
        return
    for value in values:
        held: Any = value
        connection = held.connection if type(held) is sqlite.Cursor else held
        if isinstance(connection, sqlite.Connection) and (path := CONNECTIONS.path(connection)):
            yield DependsOn(external("database"), path, Reason.KNOWN)


def state_of(resource: Resource) -> tuple[Node, str] | None:
    """The node of the outside state that a resource is of, and what of it; None for what is inside."""
    match resource:
        case File(path):
            return external(kind_of_place(path)), path
        case Ambient(kind, part):
            return external(kind), part
        case _:
            return None


def kind_of_place(path: str) -> str:
    """Name the state that a path or URL is of: `file_system`, `database`, `network` or `artifacts`."""
    if "://" in path:
        scheme = path.partition("://")[0]
        return "artifacts" if scheme == "clew" else "database" if path.startswith(SERVERS) else "network"
    return "database" if path == ":memory:" or is_sqlite(path) else "file_system"


def is_sqlite(path: str) -> bool:
    """Tell whether a file is a database of SQLite."""
    try:
        with open(path, "rb") as file:
            return file.read(len(SQLITE)) == SQLITE
    except OSError:
        return False


def accessed(step: Step, reads: Iterable[str], binds: Iterable[str]) -> AccessedGlobals | None:
    """The variables that were read and set, but for those that the text speaks of; None for none."""
    read = {name for effect in step.effects if isinstance(effect, Read) and (name := name_of(effect))}
    made = {name for effect in step.effects if isinstance(effect, Bound | Deleted) and (name := name_of(effect))}
    found = AccessedGlobals(tuple(sorted(read.difference(reads))), tuple(sorted(made.difference(binds))))
    return found if found.read or found.set else None


def name_of(effect: Effect) -> str:
    """The variable that an effect is about; empty where it is about none, or one of Python's own."""
    name = effect.resource.name if isinstance(effect.resource, Name) else ""
    return "" if name.startswith("__") and name.endswith("__") else name
