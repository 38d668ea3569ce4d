"""What a statement reads, worked out just before it runs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from types import ModuleType

from clew.analysis.names import WHOLE, Access
from clew.model.effects import Effect, Read, Reason
from clew.model.resources import Ambient, Cell, Module, Name
from clew.observe.heap import Heap
from clew.observe.ours import holds_users_code

WORD = re.compile(r"[^\W\d]\w*")
PATH = re.compile(r"^[^\n\r\0]{1,400}$")

Accesses = Mapping[str, Collection[Access]]


def whole(names: Iterable[str]) -> dict[str, Collection[Access]]:
    """Every name, as a whole."""
    return {name: (WHOLE,) for name in names}


class Reader:
    """Works out reads from the namespace and the heap; `patched` are the modules that the program changed."""

    def __init__(self, namespace: dict[str, object], heap: Heap) -> None:
        self.namespace = namespace
        self.heap = heap
        self.patched: set[str] = set()

    def bound(self, names: Iterable[str]) -> set[str]:
        """Those of the names that are bound."""
        return {name for name in names if name in self.namespace}

    def called_names(self, names: Iterable[str]) -> set[str]:
        """The global names that functions reached from these variables may look up, and so on from there."""
        found: set[str] = set()
        todo = list(names)
        seen = set(todo)
        while todo:
            survey = self.heap.survey(todo.pop())
            for name in survey.names if survey else ():
                if name not in seen and name in self.namespace:
                    seen.add(name)
                    found.add(name)
                    todo.append(name)
        return found

    def words(self, texts: Iterable[str]) -> set[str]:
        """The variables that texts mention: of a query, a formula, a command."""
        mentioned = {word for text in texts for word in WORD.findall(text)}
        return self.bound(mentioned)

    def texts(self, names: Iterable[str]) -> list[str]:
        """The texts and paths that are the values of variables, or stand in small lists and dicts of them."""
        values = [self.namespace[name] for name in names if name in self.namespace]
        held = [element for value in values for element in _elements(value)]
        return [text for value in [*values, *held] if (text := _text(value)) and PATH.match(text)]

    def reads(self, accesses: Accesses, reason: Reason = Reason.OBSERVED) -> list[Effect]:
        """The effects of reading these variables: their binders, and the last writers of what they lead to."""
        effects: list[Effect] = []
        for name, ways in accesses.items():
            if name not in self.namespace:
                continue
            effects.append(Read(Name(name), reason))
            value = self.namespace[name]
            if type(value) is ModuleType:
                effects += self.module_reads(value, ways)
            effects += [Read(cell, reason) for cell in self.cells(name, ways)]
        return effects

    def cells(self, name: str, ways: Collection[Access]) -> list[Cell]:
        """One cell for each last writer of what a variable leads to."""
        return list(self.heap.writers(name, ways).values())

    def module_reads(self, module: ModuleType, ways: Collection[Access]) -> list[Effect]:
        """A module that the program changed is read with its changes."""
        name = ModuleType.__getattribute__(module, "__dict__").get("__name__")
        if name not in self.patched or holds_users_code(module):
            return []
        return [Read(Module(name))]

    def patches(self, top: str) -> list[Effect]:
        """What calling into a library reads, where the program changed the library."""
        changed = any(name == top or name.startswith(f"{top}.") for name in self.patched)
        return [Read(Ambient(f"{top} as patched"), Reason.ASSUMED)] if changed else []


def _elements(value: object) -> Iterable[object]:
    if type(value) in (list, tuple) and len(value) <= 50:  # type: ignore[arg-type]  # exact containers
        return list(value)  # type: ignore[call-overload,no-any-return]  # the same
    if type(value) is dict and len(value) <= 50:
        return list(value.values())
    return ()


def _text(value: object) -> str:
    if type(value) is str:
        return value
    return str(value) if type(value) in (PosixPath, WindowsPath, PurePosixPath, PureWindowsPath) else ""
