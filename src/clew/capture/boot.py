"""The first thing that runs in the program's own process; when it is done, everything is as Python leaves it."""

from __future__ import annotations

import sys

LOADED = frozenset(sys.modules)
"""The modules that were there before clew's."""


def start() -> None:
    """Begin to watch the program whose module called us."""
    module = sys._getframe(1).f_globals
    # Imported here, after LOADED was taken: what clew loads must not be mistaken for what Python loads.
    from clew.capture.isolation import begin

    begin("clew.capture.watching")
    from clew.capture.watching import watch_program

    watch_program(module, LOADED)
