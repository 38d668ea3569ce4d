"""One program that must behave under clew as it does without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Case:
    """A program, what lies beside it, and how it is called. It must print the same twice in a row.

    `program` is text, or bytes where the encoding matters; `files` are written beside it; `needs` are modules
    without which the case is skipped; `since` is the first Python version that can run it; `quick` cases are part
    of the default test run.
    """

    name: str
    program: str | bytes
    files: Mapping[str, str] = field(default_factory=dict)
    argv: tuple[str, ...] = ()
    stdin: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    since: tuple[int, int] = (3, 11)
    quick: bool = False
