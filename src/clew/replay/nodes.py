"""The nodes of an execution: the steps of a session, and what one can point at within them.

A step is a node. Finer ones are the literals in its text, the names that it looks up, its imports, its calls, and the
variables that a function which it called has set; and, of no step, what is outside the program.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from clew.analysis.outline import header, outline
from clew.model.places import Source, Span

OUTSIDE = -1
"""Stands for the step of a node that is outside the program."""


class NodeKind(StrEnum):
    """What a node is."""

    STEP = "step"
    LITERAL = "literal"
    LOOKUP = "lookup"
    IMPORT = "import"
    CALL = "call"
    GLOBAL = "global"  # a variable that a called function set
    EXTERNAL = "external"  # state outside the program: `file_system`, `database`, `random` ...


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a session's graph: a step by its number, or something within one, or outside of all (step -1).

    `name` is the text of a literal, the name that is looked up, imported or set, what is called, or which state.
    """

    step: int
    kind: NodeKind = NodeKind.STEP
    name: str = ""
    span: Span | None = None

    def __repr__(self) -> str:
        said = "" if self.kind is NodeKind.STEP else f", {str(self.kind)!r}, {self.name!r}"
        return f"Node({self.step}{said})"


def external(name: str) -> Node:
    """The node of state outside the program."""
    return Node(OUTSIDE, NodeKind.EXTERNAL, name)


def nodes_within(step: int, source: Source, statement: int) -> tuple[Node, ...]:
    """The literals, look-ups, imports and calls in the text of a step's statement, in the order of the text."""
    tree = ast.parse(source.python)
    parts = header(outline(tree).nodes[statement])
    found = [node for part in parts for node in nodes_in(step, part)]
    return tuple(sorted(found, key=lambda node: node.span or Span(0, 0, 0, 0)))


def nodes_in(step: int, part: ast.AST) -> Iterator[Node]:
    """The nodes in a part of a tree."""
    for node in unsigned(ast.walk(part)):
        match node:
            case ast.Constant() | ast.UnaryOp(ast.USub(), ast.Constant()):
                yield Node(step, NodeKind.LITERAL, ast.unparse(node), span_of(node))
            case ast.Name(name, ast.Load()):
                yield Node(step, NodeKind.LOOKUP, name, span_of(node))
            case ast.alias(name, bound):
                yield Node(step, NodeKind.IMPORT, bound or name.partition(".")[0], span_of(node))
            case ast.Call(callee):
                yield Node(step, NodeKind.CALL, ast.unparse(callee), span_of(node))
            case _:
                pass


def unsigned(nodes: Iterator[ast.AST]) -> Iterator[ast.AST]:
    """Leave out numbers of which the sign was met before: `-1` is one literal."""
    inside: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inside.add(id(node.operand))
        if id(node) not in inside or not isinstance(node, ast.Constant):
            yield node


def span_of(node: ast.expr | ast.alias) -> Span:
    """Where a node of a tree stands."""
    return Span(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
