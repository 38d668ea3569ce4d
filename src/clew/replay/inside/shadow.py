"""Runs first in the clean process: limits it, keeps the user's files out of its reach, and becomes the program.

Takes the path of an order (see `clew.replay.clean`). What the program writes goes to memory that is gone with it, or is
refused, by the first of these ways that the system allows; its name is written to `guard` in the scratch folder:

overlay    a layer of its own over each file system: whatever is written, by whomever, is written there
landlock   the kernel refuses to write anywhere but in the scratch folder
audit      Python refuses to (see `alone.py`)
"""

import marshal
import os
import sys

TYPE_CHECKING = False  # typing takes longer to load than all the rest
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

NEWNS, NEWUSER = 0x20000, 0x10000000
BIND, REC, PRIVATE = 4096, 16384, 1 << 18
# No files of anybody's; disks that are mounted below them are kept out of reach all the same.
MACHINERY = ("/proc", "/sys", "/dev", "/run")
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH, VERSION, NO_NEW_PRIVILEGES = 1, 1, 38
WRITES = sum(1 << bit for bit in (1, *range(4, 13)))
MOVES, TRUNCATES = 1 << 13, 1 << 14  # known to later kernels


def main(path: str) -> None:
    """Do what the order says."""
    with open(path, "rb") as file:
        order = marshal.load(file)
    limit(order["memory"])
    guard = "none" if order["in_place"] else guarded(order["scratch"])
    with open(os.path.join(order["scratch"], "guard"), "w") as file:
        file.write(guard)
    if guard == "overlay":
        take_away(order["made"])
    elif guard == "audit" and order["writes"]:
        sys.exit("its code writes files, and this system cannot keep that apart (--in-place lets it)")
    os.chdir(order["folder"])
    os.execve(order["command"][0], order["command"], order["environment"])


def take_away(paths: "list[str]") -> None:
    """Take away what was not there when the session began: in this process's own layer only."""
    for path in paths:
        try:
            (os.rmdir if os.path.isdir(path) and not os.path.islink(path) else os.unlink)(path)
        except OSError:
            continue  # gone, or a folder in which others have put something


def limit(memory: int) -> None:
    """Let the program have so many bytes of memory; 0: all there are."""
    if memory:
        import resource  # not on every system

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def guarded(scratch: str) -> str:
    """Keep the user's files out of reach by the first way that works; say which."""
    if sys.platform != "linux":
        return "audit"
    import ctypes  # in this process only, which ends where the program begins

    library = ctypes.CDLL(None, use_errno=True)
    wanted = os.environ.get("CLEW_GUARD", "")  # so that each way can be tested
    for name, attempt in (("overlay", overlay), ("landlock", landlock)):
        if wanted not in ("", name):
            continue
        try:
            attempt(System(library, ctypes.get_errno), scratch)
        except (OSError, AttributeError):  # not allowed here, or not known to this system
            continue
        return name
    return "audit"


class System:
    """Calls into the kernel that raise OSError where they fail."""

    def __init__(self, library: "Any", errno: "Callable[[], int]") -> None:
        self.library, self.errno = library, errno

    def mount(self, source: str, target: str, kind: str, flags: int, options: str = "") -> None:
        """Mount something."""
        said = [each.encode() for each in (source, target, kind)]
        self.checked(self.library.mount(*said, flags, options.encode()))

    def call(self, *words: object) -> int:
        """Make a system call by its number."""
        return self.checked(self.library.syscall(*words))

    def checked(self, status: int) -> int:
        """Give a status that is none of failure."""
        if status < 0:
            raise OSError(self.errno(), os.strerror(self.errno()))
        return status


# ---- a layer of its own over each file system ---------------------------------------------------------------


def overlay(system: System, scratch: str) -> None:
    """Give this process, and all that it starts, a layer of its own over each folder; elsewhere writing is refused."""
    places = list(folders("/", mount_points()))
    enter_namespace(system)
    system.mount("none", "/", "", REC | PRIVATE)
    shadow = os.path.join(scratch, "shadow")
    os.makedirs(shadow, exist_ok=True)
    system.mount("clew", shadow, "tmpfs", 0, "mode=0700")
    # Held open: by their names they are hidden once the folder that they stand in is covered.
    own, layers = (f"/proc/self/fd/{os.open(each, os.O_PATH | os.O_CLOEXEC)}" for each in (scratch, shadow))
    covered = [place for number, place in enumerate(places) if cover(system, place, f"{layers}/{number}")]
    system.mount(own, scratch, "", BIND)
    forbid(system, [*covered, scratch])


def mount_points() -> frozenset[str]:
    """Give where something is mounted."""
    with open("/proc/self/mountinfo") as file:
        places = [line.split()[4] for line in file]
    octal = (place.encode().decode("unicode_escape") for place in places)
    return frozenset(place.encode("latin-1").decode(errors="surrogateescape") for place in octal)


def folders(place: str, mounts: frozenset[str]) -> "Iterator[str]":
    """Give the folders that cover all below a place and hold no mount within: none other can be laid over."""
    for entry in os.scandir(place):
        if entry.path in MACHINERY or entry.is_symlink() or not entry.is_dir(follow_symlinks=False):
            continue
        if any(mount.startswith(f"{entry.path}/") for mount in mounts):
            yield from folders(entry.path, mounts)
        else:
            yield entry.path


def cover(system: System, place: str, layer: str) -> bool:
    """Lay an empty layer over a folder; tell whether it could be done."""
    upper, work = os.path.join(layer, "upper"), os.path.join(layer, "work")
    os.makedirs(upper)
    os.makedirs(work)
    if set(":,\\") & set(place):
        return False
    seen = os.stat(place)
    os.chmod(upper, stat_mode(seen))  # as the folder below it is
    try:
        system.mount("overlay", place, "overlay", 0, f"lowerdir={place},upperdir={upper},workdir={work},userxattr")
    except OSError:
        return False  # a file system that nothing can be laid over: nothing is written to it
    return True


def stat_mode(seen: os.stat_result) -> int:
    """Give the permissions that a file has."""
    return seen.st_mode & 0o7777


def enter_namespace(system: System) -> None:
    """Leave the others' mounts to them; who may not do so alone does it as a user of its own."""
    user, group = os.geteuid(), os.getegid()
    try:
        system.checked(system.library.unshare(NEWNS))
    except OSError:
        system.checked(system.library.unshare(NEWNS | NEWUSER))
        for name, text in (("setgroups", "deny"), ("gid_map", f"{group} {group} 1"), ("uid_map", f"{user} {user} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)


# ---- refused by the kernel ----------------------------------------------------------------------------------


def landlock(system: System, scratch: str) -> None:
    """Have the kernel refuse to write anywhere but in the scratch folder."""
    forbid(system, [scratch])


def forbid(system: System, places: list[str]) -> None:
    """Have the kernel refuse to write anywhere but in these folders."""
    import struct  # as above

    version = system.call(CREATE_RULESET, None, 0, VERSION)
    writes = WRITES | (MOVES if version > 1 else 0) | (TRUNCATES if version > 2 else 0)
    rules = system.call(CREATE_RULESET, struct.pack("Q", writes), 8, 0)
    for place in (*places, "/dev", "/proc"):
        folder = os.open(place, os.O_PATH | os.O_CLOEXEC)
        system.call(ADD_RULE, rules, PATH_BENEATH, struct.pack("<Qi", writes, folder), 0)
        os.close(folder)
    system.checked(system.library.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    system.call(RESTRICT_SELF, rules, 0)


if __name__ == "__main__":
    main(sys.argv[1])
