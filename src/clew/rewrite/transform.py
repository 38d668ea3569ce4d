"""Put markers between straight-line statements, and let their calls announce their callees.

The law: the rewritten program does what the original does, and every node of the original keeps its position.
Nothing is inserted in loops, functions, classes, lambdas and comprehensions.
"""

from __future__ import annotations

import ast

from clew.analysis.names import COMPREHENSIONS
from clew.analysis.outline import (
    BRANCHING,
    Outline,
    bodies,
    is_docstring,
    is_future_import,
    outline,
    shape_of,
)
from clew.analysis.touch import arguments_of, dotted, root_of, touch_of, way_of
from clew.model.places import Span
from clew.model.statements import Shape
from clew.model.typed import Any, Sequence
from clew.rewrite.plan import CallSite, Plan
from clew.rewrite.protocol import CALL, NOTE, SELF, STEP

LOAD = ast.Load()
SILENT = (ast.Lambda, *COMPREHENSIONS)
"""Code that runs elsewhere or repeatedly."""

Start = tuple[int, int]  # the numbers at which the statements and the call sites of this source begin


def rewrite(tree: ast.Module, start: Start = (0, 0)) -> tuple[ast.Module, Plan]:
    """Rewrite a module in place of its body; the tree handed in is used up."""
    table = outline(tree)
    touches = tuple(touch_of(node) for node in table.nodes)
    writer = _Writer(table, start)
    tree.body = writer.body(tree.body, top=True)
    return tree, Plan(table.statements, touches, tuple(writer.announcer.sites))


class _Writer:
    """Writes the new bodies; `numbers` gives each statement's number by its node."""

    def __init__(self, table: Outline, start: Start) -> None:
        self.numbers = {id(node): number for number, node in enumerate(table.nodes)}
        self.first = start[0]
        self.announcer = _Announcer(start[1])

    def body(self, body: Sequence[ast.stmt], top: bool = False) -> list[ast.stmt]:
        written: list[ast.stmt] = []
        for position, node in enumerate(body):
            unmarked = top and (is_future_import(node) or (position == 0 and is_docstring(node)))
            if not unmarked:
                written.append(_marker(self.first + self.numbers[id(node)], node))
            written.append(self.statement(node))
        return written

    def statement(self, node: ast.stmt) -> ast.stmt:
        number = self.numbers[id(node)]
        shape = shape_of(node)
        if shape is Shape.SIMPLE:
            announced: ast.stmt = self.announcer.announce(node, number)
            return announced
        if shape in BRANCHING:
            self.header(node, number)
            for _, inner in bodies(node):
                inner[:] = self.body(inner)
            if isinstance(node, ast.With):
                node.body.append(_marker(~(self.first + number), node.body[-1]))
        return node

    def header(self, node: ast.stmt, number: int) -> None:
        match node:
            case ast.If():
                node.test = self.announcer.announce(node.test, number)
            case ast.With():
                for item in node.items:
                    item.context_expr = self.announcer.announce(item.context_expr, number)
            case ast.Match():
                node.subject = self.announcer.announce(node.subject, number)
            case _:
                pass


class _Announcer:
    """Wraps the callees of straight-line calls; does not enter code that runs elsewhere or repeatedly."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.sites: list[CallSite] = []

    def announce(self, node: Any, number: int) -> Any:
        for call in _calls(node):
            self.wrap(call, number)
        return node

    def wrap(self, node: ast.Call, number: int) -> None:
        callee = node.func
        site = self.first + len(self.sites)
        method = callee.attr if isinstance(callee, ast.Attribute) else ""
        keywords = frozenset([keyword.arg or "**" for keyword in node.keywords])
        receiver = root_of(callee.value) if isinstance(callee, ast.Attribute) else ""
        told = way_of(callee.value) if receiver and isinstance(callee, ast.Attribute) else None
        given = (len(node.args), keywords, arguments_of(node), _handed(node))
        self.sites.append(CallSite(number, _span(node), method, receiver, *given, told and told[1], _variables(node)))
        if isinstance(callee, ast.Attribute):
            if not isinstance(callee.value, (ast.Constant, ast.JoinedStr)):
                callee.value = _wrapped(SELF, site, callee.value)
        else:
            node.func = _wrapped(CALL, site, node.func)
        node.args = [_noted(site, argument) for argument in node.args]
        for keyword in node.keywords:
            keyword.value = _noted(site, keyword.value)


def _calls(node: ast.AST) -> list[ast.Call]:
    """The calls that announce themselves, in text order; collected before any is wrapped."""
    found, todo = list[ast.Call](), [node]
    while todo:
        current = todo.pop()
        if isinstance(current, SILENT):
            continue
        if isinstance(current, ast.Call):
            found.append(current)
        for field in reversed(current._fields):
            held = getattr(current, field, None)
            if isinstance(held, list):
                todo += [each for each in reversed(held) if isinstance(each, ast.AST)]
            elif isinstance(held, ast.AST) and held._fields:
                todo.append(held)
    return found


def _handed(node: ast.Call) -> tuple[str, ...]:
    """The arguments that are dotted names."""
    given = [*node.args, *[keyword.value for keyword in node.keywords]]
    return tuple(path for argument in given if (path := dotted(argument)))


def _variables(node: ast.Call) -> tuple[str, ...] | None:
    """The variables among a call's arguments; None where one is neither a variable nor a constant."""
    if node.keywords or not all(isinstance(each, (ast.Name, ast.Constant)) for each in node.args):
        return None
    return tuple([each.id for each in node.args if isinstance(each, ast.Name)])


def _noted(site: int, argument: ast.expr) -> ast.expr:
    """Let what is put together on the spot announce itself: it may be the path of a file, or name variables."""
    joined = isinstance(argument, (ast.JoinedStr, ast.Call))  # os.path.join(...)
    added = isinstance(argument, ast.BinOp) and isinstance(argument.op, (ast.Add, ast.Div, ast.Mod))
    if not joined and not added:
        return argument
    return _wrapped(NOTE, site, argument)


def _wrapped(name: str, site: int, value: ast.expr) -> ast.expr:
    at = _place(value)
    return ast.Call(ast.Name(name, LOAD, **at), [ast.Constant(site, **at), value], [], **at)


def _marker(number: int, at: ast.stmt) -> ast.stmt:
    """A marker before (or for `~n` after) a statement, on that statement's first line."""
    place = _place(at)
    return ast.Expr(ast.Call(ast.Name(STEP, LOAD, **place), [ast.Constant(number, **place)], [], **place), **place)


def _place(node: ast.expr | ast.stmt) -> dict[str, Any]:
    """Where a node stands, for others to stand there."""
    return {
        "lineno": node.lineno,
        "col_offset": node.col_offset,
        "end_lineno": node.end_lineno,
        "end_col_offset": node.end_col_offset,
    }


def _span(node: ast.expr) -> Span:
    return Span(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
