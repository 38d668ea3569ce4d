"""What a statement reads, worked out just before it runs."""

from __future__ import annotations

import io
from types import ModuleType

from clew.capture.classes import Classes
from clew.capture.making import made_by
from clew.capture.settings import Settings
from clew.capture.submodules import Submodules, words_of
from clew.model.effects import Effect, Read, Reason
from clew.model.resources import Ambient, Cell, Module, Name
from clew.model.standard import standard
from clew.model.statements import SHOWN, WHOLE, Access
from clew.model.typed import Collection, Iterable, Mapping
from clew.observe.atoms import ATOMS
from clew.observe.heap import Heap
from clew.observe.ours import holds_users_code
from clew.observe.stamps import is_standard_path

WORD = r"[^\W\d]\w*"
LONGEST = 400  # letters of what may be a path

NOBODY: frozenset[str] = frozenset()

Accesses = Mapping[str, Collection[Access]]


def whole(names: Iterable[str]) -> dict[str, Collection[Access]]:
    """Every name, as a whole."""
    return dict.fromkeys(names, (WHOLE,))


def may_be_path(text: str) -> bool:
    """Tell whether a text may name a file."""
    return len(text) <= LONGEST and not ("\n" in text or "\r" in text or "\0" in text)


class Reader:
    """Works out reads from the namespace and the heap; `patched` are the modules that the program changed."""

    def __init__(self, namespace: dict[str, object], heap: Heap) -> None:
        self.namespace = namespace
        self.heap = heap
        self.submodules = Submodules()
        self.classes = Classes()
        self.settings = Settings()
        self.patched: set[str] = set()
        self.stored: dict[str, set[str]] = {}  # attributes of modules that the program stored, by module
        self.mentioned: frozenset[str] = frozenset()  # all names that functions reached last may look up

    def bound(self, names: Iterable[str]) -> set[str]:
        """Those of the names that are bound."""
        return {name for name in names if name in self.namespace}

    def called_names(self, names: Iterable[str], called: frozenset[str] = NOBODY) -> set[str]:
        """The global names that functions reached from these variables may look up, and so on from there.

        Those `called` are not used otherwise: where they are classes, what makes an instance counts, and no other method.
        """
        found: set[str] = set()
        todo = list(names)
        seen = set(todo)
        self.mentioned = frozenset()
        values = {name: self.namespace[name] for name in todo if name in self.namespace and name in called}
        made = made_by(values, called, self.heap)
        while todo:
            asked = todo.pop()
            survey = self.heap.survey(asked) if asked not in made else None
            looked_up = survey.names if survey else made.get(asked, NOBODY)
            self.mentioned |= looked_up
            for name in looked_up:
                if name not in seen and name in self.namespace:
                    seen.add(name)
                    found.add(name)
                    todo.append(name)
        return found

    def words(self, texts: Iterable[str]) -> set[str]:
        """The variables that texts mention: of a query, a formula, a command."""
        mentioned = {word for text in texts for word in standard("re").findall(WORD, text)}
        return self.bound(mentioned)

    def texts(self, names: Iterable[str]) -> list[str]:
        """The texts and paths that are the values of variables, or stand in small lists and dicts of them."""
        values = [self.namespace[name] for name in names if name in self.namespace]
        held = [element for value in values for element in _elements(value)]
        return [text for value in [*values, *held] if (text := _text(value)) and may_be_path(text)]

    def reads(self, accesses: Accesses, reason: Reason = Reason.OBSERVED) -> list[Effect]:
        """The effects of reading these variables: their binders, and the last writers of what they lead to."""
        effects: list[Effect] = []
        for name, ways in accesses.items():
            if name not in self.namespace:
                continue
            effects.append(Read(Name(name), reason))
            value = self.namespace[name]
            if type(value) in ATOMS:
                continue
            if all(way.kind == SHOWN for way in ways):
                if value is self.namespace.get("_oh"):
                    continue
                ways = (WHOLE,)
            if type(value) is ModuleType:
                effects += self.module_reads(value, ways)
            effects += [Read(cell, reason) for cell in self.cells(name, ways)]
        return effects

    def is_simple(self, name: str, value: object) -> bool:
        """Tell whether reading a variable reads nothing but its binding: it leads to nothing written and to no code."""
        cls = type(value)
        if cls in ATOMS:
            return True
        survey = self.heap.survey(name)
        if cls is ModuleType or survey is None or survey.names or survey.active or survey.functions:
            return False
        touched = self.heap.touched
        return all(found.isdisjoint(touched) for found in (survey.cells, survey.keys, survey.lent))

    def cells(self, name: str, ways: Collection[Access]) -> list[Cell]:
        """One cell for each last writer of what a variable leads to."""
        return self.heap.written(name, ways)

    def spoken(self, accesses: Accesses, words: Collection[str]) -> list[Effect]:
        """What is read because words speak of it, beside these variables."""
        if not (self.submodules.imported or self.classes.put or self.classes.bases or self.settings.kinds):
            return []
        values = {name: self.namespace[name] for name in accesses if name in self.namespace}
        found = [*self.submodules.reads(values.values(), words), *self.classes.reads(values, accesses, words)]
        return [*found, *self.settings.depth(values.values())]

    def depth(self, names: Iterable[str]) -> list[Effect]:
        """How deep calls may go, where the program changed that and these variables lead to code that recurs."""
        if not self.settings.kinds:
            return []
        return self.settings.depth([self.namespace[name] for name in names if name in self.namespace])

    def words_of(self, names: Iterable[str]) -> frozenset[str]:
        """The names and attributes that the code behind variables speaks of."""
        return words_of([self.namespace[name] for name in names if name in self.namespace])

    def module_reads(self, module: ModuleType, ways: Collection[Access]) -> list[Effect]:
        """A module that the program changed is read with its changes."""
        name = ModuleType.__getattribute__(module, "__dict__").get("__name__")
        stored = self.stored.get(name, set())
        if not stored or holds_users_code(module):
            return []
        wanted = {way.key for way in ways if way.kind == "attribute" and not way.stored}
        said = stored if any(way.kind == "whole" for way in ways) else stored & (wanted | {""})
        return [Read(Module(name, attribute)) for attribute in sorted(said)]

    def own_modules(self) -> frozenset[str]:
        """The variables that are modules of the user's own."""
        held = self.namespace.items()
        return frozenset(name for name, value in held if type(value) is ModuleType and holds_users_code(value))

    def patches(self, tops: Iterable[str]) -> list[Effect]:
        """What calling into libraries reads, where the program changed them."""
        changed = {name.partition(".")[0] for name in self.patched} & set(tops)
        return [Read(Ambient(f"{top} as patched"), Reason.ASSUMED) for top in sorted(changed)]

    def patched_builtins(self, names: Iterable[str]) -> list[Effect]:
        """Builtins that the program made, and that a statement reads."""
        made = self.stored.get("builtins", set())
        return [Read(Module("builtins", name)) for name in names if name in made and name not in self.namespace]

    def imported(self, modules: Iterable[str]) -> list[Effect]:
        """Modules that the program changed, and that a statement imports."""
        wanted = [(name, attribute) for name in ("sys",) for attribute in self.stored.get(name, ())]
        wanted += [(name, attribute) for name, _, attribute in (module.rpartition(".") for module in modules)]
        return [Read(Module(name, attribute)) for name, attribute in wanted if attribute in self.stored.get(name, ())]

    def figure(self, figure: object) -> list[Effect]:
        """The changes of the figure that pyplot draws on now."""
        return [Read(cell) for cell in self.heap.written_at(self.heap.figures([figure]))]

    def plain(self, names: Collection[str]) -> set[str]:
        """Those of the names that are bound, and not to an open file."""
        if not names:
            return set()
        return {name for name in self.bound(names) if not type(self.namespace[name]).__module__.startswith("_io")} | {
            name for name in self.bound(names) if type(self.namespace[name]) in (io.StringIO, io.BytesIO)
        }


def _elements(value: object) -> Iterable[object]:
    if type(value) in (list, tuple) and len(value) <= 50:  # type: ignore[arg-type]  # exact containers
        return list(value)  # type: ignore[call-overload,no-any-return]  # the same
    if type(value) is dict and len(value) <= 50:
        return list(value.values())
    return ()


def _text(value: object) -> str:
    if type(value) is str:
        return value
    return str(value) if is_standard_path(value) else ""
