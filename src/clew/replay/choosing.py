"""Which statements of a recorded session's sources are to run again."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping

from clew.analysis.outline import outline
from clew.model.events import Step
from clew.model.places import CellPlace, Source

LOADERS = frozenset({"load_ext", "reload_ext", "unload_ext"})


def chosen_statements(source: Source, steps: Iterable[Step], chosen: Collection[int]) -> set[int]:
    """The numbers of a source's statements that chosen steps are of, or that did not run and stand under such ones."""
    own = [step for step in steps if step.source == source.number]
    ran = {step.statement for step in own}
    kept = {step.statement for step in own if step.number in chosen}
    if not kept:
        return kept
    for statement in outline(ast.parse(source.python)).statements:
        if statement.number not in ran and statement.parent in kept:
            kept.add(statement.number)
    return kept


def supplied_statements(
    source: Source, steps: Iterable[Step], supplied: Mapping[int, Mapping[str, object]]
) -> dict[int, dict[str, object]]:
    """Values of variables by the statement that had made them, of those that a source's steps had."""
    found: dict[int, dict[str, object]] = {}
    for step in steps:
        if step.source == source.number and step.number in supplied:
            found.setdefault(step.statement, {}).update(supplied[step.number])
    return found


def without_wrappers(sources: Iterable[Source]) -> Iterator[Source]:
    """Leave out cells under a magic such as `%%time` of which the code was recorded as a source of its own."""
    waiting: Source | None = None
    for source in sources:
        if waiting is not None and not is_wrapper(waiting, source):
            yield waiting
        waiting = source
    if waiting is not None:
        yield waiting


def is_wrapper(source: Source, following: Source) -> bool:
    """Tell whether a cell is a magic around the source that follows."""
    if not isinstance(source.place, CellPlace) or source.place != following.place:
        return False
    return source.python.lstrip().startswith("get_ipython().run_cell_magic(")


def speaks_to_clew(node: ast.stmt) -> bool:
    """Tell whether a statement is a magic that loads clew or asks it something."""
    match node:
        case ast.Expr(ast.Call(ast.Attribute(attr="run_line_magic"), [ast.Constant(magic), ast.Constant(str(words))])):
            return magic == "clew" or (magic in LOADERS and words.split()[:1] == ["clew"])
        case _:
            return False
