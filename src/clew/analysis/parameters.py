"""Literals that code assigns once: what a function made of the code may take as parameters."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from clew.analysis.names import names_of

CLASSES = frozenset(
    "date datetime time timedelta Path PurePath PosixPath WindowsPath PurePosixPath Timestamp Timedelta Decimal "
    "Fraction UUID".split()
)
"""Classes, by the last word of how they are written, whose calls with literals count as literals."""

MUTABLE = (ast.List, ast.Dict, ast.Set)


class Parameter(NamedTuple):
    """A parameter: its name, the text of its default and of its type, and the statement that assigns it.

    `fresh`: the default is made anew for each call, since whoever gets it could change it.
    """

    name: str
    default: str
    annotation: str
    statement: ast.stmt
    fresh: bool


def parameters_of(code: str, statements: Iterable[ast.stmt]) -> dict[str, Parameter]:
    """Find the variables that statements give a literal and never anything else, in their order."""
    nodes = list(statements)
    times = Counter(name for node in nodes for name in bound_by(node))
    found: dict[str, Parameter] = {}
    for node in nodes:
        match node:
            case ast.Assign([ast.Name(name)], value):
                annotation = ""
            case ast.AnnAssign(ast.Name(name), said, ast.expr() as value):
                annotation = ast.unparse(said)
            case _:
                continue
        if times[name] == 1 and (annotation := annotation or type_of(value)):
            default = ast.get_source_segment(code, value) or ast.unparse(value)
            found[name] = Parameter(name, default, annotation, node, isinstance(value, MUTABLE))
    return found


def bound_by(statement: ast.stmt) -> Iterator[str]:
    """Name what a statement binds or deletes; twice what it may bind more than once, or may only change."""
    names = names_of([statement])
    yield from (*names.binds, *names.deletes)
    if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
        yield from names.binds
    for node in ast.walk(statement):
        match node:
            case ast.Global(declared):
                yield from declared  # the function may bind it
            case ast.AugAssign(ast.Name(name)):
                yield name


def type_of(value: ast.expr) -> str:
    """Write the type of a literal; empty if it is none."""
    match value:
        case ast.Constant(None):
            return "object"
        case ast.Constant(held):
            return type(held).__name__ if held is not ... else ""
        case ast.UnaryOp(ast.USub() | ast.UAdd(), operand):
            return number(type_of(operand))
        case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() | ast.Pow() | ast.FloorDiv(), right):
            return wider(number(type_of(left)), number(type_of(right)))
        case ast.BinOp(left, ast.Div(), right):
            return "float" if number(type_of(left)) and number(type_of(right)) else ""
        case ast.List(elements) | ast.Set(elements):
            return held_in("list" if isinstance(value, ast.List) else "set", elements)
        case ast.Tuple(elements):
            return of_tuple([type_of(each) for each in elements])
        case ast.Dict(keys, values):
            return of_dict(keys, values)
        case ast.Call(callee, arguments, keywords):
            written = ast.unparse(callee)
            given = [*arguments, *(keyword.value for keyword in keywords)]
            return written if written.rpartition(".")[2] in CLASSES and all(map(type_of, given)) else ""
    return ""


def number(said: str) -> str:
    """Give a type back if it is a number's."""
    return said if said in ("int", "float", "complex") else ""


def wider(left: str, right: str) -> str:
    """Write the type of what two numbers give."""
    return max(left, right, key=("int", "float", "complex").index) if left and right else ""


def held_in(container: str, elements: Iterable[ast.expr]) -> str:
    """Write the type of a list or set with these elements; empty if one is no literal."""
    types = [type_of(each) for each in elements]
    if not all(types):
        return ""
    return f"{container}[{either(types)}]" if types else container


def of_tuple(types: list[str]) -> str:
    """Write the type of a tuple of these; empty if one is no literal."""
    if not all(types):
        return ""
    return (
        f"tuple[{types[0]}, ...]" if len(types) > 3 and len(set(types)) == 1 else f"tuple[{', '.join(types) or '()'}]"
    )


def of_dict(keys: Iterable[ast.expr | None], values: Iterable[ast.expr]) -> str:
    """Write the type of a dict with these keys and values; empty if one is no literal."""
    pairs = [(type_of(key) if key else "", type_of(value)) for key, value in zip(keys, values, strict=True)]
    if not all(key and value for key, value in pairs):
        return ""
    return f"dict[{either([k for k, _ in pairs])}, {either([v for _, v in pairs])}]" if pairs else "dict"


def either(types: list[str]) -> str:
    """Write a type that all of these are of."""
    found = list(dict.fromkeys(types))
    return " | ".join(found) if len(found) < 3 else "object"
