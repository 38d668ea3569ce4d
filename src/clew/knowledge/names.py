"""What a callable is called, found without running any code of the user's.

Names are those of the definition: `pandas.DataFrame.head` even for an instance of a user's subclass, as long as the
subclass overrides nothing of the library's. Python lets a function claim any name (`functools.wraps` copies the one
of the function it wraps), so a claim counts only where the code behind it comes from the same library.
"""

from __future__ import annotations

import sys
import types

from clew.knowledge.lines import Line, class_module, class_mro, class_names, class_qualname, family, line_of, type_name
from clew.model.quick import cache, partial
from clew.model.typed import Any

__all__ = ["callee_names", "class_module", "class_mro", "class_names", "function_name", "method_names", "type_name"]

# Modules whose functions are methods of an instance that nobody sees.
HIDDEN_OWNERS = ("random", "numpy.random")

# Attributes of these kinds compute what they give, or call another: what is called is not the definition.
COMPUTED = (property, partial, type(cache(len)), types.GetSetDescriptorType, types.MemberDescriptorType)
COMPUTED_BY_PYTHON = ("cached_property", "partialmethod")  # classes of `functools`

CLASS_METHODS = (classmethod, staticmethod, types.ClassMethodDescriptorType)
C_GETTERS = (types.GetSetDescriptorType, types.MemberDescriptorType)
UNBOUND = (types.MethodDescriptorType, types.WrapperDescriptorType)


def function_name(callee: object) -> str:
    """Name a callable for a reader; what it is a part of, where it has no name of its own."""
    if type(callee) is partial:
        return function_name(callee.func)
    if type(callee) is types.FunctionType:
        return _function(callee)
    names = callee_names(callee)
    if names and not names[0].endswith(".__call__"):
        return names[0]
    if type(callee) is types.MethodType:
        return function_name(callee.__func__)
    return _claim(callee) or (names or unbound_names(callee) or (type_name(type(callee)),))[0]


def callee_names(callee: Any) -> tuple[str, ...]:
    """Names under which facts about a callable may be kept, the most derived class first.

    Empty where none can be trusted: partials (their arguments are shifted), functions taken from a class unbound,
    functions that wrap others.
    """
    kind = type(callee)
    if issubclass(kind, type):
        return (type_name(callee),)
    if kind is types.FunctionType:
        name = _function(callee)
        return () if "<" in name or "." in callee.__qualname__ else (name,)
    if kind is types.MethodType:
        function: object = callee.__func__
        return _bound(callee, callee.__self__, function)
    if issubclass(kind, types.BuiltinFunctionType):
        return _builtin(callee)
    if kind is types.MethodWrapperType:
        return method_names(callee.__self__, callee.__name__)
    return _callable_object(callee)


def unbound_names(callee: Any) -> tuple[str, ...]:
    """Name a method in C that was taken from its class (`str.lower`): its first argument is the object before the dot."""
    if is_one_of(type(callee), UNBOUND):
        return (f"{type_name(callee.__objclass__)}.{callee.__name__}",)
    return ()


def method_names(owner: Any, attribute: str) -> tuple[str, ...]:
    """Names under which facts about `owner.attribute(...)` may be kept, the most derived class first.

    Empty where the attribute is the instance's own, or is computed.
    """
    kind = type(owner)
    is_class = issubclass(kind, type)
    line = line_of(owner if is_class else kind)
    if not is_class and (not line.plain or attribute in own_names(owner, line)):
        return ()
    depth = line.depth_of(attribute)
    return () if depth is None else _candidates(line, depth, attribute, is_class)


def own_names(owner: object, line: Line) -> dict[str, object]:
    """Give an instance's own attributes, where it has a plain `__dict__`."""
    found = line.own.__get__(owner) if line.own is not None else None
    return found if type(found) is dict else {}


def _candidates(line: Line, depth: int, attribute: str, is_class: bool) -> tuple[str, ...]:
    """Name what the class at `depth` of a line defines, if that is what is called through it."""
    definition = line.names[depth][attribute]
    home = line.families[depth]
    known = line.known.get((attribute, is_class))
    if known is not None and known[0] is definition:
        return known[1]
    found = _named(line, depth, attribute, is_class)
    # Who stands before it and is of another library may be changed by the program, and so change what this does.
    own = type(definition) is not types.FunctionType or family(_home(definition)) == home
    if own and all(each == home for each in line.families[:depth]):
        line.known[attribute, is_class] = definition, found
    return found


def _named(line: Line, depth: int, attribute: str, is_class: bool) -> tuple[str, ...]:
    """Work out the names of what the class at `depth` of a line defines."""
    definition = line.names[depth][attribute]
    home = line.families[depth]
    if not _gives_itself(definition, home, is_class):
        return ()
    code = definition.__func__ if is_one_of(type(definition), (classmethod, staticmethod)) else definition
    if type(code) is types.FunctionType and family(_home(code)) != home:
        return (function_name(code),)
    if line.overridden(depth):
        return ()
    return tuple([f"{line.types[heir]}.{attribute}" for heir in range(depth + 1) if line.inherits(heir, depth)])


