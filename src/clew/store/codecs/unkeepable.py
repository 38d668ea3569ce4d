"""What cannot be kept, whatever the format, because it is not data: and why, in a user's words."""

from __future__ import annotations

import _thread
import io
import socket
import types

from clew.store.codecs.codec import descends

OPEN = "it is an open file: save what is in it, or the file itself with clew.file(path)"
ONCE = "it can be run through only once, and saving would use it up: save list(it)"
BUSY = "it is part of a running program"
REASONS: dict[type, str] = {
    types.GeneratorType: ONCE,
    types.AsyncGeneratorType: ONCE,
    types.CoroutineType: BUSY,
    types.FrameType: BUSY,
    types.TracebackType: BUSY,
    io.TextIOWrapper: OPEN,
    io.BufferedReader: OPEN,
    io.BufferedWriter: OPEN,
    io.BufferedRandom: OPEN,
    io.FileIO: OPEN,
    socket.socket: "it is a connection to another program",
    memoryview: "it is a view of another object's memory: save bytes(it)",
    _thread.LockType: "it is a lock of this process",
    _thread.RLock: "it is a lock of this process",
}
BY_NAME = {
    ("sqlite3", "Connection"): "it is a connection to a database",
    ("sqlite3", "Cursor"): "it is a connection to a database",
    ("subprocess", "Popen"): "it is another process",
    ("threading", "Thread"): BUSY,
    ("asyncio", "Task"): BUSY,
}


def why(value: object) -> str:
    """Say why a value cannot be kept; nothing if it may be."""
    if reason := next((said for kind, said in REASONS.items() if type(value) is kind), ""):
        return reason
    of_library = (said for (module, name), said in BY_NAME.items() if descends(value, module, name))
    return next(of_library, "")
