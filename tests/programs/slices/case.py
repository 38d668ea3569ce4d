"""One program and the slice of one of its variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Case:
    """A program, a variable that it leaves, and the lines of the smallest right slice.

    `keeps` names physical lines from 1. `code` is the text where lines alone cannot say it (a line split in two).
    `spare` are kept lines that this one run could do without: branches not taken, and what only they need.
    `draws_on_luck` marks values that differ from run to run: only the lines are compared.
    """

    name: str
    program: str
    criterion: str
    keeps: tuple[int, ...] = ()
    code: str = ""
    spare: tuple[int, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    since: tuple[int, int] = (3, 11)
    draws_on_luck: bool = False
    quick: bool = False


def kept_text(case: Case) -> str:
    """Return the text of the slice that is expected."""
    lines = case.program.splitlines()
    return case.code or "".join(lines[number - 1] + "\n" for number in case.keeps)
