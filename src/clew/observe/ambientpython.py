"""Hidden state of Python itself and of its standard library."""

from __future__ import annotations

import os
import sys

from xxhash import xxh3_64_intdigest

from clew.model.standard import standard
from clew.model.typed import Any, Callable
from clew.observe.memory import memory
from clew.observe.seen import Probe, Seen, SeenDict, SeenEqual

Look = Callable[[], int]

HEADER = object.__basicsize__
TWISTER = 4 + 624 * 4  # bytes of the Mersenne Twister: where it stands, and its state


def _begin_random() -> Look:
    shared, getstate = sys.modules["random"]._inst, sys.modules["_random"].Random.getstate
    getstate(shared)  # fails for a program's own stand-in, of which we see nothing
    held = object.__getattribute__(shared, "__dict__")
    seen = SeenEqual()
    block = _proved_random(shared, getstate(shared))
    if block is None:
        return lambda: seen.look((getstate(shared), held.get("gauss_next")))
    digest = xxh3_64_intdigest
    return lambda: seen.look((digest(block), held.get("gauss_next")))


def _proved_random(shared: Any, told: tuple[int, ...]) -> Any:
    """The generator's memory, if it says what the generator says."""
    block = memory(id(shared) + HEADER, TWISTER)
    index, *state = memoryview(bytes(block)).cast("I")
    return block if told == (*state, index) else None


def _begin_environ() -> SeenDict:
    environ = os.environ
    held = object.__getattribute__(environ, "__dict__")["_data"]
    if type(held) is not dict:
        raise AttributeError("_data")
    return SeenDict(held, versions="ctypes" in sys.modules)


def _begin_list(name: str) -> Look:
    module, seen = sys.__dict__, Seen()

    def look() -> int:
        held = module[name]
        return seen.look(held[:] if type(held) is list else (held,))

    return look


def _begin_cwd() -> Look:
    seen = SeenEqual()
    getcwd = os.getcwd

    def look() -> int:
        try:
            return seen.look(getcwd())
        except OSError:  # the folder is gone
            return seen.look(None)

    return look


def _begin_limits() -> Look:
    seen = SeenEqual()
    return lambda: seen.look((sys.getrecursionlimit(), sys.get_int_max_str_digits()))


def _begin_decimal() -> Look:
    context_type = sys.modules["decimal"].Context
    variable: list[Any] = []
    copy_context = standard("contextvars").copy_context
    seen = SeenEqual()

    def look() -> int:
        # `getcontext` would make the thread's context, and later changes of `DefaultContext` would not reach it.
        if not variable:
            variable.extend(one for one in copy_context() if one.name == "decimal_context")
        context = variable[0].get(None) if variable else None
        if context is None or type(context) is not context_type:
            return seen.count
        return seen.look((context.prec, context.rounding, context.Emin, context.Emax, context.capitals, context.clamp))

    return look


def _begin_locale() -> Look:
    query, everything = sys.modules["_locale"].setlocale, sys.modules["_locale"].LC_ALL
    seen = SeenEqual()
    return lambda: seen.look(query(everything, None))


def _begin_warnings() -> Look:
    module = sys.modules["warnings"].__dict__
    seen = Seen()

    def look() -> int:
        filters = module["filters"]
        return seen.look(filters[:] if type(filters) is list else (filters,))

    return look


PYTHON_PROBES = (
    Probe("random", "random", _begin_random),
    Probe("environ", "os", _begin_environ),
    Probe("sys.path", "sys", lambda: _begin_list("path")),
    Probe("sys.argv", "sys", lambda: _begin_list("argv")),
    Probe("cwd", "os", _begin_cwd),
    Probe("sys.limits", "sys", _begin_limits),
    Probe("decimal", "decimal", _begin_decimal),
    Probe("locale", "_locale", _begin_locale),
    Probe("warnings", "warnings", _begin_warnings),
)
