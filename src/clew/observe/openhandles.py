"""Files behind the program's open handles, found without flushing, seeking or telling."""

from __future__ import annotations

import io

from clew.model.typed import Any, Callable
from clew.observe.descriptors import target
from clew.observe.stamps import absolute, plain_path

STANDARD = (0, 1, 2)  # input, output and errors: what the program prints is no file of its own

_buffer = io.TextIOWrapper.__dict__["buffer"].__get__
_RAWS: dict[type, Callable[[Any], Any]] = {
    io.BufferedWriter: io.BufferedWriter.__dict__["raw"].__get__,
    io.BufferedRandom: io.BufferedRandom.__dict__["raw"].__get__,
    io.BufferedReader: io.BufferedReader.__dict__["raw"].__get__,
}
_mode = io.FileIO.__dict__["mode"].__get__
_closed = io.FileIO.__dict__["closed"].__get__


def below(handle: Any) -> Any:
    """What a handle of Python's own hands its bytes to, or None; a text handle its buffer, a buffer its file."""
    try:
        if type(handle) is io.TextIOWrapper:
            return _buffer(handle)
        raw = _RAWS.get(type(handle))
        return raw(handle) if raw else None
    except ValueError:  # detached
        return None


def file_of(handle: Any) -> io.FileIO | None:
    """The file at the bottom of a handle, if all the way down is Python's own."""
    while handle is not None and type(handle) is not io.FileIO:
        handle = below(handle)
    return handle


def written_path(handle: object) -> str | None:
    """The absolute path of the file that a handle was opened to write, also after it was closed; None for others.

    For `io` handles, and for a NumPy array that is a writable window on a file.
    """
    if f"{type(handle).__module__}.{type(handle).__qualname__}" in ("numpy.memmap", "numpy.core.memmap.memmap"):
        return _mapped_path(handle)
    file = file_of(handle)
    if file is None or not {"w", "a", "x", "+"} & set(_mode(file)):
        return None
    return _whole(file, object.__getattribute__(file, "name"))


def _whole(file: io.FileIO, named: object) -> str | None:
    """The path as the system knows it while the file is open; the program may have changed folder since."""
    descriptor = -1 if _closed(file) else io.FileIO.fileno(file)
    if type(named) is int or descriptor in STANDARD:
        return None
    path = target(str(descriptor)) or plain_path(named)
    return absolute(path) if path else None


def _mapped_path(array: Any) -> str | None:
    held = object.__getattribute__(array, "__dict__")
    return plain_path(held.get("filename")) if held.get("mode") in ("r+", "w+") else None
