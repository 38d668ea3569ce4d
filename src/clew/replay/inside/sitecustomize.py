"""Python runs this at its start, in the clean process only: at the very end, portray the program's variables.

The program runs exactly as it would alone. Registered first, our exit handler is the last to run, and what we put
into the environment is gone before the program, or a process that it starts, could see it.
"""

import atexit
import os
import sys

# Nothing else is imported: what the program finds in `sys.modules` decides what its own imports do.


def _begin() -> None:
    order = os.environ.pop("CLEW_WITNESS")
    ours, _, theirs = os.environ.pop("PYTHONPATH").partition(os.pathsep)
    sys.path[:] = [path for path in sys.path if path != ours]
    if theirs:
        os.environ["PYTHONPATH"] = theirs
    atexit.register(_end, order)


def _end(order: str) -> None:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(__file__)))))
    from clew.replay.witness import obey  # only now: until here the program was alone in its process

    obey(order, sys.modules["__main__"].__dict__)


if "CLEW_WITNESS" in os.environ:
    _begin()
