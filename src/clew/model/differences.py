"""How two artifacts differ, as plain facts."""

from __future__ import annotations

from clew.model.data import dataclass
from clew.model.typed import StrEnum


class Finding(StrEnum):
    """What came of comparing two things."""

    SAME = "same"
    DIFFERS = "differs"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things compared: what came of it, and the differences, or why nobody can tell, a line each."""

    finding: Finding
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """How one artifact differs from another, each called `name@version`.

    `causes` are those of code, inputs and environment that can be why the values differ, in a few words each.
    """

    before: str
    after: str
    value: Part
    code: Part
    inputs: Part
    environment: Part
    causes: tuple[str, ...] = ()
