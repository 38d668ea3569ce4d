"""Classes know more than they show: who was made from them, and what was put on those of a library."""

from __future__ import annotations

import sys
from types import ModuleType

from clew.knowledge.lines import class_module, class_mro, class_names, type_name
from clew.model.effects import Changed, Effect, Read, Reason
from clew.model.resources import Ambient
from clew.model.statements import Access
from clew.model.typed import Any, Collection, Iterable, Mapping
from clew.observe.ours import is_users_class

LIST = "__subclasses__"
SUBCLASSES = "subclasses"


class Classes:
    """Sees classes being made, and attributes being put on the public classes of imported libraries.

    An attribute replaced by another leaves the number of attributes as it was: such stores are read off the text.
    """

    def __init__(self) -> None:
        self.bases: set[str] = set()  # classes from which the session made others
        self.watched: dict[str, type] = {}
        self.spaces: list[Mapping[str, object]] = []  # what the watched classes hold, live
        self.sizes: list[int] = []
        self.put: dict[str, set[str]] = {}  # attributes that the session put on classes of libraries, and on which

    # ---- writing ----------------------------------------------------------------------------------------

    def watch(self, imports: Iterable[str]) -> None:
        """Watch the public classes of the libraries that an import names."""
        for top in {module.partition(".")[0] for module in imports}:
            module = sys.modules.get(top)
            if type(module) is ModuleType:
                held = ModuleType.__getattribute__(module, "__dict__").values()
                self.watched |= {type_name(value): value for value in list(held) if is_librarys(value, top)}
        self.spaces = [class_names(cls) for cls in self.watched.values()]
        self.sizes = [*map(len, self.spaces)]

    def made(self, values: Iterable[Any]) -> list[Effect]:
        """A step bound these values: those that are new classes are known to their bases from now on."""
        classes = [value for value in values if issubclass(type(value), type) and is_users_class(value)]
        bases = {type_name(base) for cls in classes for base in class_mro(cls)[1:-1]}
        self.bases |= bases
        return [Changed(Ambient(SUBCLASSES, name)) for name in sorted(bases)]

    def changed(self) -> list[Effect]:
        """The attributes that were put on classes of libraries since the last look."""
        sizes = [*map(len, self.spaces)]
        if sizes == self.sizes:
            return []
        found: list[tuple[str, str]] = []
        for name, space, before in zip(self.watched, self.spaces, self.sizes, strict=True):
            found += [(name, key) for key in [*space][before:] if not key.startswith("_")]
        self.sizes = sizes
        for name, key in found:
            self.put.setdefault(key, set()).add(name)
        return [Changed(Ambient(name, key)) for name, key in found]

    # ---- reading ----------------------------------------------------------------------------------------

    def reads(
        self, values: Mapping[str, Any], ways: Mapping[str, Collection[Access]], words: Collection[str]
    ) -> list[Effect]:
        """What is read by those who speak of these words."""
        found: list[Effect] = [
            Read(Ambient(name, key), Reason.ASSUMED)
            for key in self.put
            if key in words
            for name in sorted(self.put[key])
        ]
        if LIST in words and self.bases:
            asked: list[Any] = [values.get(name) for name, each in ways.items() if Access("attribute", LIST) in each]
            names = [type_name(value) if issubclass(type(value), type) else "" for value in asked]
            found += [Read(Ambient(SUBCLASSES, name)) for name in names or [""]]
        return found


def is_librarys(value: Any, top: str) -> bool:
    """Tell whether a value is a class that a library made."""
    if not issubclass(type(value), type):
        return False
    module = class_module(value)
    return type(module) is str and module.partition(".")[0] == top and top not in sys.stdlib_module_names
