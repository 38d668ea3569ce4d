"""Handlers of signals: functions that Python calls between two instructions, which no call announces.

A step that may raise a signal, or wait for one, reads who handles it, and what the handlers change is its doing. After
`alarm` and `setitimer` a signal may come at any time.
"""

from __future__ import annotations

import sys

from clew.capture.doubting import Doubter
from clew.capture.opened import Opened
from clew.capture.threads import is_own
from clew.knowledge.lines import identity
from clew.model.effects import Changed, Effect, Read
from clew.model.resources import Ambient
from clew.model.typed import Any
from clew.observe.explore import Exploration

HANDLERS = Ambient("signal handlers")
SPEAKS = frozenset({"signal", "getsignal", "siginterrupt", "add_signal_handler", "remove_signal_handler"})
RAISES = frozenset("raise_signal kill killpg pthread_kill getpid pause sigwait sigtimedwait sleep select".split())
ARMS = frozenset({"alarm", "setitimer"})


class Handlers:
    """Knows which handlers the program has set, and whether a signal may come by itself."""

    def __init__(self, doubter: Doubter) -> None:
        self.doubter = doubter
        self.heap = doubter.heap
        self.known: dict[int, int] = {}  # by signal: the address of the handler that the program set
        self.armed = False

    def before(self, step: Opened) -> None:
        """A step begins, while there are handlers: it may run them."""
        if not (self.armed or step.words & (RAISES | ARMS | SPEAKS)):
            return
        step.effects.append(Read(HANDLERS))
        names = self.names()
        self.doubter.closer.before(step)
        self.doubter.read_more(step, names)
        self.doubter.look_at(step, names)

    def names(self) -> set[str]:
        """The variables that the handlers lead to, or look up."""
        walk = Exploration()
        self.heap.explore(installed().values(), walk)
        self.heap.follow_all()
        holders = {name for name, survey in self.heap.surveys.items() if not survey.cells.isdisjoint(walk.objects)}
        return self.doubter.reader.bound(walk.names | self.doubter.reader.called_names(holders)) | holders

    def after(self, step: Opened) -> list[Effect]:
        """A step is over: it may have set handlers, or a timer."""
        before = self.known
        if not SPEAKS.isdisjoint(step.words):
            self.known = {number: identity(handler) for number, handler in installed().items()}
        arms = bool(self.known) and not ARMS.isdisjoint(step.words)
        self.armed = bool(self.known) and (self.armed or arms)
        return [Changed(HANDLERS)] if arms or self.known != before else []


def installed() -> dict[int, Any]:
    """The program's own handlers, by signal."""
    python = sys.modules.get("_signal")
    if python is None or "signal" not in sys.modules:
        return {}
    found = {int(number): python.getsignal(number) for number in python.valid_signals()}
    default = python.default_int_handler
    return {number: held for number, held in found.items() if callable(held) and held is not default and is_own(held)}
