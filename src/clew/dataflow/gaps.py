"""The text of a statement without some of the statements in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from clew.analysis.outline import span_of

ELSE = re.compile(r"\s*else\s*:\s*(#[^\n]*)?")


def without(python: str, statement: ast.stmt, gone: Collection[ast.stmt]) -> str:
    """Give a statement's text without statements in it that can go, each with the comments right above it.

    A body of which nothing is left is `pass`; an `else` of which nothing is left goes.
    """
    lines, span = python.split("\n"), span_of(statement)
    lines[span.end_line - 1] = lines[span.end_line - 1].encode()[: span.end_column].decode()
    dropped: set[int] = set()  # numbers of lines that go
    for body, before in bodies_in(statement):
        leaving = [place for place, node in enumerate(body) if node in gone]
        for place in leaving:
            dropped |= lines_of(lines, body[place], span_of(body[place - 1]).end_line if place else 0)
        if len(leaving) < len(body):
            continue
        if before is not None and (header := else_between(lines, before, body[0])):
            dropped |= header
        else:
            first = span_of(body[0])
            lines[first.line - 1] = lines[first.line - 1].encode()[: first.column].decode() + "pass"
            dropped -= {first.line}
    kept = [
        line for number, line in enumerate(lines, 1) if span.line <= number <= span.end_line and number not in dropped
    ]
    return "\n".join(kept).encode()[span.column :].decode()


def bodies_in(statement: ast.stmt) -> Iterator[tuple[list[ast.stmt], ast.stmt | None]]:
    """The bodies under a statement; with one after `else` the statement before that."""
    for node in ast.walk(statement):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                yield (
                    body,
                    node.body[-1] if name == "orelse" and isinstance(node, (ast.If, ast.For, ast.While)) else None,
                )


def can_go(lines: list[str], node: ast.stmt) -> bool:
    """Tell whether nothing else stands on a statement's lines, so that it can be left out."""
    span = span_of(node)
    before = lines[span.line - 1].encode()[: span.column].decode().strip()
    after = lines[span.end_line - 1].encode()[span.end_column :].decode().strip()
    return not before and (not after or after.startswith("#"))


def lines_of(lines: list[str], node: ast.stmt, above: int) -> set[int]:
    """The lines of a statement, of the comments right above it, and the blank ones above those, down to a line."""
    span = span_of(node)
    first = span.line
    while first - 1 > above and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    while first - 1 > above and not lines[first - 2].strip():
        first -= 1
    return set(range(first, span.end_line + 1))


def else_between(lines: list[str], before: ast.stmt, first: ast.stmt) -> set[int]:
    """The lines of the `else` between two statements, where it stands on lines of its own; none for an `elif`."""
    start, end = span_of(before).end_line + 1, span_of(first).line
    between = [number for number in range(start, end) if lines[number - 1].strip()]
    said = [number for number in between if not lines[number - 1].lstrip().startswith("#")]
    if isinstance(first, ast.If) and lines[end - 1].lstrip().startswith("elif"):
        return {end}
    return set(between) if len(said) == 1 and ELSE.fullmatch(lines[said[0] - 1]) else set()
