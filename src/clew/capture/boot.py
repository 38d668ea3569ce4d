"""The first thing that runs in the program's own process; when it is done, everything is as Python leaves it."""

from __future__ import annotations

import atexit
import gc
import sys

LOADED = frozenset(name for name in sys.modules if name.partition(".")[0] != "clew")
"""The modules that were there before clew's."""


def start() -> None:
    """Begin to watch the program whose module called us."""
    module = sys._getframe(1).f_globals
    collecting = gc.isenabled()
    gc.disable()  # what is loaded now is there to stay
    # Imported here, after LOADED was taken: what clew loads must not be mistaken for what Python loads.
    from clew.capture.isolation import begin, forget

    begin("clew.capture.watching")
    from clew.capture.watching import watch_program

    atexit.register(forget)  # before all others, so it is called after them
    watch_program(module, LOADED)
    gc.collect(0)  # so that the program's own are not gone through sooner than they would be
    if collecting:
        gc.enable()
