"""A session as units: its top-level statements, one after the other, each with all that its steps did.

A unit is what is run again or not. What stands under an `if`, `with` or `try` goes with it: run with other values, another
branch may be taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from clew.dataflow.graph import key_of, outline_of
from clew.model.data import dataclass, field
from clew.model.effects import Bound, Changed, Deleted, Effect, Read
from clew.model.events import Event, NamesSeen, Step
from clew.model.graph import Dependence, Graph, Via
from clew.model.places import Source
from clew.model.resources import Ambient, Cell, File, Module, Name, Resource
from clew.replay.choosing import is_wrapper

Place = tuple[int, int]
"""A source's number, and that of a top-level statement in its outline."""

ATOMIC = frozenset(
    f"builtins.{name}" for name in ("int", "float", "complex", "bool", "str", "bytes", "NoneType", "range", "ellipsis")
)
"""Types of values in which nothing can be changed and through which nothing is reached."""

CODE = frozenset({"builtins.module", "builtins.function", "builtins.type", "builtins.builtin_function_or_method"})
"""Types of values that are made again by running the statement that makes them: it costs nothing."""


@dataclass(frozen=True, slots=True)
class Written:
    """A cell, or a part of one, that a unit changed in place; `root` is the variable through which it was first seen."""

    cell: int
    root: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Needed:
    """A unit needs what an earlier one did to a resource (none: it decided whether this one runs)."""

    unit: int
    resource: Resource | None


@dataclass(frozen=True)
class Unit:
    """A top-level statement as it ran: what it read, bound, deleted and changed, and whom it needs.

    `ambient` and `files` are what it wrote; True where it owed nothing to what was there before.
    """

    number: int
    place: Place
    seconds: float = 0.0
    raised: str = ""
    callees: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    binds: frozenset[str] = frozenset()
    deletes: frozenset[str] = frozenset()
    changed: frozenset[Written] = frozenset()
    ambient_read: frozenset[str] = frozenset()
    ambient: Mapping[str, bool] = field(default_factory=dict)
    files_read: frozenset[str] = frozenset()
    files: Mapping[str, bool] = field(default_factory=dict)
    modules: frozenset[tuple[str, str]] = frozenset()  # and the attribute of each; empty for all
    needs: tuple[Needed, ...] = ()
    last_step: int = -1


@dataclass(frozen=True)
class Units:
    """The units of a session in the order in which they ran, and what is known of its variables.

    `types` and `cells` are by variable and the unit that had bound it: what it was, and what had been changed of what
    it leads to; `ends` are the units with which a source was over, when all variables were looked at.
    """

    units: tuple[Unit, ...]
    by_step: Mapping[int, int]
    types: Mapping[tuple[str, int], str]
    cells: Mapping[tuple[str, int], frozenset[int]]
    ends: tuple[int, ...]
    final: Mapping[str, str]  # variables at the end, with their types


def units_of(events: Sequence[Event], graph: Graph) -> Units:
    """Put the steps of a session together to units."""
    grouped = grouped_steps(graph)
    by_step = {step.number: number for number, steps in enumerate(grouped.values()) for step in steps}
    units = tuple(
        unit_of(number, place, steps, needed(steps, by_step, graph.dependences))
        for number, (place, steps) in enumerate(grouped.items())
    )
    types, cells, ends = seen_names(events, units, by_step)
    return Units(units, by_step, types, cells, ends, {name: v.type for name, v in graph.variables.items()})


def grouped_steps(graph: Graph) -> dict[Place, list[Step]]:
    """Put steps together by the top-level statement they are of.

    What a magic around a cell (`%%time`) did goes to the last statement of the cell, which was recorded on its own.
    """
    sources = {source.number: source for source in graph.sources}
    within = {outer.number: inner.number for outer, inner in pairwise(graph.sources) if is_wrapper(outer, inner)}
    grouped: dict[Place, list[Step]] = {}
    for step in graph.steps:
        if step.source not in within:
            grouped.setdefault((step.source, top_of(sources[step.source], step.statement)), []).append(step)
    for step in graph.steps:
        inner = [place for place in grouped if place[0] == within.get(step.source)]
        if inner:
            grouped[inner[-1]] = sorted([*grouped[inner[-1]], step], key=lambda each: each.number)
    return grouped


