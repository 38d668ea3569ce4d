"""Calls whose result is thrown away, read off compiled code."""

from __future__ import annotations

from clew.model.quick import cache
from clew.model.standard import standard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dis import Instruction
    from types import CodeType

CALLS = ("CALL", "CALL_KW", "CALL_FUNCTION_EX")
ROOTS = ("LOAD_GLOBAL", "LOAD_NAME")
STEPS = ("LOAD_ATTR", "LOAD_METHOD")
OWN = ("LOAD_FAST", "LOAD_DEREF")


@cache
def discarded_calls(code: CodeType) -> frozenset[str]:
    """The callees, as dotted names that start from a global, of calls that are statements of their own; code within too."""
    found = set[str]()
    instructions: list[Instruction] = list(standard("dis").get_instructions(code))
    for at, instruction in enumerate(instructions[:-1]):
        if instruction.opname in CALLS and instructions[at + 1].opname == "POP_TOP":
            found.add(callee_before(instructions, at))
    for constant in code.co_consts:
        if type(constant) is type(code):
            found |= discarded_calls(constant)
    return frozenset(found - {""})


def callee_before(instructions: list[Instruction], at: int) -> str:
    """The dotted name that a call is written with: it begins where the call begins."""
    start = start_of(instructions[at])
    words = list[str]()
    for instruction in instructions[:at] if start is not None else ():
        if start_of(instruction) != start:
            continue
        if instruction.opname in ROOTS:
            words = [instruction.argval]
        elif instruction.opname in STEPS and words:
            words.append(instruction.argval)
        elif instruction.opname in CALLS or instruction.opname.startswith(OWN):
            words = []  # what another call gave, or something of the function's own
    return ".".join(words)


def start_of(instruction: Instruction) -> tuple[int, int] | None:
    """Where the text of an instruction begins, if the code says."""
    positions = instruction.positions
    if positions is None or positions.lineno is None or positions.col_offset is None:
        return None
    return positions.lineno, positions.col_offset
