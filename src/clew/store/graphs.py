"""Graphs as lines of text, and back, made for slicing: what a slice does not ask for stays a line.

The first line says what every slice asks for. Then comes a line for each step, with its dependences.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, overload

from clew.model.effects import Reason
from clew.model.events import Kept, SourceSeen, Step
from clew.model.graph import Dependence, Graph, Save, Via
from clew.store.rows import AnyRow, Row, from_row, resource_from, resource_row, to_row, variable_from, variable_row

HOWS = tuple((via, reason) for via in Via for reason in Reason)
NUMBERS: Mapping[tuple[Via, Reason], int] = {how: number for number, how in enumerate(HOWS)}
END = -1  # the step that what stands at the end depends from

Found: TypeAlias = tuple[Dependence, ...]


def packed_graph(graph: Graph) -> str:
    """Give the text of a graph."""
    head = (
        [to_row(SourceSeen(source, 0.0)) for source in graph.sources],
        [(step.number, step.source, step.statement) for step in graph.steps],
        [variable_row(variable) for variable in graph.variables.values()],
        [(name, rows_of(found)) for name, found in graph.needs.items()],
        [(step, rows_of(found)) for step, found in graph.branches.items()],
        graph.faults,
        [save_row(save) for save in graph.saves.values()],
    )
    lines = ((to_row(step), rows_of(graph.dependences.get(step.number, ()))) for step in graph.steps)
    return "\n".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in (head, *lines))


def unpacked_graph(text: str) -> Graph:
    """Give the graph of a text."""
    head, *lines = text.split("\n")
    sources, places, variables, needs, branches, faults, saves = json.loads(head)
    rows = Lines(lines, places)
    standing = [variable_from(each) for each in variables]
    return KeptGraph(
        tuple(seen.source for seen in map(from_row, sources) if isinstance(seen, SourceSeen)),
        KeptSteps(rows),
        KeptDependences(rows),
        {variable.name: variable for variable in standing},
        {name: dependences_of(END, found) for name, found in needs},
        {step: dependences_of(step, found) for step, found in branches},
        tuple(faults),
        {(save.kept.step, save.kept.nth): save for save in saves_of(saves)},
    )


class Lines:
    """The lines of a graph's steps, each read when it is asked for, and where each step stands."""

    def __init__(self, lines: Sequence[str], places: Sequence[Sequence[int]]) -> None:
        if len(lines) != len(places):
            raise ValueError(f"{len(lines)} steps for {len(places)} places")
        self._lines = lines
        self._read: dict[int, Any] = {}
        self.ran = [(source, statement) for _, source, statement in places]
        self.numbers = [number for number, _, _ in places]
        self.at = {number: index for index, number in enumerate(self.numbers)}

    def row(self, index: int) -> AnyRow:
        """Give the rows of a step, and of its dependences."""
        if index not in self._read:
            self._read[index] = json.loads(self._lines[index])
        found: AnyRow = self._read[index]
        return found


class KeptSteps(Sequence[Step]):
    """The steps of a graph, each made when it is asked for."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self._made: dict[int, Step] = {}

    def __len__(self) -> int:
        return len(self.lines.numbers)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Step, ...]: ...
    def __getitem__(self, index: int | slice) -> Step | tuple[Step, ...]:
        if isinstance(index, slice):
            return tuple(map(self._step, range(len(self))[index]))
        return self._step(range(len(self))[index])

    def __iter__(self) -> Iterator[Step]:
        return map(self._step, range(len(self)))

    def _step(self, index: int) -> Step:
        if index not in self._made:
            self._made[index] = step_of(self.lines.row(index)[0])
        return self._made[index]


class KeptDependences(Mapping[int, Found]):
    """The dependences of a graph's steps, made when they are asked for."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def __getitem__(self, step: int) -> Found:
        return dependences_of(step, self._lines.row(self._lines.at[step])[1])

    def __iter__(self) -> Iterator[int]:
        return iter(self._lines.numbers)

    def __len__(self) -> int:
        return len(self._lines.numbers)


class KeptGraph(Graph):
    """A graph that comes from the store: the same as any other, and quick where little of it is asked for."""

    steps: KeptSteps

    def step(self, number: int) -> Step:
        """Give the step of that number."""
        return self.steps[self.steps.lines.at[number]]

    def ran(self) -> Iterable[tuple[int, int]]:
        """Give source and statement of each step."""
        return self.steps.lines.ran


def step_of(row: AnyRow) -> Step:
    """Give the step of a row; ValueError if it is another event's."""
    match from_row(row):
        case Step() as step:
            return step
        case other:
            raise ValueError(f"no step has the row of a {type(other).__name__}")


def save_row(save: Save) -> Row:
    """Give the row of a save."""
    return (to_row(save.kept), [(name, rows_of(found)) for name, found in save.needs.items()])


def saves_of(rows: Iterable[AnyRow]) -> Iterator[Save]:
    """Give the saves of a graph."""
    for row, needs in rows:
        kept = from_row(row)
        if isinstance(kept, Kept):
            yield Save(kept, {name: dependences_of(END, found) for name, found in needs})


def rows_of(dependences: Iterable[Dependence]) -> list[Row]:
    """Give the rows of what one step depends on."""
    return [
        (each.on, NUMBERS[each.via, each.reason], *(resource_row(each.resource) if each.resource else ()))
        for each in dependences
    ]


def dependences_of(step: int, rows: Iterable[AnyRow]) -> Found:
    """Give the dependences of a step."""
    return tuple(
        Dependence(step, on, HOWS[how][0], resource_from(resource) if resource else None, HOWS[how][1])
        for on, how, *resource in rows
    )
