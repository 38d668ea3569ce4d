"""What child processes did to files: they raise no events here, so folders are compared before and after."""

from __future__ import annotations

import os
import sys
import time

from clew.model.data import dataclass, field
from clew.model.quick import deque
from clew.model.standard import standard
from clew.model.typed import Any, Iterable, Iterator, Mapping
from clew.observe.files import LIBRARIES, Deed, Touch
from clew.observe.stamps import Stamp, plain_path, same, sealed, stamp, stamp_of

ENTRIES = 5000  # files looked at in one snapshot, about 10 ms
DEPTH = 4
SKIPPED = frozenset((".git", ".hg", "node_modules", "__pycache__", ".clew", ".ipynb_checkpoints", ".venv", ".tox"))
SHARES = (4, 10)  # a snapshot is taken again after a step of so many times what it costs: a cheap one, a dear one
DEAR = 0.002  # seconds
RARELY = 100  # times its cost: it is taken again after so long in any case
# Processes that multiprocessing and its kin keep for themselves: they run none of the program's code.
TRACKERS = (
    ("multiprocessing.resource_tracker", "_resource_tracker", "_pid"),
    ("multiprocessing.forkserver", "_forkserver", "_forkserver_pid"),
    ("joblib.externals.loky.backend.resource_tracker", "_resource_tracker", "_pid"),
    ("loky.backend.resource_tracker", "_resource_tracker", "_pid"),
)
PATIENCE = 60.0  # seconds for which we look again where we cannot ask whether a child still runs
WORD = r"[^\s;|&<>()'\"=,`$]+"
# Programs that libraries start to learn about the machine; they read no file that a program wrote.
ASKING = frozenset(
    "lscpu uname fc-list ldconfig nvidia-smi rocm-smi sysctl getconf hostname whoami id date nproc".split()
)

# Programs that read what their arguments name, and nothing else of the program's.
MODEST = frozenset(
    "[ awk basename cat cd chmod cmp cp curl cut date df diff dirname du echo export false file find git grep gunzip gzip"
    " head jq kill less ls md5sum mkdir more mv nl pip pip3 printf pwd rm rmdir sed sha256sum sleep sort stat tail tar tee"
    " test time touch tr tree true uniq unset unzip wc wget which whoami xz zcat zip".split()
)
LISTING = frozenset("ls find tree du".split())
COMMAND_END = r"[;|&()`\n]"
SHELLS = frozenset(("sh", "bash", "zsh", "dash"))
ASSIGNMENT = r"\w+="

Snapshot = Mapping[str, Stamp]


@dataclass(slots=True)
class Spawned:
    """A child process, or all that a step started in one folder: the folder as it was before."""

    folder: str
    words: tuple[str, ...]
    before: Snapshot
    modest: bool = False  # it reads only what its words name
    lists: bool = True  # it may list the folder
    foreign: bool = True  # another program, not a worker that runs functions of this one
    cost: float = 0.0  # seconds that the snapshot took
    looked: float = field(default_factory=time.monotonic)
    begun: float = field(default_factory=time.monotonic)

    def merge(self, other: Spawned) -> None:
        """Add a second child of the same step in the same folder; the first snapshot holds for both."""
        self.words += other.words
        self.modest &= other.modest
        self.lists |= other.lists
        self.foreign |= other.foreign

    def due(self, seconds: float) -> bool:
        """Tell whether to look at the folder after a step of so many seconds: a worker takes its time to do its work."""
        since = time.monotonic() - self.looked
        return seconds > SHARES[self.cost > DEAR] * self.cost or since > RARELY * self.cost

    def differences(self) -> tuple[Touch, ...]:
        """What was written under the folder since the last look."""
        begun = time.monotonic()
        now = snapshot(self.folder)
        found = tuple(compared(self.before, now))
        self.before, self.looked = now, time.monotonic()
        self.cost = self.looked - begun
        return found


def spawned(event: str, args: tuple[Any, ...], said: tuple[str, ...] = ()) -> Spawned | None:
    """Read the event of a starting process; None for one that only asks about the machine.

    `said` are the texts among the step's arguments: shell magics fork, and run what the one text says, or the two.
    """
    texts, folder = _command(event, args)
    if event == "os.forkpty" and (len(said) == 1 or (len(said) == 2 and not MODEST.isdisjoint(said))):
        texts = (" ".join(sorted(said, key=lambda text: text not in MODEST)),)  # they come in no order
    names = programs(texts)
    if names and names <= ASKING:
        return None
    words = tuple(word for text in texts for word in standard("re").findall(WORD, text))
    begun = time.monotonic()
    where = os.path.normpath(os.path.join(os.getcwd(), folder))
    before = snapshot(where)
    # What a worker reads stands in the functions and arguments at hand, which are looked at as mentions.
    worker = event in ("open", "os.fork")
    modest = worker or (bool(names) and names <= MODEST | ASKING)
    lists = not modest or not LISTING.isdisjoint(names) or any("*" in word for word in words)
    return Spawned(where, words, before, modest, lists, not worker, time.monotonic() - begun)


