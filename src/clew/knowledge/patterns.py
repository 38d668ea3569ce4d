"""Names of callables written briefly: `pandas.**.DataFrame.{head,tail}` stands for many.

Braces list alternatives, parted by commas or blanks, and nest; `*` stands for one dotted part, `**` for any number of
them, none included (libraries move their classes from module to module, and a pack should not care).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

TOKEN = re.compile(r"[{}]|[\s,]+|[^{}\s,]+")


def expanded(text: str) -> tuple[str, ...]:
    """Write out every alternative: `a.{b,c} d` gives `a.b`, `a.c` and `d`. ValueError where braces do not match."""
    tokens = TOKEN.findall(text)
    names, used = _alternatives(tokens, 0)
    if used != len(tokens):
        raise ValueError("a brace is closed that was never opened")
    return tuple(names)


def _alternatives(tokens: Sequence[str], start: int, nested: bool = False) -> tuple[list[str], int]:
    """Read alternatives up to the brace that closes them; give them, and where reading stopped."""
    names: list[str] = []
    current = [""]
    at = start
    while at < len(tokens) and tokens[at] != "}":
        token = tokens[at]
        if token == "{":
            inner, at = _alternatives(tokens, at + 1, nested=True)
            current = [head + tail for head in current for tail in inner]
        elif token[0] == "," or token[0].isspace():
            names += [name for name in current if name]
            current = [""]
        else:
            current = [head + token for head in current]
        at += 1
    if nested and at == len(tokens):
        raise ValueError("a brace is opened and never closed")
    return names + [name for name in current if name], at


def matches(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Tell whether the dotted parts of a name are those of a pattern."""
    if not pattern:
        return not parts
    head, rest = pattern[0], pattern[1:]
    if head == "**":
        return any(matches(rest, parts[skip:]) for skip in range(len(parts) + 1))
    return bool(parts) and head in ("*", parts[0]) and matches(rest, parts[1:])


def wildness(pattern: Sequence[str]) -> int:
    """Say how little a pattern pins down; of two that match, the tamer one counts."""
    return sum(10 if part == "**" else 1 for part in pattern if part in ("*", "**"))
