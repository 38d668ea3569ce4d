"""Names in compiled code, read off its bytes: `dis` takes a hundred times as long, and loads much."""

from __future__ import annotations

from clew.model.quick import cache
from clew.model.standard import standard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

LOAD_GLOBAL = "LOAD_GLOBAL"  # its argument says in the last bit what else it does


def names_used(code: CodeType, operations: tuple[str, ...]) -> frozenset[str]:
    """The names that code, what is within it left out, uses in some of the operations that name one."""
    shifts, extended = shifts_of(operations), numbers()["EXTENDED_ARG"]
    names, held = code.co_names, code.co_code
    found = set()
    high = 0
    for operation, low in zip(held[::2], held[1::2], strict=True):
        argument = high | low
        high = argument << 8 if operation == extended else 0
        if operation in shifts:
            found.add(names[argument >> shifts[operation]])
    return frozenset(found)


FORMATS = ("FORMAT_VALUE", "FORMAT_SIMPLE", "FORMAT_WITH_SPEC")  # until Python 3.12, and from 3.13 on


def formats(code: CodeType) -> bool:
    """Tell whether code puts values into texts: f-strings, or `%` where it has a text with one."""
    known = numbers()
    held = code.co_code[::2]
    if any(known[each] in held for each in FORMATS if each in known):
        return True
    return known["BINARY_OP"] in held and any(type(each) is str and "%" in each for each in code.co_consts)


@cache
def shifts_of(operations: tuple[str, ...]) -> dict[int, int]:
    """The operations that this Python has, by number, and how far from the right the argument's number of a name is."""
    known = numbers()
    return {known[each]: int(each == LOAD_GLOBAL) for each in operations if each in known}


@cache
def numbers() -> dict[str, int]:
    """The operations of this Python."""
    found: dict[str, int] = standard("opcode").opmap
    return found
