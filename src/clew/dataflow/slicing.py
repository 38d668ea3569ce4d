"""Slices: the backward closure of a criterion, rendered as code."""

from __future__ import annotations

import ast
from collections.abc import Container

from clew.dataflow.branches import Table
from clew.dataflow.closure import Closure
from clew.dataflow.gaps import without
from clew.dataflow.graph import outline_of, tables
from clew.dataflow.keeping import without_saves
from clew.dataflow.pruning import pruned
from clew.dataflow.render import Kept, render
from clew.dataflow.shown import name_results
from clew.errors import UnknownVariable
from clew.model.graph import Graph, Slice


def cut(
    graph: Graph, criterion: str, *, exact: bool = False, keep_asserts: bool = False, script: bool = False
) -> Slice:
    """Cut the code that makes a variable; UnknownVariable if there is no such variable.

    By default branches that did not run but could have changed the value stay (relevant slicing, Gyimóthy, Beszédes
    and Forgács, ESEC/FSE 1999); `exact` leaves them out (dynamic slicing, Korel and Laski, 1988).
    """
    if criterion not in graph.variables:
        raise UnknownVariable(criterion, graph.variables)
    found = pruned(graph, graph.needs[criterion], exact)
    if keep_asserts:
        add_asserts(graph, found, exact)
    kept = kept_by_source(graph, found)
    without_saves(graph, kept)
    before, lost = name_results(graph, kept, found.steps)
    text = render(graph.sources, kept, script, before if script else ())
    notes = [*text.notes, *lost, *[f"the record is incomplete: {why}" for why in graph.faults]]
    return Slice(criterion, text.code, tuple(sorted(found.steps)), text.lines, tuple(notes), found.needless)


def add_asserts(graph: Graph, found: Closure, exact: bool) -> None:
    """Keep asserts that speak only of what is kept."""
    pythons = {source.number: source.python for source in graph.sources}
    for step in graph.steps:
        node = outline_of(pythons[step.source]).nodes[step.statement]
        on = {dependence.on for dependence in graph.dependences.get(step.number, ())}
        if isinstance(node, ast.Assert) and on and on <= found.steps and not step.raised:
            found.steps.add(step.number)


def kept_by_source(graph: Graph, found: Closure) -> dict[int, Kept]:
    """For each source the statements kept, by the step that kept each; those that raised; those that did not run."""
    kept: dict[int, Kept] = {}
    found_in = tables_of(graph, {graph.step(number).source for number in found.steps})
    pythons = {source.number: source.python for source in graph.sources}
    for number in sorted(found.steps):
        step = graph.step(number)
        into = kept.setdefault(step.source, Kept(found_in[step.source].outline, {}, set(), set()))
        into.steps.setdefault(step.statement, number)
        if step.raised:
            into.raised.add(step.statement)
        if number in found.gone:
            node, python = into.outline.nodes[step.statement], pythons[step.source]
            into.texts[step.statement] = without(python, node, found.gone[number])
        for unrun in found_in[step.source].unrun.get(step.statement, ()) if number in found.spared else ():
            if unrun.writes & found.spared[number]:
                into.unrun.add(unrun.statement)
    return kept


def tables_of(graph: Graph, wanted: Container[int]) -> dict[int, Table]:
    """For each source wanted of a graph its outline, with the branches that did not run."""
    types = {name: variable.type for name, variable in graph.variables.items()}
    sources = {source.number: source for source in graph.sources if source.number in wanted}
    return tables(sources, graph.ran(), types)
