"""The line of classes that an attribute is looked up along, read by C getters alone.

They run no metaclass, no `__getattribute__` and no property of the user's.
"""

from __future__ import annotations

import os
import sys
import types

from clew.model.data import dataclass
from clew.model.typed import Any, Callable, Mapping

class_names: Any = type.__dict__["__dict__"].__get__
class_mro: Any = type.__dict__["__mro__"].__get__
class_module: Any = type.__dict__["__module__"].__get__
class_qualname: Any = type.__dict__["__qualname__"].__get__

identity: Callable[[object], int] = object.__hash__
"""An object's address, turned round by four bits. `id` raises an audit event, which takes four times as long."""

PACKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "packs")

LIBRARIES = frozenset(["builtins", *(name[:-5] for name in os.listdir(PACKS) if name.endswith(".toml"))])

# Packages that come as a part of another, under a name of their own.
SAME_HOUSE = {"mpl_toolkits": "matplotlib"}

# What a class body has in its namespace without having overridden anything.
BOOKKEEPING = frozenset(
    "__module__ __qualname__ __doc__ __dict__ __weakref__ __slots__ __annotations__ __annotate__ __annotate_func__ "
    "__annotations_cache__ __firstlineno__ __static_attributes__ __classcell__ __orig_bases__ __parameters__ "
    "__abstractmethods__ _abc_impl __type_params__ _metadata".split()
)


@dataclass(frozen=True, slots=True)
class Line:
    """A class and those it inherits from, in the order of look-up; `object` is the last."""

    classes: tuple[type, ...]
    names: tuple[Mapping[str, Any], ...]  # what each class defines, live
    types: tuple[str, ...]  # what each is called
    families: tuple[str, ...]  # the library each is from
    own: Any  # what gives an instance's `__dict__`, if it has a plain one
    plain: bool  # no class changes how attributes are looked up
    known: dict[tuple[str, bool], tuple[object, tuple[str, ...]]]  # what was found to be called how, by attribute

    def depth_of(self, attribute: str) -> int | None:
        """Say which class of the line defines the attribute first."""
        for depth, names in enumerate(self.names):
            if attribute in names:
                return depth
        return None

    def inherits(self, heir: int, depth: int) -> bool:
        """Tell whether one class of the line has another above it: with several bases, not all have."""
        definer = self.classes[depth]
        return any(each is definer for each in class_mro(self.classes[heir]) or ())

    def overridden(self, depth: int) -> bool:
        """Tell whether a class of another library stands before the one at `depth` and overrides anything.

        A library's method calls others of the object's, so that one method overridden may change what all do.
        """
        home = self.families[depth]
        return any(self.families[place] != home and self._overrides(place) for place in range(depth))

    def _overrides(self, place: int) -> bool:
        later = self.names[place + 1 : -1]
        defined = (name for name in self.names[place] if name not in BOOKKEEPING)
        return any(is_hook(name) or any(name in names for names in later) for name in defined)


def line_of(cls: type) -> Line:
    """Give the line of a class. Those of the libraries we know are kept; the user's classes come, go and change."""
    key = identity(cls)
    line = KEPT.get(key)
    if line is None:
        line = _line(cls)
        if LIBRARIES.issuperset(line.families):
            KEPT[key] = line  # the line holds the class, so that its id stays its own
    return line


def _line(cls: type) -> Line:
    classes: tuple[type, ...] = class_mro(cls) or (cls, object)  # some types in C were never made ready
    names = tuple([class_names(each) or {} for each in classes])
    looks = [each["__getattribute__"] for each in names if "__getattribute__" in each]
    own = next((each["__dict__"] for each in names if "__dict__" in each), None)
    return Line(
        classes,
        names,
        tuple([type_name(each) for each in classes]),
        tuple([family(class_module(each)) for each in classes]),
        own if type(own) is types.GetSetDescriptorType else None,
        all(type(look) is types.WrapperDescriptorType for look in looks),
        {},
    )


def type_name(cls: type) -> str:
    """Name a class: `module.qualname`."""
    module = class_module(cls)
    return f"{module if type(module) is str else '?'}.{class_qualname(cls)}"


def family(module: object) -> str:
    """Name the library that a module belongs to; the standard library is one."""
    first = module.partition(".")[0] if type(module) is str else "?"
    return "builtins" if first in sys.stdlib_module_names else SAME_HOUSE.get(first, first)


def is_hook(name: str) -> bool:
    """Tell whether a name is one that Python or a library calls by itself (`__missing__`, `__array_ufunc__`)."""
    return name.startswith("__") and name.endswith("__")


KEPT: dict[int, Line] = {}
