"""A program's text in, the rewritten program's code out."""

from __future__ import annotations

import ast
import marshal
import sys
import warnings
from _frozen_importlib_external import MAGIC_NUMBER, decode_source  # `importlib` itself loads more
from _io import IncrementalNewlineDecoder

from clew.analysis.outline import is_docstring, is_future_import
from clew.capture.programs import Program
from clew.model.places import FilePlace, Source
from clew.model.typed import Any
from clew.rewrite.packing import packed
from clew.rewrite.protocol import STEP
from clew.rewrite.transform import rewrite

DEEP = 20_000
"""Levels of nesting in a program that Python can compile and we must walk."""

BOM = b"\xef\xbb\xbf"
PRELUDE = "__import__('clew.capture.boot', fromlist=['start']).start()"


def compiled(where: str, data: bytes) -> tuple[Program, bool]:
    """Rewrite and compile a program; tell also whether Python warned of something in it. SyntaxError, ValueError."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, DEEP))
    warned: list[object] = []
    show = warnings.showwarning

    def noted(message: Any, *told: Any, **more: Any) -> None:
        warned.append(message)
        show(message, *told, **more)

    warnings.showwarning = noted
    try:
        return made(where, data), bool(warned)
    finally:
        warnings.showwarning = show
        sys.setrecursionlimit(limit)  # the process may be one that goes on


def made(where: str, data: bytes) -> Program:
    """Rewrite and compile a program."""
    tree = ast.parse(data, where)
    text = decoded(data)
    source = Source(0, FilePlace(where), text, text)
    tree, plan = rewrite(tree)
    add_end(tree)
    add_prelude(tree)
    code = compile(tree, where, "exec", dont_inherit=True)
    header = MAGIC_NUMBER + bytes(12)
    return Program(header + marshal.dumps(code), packed(source, plan))


def decoded(data: bytes) -> str:
    """Give the text of a program as Python reads it."""
    if data.startswith(BOM) or any(b"coding" in line for line in data.split(b"\n", 2)[:2]):
        text: str = decode_source(data)  # it loads `tokenize` and `re`, which most programs do without
        return text
    return IncrementalNewlineDecoder(None, translate=True).decode(data.decode())


def add_end(tree: ast.Module) -> None:
    """Say when the last statement is done: what happens while Python shuts down is not its doing."""
    if tree.body:
        end: ast.stmt = ast.Expr(ast.Call(ast.Name(STEP, ast.Load()), [ast.Constant(None)], []))  # no text can say it
        for part in ast.walk(end):
            if "lineno" in part._attributes:
                ast.copy_location(part, tree.body[-1])
        tree.body.append(end)


def add_prelude(tree: ast.Module) -> None:
    """Put the call of `boot.start` before the program's first statement that does anything."""
    call: ast.stmt = ast.parse(PRELUDE).body[0]
    place = 0
    for position, node in enumerate(tree.body):
        if not (is_future_import(node) or (position == 0 and is_docstring(node))):
            break
        place = position + 1
    tree.body.insert(place, call)
    for part in ast.walk(call):
        if "lineno" in part._attributes:
            part.lineno = part.end_lineno = 1  # type: ignore[attr-defined]  # it has a position
            part.col_offset = part.end_col_offset = 0  # type: ignore[attr-defined]  # the same
