"""`clew run FILE ARGS`: like `python FILE ARGS`, and remembered."""

from __future__ import annotations

import os
import sys

from clew.errors import UsageError
from clew.session import run_program

HELP = """\
usage: clew run [--store STORE] [--save NAME=VARIABLE ...] [--keep SIZE] FILE [ARGS ...]

Run a script as `python FILE ARGS` would, or a notebook as Jupyter's "run all" would, and remember what it did.
Output and exit status are the program's own (1, where it went well but what --save asks for was not saved). Everything
after a script is the script's; --save may stand behind a notebook.

  --store STORE         the folder that sessions are kept in (default: the nearest .clew/, else your data folder)
  --keep SIZE           keep values that took long to make, so much in all (500MB): `clew rerun` then need not make them
  --save NAME=VARIABLE  when the program is over, save a variable of it as an artifact; may be given again

Afterwards: `clew sessions` lists the run, `clew slice SESSION NAME` cuts from it without running anything.
"""


def main(words: list[str]) -> int:
    """Hand this process over to the program."""
    store, saves, program = _split(words)
    if program[:1] in (["-h"], ["--help"]):
        sys.stdout.write(HELP)
        return 0
    if not program or program[0].startswith("-"):
        said = f"unknown option {program[0]}" if program else "no FILE to run"
        raise UsageError(f"{said}: clew run [--store STORE] [--save NAME=VARIABLE ...] [--keep SIZE] FILE [ARGS ...]")
    if program[0].endswith(".ipynb"):
        _, more, rest = _split(program[1:])
        saves, program = (*saves, *more), [program[0], *rest]
    _keep_as_set()
    return run_program(program, store, saves)


def _keep_as_set() -> None:
    """Have the program's values kept where that was asked for: a size that is none is said before it starts."""
    from clew.store.settings import KEEP, NOBODY, size_said, value_of  # small: a program's start does not feel it

    said = value_of(KEEP, os.getcwd())
    if said.where == NOBODY:
        return
    os.environ[KEEP.variable] = str(size_said(said.value))


def _split(words: list[str]) -> tuple[str | None, tuple[tuple[str, str], ...], list[str]]:
    """Tell our options from the program's words. By hand: argparse would cost the program's start."""
    store, saves = None, list[tuple[str, str]]()
    while words and words[0].startswith("--"):
        option, given, value = words[0].partition("=")
        if option == "--":
            return store, tuple(saves), words[1:]
        if option not in ("--store", "--save", "--keep"):
            break
        if not given and len(words) == 1:
            raise UsageError(f"{option} needs a word after it")
        value, words = (value, words[1:]) if given else (words[1], words[2:])
        if option == "--store":
            store = value
        elif option == "--keep":
            os.environ["CLEW_KEEP"] = value
        else:
            saves.append(_pair(value))
    return store, tuple(saves), words


def _pair(word: str) -> tuple[str, str]:
    """Read what to save, NAME=VARIABLE."""
    name, given, variable = word.rpartition("=")
    if not given or not variable.isidentifier():
        raise UsageError(f"--save {word}: it is --save NAME=VARIABLE")
    from clew.archive.names import checked_name  # who saves nothing needs no names

    return checked_name(name), variable
