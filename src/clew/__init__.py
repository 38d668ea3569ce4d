"""clew: follow the thread from any result back to the code that made it.

In a notebook: `%load_ext clew`, then `%clew slice df` or `clew.slice("df")`. In a shell: `clew slice FILE VAR`.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # as in `typing`, which every watched program would have to load
if TYPE_CHECKING:
    from clew.api import (
        artifacts,
        delete,
        diff,
        explain,
        file,
        gc,
        get,
        restore,
        save,
        sessions,
        show,
        slice,  # noqa: A004  # the word of the trade: read as clew.slice
        tag,
        uses,
    )
    from clew.executor import Executor
    from clew.ipython.extension import load_ipython_extension, unload_ipython_extension
    from clew.proof import minimize, verify
    from clew.reruns import rerun

__version__ = "0.1.0"

__all__ = [
    "Executor",
    "__version__",
    "artifacts",
    "delete",
    "diff",
    "explain",
    "file",
    "gc",
    "get",
    "load_ipython_extension",
    "minimize",
    "rerun",
    "restore",
    "save",
    "sessions",
    "show",
    "slice",
    "tag",
    "unload_ipython_extension",
    "uses",
    "verify",
]

_HOMES = {
    "Executor": "clew.executor",
    "artifacts": "clew.api",
    "delete": "clew.api",
    "diff": "clew.api",
    "explain": "clew.api",
    "file": "clew.api",
    "gc": "clew.api",
    "get": "clew.api",
    "minimize": "clew.proof",
    "rerun": "clew.reruns",
    "restore": "clew.api",
    "save": "clew.api",
    "sessions": "clew.api",
    "show": "clew.api",
    "slice": "clew.api",
    "tag": "clew.api",
    "uses": "clew.api",
    "verify": "clew.proof",
    "load_ipython_extension": "clew.ipython.extension",
    "unload_ipython_extension": "clew.ipython.extension",
}


def __getattr__(name: str) -> object:
    """Load what is asked for when it is asked for: `import clew` is part of every watched program's start."""
    if name not in _HOMES:
        raise AttributeError(f"module 'clew' has no attribute {name!r}")
    from importlib import import_module  # kept out of the start for the same reason

    before = frozenset(sys.modules)
    found: object = getattr(import_module(_HOMES[name]), name)
    if "clew.capture.watching" in sys.modules:  # what we load is not the doing of the program that asks
        import_module("clew.capture.watching").pass_over(sys.modules.keys() - before)
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
