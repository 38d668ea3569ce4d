"""What a program finds around it: its working directory, `sys.argv`, `sys.path`, and itself as `__main__`.

While its code runs these are the program's, and whatever it does to them stays so until it runs again; in between, and
whatever happens, they are those of whoever runs it.
"""

from __future__ import annotations

import builtins
import os
import sys
from _thread import get_ident
from types import ModuleType

from clew.capture import watching
from clew.capture.recorder import Recorder
from clew.errors import CannotExecute
from clew.model.data import dataclass
from clew.observe.audit import WIRE, Listener
from clew.observe.ours import is_users_module
from clew.replay.recorded import Recorded
from clew.replay.watcher import Watcher
from clew.rewrite.protocol import NAMES


@dataclass(slots=True)
class State:
    """What of a process is put in place for a program."""

    folder: str
    argv: list[str]
    path: list[str]
    main: ModuleType | None
    displayhook: object
    deepest: int  # calls within calls


def state_now() -> State:
    """What is in place now. The working directory is empty where it is gone."""
    try:
        folder = os.getcwd()
    except OSError:
        folder = ""
    return State(folder, sys.argv, sys.path, sys.modules.get("__main__"), sys.displayhook, sys.getrecursionlimit())


def put(state: State) -> None:
    """Put a state in place."""
    if state.folder:
        os.chdir(state.folder)
    sys.argv, sys.path = state.argv, state.path
    sys.setrecursionlimit(state.deepest)
    sys.displayhook = state.displayhook  # type: ignore[assignment]  # as it was found
    if state.main is not None:
        sys.modules["__main__"] = state.main


def state_of(recorded: Recorded, module: ModuleType) -> State:
    """What a session's program found when it began; CannotExecute if its folder is gone."""
    folder = recorded.folder or os.getcwd()
    if not os.path.isdir(folder):
        raise CannotExecute(f"the folder in which it ran is gone: {folder}")
    above = os.path.dirname(os.path.realpath(recorded.file)) if recorded.is_script and recorded.file else ""
    own = [above, *sys.path[1:]] if recorded.is_script else ["", *[each for each in sys.path if each]]
    return State(
        folder, list(recorded.argv) or [recorded.file], own, module, sys.__displayhook__, sys.getrecursionlimit()
    )


OURS = 2 if sys.version_info < (3, 12) else 1
"""Calls between the place where the surroundings are entered and the program's; since 3.12 `eval` counts for none."""


LOADED: set[str] = set()
"""The user's own modules that programs which we ran have loaded."""


def forget_modules() -> None:
    """Have the next program load the user's own modules itself: those of earlier ones are as they left them."""
    for name in LOADED:
        sys.modules.pop(name, None)
    LOADED.clear()


class Surroundings:
    """Within it, the program's state is in place and its recorder listens; afterwards, all is as it was before."""

    def __init__(self, state: State, watcher: Watcher, session: str) -> None:
        self.theirs, self.recorder = state, watcher
        self.live = (session, watcher.events, watcher)
        self.depth = 0
        self.begun = False

    def __enter__(self) -> None:
        self.depth += 1
        if self.depth > 1:
            return
        with WIRE.own_work():
            if not self.begun:
                forget_modules()
                self.begun = True
            self.modules = frozenset(sys.modules)
            self.others = state_now()
            # So that their calls can go as deep as if they had begun the process.
            self.below = self.others.deepest - calls_left() + OURS
            self.theirs.deepest += self.below
            put(self.theirs)
        self.heard = (WIRE.listener, WIRE.traced, WIRE.audited)
        self.probes = {name: vars(builtins)[name] for name in NAMES if name in vars(builtins)}
        install(self.recorder, self.heard[0])
        watching._LIVE.append(self.live)

    def __exit__(self, *raised: object) -> None:
        self.depth -= 1
        if self.depth:
            return
        watching._LIVE[:] = [each for each in watching._LIVE if each is not self.live]
        WIRE.listener, WIRE.traced, WIRE.audited = self.heard
        for name in NAMES:
            vars(builtins).pop(name, None)
        vars(builtins).update(self.probes)
        with WIRE.own_work():
            LOADED.update(name for name in sys.modules.keys() - self.modules if is_users_module(name))
            self.theirs = state_now()
            self.theirs.deepest -= self.below
            put(self.others)


def calls_left(so_far: int = 0) -> int:
    """How much deeper calls can go here. Python counts some that are no frames, so it is tried."""
    try:
        return calls_left(so_far + 1)
    except RecursionError:
        return so_far


def install(recorder: Recorder, outer: Listener | None) -> None:
    """Have a recorder listen to this thread, besides whoever listens already: what it hears is their program's doing."""
    probes, outside = recorder.probes, recorder.outside
    probes.thread, probes.own = get_ident(), outside.own_work()
    recorder.install()
    outside.install()
    inner = WIRE.listener
    if outer is None or inner is None:
        return

    def both(event: str, arguments: tuple[object, ...]) -> None:
        outer(event, arguments)
        inner(event, arguments)

    WIRE.listener = both
