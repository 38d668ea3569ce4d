"""A session's program, changed: another text, or other values for variables that are given once."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from clew.analysis.notebooks import is_notebook, read_notebook
from clew.errors import BadSetting, BrokenSource, FileMissing
from clew.model.places import CellPlace, FilePlace, Source
from clew.replay.choosing import without_wrappers
from clew.replay.recorded import Recorded

AROUND = re.compile(r"\A\s*%%(time|capture(\s+--\S+)*)[ \t]*(\n|$)")
"""Magics that run their cell once, and bind no name of their own."""


def program_of(recorded: Recorded) -> tuple[Source, ...]:
    """Give the sources of a session's program as they were, cells without magics such as `%%time` around them."""
    return tuple(without_wrappers(recorded.sources))


def edited(recorded: Recorded, path: Path) -> tuple[Source, ...]:
    """Give the sources of a session's program as a file has them now; the program stands where it stood."""
    if not path.is_file():
        raise FileMissing(str(path))
    if is_notebook(path) == recorded.is_script:
        kind = "a script" if recorded.is_script else "cells"
        raise BadSetting(f"{path}: the session ran {kind}")
    if not recorded.is_script:
        return cells(path)
    text = path.read_text(encoding="utf-8")
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise BrokenSource(str(path), error.lineno or 0, f"SyntaxError: {error.msg}") from None
    return (Source(0, recorded.sources[0].place, text, text),)


def cells(path: Path) -> tuple[Source, ...]:
    """Give the cells of a notebook as sources, in their order."""
    found = []
    for number, cell in enumerate(each for each in read_notebook(path) if each.text.strip()):
        text = AROUND.sub("", cell.text, count=1)
        found.append(Source(number, CellPlace(number + 1, cell.number), text, python_of(text)))
    return tuple(found)


def python_of(text: str) -> str:
    """Give a cell as Python compiles it."""
    try:
        ast.parse(text)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager  # only cells with magics need it

        return str(TransformerManager().transform_cell(text))  # type: ignore[no-untyped-call]  # IPython has no types
    return text


def with_values(sources: Sequence[Source], values: Mapping[str, object]) -> tuple[Source, ...]:
    """Give variables other values where the program gives them theirs; BadSetting where it does so never or often."""
    found = list(sources)
    for name, value in values.items():
        places = [(at, node) for at, source in enumerate(found) for node in givers(source, name)]
        if len(places) != 1:
            raise BadSetting(f"{name} is {'given more than once' if places else 'not given'} at the top of the program")
        at, node = places[0]
        found[at] = with_value(found[at], node, written(name, value))
    return tuple(found)


def givers(source: Source, name: str) -> list[ast.expr]:
    """Find the expressions whose value a variable is given at the top level of a source."""
    found = []
    for node in ast.parse(source.python).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=given)], value=value) if given == name:
                found.append(value)
            case ast.AnnAssign(target=ast.Name(id=given), value=ast.expr() as value) if given == name:
                found.append(value)
            case _:
                pass
    return found


def written(name: str, value: object) -> str:
    """Write a value down; BadSetting for one that has no literal."""
    text = repr(value)
    try:
        same = ast.literal_eval(text) == value
    except (ValueError, SyntaxError):
        same = False
    if not same:
        raise BadSetting(f"{name}: {type(value).__name__} is no value that can be written down (edit the program)")
    return text


def with_value(source: Source, node: ast.expr, text: str) -> Source:
    """Put other text in the place of an expression."""
    lines = source.python.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: (node.end_lineno or node.lineno) - 1])) + (node.end_col_offset or 0)
    whole = source.python.encode()
    python = (whole[:start] + text.encode() + whole[end:]).decode()
    return replace(source, text=python if source.text == source.python else source.text, python=python)


def spoken_places(sources: Sequence[Source], places: Sequence[tuple[tuple[int, int], ast.stmt]]) -> tuple[str, ...]:
    """Say where statements stand: `line 3`, `cell 2, line 1`."""
    by_number = {source.number: source for source in sources}
    said = []
    for (number, _), node in places:
        place = by_number[number].place
        cell = "" if isinstance(place, FilePlace) else f"cell {place.cell or place.count}, "
        said.append(f"{cell}line {node.lineno}")
    return tuple(said)
