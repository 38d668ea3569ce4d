"""Which files this process holds open."""

from __future__ import annotations

import os

from clew.model.typed import Iterator, Mapping, Set

DESCRIPTORS = "/proc/self/fd"


def holders(paths: Set[str]) -> Mapping[str, str]:
    """The descriptors that lead to these paths, by path; empty where the system does not tell."""
    return {path: descriptor for descriptor in _descriptors() if (path := target(descriptor)) in paths}


def target(descriptor: str) -> str:
    """The path of the file behind a descriptor, or empty."""
    try:
        return os.readlink(f"{DESCRIPTORS}/{descriptor}")
    except OSError:
        return ""


def _descriptors() -> Iterator[str]:
    try:
        yield from os.listdir(DESCRIPTORS)
    except OSError:
        return
