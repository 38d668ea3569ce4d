"""Programs as they were rewritten before, so that one that has not changed starts at once.

They are kept in the user's own cache folder and not in the store: a store may come along with somebody else's project,
and what is kept here is run.
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib

from clew import __version__
from clew.model.data import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

MOST = 200  # programs
LARGEST = 1 << 22  # bytes of one

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAKERS = (
    "analysis/names.py analysis/outline.py analysis/touch.py rewrite/plan.py rewrite/protocol.py rewrite/transform.py"
    " capture/compiling.py model/places.py model/data.py"
).split()
"""The modules of ours that decide what a program is rewritten to."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program ready to run: the bytes of its `.pyc`, and its source and plan, pickled."""

    code: bytes
    plan: bytes


def kept(path: str, data: bytes) -> Program | None:
    """Give the program at a path with this content, if it was kept by this clew and this Python with these flags."""
    try:
        where = cache_file(path)
        with open(where, "rb") as file:
            if not own(file.fileno()):
                return None
            held = file.read()
        if zlib.crc32(held[4:]) != int.from_bytes(held[:4], "little"):
            return None
        made_for, code, plan = marshal.loads(held[4:])
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return Program(code, plan) if made_for == identity(path, data) else None


def keep(path: str, data: bytes, program: Program) -> None:
    """Keep a program for the next time, unless it is huge."""
    if len(data) + len(program.code) + len(program.plan) > LARGEST:
        return
    held = marshal.dumps((identity(path, data), program.code, program.plan))
    try:
        where = cache_file(path)
        os.makedirs(os.path.dirname(where), mode=0o700, exist_ok=True)
        make_room(os.path.dirname(where))
        write_at_once(where, zlib.crc32(held).to_bytes(4, "little") + held)
    except (OSError, ValueError):
        return  # the next time takes as long as this one


def identity(path: str, data: bytes) -> tuple[Any, ...]:
    """Give everything that decides what a program is rewritten and compiled to."""
    python = (sys.version, tuple(sys.flags), tuple(sys.warnoptions), sorted(sys._xoptions.items()))
    return (__version__, makers(), *python, os.environ.get("PYTHONNODEBUGRANGES", ""), path, data)


def makers() -> tuple[tuple[int, int], ...]:
    """Tell the states of our own modules apart: who works on clew changes them."""
    seen = [os.stat(os.path.join(PACKAGE, name)) for name in MAKERS]
    return tuple((one.st_mtime_ns, one.st_size) for one in seen)


def cache_file(path: str) -> str:
    """Give the place of a program in the cache."""
    key = f"{sys.version} {tuple(sys.flags)} {path}".encode("utf-8", "surrogateescape")
    return os.path.join(cache_folder(os.environ, sys.platform), "programs", f"{zlib.crc32(key):08x}{len(path):04x}")


def cache_folder(environ: Mapping[str, str], platform: str) -> str:
    """Give clew's folder among the user's caches; OSError for a user who has none."""
    home = os.path.expanduser("~")
    if platform == "darwin":
        folder = os.path.join(home, "Library", "Caches")
    else:
        folder = environ.get("LOCALAPPDATA" if platform == "win32" else "XDG_CACHE_HOME", "")
        # The XDG rule: a path that is not absolute is to be ignored.
        folder = folder if os.path.isabs(folder) else os.path.join(home, ".cache")
    if not os.path.isabs(folder):
        raise FileNotFoundError("this user has no home folder")
    return os.path.join(folder, "clew")


def own(file: int) -> bool:
    """Tell whether an open file is the user's own, and nobody else's to write."""
    if not hasattr(os, "getuid"):
        return True
    seen = os.fstat(file)
    return seen.st_uid == os.getuid() and not seen.st_mode & 0o022


def make_room(folder: str) -> None:
    """Let the programs go that were kept longest ago, where there are too many."""
    names = os.listdir(folder)
    if len(names) < MOST:
        return
    paths = [os.path.join(folder, name) for name in names]
    for path in sorted(paths, key=os.path.getmtime)[: MOST // 4]:
        os.unlink(path)


def write_at_once(path: str, data: bytes) -> None:
    """Write a file that others see whole or not at all."""
    part = f"{path}.{os.getpid()}"
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(file, "wb") as out:
        out.write(data)
    os.replace(part, path)
