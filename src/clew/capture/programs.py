"""Programs as they were rewritten before, so that one that has not changed starts at once."""

from __future__ import annotations

import os
import sys

from clew import __version__
from clew.model import cache
from clew.model.data import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAKERS = tuple(
    "analysis/names.py analysis/columns.py analysis/outline.py analysis/touch.py rewrite/packing.py rewrite/plan.py rewrite/protocol.py rewrite/transform.py"
    " capture/compiling.py model/places.py model/statements.py model/data.py".split()
)
"""The modules of ours that decide what a program is rewritten to."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program ready to run: the bytes of its `.pyc`, and its source and plan, packed."""

    code: bytes
    plan: bytes


def kept(path: str, data: bytes) -> Program | None:
    """Give the program at a path with this content, if it was kept by this clew and this Python with these flags."""
    found = cache.load("programs", path, identity(path, data))
    return None if found is None else Program(*found)


def keep(path: str, data: bytes, program: Program) -> None:
    """Keep a program for the next time."""
    cache.save("programs", path, identity(path, data), (program.code, program.plan))


def identity(path: str, data: bytes) -> tuple[Any, ...]:
    """Give everything that decides what a program is rewritten and compiled to."""
    python = (sys.version, tuple(sys.flags), tuple(sys.warnoptions), sorted(sys._xoptions.items()))
    ours = (__version__, cache.stamps(PACKAGE, MAKERS))
    return (*ours, *python, os.environ.get("PYTHONNODEBUGRANGES", ""), path, data)
