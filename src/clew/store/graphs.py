"""Graphs as plain rows that JSON can hold, and back, made for slicing: what no slice needs is left out or made late.

A graph comes back with all its dependences, each made when it is asked for; its steps come back without their calls
and effects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from clew.model.effects import Reason
from clew.model.events import Kept, SourceSeen, Step
from clew.model.graph import Dependence, Graph, Save, Via
from clew.model.resources import Resource
from clew.store.rows import AnyRow, Row, from_row, resource_from, resource_row, to_row, variable_from, variable_row

VIAS, REASONS = tuple(Via), tuple(Reason)
HOWS = tuple((via, reason) for via in VIAS for reason in REASONS)
NUMBERS: Mapping[tuple[Via, Reason], int] = {how: number for number, how in enumerate(HOWS)}
NONE = -1  # as the number of a resource
Flat: TypeAlias = list[int]


def packed_graph(graph: Graph) -> Row:
    """Give the row of a graph."""
    resources = Resources()
    dependences = [(step, resources.flat(found)) for step, found in graph.dependences.items()]
    needs = [(name, resources.flat(found)) for name, found in graph.needs.items()]
    branches = [(step, resources.flat(found)) for step, found in graph.branches.items()]
    saves = [
        (to_row(save.kept), [(name, resources.flat(found)) for name, found in save.needs.items()])
        for save in graph.saves.values()
    ]
    return (
        [to_row(SourceSeen(source, 0.0)) for source in graph.sources],
        [(step.number, step.source, step.statement, step.started, step.seconds, step.raised) for step in graph.steps],
        [variable_row(variable) for variable in graph.variables.values()],
        graph.faults,
        resources.rows(),
        dependences,
        needs,
        branches,
        saves,
    )


def unpacked_graph(row: AnyRow) -> Graph:
    """Give the graph of a row; its steps have neither calls nor effects."""
    sources, steps, variables, faults, resources, dependences, needs, branches, saves = row
    known = tuple(map(resource_from, resources))
    standing = [variable_from(each) for each in variables]
    return Graph(
        tuple(seen.source for seen in map(from_row, sources) if isinstance(seen, SourceSeen)),
        tuple(Step(*step) for step in steps),
        Dependences(dict(dependences), known),
        {variable.name: variable for variable in standing},
        {name: dependences_of(-1, flat, known) for name, flat in needs},
        {step: dependences_of(step, flat, known) for step, flat in branches},
        tuple(faults),
        {(save.kept.step, save.kept.nth): save for save in saves_of(saves, known)},
    )


def bare(graph: Graph) -> Graph:
    """Give a graph as it would come back."""
    return replace(graph, steps=tuple(replace(step, calls=(), effects=()) for step in graph.steps))


def saves_of(rows: Iterable[AnyRow], known: Sequence[Resource]) -> Iterator[Save]:
    """Give the saves of a graph."""
    for row, needs in rows:
        kept = from_row(row)
        if isinstance(kept, Kept):
            yield Save(kept, {name: dependences_of(-1, flat, known) for name, flat in needs})


class Dependences(Mapping[int, tuple[Dependence, ...]]):
    """The dependences of steps, made when they are asked for: a slice needs few of them."""

    def __init__(self, flats: Mapping[int, Flat], known: Sequence[Resource]) -> None:
        self._flats, self._known = flats, known

    def __getitem__(self, step: int) -> tuple[Dependence, ...]:
        return dependences_of(step, self._flats[step], self._known)

    def __iter__(self) -> Iterator[int]:
        return iter(self._flats)

    def __len__(self) -> int:
        return len(self._flats)


def dependences_of(step: int, flat: Flat, known: Sequence[Resource]) -> tuple[Dependence, ...]:
    """Give the dependences of a step from their numbers."""
    each = iter(flat)
    return tuple(
        Dependence(step, on, HOWS[how][0], None if resource == NONE else known[resource], HOWS[how][1])
        for on, how, resource in zip(each, each, each, strict=True)
    )


class Resources:
    """The resources that dependences speak of, numbered: the same ones come again and again."""

    def __init__(self) -> None:
        self._numbers: dict[Resource, int] = {}

    def flat(self, dependences: Iterable[Dependence]) -> Flat:
        """Say dependences as numbers, three of each: on which step, how, through which resource."""
        found: Flat = []
        for each in dependences:
            resource = NONE
            if each.resource is not None:
                resource = self._numbers.setdefault(each.resource, len(self._numbers))
            found += (each.on, NUMBERS[each.via, each.reason], resource)
        return found

    def rows(self) -> list[Row]:
        """Give the rows of all that were numbered."""
        return [resource_row(resource) for resource in self._numbers]
