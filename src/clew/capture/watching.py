"""Putting the recorder together for one process, and taking it down again at the end."""

from __future__ import annotations

import atexit
import os
import sys
import time
from _frozen_importlib_external import SourceFileLoader  # `importlib` itself loads more
from types import FrameType

from clew.capture.clock import SystemClock
from clew.capture.orders import Orders, taken_over
from clew.capture.recorder import Recorder, nothing
from clew.knowledge.registry import Knowledge, keep_packs
from clew.model.events import Event, SessionEnded, SessionStarted
from clew.model.quick import partial
from clew.model.typed import Any, Callable, Iterable, Iterator, Sequence
from clew.observe.ambient import AmbientProbes
from clew.observe.audit import WIRE
from clew.observe.heap import Heap
from clew.observe.inputs import Input
from clew.observe.kinds import KindTable
from clew.observe.outside import Outside
from clew.rewrite.packing import unpacked
from clew.store.journal import Journal, read_journal

PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

_LIVE: list[tuple[str, Iterable[Event], Recorder]] = []
"""The session watched in this process, if any: a process has one set of builtins, so it has one recorder."""

_STORE: list[str] = []
"""The store of that session: its folder, or the URL of its database."""


_KEEPERS: list[Callable[[str], None]] = []
_ENDINGS: dict[str, Callable[[str], None]] = {}
"""What is to be told of the session when it is over, because values of it were kept."""


def store_of_session() -> str | None:
    """The store of the session that is watched in this process; None where none is, or where it is not known."""
    return _STORE[-1] if _LIVE and _STORE else None


def live() -> tuple[str, tuple[Event, ...], dict[str, object]] | None:
    """The session that is being watched in this process: its name, events and namespace."""
    if not _LIVE:
        return None
    session, events, recorder = _LIVE[-1]
    return session, tuple(events), recorder.namespace


class ScriptEvents:
    """What a script recorded so far, read back from its journal whenever somebody asks."""

    def __init__(self, recorder: Recorder, journal: str) -> None:
        self.recorder = recorder
        self.journal = journal

    def __iter__(self) -> Iterator[Event]:
        """The events so far, with the finished statements and the variables as they stand."""
        self.recorder.guard(self.recorder.look_at_names)
        self.recorder.flush()
        with self.recorder.outside.own_work():
            return iter([event for record in read_journal(self.journal) for event in record])


def keep(frame: FrameType) -> tuple[str, int, int] | None:
    """A value is kept as an artifact by a call of this frame: session, step and nth save of it; None if unwatched."""
    if not _LIVE:
        return None
    session, _, recorder = _LIVE[-1]
    point = recorder.keep(frame)
    recorder.guard(recorder.flush)  # a program that is killed from here on has its code kept
    return None if point is None else (session, *point)


def inputs() -> tuple[Input, ...]:
    """The files that the session watched in this process has read and had not written."""
    return _LIVE[-1][2].outside.inputs() if _LIVE else ()


def read_from_outside(place: str) -> None:
    """The program's step reads something that is no file: an artifact, by its address."""
    if _LIVE:
        _LIVE[-1][2].outside.read(place)


class OwnLoading:
    """Within it clew loads modules for itself: they are not the doing of the program that calls us."""

    def __enter__(self) -> None:
        self.before = frozenset(sys.modules)

    def __exit__(self, *raised: object) -> None:
        pass_over(sys.modules.keys() - self.before)


def pass_over(modules: Iterable[str]) -> None:
    """Take these modules as ones that were there: clew has loaded them for itself."""
    if _LIVE:
        _LIVE[-1][2].reader.submodules.known.update(modules)


def recorder_of(namespace: dict[str, object], emit: Callable[[Sequence[Event]], None], store: str) -> Recorder:
    """A recorder of one namespace, with everything that it needs."""
    knowledge = Knowledge()
    heap = Heap(KindTable().find, knowledge.is_inert, namespace)
    outside = Outside(store)
    recorder = Recorder(
        namespace,
        emit,
        clock=SystemClock(),
        knowledge=knowledge,
        heap=heap,
        outside=outside,
        ambient=AmbientProbes(),
        strict=bool(os.environ.get("CLEW_STRICT")),
    )
    os.register_at_fork(after_in_child=recorder.forked)
    return recorder


def keep_values(recorder: Recorder, store: str) -> None:
    """Keep values of a program while it runs, where that was asked for; to be called when nothing else is to be loaded."""
    if os.environ.get("CLEW_KEEP"):
        from importlib import import_module  # it loads more than most programs need

        _KEEPERS[:] = [import_module("clew.replay.kept").begin(recorder, store)]


def over(recorder: Recorder, session: str) -> None:
    """The session is over: what was kept of it goes into the store, and what it saved is finished."""
    while _KEEPERS:
        recorder.guard(_KEEPERS.pop(), session)
    while _ENDINGS:
        recorder.guard(_ENDINGS.popitem()[1], session)


