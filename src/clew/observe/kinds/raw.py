"""Reading the attributes of library objects without running anything of theirs."""

from __future__ import annotations

import sys
from types import ModuleType

from clew.knowledge.lines import identity
from clew.model.typed import Any, Iterable, Mapping
from clew.observe.digests import ATOMS, of_mapping, of_text
from clew.observe.kind import Digest, Reach

_NOTHING: Mapping[str, Any] = {}

INERT_MODULES = frozenset({"datetime", "decimal", "fractions", "uuid", "pathlib", "zoneinfo", "re", "ipaddress"})
INERT_TYPES = frozenset(
    {
        "builtins.range",
        "builtins.type",
        "numpy.dtype",
        "pandas._libs.interval.Interval",
        "pandas._libs.missing.NAType",
        "pandas._libs.tslibs.nattype.NaTType",
        "pandas._libs.tslibs.period.Period",
        "pandas._libs.tslibs.timedeltas.Timedelta",
        "pandas._libs.tslibs.timestamps.Timestamp",
        "pandas.Interval",
        "pandas.Period",
        "pandas.Timedelta",
        "pandas.Timestamp",
    }
)


_MODULE_OF = type.__dict__["__module__"].__get__
_QUALNAME_OF = type.__dict__["__qualname__"].__get__


def type_name(cls: type) -> str:
    """Return `module.qualname` of a class, past whatever its metaclass does."""
    return f"{module_name(cls)}.{_QUALNAME_OF(cls)}"


def module_name(cls: type) -> str:
    """Return the module that a class says it is from; some made in C say nothing."""
    try:
        return str(_MODULE_OF(cls))
    except AttributeError:
        return ""


def attributes(x: object) -> Mapping[str, Any]:
    """Return an object's own `__dict__`, or nothing where it has none."""
    try:
        found = object.__getattribute__(x, "__dict__")
    except AttributeError:
        return _NOTHING
    return found if type(found) is dict else _NOTHING


def attribute(x: object, name: str, default: Any = None) -> Any:
    """Return one attribute that a library's own C, Cython or `__slots__` type holds, past any `__getattr__`."""
    try:
        return object.__getattribute__(x, name)
    except AttributeError:
        return default


def loaded(module: str, name: str) -> Any:
    """Return something of a library that the program has imported, or None."""
    held = sys.modules.get(module)
    return ModuleType.__getattribute__(held, "__dict__").get(name) if isinstance(held, ModuleType) else None


def inert(cls: type) -> bool:
    """Tell whether instances of exactly this type hold no state that could change."""
    if cls in ATOMS:
        return True
    module, name = module_name(cls), type_name(cls)
    generic = loaded("numpy", "generic")
    if generic is not None and module == "numpy" and issubclass(cls, generic):
        return name != "numpy.void"
    return module in INERT_MODULES or name in INERT_TYPES


def lively(values: list[object]) -> list[object]:
    """Return those of the values that can have state of their own, each once."""
    suspects = {cls for cls in set(map(type, values)) if not inert(cls)}
    if not suspects:
        return []
    return list({identity(value): value for value in values if type(value) in suspects}.values())


def state_reach(pairs: Iterable[tuple[str, Any]]) -> Reach:
    """Lead to the values of named attributes, each by its name."""
    return Reach(parts={name: (value,) for name, value in pairs if type(value) not in ATOMS})


def state_digest(x: object, pairs: Iterable[tuple[str, Any]]) -> Digest:
    """Digest named attributes, each by its name: atoms by content, everything else by identity."""
    return Digest(class_digest(x), {name: of_mapping(((name, value),)) for name, value in pairs})


def class_digest(x: object) -> int:
    """Digest which class an object has, by its name: the same in every process."""
    return of_text(type_name(type(x)))
