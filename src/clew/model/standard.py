"""Modules of the standard library that are loaded when they are first needed, in the middle of the user's program.

What is there from the start makes every program start later. What comes later must not be taken from the program's own
folder, where a `dis.py` may stand, nor be what the program gets when it asks for its own, nor be run with builtins that
the program has replaced.
"""

from __future__ import annotations

import builtins
import os
import sys
from _frozen_importlib_external import PathFinder
from _thread import get_ident

from clew.model.quick import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _frozen_importlib import ModuleSpec
    from collections.abc import Sequence
    from types import ModuleType
    from typing import Any

FOLDER = os.path.dirname(os.__file__)
FOLDERS = (FOLDER, os.path.join(FOLDER, "lib-dynload"))


PYTHONS = dict(vars(builtins))
"""What `builtins` holds before the program begins."""


class StandardFinder:
    """Finds modules in the standard library, for one thread; `found` are their names."""

    def __init__(self) -> None:
        self.thread = get_ident()
        self.found: list[str] = []

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module that stands in no package; what is built in is for the next finder."""
        if path is not None or get_ident() != self.thread or name in sys.builtin_module_names:
            return None
        self.found.append(name)
        return PathFinder.find_spec(name, FOLDERS, target)


def as_it_is(module: Any) -> Any:
    """Give the module itself; where we are isolated from the program, a copy stands in for it."""
    return module


ISOLATED = [as_it_is]
"""What makes a module ours alone."""


@cache
def standard(name: str) -> Any:
    """Give a module of the standard library."""
    finder = StandardFinder()
    modules, before = sys.modules, frozenset(sys.modules)
    strangers = {each: modules.pop(each) for each in sys.stdlib_module_names & modules.keys() if is_strange(each)}
    replaced = {each: vars(builtins).get(each) for each in PYTHONS if vars(builtins).get(each) is not PYTHONS[each]}
    vars(builtins).update({each: PYTHONS[each] for each in replaced})
    sys.meta_path.insert(0, finder)
    try:
        return ISOLATED[-1](__import__(name))
    finally:
        sys.meta_path.remove(finder)
        for each, held in replaced.items():
            put_back(each, held)
        # The program loads its own: what it has replaced (`builtins.__import__`) is asked as it would be without us.
        for each in modules.keys() - before:
            if each.partition(".")[0] in finder.found:
                del modules[each]
        modules.update(strangers)


def put_back(name: str, held: object) -> None:
    """Put back what the program has in place of a builtin, or nothing where it deleted it."""
    if held is None:
        vars(builtins).pop(name, None)
    else:
        vars(builtins)[name] = held


def is_strange(name: str) -> bool:
    """Tell whether a loaded module only has the name of one of the standard library."""
    path = getattr(sys.modules[name], "__file__", None)
    return type(path) is str and name != "__main__" and not path.startswith(FOLDER)
