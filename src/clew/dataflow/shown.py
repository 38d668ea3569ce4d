"""Results that a shell shows and keeps (`_`, `_3`, `Out[3]`): who uses them, and how a slice hands them on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from clew.dataflow.render import Kept
from clew.model.graph import Graph, Via
from clew.model.places import CellPlace
from clew.model.resources import Name
from clew.model.statements import SHOWN, Statement

OUTPUT = re.compile(r"^(_|__|___|_\d+|_i\d*|Out|In|_oh|_ih)$")
"""The names under which IPython keeps cells and what they showed."""

RESULT = re.compile(r"^_\d*$")
"""Of these, the names of one result."""


def name_results(graph: Graph, kept: Mapping[int, Kept], steps: Collection[int]) -> tuple[list[str], list[str]]:
    """Have the statements that made a needed result bind it under the names by which it is asked for.

    What must come first where there is no shell, and notes on results that cannot be handed on.
    """
    lost: set[str] = set()
    for number in steps:
        step = graph.step(number)
        asked = kept[step.source].outline.statements[step.statement]
        made = dict(results_made(graph, number, steps))
        for on, name in made.items():
            maker = graph.step(on)
            called = kept[maker.source].results.setdefault(maker.statement, [])
            called += [each for each in spelled(asked, name) if each not in called]
        if isinstance(graph.sources[step.source].place, CellPlace):
            lost |= unmet(asked, set(made.values()))
    holders = {
        target.partition("[")[0] for each in kept.values() for made_as in each.results.values() for target in made_as
    }
    said = ", ".join(sorted(lost))
    notes = (
        [f"uses {said}, the results that IPython keeps of earlier cells: run alone, they are others"] if lost else []
    )
    return [f"{holder} = {{}}" for holder in ("Out", "_oh") if holder in holders], notes


def results_made(graph: Graph, number: int, steps: Collection[int]) -> Iterator[tuple[int, str]]:
    """The results that a step uses, by the steps that showed them."""
    for dependence in graph.dependences.get(number, ()):
        match dependence.resource:
            case Name(name) if RESULT.match(name) and dependence.via is Via.DATA and dependence.on in steps:
                yield dependence.on, name
            case _:
                pass


def spelled(asked: Statement, name: str) -> Iterator[str]:
    """How a statement asks for a result: by its name, or out of the table of results."""
    held = [table for table, ways in asked.reads.items() for way in ways if way.kind == SHOWN and f"_{way.key}" == name]
    yield from (f"{table}[{name[1:]}]" for table in held)
    if not held or any(way.kind != SHOWN for way in asked.reads.get(name, ())):
        yield name


def unmet(asked: Statement, made: Collection[str]) -> set[str]:
    """Names of results and cells that a statement uses and nobody in the slice makes."""
    used = {name for name in asked.reads if OUTPUT.match(name) and name not in asked.binds}
    tables = {name for name in used if all(way.kind == SHOWN and f"_{way.key}" in made for way in asked.reads[name])}
    return used - tables - set(made)
