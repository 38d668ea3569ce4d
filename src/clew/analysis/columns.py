"""Which columns of a frame an expression reads, as far as its text says.

`df.groupby("k")["v"]`, `df.loc[mask, "k"]`, `df[mask]["k"]`: the table's other columns play no part. Whether the
variable is a frame is found out when the statement runs.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from clew.model.data import dataclass

KEYED = frozenset({"groupby", "set_index", "sort_values"})
"""Methods of a frame whose first argument names columns, and after which `[...]` picks columns."""

PLAIN_OPTIONS = frozenset("by as_index sort observed dropna ascending group_keys".split())


@dataclass(frozen=True, slots=True)
class Columns:
    """A variable, the columns that an expression reads of it, and the parts of the expression that are read besides."""

    name: str
    keys: tuple[str, ...]
    rest: tuple[ast.AST, ...]


NONE = Columns("", (), ())


def columns_of(node: ast.Subscript) -> Columns:
    """The columns that a subscript reads of a variable, if it is one of those that pick columns."""
    match node.value:
        case ast.Name(id=name):
            return found(name, texts(node.slice), ())
        case ast.Attribute(value=ast.Name(id=name), attr="loc"):
            match node.slice:
                case ast.Tuple(elts=[rows, picked]):
                    return found(name, texts(picked), (rows,))
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in KEYED:
            return keyed(name, node.value, node.slice)
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Compare() | ast.BinOp() | ast.UnaryOp() | ast.Call()):
            return found(name, texts(node.slice), (node.value.slice,))
    return NONE


def keyed(name: str, call: ast.Call, picked: ast.expr) -> Columns:
    """`df.groupby("k")["v"]`: the columns grouped by, and those picked."""
    options = {keyword.arg: keyword.value for keyword in call.keywords}
    if len(call.args) > 1 or not options.keys() <= PLAIN_OPTIONS:
        return NONE
    given = [*call.args, *([options.pop("by")] if "by" in options else [])]
    by = texts(given[0]) if len(given) == 1 else ()
    return found(name, (*by, *texts(picked)), tuple(options.values())) if by and texts(picked) else NONE


def found(name: str, keys: tuple[str, ...], rest: tuple[ast.AST, ...]) -> Columns:
    """The columns, if there are any."""
    return Columns(name, keys, rest) if keys else NONE


def texts(node: ast.expr) -> tuple[str, ...]:
    """The texts that an expression is: one, or a list of them; nothing for anything else."""
    listed: Sequence[ast.expr] = node.elts if isinstance(node, ast.List) else [node]
    said = [each.value for each in listed if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return tuple(said) if len(said) == len(listed) else ()
