"""Branches that did not run, and what they could have changed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from clew.analysis.names import names_of, stored_names
from clew.analysis.outline import Outline
from clew.analysis.touch import dotted, root_of
from clew.knowledge.facts import CalleeFacts
from clew.knowledge.registry import Knowledge
from clew.model.data import dataclass
from clew.model.statements import Shape, Statement

IMMUTABLE = frozenset(
    f"builtins.{name}" for name in "int float complex bool str bytes NoneType tuple frozenset range module type".split()
)


@dataclass(frozen=True, slots=True)
class Unrun:
    """One statement of a branch that did not run, and the variables that it could have changed, and those it reads."""

    statement: int
    writes: frozenset[str]
    reads: frozenset[str]


@dataclass(frozen=True)
class Table:
    """An outline with the branches that did not run, by header."""

    outline: Outline
    unrun: Mapping[int, tuple[Unrun, ...]]
    loops: Mapping[int, frozenset[str]]  # by `for` loop: what it could change, had it run a pass
    passes: Mapping[int, tuple[frozenset[str], frozenset[str]]]  # by `for` loop: its variables; what a pass may bind

    def ancestors(self, number: int) -> Iterator[int]:
        """The headers around a statement, the nearest first."""
        parent = self.outline.statements[number].parent
        while parent is not None:
            yield parent
            parent = self.outline.statements[parent].parent

    def branch_under(self, number: int, header: int) -> str:
        """The branch of a header in which a statement stands, directly or deeper."""
        statement = self.outline.statements[number]
        while statement.parent is not None and statement.parent != header:
            statement = self.outline.statements[statement.parent]
        return statement.branch


def table_of(outlined: Outline, ran: frozenset[int], types: Mapping[str, str], knowledge: Knowledge) -> Table:
    """Find the branches of headers that ran which did not run themselves."""
    judge = _Judge(types, knowledge)
    unrun: dict[int, tuple[Unrun, ...]] = {}
    for header in outlined.statements:
        if header.number in ran and header.shape in (Shape.IF, Shape.TRY, Shape.MATCH):
            found = tuple(_unrun_under(outlined, header, ran, judge))
            if found:
                unrun[header.number] = found
    for statement in outlined.statements:
        if statement.number in ran and (cut_off := tuple(_cut_off(outlined, statement, ran, judge))):
            unrun[statement.number] = (*unrun.get(statement.number, ()), *cut_off)
    loops = {
        s.number: frozenset(names_of([node]).binds) | judge.changed(node)
        for s, node in zip(outlined.statements, outlined.nodes, strict=True)
        if isinstance(node, ast.For) and s.number in ran
    }
    passes = {
        s.number: (frozenset(stored_names([node.target])), s.binds)
        for s, node in zip(outlined.statements, outlined.nodes, strict=True)
        if isinstance(node, ast.For) and s.number in ran and not node.orelse and not binds_globals(node.iter, outlined)
    }
    return Table(outlined, unrun, loops, passes)


def binds_globals(node: ast.expr, outlined: Outline) -> bool:
    """Tell whether an expression may bind variables: by itself, or by a function that it calls."""
    parts = [type(part) for part in ast.walk(node)]
    if ast.NamedExpr in parts:
        return True
    return ast.Call in parts and any(isinstance(part, ast.Global) for each in outlined.nodes for part in ast.walk(each))


def _cut_off(outlined: Outline, statement: Statement, ran: frozenset[int], judge: _Judge) -> Iterator[Unrun]:
    """The statements after one that raised, in its body: they did not run because of it."""
    if statement.parent is None:
        return
    after = [s for s in outlined.children(statement.parent, statement.branch) if s.number > statement.number]
    if not after or after[0].number in ran:
        return
    for each in after:
        yield _unrun(outlined, each, judge)


def _unrun_under(outlined: Outline, header: Statement, ran: frozenset[int], judge: _Judge) -> Iterator[Unrun]:
    for child in outlined.children(header.number):
        branch = outlined.children(header.number, child.branch)
        if branch[0].number in ran:
            continue
        yield _unrun(outlined, child, judge)


def _unrun(outlined: Outline, statement: Statement, judge: _Judge) -> Unrun:
    node = outlined.nodes[statement.number]
    names = names_of([node])
    writes = frozenset(names.binds | names.deletes) | judge.changed(node)
    return Unrun(statement.number, writes, frozenset(names.reads) | names.deferred)


class _Judge:
    """Judges from the text, and from the types that variables have, what code could change in place."""

    def __init__(self, types: Mapping[str, str], knowledge: Knowledge) -> None:
        self.types = types
        self.knowledge = knowledge

    def changed(self, node: ast.AST) -> frozenset[str]:
        """The variables whose objects code could change."""
        found: set[str] = set()
        for part in ast.walk(node):
            match part:
                case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                    found.add(root_of(part))
                case ast.AugAssign(target=target):
                    found.add(root_of(target))
                case ast.Call():
                    found |= self.call(part)
                case _:
                    pass
        return frozenset(name for name in found if name and self.types.get(name) not in IMMUTABLE)

    def call(self, node: ast.Call) -> set[str]:
        """The variables that a call could change."""
        facts = self.facts(node.func)
        if facts is not None and (facts.pure or facts.pure_if_inert) and not self.in_place(node, facts):
            return set()
        given = [*node.args, *[keyword.value for keyword in node.keywords]]
        roots = {root_of(argument) for argument in given}
        if isinstance(node.func, ast.Attribute):
            roots.add(root_of(node.func.value))
        return roots

    def facts(self, callee: ast.expr) -> CalleeFacts | None:
        """What is known about a callee, from its text and the type of the variable it starts from."""
        path = dotted(callee)
        first, _, rest = path.partition(".")
        if not path:
            return None
        if not rest:
            return self.knowledge.about(f"builtins.{first}") if first not in self.types else None
        kind = self.types.get(first, "")
        return self.knowledge.about(f"{kind}.{rest}") if kind and "." not in rest else None

    def in_place(self, node: ast.Call, facts: CalleeFacts) -> bool:
        """Tell whether a call of a pure callable is one of those that are not (`inplace=True`)."""
        return not facts.hold(len(node.args), {keyword.arg or "" for keyword in node.keywords})
