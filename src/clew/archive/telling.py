"""What is said when nobody watches the program that saves."""

from __future__ import annotations

import os
import sys
import warnings
from functools import cache
from typing import TextIO

from clew.capture import watching
from clew.capture.saving import users_frame
from clew.model.artifacts import ArtifactRecord, Whence


def say_once(record: ArtifactRecord, stream: TextIO | None) -> None:
    """Say, the first time in this process, that an artifact's code is the whole program."""
    if record.origin.whence is Whence.SOURCE and stream is not None and first():
        stream.write(f"clew: {unwatched(record)}\n")


@cache
def _told() -> list[bool]:
    return []


def first() -> bool:
    """Tell whether this is asked for the first time in this process."""
    told = _told()
    told.append(True)
    return len(told) == 1


@cache
def _warned() -> set[str]:
    return set()


def warn_once(text: str) -> None:
    """Warn at the line of the user's that asked for it, once in this process.

    Python's own once does not do: it forgets when some library's filters come and go.
    """
    if text not in _warned():
        _warned().add(text)
        frame = users_frame(sys._getframe(1))
        warnings.warn_explicit(text, UserWarning, frame.f_code.co_filename, frame.f_lineno)


def unwatched(record: ArtifactRecord) -> str:
    """Say what an artifact of an unwatched program keeps as its code, and how to get less."""
    name = f"{record.name}@{record.version}"
    if not record.origin.code:
        return f"nobody watches this program, so {name} has no code: it was typed, and kept by nobody"
    if watching.store_of_session() is not None:
        return f"clew does not see what this process does (a child, or a fault: `clew show` says), so {name} keeps the whole program as its code"
    path = getattr(sys.modules.get("__main__"), "__file__", None)
    if "IPython" in sys.modules and not path:
        return f"nobody watches this notebook, so {name} keeps all its cells as its code (`%load_ext clew` first keeps only what makes the value)"
    file = os.path.basename(path or "the program")
    return f"nobody watches this program, so {name} keeps all of {file} as its code (`clew run {file}` keeps only what makes the value)"
