"""The `clew` command: a module a command, each loaded only when it is asked for.

`clew run` starts the user's program, so nothing heavy stands between: no argparse, no database.
"""

from __future__ import annotations

import os
import sys

from clew import __version__
from clew.errors import ClewError, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "slice": "run a notebook or script and print the code that makes a variable",
    "run": "run a notebook or script as python would, and remember what it did",
    "explain": "say why a line is in the slice of a variable",
    "sessions": "list what ran",
    "show": "show one session: each statement, how long it took, what it changed",
    "artifacts": "list what was saved",
    "get": "show the value of an artifact, or hand out its file",
    "code": "print the code that makes an artifact",
    "diff": "say how two artifacts differ, and why they may",
    "verify": "run the code of artifacts in clean processes, and compare",
    "replay": "make the value of an artifact again",
    "minimize": "print the smallest part of an artifact's code that still makes it, found by running",
    "rerun": "run a session again with something changed: only what depends on it",
    "inputs": "list the files, tables and URLs that an artifact was made from",
    "uses": "list the artifacts that were made from a file, table or URL",
    "tag": "put tags on an artifact, and take them off",
    "delete": "delete an artifact, or a version of it",
    "restore": "bring back what was deleted",
    "gc": "let go of what nobody needs any more",
    "store": "make a store, look after it, copy it",
    "trust": "say whose pickles are loaded",
    "config": "list the settings, and who said what they are",
    "jupyter": "start jupyter with clew on in its notebooks",
    "ipython": "start ipython with clew on",
}

STARTS_OTHERS = frozenset({"verify", "replay", "minimize", "rerun"})
"""Commands that run programs in processes of their own."""

EPILOG = """\
`clew COMMAND --help` says more. In a notebook: %load_ext clew, then %clew slice NAME."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 2, with one line on stderr, for what cannot be done."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return command(words)
    except ClewError as error:
        sys.stderr.write(f"clew: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output went away (`clew show 3 | head`); nothing more can be said to it.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # Python flushes it at exit: not into the broken pipe
        return 141


def command(words: list[str]) -> int:
    """Find the command named first and hand it the other words."""
    match words:
        case []:
            sys.stderr.write(usage())
            return 2
        case ["-h" | "--help" | "help", *_]:
            sys.stdout.write(usage())
            return 0
        case ["-V" | "--version", *_]:
            sys.stdout.write(f"clew {__version__}\n")
            return 0
        case [name, *rest] if name in COMMANDS:
            if name in STARTS_OTHERS:
                end_when_told()
            # By the function beneath `importlib`, which loads more than `clew run` needs.
            status: int = __import__(f"clew.cli.{name}", fromlist=["main"]).main(rest)
            return status
        case [name, *_]:
            hint = nearest(name, tuple(COMMANDS)) or "`clew --help` lists the commands"
            sys.stderr.write(f"clew: no command {name!r} ({hint})\n")
    return 2


def end_when_told() -> None:
    """Take being told to end (SIGTERM) as an interruption: what was started is ended, what was laid out cleared away."""
    import signal  # `clew run` has no need of it

    signal.signal(signal.SIGTERM, signal.default_int_handler)


def usage() -> str:
    """The commands, a line each."""
    lines = [f"  {name:<9} {summary}" for name, summary in COMMANDS.items()]
    return "\n".join(["usage: clew COMMAND ...", "", *lines, "", EPILOG, ""])
