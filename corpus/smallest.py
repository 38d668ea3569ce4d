"""The 1-minimal slice: delete statements one at a time for as long as the value stays the same."""

from __future__ import annotations

import ast
from collections.abc import Callable

from clew.model.verdicts import Same
from corpus.capturing import replay
from corpus.plain import Plain
from corpus.programs import Program


def smallest_slice(program: Program, code: str, name: str, plain: Plain, most: int) -> list[str] | None:
    """Return the top-level statements of a 1-minimal part of the slice.

    None where the statements cannot be told apart (magics) or are more than `most`.
    """
    try:
        parts = top_statements(code)
    except SyntaxError:
        return None
    if len(parts) > most:
        return None
    return minimal(parts, lambda kept: _makes(program, "\n".join(kept), name, plain))


def minimal(parts: list[str], is_enough: Callable[[list[str]], bool]) -> list[str]:
    """Leave out, last first, each part without which the rest is still enough; again until none is."""
    kept, before = list(parts), None
    while kept != before:
        before = kept
        for part in range(len(kept) - 1, -1, -1):
            without = kept[:part] + kept[part + 1 :]
            if is_enough(without):
                kept = without
    return kept


def top_statements(code: str) -> list[str]:
    """Split code into the texts of its top-level statements."""
    lines = code.splitlines()
    starts = [
        min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", ()))])
        for node in ast.parse(code).body
    ]
    ends = [start - 1 for start in starts[1:]] + [len(lines)]
    return ["\n".join(lines[start - 1 : end]) for start, end in zip(starts, ends, strict=True) if end >= start]


def _makes(program: Program, code: str, name: str, plain: Plain) -> bool:
    return isinstance(replay(program, code, {name: plain.values[name]}, plain.seconds)[name], Same)
