"""clew: follow the thread from any result back to the code that made it.

In a notebook: `%load_ext clew`, then `%clew slice df` or `clew.slice("df")`. In a shell: `clew slice FILE VAR`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, which every watched program would have to load
if TYPE_CHECKING:
    from clew.api import explain, sessions, show, slice  # noqa: A004  # the word of the trade: read as clew.slice
    from clew.ipython.extension import load_ipython_extension, unload_ipython_extension

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "explain",
    "load_ipython_extension",
    "sessions",
    "show",
    "slice",
    "unload_ipython_extension",
]

_HOMES = {
    "explain": "clew.api",
    "sessions": "clew.api",
    "show": "clew.api",
    "slice": "clew.api",
    "load_ipython_extension": "clew.ipython.extension",
    "unload_ipython_extension": "clew.ipython.extension",
}


def __getattr__(name: str) -> object:
    """Load what is asked for when it is asked for: `import clew` is part of every watched program's start."""
    if name not in _HOMES:
        raise AttributeError(f"module 'clew' has no attribute {name!r}")
    from importlib import import_module  # kept out of the start for the same reason

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
