"""Needed loops without what cannot matter in them.

A loop is one step, seen from outside: what it read and changed is known of the whole. What of its statements is for
what is needed of it is judged from the text. A statement goes where everything that it may do is known and none of it
can matter: it binds what nothing needed reads, prints, draws figures that nobody needs, or changes an object that was
made for it alone. What cannot be proved stays.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from clew.dataflow.closure import Closure, close
from clew.dataflow.graph import outline_of
from clew.dataflow.keeping import keeping_calls
from clew.dataflow.loops import Loop
from clew.dataflow.world import world_of
from clew.model.graph import Dependence, Graph

ROUNDS = 5
"""Loops are judged again when others need less of them, so many times at most."""


def pruned(graph: Graph, seeds: Iterable[Dependence], exact: bool) -> Closure:
    """Follow dependences backwards from where they start, those that loops need for nothing left out."""
    seeds = tuple(seeds)
    found = close(graph, seeds, exact)
    loops = loops_in(graph, found)
    world = world_of(graph) if loops else None
    if world is None:
        return found
    for _ in range(ROUNDS):
        rests = {step: rest for step in loops if step in found.steps and (rest := Loop(graph, world, step).rest(found))}
        needless = frozenset(d for step, rest in rests.items() for d in Loop(graph, world, step).needless(rest))
        again = close(graph, seeds, exact, needless)
        again.gone = {step: rest.gone for step, rest in rests.items() if step in again.steps}
        if again.steps == found.steps and again.gone == found.gone:
            return again
        found = again
    return found


def loops_in(graph: Graph, found: Closure) -> list[int]:
    """The steps of a closure that are loops of which statements could be left out."""
    pythons = {source.number: source.python for source in graph.sources}
    loops = [
        step
        for step in map(graph.step, sorted(found.steps))  # of these alone: a cell that did not run may be no Python
        if not step.raised and isinstance(outline_of(pythons[step.source]).nodes[step.statement], (ast.For, ast.While))
    ]
    saving = {(call.source, call.statement) for call in (keeping_calls(graph) if loops else ())}
    return [step.number for step in loops if (step.source, step.statement) not in saving]