def programs(texts: tuple[str, ...]) -> frozenset[str]:
    """The programs that a command runs, by name; those of a shell's line each."""
    shell = len(texts) > 2 and os.path.basename(texts[0]) in SHELLS and texts[1] == "-c"
    line = shell or len(texts) == 1
    commands = [part.split() for part in standard("re").split(COMMAND_END, texts[-1])] if line else [list(texts)]
    firsts = (next((word for word in words if not standard("re").match(ASSIGNMENT, word)), "") for words in commands)
    return frozenset(os.path.basename(first) for first in firsts if first)


def _command(event: str, args: tuple[Any, ...]) -> tuple[tuple[str, ...], str]:
    """The texts of a command and the folder that it starts in, relative to ours."""
    match event, args:
        case "subprocess.Popen", (_, given, folder, _):
            return _texts(given), plain_path(folder) or ""
        case "os.system", (command,):
            return _texts(command), ""
        case "os.posix_spawn", (_, given, _):
            return _texts(given), ""
        case "os.spawn", (_, _, given, _):
            return _texts(given), ""
    return (), ""  # a fork or a worker: what the child will run cannot be known


def _texts(given: Any) -> tuple[str, ...]:
    parts = given if type(given) in (list, tuple) else (given,)
    return tuple(text for part in parts if (text := plain_path(part)) is not None)


def snapshot(folder: str) -> Snapshot:
    """The files under a folder, shallow ones first, within bounds; links are not followed."""
    found: dict[str, Stamp] = {}
    left = deque([(folder, 0)])
    while left and len(found) < ENTRIES:
        path, depth = left.popleft()
        for entry, seen in _entries(path):
            found[entry.path] = seen
            if seen.folder and depth < DEPTH and not _skipped(entry.name, entry.path):
                left.append((entry.path, depth + 1))
    return found


def _entries(folder: str) -> Iterator[tuple[os.DirEntry[str], Stamp]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                seen = sealed(entry.path, stamp_of(entry.stat(follow_symlinks=False)))
                if seen is not None:
                    yield entry, seen
    except OSError:  # a folder that we may not read, or that just went
        return


def _skipped(name: str, path: str) -> bool:
    return name in SKIPPED or any(part in path + os.sep for part in LIBRARIES)


def compared(before: Snapshot, after: Snapshot) -> Iterator[Touch]:
    """Tell two snapshots of a folder apart. A file that was there may have been appended to."""
    for path, seen in after.items():
        old = before.get(path)
        if old is None and len(before) < ENTRIES:
            yield Touch(Deed.BIND, path)
        elif old is not None and not seen.folder and not same(path, old, seen._replace(content=0)):
            yield Touch(Deed.CHANGE if old.inode == seen.inode else Deed.BIND, path, old)
    if len(after) < ENTRIES:
        gone = before.keys() - after.keys()
        yield from (Touch(Deed.DELETE, path, before[path]) for path in sorted(gone) if stamp(path) is None)


def children_run() -> bool | None:
    """Tell whether this process has children that may run the program's code; None where we cannot ask."""
    if not hasattr(os, "waitid"):
        return None
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    except OSError:
        return None
    running = children()
    return True if running is None else not running <= trackers()


def children() -> frozenset[int] | None:
    """The processes that this one started; None where the system does not tell."""
    found: set[int] = set()
    try:
        for thread in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{thread}/children") as file:
                found.update(map(int, file.read().split()))
    except OSError:
        return None
    return frozenset(found)


def trackers() -> frozenset[int]:
    """Those that multiprocessing and its kin started for themselves."""
    held = (getattr(getattr(sys.modules.get(module), name, None), field, None) for module, name, field in TRACKERS)
    return frozenset(process for process in held if type(process) is int)


def still_running(spawns: Iterable[Spawned]) -> list[Spawned]:
    """Those whose folder must be looked at again after later steps."""
    match children_run():
        case False:
            return []
        case True:
            return list(spawns)
        case None:
            now = time.monotonic()
            return [one for one in spawns if now - one.begun < PATIENCE]
