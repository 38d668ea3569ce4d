"""Whether a file is on another machine's disk, where SQLite's quick way of writing does not work."""

from __future__ import annotations

import os
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")  # Linux; elsewhere every disk counts as this machine's own
SHARED = frozenset(
    "nfs nfs4 cifs smb3 smbfs ncpfs afs 9p ceph glusterfs lustre gpfs beegfs pvfs2 orangefs ocfs2 gfs2 davfs".split()
)
SHARED_BY_FUSE = (
    "sshfs",
    "glusterfs",
    "ceph",
    "s3fs",
    "gcsfuse",
    "goofys",
    "rclone",
    "davfs",
    "mfs",
    "juicefs",
    "blob",
)


def on_network(path: Path, mounts: str | None = None) -> bool:
    """Tell whether a file stands on a file system that several machines may share.

    `mounts` is what Linux says of its mounts (`/proc/self/mountinfo`).
    """
    said = read_mounts() if mounts is None else mounts
    where, found = os.path.realpath(path), ("", "")
    for line in said.splitlines():
        front, _, back = line.partition(" - ")
        if len(fields := front.split()) > 4 and back:
            point, kind = unescaped(fields[4]), back.split()[0]
            # The longest is the nearest; of two in one place the later hides the earlier.
            if inside(where, point) and len(point) >= len(found[0]):
                found = (point, kind)
    return is_shared(found[1])


def is_shared(kind: str) -> bool:
    """Tell whether a kind of file system is one that machines share."""
    return kind in SHARED or (kind.startswith("fuse.") and any(name in kind for name in SHARED_BY_FUSE))


def inside(path: str, folder: str) -> bool:
    """Tell whether a path is in a folder."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def unescaped(point: str) -> str:
    """Give a path as it is: Linux writes spaces and the like as numbers."""
    for letter in " \t\n\\":
        point = point.replace(f"\\{ord(letter):03o}", letter)
    return point


def read_mounts() -> str:
    """Give what Linux says of its mounts; nothing on other systems."""
    try:
        return MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
