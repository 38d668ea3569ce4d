"""Keeping the program's tampering out of our own work.

A program may replace `builtins.open`, delete `sorted`, or patch `os.stat`. Our modules that run beside it are loaded
with builtins, and copies of a few modules, that are theirs alone; what they import later on is isolated as well. They
are loaded from pictures, taken the first time; found one by one, they take three times as long.
"""

from __future__ import annotations

import builtins
import os
import sys
from _frozen_importlib import ModuleSpec  # `importlib` itself loads more than is needed
from _frozen_importlib_external import PathFinder, SourceFileLoader

from clew import __version__, model
from clew.model import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, FunctionType, ModuleType
    from typing import Any, TypeAlias

    Pictured: TypeAlias = tuple[str, str, tuple[int, int], bool, CodeType, dict[str, CodeType]]
    """A module: its name, its file, that one's state, whether it is a package, its code, methods of its classes."""

COPIED = ("os", "time", "gc", "marshal", "json", "threading", "dis", "opcode", "re", "stat", "struct", "zlib")
PATHS = ("os", "posixpath", "ntpath", "genericpath")
"""Modules that copied ones lead to, and that are copied with them."""

BUILTINS = dict(vars(builtins))
globals()["__builtins__"] = BUILTINS  # of the functions below
COPIES: dict[str, ModuleType] = {}
OURS: dict[str, ModuleType] = {}
"""Our modules by name, as they are in `sys.modules` where the program has no `clew` of its own."""

LATER = tuple(
    "clew.analysis.purity clew.knowledge.schema clew.observe.ambientlibraries clew.observe.kinds.libraries"
    " clew.observe.network clew.observe.processes".split()
)
"""The modules of ours that are loaded when a program needs them."""

STAYING = frozenset({"clew", __name__, "clew.capture.boot", "clew.capture.watching", "clew.observe.audit"})
IMPORT = builtins.__import__
DATA = "clew.model.data"
MODULE: type[ModuleType] = type(sys)
FUNCTION: Any = type(lambda: None)


