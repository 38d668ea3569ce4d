"""The fold from events to the dependence graph."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from clew.analysis.outline import BRANCHING, Outline, outline
from clew.dataflow.branches import Table, Unrun, table_of
from clew.knowledge.registry import Knowledge
from clew.model.effects import Bound, Changed, Deleted, Effect, Read, Reason
from clew.model.events import (
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
from clew.model.graph import Dependence, Graph, Save, Via
from clew.model.places import Source
from clew.model.resources import ALL_CELLS, ALL_PARTS, Ambient, Cell, Name, Resource
from clew.model.statements import Shape

NO_NAMES: frozenset[str] = frozenset()
END = -1
"""Stands for the end of the session where a step is asked for."""


def fold(events: Iterable[Event]) -> Graph:
    """Fold the events of a session into its graph."""
    events = tuple(events)
    sources = {event.source.number: event.source for event in events if isinstance(event, SourceSeen)}
    steps = [event for event in events if isinstance(event, Step)]
    variables = _standing(events)
    types = {name: variable.type for name, variable in variables.items()}
    folding = _Folding(tables(sources, [(step.source, step.statement) for step in steps], types))
    for event in events:
        folding.take(event)
    return Graph(
        tuple(sources[number] for number in sorted(sources)),
        tuple(steps),
        folding.dependences,
        variables,
        {name: folding.needs(variable) for name, variable in variables.items()},
        folding.branches,
        tuple(event.why for event in events if isinstance(event, Faulted)),
        folding.saves,
    )


def _standing(events: Iterable[Event]) -> dict[str, Variable]:
    """The variables as they stood at the end."""
    standing: dict[str, Variable] = {}
    for event in events:
        match event:
            case NamesSeen(_, variables, gone):
                standing.update((variable.name, variable) for variable in variables)
                for name in gone:
                    standing.pop(name, None)
            case SessionStarted() | SourceSeen() | Step() | Kept() | Faulted() | SessionEnded():
                pass
    return standing


@cache
def outline_of(python: str) -> Outline:
    """The outline of a source's text."""
    return outline(ast.parse(python))


def tables(
    sources: Mapping[int, Source], steps: Iterable[tuple[int, int]], types: Mapping[str, str]
) -> dict[int, Table]:
    """For each source its outline, with the branches that did not run; `steps` says what did, in each source."""
    ran: dict[int, set[int]] = {number: set() for number in sources}
    for source, statement in steps:
        if source in ran:
            ran[source].add(statement)
    knowledge = Knowledge()
    return {
        number: table_of(outline_of(source.python), frozenset(ran[number]), types, knowledge)
        for number, source in sources.items()
        if ran[number]
    }


