"""Rewriting a source for a recorder: cells are, in the process that runs them; scripts were before theirs began."""

from __future__ import annotations

import ast

from clew.capture.recorder import Recorder
from clew.rewrite.transform import rewrite


def rewritten(recorder: Recorder, tree: ast.Module, source: int) -> ast.Module:
    """Rewrite the tree of a source, and have the recorder learn what its markers stand for."""
    tree, plan = rewrite(tree, recorder.listing.offsets())
    recorder.learn(plan, source)
    return tree
