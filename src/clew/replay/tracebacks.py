"""Errors of the user's code as Python alone would show them: our frames are not among theirs."""

from __future__ import annotations

import io
import linecache
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr
from functools import wraps
from types import TracebackType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

OURS = os.path.dirname(os.path.dirname(os.path.realpath(__file__))) + os.sep


def users_frames(function: Callable[P, R]) -> Callable[P, R]:
    """Let an error of the user's code come out of a function as if the caller ran that code itself.

    Python adds a frame to a traceback where an exception is raised, not where it is raised again: what is taken off
    here does not come back, and our own frame is not put on.
    """

    @wraps(function)
    def called(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return function(*arguments, **named)
        except BaseException as error:
            error.__traceback__ = without_ours(error.__traceback__)
            raise

    return called


def without_ours(trace: TracebackType | None, namespace: Mapping[str, object] | None = None) -> TracebackType | None:
    """Take the frames off the top of a traceback that are ours, or that we needed to get to the user's.

    With `namespace`, these are all before the first that runs in it, if there is one.
    """
    if namespace is not None:
        inner = trace
        while inner is not None and inner.tb_frame.f_globals is not namespace:
            inner = inner.tb_next
        if inner is not None:
            return inner
    while trace is not None and os.path.realpath(trace.tb_frame.f_code.co_filename).startswith(OURS):
        trace = trace.tb_next
    return trace


def shown(error: BaseException) -> str:
    """Give the text that Python prints for an exception which ends a program."""
    error.__traceback__ = without_ours(error.__traceback__)
    if not TOLD.keys().isdisjoint(files_of(error, set())):
        return "".join(traceback.format_exception(error))
    text = io.StringIO()
    with redirect_stderr(text):
        # Python's own printer: before 3.12 the one in `traceback` says less. It reads lines from files alone.
        sys.__excepthook__(type(error), error, error.__traceback__)
    return text.getvalue()


def files_of(error: BaseException | None, met: set[int]) -> set[str]:
    """Give the files that the traceback of an exception speaks of, and those of what it came from."""
    if error is None or id(error) in met:
        return set()
    met.add(id(error))
    own = {frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)}
    return own | files_of(error.__cause__, met) | files_of(error.__context__, met)


TOLD: dict[str, str] = {}
"""Texts that no file has: those of cells, and of files that have changed since. By the name in tracebacks."""


def tell_lines(name: str, text: str) -> None:
    """Say what the lines of a source are, for tracebacks and `inspect`, unless the file of that name has them."""
    if has_text(name, text):
        if TOLD.pop(name, None) is not None:
            linecache.cache.pop(name, None)
        return
    TOLD[name] = text
    lines = [f"{line}\n" for line in text.splitlines()]
    linecache.cache[name] = (len(text), None, lines, name)


def has_text(path: str, text: str) -> bool:
    """Tell whether a file has just this text."""
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "replace").replace("\r\n", "\n") == text.replace("\r\n", "\n")
    except OSError:
        return False
