"""What audit events say about files: who was read, listed, written anew, changed, deleted."""

from __future__ import annotations

import os
import sys
from types import FrameType

from clew.model.effects import Reason
from clew.model.quick import cache
from clew.model.typed import Any, Callable, Iterator, Mapping, NamedTuple, StrEnum
from clew.observe.ours import OWN_FOLDER
from clew.observe.stamps import Stamp, absolute, plain_path, stamp

OURS = os.path.dirname(__file__) + os.sep
STANDARD = os.path.dirname(os.__file__) + os.sep
DEVICES = ("/proc/", "/sys/", "/dev/")
INSTALLED = ("/etc/", "/bin/", "/sbin/", "/lib/", "/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/share/", STANDARD)
PROGRAMS = os.path.dirname(sys.executable or STANDARD) + os.sep
SYSTEM = (*DEVICES, *INSTALLED, PROGRAMS, OWN_FOLDER)
WRITING = os.O_WRONLY | os.O_RDWR
MEMORY = "/dev/shm/"  # files in memory are files all the same
CACHE = f"{os.sep}__pycache__{os.sep}"
LIBRARIES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
# Code that lists folders and opens sources in order to import or to show lines: no doing of the program's.
IMPORTERS = ("<frozen importlib", "<frozen zipimport", STANDARD + "importlib", STANDARD + "pkgutil")
FROZEN_OS = ("<frozen os>", STANDARD + "os.py")
WALKERS = (STANDARD + "shutil", *FROZEN_OS)  # they open folders to delete or walk relative to them
STARTERS = "popen_"  # of multiprocessing and its kin: they send a process its work through a descriptor
SHOWERS = (STANDARD + "linecache", STANDARD + "tokenize", STANDARD + "inspect", STANDARD + "traceback")


class Deed(StrEnum):
    """What was done to one path."""

    READ = "read"
    LIST = "list"
    BIND = "bind"  # written anew: it owes nothing to what was there
    CHANGE = "change"
    DELETE = "delete"
    MOVE = "move"  # a folder with all that is in it; `onto` is its new path
    CLEAR = "clear"  # a folder with all that is in it
    SWEEP = "sweep"  # deleted along with its folder, whatever it was


class Touch(NamedTuple):
    """One deed; `before` is the file as it was just before a writing deed. A tuple, because audit hooks make it."""

    deed: Deed
    path: str
    before: Stamp | None = None
    reason: Reason = Reason.OBSERVED
    relative: bool = False
    onto: str = ""


Touches = Iterator[Touch]


def touches(event: str, args: tuple[Any, ...]) -> Touches:
    """Read one audit event; the program's next operation, the one announced, has not happened yet."""
    reader = READERS.get(event)
    return reader(args) if reader else iter(())


def system_path(path: str) -> bool:
    """Tell whether the path belongs to Python, a library or the system, whose files no program writes in passing."""
    if path.startswith(SYSTEM):
        return not path.startswith(MEMORY)
    return any(part in path for part in LIBRARIES)


def _touch(deed: Deed, path: object, folder: int = -1) -> Touches:
    """Anchor the path and make the touch; nothing for a path that we cannot read or place."""
    named = plain_path(path)
    if named is None or folder != -1:  # a path relative to a descriptor: rmtree's, which is announced as a whole
        return
    if not (whole := absolute(named)).startswith(DEVICES) or whole.startswith(MEMORY):
        before = None if deed in (Deed.READ, Deed.LIST) else stamp(whole)
        yield Touch(deed, whole, before, relative=not os.path.isabs(named))


def _opened(args: tuple[Any, ...]) -> Touches:
    path, mode, flags = args
    named = plain_path(path)
    if named is None or type(flags) is not int:
        return
    access = flags & (os.O_RDONLY | os.O_WRONLY | os.O_RDWR)
    if access == os.O_RDONLY:
        if mode is not None or not _asked_by(WALKERS):
            yield from _read(named)
    elif CACHE not in named:
        yield from _written(named, flags, access)


def _read(named: str) -> Touches:
    if named.endswith(".pyc"):
        named = _source_of(named)
    elif named.endswith(".py") and _asked_by(SHOWERS):
        return
    if named and not system_path(named):
        yield from _touch(Deed.READ, named)


def _source_of(compiled: str) -> str:
    """Name the source of a compiled module: to import from the cache is to read the source."""
    folder, _, file = compiled.partition(CACHE)
    return f"{folder}{os.sep}{file.partition('.')[0]}.py" if file else ""


