"""What a step does outside the process: files, folders, databases, child processes, the network."""

from __future__ import annotations

import os
import time

from clew.model.effects import Bound, Changed, Effect, Read, Reason
from clew.model.resources import Ambient, File
from clew.model.typed import Any, Iterable, Iterator, Mapping
from clew.observe.audit import WIRE, OwnWork
from clew.observe.databases import CONNECTIONS
from clew.observe.files import Deed, Touch, lists_library, loads_library, starts_worker, touches
from clew.observe.inputs import Input
from clew.observe.ledger import Ledger
from clew.observe.mentions import MOST, Mention, looked_again, mentioned
from clew.observe.stamps import absolute, plain_path, stamp, within
from clew.observe.watches import Watches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from clew.observe.processes import Spawned

PROCESS_EVENTS = frozenset(("subprocess.Popen", "os.system", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"))
NETWORK_EVENTS = frozenset(("urllib.Request", "socket.connect", "http.client.send"))
DATABASE_EVENTS = frozenset(("sqlite3.connect", "sqlite3.connect/handle"))
ENVIRONMENT_EVENTS = frozenset(("os.putenv", "os.unsetenv"))
REPEATED = frozenset(("open", "os.remove", "os.listdir", "os.scandir"))
MISSING = object()
CWD, ENVIRON, PROCESSES, STDIN = map(Ambient, ("cwd", "environ", "processes", "stdin"))


class Outside:
    """Sees what each step does outside: `start` before it, `finish` after it. Neither ever raises.

    What it could not see for a fault of its own is kept as text in `faults`. `store` is clew's own folder, which
    is no business of the program's.
    """

    __slots__ = (
        "_active",
        "_effects",
        "_environment",
        "_heard",
        "_ledger",
        "_mentions",
        "_spawns",
        "_started",
        "_store",
        "_touches",
        "_waiting",
        "_watches",
    )

    def __init__(self, store: str = "") -> None:
        self._store = within(store) if store else ""
        self._ledger = Ledger()
        self._active = False
        self._started = 0.0
        self._touches: list[Touch] = []
        self._effects: list[Effect] = []
        self._heard: set[tuple[str, tuple[Any, ...]]] = set()
        self._mentions: dict[str, Mention] = {}
        self._environment: dict[bytes, tuple[object, object]] = {}  # variables: before this step, and as it set them
        self._spawns: list[Spawned] = []  # by this step
        self._waiting: list[Spawned] = []  # by earlier steps, still running
        self._watches = Watches()

    @property
    def faults(self) -> list[str]:
        """What went wrong in our own looking so far, each as a line of text."""
        return WIRE.faults

    def install(self) -> None:
        """Begin to hear what the process does; the audit hook is added once and stays."""
        WIRE.listen(self._hear)

    def close(self) -> None:
        """Hear nothing more."""
        self._active = False
        if WIRE.listener == self._hear:
            WIRE.silence()

    def own_work(self) -> OwnWork:
        """Pass over what this thread does within."""
        return WIRE.own_work()

    def inputs(self) -> tuple[Input, ...]:
        """The files that the session read and had not written."""
        return self._ledger.inputs.table()

    def read(self, place: str) -> None:
        """The step reads something that has an address, and that only who reads it knows of."""
        if self._active:
            self._effects.append(Read(File(place), Reason.KNOWN))

    def start(self, mentions: Iterable[str] = ()) -> None:
        """A step begins; its arguments mention these texts, of which some may be paths."""
        self._active = True
        if self._waiting:
            self._started = time.monotonic()
        for text in mentions:
            self.mention(text)

    def mention(self, path: str, *, reads: bool = False, writes: bool = False) -> None:
        """The step names this path before it acts on it; `reads` and `writes` say what the callee is known to do."""
        if type(path) is not str or len(self._mentions) >= MOST or path in self._mentions:
            return
        found = self._safely(lambda: mentioned(path, reads=reads, writes=writes))
        if found is not None and not self._ours(found.path):
            self._mentions[path] = found

    def finish(self) -> tuple[Effect, ...]:
        """The step ended: what it did outside."""
        self._active = False
        quiet = not (self._touches or self._mentions or self._spawns or self._effects or self._environment)
        if quiet and not (self._waiting or self._watches):
            return ()
        return self._safely(self._settled) or ()

    def _safely(self, look: Any) -> Any:
        """Look, and keep the fault of a look that failed: it is ours, not the program's."""
        try:
            return look()
        except Exception as fault:
            WIRE.faults.append(f"looking outside: {type(fault).__name__}: {fault}")
            return None

    def _settled(self) -> tuple[Effect, ...]:
        found, self._touches = self._touches, []
        self._heard.clear()
        said, self._effects = self._effects, []
        found += self._watches.changes()
        found += [touch for one in self._taken_mentions() for touch in looked_again(one, self._ledger)]
        said += self._of_children(found)
        said += self._of_environment()
        effects = self._ledger.settle(touch for touch in found if not self._ours(touch.path))
        self._watches.renew({touch.path for touch in found if touch.deed in (Deed.BIND, Deed.CHANGE)})
        return *dict.fromkeys(said), *effects

    def _taken_mentions(self) -> tuple[Mention, ...]:
        taken, self._mentions = tuple(self._mentions.values()), {}
        return taken

    def _ours(self, path: str) -> bool:
        # Python's own cache of compiled modules comes and goes without changing what a module is.
        return "__pycache__" in path or (bool(self._store) and within(path).startswith(self._store))

    # What the audit hook tells

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if (event == "open" and loads_library(args)) or (event == "os.listdir" and lists_library(args)):
            return
        if event in DATABASE_EVENTS:
            self._hear_database(event, args)
        elif not self._active:
            return
        elif event in PROCESS_EVENTS or (event == "open" and starts_worker(args)):
            self._hear_process(event, args)
        elif event in NETWORK_EVENTS:
            self._hear_network(event, args)
        elif event in ENVIRONMENT_EVENTS:
            name, put = args if len(args) == 2 else (args[0], None)
            before, _ = self._environment.get(name, (variables().get(name), None))
            self._environment[name] = before, put
        elif event == "builtins.input":
            self._effects += [Read(STDIN), Changed(STDIN)]
        elif event == "os.chdir":
            self._hear_move(args)
        elif not self._repeated(event, args):
            self._touches.extend(touches(event, args))

    def _repeated(self, event: str, args: tuple[Any, ...]) -> bool:
        """Tell whether the step did just this before: once is enough, a loop may open a file a million times."""
        if event not in REPEATED or type(args[0]) is not str:
            return False
        known = len(self._heard)
        self._heard.add((event, args))
        return len(self._heard) == known

    def _hear_database(self, event: str, args: tuple[Any, ...]) -> None:
        path = CONNECTIONS.hear(event, args)
        if path is not None and self._active:
            self._watches.database(path)
            self._touches.append(Touch(Deed.READ, path))

    def _hear_move(self, args: tuple[Any, ...]) -> None:
        folder = plain_path(args[0])
        self._ledger.moved = True
        self._heard.clear()  # the same names are other files from here on
        if folder is not None and not os.path.isabs(folder):
            self._effects.append(Read(CWD))
        if folder is not None:
            self._touches.append(Touch(Deed.READ, absolute(folder)))
        self._effects.append(Bound(CWD))

    def _hear_network(self, event: str, args: tuple[Any, ...]) -> None:
        with WIRE.own_work():
            from clew.observe.network import network_effect  # most programs need none, and every start would pay for it

        if (effect := network_effect(event, args)) is not None:
            self._effects.append(effect)

    def _hear_process(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "os.posix_spawn" and self._spawns:
            return  # Popen's own way to start what it announced
        with WIRE.own_work():
            from clew.observe.processes import spawned  # most programs start none, and every start would pay for it

            child = spawned(event, args, tuple(self._mentions))
            if child is None:
                return
            known = [one for one in self._spawns if one.folder == child.folder]
            if known:  # the first snapshot of the step holds
                known[0].merge(child)
            else:
                self._spawns.append(child)
            for word in child.words or tuple(self._mentions):
                for part in word.split():
                    self.mention(os.path.join(child.folder, part), reads=True)

    # What only looking tells

    def _of_environment(self) -> Iterator[Effect]:
        """Libraries set variables and take them back while they are imported: what counts is what is left.

        What `os.environ` does not know was set behind its back.
        """
        done, self._environment = self._environment, {}
        now = variables()
        for name, values in done.items():
            if (now.get(name), now.get(name)) != values:
                yield Bound(Ambient("environ", name.decode(errors="replace")))

    def _of_children(self, found: list[Touch]) -> Iterator[Effect]:
        """What children of this step and of earlier ones wrote, and what they may have read."""
        started, self._spawns = self._spawns, []
        late = self._late(found)
        if late:
            found += late
            yield Read(PROCESSES)
        for one in started:
            if one.foreign:
                yield Read(ENVIRON, Reason.ASSUMED)
                yield Read(CWD, Reason.ASSUMED)
            found += self._may_read(one)
            found += one.differences()
        self._waiting = waiting_for([*self._waiting, *started]) if started else self._waiting
        if any(one in self._waiting for one in started):
            yield Changed(PROCESSES)

    def _may_read(self, child: Spawned) -> Iterator[Touch]:
        if not child.modest:
            for path in self._ledger.below(child.folder):
                yield Touch(Deed.READ, path, reason=Reason.ASSUMED)
        if child.lists:
            yield Touch(Deed.LIST, child.folder, reason=Reason.ASSUMED)

    def _late(self, found: list[Touch]) -> list[Touch]:
        """What children of earlier steps wrote since, as far as the program's own steps do not explain it."""
        seconds = time.monotonic() - self._started
        due = [one for one in self._waiting if one.due(seconds)]
        if not due:
            return []
        own = {touch.path for touch in found}
        late = [touch for one in due for touch in one.differences() if touch.path not in own]
        self._waiting = waiting_for(self._waiting)
        return [touch for touch in late if self._ledger.written.get(touch.path, MISSING) != stamp(touch.path)]


def waiting_for(children: list[Spawned]) -> list[Spawned]:
    """Those of some children that still run."""
    from clew.observe.processes import still_running  # loaded since the first of them was started

    return still_running(children)


def variables() -> Mapping[bytes, bytes]:
    """The environment as Python keeps it, encoded as the audit events of `putenv` are."""
    held = object.__getattribute__(os.environ, "__dict__").get("_data")
    return held if type(held) is dict else {}