def top_of(source: Source, statement: int) -> int:
    """Give the number of the top-level statement that a statement stands under, or its own."""
    statements = outline_of(source.python).statements
    while (above := statements[statement].parent) is not None:
        statement = above
    return statement


def needed(
    steps: Sequence[Step], by_step: Mapping[int, int], dependences: Mapping[int, tuple[Dependence, ...]]
) -> tuple[Needed, ...]:
    """Give what a unit needs of earlier ones."""
    own = by_step[steps[0].number]
    found = [
        Needed(by_step[each.on], None if each.resource is None else key_of(each.resource))
        for step in steps
        for each in dependences.get(step.number, ())
        if each.via is not Via.SPARED and by_step.get(each.on, own) != own
    ]
    return tuple(dict.fromkeys(found))


def unit_of(number: int, place: Place, steps: Sequence[Step], needs: tuple[Needed, ...]) -> Unit:
    """Put together what the steps of one unit did."""
    effects = [effect for step in steps for effect in step.effects]
    read = [effect.resource for effect in effects if isinstance(effect, (Read, Changed))]
    done = [effect for effect in effects if not isinstance(effect, Read)]
    return Unit(
        number,
        place,
        seconds=sum(step.seconds for step in steps),
        raised=steps[-1].raised,
        callees=frozenset(call.callee for step in steps for call in step.calls),
        reads=frozenset(each.name for each in read if isinstance(each, Name)),
        binds=named(done, Bound),
        deletes=named(done, Deleted),
        changed=frozenset(written(each.resource) for each in done if isinstance(each.resource, Cell)),
        ambient_read=frozenset(each.kind for each in read if isinstance(each, Ambient)),
        ambient={
            each.resource.kind: whole(each, each.resource.part) for each in done if isinstance(each.resource, Ambient)
        },
        files_read=frozenset(each.path for each in read if isinstance(each, File)),
        files={each.resource.path: whole(each) for each in done if isinstance(each.resource, File)},
        modules=frozenset(
            (each.resource.module, each.resource.attribute) for each in done if isinstance(each.resource, Module)
        ),
        needs=needs,
        last_step=steps[-1].number,
    )


def named(effects: Iterable[Effect], kind: type) -> frozenset[str]:
    """Give the variables that have effects of one kind."""
    found = [effect.resource for effect in effects if isinstance(effect, kind)]
    return frozenset(each.name for each in found if isinstance(each, Name))


def written(cell: Cell) -> Written:
    """Give a changed cell, with the variable that its label begins with."""
    root = cell.label
    for mark in ".[ ":
        root = root.partition(mark)[0]
    return Written(cell.number, root, cell.part)


def whole(effect: Effect, part: str = "") -> bool:
    """Tell whether an effect owes nothing to what was there before."""
    return isinstance(effect, Bound) and not part


def seen_names(
    events: Sequence[Event], units: Sequence[Unit], by_step: Mapping[int, int]
) -> tuple[dict[tuple[str, int], str], dict[tuple[str, int], frozenset[int]], tuple[int, ...]]:
    """Give what was seen of variables when sources were over, by variable and the unit that had bound it."""
    types: dict[tuple[str, int], str] = {}
    cells: dict[tuple[str, int], frozenset[int]] = {}
    ends: list[int] = []
    binder: dict[str, int] = {}
    last = 0
    for event in events:
        if isinstance(event, Step):
            last = by_step.get(event.number, last)
            binder.update((name, last) for name in named(event.effects, Bound))
        elif isinstance(event, NamesSeen):
            ends.append(last)
            for variable in event.variables:
                key = (variable.name, binder.get(variable.name, -1))
                types[key] = variable.type
                found = frozenset(each.number for each in variable.reads if isinstance(each, Cell))
                cells[key] = cells.get(key, frozenset()) | found
    return types, cells, tuple(ends)
