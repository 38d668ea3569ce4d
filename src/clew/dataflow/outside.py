"""The code that makes what is outside the program: all that wrote to some files, databases or hidden state, in order."""

from __future__ import annotations

from collections.abc import Collection

from clew.dataflow.closure import close
from clew.dataflow.keeping import without_saves
from clew.dataflow.render import render
from clew.dataflow.slicing import kept_by_source
from clew.model.effects import Read, Reason
from clew.model.graph import Dependence, Graph, Slice, Via
from clew.model.resources import Resource

END = -1


def cut_outside(graph: Graph, name: str, resources: Collection[Resource]) -> Slice:
    """Cut the code that leaves these resources as they are at the end of a session."""
    wrote = [
        Dependence(END, step.number, Via.DATA, effect.resource, Reason.OBSERVED)
        for step in graph.steps
        for effect in step.effects
        if not isinstance(effect, Read) and effect.resource in resources
    ]
    found = close(graph, wrote, exact=False)
    kept = kept_by_source(graph, found)
    without_saves(graph, kept)
    text = render(graph.sources, kept)
    return Slice(name, text.code, tuple(sorted(found.steps)), text.lines, tuple(text.notes))
