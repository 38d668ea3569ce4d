"""Functions that change nothing, as far as their own code goes.

A function that stores into no object, sets no global, and calls only what is known to change nothing, cannot change
plain data that it is given. Whoever hands it other things must look all the same.
"""

from __future__ import annotations

import types
from itertools import pairwise

from clew.model.quick import lru_cache
from clew.model.standard import standard
from clew.model.typed import Callable, Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    import dis

STORES = frozenset(
    "STORE_ATTR DELETE_ATTR STORE_SUBSCR DELETE_SUBSCR STORE_SLICE STORE_GLOBAL DELETE_GLOBAL IMPORT_NAME STORE_DEREF "
    "GET_AWAITABLE SEND LOAD_BUILD_CLASS BEFORE_WITH BEFORE_ASYNC_WITH YIELD_FROM".split()
)
BUILTINS = frozenset(
    "abs all any bool chr dict divmod enumerate float frozenset int isinstance issubclass len list max min ord pow "
    "range reversed round set sorted str sum tuple zip map filter print repr complex hash ValueError TypeError KeyError "
    "IndexError RuntimeError Exception".split()
)
METHODS = frozenset(
    "capitalize casefold count encode endswith find format index isalnum isalpha isdigit islower isnumeric isspace "
    "isupper join ljust lower lstrip partition replace rfind rindex rjust rpartition rsplit rstrip split splitlines "
    "startswith strip title translate upper zfill get items keys values copy union intersection difference decode".split()
)
ATTRIBUTES = frozenset({"LOAD_METHOD", "LOAD_ATTR"})
VARARGS, VARKEYWORDS = 0x04, 0x08  # as in `inspect`, which takes long to load
GLOBALS = frozenset({"LOAD_GLOBAL", "LOAD_NAME"})


def changes_nothing(code: types.CodeType, known: Callable[[str], types.CodeType | bool]) -> bool:
    """Tell whether a function's code can change nothing but its own variables.

    `known` answers for a global name: the code of a function to look into, or whether it is harmless to use.
    """
    needs = own_needs(code)
    if not needs and types.CodeType not in map(type, code.co_consts):
        return needs is not None  # nothing else to ask about, as for most functions that are called often
    return _harmless(code, known, set())


def _harmless(code: types.CodeType, known: Callable[[str], types.CodeType | bool], seen: set[types.CodeType]) -> bool:
    if code in seen:
        return True
    seen.add(code)
    names = own_needs(code)
    if names is None:
        return False
    used = [known(name) for name in names]
    if not all(used):
        return False
    inner = [const for const in code.co_consts if isinstance(const, types.CodeType)]
    called = [answer for answer in used if isinstance(answer, types.CodeType)]
    return all(_harmless(each, known, seen) for each in (*inner, *called))


@lru_cache(maxsize=4096)
def own_needs(code: types.CodeType) -> tuple[str, ...] | None:
    """The global names that must be harmless for code to change nothing; None where it may change something itself."""
    instructions = list(standard("dis").get_instructions(code))
    # PUSH_NULL comes with a callee that is neither a global nor a method: a parameter, or another call's result.
    if any(i.opname in STORES or i.opname == "PUSH_NULL" for i in instructions) or not _counts_only(code, instructions):
        return None
    if not {i.argval for i in instructions if i.opname in ATTRIBUTES} <= METHODS:
        return None
    return tuple([i.argval for i in instructions if i.opname in GLOBALS and i.argval not in BUILTINS])


def _counts_only(code: types.CodeType, instructions: list[dis.Instruction]) -> bool:
    """Tell whether `x += y` is done on numbers, texts and what was just made: never on what came from outside."""
    added = set(_added(instructions))
    if not added:
        return True
    if None in added or not added.isdisjoint(code.co_varnames[: _parameters(code)]):
        return False
    return all(_is_new(before, store) for before, store in pairwise(instructions) if added & _stored(store))


def _added(instructions: list[dis.Instruction]) -> Iterator[str | None]:
    """The local variables that are changed in place, or None for any other place."""
    for operation, store in pairwise(instructions):
        if operation.opname == "BINARY_OP" and operation.argrepr.endswith("="):
            yield store.argval if store.opname == "STORE_FAST" else None


def _stored(instruction: dis.Instruction) -> set[str | None]:
    """The local variables that an instruction stores, alone or with what it does besides."""
    if not instruction.opname.startswith("STORE_FAST"):
        return set()
    return set(instruction.argval) if type(instruction.argval) is tuple else {instruction.argval}


def _is_new(before: dis.Instruction, store: dis.Instruction) -> bool:
    """Tell whether a store gets a constant or the outcome of an operation, and nothing else by a jump."""
    plain = store.opname == "STORE_FAST" and not store.is_jump_target
    made = before.opname == "LOAD_CONST" or (before.opname == "BINARY_OP" and before.argrepr != "[]")
    return plain and made


def _parameters(code: types.CodeType) -> int:
    starred = sum(bool(code.co_flags & flag) for flag in (VARARGS, VARKEYWORDS))
    return code.co_argcount + code.co_kwonlyargcount + starred
