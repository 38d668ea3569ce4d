"""The code of an artifact as a program to be run alone, and where its lines stood in the user's own text."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from clew.analysis.outline import Outline
from clew.checks.outside import made
from clew.dataflow.graph import outline_of
from clew.model.artifacts import ArtifactRecord
from clew.model.data import dataclass, field
from clew.model.events import Step
from clew.model.graph import Graph
from clew.model.places import FilePlace, Source, place_name
from clew.replay.clean import Program
from clew.store.sessions import SessionRow

SHELLS = frozenset(("get_ipython", "display", "In", "Out", "_", "__", "___", "_ih", "_oh", "exit", "quit"))


def program_of(record: ArtifactRecord, ran: SessionRow | None) -> Program:
    """Give the code of an artifact as a program; where nothing is known of its session, it runs here."""
    code = record.origin.code
    if ran is None or ran.kind != "script":
        folder = Path(ran.folder if ran is not None else os.getcwd())
        return Program(code, folder, shell=needs_shell(code))
    return Program(code, Path(ran.folder), ran.file, arguments_of(ran))


def session_program(ran: SessionRow, graph: Graph) -> Program:
    """Give all the code of a session as a program; what it made itself is not there when it runs again."""
    texts = tuple(source.text for source in graph.sources)
    folder, new = Path(ran.folder), made(graph.steps, ())
    if ran.kind == "script":
        return Program("".join(texts[:1]), folder, ran.file, arguments_of(ran), made=new)
    return Program("", folder, shell=True, made=new, cells=texts)


def arguments_of(ran: SessionRow) -> tuple[str, ...]:
    """Give what the script found in `sys.argv`."""
    own = ran.argv and os.path.basename(ran.argv[0]) == os.path.basename(ran.file)
    return ran.argv if own else (ran.file, *ran.argv)


def needs_shell(code: str) -> bool:
    """Tell whether cells can be run by IPython only; where they can be run without, they start sooner."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return True
    return any(isinstance(node, ast.Name) and node.id in SHELLS for node in ast.walk(tree))


# ---- whose line is it? --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the lines of a program stood: by line (from 1) the user's file or cell, and the line there."""

    code: str = ""
    places: Mapping[int, tuple[str, int]] = field(default_factory=dict)

    def text(self, line: int) -> str:
        """Give a line."""
        lines = self.code.splitlines()
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""

    def said(self, line: int) -> str:
        """Name a line as a user would: `train.py, line 3`."""
        place, number = self.places.get(line, ("the slice", line))
        return f"{place}, line {number}"


def lines_of(code: str, graph: Graph | None, steps: Iterable[Step]) -> Lines:
    """Find out where the lines of a slice stood: its statements come in the order of the steps."""
    if graph is None:
        return Lines(code)
    sources = {source.number: (source, outline_of(source.python)) for source in graph.sources}
    waiting = [place for step in ordered(steps) for place in lines_of_step(*sources[step.source], step)]
    places: dict[int, tuple[str, int]] = {}
    for number, line in enumerate(code.splitlines(), 1):
        at = next((at for at, (text, _, _) in enumerate(waiting) if text == line.strip()), None)
        if line.strip() and at is not None:
            places[number] = waiting[at][1:]
            del waiting[: at + 1]
    return Lines(code, places)


def step_said(graph: Graph, step: Step) -> str:
    """Name the statement of a step as a user would: `train.py, line 3: `x = f()``."""
    source = next(each for each in graph.sources if each.number == step.source)
    text, place, line = next(iter(lines_of_step(source, outline_of(source.python), step)), ("", "", 0))
    return f"{place}, line {line}: `{text}`"


def ordered(steps: Iterable[Step]) -> list[Step]:
    """Sort steps by where they stand: sources in their order, statements in that of the text."""
    found = {(step.source, step.statement): step for step in steps}
    return [found[key] for key in sorted(found)]


def lines_of_step(source: Source, outline: Outline, step: Step) -> Iterator[tuple[str, str, int]]:
    """Give the lines of a statement with where they stand; of one that others stand in, its header."""
    if step.statement >= len(outline.nodes):
        return
    node, texts = outline.nodes[step.statement], source.python.splitlines()
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    last = node.body[0].lineno - 1 if hasattr(node, "body") and is_branching(node) else node.end_lineno or first
    name = os.path.basename(source.place.path) if isinstance(source.place, FilePlace) else place_name(source.place)
    for number in range(first, max(first, last) + 1):
        yield texts[number - 1].strip(), name, number


def is_branching(node: ast.stmt) -> bool:
    """Tell whether the statements within have steps of their own."""
    return not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
