"""What is written down when a value is saved: all that the program has imported and read by then, and what it runs on.

What of it the value needs is found out when its code is cut: see `completing.py`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from clew.analysis.imports import imported_tops
from clew.archive.archive import Making
from clew.archive.completing import FILE, said_hash
from clew.archive.environment import Recorded, environment
from clew.archive.git import GitState, git_state
from clew.archive.packages import packages_of
from clew.archive.variables import variables_of
from clew.model.artifacts import Input, Origin
from clew.model.data import dataclass
from clew.observe.inputs import Input as Seen

FRESH = 10.0  # seconds for which what git said of a repository counts


@dataclass(frozen=True, slots=True)
class Program:
    """The program that saves: its file (empty where it has none), and its code as far as it can be read."""

    file: str
    code: str


def making_of(origin: Origin, program: Program, seen: Iterable[Seen], recorded: Recorded) -> Making:
    """Give what is known of a value's making now."""
    files = tuple(map(input_of, seen))
    modules = [text_of(each.place) for each in files if each.place.endswith(".py")]
    inputs = (*files, *variables_of([program.code, *modules]))
    packages = packages_of(imported_tops([program.code, *modules]))
    folder = os.path.dirname(os.path.abspath(program.file)) if program.file else os.getcwd()
    return Making(origin, environment(packages, git_of(folder, time.monotonic() // FRESH), recorded), inputs)


def input_of(seen: Seen) -> Input:
    """Describe a file that was read from outside."""
    return Input(FILE, seen.path, said_hash(seen.content, seen.size), seen.size, seen.modified / 1e9)


def text_of(path: str) -> str:
    """Give the text of a file; empty where it cannot be read any more."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


@lru_cache(maxsize=4)
def git_of(folder: str, when: float) -> GitState:
    """Ask git about a folder; a loop that saves asks it once in a while."""
    del when  # only a key of the cache
    return git_state(folder)
