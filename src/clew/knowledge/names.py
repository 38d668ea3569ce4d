"""What a callable is called, found without running any code of the user's.

Names are those of the definition: `pandas.DataFrame.head` even for an instance of a user's subclass, as long as the
subclass overrides nothing of the library's. Python lets a function claim any name (`functools.wraps` copies the one
of the function it wraps), so a claim counts only where the code behind it comes from the same library.
"""

from __future__ import annotations

import functools
import sys
import types
from typing import Any

# C getters: they run no metaclass, no `__getattribute__` and no property of the user's.
class_names: Any = type.__dict__["__dict__"].__get__
class_mro: Any = type.__dict__["__mro__"].__get__
class_module: Any = type.__dict__["__module__"].__get__
class_qualname: Any = type.__dict__["__qualname__"].__get__

# Modules whose functions are methods of an instance that nobody sees.
HIDDEN_OWNERS = ("random", "numpy.random")

# Packages that come as a part of another, under a name of their own.
SAME_HOUSE = {"mpl_toolkits": "matplotlib"}

# What a class body has in its namespace without having overridden anything.
BOOKKEEPING = frozenset(
    "__module__ __qualname__ __doc__ __dict__ __weakref__ __slots__ __annotations__ __annotate__ __annotate_func__ "
    "__annotations_cache__ __firstlineno__ __static_attributes__ __classcell__ __orig_bases__ __parameters__ "
    "__abstractmethods__ _abc_impl __type_params__ _metadata".split()
)

# Attributes of these kinds compute what they give: what is called is not the definition.
COMPUTED = (property, functools.cached_property, types.GetSetDescriptorType, types.MemberDescriptorType)


def type_name(cls: type) -> str:
    """Name a class: `module.qualname`."""
    return f"{_text(class_module(cls))}.{class_qualname(cls)}"


def function_name(callee: object) -> str:
    """Name a callable for a reader; what it is a part of, where it has no name of its own."""
    if type(callee) is functools.partial:
        return function_name(callee.func)
    if type(callee) is types.FunctionType:
        return _function(callee)
    names = callee_names(callee)
    if names and not names[0].endswith(".__call__"):
        return names[0]
    if type(callee) is types.MethodType:
        return function_name(callee.__func__)
    return _claim(callee) or (names or unbound_names(callee) or (type_name(type(callee)),))[0]


def callee_names(callee: object) -> tuple[str, ...]:
    """Names under which facts about a callable may be kept, the most derived class first.

    Empty where none can be trusted: partials (their arguments are shifted), functions taken from a class unbound,
    functions that wrap others.
    """
    kind = type(callee)
    if issubclass(kind, type):
        return (type_name(callee),)  # type: ignore[arg-type]
    if kind is types.FunctionType:
        name = _function(callee)
        return () if "<" in name or "." in callee.__qualname__ else (name,)  # type: ignore[attr-defined]
    if kind is types.MethodType:
        function: object = callee.__func__  # type: ignore[attr-defined]
        return _bound(callee, callee.__self__, function)  # type: ignore[attr-defined]
    if issubclass(kind, types.BuiltinFunctionType):
        return _builtin(callee)
    if kind is types.MethodWrapperType:
        return method_names(callee.__self__, callee.__name__)  # type: ignore[attr-defined]
    return _callable_object(callee)


def unbound_names(callee: object) -> tuple[str, ...]:
    """Name a method in C that was taken from its class (`str.lower`): its first argument is the object before the dot."""
    if type(callee) in (types.MethodDescriptorType, types.WrapperDescriptorType):
        return (f"{type_name(callee.__objclass__)}.{callee.__name__}",)  # type: ignore[attr-defined]
    return ()


def method_names(owner: object, attribute: str) -> tuple[str, ...]:
    """Names under which facts about `owner.attribute(...)` may be kept, the most derived class first.

    Empty where the attribute is the instance's own, or is computed.
    """
    is_class = isinstance(owner, type) if type(owner) is not types.ModuleType else False
    if not is_class and attribute in _own_names(owner):
        return ()
    line: tuple[type, ...] = class_mro(owner if is_class else type(owner))
    if not is_class and not _plain_lookup(line):
        return ()
    for depth, definer in enumerate(line):
        names = class_names(definer)
        if attribute in names:
            return _candidates(line, depth, attribute, names[attribute], is_class)
    return ()


def _candidates(line: tuple[type, ...], depth: int, attribute: str, definition: object, is_class: bool) -> tuple[str, ...]:
    """Name a definition found in the class at `depth` of a line of classes."""
    definer = line[depth]
    family = _family(_text(class_module(definer)))
    kind = type(definition)
    if issubclass(kind, COMPUTED) or (is_class and kind not in (classmethod, staticmethod, types.ClassMethodDescriptorType)):
        if not (is_class and issubclass(kind, types.BuiltinFunctionType)):  # static methods of C classes
            return ()
    code = definition.__func__ if kind in (classmethod, staticmethod) else definition  # type: ignore[attr-defined]
    if type(code) is types.FunctionType and _home_family(code) != family:
        return (function_name(code),)
    if _overridden(line, depth, family):
        return ()
    heirs = (cls for cls in line[: depth + 1] if definer in class_mro(cls))
    return tuple(f"{type_name(cls)}.{attribute}" for cls in heirs)