def when_over(name: str, act: Callable[[str], None]) -> None:
    """Have something done with the session of this process when it is over; of those by one name the first."""
    if _LIVE:
        _ENDINGS.setdefault(name, act)


def steps() -> int:
    """How many steps the session that is watched in this process has had."""
    return _LIVE[-1][2].steps if _LIVE else 0


def watch_program(namespace: dict[str, Any], loaded: frozenset[str]) -> None:
    """Watch the program that was handed over, from its first statement to the end of the process."""
    orders = taken_over(os.path.dirname(namespace["__file__"]))
    source, plan = unpacked(orders.plan)
    keep_packs()
    restore(orders, namespace)
    journal = Journal(orders.journal)
    recorder = recorder_of(namespace, journal.append, orders.store)
    journal.append([program_started(orders)])
    _LIVE.append((orders.session, ScriptEvents(recorder, orders.journal), recorder))
    _STORE[:] = [orders.address] if orders.address else []
    if orders.saves:
        recorder.at_end = keeper_of(orders, namespace)
    atexit.register(end, recorder, journal, os.getpid())
    # Called just before: who traces or profiles the program has nothing more to see of it.
    atexit.register(sys.setprofile, None)
    atexit.register(sys.settrace, None)
    # And before that, for it is our doing, not the program's. (A function of ours would be seen by who traces.)
    atexit.register(setattr, WIRE, "traced", None)
    WIRE.failed = partial(failed, recorder)
    # Whoever registers last is called first: before the exit handlers that the program has by then.
    recorder.may_exit = partial(atexit.register, failed, recorder)
    recorder.sources = 1
    recorder.learn(plan, 0)
    recorder.begin(source)
    recorder.install()
    recorder.outside.install()
    unshadow(orders.folder, loaded)
    recorder.guard(keep_values, recorder, orders.store)


def keeper_of(orders: Orders, namespace: dict[str, Any]) -> Callable[[], None]:
    """What keeps variables of the program when it is over, unless it failed; only the first call does."""
    left = [orders.saves]

    def keep_variables() -> None:
        if left and getattr(sys, "last_value", None) is None:
            module, _, name = orders.keeper.partition(":")
            from importlib import import_module  # it loads more than most programs need

            getattr(import_module(module), name)(orders.session, left.pop(), namespace)

    return keep_variables


def restore(orders: Orders, namespace: dict[str, Any]) -> None:
    """Leave `__file__`, `sys.argv` and `sys.path` as `python program` has them."""
    path = os.path.join(orders.folder, os.path.basename(orders.argv0))
    namespace["__file__"] = path
    namespace["__loader__"] = SourceFileLoader("__main__", path)
    sys.argv[0] = orders.argv0
    sys.orig_argv[:] = orders.command
    if not sys.flags.safe_path and sys.path:
        sys.path[0] = os.path.realpath(orders.folder)


def unshadow(folder: str, loaded: frozenset[str]) -> None:
    """Forget modules that clew loaded: what is written in Python, and where the program has one of its own by that name."""
    own = {name.partition(".")[0] for name in os.listdir(folder)}
    if os.path.realpath(os.path.join(folder, "clew")) == PACKAGE:
        own.discard("clew")  # it is developed here
    for name in set(sys.modules) - loaded:
        top, path = name.partition(".")[0], getattr(sys.modules[name], "__file__", None) or ""
        if top in own or (top in sys.stdlib_module_names and path.endswith(".py")):
            del sys.modules[name]


def program_started(orders: Orders) -> SessionStarted:
    """The event that opens a script's session."""
    path = os.path.join(orders.folder, os.path.basename(orders.argv0))
    argv = (orders.argv0, *sys.argv[1:])
    return SessionStarted(orders.session, "script", path, argv, os.getcwd(), sys.version.split()[0], time.time())


def failed(recorder: Recorder) -> None:
    """An exception has ended the program: what its exit handlers do is no part of its last step."""
    recorder.may_exit = nothing
    recorder.finish(getattr(sys, "last_value", None))
    recorder.complete = True


def end(recorder: Recorder, journal: Journal, process: int) -> None:
    """The process ends: close the last step and the record. A child that was forked off has nothing to say."""
    if os.getpid() != process:
        return
    error = getattr(sys, "last_value", None)
    recorder.finish(error)
    recorder.guard(recorder.at_end)  # where the program left early, by `sys.exit`
    over(recorder, _LIVE[-1][0])
    recorder.outside.close()
    recorder.pending.append(SessionEnded(time.time(), error_text(error)))
    recorder.flush()
    journal.close()
    _LIVE.clear()
    recorder.release()


def error_text(error: BaseException | None) -> str:
    """An exception in a line; its own text may fail."""
    if error is None:
        return ""
    try:
        said = str(error)
    except Exception:  # the user's own __str__ failed; Python prints it in these words
        said = "<exception str() failed>"
    return f"{type(error).__name__}: {said}"
