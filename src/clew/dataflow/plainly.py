"""The code of a notebook as plain Python: its magics put into words of Python, or left out where they only show."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from typing import Any

from clew.dataflow.magics import magic_text, only_shows
from clew.errors import CannotMakeFunction


def plain_python(code: str) -> str:
    """Write code without magics; CannotMakeFunction where Python has no words for one."""
    try:
        ast.parse(code)
    except SyntaxError as error:
        return without_magics(code, error)
    return code


def without_magics(code: str, error: SyntaxError) -> str:
    """Write code that only IPython understands."""
    try:
        transformer: Any = import_module("IPython.core.inputtransformer2").TransformerManager()
    except ImportError:
        raise CannotMakeFunction(f"line {error.lineno} of its code is for IPython, which is not installed") from None
    text: str = transformer.transform_cell(code)
    try:
        tree = ast.parse(text)
    except SyntaxError:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise CannotMakeFunction(f"line {error.lineno} of its code is no code of Python {version}") from None
    lines = text.splitlines()
    for node in reversed(tree.body):
        said = magic_text(node, script=True)
        if said is None:
            continue
        if not said.lines and not only_shows(node):
            raise CannotMakeFunction(f"line {node.lineno} of its code is a magic that Python has no words for")
        lines[node.lineno - 1 : node.end_lineno] = said.lines
    return "\n".join(lines) + "\n"
