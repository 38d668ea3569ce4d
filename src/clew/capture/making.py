"""Which global names are looked up when a class of the program's own is called: those of the code that makes an instance."""

from __future__ import annotations

import types

from clew.knowledge.lines import class_mro, class_names, identity
from clew.model.typed import Any, Iterator, Mapping
from clew.observe.atoms import ATOMS
from clew.observe.explore import Exploration
from clew.observe.heap import Heap
from clew.observe.kinds.functions import code_words, is_class
from clew.observe.ours import is_users_class

DYNAMIC = frozenset({"getattr", "vars", "globals", "locals", "eval", "exec", "__dict__", "methodcaller", "attrgetter"})
"""Words of code that may get at methods without naming them."""

WRAPPERS = (classmethod, staticmethod)


def names_of_making(cls: type, heap: Heap) -> frozenset[str] | None:
    """The global names that making an instance may look up; None if it may run any code that the class leads to."""
    line = [each for each in class_mro(cls) if is_users_class(each)]
    members = [(name, held) for each in line for name, held in class_names(each).items()]
    if is_users_class(type(cls)) or any(is_users_class(type(held)) for _, held in members):
        return None
    inherited = {name for each in class_mro(cls)[:-1] if each not in line for name in class_names(each)}
    found = functions_run(members, inherited)
    return None if found is None else names_in(found, line, heap)


def functions_run(members: list[tuple[str, object]], inherited: set[str]) -> list[types.FunctionType] | None:
    """The functions that may run while an instance is made: those that Python and the library's classes call, and so on."""
    run: dict[int, types.FunctionType] = {}
    wanted = {name for name, _ in members if name in inherited or (name[:2] == "__" and name[-2:] == "__")}
    todo = list(wanted)
    while todo:
        name = todo.pop()
        for held in [held for each, held in members if each == name]:
            functions = list(functions_of(held))
            if not functions and callable(held):
                return None
            run |= {identity(function): function for function in functions}
            words = frozenset[str]().union(*(code_words(function.__code__) for function in functions))
            if not DYNAMIC.isdisjoint(words):
                return None
            more = {each for each, _ in members if each in words} - wanted
            wanted |= more
            todo += more
    return list(run.values())


def functions_of(held: Any) -> Iterator[types.FunctionType]:
    """The functions behind what a class holds under a name."""
    inner: tuple[Any, ...] = (held.fget, held.fset, held.fdel) if type(held) is property else (held,)
    for each in inner:
        while type(each) in WRAPPERS:
            each = each.__func__
        if type(each) is types.FunctionType:
            yield each


def names_in(functions: list[types.FunctionType], line: list[type], heap: Heap) -> frozenset[str] | None:
    """The global names that functions, and what they hold, may look up; what the classes hold besides is left out."""
    walk = Exploration()
    for each in line:
        kind = heap.kind(type(each))
        if kind is not None:
            walk.objects[identity(each)] = (each, kind)
    heap.explore(functions, walk)
    return None if walk.overflow else frozenset(walk.names)


def made_by(values: Mapping[str, Any], called: frozenset[str], heap: Heap) -> dict[str, frozenset[str]]:
    """Of variables that are only called, those that are the program's classes, with the names that calling looks up."""
    classes = {name: value for name, value in values.items() if name in called and type(value) not in ATOMS}
    found = {
        name: names_of_making(value, heap)
        for name, value in classes.items()
        if is_class(value) and is_users_class(value)
    }
    return {name: names for name, names in found.items() if names is not None}
