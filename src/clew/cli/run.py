"""`clew run FILE ARGS`: like `python FILE ARGS`, and remembered."""

from __future__ import annotations

import sys

from clew.errors import UsageError
from clew.session import run_program

HELP = """\
usage: clew run [--store STORE] FILE [ARGS ...]

Run a script as `python FILE ARGS` would, or a notebook as Jupyter's "run all" would, and remember what it did.
Output and exit status are the program's own. Everything after FILE is the program's.

  --store STORE  the folder that sessions are kept in (default: the nearest .clew/, else your data folder)

Afterwards: `clew sessions` lists the run, `clew slice SESSION NAME` cuts from it without running anything.
"""


def main(words: list[str]) -> int:
    """Hand this process over to the program."""
    store, program = _split(words)
    if program[:1] in (["-h"], ["--help"]):
        sys.stdout.write(HELP)
        return 0
    if not program or program[0].startswith("-"):
        said = f"unknown option {program[0]}" if program else "no FILE to run"
        raise UsageError(f"{said}: clew run [--store STORE] FILE [ARGS ...]")
    return run_program(program, store)


def _split(words: list[str]) -> tuple[str | None, list[str]]:
    """Tell our one option from the program's words. By hand: argparse would cost the program's start."""
    match words:
        case ["--store", store, *program]:
            return store, program
        case [first, *program] if first.startswith("--store="):
            return first.partition("=")[2], program
        case ["--", *program]:
            return None, program
    return None, words
