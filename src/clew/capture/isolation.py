"""Keeping the program's tampering out of our own work.

A program may replace `builtins.open`, delete `sorted`, or patch `os.stat`. Our modules that run beside it are loaded
with builtins, and copies of a few modules, that are theirs alone.
"""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from clew import __version__, model
from clew.model import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COPIED = ("os", "time", "gc", "marshal", "json", "threading", "dis", "re", "stat", "struct", "zlib")


class IsolatedLoader(SourceFileLoader):
    """Loads a module of clew with builtins of its own."""

    def get_code(self, fullname: str) -> CodeType | None:
        """Give the module's code, from the picture if it is in it."""
        pictured = PICTURE.get(fullname)
        return super().get_code(fullname) if pictured is None else pictured[-1]

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
        if name in PICTURE:
            return pictured(name)
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


PICTURE: dict[str, tuple[str, tuple[int, int], bool, CodeType]] = {}
"""The modules that a program's start loads: file, its state, whether a package, code. Found one by one, they take
twice as long."""


def pictured(name: str) -> ModuleSpec:
    """Describe a module of the picture as Python would."""
    path, _, package, _ = PICTURE[name]
    spec = ModuleSpec(name, IsolatedLoader(name, path), origin=path, is_package=package)
    spec.has_location = True
    if package:
        spec.submodule_search_locations = [os.path.dirname(path)]
    return spec


def import_isolated(name: str) -> None:
    """Import one of clew's modules, and what it needs of clew, isolated from the program."""
    finder = IsolatedFinder()
    maker: Any = (__version__, __file__)
    PICTURE.update(cache.load("pictures", name, maker) or {})
    if any(cache.state(path) != state for path, state, _, _ in PICTURE.values()):
        PICTURE.clear()
    # What reads and writes the cache later on is to be isolated too.
    sys.modules.pop(cache.__name__)
    vars(model).pop("cache")
    sys.meta_path.insert(0, finder)
    try:
        __import__(name)
    finally:
        sys.meta_path.remove(finder)
    if not PICTURE:
        cache.save("pictures", name, maker, picture())


def picture() -> dict[str, tuple[str, tuple[int, int], bool, CodeType]]:
    """Describe the modules of clew that are loaded and isolated."""
    found = {}
    for name, module in list(sys.modules.items()):
        loader = module.__dict__.get("__loader__") if name.startswith("clew.") else None
        if isinstance(loader, IsolatedLoader) and (code := loader.get_code(name)) is not None:
            found[name] = (loader.path, cache.state(loader.path), hasattr(module, "__path__"), code)
    return found
