"""Graphs as rows: every dependence comes back, and code is cut from what comes back as from the graph itself."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from clew.dataflow.explain import explain
from clew.dataflow.graph import fold
from clew.dataflow.slicing import cut
from clew.model.effects import Bound, Changed, Effect, Read, Reason
from clew.model.events import Event, Kept, NamesSeen, SourceSeen, Step, Variable
from clew.model.graph import Graph
from clew.model.places import FilePlace, Source, Span
from clew.model.resources import ALL_PARTS, Ambient, Cell, File, Name
from clew.store.graphs import packed_graph, unpacked_graph
from tests.recorded import start

TEXT = """\
import random
rows = [3, 1, 2]
seed = random.random()
if seed > 2:
    rows.append(seed)
rows.sort()
total = sum(rows) + open("f").read()
print(total)
"""
HEAP = Cell(1, "", "rows")
ROWS = (Read(Name("rows")), Read(Cell(1, ALL_PARTS, "rows")))
EFFECTS: tuple[tuple[Effect, ...], ...] = (
    (Bound(Name("random")),),
    (Bound(Name("rows")), Bound(HEAP)),
    (Read(Name("random")), Changed(Ambient("random"), Reason.KNOWN), Bound(Name("seed"))),
    (Read(Name("seed")),),
    (*ROWS, Changed(HEAP, Reason.OBSERVED)),
    (*ROWS, Read(File("/data/\udce9")), Bound(Name("total"))),
    (Read(Name("total")), Changed(File("/dev/stdout"), Reason.ASSUMED)),
)
STATEMENTS = (0, 1, 2, 3, 5, 6, 7)
RUN: tuple[Event, ...] = (
    start(),
    SourceSeen(Source(0, FilePlace("/project/train.py"), TEXT, TEXT), 100.0),
    Kept(5, 0, Span(7, 8, 7, 17), True, (Variable("rows", "builtins.list", (Name("rows"), HEAP)),)),
    *(
        Step(number, 0, statement, 101.0 + number, 0.5, effects=effects)
        for number, (statement, effects) in enumerate(zip(STATEMENTS, EFFECTS, strict=True))
    ),
    NamesSeen(6, (Variable("rows", "builtins.list", (Name("rows"), HEAP)), Variable("total", "int", (Name("total"),)))),
)


def back(graph: Graph) -> Graph:
    return unpacked_graph(packed_graph(graph))


def whole(graph: Graph) -> dict[str, Any]:
    """All that a graph says."""
    said = {field.name: getattr(graph, field.name) for field in fields(graph)}
    return said | {"steps": tuple(graph.steps), "dependences": dict(graph.dependences), "ran": [*graph.ran()]}


@pytest.mark.parametrize("events", [RUN, ()], ids=["a run", "nothing"])
def test_a_graph_comes_back(events: tuple[Event, ...]) -> None:
    graph = fold(events)
    again = back(graph)
    assert whole(again) == whole(graph)
    assert [again.step(step.number) for step in graph.steps] == [*graph.steps]
    assert (again.steps[1:], again.steps[-1:]) == (graph.steps[1:], graph.steps[-1:])


def test_there_is_something_of_each_kind_in_it() -> None:
    graph = fold(RUN)
    found = {each.via.value for some in graph.dependences.values() for each in some}
    found |= {each.via.value for some in graph.needs.values() for each in some}
    assert found == {"data", "chain", "spared"}
    assert graph.branches
    assert graph.saves


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("variable", ["rows", "total"])
def test_code_is_cut_from_what_comes_back_as_from_the_graph_itself(variable: str, exact: bool) -> None:
    graph = fold(RUN)
    again = back(graph)
    made = cut(graph, variable, exact=exact, keep_asserts=True)
    assert cut(again, variable, exact=exact, keep_asserts=True) == made
    for line in made.lines:
        assert explain(again, made, line) == explain(graph, made, line)
