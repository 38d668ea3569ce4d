"""A source as a table of statements: what stands alone, what is under what, what is taken whole."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import cast

import pytest

from clew.analysis.outline import bodies, is_docstring, is_future_import, outline, shape_of
from clew.model.statements import Shape, Statement


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    program: str
    rows: tuple[str, ...]  # for each statement: first line, shape, and what it stands under


CASES = [
    Case("nothing", "", ()),
    Case("statements that run straight on", "a = 1\nprint(a)", ("1 simple", "2 simple")),
    Case("two statements on a line", "a = 1; b = 2", ("1 simple", "1 simple")),
    Case("both branches of an if", "if a:\n    b\nelse:\n    c", ("1 if", "2 simple 0.body", "4 simple 0.orelse")),
    Case(
        "an elif stands under the if",
        "if a:\n    b\nelif c:\n    d",
        ("1 if", "2 simple 0.body", "3 if 0.orelse", "4 simple 2.body"),
    ),
    Case("a loop is taken whole", "for x in y:\n    if x:\n        z\nelse:\n    w", ("1 loop",)),
    Case("a while is a loop", "while x:\n    y", ("1 loop",)),
    Case(
        "definitions are taken whole", "def f():\n    return 1\nclass A:\n    x = 1", ("1 definition", "3 definition")
    ),
    Case("decorators belong to what they decorate", "@a\n@b\ndef f(): ...", ("1 definition",)),
    Case("the body of a with stands under it", "with a as b:\n    c\nd", ("1 with", "2 simple 0.body", "3 simple")),
    Case(
        "every part of a try",
        "try:\n    a\nexcept B:\n    c\nexcept D:\n    e\nelse:\n    f\nfinally:\n    g",
        (
            "1 try",
            "2 simple 0.body",
            "4 simple 0.handler 0",
            "6 simple 0.handler 1",
            "8 simple 0.orelse",
            "10 simple 0.finalbody",
        ),
    ),
    Case(
        "a try of exception groups",
        "try:\n    a\nexcept* B:\n    c",
        ("1 try", "2 simple 0.body", "4 simple 0.handler 0"),
    ),
    Case(
        "the cases of a match",
        "match a:\n    case 1:\n        b\n    case _:\n        c",
        ("1 match", "3 simple 0.case 0", "5 simple 0.case 1"),
    ),
    Case(
        "a branch within a branch",
        "with a:\n    if b:\n        c\n    d",
        ("1 with", "2 if 0.body", "3 simple 1.body", "4 simple 0.body"),
    ),
]


def row(statement: Statement) -> str:
    under = "" if statement.parent is None else f" {statement.parent}.{statement.branch}"
    return f"{statement.span.line} {statement.shape}{under}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_outline(case: Case) -> None:
    table = outline(ast.parse(case.program))
    assert tuple(map(row, table.statements)) == case.rows
    assert [statement.number for statement in table.statements] == list(range(len(case.rows)))
    assert [node.end_lineno for node in table.nodes] == [statement.span.end_line for statement in table.statements]


def test_the_children_of_a_branch() -> None:
    table = outline(ast.parse("if a:\n    b\n    c\nelse:\n    d"))
    assert [child.number for child in table.children(0)] == [1, 2, 3]
    assert [child.number for child in table.children(0, "orelse")] == [3]


def test_a_header_reads_what_it_decides_by_alone() -> None:
    table = outline(ast.parse("if a:\n    b\nwith c as d:\n    e\ntry:\n    f\nexcept g:\n    h"))
    headers = [statement for statement in table.statements if statement.parent is None]
    assert [set(statement.reads) for statement in headers] == [{"a"}, {"c"}, {"g"}]
    assert headers[1].binds == {"d"}


def concrete(above: type[ast.AST]) -> set[type[ast.AST]]:
    """The kinds of nodes under a kind that have no others under them."""
    below = above.__subclasses__()
    return {kind for each in below for kind in concrete(each)} if below else {above}


BRANCHING = (ast.If, ast.With, ast.Try, ast.TryStar, ast.Match)
WHOLE = (ast.For, ast.AsyncFor, ast.While, ast.AsyncWith, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def test_every_statement_with_statements_in_it_has_a_shape() -> None:
    holders = {kind for kind in concrete(ast.stmt) if {"body", "cases"} & set(kind._fields)}
    assert holders == {*BRANCHING, *WHOLE}
    assert all(shape_of(cast("ast.stmt", kind())) is not Shape.SIMPLE for kind in holders)


def test_what_is_taken_whole_has_no_bodies() -> None:
    tree = ast.parse("for x in y: z\ndef f(): ...\nclass A: ...")
    assert [list(bodies(node)) for node in tree.body] == [[], [], []]


def test_docstrings_and_future_imports_are_told() -> None:
    doc, future, other = ast.parse("'doc'\nfrom __future__ import annotations\nfrom future import x").body
    assert (is_docstring(doc), is_docstring(future)) == (True, False)
    assert (is_future_import(future), is_future_import(other)) == (True, False)
