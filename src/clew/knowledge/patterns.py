"""Names of callables written briefly: `pandas.**.DataFrame.{head,tail}` stands for many.

Braces list alternatives, parted by commas or blanks, and nest. Within a part `*`, `?` and `[A-Z]` stand for letters, as
in the names of files; so `*` alone stands for one part, `get_*` for getters. `**` stands for any number of modules, none included (libraries move things from module to module, and a pack should not care); a part that
begins with a capital is a class, and no module.
"""

from __future__ import annotations

from clew.model.standard import standard
from clew.model.typed import Sequence

TOKEN = r"[{}]|[\s,]+|[^{}\s,]+"


def expanded(text: str) -> tuple[str, ...]:
    """Write out every alternative: `a.{b,c} d` gives `a.b`, `a.c` and `d`. ValueError where braces do not match."""
    tokens = standard("re").findall(TOKEN, text)
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
        deeper = bool(parts) and not is_class(parts[0])
        return matches(rest, parts) or (deeper and matches(pattern, parts[1:]))
    return bool(parts) and fits(head, parts[0]) and matches(rest, parts[1:])


def fits(pattern: str, part: str) -> bool:
    """Tell whether one part of a name is that of a pattern."""
    return pattern == part or (is_wild(pattern) and fits_wild(pattern, part))


def fits_wild(pattern: str, part: str) -> bool:
    """Tell the same where the pattern stands for more than itself."""
    head, _, tail = pattern.partition("*")
    if is_wild(head) or is_wild(tail) or "*" not in pattern:
        fits: bool = standard("fnmatch").fnmatchcase(part, pattern)
        return fits
    return len(part) >= len(head) + len(tail) and part.startswith(head) and part.endswith(tail)


def is_wild(part: str) -> bool:
    """Tell whether a part of a pattern stands for more than itself."""
    return "*" in part or "[" in part or "?" in part


def is_class(part: str) -> bool:
    """Tell whether a part of a name looks like that of a class."""
    return part.lstrip("_")[:1].isupper()


def wildness(pattern: Sequence[str]) -> int:
    """Say how little a pattern pins down; of two that match, the tamer one counts."""
    return sum(10 if part == "**" else 1 if is_wild(part) else -1 for part in pattern)
