"""A program's plan comes back from its bytes as it was."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from clew.model.places import FilePlace, Source
from clew.rewrite.packing import packed, unpacked
from clew.rewrite.transform import rewrite

PROGRAMS = sorted((Path(__file__).parents[1] / "examples").rglob("*.py")) + sorted(Path(__file__).parent.glob("*.py"))
EVERYTHING = """\
import os, sys as system
from math import *
x: dict[str, list[int]] = {"a": [1]}
x["a"].append(len("\\udc80"))
f = x["a"].append
if x and (y := 3):
    with open("p") as file, file as other:
        for z in file.readlines(): x.setdefault(z, **{})
try:
    del y
except (KeyError, ValueError) as error:
    print(error.args, file=system.stdout, *x)
match x:
    case {"a": [n]} if n: pass
@f
class C(list, metaclass=type):
    def method(self): return x.k
"""


@pytest.mark.parametrize("text", [EVERYTHING, "", *[each.read_text("utf-8") for each in PROGRAMS[:20]]])
def test_a_plan_comes_back_as_it_was(text: str) -> None:
    _, plan = rewrite(ast.parse(text))
    source = Source(0, FilePlace("/p.py"), text, text)
    assert unpacked(packed(source, plan)) == (source, plan)


def test_a_source_with_another_python_comes_back() -> None:
    _, plan = rewrite(ast.parse(""))
    source = Source(0, FilePlace("/p.py"), "%pylab", "pass")
    assert unpacked(packed(source, plan)) == (source, plan)
