"""A statement's text with parts of it replaced or taken out, the rest as the user wrote it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from clew.analysis.deletions import Stretch, offsets, whole_lines
from clew.analysis.outline import span_of


def edited(python: str, statement: ast.stmt, changes: Mapping[ast.Call, str | None]) -> str:
    """Give a statement's text with calls in it replaced; a call for which None stands goes, where it can.

    A call can go where it is a statement of its own.
    """
    raw = python.encode()
    starts = offsets(raw)
    span = span_of(statement)
    first, last = starts[span.line] + span.column, starts[span.end_line] + span.end_column
    alone = {expression.value: expression for expression, _ in expressions(statement)}
    sole = {expression.value for expression, body in expressions(statement) if len(body) == 1}
    stretches: list[Stretch] = []
    for call, text in changes.items():
        start, end = starts[call.lineno] + call.col_offset, starts[call.end_lineno or 0] + (call.end_col_offset or 0)
        if text is not None:
            stretches.append((start, end, text.encode()))
        elif call in alone:
            stretches.append((start, end, b"pass") if call in sole else whole_lines(raw, start, end))
    for start, end, new in sorted(stretches, reverse=True):
        raw = raw[:start] + new + raw[end:]
        last += len(new) - (end - start)
    return raw[first:last].decode().rstrip("\n")


def expressions(statement: ast.stmt) -> Iterator[tuple[ast.Expr, list[ast.stmt]]]:
    """The expressions that are statements of their own under a statement, each with the body it stands in."""
    for node in ast.walk(statement):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                yield from ((inner, body) for inner in body if isinstance(inner, ast.Expr))