def _overridden(line: tuple[type, ...], depth: int, family: str) -> bool:
    """Tell whether a class of another family stands before the definer and overrides anything: all may differ then."""
    for place, cls in enumerate(line[:depth]):
        if _family(_text(class_module(cls))) == family:
            continue
        later = [class_names(other) for other in line[place + 1 : -1]]
        for name in class_names(cls):
            if name not in BOOKKEEPING and (_is_hook(name) or any(name in names for names in later)):
                return True
    return False


def _is_hook(name: str) -> bool:
    """Tell whether a name is one that Python or a library calls by itself (`__missing__`, `__array_ufunc__`)."""
    return name.startswith("__") and name.endswith("__")


def _plain_lookup(line: tuple[type, ...]) -> bool:
    """Tell whether attributes of instances are looked up as usual."""
    found = (class_names(cls).get("__getattribute__") for cls in line)
    return all(look is None or type(look) is types.WrapperDescriptorType for look in found)


def _own_names(owner: object) -> dict[str, object]:
    """Give an instance's own attributes, where it has a plain `__dict__`."""
    for cls in class_mro(type(owner)):
        getter = class_names(cls).get("__dict__")
        if getter is not None:
            found = getter.__get__(owner) if type(getter) is types.GetSetDescriptorType else None
            return found if type(found) is dict else {}
    return {}


def _function(function: Any) -> str:
    """Name a Python function: as it claims, if its code lives in the library it claims; else by its code."""
    claimed, home = function.__module__, _home(function)
    if type(claimed) is str and _family(claimed) == _family(home):
        return f"{claimed}.{function.__qualname__}"
    return f"{home}.{function.__code__.co_qualname}"


def _home(function: Any) -> str:
    return _text(function.__globals__.get("__name__"))


def _home_family(function: object) -> str:
    return _family(_home(function))


def _builtin(callee: Any) -> tuple[str, ...]:
    """Name a function or a bound method written in C."""
    owner = callee.__self__
    if owner is None or type(owner) is types.ModuleType:
        module = callee.__module__  # None for a static method of a class
        return (f"{module}.{callee.__qualname__}",) if type(module) is str else ()
    return _hidden(callee, callee.__name__) or method_names(owner, callee.__name__)


def _bound(method: object, owner: object, function: object) -> tuple[str, ...]:
    """Name a bound method, if it is still what its class defines under its name."""
    name = _own_text(function, "__name__")
    hidden = _hidden(method, name)
    if hidden or not name:
        return hidden
    line = class_mro(owner if isinstance(owner, type) else type(owner))
    defined = next((class_names(cls)[name] for cls in line if name in class_names(cls)), None)
    if type(defined) in (types.FunctionType, classmethod):
        inner = defined.__func__ if type(defined) is classmethod else defined
        if inner is not function:
            return ()
    return method_names(owner, name)


def _hidden(callee: object, name: str) -> tuple[str, ...]:
    """Name a method of an instance that a module keeps to itself and offers as its function."""
    for module in HIDDEN_OWNERS:
        loaded = sys.modules.get(module)
        if type(loaded) is types.ModuleType and loaded.__dict__.get(name) is callee:
            return (f"{module}.{name}",)
    return ()


def _callable_object(callee: object) -> tuple[str, ...]:
    """Name an instance that can be called: a ufunc, a dispatcher, a compiled function, or by its class's `__call__`."""
    kind = type(callee)
    name = _own_text(callee, "__name__")
    if type_name(kind) == "numpy.ufunc":
        return tuple(f"{module}.{name}" for module in ("numpy", "scipy.special") if _offers(module, name, callee))
    claim = _claim(callee)
    home = _family(_text(class_module(kind)))
    if claim and (home == _family(claim) or class_qualname(kind).endswith("cython_function_or_method")):
        return () if "." in _own_text(callee, "__qualname__") or "<" in claim else (claim,)
    return method_names(callee, "__call__") if kind is not functools.partial else ()


def _offers(module: str, name: str, value: object) -> bool:
    loaded = sys.modules.get(module)
    return type(loaded) is types.ModuleType and loaded.__dict__.get(name) is value


def _claim(callee: object) -> str:
    """Give the name that a C function or an instance made to look like a function goes by, or nothing."""
    module, name = _own_text(callee, "__module__"), _own_text(callee, "__qualname__")
    return f"{module}.{name}" if module and name else ""


def _own_text(value: object, attribute: str) -> str:
    """Read an attribute that is a text: from an instance's own dictionary, or by a getter written in C."""
    own = _own_names(value).get(attribute)
    if type(own) is str:
        return own
    for cls in class_mro(type(value)):
        getter = class_names(cls).get(attribute)
        if getter is not None:
            found = getter.__get__(value) if type(getter) in _C_GETTERS else None
            return found if type(found) is str else ""
    return ""


_C_GETTERS = (types.GetSetDescriptorType, types.MemberDescriptorType)


def _family(module: str) -> str:
    """Name the library that a module belongs to; the standard library is one."""
    first = module.partition(".")[0]
    return "builtins" if first in sys.stdlib_module_names else SAME_HOUSE.get(first, first)


def _text(value: object) -> str:
    return value if type(value) is str else "?"

