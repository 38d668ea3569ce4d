"""How a program is handed to the interpreter that runs it.

The rewritten program is compiled under the user's own file name and saved as a `.pyc`, which Python runs as it runs
any program: the user's module is at the bottom of the stack, and nothing of ours is below it. A prelude in it calls
`boot.start`, which puts `__file__`, `sys.argv` and `sys.path` as they would be.
"""

from __future__ import annotations

import ast
import importlib.util
import marshal
import os
import pickle
import sys
import tempfile
from pathlib import Path

from clew.analysis.outline import is_docstring, is_future_import
from clew.model.data import dataclass
from clew.model.places import FilePlace, Source
from clew.rewrite.plan import Plan
from clew.rewrite.transform import rewrite


DEEP = 20_000
"""Levels of nesting in a program that Python can compile and we must walk."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What the program's own process must know. `argv0` is the program as the user typed it."""

    session: str
    store: str
    source: Source
    plan: Plan
    argv0: str
    folder: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Handover:
    """A folder with the compiled program in it."""

    program: str
    folder: str


def hand_over(path: str, session: str, store: str, command: tuple[str, ...]) -> Handover:
    """Rewrite and compile a program; SyntaxError and OSError are the caller's to handle."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), DEEP))
    where = os.path.abspath(path)
    data = Path(path).read_bytes()
    tree = ast.parse(data, where)
    text = importlib.util.decode_source(data)
    source = Source(0, FilePlace(where), text, text)
    tree, plan = rewrite(tree)
    folder = tempfile.mkdtemp(prefix="clew-")
    add_prelude(tree, folder)
    code = compile(tree, where, "exec", dont_inherit=True)
    program = os.path.join(folder, Path(path).stem + ".pyc")
    header = importlib.util.MAGIC_NUMBER + bytes(12)
    Path(program).write_bytes(header + marshal.dumps(code))
    orders = Orders(session, store, source, plan, path, os.path.dirname(where), command)
    Path(folder, "orders").write_bytes(pickle.dumps(orders))
    return Handover(program, folder)


def add_prelude(tree: ast.Module, folder: str) -> None:
    """Put the call of `boot.start` before the program's first statement that does anything."""
    call = ast.parse(f"__import__('clew.capture.boot', fromlist=['start']).start({folder!r})").body[0]
    place = 0
    for position, node in enumerate(tree.body):
        if not (is_future_import(node) or (position == 0 and is_docstring(node))):
            break
        place = position + 1
    tree.body.insert(place, call)
    for node in ast.walk(call):
        if "lineno" in node._attributes:
            node.lineno = node.end_lineno = 1  # type: ignore[attr-defined]  # it has a position
            node.col_offset = node.end_col_offset = 0  # type: ignore[attr-defined]  # the same
