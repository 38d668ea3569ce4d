"""`python -m clew.ipython SESSION STORE NOTEBOOK`: the process in which a notebook's cells are run and watched."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clew.analysis.notebooks import read_notebook
from clew.ipython import magic
from clew.ipython.extension import KEY
from clew.ipython.live import About, ShellSession
from clew.ipython.runner import run_cells
from clew.ipython.shell import notebook_kernel, stand_like_a_kernel
from clew.session import save_variables
from clew.store.location import store_address


def main(words: Sequence[str] | None = None) -> int:
    """Run a notebook, as these words or the command's say; 1 if a cell failed."""
    given = _words(words)
    cells = read_notebook(given.notebook)
    stand_like_a_kernel(given.notebook, os.environ)
    kernel = notebook_kernel()
    address = store_address(os.getcwd(), None).said
    session = watched(kernel.shell, About(given.session, "notebook", str(given.notebook), given.store, address))
    error = run_cells(cells, kernel, allow_errors=given.allow_errors, announce=session.watch.next_cell)
    session.error = error or ""
    if not error:
        save_variables(given.session, tuple(given.save), kernel.shell.user_ns)
    return 1 if error else 0


def watched(shell: Any, about: About) -> ShellSession:
    """Watch the shell as `%load_ext clew` does, from its first cell on."""
    session = ShellSession(shell, about)
    session.start()
    magic.install(shell)
    shell.meta[KEY] = session
    shell.extension_manager.loaded.add(KEY)  # so that a notebook's own `%load_ext clew` finds it done
    return session


def pair(word: str) -> tuple[str, str]:
    """Read NAME=VARIABLE."""
    name, _, variable = word.rpartition("=")
    return name, variable


def _words(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m clew.ipython", description=__doc__)
    parser.add_argument("--allow-errors", action="store_true")
    parser.add_argument("--save", action="append", type=pair, default=[])
    parser.add_argument("session")
    parser.add_argument("store", type=Path)
    parser.add_argument("notebook", type=Path)
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
