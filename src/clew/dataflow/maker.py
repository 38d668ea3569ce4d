"""Who folds: a name that changes whenever what is folded might."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import cache

from clew import __version__

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDERS = ("analysis", "dataflow", "knowledge", "model")
"""Where the modules and packs stand that decide what a session is folded to."""


@cache
def maker() -> str:
    """Name the code of ours that makes graphs: another clew, or one that somebody works on, may make others."""
    summed = hashlib.sha256()
    for folder in FOLDERS:
        for path in texts_in(os.path.join(PACKAGE, folder)):
            with open(path, "rb") as file:
                summed.update(file.read())
    return f"{__version__} {summed.hexdigest()[:16]}"


def texts_in(folder: str) -> Iterator[str]:
    """Give the modules and packs in a folder and below, in their order; none where clew stands in an archive."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(folder for folder in folders if folder != "__pycache__")
        yield from (os.path.join(parent, name) for name in sorted(names) if name.endswith((".py", ".toml")))
