"""Which settings a statement asks for by name: `os.environ["HOME"]`, `rcParams["font.size"]`, `pd.options.mode.copy`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

HOLDERS = frozenset({"environ", "environb", "rcParams", "options"})
"""Names under which settings are kept."""

ASKERS = frozenset({"getenv", "get_option"})
"""Functions that are asked for a setting."""

GETTERS = frozenset({"get", "__getitem__", "pop", "setdefault"})
SETTERS = frozenset({"update", "__setitem__", "putenv"})
ANY = ""
"""Stands for a setting that the text does not name."""

Asked = tuple[str, str]  # how the settings are spoken of, and which


def settings_of(nodes: Sequence[ast.AST]) -> frozenset[Asked]:
    """The settings that code asks for; those that it only sets are none of them."""
    spoken: set[int] = set()  # nodes that speak of settings as a part of what has been told already
    found: set[Asked] = set()
    changed = {id(node.target) for node in nodes if isinstance(node, ast.AugAssign)}
    for node in nodes:
        for said, key in _told(node, id(node) in changed):
            spoken.add(id(said))
            found |= set() if key is None else {(_word(said), key)}
    loose = (node for node in nodes if id(node) not in spoken and _word(node) in HOLDERS | ASKERS)
    return frozenset(found | {(_word(node), ANY) for node in loose})


def _told(node: ast.AST, changed: bool) -> Iterator[tuple[ast.AST, str | None]]:
    """What speaks of settings in a node, and which setting is asked for; None where it is only set."""
    match node:
        case ast.Subscript(value=said, slice=ast.Constant(value=str(key)), ctx=context) if _word(said) in HOLDERS:
            # What is taken away has to be there.
            yield said, key if changed or isinstance(context, ast.Load | ast.Del) else None
        case ast.Compare(left=ast.Constant(value=str(key)), ops=[ast.In() | ast.NotIn()], comparators=[said]) if (
            _word(said) in HOLDERS
        ):
            yield said, key
        case ast.Call(func=ast.Attribute(value=said, attr=way), args=[ast.Constant(value=str(key)), *_]) if (
            way in GETTERS and _word(said) in HOLDERS
        ):
            yield said, key
        case ast.Call(func=ast.Attribute(value=said, attr=way)) if way in SETTERS and _word(said) in HOLDERS:
            yield said, None
        case ast.Call(func=said, args=[ast.Constant(value=str(key)), *_]) if _word(said) in ASKERS:
            yield said, key
        case ast.Attribute(value=ast.Attribute(value=said, attr=group), attr=name, ctx=context) if (
            _word(said) == "options"
        ):
            yield said, f"{group}.{name}" if changed or isinstance(context, ast.Load) else None
        case _:
            return


def _word(node: ast.AST) -> str:
    match node:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return word
        case _:
            return ""
