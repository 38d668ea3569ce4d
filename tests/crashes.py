"""Deaths at a chosen point: a child process that is killed before, between or after the things it does.

A point is a line of `clew.store`, or a call into the system or the database and its return, whoever makes it. No handler
and no `finally` runs at SIGKILL, as in a power cut; what the system was given stays.
"""

from __future__ import annotations

import fcntl
import io
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import clew.store

OURS = str(Path(clew.store.__file__).parent)
SYSTEM = ("posix", "fcntl", "_socket")
HANDLES = (sqlite3.Connection, sqlite3.Cursor, io.BufferedIOBase, io.RawIOBase)


def dies(ready: Callable[[], Callable[[], object]], point: int) -> bool:
    """Get ready and act, in a child that is killed at the `point`-th point of the act; False if it was done before."""
    child = os.fork()
    if not child:
        act = ready()
        kill_at(point)
        act()
        sys.setprofile(None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the child failed by itself"
    return os.WIFSIGNALED(status)


def points(ready: Callable[[], Callable[[], object]]) -> int:
    """How many points there are in an act, which is done in a child."""
    reads, writes = os.pipe()
    if not os.fork():
        act = ready()
        count = kill_at(-1)
        act()
        sys.setprofile(None)
        os.write(writes, str(count[0]).encode())
        os._exit(0)
    os.close(writes)
    os.wait()
    with open(reads, "rb") as said:
        return int(said.read())


def kill_at(point: int) -> list[int]:
    """Have this process kill itself at a point; the list counts them."""
    met = [0]

    def meet() -> None:
        met[0] += 1
        if met[0] == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def line(frame: FrameType, event: str, given: object) -> Any:
        if event == "line":
            meet()
        return line

    def trace(frame: FrameType, event: str, given: object) -> Any:
        return line if frame.f_code.co_filename.startswith(OURS) else None

    def profile(frame: FrameType, event: str, given: object) -> None:
        if event in ("c_call", "c_return") and given is not os.kill and is_of_system(given):
            meet()

    threading.settrace(trace)
    sys.settrace(trace)
    sys.setprofile(profile)
    return met


def is_of_system(called: object) -> bool:
    """Whether a C function reaches what outlives the process."""
    owner = getattr(called, "__self__", None)
    return isinstance(owner, HANDLES) or getattr(called, "__module__", None) in SYSTEM


assert fcntl.flock.__module__ == "fcntl"  # what `SYSTEM` names is what Python calls them
