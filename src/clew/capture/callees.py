"""What can be told of a callee before it runs."""

from __future__ import annotations

import builtins
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
)

from clew.knowledge.facts import CalleeFacts
from clew.knowledge.lines import class_mro, class_names
from clew.knowledge.names import callee_names, method_names
from clew.knowledge.registry import Knowledge
from clew.model.quick import deque
from clew.model.statements import HiddenCall
from clew.model.typed import Iterable, Sequence
from clew.observe.atoms import ATOMS
from clew.observe.heap import Heap

CONTAINERS = (list, dict, set, deque, bytearray)
CALLABLES = (BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType, type)
OWN_PURE = CalleeFacts(pure_if_inert=True)


class Callees:
    """Finds what is known about callees: from packs for libraries, from their code for the program's own."""

    def __init__(self, namespace: dict[str, object], knowledge: Knowledge, heap: Heap) -> None:
        self.namespace = namespace
        self.knowledge = knowledge
        self.heap = heap

    def facts(self, names: Sequence[str], callee: object) -> CalleeFacts | None:
        """What is known of a callee that goes by these names."""
        return (self.knowledge.about_first(names) if names else None) or self.own_facts(callee)

    def own_facts(self, callee: object) -> CalleeFacts | None:
        """What the code of one of the program's own functions says: that it changes no plain data, or nothing."""
        if type(callee) is not FunctionType or callee.__globals__ is not self.namespace or callee.__closure__:
            return None
        from clew.analysis.purity import changes_nothing  # a program that calls none of its own need not load it

        return OWN_PURE if changes_nothing(callee.__code__, self.code_of) else None

    def code_of(self, name: str) -> CodeType | bool:
        """The code of a function by its name, or whether using the variable is harmless."""
        value = self.namespace.get(name, self)
        if value is self:
            return False
        if type(value) is FunctionType:
            return value.__code__ if value.__globals__ is self.namespace and not value.__closure__ else False
        return type(value) in ATOMS or type(value) in CONTAINERS

    def liveliness(self, names: Iterable[str]) -> tuple[bool, bool]:
        """Whether operations on what these variables lead to may run the user's code; whether they lead to functions."""
        lively = functions = False
        for name in names:
            survey = self.heap.survey(name)
            if survey is not None:
                lively = lively or survey.active or survey.overflow
                functions = functions or (survey.functions and self.own_facts(self.namespace[name]) is None)
        return lively, functions

    def hands_on(self, paths: Iterable[str]) -> bool:
        """Tell whether one of these arguments is a callable that may change what it is called with."""
        values = [self.resolved(path) for path in paths]
        return any(type(value) in CALLABLES and not self.is_harmless(value) for value in values)

    def is_harmless(self, callee: object) -> bool:
        """Tell whether calling a callable changes nothing."""
        return self.knowledge.is_pure_callable(callee) or self.own_facts(callee) is not None

    def resolved(self, path: str) -> object:
        """What a dotted name stands for, as far as modules and classes say; None where code would have to run."""
        first, *rest = path.split(".")
        value = self.namespace.get(first, vars(builtins).get(first))
        for attribute in rest:
            if type(value) is ModuleType:
                value = ModuleType.__getattribute__(value, "__dict__").get(attribute)
            elif type(value) is type:
                value = defined(value, attribute)
            else:
                return None
        return value

    def hidden_names(self, hidden: HiddenCall) -> tuple[tuple[str, ...], str | None]:
        """The names of a callee written `a.b.c`, where `a` is a variable or builtin, and the variable."""
        first, *rest = hidden.path.split(".") if hidden.path else ("",)
        if first in self.namespace:
            value: object = self.namespace[first]
        elif first in vars(builtins) and not rest:
            value = vars(builtins)[first]
        else:
            return (), None
        for position, attribute in enumerate(rest):
            if type(value) is not ModuleType:
                last = position == len(rest) - 1
                return (method_names(value, attribute) if last else ()), first
            held = ModuleType.__getattribute__(value, "__dict__")
            if attribute not in held:  # made when it is asked for
                last = position == len(rest) - 1
                return ((f"{held.get('__name__')}.{attribute}",) if last else ()), first
            value = held[attribute]
        return callee_names(value), first


def defined(cls: type, attribute: str) -> object:
    """What the first class of a line that defines an attribute says that it is; None where none does."""
    return next((names[attribute] for each in class_mro(cls) if attribute in (names := class_names(each))), None)
