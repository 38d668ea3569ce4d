"""The cells that ran before clew was loaded: one unknown, of which we know the text and what it left behind."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any

from clew.analysis.outline import outline
from clew.model.effects import Changed, Effect, Read, Reason
from clew.model.events import BEFORE, Event, SourceSeen, Step
from clew.model.places import CellPlace, Source
from clew.model.resources import Resource

LOADERS = frozenset({"load_ext", "reload_ext", "unload_ext"})


def earlier_cells(shell: Any) -> tuple[Source, ...]:
    """The cells of this shell so far, the one that loads clew included; sources number from 0."""
    history = shell.history_manager
    texts, pythons = list(history.input_hist_raw)[1:], list(history.input_hist_parsed)[1:]
    counted = enumerate(zip(texts, pythons, strict=False), start=1)
    ran = [(count, text, python) for count, (text, python) in counted if _is_python(python)]
    return tuple(Source(n, CellPlace(count), text, python) for n, (count, text, python) in enumerate(ran))


def _is_python(text: str) -> bool:
    try:
        return bool(ast.parse(text).body)
    except (SyntaxError, ValueError):
        return False  # a cell that is not Python never ran


def prelude_events(sources: Sequence[Source], touched: Iterable[Resource], first: int) -> tuple[Event, ...]:
    """Events by which every statement of these sources may have made all that was touched.

    A chain of assumed changes: whatever needs one of these resources needs all the statements.
    """
    effects: tuple[Effect, ...] = tuple(
        effect for each in touched for effect in (Read(each, Reason.ASSUMED), Changed(each, Reason.ASSUMED))
    )
    events: list[Event] = []
    number = first
    for source in sources:
        events.append(SourceSeen(source, BEFORE))
        for statement in _straight_statements(source):
            events.append(Step(number, source.number, statement, BEFORE, 0.0, effects=effects))
            number += 1
    return tuple(events)


def _straight_statements(source: Source) -> list[int]:
    """The numbers of a source's statements, those that speak to clew left out."""
    table = outline(ast.parse(source.python))
    pairs = zip(table.statements, table.nodes, strict=True)
    return [statement.number for statement, node in pairs if not _speaks_to_clew(node)]


def _speaks_to_clew(node: ast.stmt) -> bool:
    """Tell whether a statement is a magic that loads clew or asks it something."""
    match node:
        case ast.Expr(ast.Call(ast.Attribute(attr="run_line_magic"), [ast.Constant(magic), ast.Constant(str(words))])):
            return magic == "clew" or (magic in LOADERS and words.split()[:1] == ["clew"])
    return False
