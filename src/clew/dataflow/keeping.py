"""The calls that keep values as artifacts: found in the text, and taken out of code that is to run alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable, Iterator, Mapping

from clew.analysis.outline import BRANCHING
from clew.analysis.touch import dotted
from clew.dataflow.graph import outline_of
from clew.dataflow.render import Kept
from clew.dataflow.texts import edited, expressions
from clew.model.data import dataclass
from clew.model.graph import Graph
from clew.model.places import Source

WORD = re.compile(r"[^\W\d]\w*")
ACTING = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
"""Expressions that may change something."""


@dataclass(frozen=True)
class Call:
    """A call that keeps a value: the source and number of the statement it stands in, and what it keeps."""

    source: int
    statement: int
    node: ast.Call
    value: ast.expr


def without_saves(graph: Graph, shown: dict[int, Kept]) -> None:
    """Take the calls that keep values out of loops and functions that are shown."""
    take_out(graph.sources, shown, keeping_calls(graph), {})


def take_out(
    sources: Iterable[Source], shown: dict[int, Kept], calls: Iterable[Call], replaced: Mapping[ast.Call, str]
) -> None:
    """Replace calls that keep values in the texts of statements, those not in `replaced` by what else they do."""
    pythons = {source.number: source.python for source in sources}
    changes: dict[tuple[int, int], dict[ast.Call, str | None]] = {}
    for call in calls:
        of = shown.get(call.source)
        if of is not None and call.statement in {*of.steps, *of.unrun} and call.statement not in of.texts:
            text = replaced.get(call.node) or rest_of(call.node) or None
            changes.setdefault((call.source, call.statement), {})[call.node] = text
    for (source, statement), wanted in changes.items():
        node = shown[source].outline.nodes[statement]
        alone = {
            each.value for each in (node, *(inner for inner, _ in expressions(node))) if isinstance(each, ast.Expr)
        }
        wanted = {call: text for call, text in wanted.items() if call in alone or call in replaced}
        if wanted:
            shown[source].texts[statement] = edited(pythons[source], node, wanted)
    if changes:
        leave_out_imports(shown)


def rest_of(call: ast.Call) -> str:
    """What a call that keeps a value does besides: its arguments that may do something themselves, as text."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return ", ".join(ast.unparse(each) for each in given if any(isinstance(n, ACTING) for n in ast.walk(each)))


def leave_out_imports(shown: dict[int, Kept]) -> None:
    """Leave out imports of clew that nothing speaks of any more."""
    importing = [
        (source, number, word)
        for source, kept in shown.items()
        for number in kept.steps
        if (word := imported_alone(kept.outline.nodes[number]))
    ]
    spoken = {
        word
        for source, kept in shown.items()
        for number in {*kept.steps, *kept.unrun}
        if not imported_alone(kept.outline.nodes[number])
        for word in WORD.findall(text_of(kept, number))
    }
    for source, number, word in importing:
        if word not in spoken:
            del shown[source].steps[number]


def imported_alone(node: ast.stmt) -> str:
    """The name that an import of clew, or of its `save`, binds where it imports nothing else; else empty."""
    match node:
        case ast.Import([ast.alias("clew", bound)]):
            return bound or "clew"
        case ast.ImportFrom("clew", [ast.alias("save", bound)]):
            return bound or "save"
    return ""


def text_of(kept: Kept, number: int) -> str:
    """A statement as it will be shown, or as good as that: its words are the same."""
    return kept.texts.get(number) or ast.unparse(kept.outline.nodes[number])


def keeping_calls(graph: Graph) -> Iterator[Call]:
    """Every call in the session's sources that keeps a value, but for headers of branches."""
    named = [source.python for source in graph.sources if "clew" in source.python]
    words = set[str]()
    for python in named:
        for node in outline_of(python).nodes:
            words.update(keeping_words(node, words))
    if not words:
        return
    outlines = {source.number: outline_of(source.python) for source in graph.sources}
    for source, table in outlines.items():
        for statement, node in zip(table.statements, table.nodes, strict=True):
            for call in calls_in(node) if statement.shape not in BRANCHING else ():
                value = value_of(call)
                if value is not None and dotted(call.func) in words:
                    yield Call(source, statement.number, call, value)


def calls_in(node: ast.AST) -> Iterator[ast.Call]:
    """Every call in a piece of code."""
    return (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))


def keeping_words(node: ast.stmt, known: Container[str]) -> Iterator[str]:
    """The words by which `clew.save` goes, that an import brings, or a name given to one that is known."""
    for inner in ast.walk(node):
        match inner:
            case ast.Import(names):
                yield from (f"{each.asname or each.name}.save" for each in names if each.name == "clew")
            case ast.ImportFrom(module="clew", names=names):
                yield from (each.asname or each.name for each in names if each.name == "save")
            case ast.Assign([ast.Name(word)], value) if dotted(value) in known:
                yield word


def value_of(call: ast.Call) -> ast.expr | None:
    """What a call keeps: its first argument, or the one named `value`."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == "value"]
    return next((each for each in (*call.args[:1], *named) if not isinstance(each, ast.Starred)), None)
