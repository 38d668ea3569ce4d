"""The backward closure of a criterion: the steps that it depends on."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from clew.model.data import dataclass, field
from clew.model.graph import Dependence, Graph, Via
from clew.model.resources import ALL_CELLS, ALL_PARTS, Ambient, Cell, Resource


@dataclass(slots=True)
class Closure:
    """Steps that a criterion depends on, and for headers the variables whose spared changes matter."""

    steps: set[int] = field(default_factory=set)
    spared: dict[int, set[str]] = field(default_factory=dict)
    wanted: dict[int, set[Resource | None]] = field(default_factory=dict)  # by step: what it is needed for
    gone: dict[int, tuple[ast.stmt, ...]] = field(default_factory=dict)  # by loop: the statements that cannot matter
    needless: frozenset[Dependence] = frozenset()  # what only those needed


def close(
    graph: Graph, seeds: Iterable[Dependence], exact: bool, needless: frozenset[Dependence] = frozenset()
) -> Closure:
    """Follow dependences backwards from where they start, but for needless ones."""
    found = Closure(needless=needless)
    todo = list(seeds)
    chained: set[Dependence] = set()
    while todo:
        dependence = todo.pop()
        if dependence in needless:
            continue
        if dependence.via is Via.SPARED:
            if exact:
                continue
            names = found.spared.setdefault(dependence.on, set())
            if not names:
                todo += graph.branches.get(dependence.on, ())
            names.add(getattr(dependence.resource, "name", ""))
        found.wanted.setdefault(dependence.on, set()).add(dependence.resource)
        if dependence.on not in found.steps:
            found.steps.add(dependence.on)
            todo += [d for d in graph.dependences.get(dependence.on, ()) if d.via is not Via.CHAIN]
        new = [d for d in graph.dependences.get(dependence.on, ()) if d not in chained and continues(dependence, d)]
        chained.update(new)
        todo += new
    return found


def continues(reached: Dependence, chain: Dependence) -> bool:
    """Tell whether a step that was reached for one resource is also needed for what it changed of another's work."""
    if chain.via is not Via.CHAIN:
        return False
    wanted, changed = reached.resource, chain.resource
    if isinstance(wanted, Ambient) and isinstance(changed, Ambient):
        return wanted.kind == changed.kind and (wanted.part == changed.part or not (wanted.part and changed.part))
    if not isinstance(wanted, Cell) or not isinstance(changed, Cell):
        return wanted is not None and wanted == changed
    if wanted.part == ALL_CELLS:
        return True
    return wanted.number == changed.number and wanted.part in (ALL_PARTS, changed.part)
