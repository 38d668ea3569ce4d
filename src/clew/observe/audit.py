"""One audit hook for the whole process, near free while nobody listens (PEP 578).

A hook can never be taken out again, so there is one, and who listens to it may change.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident
from sys import _getframe

from clew.model.typed import Any, Callable

Listener = Callable[[str, tuple[Any, ...]], None]

WATCHED = frozenset(
    "open os.rename os.remove os.mkdir os.rmdir os.link os.symlink os.truncate os.chmod os.utime os.listdir os.scandir"
    " os.chdir os.putenv os.unsetenv os.system os.posix_spawn os.spawn os.fork os.forkpty shutil.rmtree glob.glob"
    " builtins.input subprocess.Popen sqlite3.connect sqlite3.connect/handle urllib.Request socket.connect http.client.send".split()
)


TRACING = frozenset(("sys.settrace", "sys.setprofile", "sys.monitoring.register_callback"))
HOOKING = "sys.addaudithook"
FAILING = "sys.excepthook"
HEARD = WATCHED | TRACING | {HOOKING, FAILING}
COMMONEST = "builtins.id"  # of ten events, seven and more


class OwnWork:
    """While it is entered, its thread is in a set; a class of its own, for a generator costs three times as much."""

    __slots__ = ("_entered", "_own", "_thread")

    def __init__(self, own: set[int]) -> None:
        self._own = own
        self._thread = get_ident()
        self._entered = False

    def __enter__(self) -> None:
        self._entered = self._thread not in self._own
        self._own.add(self._thread)

    def __exit__(self, *raised: object) -> None:
        if self._entered:
            self._own.discard(self._thread)


class Wire:
    """Hands the events of WATCHED to one listener; a failing listener never reaches the program that is watched."""

    __slots__ = ("_added", "_own", "audited", "failed", "faults", "listener", "traced")

    def __init__(self) -> None:
        self.listener: Listener | None = None
        self.traced: Callable[[], None] | None = None  # called when the program sets a trace or profile function
        self.audited: Callable[[], None] | None = None  # called when the program adds an audit hook
        self.failed: Callable[[], None] | None = None  # called when an exception has ended the program
        self.faults: list[str] = []
        self._own: set[int] = set()
        self._added = False

    def listen(self, listener: Listener) -> None:
        """Make this the one listener; the hook itself is added on the first call."""
        self.listener = listener
        if not self._added:
            self._added = True
            sys.addaudithook(self._hook())
            if hasattr(os, "register_at_fork"):
                os.register_at_fork(after_in_child=self.silence)

    def silence(self) -> None:
        """Let nobody listen: a forked child is not the program that we watch."""
        self.listener = self.failed = None

    def own_work(self) -> OwnWork:
        """Pass over what this thread does within: it is our doing, not the program's."""
        return OwnWork(self._own)

    def _hook(self) -> Listener:
        # Local names and one lookup: the hook is called for every `id()` and `import` of the program too.
        heard, commonest, hear = HEARD, COMMONEST, self._hear

        def hook(event: str, args: tuple[Any, ...]) -> None:
            if event != commonest and event in heard:
                hear(event, args)

        return hook

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if get_ident() in self._own:
            return
        if event == FAILING:
            if self.failed is not None and _getframe(1).f_back is None:  # the program's own frames are gone
                self.failed()
            return
        if event in TRACING or event == HOOKING:
            told = self.audited if event == HOOKING else self.traced
            if told is not None:
                told()
            return
        listener = self.listener
        if listener is None:
            return
        try:
            listener(event, args)
        except Exception as fault:  # an exception here would come out of the user's own call
            self.faults.append(f"{event}: {type(fault).__name__}: {fault}")


WIRE = Wire()