class IsolatedLoader(SourceFileLoader):
    """Loads a module of clew with builtins of its own; `done` are those loaded, in the order in which they were."""

    done: list[str] = []  # noqa: RUF012  # one list for all loaders

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code."""
        module.__dict__["__builtins__"] = BUILTINS
        super().exec_module(module)
        isolate(module)
        self.done.append(module.__name__)


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


def isolate(module: ModuleType) -> None:
    """Give a module that was just loaded its own copies of others."""
    for name in COPIED:
        held = module.__dict__.get(name)
        if type(held) is MODULE and held is sys.modules.get(name):
            module.__dict__[name] = copied(held)


def copied(module: ModuleType) -> ModuleType:
    """A copy of a module: what is replaced in the one is not replaced in the other."""
    name = module.__name__
    if name not in COPIES:
        own = vars(COPIES.setdefault(name, MODULE(name)))
        own.update(vars(module), __builtins__=BUILTINS)
        for key, value in vars(module).items():
            if type(value) is FUNCTION:
                own[key] = resettled(value)
            elif type(value) is MODULE and value.__name__ in PATHS:
                own[key] = copied(value)
    return COPIES[name]


def resettled(function: FunctionType) -> FunctionType:
    """A copy of a module's function that looks names up in the copy of its module."""
    home = function.__globals__.get("__name__")
    if home not in COPIED and home not in PATHS:
        return function
    names = vars(copied(sys.modules[home]))
    made: FunctionType = FUNCTION(
        function.__code__, names, function.__name__, function.__defaults__, function.__closure__
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def begin(name: str) -> None:
    """Import the first of the modules that run beside the program."""
    # What reads and writes the cache from now on is to be isolated too.
    del sys.modules[cache.__name__], vars(model)["cache"]
    if not import_isolated(name, cache):
        # Now, for Python's own way of importing runs code that the program may have replaced.
        for each in LATER:
            import_isolated(each, cache)
    BUILTINS["__import__"] = import_later
    vars(OURS["clew.model.standard"])["ISOLATED"].append(copied)


def import_later(name: str, *more: Any, **named: Any) -> Any:
    """Import a module, as one of our modules asks (by `from ... import ...`) when the program already runs."""
    importing = any(type(finder) is IsolatedFinder for finder in sys.meta_path)  # what asks is being imported itself
    if importing or not name.startswith("clew."):
        return IMPORT(name, *more, **named)
    if name not in OURS:
        import_isolated(name, OURS[cache.__name__])
    return OURS[name]


def import_isolated(name: str, kept: Any) -> bool:
    """Import one of clew's modules, and what it needs of clew, isolated from the program; `kept` is the cache.

    Tell whether there was a picture.
    """
    maker = (__version__, __file__, kept.state(__file__))
    shown = kept.load("pictures", name, maker) or ()
    # A program that has a `clew` of its own does not see ours.
    hidden = [each for each in OURS if each not in sys.modules or sys.modules[each] is not OURS[each]]
    theirs = {each: sys.modules[each] for each in hidden if each in sys.modules}
    sys.modules.update({each: OURS[each] for each in hidden})
    pictured = shown and all(kept.state(path) == state for _, path, state, *_ in shown)
    try:
        if pictured:
            develop(shown)
        else:
            before = len(IsolatedLoader.done)
            import_slowly(name)
            kept.save("pictures", name, maker, picture(IsolatedLoader.done[before:]))
        loaded = {each: module for each, module in sys.modules.items() if each == "clew" or each[:5] == "clew."}
    finally:
        for each in hidden:
            del sys.modules[each]
        sys.modules.update(theirs)
    for each in loaded.keys() - OURS.keys() if hidden else ():
        del sys.modules[each]
    OURS.update(loaded)
    return bool(pictured)


def forget() -> None:
    """Let go of our modules before Python ends, which goes through all that is left several times.

    Not of the audit hook, which stays; and not where the program has loaded more of clew, which may be at work still.
    """
    others = [each for each, held in sys.modules.items() if each.startswith("clew.") and OURS.get(each) is not held]
    for name in OURS.keys() - STAYING if not others else ():
        vars(OURS[name]).clear()


def import_slowly(name: str) -> None:
    """Import a module as Python does, isolated."""
    finder = IsolatedFinder()
    sys.meta_path.insert(0, finder)
    try:
        IMPORT(name)
    finally:
        sys.meta_path.remove(finder)


def picture(names: Sequence[str]) -> tuple[Pictured, ...]:
    """Describe modules that are isolated, each after those that it needs."""
    found = []
    for name in names:
        loader = sys.modules[name].__loader__
        if isinstance(loader, IsolatedLoader) and (code := loader.get_code(name)) is not None:
            where = (name, loader.path, cache.state(loader.path), hasattr(sys.modules[name], "__path__"))
            found.append((*where, code, methods(sys.modules[name])))
    return tuple(found)


def methods(module: ModuleType) -> dict[str, CodeType]:
    """Compile the methods that the module's data classes need."""
    made = [held for held in vars(module).values() if type(held) is type and held.__module__ == module.__name__]
    found: dict[str, CodeType] = {}
    for cls in made:
        if "__defaults__" in vars(cls):
            found |= sys.modules[DATA].methods_of(cls)
    return found


def develop(shown: Sequence[Pictured]) -> None:
    """Load the modules of a picture."""
    new = [one for one in shown if one[0] not in sys.modules]
    for name, path, _, package, *_ in new:
        sys.modules[name] = empty(name, path, package)
    for name, *_, code, compiled in new:
        module = sys.modules[name]
        if compiled:
            sys.modules[DATA].CODES.update(compiled)  # which is loaded, for classes need it
        exec(code, module.__dict__)  # our own code, as Python's import runs it
        isolate(module)
        above, _, last = name.rpartition(".")
        setattr(sys.modules[above], last, module)


def empty(name: str, path: str, package: bool) -> ModuleType:
    """Make a module as Python does, before its code is run."""
    module = MODULE(name)
    loader = IsolatedLoader(name, path)
    spec = ModuleSpec(name, loader, origin=path, is_package=package)
    spec.has_location = True
    held = module.__dict__
    held["__spec__"], held["__loader__"], held["__file__"], held["__builtins__"] = spec, loader, path, BUILTINS
    held["__package__"] = name if package else name.rpartition(".")[0]
    if package:
        held["__path__"] = spec.submodule_search_locations = [os.path.dirname(path)]
    return module
