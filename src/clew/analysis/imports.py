"""What code imports: the modules on top, by name."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable

LINE = re.compile(r"^\s*(?:import\s+(?P<many>[\w., \t]+)|from\s+(?P<one>[\w.]+)\s+import\b)", re.MULTILINE)


def imported_tops(codes: Iterable[str]) -> frozenset[str]:
    """Name the topmost modules that some codes import, wherever in them, the standard library's left out."""
    found = {name.partition(".")[0] for code in codes for name in imported(code)}
    return frozenset(found - sys.stdlib_module_names - {"", "__future__", "__main__"})


def imported(code: str) -> Iterable[str]:
    """Name the modules that a code imports; one that is not Python as it stands (a cell with magics) is read by lines."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return in_lines(code)
    return [name for node in ast.walk(tree) for name in of_node(node)]


def of_node(node: ast.AST) -> list[str]:
    """Name what one statement, or a call of `import_module` or `__import__` with a literal, imports."""
    match node:
        case ast.Import(names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module]
        case ast.Call(
            func=ast.Name("__import__" | "import_module") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            return [name]
    return []


def in_lines(code: str) -> list[str]:
    """Name what lines that look like imports import."""
    names: list[str] = []
    for found in LINE.finditer(code):
        many = (found["many"] or "").split(",")
        names += [found["one"]] if found["one"] else [each.split()[0] for each in many if each.strip()]
    return names