def _written(named: str, flags: int, access: int) -> Touches:
    anew = flags & (os.O_TRUNC | os.O_EXCL)
    for touch in _touch(Deed.BIND if anew else Deed.CHANGE, named):
        if touch.before is not None and touch.before.folder:
            return  # a nameless temporary file (O_TMPFILE)
        if flags & os.O_EXCL or (access == os.O_RDWR and not anew):  # that it was not there, or what it held
            yield touch._replace(deed=Deed.READ)
        yield touch


def _listed(args: tuple[Any, ...]) -> Touches:
    if type(args[0]) is int or _asked_by(IMPORTERS):
        return
    for touch in _touch(Deed.LIST, "." if args[0] is None else args[0]):
        if not system_path(touch.path):
            yield touch


def loads_library(args: tuple[Any, ...]) -> bool:
    """Tell whether this `open` reads a compiled module of Python's or a library's: an import may do so a thousand times."""
    path, _, flags = args
    if type(path) is not str or path[-4:] != ".pyc" or type(flags) is not int or flags & WRITING:
        return False
    folder, cached, _ = path.rpartition(CACHE)
    return bool(cached) and is_systems(folder)


def lists_library(args: tuple[Any, ...]) -> bool:
    """Tell whether a folder of Python's, a library's or the system's is listed, as an import does."""
    return type(args[0]) is str and is_systems(args[0])


@cache
def is_systems(folder: str) -> bool:
    """Tell whether a folder is Python's, a library's or the system's."""
    return system_path(folder + os.sep) and os.pardir not in folder


def starts_worker(args: tuple[Any, ...]) -> bool:
    """Tell whether this `open` hands a new process its work, before it does any: that raises no other event."""
    path, mode, _ = args
    return type(path) is int and mode == "w" and os.path.basename(_asking_file(*FROZEN_OS)).startswith(STARTERS)


def _asked_by(files: tuple[str, ...]) -> bool:
    return _asking_file().startswith(files)


def _asking_file(*beside: str) -> str:
    """The file whose code made the call that raised the event: the first that is neither ours nor one of these."""
    passed = (OURS, *beside)
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(passed):
        frame = frame.f_back
    return "" if frame is None else frame.f_code.co_filename


def _removed(args: tuple[Any, ...]) -> Touches:
    return _touch(Deed.DELETE, args[0], args[1])


def _renamed(args: tuple[Any, ...]) -> Touches:
    origin, target, first, second = args
    for old in _touch(Deed.DELETE, origin, first):
        for new in _touch(Deed.BIND, target, second):
            if old.before is not None and old.before.folder:
                yield old._replace(deed=Deed.MOVE, onto=new.path)
            yield old
            yield new


def _made(args: tuple[Any, ...]) -> Touches:
    for touch in _touch(Deed.BIND, args[0], args[2]):
        yield touch._replace(deed=Deed.READ)  # it must not be there
        # `makedirs(exist_ok=True)` on a folder that is there: on another day it would have made it.
        there = touch.before is not None
        yield touch._replace(deed=Deed.CHANGE, reason=Reason.ASSUMED) if there else touch


def _linked(args: tuple[Any, ...]) -> Touches:
    yield from _touch(Deed.READ, args[0])
    yield from _touch(Deed.BIND, args[1])


def _pointed(args: tuple[Any, ...]) -> Touches:
    origin, target = plain_path(args[0]), plain_path(args[1])
    if origin is None or target is None:
        return
    yield from _touch(Deed.READ, os.path.join(os.path.dirname(absolute(target)), origin))
    yield from _touch(Deed.BIND, target, args[2])


def _changed(args: tuple[Any, ...]) -> Touches:
    folder = args[-1] if len(args) > 2 else -1
    for touch in _touch(Deed.CHANGE, args[0], folder):
        if touch.before is None or not touch.before.folder:  # times and modes of folders: copies set them
            yield touch


def _cleared(args: tuple[Any, ...]) -> Touches:
    return _touch(Deed.CLEAR, args[0])


def _globbed(args: tuple[Any, ...]) -> Touches:
    pattern = plain_path(args[0])
    if pattern and not any(sign in pattern for sign in "*?["):  # looked up without listing a folder
        yield from _touch(Deed.READ, pattern)


READERS: Mapping[str, Callable[[tuple[Any, ...]], Touches]] = {
    "open": _opened,
    "os.listdir": _listed,
    "os.scandir": _listed,
    "os.remove": _removed,
    "os.rmdir": _removed,
    "os.rename": _renamed,
    "os.mkdir": _made,
    "os.link": _linked,
    "os.symlink": _pointed,
    "os.truncate": _changed,
    "os.chmod": _changed,
    "os.utime": _changed,
    "shutil.rmtree": _cleared,
    "glob.glob": _globbed,
}
