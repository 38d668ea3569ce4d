"""Functions, bound methods, classes and modules: code that keeps state in closures, defaults and attributes."""

from __future__ import annotations

import gc
import sys
import types
from _operator import is_  # `operator` itself is written in Python
from _weakref import ref

from clew.analysis.bytecode import formats, names_used
from clew.knowledge.lines import class_names, identity
from clew.model.quick import lru_cache
from clew.model.standard import standard
from clew.model.typed import Any, Callable
from clew.observe.atoms import ATOMS, digest_of, digest_of_one, stateful
from clew.observe.digests import of_plain
from clew.observe.kind import Digest, Kind, Reach
from clew.observe.kinds.plain import ORDER
from clew.observe.ours import holds_users_code, is_users_class, is_users_file, is_users_module

NO_WORDS: frozenset[str] = frozenset()
NOWHERE = Reach()

WORDLESS = ATOMS | {list, dict, set, tuple, types.ModuleType}
"""Exact types of what has no code of the user's behind it, itself."""

REGISTRY = "_abc_impl"
"""The attribute behind which an abstract class keeps who was registered with it."""

BASES = type.__dict__["__bases__"].__get__
ATTRIBUTES: Callable[[types.FunctionType], dict[str, object]] = types.FunctionType.__dict__["__dict__"].__get__
NAME_READS = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")
NAME_WRITES = ("STORE_GLOBAL", "DELETE_GLOBAL")


CODE = (types.FunctionType, types.ModuleType, type)
LOOKS_UP = frozenset({"eval", "exec", "globals", "locals", "vars"})
WORD = r"[^\W\d]\w*"


@lru_cache(maxsize=4096)
def global_names(code: types.CodeType) -> frozenset[str]:
    """The global names that a function's code, or code within it, may look up."""
    read = names_used(code, (*NAME_READS, *NAME_WRITES))
    inner = [global_names(const) for const in code.co_consts if isinstance(const, types.CodeType)]
    named = read.union(*inner)
    if named & LOOKS_UP:  # it may look names up that only its texts mention
        texts = [const for const in code.co_consts if type(const) is str]
        named |= {word for text in texts for word in standard("re").findall(WORD, text)}
    return named


@lru_cache(maxsize=4096)
def code_words(code: types.CodeType) -> frozenset[str]:
    """The names and attributes that a function's code, or code within it, speaks of."""
    inner = [code_words(const) for const in code.co_consts if isinstance(const, types.CodeType)]
    return frozenset((*code.co_names, FORMAT) if formats(code) else code.co_names).union(*inner)


FORMAT = "format"
"""The word for what puts values into texts, by an f-string or `%` too."""


def is_class(value: object) -> bool:
    """Tell whether a value is a class, without asking it: `isinstance` would ask for its `__class__`."""
    return issubclass(type(value), type)


def set_names(value: object) -> frozenset[str]:
    """The global names that a function's code, or code within it, may bind or delete."""
    return code_sets(value.__code__) if type(value) is types.FunctionType else frozenset()


def code_sets(code: types.CodeType) -> frozenset[str]:
    """The global names that code may bind or delete."""
    inner = [code_sets(const) for const in code.co_consts if isinstance(const, types.CodeType)]
    return names_used(code, NAME_WRITES).union(*inner)


def spoken_words(value: Any) -> frozenset[str]:
    """The names and attributes that a function, or the methods of a user's class, speak of."""
    if type(value) in WORDLESS:
        return NO_WORDS
    if type(value) is types.FunctionType:
        return code_words(value.__code__)
    cls: type = value if is_class(value) else type(value)
    return class_words(cls) if is_users_class(cls) else NO_WORDS


