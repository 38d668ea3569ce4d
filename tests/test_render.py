"""Kept statements as code: the user's own text, with what belongs to it and nothing else."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import pytest

from clew.analysis.outline import outline
from clew.dataflow.render import Kept, Text, render
from clew.model.places import FilePlace, Source


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    program: str
    keeps: tuple[int, ...]  # numbers of statements
    code: str


CASES = [
    Case("nothing is kept", "a = 1\nb = 2", (), ""),
    Case("statements keep their text", "a  =  0x10\nb = 'x'\nc = \"y\"", (0, 2), 'a  =  0x10\nc = "y"\n'),
    Case("a comment behind a statement stays", "a = 1  # one\nb = 2", (0,), "a = 1  # one\n"),
    Case("one of two statements on a line", "a = 1; b = 2", (1,), "b = 2\n"),
    Case("both statements of a line", "a = 1; b = 2", (0, 1), "a = 1; b = 2\n"),
    Case("a call over lines", "a = f(\n    1,  # one\n    2,\n)\nb = 2", (0,), "a = f(\n    1,  # one\n    2,\n)\n"),
    Case("a text over lines", "a = '''x\n  y\n'''\nb = 2", (0,), "a = '''x\n  y\n'''\n"),
    Case("letters of any alphabet", "ä = 'é'; ß = 'ø'", (1,), "ß = 'ø'\n"),
    Case("a branch keeps its header", "if a:\n    b = 1\n    c = 2\nelse:\n    d = 3", (0, 2), "if a:\n    c = 2\n"),
    Case("a header alone passes", "with a as b:\n    c = 1", (0,), "with a as b:\n    pass\n"),
    Case("an indent is the user's own", "if a:\n  b = 1", (0, 1), "if a:\n  b = 1\n"),
    Case(
        "a handler keeps its name",
        "try:\n    a\nexcept B as c:\n    d",
        (0, 1, 2),
        "try:\n    a\nexcept B as c:\n    d\n",
    ),
    Case(
        "a function is whole",
        "@a\ndef f():\n    # why\n    return 1\nb = 2",
        (0,),
        "@a\ndef f():\n    # why\n    return 1\n",
    ),
    Case(
        "future imports stay",
        "from __future__ import annotations\na = 1",
        (1,),
        "from __future__ import annotations\n\na = 1\n",
    ),
]


def rendered(program: str, keeps: tuple[int, ...]) -> Text:
    kept = Kept(outline(ast.parse(program)), {number: 10 + number for number in keeps}, set(), set())
    return render([Source(0, FilePlace("p.py"), program, program)], {0: kept} if keeps else {})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_render(case: Case) -> None:
    assert rendered(case.program, case.keeps).code == case.code


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_rendered_is_python(case: Case) -> None:
    ast.parse(rendered(case.program, case.keeps).code)


def test_each_line_says_its_step() -> None:
    text = rendered("a = 1\nb = 2\nc = f(\n    a)", (0, 2))
    assert text.lines == {1: 10, 2: 12, 3: 12}
