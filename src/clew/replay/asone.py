"""Statements compiled one by one as they are compiled in one program."""

from __future__ import annotations

import ast
from copy import deepcopy
from dataclasses import dataclass
from types import CodeType

from clew.analysis.outline import is_future_import
from clew.dataflow.graph import outline_of
from clew.model.places import CellPlace, Source
from clew.replay.portions import Cutter


@dataclass
class AsOneCutter(Cutter):
    """Compiles statements as they are compiled in one program: what that imports is called in another way."""

    imports: tuple[ast.stmt, ...] = ()

    def compile(self, tree: ast.Module | ast.Expression, name: str, mode: str) -> CodeType:
        """Compile a tree with the program's imports in sight, which are not run."""
        if isinstance(tree, ast.Module) and tree.body and self.imports:
            unseen = ast.If(ast.Constant(0), [*map(deepcopy, self.imports)], [])
            for part in ast.walk(unseen):
                if "lineno" in part._attributes:
                    ast.copy_location(part, tree.body[0])
            place = sum(is_future_import(node) for node in tree.body)
            tree = ast.Module([*tree.body[:place], unseen, *tree.body[place:]], [])
        return super().compile(tree, name, mode)


def imports_of(source: Source) -> tuple[ast.stmt, ...]:
    """The imports of a program, where it was compiled as one: cells were not."""
    if isinstance(source.place, CellPlace):
        return ()
    nodes = [node for node in outline_of(source.python).nodes if isinstance(node, (ast.Import, ast.ImportFrom))]
    return tuple(node for node in nodes if not is_future_import(node))
