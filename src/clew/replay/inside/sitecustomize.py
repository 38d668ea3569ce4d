"""Python runs this at its start, in the clean process only: at the very end, portray the program's variables.

The program runs exactly as it would alone. Registered first, our exit handler is the last to run, and what we put
into the environment is gone before the program, or a process that it starts, could see it.
"""

import atexit
import json
import os
import sys


def _begin() -> None:
    order = json.loads(os.environ.pop("CLEW_WITNESS"))
    ours, _, theirs = os.environ.pop("PYTHONPATH").partition(os.pathsep)
    sys.path[:] = [path for path in sys.path if path != ours]
    if theirs:
        os.environ["PYTHONPATH"] = theirs
    atexit.register(_end, order)


def _end(order: dict) -> None:  # type: ignore[type-arg]
    sys.path.insert(0, order["clew"])
    from clew.replay.witness import bear_witness  # only now: until here the program was alone in its process

    bear_witness(sys.modules["__main__"].__dict__, order["names"], order["out"])


if "CLEW_WITNESS" in os.environ:
    _begin()
