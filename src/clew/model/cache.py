"""What was worked out before, kept in the user's own cache folder: nothing is lost with it, and nothing trusts it.

It is not kept in the store: a store may come along with somebody else's project, and programs kept here are run.
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

MOST = 200  # things of a sort
LARGEST = 1 << 22  # bytes of one
OWN = __file__


def load(sort: str, name: str, identity: Any) -> Any:
    """Give what was kept under a name, if it was made from just this; None otherwise.

    `identity` and what is kept are plain data, such as `marshal` writes.
    """
    try:
        with open(place(sort, name), "rb") as file:
            if not own(file.fileno()):
                return None
            held = file.read()
        content = memoryview(held)[4:]
        if zlib.adler32(content) != int.from_bytes(held[:4], "little"):
            return None
        made_from, kept = marshal.loads(content)
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return kept if made_from == identity else None


def save(sort: str, name: str, identity: Any, kept: Any) -> None:
    """Keep something for the next time, unless it is huge; where that fails, the next time takes as long as this."""
    held = marshal.dumps((identity, kept))
    if len(held) > LARGEST:
        return
    try:
        path = place(sort, name)
        folder = os.path.dirname(path)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        make_room(folder)
        write_at_once(path, zlib.adler32(held).to_bytes(4, "little") + held)
    except (OSError, ValueError):
        return


def place(sort: str, name: str) -> str:
    """Give the file of a thing; OSError for a user who has no cache folder.

    Each installation has its own: those of two environments would take each other for out of date, turn by turn.
    """
    key = f"{sys.version} {tuple(sys.flags)} {OWN} {name}".encode("utf-8", "surrogateescape")
    return os.path.join(cache_folder(os.environ, sys.platform), sort, f"{zlib.crc32(key):08x}{len(key):04x}")


def cache_folder(environ: Mapping[str, str], platform: str) -> str:
    """Give clew's folder among the user's caches; OSError for a user who has none."""
    home = os.path.expanduser("~")
    if platform == "darwin":
        folder = os.path.join(home, "Library", "Caches")
    else:
        folder = environ.get("LOCALAPPDATA" if platform == "win32" else "XDG_CACHE_HOME", "")
        # The XDG rule: a path that is not absolute is to be ignored.
        folder = folder if os.path.isabs(folder) else os.path.join(home, ".cache")
    if not os.path.isabs(folder):
        raise FileNotFoundError("this user has no home folder")
    return os.path.join(folder, "clew")


def stamps(folder: str, names: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Tell the states of files apart: who works on clew changes them."""
    return tuple([state(os.path.join(folder, name)) for name in names])


def state(path: str) -> tuple[int, int]:
    """Tell the states of a file apart; one that is not there (clew in an archive) has but one."""
    try:
        seen = os.stat(path)
    except OSError:
        return (0, 0)
    return (seen.st_mtime_ns, seen.st_size)


def own(file: int) -> bool:
    """Tell whether an open file is the user's own, and nobody else's to write."""
    if not hasattr(os, "getuid"):
        return True
    seen = os.fstat(file)
    return seen.st_uid == os.getuid() and not seen.st_mode & 0o022


def make_room(folder: str) -> None:
    """Let go of what was kept longest ago, where there is too much."""
    names = os.listdir(folder)
    if len(names) < MOST:
        return
    paths = [os.path.join(folder, name) for name in names]
    for path in sorted(paths, key=os.path.getmtime)[: MOST // 4]:
        os.unlink(path)


def write_at_once(path: str, data: bytes) -> None:
    """Write a file that others see whole or not at all."""
    part = f"{path}.{os.getpid()}"
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
    os.replace(part, path)
