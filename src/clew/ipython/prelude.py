"""The cells that ran before clew was loaded: one unknown, of which we know the text and what it left behind."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from clew.analysis.outline import BRANCHING, outline
from clew.model.data import dataclass
from clew.model.effects import Changed, Effect, Read, Reason
from clew.model.events import BEFORE, Event, SourceSeen, Step
from clew.model.places import CellPlace, Source
from clew.model.resources import Resource

LOADERS = frozenset({"load_ext", "reload_ext", "unload_ext"})
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class EarlierCell:
    """A cell that ran; where it failed, the exception's name and the line of the cell that it left (else 0)."""

    source: Source
    raised: str = ""
    line: int = 0


def earlier_cells(shell: Any) -> tuple[EarlierCell, ...]:
    """The cells of this shell so far, the one that loads clew included; sources number from 0."""
    history = shell.history_manager
    texts, pythons = list(history.input_hist_raw)[1:], list(history.input_hist_parsed)[1:]
    counted = enumerate(zip(texts, pythons, strict=False), start=1)
    ran = [(count, text, python) for count, (text, python) in counted if _is_python(python)]
    failures = getattr(history, "exceptions", {})  # older IPythons do not remember
    return tuple(
        EarlierCell(Source(number, CellPlace(count), text, python), *_failure(failures.get(count), count))
        for number, (count, text, python) in enumerate(ran)
    )


def _is_python(text: str) -> bool:
    try:
        return bool(ast.parse(text).body)
    except (SyntaxError, ValueError):
        return False  # a cell that is not Python never ran


def _failure(remembered: Any, count: int) -> tuple[str, int]:
    """The name of a cell's exception, and the line of the cell that it left."""
    if not isinstance(remembered, dict):
        return "", 0
    told = COLOUR.sub("", "\n".join(remembered.get("traceback", ())))
    found = re.search(rf"In ?\[{count}\], line (\d+)", told)
    return (str(remembered.get("ename", "")), int(found[1])) if found else ("", 0)


def prelude_events(cells: Sequence[EarlierCell], touched: Iterable[Resource], first: int) -> tuple[Event, ...]:
    """Events by which every statement of these cells may have made all that was touched.

    A chain of assumed changes: whatever needs one of these resources needs all the statements.
    """
    effects: tuple[Effect, ...] = tuple(
        effect for each in touched for effect in (Read(each, Reason.ASSUMED), Changed(each, Reason.ASSUMED))
    )
    events: list[Event] = []
    number = first
    for cell in cells:
        events.append(SourceSeen(cell.source, BEFORE))
        for statement, raised in _ran(cell):
            events.append(Step(number, cell.source.number, statement, BEFORE, 0.0, raised, effects=effects))
            number += 1
    return tuple(events)


def _ran(cell: EarlierCell) -> Iterator[tuple[int, str]]:
    """The numbers of the statements that ran, those that speak to clew left out; the last may have failed."""
    table = outline(ast.parse(cell.source.python))
    for statement, node in zip(table.statements, table.nodes, strict=True):
        failed = statement.shape not in BRANCHING and statement.span.line <= cell.line <= (node.end_lineno or 0)
        if not _speaks_to_clew(node):
            yield statement.number, cell.raised if failed else ""
        if failed:
            return


def _speaks_to_clew(node: ast.stmt) -> bool:
    """Tell whether a statement is a magic that loads clew or asks it something."""
    match node:
        case ast.Expr(ast.Call(ast.Attribute(attr="run_line_magic"), [ast.Constant(magic), ast.Constant(str(words))])):
            return magic == "clew" or (magic in LOADERS and words.split()[:1] == ["clew"])
    return False
