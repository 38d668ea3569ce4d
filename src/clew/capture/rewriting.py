"""Rewriting a source for a recorder: cells are, in the process that runs them; scripts were before theirs began."""

from __future__ import annotations

import ast
import gc

from clew.capture.recorder import Recorder
from clew.rewrite.transform import rewrite


def rewritten(recorder: Recorder, tree: ast.Module, source: int) -> ast.Module:
    """Rewrite the tree of a source, and have the recorder learn what its markers stand for."""
    collecting = gc.isenabled()
    gc.disable()  # thousands of objects, most of them soon gone: they are not to make Python go through all there is
    try:
        tree, plan = rewrite(tree, recorder.listing.offsets())
        recorder.learn(plan, source)
    finally:
        if collecting:
            gc.enable()
    return tree
