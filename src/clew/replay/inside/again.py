"""Do what an order says, in the clean process only: `again.py ORDER OUT PIPE`."""

import os
import sys
from pathlib import Path
from pickle import dumps, loads


def _main(order: str, out: str, pipe: str) -> None:
    sys.path[0] = str(Path(__file__).parents[3])
    from clew.replay.rerunning import Rerun  # not before there is a path to it

    asked = loads(Path(order).read_bytes())  # written by the process that started us
    told = os.fdopen(int(pipe), "w", buffering=1)
    outcome = Rerun(asked, lambda line: _say(told, line)).go()
    Path(out).write_bytes(dumps(outcome))
    sys.stdout.flush()
    sys.stderr.flush()


def _say(told, line: str) -> None:  # type: ignore[no-untyped-def]  # typing is not loaded just for this
    try:
        told.write(line)
    except OSError:
        return  # who asked has gone


if __name__ == "__main__":
    _main(*sys.argv[1:])
