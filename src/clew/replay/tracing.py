"""In the clean process: told of each statement before it runs, notes how far the code has come, or all that it made."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from clew.replay.values import portray_names, public_names

MOST_SECONDS = 1.0  # for the portraits after one statement; where they take longer, only what is new is portrayed
CLOCK, CHANCE, ADDRESS, PROCESS, THREADS = "the clock", "chance", "an address in memory", "the process", "threads"
STORE = "what is in the store by now"
SOURCES: Mapping[str, str] = {
    **dict.fromkeys(("datetime.now", "datetime.today", "datetime.utcnow", "date.today"), CLOCK),
    **dict.fromkeys(("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime"), CLOCK),
    **dict.fromkeys(("time.strftime", "time.monotonic", "time.perf_counter", "time.process_time"), CLOCK),
    **dict.fromkeys(("posix.urandom", "uuid.uuid1", "uuid.uuid4", "posix.getrandom"), CHANCE),
    **dict.fromkeys(("secrets.token_bytes", "secrets.token_hex", "secrets.token_urlsafe"), CHANCE),
    **dict.fromkeys(("random.SystemRandom.random", "random.SystemRandom.getrandbits"), CHANCE),
    **dict.fromkeys(("tempfile.mkdtemp", "tempfile.mkstemp", "tempfile.NamedTemporaryFile"), CHANCE),
    "builtins.id": ADDRESS,
    **dict.fromkeys(("posix.getpid", "posix.getppid"), PROCESS),
    **dict.fromkeys(("_thread.start_new_thread", "_thread.start_joinable_thread", "threading.Thread.start"), THREADS),
    "concurrent.futures.thread.ThreadPoolExecutor.submit": THREADS,
    **dict.fromkeys(("clew.api.save", "clew.api.get", "clew.api.artifacts"), STORE),
}
"""Functions whose results nobody can make again, by what these depend on."""


class Progress:
    """Notes which line is being run, for whoever looks."""

    def __init__(self, order: Mapping[str, Any], _namespace: Mapping[str, Any]) -> None:
        self._path = os.path.join(order["scratch"], "at")
        self.draft = f"{self._path}.draft"

    def at(self, line: int) -> None:
        """Hear that the statement of a line is about to run."""
        Path(self.draft).write_text(str(line), encoding="ascii")
        os.replace(self.draft, self._path)


class Trace:
    """Notes the digests of all variables after each statement, and who asked for what nobody can make again."""

    def __init__(self, order: Mapping[str, Any], namespace: Mapping[str, Any]) -> None:
        self._namespace, self._code = namespace, order["code"]
        self._libraries = tuple({*map(str, sysconfig.get_paths().values()), order["home"]})
        self._line = 0
        self._known: dict[str, str] = {}
        self.steps: list[tuple[int, dict[str, str]]] = []
        self.heard: list[tuple[int, str, str]] = []

    def at(self, line: int) -> None:
        """Hear that the statement of a line is about to run (0: that the last one has)."""
        sys.setprofile(None)
        if self._line:
            self.steps.append((self._line, self._new()))
        self._line = line
        if line:
            sys.setprofile(self._hear)

    def close(self) -> None:
        """Hear that the code is over; where it failed, nobody has said so yet."""
        self.at(0)

    def _new(self) -> dict[str, str]:
        """Give the digests of the variables that are not as they were."""
        portraits = portray_names(self._namespace, public_names(self._namespace))
        found = {name: portrait.digest for name, portrait in portraits.items()}
        new = {name: digest for name, digest in found.items() if self._known.get(name) != digest}
        self._known = found
        return new

    def _hear(self, frame: FrameType, event: str, arg: Any) -> None:
        if event == "c_call":
            self._note(frame, c_name(arg))
        elif event == "call":
            name = f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}"
            if frame.f_back is not None:
                self._note(frame.f_back, name)

    def _note(self, caller: FrameType, name: str) -> None:
        """Note a call of the user's own code; what libraries ask for their own ends says nothing of a value."""
        if name in SOURCES and self._is_users(caller.f_code):
            self.heard.append((self._line, name, SOURCES[name]))

    def _is_users(self, code: CodeType) -> bool:
        path = code.co_filename
        return path == self._code or not (path.startswith((*self._libraries, "<frozen")))


def c_name(function: Any) -> str:
    """Name a function written in C as `SOURCES` does."""
    module = getattr(function, "__module__", None)
    name = str(getattr(function, "__qualname__", ""))
    return f"{module}.{name}" if isinstance(module, str) else name
