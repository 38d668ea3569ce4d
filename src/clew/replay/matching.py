"""Which statement of a changed program is which unit of a session: by normal form, in their order."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from clew.analysis.codehash import DOUBTFUL, Code, codes
from clew.analysis.normalform import normal_form
from clew.analysis.outline import outline
from clew.model.places import Source
from clew.replay.units import Units
from clew.replay.work import Statement

LISTING = frozenset({"globals", "locals", "vars", "dir", "eval", "exec"})
"""Builtins by which a program gets at all of its variables."""

WORD = re.compile(r"[^\W\d]\w*")

Texts = Callable[[str], str | None]


@dataclass(frozen=True)
class Matched:
    """A changed program's statements, and the units that it no longer has, by the statement before which they stood."""

    statements: tuple[Statement, ...]
    deleted: Mapping[int, tuple[int, ...]]
    nodes: tuple[ast.stmt, ...]


@dataclass(frozen=True)
class Program:
    """A program's sources, and the texts of the modules beside it."""

    sources: tuple[Source, ...]
    texts: Texts


def placed(sources: Iterable[Source]) -> list[tuple[tuple[int, int], ast.stmt]]:
    """Give the top-level statements of sources, each with its place."""
    found = []
    for source in sources:
        table = outline(ast.parse(source.python))
        for statement, node in zip(table.statements, table.nodes, strict=True):
            if statement.parent is None:
                found.append(((source.number, statement.number), node))
    return found


def match(units: Units, before: Program, after: Program, packages: Mapping[str, str]) -> Matched:
    """Match a changed program with the units of a session; `packages` says of modules how their versions differ."""
    olds = dict(placed(before.sources))
    nodes = [olds[unit.place] for unit in units.units]
    new = placed(after.sources)
    pairs, gone = paired([key_of(node) for node in nodes], [key_of(node) for _, node in new])
    called = {number: unit.callees for number, unit in enumerate(units.units)}
    codes_before = codes(nodes, before.texts, called)
    called = {number: called[old] for number, old in pairs.items()}
    codes_after = codes([node for _, node in new], after.texts, called)
    bound = frozenset().union(*(code.form.binds for code in codes_after))
    statements = tuple(
        statement_of(number, place, node, codes_after[number], pairs.get(number), codes_before, packages, bound)
        for number, (place, node) in enumerate(new)
    )
    return Matched(statements, gone, tuple(node for _, node in new))


def key_of(node: ast.stmt) -> str:
    """Give what a statement is told by: its normal form, or its text where that is empty."""
    return normal_form(node).text or ast.dump(node)


def paired(before: Sequence[str], after: Sequence[str]) -> tuple[dict[int, int], dict[int, tuple[int, ...]]]:
    """Pair statements in their order; give for new ones the old, and the old that are gone by the new before which they were."""
    pairs: dict[int, int] = {}
    gone: dict[int, tuple[int, ...]] = {}
    for _, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        both = min(end - start, new_end - new_start)
        pairs.update((new_start + each, start + each) for each in range(both))
        if end - start > both:
            gone[new_start + both] = tuple(range(start + both, end))
    return pairs, gone


def statement_of(
    number: int,
    place: tuple[int, int],
    node: ast.stmt,
    code: Code,
    old: int | None,
    before: Sequence[Code],
    packages: Mapping[str, str],
    bound: frozenset[str],
) -> Statement:
    """Describe a statement of the changed program."""
    why = changed(node, code, None if old is None else before[old]) or other_package(node, packages)
    names = code.names | spoken_of(node, code.names, bound)
    words = code.words | frozenset(WORD.findall(text_of(node)))
    return Statement(number, place, names, code.form.binds, not isinstance(node, DOUBTFUL), old, why, words)


def spoken_of(node: ast.stmt, names: frozenset[str], bound: frozenset[str]) -> frozenset[str]:
    """Name the variables that a statement may get at by texts: all of them, if it can list them or run any code."""
    if not names.isdisjoint(LISTING):
        return bound
    return bound.intersection(WORD.findall(text_of(node)))


def text_of(node: ast.stmt) -> str:
    """Give the texts that a statement holds."""
    parts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return " ".join(parts)


def changed(node: ast.stmt, after: Code, before: Code | None) -> str:
    """Say how a statement's code is not what it was, or nothing."""
    if before is None:
        return "it is new"
    if before.form.text != after.form.text:
        return "it was edited"
    return "code that it uses was edited" if before.hash != after.hash else ""


def other_package(node: ast.stmt, packages: Mapping[str, str]) -> str:
    """Say which package that a statement imports has another version, or nothing."""
    match node:
        case ast.Import(names=names):
            tops = [each.name.partition(".")[0] for each in names]
        case ast.ImportFrom(module=str(module), level=0):
            tops = [module.partition(".")[0]]
        case _:
            return ""
    return next((f"{top} {packages[top]}" for top in tops if top in packages), "")
