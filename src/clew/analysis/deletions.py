"""Code with one statement less, each in its turn: whole compounds before what stands in them, the last first."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from clew.model.data import dataclass

BODIES = ("body", "orelse", "finalbody")
Stretch = tuple[int, int, bytes]  # from, to, and what comes there: offsets in bytes


@dataclass(frozen=True, slots=True)
class Deletion:
    """What is deleted, as text and by its first line (from 1), and the code without it."""

    line: int
    text: str
    without: str


def statements_in(code: str) -> int:
    """Count the statements of code, those within others too; docstrings and `pass` are none."""
    return sum(1 for _ in deletable(ast.parse(code)))


def deletions(code: str) -> Iterator[Deletion]:
    """Delete each statement that can go alone."""
    raw = code.encode()
    starts = offsets(raw)
    for node, alone in deletable(ast.parse(code)):
        first = min([node, *getattr(node, "decorator_list", ())], key=lambda each: each.lineno)
        start = starts[first.lineno] + first.col_offset - (1 if first is not node else 0)  # the @ of a decorator
        end = starts[node.end_lineno or 0] + (node.end_col_offset or 0)
        is_elif = raw[start:end].startswith(b"elif")
        new = (start, end, b"pass") if alone and not is_elif else whole_lines(raw, start, end)
        without = (raw[: new[0]] + new[2] + raw[new[1] :]).decode()
        if parses(without):
            yield Deletion(first.lineno, raw[start:end].decode(), without)


def deletable(node: ast.AST) -> Iterator[tuple[ast.stmt, bool]]:
    """Find the statements under a node, and whether each is the only one of its body."""
    for body in reversed([*bodies_of(node)]):
        for each in reversed(body):
            if isinstance(each, ast.Pass) or is_docstring(node, each, body):
                continue
            yield each, len(body) == 1 and not isinstance(node, ast.Module)
            yield from deletable(each)


def bodies_of(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Give the bodies of a compound statement, in their order."""
    yield from (body for name in ("body",) if isinstance(body := getattr(node, name, None), list))
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body
    yield from (body for name in BODIES[1:] if isinstance(body := getattr(node, name, None), list))


def is_docstring(holder: ast.AST, node: ast.stmt, body: list[ast.stmt]) -> bool:
    """Tell whether a statement is the docstring of a function or class."""
    documented = isinstance(holder, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node is body[0]
    return documented and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def parses(code: str) -> bool:
    """Tell whether code is Python."""
    try:
        compile(code, "<code>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError:
        return False
    return True


def whole_lines(raw: bytes, start: int, end: int) -> Stretch:
    """The lines that a statement takes, where nothing else stands on them; else `pass` in its place."""
    first = raw.rfind(b"\n", 0, start) + 1
    newline = raw.find(b"\n", end)
    after = len(raw) if newline < 0 else newline + 1
    rest = raw[end:after].strip()
    if raw[first:start].strip() or (rest and not rest.startswith(b"#")):
        return (start, end, b"pass")
    return (first, after, b"")


def offsets(raw: bytes) -> dict[int, int]:
    """The offset at which each line begins, by its number from 1."""
    starts = {1: 0}
    for number, line in enumerate(raw.split(b"\n"), 1):
        starts[number + 1] = starts[number] + len(line) + 1
    return starts
