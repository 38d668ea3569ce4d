"""A source as portions: its top-level statements, each compiled alone, with the markers of a recorder in them.

So one can be run after the other, with whatever there is to do in between; and a chosen few, the rest left out.
"""

from __future__ import annotations
import __future__

import ast
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from types import CodeType

from clew.model.places import CellPlace, Source
from clew.replay.choosing import speaks_to_clew
from clew.rewrite.protocol import STEP

FUTURES = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
"""The flags that `from __future__ import ...` sets for what is compiled after it."""

Rewrite = Callable[[ast.Module, int], tuple[ast.Module, int]]
"""Puts markers into the tree of a source, and tells from which number on its statements are counted."""


@dataclass(frozen=True)
class Portion:
    """A top-level statement, ready to run. `value` is the code that gives an expression's value, where it is one.

    `statements` are the numbers in the source's outline of it and of all that stands under it; `marker` is the number by
    which it announces itself (-1 where it does not).
    """

    source: Source
    statements: tuple[int, ...]
    before: CodeType
    value: CodeType | None = None
    marker: int = -1


@dataclass
class Cutter:
    """Cuts sources into portions; what one imports `from __future__` counts for the next, as it does for cells.

    Without `results` what an expression gives is let go at once, as Python does.
    """

    rewrite: Rewrite
    results: bool = True
    flags: int = 0

    def portions(self, source: Source, name: str, chosen: Collection[int] | None = None) -> list[Portion]:
        """Give the portions of a source; of the statements only those chosen, and what they stand under.

        What a notebook says to clew itself is left out: whoever executes it has clew at hand.
        SyntaxError where the source is not Python.
        """
        self.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if isinstance(source.place, CellPlace) else 0
        tree = compile(source.python, name, "exec", ast.PyCF_ONLY_AST | self.flags, dont_inherit=True)
        assert isinstance(tree, ast.Module)
        tree, first = self.rewrite(tree, source.number)
        kept = (group for group in groups(pruned(tree.body, first, chosen)) if not speaks_to_clew(group[-1]))
        return [self.compiled(source, group, name, first) for group in kept]

    def compiled(self, source: Source, group: list[ast.stmt], name: str, first: int) -> Portion:
        """Compile one top-level statement, with the marker before it."""
        statement = group[-1]
        value = None
        if self.results and isinstance(statement, ast.Expr) and len(group) > 1:
            value = self.compile(ast.Expression(statement.value), name, "eval")
            group = group[:-1]
        before = self.compile(ast.Module(group, []), name, "exec")
        self.flags |= before.co_flags & FUTURES
        numbers = sorted(number for each in group for number in numbers_in(each))
        inside = tuple(number - first for number in numbers)
        return Portion(source, inside, before, value, numbers[0] if numbers else -1)

    def compile(self, tree: ast.Module | ast.Expression, name: str, mode: str) -> CodeType:
        """Compile a tree as Python would where it stands."""
        code: CodeType = compile(tree, name, mode, self.flags, dont_inherit=True)
        return code


def number_of(node: ast.stmt) -> int | None:
    """The number that a marker says; None for what is no marker."""
    match node:
        case ast.Expr(ast.Call(ast.Name(name), [ast.Constant(int(number))])) if name == STEP:
            return number
        case _:
            return None


def numbers_in(node: ast.stmt) -> list[int]:
    """The numbers of the statements that are announced in a tree."""
    found = [number_of(each) for each in ast.walk(node) if isinstance(each, ast.Expr)]
    return [number for number in found if number is not None and number >= 0]


def groups(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Put each statement together with the marker before it."""
    waiting: list[ast.stmt] = []
    for node in body:
        waiting.append(node)
        if number_of(node) is None:
            yield waiting
            waiting = []


def pruned(body: list[ast.stmt], first: int, chosen: Collection[int] | None) -> list[ast.stmt]:
    """Leave out the statements that are not chosen, with their markers, but not what chosen ones stand under."""
    if chosen is None:
        return body
    kept: list[ast.stmt] = []
    for group in groups(body):
        announced = number_of(group[0])
        if announced is None:
            kept += group
        elif not {number - first for number in (announced, *numbers_in(group[-1]))}.isdisjoint(chosen):
            kept += group
            prune_bodies(group[-1], first, chosen)
    return kept


def prune_bodies(node: ast.stmt, first: int, chosen: Collection[int]) -> None:
    """Leave out what is not chosen under a statement; a body of which nothing is left says `pass`."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        held = getattr(node, field, None)
        if field in ("handlers", "cases"):
            for each in held or ():
                prune_bodies(each, first, chosen)
        elif isinstance(held, list) and any(number_of(each) is not None for each in held):
            left = pruned_body(held, first, chosen)
            held[:] = left or ([] if field == "orelse" else [ast.copy_location(ast.Pass(), held[0])])


def pruned_body(body: list[ast.stmt], first: int, chosen: Collection[int]) -> list[ast.stmt]:
    """The same of a body, in which a `with` announces its end."""
    ends = [node for node in body if (number_of(node) or 0) < 0]
    left = pruned([node for node in body if node not in ends], first, chosen)
    return [*left, *ends]