def class_words(cls: type) -> frozenset[str]:
    """The names and attributes that the methods of a class speak of."""
    codes = [each.__code__ for each in class_names(cls).values() if type(each) is types.FunctionType]
    kept = SPOKEN.get(identity(cls))
    if kept is not None and len(kept[0]) == len(codes) and all(map(is_, kept[0], codes)):
        return kept[1]
    if len(SPOKEN) >= MANY:
        SPOKEN.clear()
    words = NO_WORDS.union(*map(code_words, codes))
    SPOKEN[identity(cls)] = codes, words
    return words


SPOKEN: dict[int, tuple[list[types.CodeType], frozenset[str]]] = {}
"""What the methods of classes speak of, by the address of the class, with their code, by which it is known that it holds."""

MANY = 1000


def recurs(value: Any) -> bool:
    """Tell whether a function, or a method of a user's class, speaks of itself by name."""
    cls: type = value if is_class(value) else type(value)
    codes = [value.__code__] if type(value) is types.FunctionType else []
    if not codes and is_users_class(cls):
        codes = [held.__code__ for held in class_names(cls).values() if type(held) is types.FunctionType]
    return any(code.co_name in code_words(code) | {*code.co_freevars} for code in codes)


def function_reach(value: types.FunctionType) -> Reach:
    """Closure, defaults and attributes; for the user's own imported modules, the globals that the code names."""
    if value.__globals__.get("__name__") == "__main__" and not (
        value.__closure__ or value.__defaults__ or value.__kwdefaults__ or ATTRIBUTES(value)
    ):
        return NOWHERE
    children: list[object] = [*(value.__closure__ or ()), *(value.__defaults__ or ()), *ATTRIBUTES(value).values()]
    if value.__kwdefaults__:
        children += value.__kwdefaults__.values()
    if not (named := module_globals(value)):
        return Reach(stateful(children))
    # Functions of one module share its globals: one of them may bind anew what another reads.
    where = identity(value.__globals__)
    keys = [of_plain((where, name)) for name, held in named.items() if type(held) not in CODE]
    return Reach(stateful([*children, *named.values()]), keys=keys)


def module_globals(value: types.FunctionType) -> dict[str, object]:
    """The globals that the code of a function names, where it belongs to an imported module of the user's."""
    held, name = value.__globals__, value.__globals__.get("__name__")
    if name == "__main__" or not (is_users_file(value.__code__.co_filename) or is_users_module(str(name))):
        return {}
    return {name: held[name] for name in global_names(value.__code__) if name in held}