class _Folding:
    """The state of the fold: who wrote what last, which header ran last, what was spared since."""

    def __init__(self, tables: Mapping[int, Table]) -> None:
        self.tables = tables
        self.dependences: dict[int, tuple[Dependence, ...]] = {}
        self.writers: dict[Resource, tuple[int, Reason]] = {}
        self.parts: dict[int | str, dict[str, tuple[int, Reason]]] = {}  # by cell or kind of ambient state
        self.headers: dict[tuple[int, int], int] = {}
        self.causes: dict[tuple[int, int], tuple[int, ...]] = {}
        self.spared: dict[str, dict[tuple[int, int], int]] = {}
        self.branches: dict[int, tuple[Dependence, ...]] = {}
        self.ran: list[Step] = []
        self.saves: dict[tuple[int, int], Save] = {}

    def take(self, event: Event) -> None:
        """Take in one event; a save comes before the step that makes it."""
        match event:
            case Step():
                self.add(event)
            case Kept():
                needs = {variable.name: self.needs(variable) for variable in event.variables}
                self.saves[event.step, event.nth] = Save(event, needs)
            case _:
                pass  # sources and variables have been looked at; the rest changes no dependence

    def add(self, step: Step) -> None:
        """Take in one step."""
        found = [*self.control(step)]
        for effect in step.effects:
            if isinstance(effect, Read):
                found += self.read(step, effect.resource, effect.reason)
        effects = [*self.effects_of(step)]
        written = {key_of(effect.resource) for effect in effects if isinstance(effect, Bound)}
        for effect in effects:
            found += self.write(step, effect, written)
        self.header(step)
        self.dependences[step.number] = tuple(dict.fromkeys(found))
        self.ran.append(step)

    def effects_of(self, step: Step) -> Iterator[Effect]:
        """What a step did; a loop of which a variable is seen to be another has run a pass, and bound all of its own."""
        own, bound = self.tables[step.source].passes.get(step.statement, (NO_NAMES, NO_NAMES))
        seen = {
            effect.resource.name for effect in step.effects if type(effect) is Bound and type(effect.resource) is Name
        }
        ran = not bound.isdisjoint(seen)
        for effect in step.effects:
            of_loop = (
                ran and isinstance(effect, Changed) and type(effect.resource) is Name and effect.resource.name in own
            )
            yield Bound(effect.resource) if of_loop else effect

    # ---- data -------------------------------------------------------------------------------------------

    def read(self, step: Step, resource: Resource, reason: Reason) -> list[Dependence]:
        found = self.from_writer(step.number, resource, reason)
        if isinstance(resource, Name):
            found += self.spared_for(step, resource)
        return found

    def from_writer(self, step: int, resource: Resource, reason: Reason, via: Via = Via.DATA) -> list[Dependence]:
        """The dependences on the last writers of a resource; of a whole cell, on those of each of its parts."""
        key = key_of(resource)
        writers = [self.writers[key]] if key in self.writers else []
        match key:
            case Cell(number, part) if part in (ALL_PARTS, ALL_CELLS):
                writers = list(self.parts.get(number, {}).values())
            case Ambient(kind, part):
                written = self.parts.get(kind, {})
                writers = [writer for which, writer in written.items() if not part or which in (part, "")]
            case _:
                pass
        return [
            Dependence(step, writer, via, resource, max(reason, why, key=DOUBT.index))
            for writer, why in dict.fromkeys(writers)
            if writer != step
        ]

    def wrote(self, key: Resource, writer: tuple[int, Reason]) -> None:
        """Remember the last writer of a resource."""
        self.writers[key] = writer
        match key:
            case Cell(number, part) | Ambient(number, part):
                self.parts.setdefault(number, {})[part] = writer
            case _:
                pass

    def write(self, step: Step, effect: Effect, bound: set[Resource]) -> list[Dependence]:
        match effect:
            case Bound(resource, reason):
                if isinstance(resource, Ambient) and not resource.part:
                    self.parts.pop(resource.kind, None)
                self.wrote(key_of(resource), (step.number, reason))
                if isinstance(resource, Name):
                    self.settle(step, resource.name)
            case Changed(resource, reason) | Deleted(resource, reason):
                key = key_of(resource)
                found = [] if key in bound else self.from_writer(step.number, resource, reason, Via.CHAIN)
                self.wrote(key, (step.number, reason))
                return found
            case Read():
                pass
        return []

    # ---- control ----------------------------------------------------------------------------------------

    def control(self, step: Step) -> list[Dependence]:
        """The header that the step stands under, and for a handler the step that raised."""
        table = self.tables[step.source]
        found: list[Dependence] = []
        own = self.headers.get((step.source, step.statement))
        parent = table.outline.statements[step.statement].parent
        if own is not None:
            found.append(control(step.number, own))  # the end of a `with`: its header began it
        if parent is not None and (step.source, parent) in self.headers:
            found.append(control(step.number, self.headers[step.source, parent]))
        for header in table.ancestors(step.statement):
            if table.branch_under(step.statement, header).startswith("handler"):
                found += self.cause(step, header)
        return found

    def cause(self, step: Step, header: int) -> list[Dependence]:
        """The step that raised what the handler caught: the last one before the handler."""
        raised = self.causes.get((step.source, header)) or self.raised_before(step, header)
        self.causes[step.source, header] = raised
        return [control(step.number, each) for each in raised]

    def raised_before(self, step: Step, header: int) -> tuple[int, ...]:
        """The step before this one; where that is in a `finally` within the header's body, those before it too.

        A `finally` runs between what raised and the handler, and may itself have raised.
        """
        found: list[int] = []
        table = self.tables[step.source]
        for earlier in reversed(self.ran):
            if earlier.source != step.source:
                break
            found.append(earlier.number)
            inner = (each for each in table.ancestors(earlier.statement) if each > header)
            if not any(table.branch_under(earlier.statement, each) == "finalbody" for each in inner):
                break
        return tuple(found)

    def header(self, step: Step) -> None:
        """A header has run: remember it, and what the branches that did not run could have changed."""
        table = self.tables[step.source]
        if table.outline.statements[step.statement].shape in BRANCHING:
            self.headers[step.source, step.statement] = step.number
        for unrun in table.unrun.get(step.statement, ()):
            for name in unrun.writes:
                self.spared.setdefault(name, {})[step.source, step.statement] = step.number
        bound = {effect.resource for effect in step.effects if not isinstance(effect, Read)}
        if step.statement in table.loops and not any(isinstance(resource, Name) for resource in bound):
            for name in table.loops[step.statement]:  # not one pass: its target is as it was
                self.spared.setdefault(name, {})[step.source, step.statement] = step.number
        for name in self.not_bound(step, bound):
            self.spared.setdefault(name, {})[step.source, step.statement] = step.number
        if step.statement in table.unrun:
            self.dependences_of_branches(step, table.unrun[step.statement])

    def not_bound(self, step: Step, bound: Collection[Resource]) -> frozenset[str]:
        """The names that a statement would have bound, had it not raised what the program caught."""
        statement = self.tables[step.source].outline.statements[step.statement]
        if statement.shape is not Shape.SIMPLE or step.raised:
            return frozenset()
        return statement.binds - {resource.name for resource in bound if isinstance(resource, Name)}

    def dependences_of_branches(self, step: Step, unrun: Iterable[Unrun]) -> None:
        """What code that did not run would have read: needed where that code is kept."""
        names = {name for statement in unrun for name in statement.reads}
        found = [d for name in sorted(names) for d in self.from_writer(step.number, Name(name), Reason.ASSUMED)]
        self.branches[step.number] = tuple(found)

    def settle(self, step: Step, name: str) -> None:
        """A name is bound anew: what was spared before no longer matters, but within the branching itself."""
        table = self.tables[step.source]
        around = set(table.ancestors(step.statement))
        kept = {at: n for at, n in self.spared.get(name, {}).items() if at[0] == step.source and at[1] in around}
        # What a handler binds does not make up for what was cut off in the body that raised.
        kept |= {
            at: n
            for at, n in self.spared.get(name, {}).items()
            if at[0] == step.source
            for header in around.intersection(table.ancestors(at[1]))
            if table.branch_under(at[1], header) != table.branch_under(step.statement, header)
        }
        self.spared[name] = kept

    def spared_for(self, step: Step | None, resource: Name) -> list[Dependence]:
        """Headers that decided that code which could have changed the variable did not run."""
        around: set[tuple[int, int]] = set()
        if step is not None:
            around = {(step.source, header) for header in self.tables[step.source].ancestors(step.statement)}
        number = END if step is None else step.number
        return [
            Dependence(number, header, Via.SPARED, resource, Reason.ASSUMED)
            for at, header in self.spared.get(resource.name, {}).items()
            if at not in around
        ]

    def needs(self, variable: Variable) -> tuple[Dependence, ...]:
        """What a variable depends on at the end."""
        found: list[Dependence] = []
        for resource in variable.reads:
            found += self.from_writer(END, resource, Reason.OBSERVED)
            if isinstance(resource, Name):
                found += self.spared_for(None, resource)
        return tuple(dict.fromkeys(found))


DOUBT = (Reason.OBSERVED, Reason.KNOWN, Reason.ASSUMED)


def key_of(resource: Resource) -> Resource:
    """A resource without the label that people read."""
    return Cell(resource.number, resource.part) if isinstance(resource, Cell) else resource


def control(step: int, on: int) -> Dependence:
    """A dependence of control."""
    return Dependence(step, on, Via.CONTROL, None, Reason.OBSERVED)
