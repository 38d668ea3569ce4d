"""Whose code is it? The user's own modules are looked into; libraries are not."""

from __future__ import annotations

import os
import sys
from types import ModuleType

from clew.knowledge.lines import class_module
from clew.model.quick import cache

OWN_FOLDER = os.path.dirname(os.path.dirname(os.path.realpath(__file__))) + os.sep
"""Where clew's own files are, wherever it is installed."""

LIBRARY_FOLDERS = tuple(
    os.path.realpath(path) + os.sep
    for path in {
        os.path.dirname(os.__file__),
        *(sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix),
        OWN_FOLDER,
    }
)


@cache
def is_users_file(path: str) -> bool:
    """Tell whether a file is the user's own: not of the standard library, not installed."""
    where = os.path.realpath(path)
    parts = where.split(os.sep)
    installed = "site-packages" in parts or "dist-packages" in parts
    return not installed and not where.startswith(LIBRARY_FOLDERS) and not path.startswith("<")


def is_users_module(name: str) -> bool:
    """Tell whether a module, by its name, holds the user's own code."""
    if name in ("__main__", "__mp_main__"):
        return True
    if name == "builtins":
        return False
    module = sys.modules.get(name)
    return type(module) is ModuleType and holds_users_code(module)


def holds_users_code(module: ModuleType) -> bool:
    """Tell whether a module is the user's own file, or one that the program made by hand."""
    held = ModuleType.__getattribute__(module, "__dict__")
    path = held.get("__file__")
    return is_users_file(path) if type(path) is str else is_made_by_hand(held)


def is_made_by_hand(held: dict[str, object]) -> bool:
    """Tell whether a module, by what it holds, was not imported, and is no part of a library made for itself."""
    name = held.get("__name__")
    imported = held.get("__spec__") is not None or held.get("__loader__") is not None
    if imported or type(name) is not str or name == "__main__" or name[:1] == "_":
        return False
    top = sys.modules.get(name.partition(".")[0])
    above = ModuleType.__getattribute__(top, "__dict__") if type(top) is ModuleType else held
    path = above.get("__file__")
    return above is held or (type(path) is str and is_users_file(path))


def module_of(cls: type) -> str:
    """The module that a class says it is from, without running a metaclass's code."""
    held = class_module(cls)
    return held if type(held) is str else "builtins"


def is_users_class(cls: type) -> bool:
    """Tell whether a class is defined by the user's own code."""
    name = class_module(cls)  # not `module_of`: this is asked more often than anything else
    return type(name) is str and name != "builtins" and is_users_module(name)