def function_digest(value: types.FunctionType) -> Digest:
    """By code, defaults and attributes, and what it finds in a module of the user's."""
    attributes, named = ATTRIBUTES(value), module_globals(value)
    if not (attributes or named or value.__defaults__ or value.__kwdefaults__):
        return Digest(identity(value.__code__))
    held = [identity(value.__code__), *(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
    return Digest(digest_of([*held, *attributes, *attributes.values(), *named.values()]))


def cached_digest(value: Any) -> Digest:
    """By what a cached function has kept: how often it was asked is nobody's result."""
    info = type(value).cache_info(value)
    return Digest(digest_of([info.misses, info.currsize]))


def cell_reach(value: types.CellType) -> Reach:
    """What a closure's variable holds."""
    return Reach([held for held in gc.get_referents(value) if type(held) not in ATOMS])


def cell_digest(value: types.CellType) -> Digest:
    """By what it holds."""
    held = gc.get_referents(value)
    # gc does not see the atoms; a closure's variable holds at most one thing.
    return Digest(digest_of(held or _contents(value)))


def _contents(value: types.CellType) -> list[object]:
    try:
        return [value.cell_contents]
    except ValueError:
        return []


def held_reach(value: Any) -> Reach:
    """What an object of C, or one that cannot change itself, holds."""
    return Reach([held for held in gc.get_referents(value) if type(held) not in ATOMS and not _library(held)])


def _library(held: object) -> bool:
    if issubclass(type(held), type):
        return not is_users_class(held)  # type: ignore[arg-type]  # it is a class
    return type(held) is types.ModuleType and not holds_users_code(held)


def weak_reach(value: Any) -> Reach:
    """What a weak reference refers to: who has it can change that."""
    held = ref.__call__(value)
    return Reach(() if held is None or type(held) in ATOMS or _library(held) else (held,))


def constant_digest(value: Any) -> Digest:
    """It cannot change."""
    return Digest(0)


# Its `__slotnames__` are what `copyreg` has worked out for the first pickle of an instance.
HIDDEN = frozenset(
    {"__dict__", "__weakref__", "__doc__", "__module__", "__abstractmethods__", "__slotnames__", REGISTRY}
)


def class_attributes(value: type) -> dict[str, object]:
    """A class's own attributes, but for what Python keeps in there."""
    return {name: attribute for name, attribute in class_names(value).items() if name not in HIDDEN}


def class_reach(value: type) -> Reach:
    """For the user's own classes: their attributes and bases."""
    if not is_users_class(value):
        return Reach()
    bases = [base for base in (*BASES(value), type(value)) if is_users_class(base)]
    held = class_attributes(value)
    parts = {name: [attribute] for name, attribute in held.items() if type(attribute) not in ATOMS}
    return Reach(bases, parts)


def class_digest(value: type) -> Digest:
    """By its attributes."""
    if not is_users_class(value):
        return Digest(0, registered(value))
    held = class_attributes(value)
    parts = {name: digest_of_one(attribute) for name, attribute in held.items()}
    return Digest(0, parts | {ORDER: digest_of(held)} | registered(value))


def registered(value: type) -> dict[str, int]:
    """For an abstract class, by which classes were registered with it, beside its attributes."""
    if REGISTRY not in class_names(value):
        return {}
    classes = [weak() for weak in sys.modules["_abc"]._get_dump(value)[0]]
    return {REGISTRY: digest_of(sorted(identity(each) for each in classes if each is not None))}


def module_attributes(value: types.ModuleType) -> dict[str, object]:
    """The attributes of a user's own module, but for Python's."""
    held: dict[str, object] = types.ModuleType.__getattribute__(value, "__dict__")
    return {name: attribute for name, attribute in held.items() if not name.startswith("__")}


def module_reach(value: types.ModuleType) -> Reach:
    """For the user's own modules: their attributes."""
    if not holds_users_code(value):
        return Reach()
    held = module_attributes(value)
    return Reach((), {name: [attribute] for name, attribute in held.items() if type(attribute) not in ATOMS})


def module_digest(value: types.ModuleType) -> Digest:
    """By the attributes of a user's own module."""
    if not holds_users_code(value):
        return Digest(0)
    held = module_attributes(value)
    return Digest(0, {name: digest_of_one(attribute) for name, attribute in held.items()})


HOLDERS = (
    "builtins.tuple builtins.frozenset builtins.method builtins.builtin_function_or_method builtins.method-wrapper "
    "builtins.mappingproxy builtins.slice builtins.property builtins.staticmethod builtins.classmethod "
    "builtins.super builtins.wrapper_descriptor builtins.dict_keys builtins.dict_values builtins.dict_items "
    "functools.partial functools.partialmethod functools.cached_property "
    "_collections._tuplegetter operator.itemgetter operator.attrgetter operator.methodcaller "
    "builtins.memoryview"
)

KINDS = (
    Kind("function", ("builtins.function",), function_reach, function_digest),
    Kind("cached function", ("functools._lru_cache_wrapper",), held_reach, cached_digest),
    Kind("closure variable", ("builtins.cell",), cell_reach, cell_digest),
    Kind("holder", tuple(HOLDERS.split()), held_reach, constant_digest),
    Kind("weak reference", ("weakref.ReferenceType", "builtins.weakref"), weak_reach, constant_digest),
    Kind("class", ("builtins.type",), class_reach, class_digest),
    Kind("module", ("builtins.module",), module_reach, module_digest),
)
