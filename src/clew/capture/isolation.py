"""Keeping the program's tampering out of our own work.

A program may replace `builtins.open`, delete `sorted`, or patch `os.stat`. Our modules that run beside it are loaded
with builtins, and copies of a few modules, that are theirs alone.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

COPIED = ("os", "time", "gc", "marshal", "json", "threading", "dis", "re", "stat", "struct", "zlib")


class IsolatedLoader(SourceFileLoader):
    """Loads a module of clew with builtins of its own."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code."""
        module.__dict__["__builtins__"] = BUILTINS
        super().exec_module(module)
        for name in COPIED:
            held = module.__dict__.get(name)
            if type(held) is ModuleType and held is sys.modules.get(name):
                module.__dict__[name] = copied(held)


class IsolatedFinder:
    """Finds modules of clew for the isolated loader."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find one of clew's modules; leave all others to the next finder."""
        if not name.startswith("clew."):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = IsolatedLoader(spec.loader.name, spec.loader.path)
        return spec


BUILTINS = dict(vars(builtins))
COPIES: dict[str, ModuleType] = {}


def copied(module: ModuleType) -> ModuleType:
    """A copy of a module: what is replaced in the one is not replaced in the other."""
    name = module.__name__
    if name not in COPIES:
        COPIES[name] = ModuleType(name)
        vars(COPIES[name]).update(vars(module))
    return COPIES[name]


def import_isolated(name: str) -> None:
    """Import one of clew's modules, and what it needs of clew, isolated from the program."""
    finder = IsolatedFinder()
    sys.meta_path.insert(0, finder)
    try:
        __import__(name)
    finally:
        sys.meta_path.remove(finder)
