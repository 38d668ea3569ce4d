"""Submodules: whoever imports one makes it an attribute of its package, for everybody."""

from __future__ import annotations

import sys
from types import FunctionType, ModuleType

from clew.model.effects import Bound, Effect, Read
from clew.model.resources import Module
from clew.model.typed import Collection, Iterable, Iterator
from clew.observe.atoms import ATOMS
from clew.observe.kinds.functions import NO_WORDS, spoken_words


class Submodules:
    """Knows which submodules the session's steps have imported, by package."""

    def __init__(self) -> None:
        self.known = set(sys.modules)
        self.imported: dict[str, set[str]] = {}

    def loaded(self, imports: Collection[str]) -> list[Effect]:
        """The submodules that a step's imports name, and those that it loaded into packages that were there."""
        if not imports and len(sys.modules) == len(self.known):
            return []
        found = {name for each in imports for name in parents(each) if name in sys.modules}
        if len(sys.modules) != len(self.known):
            new = sys.modules.keys() - self.known
            theirs = {name for name in new if not name.startswith("clew.")}  # what we load for ourselves is not theirs
            found |= {name for name in theirs if name.rpartition(".")[0] in self.known}
            self.known = set(sys.modules)
        pairs = sorted((package_of(name), name.rpartition(".")[2]) for name in found if "." in name)
        pairs = [(package, name) for package, name in pairs if not brings(package, name)]
        for package, name in pairs:
            self.imported.setdefault(package, set()).add(name)
        return [Bound(Module(package, name)) for package, name in pairs]

    def reads(self, values: Iterable[object], words: Collection[str]) -> list[Effect]:
        """Of the packages among some values, the submodules that words speak of."""
        if not self.imported:
            return []
        packages = {name_of(value) for value in values if type(value) is ModuleType}
        found = {package for each in packages for package in self.within(each)}
        return [
            Read(Module(each, name)) for each in sorted(found) for name in sorted(self.imported[each]) if name in words
        ]

    def guarded(self, imports: Iterable[str]) -> list[Effect]:
        """What a name goes by that its module had put into it: `sklearn.experimental` lets names into `sklearn.impute`."""
        tops = {each.partition(".")[0] for each in imports if is_let_in(*each.rpartition(".")[::2])}
        found = [package for top in sorted(tops) for package in self.within(top)]
        return [Read(Module(each, name)) for each in found for name in sorted(self.imported[each])]

    def within(self, package: str) -> list[str]:
        """The packages, at or below one, of which submodules were imported."""
        return [name for name in self.imported if name == package or name.startswith(f"{package}.")]


def is_let_in(package: str, name: str) -> bool:
    """Tell whether a module has a name that its `__getattr__` speaks of: without somebody's doing it would refuse it."""
    module = sys.modules.get(package)
    held = ModuleType.__getattribute__(module, "__dict__") if type(module) is ModuleType else {}
    guard = held.get("__getattr__")
    if type(guard) is not FunctionType or name not in held or type(held[name]) is ModuleType:
        return False
    said = guard.__code__.co_consts
    return any(
        name == each if type(each) is str else type(each) in (tuple, frozenset) and name in each for each in said
    )


class Offered:
    """Knows what modules offered when they were last asked: how many attributes they had, and those that are no modules."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[int, frozenset[str]]] = {}
        self.known: set[str] = set()
        self.within: dict[str, list[str]] = {}  # the modules of each library

    def of(self, libraries: Iterable[str]) -> dict[str, frozenset[str]]:
        """What the loaded modules of libraries offer, by their names."""
        new = sys.modules.keys() - self.known
        for name in new:
            self.within.setdefault(name.partition(".")[0], []).append(name)
        self.known |= new
        names = [name for library in libraries for name in self.within.get(library, ()) if name in sys.modules]
        return {name: self.by(name) for name in names}

    def by(self, name: str) -> frozenset[str]:
        """The attributes of a module that are not modules themselves."""
        module = sys.modules.get(name)
        if type(module) is not ModuleType:
            return frozenset()
        held = ModuleType.__getattribute__(module, "__dict__")
        count, found = self.seen.get(name, (-1, frozenset()))
        # An import asks hundreds of modules, twice. Of packages alone, attributes are first modules and then something else.
        if count != len(held) or "__path__" in held:
            found = frozenset([key for key, value in held.items() if type(value) is not ModuleType])
            self.seen[name] = len(held), found
        return found


def brings(package: str, name: str) -> bool:
    """Tell whether a package imports a submodule itself when it is first asked for it (PEP 562): nobody else need do it."""
    module = sys.modules.get(package)
    getter = ModuleType.__getattribute__(module, "__dict__").get("__getattr__") if type(module) is ModuleType else None
    if type(getter) is not FunctionType:
        return False
    words = getter.__code__.co_names
    if f"{package}.{name}" in words:
        return True
    return "import_module" in words and any(name in texts_in(table) for table in tables_of(getter))


def tables_of(function: FunctionType) -> Iterator[object]:
    """What a function's names stand for, outside of it."""
    yield from (function.__globals__[word] for word in function.__code__.co_names if word in function.__globals__)
    for cell in function.__closure__ or ():
        try:  # not `contextlib.suppress`: it would make every program start later
            yield cell.cell_contents
        except ValueError:  # nothing was assigned to it
            continue


def texts_in(table: object) -> tuple[str, ...]:
    """The texts in a list or the like."""
    if type(table) in (list, tuple, set, frozenset, dict):
        return tuple(each for each in table if type(each) is str)  # type: ignore[attr-defined]  # it is one of these
    return ()


def parents(module: str) -> Iterator[str]:
    """A module and the packages that it is in."""
    while module:
        yield module
        module = package_of(module)


def package_of(module: str) -> str:
    """The package that a module is in, by its name."""
    return module.rpartition(".")[0]


def name_of(module: ModuleType) -> str:
    """The name that a module goes by."""
    return str(ModuleType.__getattribute__(module, "__dict__").get("__name__", ""))


def words_of(values: Iterable[object]) -> frozenset[str]:
    """The names and attributes that functions, and the methods of classes, speak of."""
    found = [spoken_words(value) for value in values if type(value) not in ATOMS]
    return NO_WORDS.union(*found) if found else NO_WORDS
