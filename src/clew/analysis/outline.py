"""A source as a table of statements: what runs straight on, what branches, what is taken whole.

Straight-line statements stand alone; an `if`, `with`, `try` or `match` is a header with statements of its own under
it; a loop, function or class is one statement, whole.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from clew.analysis.names import names_of
from clew.model.data import dataclass
from clew.model.places import Span
from clew.model.statements import WHOLE as ALL
from clew.model.statements import Shape, Statement

BRANCHING = frozenset({Shape.IF, Shape.WITH, Shape.TRY, Shape.MATCH})
WHOLE = frozenset({Shape.LOOP, Shape.DEFINITION})


@dataclass(frozen=True)
class Outline:
    """The statements of a source in text order, each with its node in the tree."""

    statements: tuple[Statement, ...]
    nodes: tuple[ast.stmt, ...]

    def children(self, number: int, branch: str | None = None) -> tuple[Statement, ...]:
        """The statements right under one, in one of its branches or in all."""
        return tuple(s for s in self.statements if s.parent == number and branch in (None, s.branch))


def outline(tree: ast.Module) -> Outline:
    """Number the statements of a module in text order."""
    statements: list[Statement] = []
    nodes: list[ast.stmt] = []
    _collect(tree.body, None, "body", statements, nodes)
    return Outline(tuple(statements), tuple(nodes))


def _collect(
    body: Sequence[ast.stmt], parent: int | None, branch: str, statements: list[Statement], nodes: list[ast.stmt]
) -> None:
    for node in body:
        statement = _statement(node, len(statements), parent, branch)
        statements.append(statement)
        nodes.append(node)
        if statement.shape in BRANCHING:
            for name, inner in bodies(node):
                _collect(inner, statement.number, name, statements, nodes)


def _statement(node: ast.stmt, number: int, parent: int | None, branch: str) -> Statement:
    names, shape = names_of(header(node)), shape_of(node)
    reads = {name: frozenset(ways) for name, ways in names.reads.items()}
    if shape is Shape.LOOP:  # a function that is made in it may be called in it
        reads |= {name: reads.get(name, frozenset()) | {ALL} for name in names.deferred}
    return Statement(
        number,
        shape,
        span_of(node),
        parent,
        branch,
        reads,
        frozenset(names.deferred),
        frozenset(names.binds),
        frozenset(names.deletes),
    )


def shape_of(node: ast.stmt) -> Shape:
    """Tell how a statement is run and cut."""
    match node:
        case ast.If():
            return Shape.IF
        case ast.With():
            return Shape.WITH
        case ast.Try() | ast.TryStar():
            return Shape.TRY
        case ast.Match():
            return Shape.MATCH
        case ast.For() | ast.AsyncFor() | ast.While() | ast.AsyncWith():
            return Shape.LOOP
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return Shape.DEFINITION
        case _:
            return Shape.SIMPLE


def header(node: ast.stmt) -> tuple[ast.AST, ...]:
    """The part of a statement that is its own: all of it, or what a branching one decides by."""
    match node:
        case ast.If(test=test):
            return (test,)
        case ast.With(items=items):
            return tuple(items)
        case ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers):
            return tuple(handler.type for handler in handlers if handler.type is not None)
        case ast.Match(subject=subject, cases=cases):
            guards = [case.guard for case in cases if case.guard is not None]
            return (subject, *[case.pattern for case in cases], *guards)
        case _:
            return (node,)


def bodies(node: ast.stmt) -> Iterator[tuple[str, list[ast.stmt]]]:
    """The bodies under a branching statement, by the name of the branch, in text order."""
    match node:
        case ast.If(body=body, orelse=orelse):
            yield "body", body
            yield "orelse", orelse
        case ast.With(body=body):
            yield "body", body
        case ast.Try() | ast.TryStar():
            yield "body", node.body
            for number, handler in enumerate(node.handlers):
                yield f"handler {number}", handler.body
            yield "orelse", node.orelse
            yield "finalbody", node.finalbody
        case ast.Match(cases=cases):
            for number, case in enumerate(cases):
                yield f"case {number}", case.body
        case _:
            return


def span_of(node: ast.stmt) -> Span:
    """The span of a statement, its decorators included."""
    first: ast.AST = node
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    if decorators:
        first = min(decorators, key=lambda decorator: decorator.lineno)
    line: int = first.lineno  # type: ignore[attr-defined]  # statements and expressions have positions
    column = node.col_offset if decorators else first.col_offset  # type: ignore[attr-defined]  # the same
    return Span(line, column, node.end_lineno or line, node.end_col_offset or column)


def is_docstring(node: ast.stmt) -> bool:
    """Tell whether a statement is a bare string."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def is_future_import(node: ast.stmt) -> bool:
    """Tell whether a statement is `from __future__ import ...`, which must come before any other code."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