def _gives_itself(definition: object, home: str, is_class: bool) -> bool:
    """Tell whether what a class defines is what is called through it: no property, nothing that others put there."""
    kind = type(definition)
    if kind is types.FunctionType:
        return not is_class
    if is_class:  # the rest is unbound
        return is_one_of(kind, CLASS_METHODS) or issubclass(kind, types.BuiltinFunctionType)
    return not issubclass(kind, computed()) and (_is_cython(kind) or family(class_module(kind)) in ("builtins", home))


def computed() -> tuple[type, ...]:
    """The kinds of attributes that compute what they give, of those that are loaded."""
    held = getattr(sys.modules.get("functools"), "__dict__", {})
    return (*COMPUTED, *[held[name] for name in COMPUTED_BY_PYTHON if name in held])


def _is_cython(kind: type) -> bool:
    """Tell whether a type is that of functions compiled by Cython, which no module lays claim to."""
    return type(class_module(kind)) is not str and "cython_function" in class_qualname(kind)


def _function(function: Any) -> str:
    """Name a Python function: as it claims, if its code lives in the library it claims; else by its code."""
    claimed, home = function.__module__, _home(function)
    if type(claimed) is str and family(claimed) == family(home):
        return f"{claimed}.{function.__qualname__}"
    return f"{home}.{function.__code__.co_qualname}"


def _home(function: Any) -> str:
    name = function.__globals__.get("__name__")
    return name if type(name) is str else "?"


def _builtin(callee: Any) -> tuple[str, ...]:
    """Name a function or a bound method written in C."""
    owner = callee.__self__
    if owner is None or type(owner) is types.ModuleType:
        module = callee.__module__  # None for a static method of a class
        return (f"{module}.{callee.__qualname__}",) if type(module) is str else ()
    return _hidden(callee, callee.__name__) or method_names(owner, callee.__name__)


def _bound(method: object, owner: object, function: object) -> tuple[str, ...]:
    """Name a bound method, if it is still what its class defines under its name."""
    name = function.__name__ if type(function) is types.FunctionType else _own_text(function, "__name__")
    hidden = _hidden(method, name)
    if hidden or not name:
        return hidden
    cls: Any = owner if issubclass(type(owner), type) else type(owner)
    line = line_of(cls)
    depth = line.depth_of(name)
    defined = None if depth is None else line.names[depth][name]
    inner = defined.__func__ if type(defined) is classmethod else defined
    if type(inner) is types.FunctionType and inner is not function:
        return ()
    return method_names(owner, name)


def _hidden(callee: object, name: str) -> tuple[str, ...]:
    """Name a method of an instance that a module keeps to itself and offers as its function."""
    return tuple([f"{module}.{name}" for module in HIDDEN_OWNERS if _offers(module, name, callee)])


def _offers(module: str, name: str, value: object) -> bool:
    loaded = sys.modules.get(module)
    return type(loaded) is types.ModuleType and loaded.__dict__.get(name) is value


def _callable_object(callee: object) -> tuple[str, ...]:
    """Name an instance that can be called: a ufunc, a dispatcher, a compiled function, or by its class's `__call__`."""
    kind = type(callee)
    if kind is partial or is_one_of(kind, UNBOUND):
        return ()
    if type_name(kind) == "numpy.ufunc":
        name = _own_text(callee, "__name__")
        return tuple([f"{module}.{name}" for module in ("numpy", "scipy.special") if _offers(module, name, callee)])
    claim = _claim(callee)
    if claim and (_is_cython(kind) or family(class_module(kind)) == family(claim)):
        return () if "." in _own_text(callee, "__qualname__") or "<" in claim else (claim,)
    return method_names(callee, "__call__")


def is_one_of(kind: type, kinds: tuple[type, ...]) -> bool:
    """Tell whether a type is one of these; `in` would ask its metaclass, which may be the user's."""
    return any(kind is each for each in kinds)


def _claim(callee: object) -> str:
    """Give the name that a C function or an instance made to look like a function goes by, or nothing."""
    module, name = _own_text(callee, "__module__"), _own_text(callee, "__qualname__")
    return f"{module}.{name}" if module and name else ""


def _own_text(value: object, attribute: str) -> str:
    """Read an attribute that is a text: from an instance's own dictionary, or by a getter written in C."""
    line = line_of(type(value))
    found = own_names(value, line).get(attribute)
    depth = line.depth_of(attribute)
    if type(found) is not str and depth is not None:
        getter = line.names[depth][attribute]
        found = getter.__get__(value) if is_one_of(type(getter), C_GETTERS) else None
    return found if type(found) is str else ""
